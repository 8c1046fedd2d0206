"""Addresses of polls; the last is for whoever holds a link."""

from __future__ import annotations

from django.urls import path

from duban.assessment.views import polls

urlpatterns = [
    path("ratings/", polls.polls, name="polls"),
    path("ratings/new/", polls.new, name="poll_new"),
    path("ratings/<int:pk>/", polls.poll, name="poll"),
    path("ratings/<int:pk>/links/", polls.links, name="poll_links"),
    path("ratings/<int:pk>/act/", polls.act, name="poll_act"),
    path("ratings/<int:pk>/export.csv", polls.export, name="poll_export"),
    path("r/<str:token>/", polls.by_link, name="poll_by_link"),
]
