"""Addresses of scoring schemes, and of how steady places are."""

from __future__ import annotations

from django.urls import path

from duban.assessment.views import schemes

urlpatterns = [
    path("scoring/", schemes.schemes, name="schemes"),
    path("scoring/edit/", schemes.edit, name="scheme_edit"),
    path("scoring/of/<slug:name>/", schemes.scheme, name="scheme"),
    path("scoring/of/<slug:name>/adopt/", schemes.adopt, name="scheme_adopt"),
    path("rankings/<int:pk>/steadiness/", schemes.steadiness, name="ranking_steadiness"),
]
