"""Addresses of close-outs."""

from __future__ import annotations

from django.urls import path

from duban.supervision.views import close_outs as views

urlpatterns = [
    path("close-outs/", views.close_outs, name="close_outs"),
    path("close-outs/draw/", views.draw, name="close_outs_draw"),
    path("close-outs/<int:pk>/", views.decide, name="close_out_decide"),
    path("close-outs/<int:pk>/take-back/", views.take_back, name="close_out_take_back"),
    path("tasks/<int:pk>/close-out/", views.apply, name="close_out_apply"),
]
