"""The addresses of the site; each app keeps its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("duban.accounts.urls")),
    path("organisations/", include("duban.organisations.urls")),
    path("audit/", include("duban.auditing.urls")),
    path("", include("duban.plans.urls")),
    path("", include("duban.dispatch.urls")),
    path("", include("duban.supervision.urls")),
    path("", include("duban.assessment.urls")),
    path("", include("duban.bulletins.urls")),
]
