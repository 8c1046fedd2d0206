"""Addresses of supervision; each kind of thing has a module of its own."""

from __future__ import annotations

from django.urls import URLPattern

from duban.supervision.urls import (
    close_outs,
    conferences,
    inspections,
    issues,
    leading,
    matters,
    orders,
    talks,
    whistles,
)

app_name = "supervision"
urlpatterns: list[URLPattern] = [
    *matters.urlpatterns,
    *orders.urlpatterns,
    *talks.urlpatterns,
    *inspections.urlpatterns,
    *issues.urlpatterns,
    *whistles.urlpatterns,
    *conferences.urlpatterns,
    *close_outs.urlpatterns,
    *leading.urlpatterns,
]
