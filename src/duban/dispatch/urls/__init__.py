"""Addresses of dispatch: grids and reports, lights, rounds and reminders."""

from __future__ import annotations

from duban.dispatch.urls import grid, lamp, rounds

app_name = "dispatch"
urlpatterns = [*grid.urlpatterns, *lamp.urlpatterns, *rounds.urlpatterns]
