"""Addresses of the year's assessment."""

from __future__ import annotations

from django.urls import path

from duban.assessment.views import assessments, figures

urlpatterns = [
    path("assessments/", assessments.assessments, name="assessments"),
    path("assessments/compute/", assessments.compute, name="assessment_compute"),
    path("assessments/<int:pk>/table/", assessments.table, name="assessment_table"),
    path("assessments/ledgers/<int:pk>/figures/", figures.figures, name="figures"),
    path("assessments/ledgers/<int:pk>/figures/workbook.xlsx", figures.figures_workbook, name="figures_workbook"),
    path("assessments/ledgers/<int:pk>/figures/upload/", figures.figures_upload, name="figures_upload"),
]
