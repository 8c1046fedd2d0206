"""Orders and talks."""

from __future__ import annotations

from django.urls import URLPattern, path

from duban.supervision.views import orders

urlpatterns: list[URLPattern] = [
    path("orders/", orders.orders, name="orders"),
    path("orders/list/", orders.orders_list, name="orders_list"),
    path("orders/export.xlsx", orders.orders_export, name="orders_export"),
    path("orders/new/", orders.order_new, name="order_new"),
    path("orders/bulk/", orders.orders_bulk, name="orders_bulk"),
    path("orders/proposed/", orders.orders_proposed, name="orders_proposed"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/paper.docx", orders.order_paper, {"kind": "docx"}, name="order_docx"),
    path("orders/<int:pk>/paper.pdf", orders.order_paper, {"kind": "pdf"}, name="order_pdf"),
    path("orders/letters/<int:pk>.docx", orders.order_letter, {"kind": "docx"}, name="order_letter_docx"),
    path("orders/letters/<int:pk>.pdf", orders.order_letter, {"kind": "pdf"}, name="order_letter_pdf"),
    path("orders/at/<int:pk>/sign/", orders.order_sign, name="order_sign"),
    path("orders/at/<int:pk>/answer/", orders.order_answer, name="order_answer"),
    path("orders/at/<int:pk>/extend/", orders.order_extend, name="order_extend"),
    path("orders/at/<int:pk>/return/", orders.order_return, name="order_return"),
    path("orders/at/<int:pk>/accept/", orders.order_accept, name="order_accept"),
    path("orders/at/<int:pk>/escalate/", orders.order_escalate, name="order_escalate"),
    path("orders/at/<int:pk>/withdraw/", orders.order_withdraw, name="order_withdraw"),
    path("orders/extensions/<int:pk>/decide/", orders.order_decide, name="order_decide"),
]
