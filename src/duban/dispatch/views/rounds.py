"""Pages of rounds: the calendar of a ledger, its schedules, one round from above."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.dispatch import exporting
from duban.dispatch.actions import rounds as actions
from duban.dispatch.forms.rounds import MoveForm, ReopenForm, ScheduleForm
from duban.dispatch.models import Schedule
from duban.dispatch.queries import rounds as queries
from duban.dispatch.views.common import ledger_of, round_of, workbook
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.plans.models import Ledger


@require_GET
@allowed("dispatch.read")
def rounds(request: SignedIn) -> HttpResponse:
    """Show the calendar of rounds of a ledger, the newest where none is named."""
    ledgers = queries.ledgers(request.user)
    asked = request.GET.get("ledger", "")
    ledger = next((one for one in ledgers if str(one.pk) == asked), ledgers[0] if ledgers else None)
    calendar = queries.calendar(ledger, request.user) if ledger else {}
    context = {
        "ledger": ledger,
        "ledgers": ledgers,
        "calendar": [
            (schedule, lines, queries.next_up(lines) if schedule.active else None)
            for schedule, lines in calendar.items()
        ],
        "may_run": ledger and access_of(request.user).may("dispatch.run_rounds", division=ledger.division),
    }
    return render(request, "dispatch/rounds.html", context)


@require_http_methods(["GET", "POST"])
@allowed("dispatch.run_rounds")
def schedule_new(request: SignedIn, pk: int) -> HttpResponse:
    """Make a schedule for a ledger."""
    ledger = ledger_of(request, pk)
    form = ScheduleForm(request.POST or None, ledger=ledger, initial={"name": "每月调度"})
    if request.method == "POST" and form.is_valid():
        made = actions.make_schedule(ledger=ledger, by=request.user, **form.cleaned_data)
        messages.success(request, f"“{made}”已建立，排了 {made.rounds.count()} 轮。")
        return _to_calendar(ledger)
    return _schedule(request, ledger, form)


@require_http_methods(["GET", "POST"])
@allowed("dispatch.run_rounds")
def schedule(request: SignedIn, pk: int) -> HttpResponse:
    """Change a schedule."""
    seen = Ledger.objects.visible_to(request.user)
    found = get_object_or_404(Schedule.objects.select_related("ledger__division"), pk=pk, ledger__in=seen)
    form = ScheduleForm(request.POST or None, instance=found, ledger=found.ledger)
    if request.method == "POST" and form.is_valid():
        actions.change_schedule(schedule=found, by=request.user, **form.cleaned_data)
        messages.success(request, f"“{form.cleaned_data['name']}”已保存，没有开始的轮次按新的安排。")
        return _to_calendar(found.ledger)
    return _schedule(request, found.ledger, form)


def _schedule(request: SignedIn, ledger: Ledger, form: ScheduleForm) -> HttpResponse:
    context = {"ledger": ledger, "form": form}
    return render(request, "dispatch/schedule.html", context, status=422 if form.is_bound else 200)


def _to_calendar(ledger: Ledger) -> HttpResponse:
    response = redirect("dispatch:rounds")
    response["Location"] += f"?ledger={ledger.pk}"
    return response


@require_GET
@allowed("dispatch.read")
def round(request: SignedIn, pk: int) -> HttpResponse:
    """Show who has filed in a round, who is late, and whom to phone."""
    found = round_of(request, pk)
    page = queries.round_page(found, request.user, timezone.now())
    access = access_of(request.user)
    look = request.GET.get("state", "")
    unit = request.GET.get("unit", "")
    cells = [
        cell
        for row in page.units
        for cell in row.cells.values()
        if look in ("", cell.look) and unit in ("", str(row.unit.pk))
    ]
    context = {
        "round": found,
        "ledger": found.ledger,
        "page": page,
        "cells": sorted(cells, key=lambda cell: (cell.report.task.order, cell.report.unit.order)),
        "look": look if look in queries.LOOKS else "",
        "asked_unit": unit,
        "looks": queries.LOOKS,
        "late": timezone.now() > found.due_at,
        "may_run": access.may("dispatch.run_rounds", division=found.ledger.division),
        "may_verify": access.may("dispatch.verify", division=found.ledger.division),
        "move": MoveForm(initial={"opens_at": found.opens_at, "due_at": found.due_at}),
        "reopen": ReopenForm(initial={"due_at": _tomorrow(found.due_at.astimezone(timezone.get_current_timezone()))}),
    }
    return render(request, "dispatch/round.html", context)


def _tomorrow(due: datetime) -> datetime:
    """Return the day after today, at the hour at which the round was due."""
    return datetime.combine(timezone.localdate() + timedelta(days=1), due.time(), due.tzinfo)


@require_GET
@allowed("dispatch.read")
def round_export(request: SignedIn, pk: int) -> HttpResponse:
    """Hand out a round as a workbook."""
    found = round_of(request, pk)
    page = queries.round_page(found, request.user, timezone.now())
    return workbook(exporting.round_workbook(page), f"{found.ledger}{found.name}填报情况.xlsx", f"round-{pk}.xlsx")


@require_POST
@allowed("dispatch.run_rounds")
def round_open(request: SignedIn, pk: int) -> HttpResponse:
    """Open a round now."""
    found = round_of(request, pk)
    made = actions.open_round(round=found, by=request.user)
    messages.success(request, f"{found}已开始，共 {made} 份填报。")
    return redirect("dispatch:round", pk=pk)


@require_POST
@allowed("dispatch.run_rounds")
def round_close(request: SignedIn, pk: int) -> HttpResponse:
    """Close a round now."""
    found = round_of(request, pk)
    actions.close_round(round=found, by=request.user)
    messages.success(request, f"{found}已截止，没有报的记为缺报。")
    return redirect("dispatch:round", pk=pk)


@require_POST
@allowed("dispatch.run_rounds")
def round_reopen(request: SignedIn, pk: int) -> HttpResponse:
    """Let a closed round take reports again."""
    found = round_of(request, pk)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        messages.error(request, "重新开放要写明到什么时候、为什么。没有改动。")
        return redirect("dispatch:round", pk=pk)
    actions.reopen_round(round=found, by=request.user, **form.cleaned_data)
    messages.success(request, f"{found}已重新开放。")
    return redirect("dispatch:round", pk=pk)


@require_POST
@allowed("dispatch.run_rounds")
def round_move(request: SignedIn, pk: int) -> HttpResponse:
    """Give a round that has not opened times of its own."""
    found = round_of(request, pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "开始、截止的时间和理由都要填。没有改动。")
        return redirect("dispatch:round", pk=pk)
    actions.move_round(round=found, by=request.user, **form.cleaned_data)
    messages.success(request, f"{found}的时间已改。")
    return redirect("dispatch:round", pk=pk)
