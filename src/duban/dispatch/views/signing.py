"""The sign-off of a unit's head: what waits, read and signed on one page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from duban.audit.refusals import Refusal
from duban.dispatch.actions.reports import send_back
from duban.dispatch.actions.reports import sign_off as sign
from duban.dispatch.models import Report
from duban.dispatch.queries.reporting import to_sign
from duban.dispatch.refusals import NotAsRead
from duban.organisations.guard import SignedIn, allowed


@require_http_methods(["GET", "POST"])
@allowed("dispatch.sign_off")
def sign_off(request: SignedIn) -> HttpResponse:
    """Show what waits for the person's sign-off; sign one or all that were read, or give one back with a reason.

    ``seen`` names each report on the page with the time at which it was handed in: only what was read is signed.
    """
    if request.method == "GET":
        waiting = to_sign(request.user)
        context = {"waiting": waiting, "number": sum(len(lines) for _, _, lines in waiting)}
        return render(request, "dispatch/reporting/sign_off.html", context)
    seen = dict(pair.split("@", 1) for pair in request.POST.getlist("seen") if "@" in pair)
    do, _, chosen = request.POST.get("do", "").partition(":")
    wanted = list(seen) if do == "sign_all" else [chosen]
    reports = Report.objects.visible_to(request.user).select_related("task")
    done = 0
    for report in reports.filter(pk__in=[pk for pk in wanted if pk.isdecimal()]):
        try:
            if do == "send_back":
                send_back(report=report, reason=request.POST.get(f"reason-{report.pk}", ""), by=request.user)
            else:
                _refuse_unread(report, seen)
                sign(report=report, by=request.user)
            done += 1
        except Refusal as refusal:
            messages.error(request, str(refusal))
    if done:
        messages.success(request, "已退回联络员。" if do == "send_back" else f"已审签 {done} 项，报督查室核验。")
    return redirect("dispatch:sign_off")


def _refuse_unread(report: Report, seen: dict[str, str]) -> None:
    handed_in = report.submitted_at.isoformat() if report.submitted_at else ""
    if seen.get(str(report.pk)) != handed_in:
        raise NotAsRead(report.task.title)
