"""The address of the analysis."""

from __future__ import annotations

from django.urls import path

from duban.assessment.views import analysis

urlpatterns = [path("analysis/", analysis.analysis, name="analysis")]
