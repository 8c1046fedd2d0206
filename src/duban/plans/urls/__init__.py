"""Addresses of the ledger and of all that leads to it."""

from __future__ import annotations

from duban.plans.urls import issuing, ledger, papers

app_name = "plans"
urlpatterns = [*ledger.urlpatterns, *papers.urlpatterns, *issuing.urlpatterns]
