"""Grids of units and single reports."""

from __future__ import annotations

from django.urls import path

from duban.dispatch.views import evidence, grid, grid_workbook, signing

urlpatterns = [
    path("reporting/", grid.reporting, name="reporting"),
    path("sign-off/", signing.sign_off, name="sign_off"),
    path("rounds/<int:pk>/units/<int:unit>/", grid.grid, name="grid"),
    path("rounds/<int:pk>/units/<int:unit>/news", grid.news, name="grid_news"),
    path("rounds/<int:pk>/units/<int:unit>/report.xlsx", grid_workbook.grid_xlsx, name="grid_xlsx"),
    path("rounds/<int:pk>/units/<int:unit>/workbook/", grid_workbook.grid_workbook, name="grid_workbook"),
    path("reports/<int:pk>/save", grid.save, name="save_report"),
    path("reports/<int:pk>/", evidence.report, name="report"),
    path("reports/<int:pk>/recall", grid.recall, name="recall_report"),
    path("reports/<int:pk>/evidence", evidence.add, name="evidence_add"),
    path("evidence/<int:pk>/", evidence.original, name="evidence"),
    path("evidence/<int:pk>/preview", evidence.preview, name="evidence_preview"),
    path("evidence/<int:pk>/drop", evidence.drop, name="evidence_drop"),
]
