"""Pages of notices: one's own, and the office's log."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from duban.dispatch.actions import reminders as actions
from duban.dispatch.models import Notice
from duban.dispatch.queries import notices as queries
from duban.dispatch.reminders.channels import WORDS, channels
from duban.dispatch.reminders.rules import WHO, rules
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division

ROWS = 50


@require_GET
@allowed("dispatch.read_notices")
def notices(request: SignedIn) -> HttpResponse:
    """Show what the person was told in the site; what is done meanwhile is marked as such."""
    return render(request, "dispatch/notices.html", {"notices": queries.own(request.user)})


@require_POST
@allowed("dispatch.read_notices")
def notices_read(request: SignedIn) -> HttpResponse:
    """Mark all as read."""
    actions.mark_read(by=request.user)
    return redirect("dispatch:notices")


def _division(request: SignedIn) -> Division:
    access = access_of(request.user)
    for post in access.posts:
        if access.may("dispatch.run_rounds", division=post.division):
            return post.division
    raise Http404


@require_GET
@allowed("dispatch.run_rounds")
def notice_log(request: SignedIn) -> HttpResponse:
    """Show what was sent to whom, by which channel, and whether it arrived; and the rules."""
    asked = {name: request.GET.get(name, "") for name in ("channel", "state", "q")}
    conditions: dict[str, Any] = {}
    if asked["channel"] in WORDS:
        conditions["channel"] = asked["channel"]
    if asked["state"] in Notice.State.values:
        conditions["state"] = asked["state"]
    if words := asked["q"].strip()[:50]:
        conditions["person__name__icontains"] = words
    page = Paginator(queries.log(_division(request), **conditions), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "asked": asked,
        "channels": WORDS.items(),
        "states": Notice.State.choices,
        "set_up": [WORDS.get(name, name) for name in channels()],
        "rules": rules(),
        "who": WHO,
    }
    return render(request, "dispatch/notice_log.html", context)


@require_POST
@allowed("dispatch.run_rounds")
def notice_again(request: SignedIn, pk: int) -> HttpResponse:
    """Try a notice that failed anew."""
    notice = get_object_or_404(queries.log(_division(request), state=Notice.State.FAILED), pk=pk)
    actions.try_again(notice=notice, by=request.user)
    messages.success(request, f"给{notice.person}的通知会再发一次。")
    return redirect("dispatch:notice_log")
