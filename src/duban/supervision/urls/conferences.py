"""Addresses of case conferences."""

from __future__ import annotations

from django.urls import path

from duban.supervision.views import conferences as views

urlpatterns = [
    path("conferences/", views.conferences, name="conferences"),
    path("conferences/new/", views.call, name="conference_new"),
    path("conferences/<int:pk>/", views.conference, name="conference"),
    path("conferences/<int:pk>/hold/", views.hold, name="conference_hold"),
    path("conferences/<int:pk>/cancel/", views.cancel, name="conference_cancel"),
]
