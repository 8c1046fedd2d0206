"""The search over everything."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from duban.organisations.guard import SignedIn, allowed
from duban.plans.queries import search as queries
from duban.plans.queries.asking import address, asked


@require_GET
@allowed("plans.search")
def search(request: SignedIn) -> HttpResponse:
    """Show the tasks, units and papers that hold all of the words, or one kind of them by pages."""
    ask = asked(request.GET, today=timezone.localdate())
    kind = request.GET.get("in", "")
    kind = kind if kind in queries.KINDS else ""
    found = queries.search(ask.filters.words, request.user, kind=kind, page=ask.page)
    return render(
        request,
        "plans/search.html",
        {
            "words": " ".join(ask.filters.words),
            "kind": kind,
            "kind_label": queries.KINDS.get(kind, ""),
            "found": [(one, address(request.GET, **{"in": one.kind})) for one in found],
            "total": sum(one.total for one in found),
            "whole": address(request.GET, **{"in": None}),
            "previous": address(request.GET, page=ask.page - 1),
            "next": address(request.GET, page=ask.page + 1),
        },
    )
