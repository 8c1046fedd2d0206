"""Addresses of the year's assessment."""

from __future__ import annotations

from django.urls import path

from duban.assessment.views import assessments

urlpatterns = [
    path("assessments/", assessments.assessments, name="assessments"),
    path("assessments/compute/", assessments.compute, name="assessment_compute"),
    path("assessments/<int:pk>/table/", assessments.table, name="assessment_table"),
    path("assessments/ledgers/<int:pk>/figures/", assessments.figures, name="figures"),
]
