"""Addresses of the auditor's pages."""

from __future__ import annotations

from django.urls import path, re_path

from duban.auditing import views

app_name = "audit"
urlpatterns = [
    path("", views.events, name="events"),
    path("<int:number>/", views.event, name="event"),
    re_path(r"^export\.(?P<file_format>xlsx|csv)$", views.export, name="export"),
    path("verify/", views.verify, name="verify"),
]
