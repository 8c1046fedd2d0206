"""Talks."""

from __future__ import annotations

from django.urls import URLPattern, path

from duban.supervision.views import talks

urlpatterns: list[URLPattern] = [
    path("talks/", talks.talks, name="talks"),
    path("talks/new/", talks.talk_new, name="talk_new"),
    path("talks/<int:pk>/", talks.talk, name="talk"),
    path("talks/<int:pk>/hold/", talks.talk_hold, name="talk_hold"),
    path("talks/<int:pk>/cancel/", talks.talk_cancel, name="talk_cancel"),
]
