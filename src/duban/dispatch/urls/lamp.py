"""Lights, their schemes, indicators, milestones."""

from __future__ import annotations

from django.urls import URLPattern, path

from duban.dispatch.views import lights, milestones, schemes

urlpatterns: list[URLPattern] = [
    path("indicators/<int:pk>/", lights.indicator, name="indicator"),
    path("tasks/<int:pk>/light/", lights.override, name="light_override"),
    path("lights/overrides/<int:pk>/end/", lights.end_override, name="light_override_end"),
    path("milestones/<int:pk>/done/", milestones.milestone_done, name="milestone_done"),
    path("milestone-words/<int:pk>/", milestones.milestone_evidence, name="milestone_evidence"),
    path("milestone-words/<int:pk>/undone/", milestones.milestone_undone, name="milestone_undone"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/edit/", schemes.edit, name="scheme_edit"),
    path("schemes/of/<slug:name>/", schemes.scheme, name="scheme"),
    path("schemes/of/<slug:name>/adopt/", schemes.adopt, name="scheme_adopt"),
]
