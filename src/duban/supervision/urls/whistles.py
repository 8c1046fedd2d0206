"""Addresses of whistles."""

from __future__ import annotations

from django.urls import path

from duban.supervision.views import whistles as views

urlpatterns = [
    path("whistles/", views.whistles, name="whistles"),
    path("whistles/new/", views.blow, name="whistle_new"),
    path("whistles/<int:pk>/", views.whistle, name="whistle"),
    path("whistles/calls/<int:pk>/", views.call, name="whistle_call"),
    path("issues/<int:pk>/whistle/", views.blow_on, name="whistle_on"),
]
