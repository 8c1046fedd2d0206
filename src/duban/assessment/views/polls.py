"""Polls: the list, opening one, its page with what came in, its links; answering when signed in, and by link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.assessment.actions import polls as actions
from duban.assessment.forms.polls import AnswerForm, PollForm
from duban.assessment.forms.rankings import ReasonForm
from duban.assessment.models import Invitation, Poll
from duban.assessment.models.polls import digest_of
from duban.assessment.queries import polls as queries
from duban.assessment.queries.rankings import ledgers_ranked
from duban.assessment.refusals import PollNotOpen
from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed, open_to_all
from duban.organisations.models import Person, Unit
from duban.writing.as_csv import table_bytes

Option = dict[str, Any]


@require_GET
@allowed("assessment.rate")
def polls(request: SignedIn) -> HttpResponse:
    """Show the polls of the office, or those that the person is asked to answer."""
    context = {
        "lines": queries.lines(request.user, timezone.now()),
        "may_run": access_of(request.user).may("assessment.run"),
    }
    return render(request, "assessment/polls.html", context)


@require_http_methods(["GET", "POST"])
@allowed("assessment.run")
def new(request: SignedIn) -> HttpResponse:
    """Open a poll; its links are shown once."""
    access = access_of(request.user)
    ledgers = [one for one in ledgers_ranked(request.user) if access.may("assessment.run", division=one.division)]
    asked = request.GET.get("ledger", "")
    ledger = next((one for one in ledgers if str(one.pk) == asked), ledgers[0] if ledgers else None)
    if ledger is None:
        return render(request, "assessment/poll_new.html", {"form": None})
    today = timezone.localdate()
    form = PollForm(request.POST if request.method == "POST" else None, ledger=ledger, today=today)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        people: list[Person] = list(queries.leaders(ledger.division_id, today)) if facts["by_whom"] == "leader" else []
        asking: list[Unit] = []
        if facts["by_whom"] == "unit":
            asking = list(Unit.objects.in_use(ledger.division, today).filter(group__isnull=False))
        now = timezone.now()
        try:
            poll, tokens = actions.open_poll(
                ledger=ledger, title=facts["title"], text=facts["text"], by_whom=facts["by_whom"], kind=facts["kind"],
                units=facts["units"], opens_at=now, closes_at=form.closes_at, month=facts["month"],
                anonymous=facts["anonymous"], people=people, asked_units=asking, links=facts["links"] or 0,
                by=request.user,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            if tokens:
                return _links(request, poll, tokens)
            messages.success(request, f"已发起“{poll}”，被请的人在工作台上看得到。")
            return redirect("assessment:poll", pk=poll.pk)
    context = {"form": form, "ledger": ledger, "ledgers": ledgers}
    return render(request, "assessment/poll_new.html", context, status=422 if form.is_bound else 200)


def _links(request: HttpRequest, poll: Poll, tokens: list[str]) -> HttpResponse:
    """Show the links, this once."""
    links = [request.build_absolute_uri(f"/r/{token}/") for token in tokens]
    response = render(request, "assessment/poll_links.html", {"poll": poll, "links": links})
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@allowed("assessment.rate")
def poll(request: SignedIn, pk: int) -> HttpResponse:
    """Show a poll: to whoever is asked the form, to the office what came in, and once it is over the results."""
    found: Poll = get_object_or_404(Poll.objects.visible_to(request.user).select_related("ledger__division"), pk=pk)
    now = timezone.now()
    runs = access_of(request.user).may("assessment.run", division=found.ledger.division)
    mine = Invitation.objects.asked_of(request.user).filter(poll=found).order_by("used").first()
    units = _units(found)
    form = None
    if mine is not None and not mine.used and found.is_open(now):
        judged = [unit for unit in units if unit.pk != mine.unit_id]  # nobody judges the own unit
        form = AnswerForm(request.POST if request.method == "POST" else None, poll=found, units=judged)
        if request.method == "POST" and form.is_valid() and _answered(form, mine, request.user):
            messages.success(request, f"“{found}”已提交，谢谢。")
            return redirect("assessment:polls")
    elif request.method == "POST":
        raise Http404
    over = found.is_over(now)
    results = queries.results(found) if over and runs else []
    invitations = found.invitations.count(), found.invitations.filter(used=True).count()
    context = {
        "poll": found, "form": form, "mine": mine, "runs": runs, "over": over, "results": results,
        "asked": invitations[0], "answered": invitations[1], "state": queries.state_of(found, now),
        "by_link": found.by in actions.BY_LINK, "open": found.is_open(now), "chart": _chart(found, results),
        "cancel": ReasonForm() if runs and not over and found.cancelled_at is None else None, "units": units,
    }  # fmt: skip
    return render(request, "assessment/poll.html", context, status=422 if form is not None and form.is_bound else 200)


def _units(poll: Poll) -> list[Unit]:
    return list(poll.units.order_by("group__order", "order", "pk"))


def _answered(form: AnswerForm, invitation: Invitation, by: Person | None) -> bool:
    try:
        actions.answer(invitation=invitation, marks=form.marks, by=by)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _chart(poll: Poll, results: list[queries.Result]) -> Option | None:
    known = [one for one in results if one.mean is not None][:20]
    if not known:
        return None
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "grid": {"top": 8, "bottom": 8, "left": 8, "right": 32, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "max": None if poll.kind == Poll.Kind.BALLOT else 100},
        "yAxis": {"type": "category", "inverse": True, "data": [one.unit.short_name or one.unit.name for one in known]},
        "series": [{"type": "bar", "name": "平均", "barMaxWidth": 20, "data": [float(one.mean or 0) for one in known]}],
    }


@require_POST
@allowed("assessment.run")
def links(request: SignedIn, pk: int) -> HttpResponse:
    """Make more links, and show them this once."""
    found: Poll = get_object_or_404(Poll.objects.visible_to(request.user), pk=pk)
    asked = request.POST.get("links", "")
    try:
        tokens = actions.more_links(poll=found, links=int(asked) if asked.isdecimal() else 0, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("assessment:poll", pk=pk)
    if not tokens:
        messages.error(request, "请填要补发多少条链接。")
        return redirect("assessment:poll", pk=pk)
    return _links(request, found, tokens)


@require_POST
@allowed("assessment.run")
def act(request: SignedIn, pk: int) -> HttpResponse:
    """End a poll early, or give it up with a reason."""
    found: Poll = get_object_or_404(Poll.objects.visible_to(request.user), pk=pk)
    try:
        if request.POST.get("do") == "end":
            actions.end_early(poll=found, by=request.user)
            messages.success(request, "已提前结束，结果可以看了。")
        else:
            actions.cancel(poll=found, reason=request.POST.get("reason", ""), by=request.user)
            messages.success(request, "已取消，收到的不计。")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("assessment:poll", pk=pk)


@require_GET
@allowed("assessment.run")
def export(request: SignedIn, pk: int) -> HttpResponse:
    """Hand out the results of a poll that is over as CSV."""
    found: Poll = get_object_or_404(Poll.objects.visible_to(request.user), pk=pk)
    if not found.is_over(timezone.now()):
        raise Http404
    rows: list[list[str | int]] = [
        [one.unit.name, one.answers, "" if one.mean is None else str(one.mean)] for one in queries.results(found)
    ]
    response = HttpResponse(table_bytes(["单位", "份数", "平均"], rows), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="poll-{pk}.csv"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
@open_to_all
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the answer of whoever holds a link; a link that is used, over or wrong is told in words."""
    invitation = Invitation.objects.filter(digest=digest_of(token)).select_related("poll__ledger__division").first()
    if invitation is None:
        return _told(request, "链接不对或者不完整", "请核对发给您的链接，或者向发链接的人再要一条。", 404)
    poll = invitation.poll
    if invitation.used:
        return _told(request, "已经评过了", f"“{poll}”每条链接评一份，这一条已经用过。谢谢您。", 410)
    now = timezone.now()
    if not poll.is_open(now):
        return _told(request, "现在不能评", str(PollNotOpen(poll, now)), 410)
    form = AnswerForm(request.POST if request.method == "POST" else None, poll=poll, units=_units(poll))
    if request.method == "POST" and form.is_valid() and _answered(form, invitation, None):
        return _told(request, "已提交，谢谢", f"您对“{poll}”的评议已经收到。每条链接评一份，这一条不能再用了。", 200)
    context = {"poll": poll, "form": form}
    return render(request, "assessment/poll_by_link.html", context, status=422 if form.is_bound else 200)


def _told(request: HttpRequest, title: str, words: str, status: int) -> HttpResponse:
    return render(request, "assessment/poll_told.html", {"title": title, "words": words}, status=status)
