"""Addresses of the leaders' page."""

from __future__ import annotations

from django.urls import path

from duban.supervision.views import leading as views

urlpatterns = [
    path("leading/", views.leading, name="leading"),
    path("leading/instruct/", views.instruct, name="instruct"),
]
