"""Addresses of issues."""

from __future__ import annotations

from django.urls import path

from duban.supervision.views import issues as views

urlpatterns = [
    path("issues/", views.issues, name="issues"),
    path("issues/new/", views.raise_issue, name="issue_new"),
    path("issues/raise/", views.raise_own, name="issue_raise"),
    path("issues/<int:pk>/", views.issue, name="issue"),
    path("issues/<int:pk>/run/<str:do>/", views.run, name="issue_run"),
    path("issues/<int:pk>/answer/<str:do>/", views.answer, name="issue_answer"),
    path("reports/<int:pk>/issue/", views.from_report, name="issue_from_report"),
]
