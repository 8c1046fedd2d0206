"""The workbench: the page that everybody lands on."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.queries.people import postless
from duban.plans.extensions import LANDINGS
from duban.plans.queries.workbench import workbench as found


@require_GET
@allowed("account.own")
def workbench(request: SignedIn) -> HttpResponse:
    """Show what waits for the person, by due time, in all the posts held today; some land on a page made for them.

    Those see the whole workbench with ``?whole=1``. Whoever holds no post is told whom to ask.
    """
    today = timezone.localdate()
    if not request.GET.get("whole"):
        for landing in LANDINGS.values():
            if (own := landing.context(request.user, today)) is not None:
                return render(request, landing.template, own)
    posts = access_of(request.user).posts
    context = {
        "bench": found(request.user, today=today),
        "today": today,
        "posts": posts,
        "postless": None if posts else postless(request.user, today),
    }
    return render(request, "plans/workbench.html", context)
