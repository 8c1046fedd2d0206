"""The verification queue of a round."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from duban.audit.refusals import Refusal
from duban.dispatch.actions import reports, sampling
from duban.dispatch.actions.reports import Change
from duban.dispatch.extensions import panels_of
from duban.dispatch.models import Report, Round
from duban.dispatch.queries import verifying as queries
from duban.dispatch.views.common import round_of
from duban.organisations.access import require
from duban.organisations.guard import SignedIn, allowed


@require_GET
@allowed("dispatch.verify")
def verify(request: SignedIn, pk: int) -> HttpResponse:
    """Show the queue of a round and the report that is looked at: the one asked for, or the first."""
    round = _round(request, pk)
    show = request.GET.get("show", "waiting")
    show = show if show in queries.SHOWS else "waiting"
    queue = queries.queue(round, request.user, show)
    asked = request.GET.get("report", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    if number is None and queue.reports:
        number = queue.reports[0].pk
    report = queries.report_in(round, request.user, number) if number else None
    if asked and report is None:
        raise Http404
    before, after = queue.beside(report) if report else (None, None)
    context = {
        "round": round,
        "ledger": round.ledger,
        "queue": queue,
        "show": show,
        "shows": [(name, label, queue.counts.get(name, 0)) for name, label in queries.SHOWS.items()],
        "sheet": queries.sheet(report) if report else None,
        "panels": panels_of(report, request.user) if report else [],
        "before": before,
        "after": after,
    }
    return render(request, "dispatch/verify.html", context)


def _round(request: SignedIn, pk: int) -> Round:
    round = round_of(request, pk)
    require(request.user, "dispatch.verify", division=round.ledger.division)
    return round


@require_POST
@allowed("dispatch.verify")
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """Accept, return or correct a report, and go on to the next."""
    seen = Report.objects.visible_to(request.user).select_related("round__ledger__division", "task", "unit")
    report = get_object_or_404(seen, pk=pk)
    show = request.POST.get("show", "waiting")
    after = request.POST.get("after", "")
    reason = request.POST.get("reason", "").strip()[:500]
    try:
        match request.POST.get("do"):
            case "accept":
                reports.accept(report=report, by=request.user)
                messages.success(request, f"“{report.task}”（{report.unit}）已通过。")
            case "return":
                reports.return_report(report=report, reason=reason, by=request.user)
                messages.success(request, f"“{report.task}”（{report.unit}）已退回，单位会收到提醒。")
            case "correct":
                reports.correct(report=report, changes=_changes(request), reason=reason, by=request.user)
                messages.success(request, f"“{report.task}”（{report.unit}）已更正并通过，原来填的留在历次内容里。")
            case _:
                raise Http404
    except Refusal as refusal:
        messages.error(request, str(refusal))
        after = str(report.pk)
    query = {"show": show} | ({"report": after} if after.isdecimal() else {})
    return redirect(f"{reverse('dispatch:verify', args=[report.round_id])}?{urlencode(query)}")


def _changes(request: SignedIn) -> list[Change]:
    return [
        Change(name.removeprefix("cell:"), "", str(value))
        for name, value in request.POST.items()
        if name.startswith("cell:")
    ]


@require_POST
@allowed("dispatch.verify")
def sample(request: SignedIn, pk: int) -> HttpResponse:
    """Draw the round's sample, or accept what was not drawn."""
    round = _round(request, pk)
    if request.POST.get("do") == "accept_rest":
        done = sampling.accept_rest(round=round, by=request.user)
        messages.success(request, f"没有抽中、也没有提示的 {done} 份已通过。")
        return redirect("dispatch:verify", pk=pk)
    drawn = sampling.draw(round=round, by=request.user)
    messages.success(
        request,
        f"按 {round.schedule.sample_percent}% 抽查，有提示的先抽，其余随机（种子 {round.pk}），抽中 {drawn} 份。",
    )
    return redirect(f"{reverse('dispatch:verify', args=[pk])}?show=sampled")
