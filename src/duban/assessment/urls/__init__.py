"""The addresses of rankings, scoring schemes, ratings and the year's assessment; each kind of thing has a module of its own."""

from __future__ import annotations

from django.urls import URLPattern

from duban.assessment.urls import analysis, assessments, polls, rankings, schemes, weighing

app_name = "assessment"
urlpatterns: list[URLPattern] = [
    *rankings.urlpatterns,
    *schemes.urlpatterns,
    *polls.urlpatterns,
    *assessments.urlpatterns,
    *analysis.urlpatterns,
    *weighing.urlpatterns,
]
