"""The ledger, its tasks and what is looked up in them."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from duban.plans.views import charts, ledger, search, tasks, workbench

urlpatterns: list[URLPattern] = [
    path("", workbench.workbench, name="workbench"),
    path("ledgers/", ledger.ledgers, name="ledgers"),
    path("ledgers/<int:pk>/", ledger.ledger, name="ledger"),
    path("ledgers/<int:pk>/charts/", charts.charts, name="ledger_charts"),
    re_path(r"^ledgers/(?P<pk>\d+)/export\.(?P<form>xlsx|csv|json)$", ledger.export, name="ledger_export"),
    path("ledgers/<int:pk>/assign/", ledger.assign, name="ledger_assign"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("search/", search.search, name="search"),
    path("views/", ledger.save_view, name="saved_view_save"),
    path("views/<int:pk>/delete/", ledger.delete_view, name="saved_view_delete"),
]
