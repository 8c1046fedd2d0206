"""The grid in which a unit reports, and the list of rounds that lead to it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.dispatch.actions.reports import Change, Conflict, Saved, submit
from duban.dispatch.actions.reports import recall as take_back
from duban.dispatch.actions.reports import save as save_cells
from duban.dispatch.actions.visits import visited
from duban.dispatch.models import Report, Round
from duban.dispatch.queries import grid as queries
from duban.dispatch.queries.reporting import asked
from duban.dispatch.refusals import Incomplete, NotYours
from duban.dispatch.views.common import round_of
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Person, Unit


@require_GET
@allowed("dispatch.report")
def reporting(request: SignedIn) -> HttpResponse:
    """List the rounds that ask the person's units, what waits first."""
    found = asked(request.user)
    signs = access_of(request.user).reach("dispatch.sign_off").units
    to_sign = sum(one.to_sign for one in found if one.unit.pk in signs)
    return render(request, "dispatch/reporting/rounds.html", {"asked": found, "to_sign": to_sign})


@require_http_methods(["GET", "POST"])
@allowed("dispatch.read")
def grid(request: SignedIn, pk: int, unit: int) -> HttpResponse:
    """Show a unit's grid. Without scripts the whole grid comes back as one form: saved, and handed in where asked."""
    round, its_unit = round_and_unit(request, pk, unit)
    if request.method == "GET":
        response = _page(request, round, its_unit)
        if round.may_report and may_report(request, round, its_unit):
            visited(round=round, unit=its_unit, by=request.user)
        return response
    found = queries.grid(round, its_unit, request.user)
    typed, problems, conflicts, saved = _save_form(request, found)
    do = request.POST.get("do", "save")
    if not problems and not conflicts and do.startswith("submit"):
        chosen = [line.report for line in found.lines if line.open and do in ("submit", f"submit:{line.report.pk}")]
        problems = hand_in(request, chosen)
    if problems or conflicts:
        return _page(request, round, its_unit, typed=typed, problems=problems, conflicts=conflicts, status=422)
    if do == "save":
        messages.success(request, f"已保存，改了 {saved} 格。" if saved else "没有改动，不用保存。")
    return redirect("dispatch:grid", pk=pk, unit=unit)


def round_and_unit(request: SignedIn, pk: int, unit: int) -> tuple[Round, Unit]:
    """Return a round and a unit whose reports in it the person may read. Raises `Http404`."""
    round = round_of(request, pk)
    its_unit = get_object_or_404(Unit, pk=unit, division=round.ledger.division_id)
    if not access_of(request.user).may("dispatch.read", division=round.ledger.division, units=[its_unit]):
        raise Http404
    return round, its_unit


def may_report(request: SignedIn, round: Round, unit: Unit) -> bool:
    """Say whether the person reports for `unit`."""
    return access_of(request.user).may("dispatch.report", division=round.ledger.division, units=[unit])


def _page(
    request: SignedIn,
    round: Round,
    unit: Unit,
    *,
    typed: dict[tuple[int, str], str] | None = None,
    problems: list[tuple[Report, list[str]]] | None = None,
    conflicts: list[tuple[Report, Conflict]] | None = None,
    status: int = 200,
) -> HttpResponse:
    # What was saved shows as stored; what was not stays as it was typed.
    found = queries.grid(round, unit, request.user, typed=typed or {})
    access = access_of(request.user)
    context = {
        "grid": found,
        "writes": may_report(request, round, unit),
        "signs": access.may("dispatch.sign_off", division=round.ledger.division, units=[unit]),
        "problems": problems or [],
        "conflicts": conflicts or [],
    }
    return render(request, "dispatch/reporting/grid.html", context, status=status)


def _save_form(
    request: SignedIn, found: queries.Grid
) -> tuple[dict[tuple[int, str], str], list[tuple[Report, list[str]]], list[tuple[Report, Conflict]], int]:
    """Save what a plain form brought; return what was not saved as typed, what is wrong, conflicts, number saved.

    ``<report>-<cell>`` is a cell, ``was-<report>-<cell>`` what it held when the page was opened.
    """
    typed: dict[tuple[int, str], str] = {}
    problems: list[tuple[Report, list[str]]] = []
    conflicts: list[tuple[Report, Conflict]] = []
    number = 0
    for line in found.lines:
        report = line.report
        changes = []
        for cell in (*line.values, *line.texts):
            now = request.POST.get(f"{report.pk}-{cell.name}")
            # Browsers send line ends as CRLF; the cell holds LF.
            now = None if now is None else now.replace("\r\n", "\n")
            was = request.POST.get(f"was-{report.pk}-{cell.name}", "").replace("\r\n", "\n")
            if now is not None and now.strip() != was.strip():
                changes.append(Change(cell.name, was, now))
        done, wrong = _save_report(request.user, report, changes)
        for saved in done:
            number += len(saved.cells)
            conflicts += [(report, conflict) for conflict in saved.conflicts]
        kept = {cell for saved in done for cell in saved.cells}
        typed |= {(report.pk, change.cell): change.now for change in changes if change.cell not in kept}
        if wrong:
            problems.append((report, wrong))
    return typed, problems, conflicts, number


def _save_report(by: Person, report: Report, changes: list[Change]) -> tuple[list[Saved], list[str]]:
    """Save the cells of a report at once; where one is refused, each for itself: one bad number holds up no other cell."""
    if not changes:
        return [], []
    with suppress(Refusal):
        return [save_cells(report=report, changes=changes, by=by)], []
    done, wrong = [], []
    for change in changes:
        try:
            done.append(save_cells(report=report, changes=[change], by=by))
        except Refusal as refusal:
            wrong.append(str(refusal))
    return done, wrong


def hand_in(request: SignedIn, chosen: Iterable[Report]) -> list[tuple[Report, list[str]]]:
    """Hand in each of `chosen` that is complete; return what the others lack."""
    problems = []
    done = 0
    for report in chosen:
        try:
            submit(report=report, by=request.user)
            done += 1
        except Incomplete as refusal:
            problems.append((report, refusal.missing))
        except Refusal as refusal:
            problems.append((report, [str(refusal)]))
    if done:
        messages.success(request, f"已提交 {done} 项。")
    return problems


@require_GET
@allowed("dispatch.read")
def news(request: SignedIn, pk: int, unit: int) -> JsonResponse:
    """Tell the grid's script how the reports stand now, so that two people see each other's cells."""
    round, its_unit = round_and_unit(request, pk, unit)
    return JsonResponse({"lines": [queries.state_of(line) for line in queries.lines(round, its_unit, request.user)]})


@require_POST
@allowed("dispatch.report")
def save(request: SignedIn, pk: int) -> JsonResponse:
    """Save cells of one report for the grid's script: ``{"person": …, "changes": [{"cell", "was", "now"}, …]}``."""
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    told = _told(request)
    if told.get("person") != request.user.pk:
        raise NotYours(request.user.name)
    changes = [Change(str(one["cell"]), str(one["was"]), str(one["now"])) for one in told["changes"]]
    saved = save_cells(report=report, changes=changes, by=request.user)
    warnings: dict[str, list[str]] = defaultdict(list)
    for warning in saved.warnings:
        warnings[warning.cell].append(warning.sentence)
    conflicts = [{"cell": one.cell, "theirs": one.theirs, "who": one.who} for one in saved.conflicts]
    return JsonResponse({"cells": saved.cells, "conflicts": conflicts, "warnings": warnings})


@require_POST
@allowed("dispatch.report")
def recall(request: SignedIn, pk: int) -> HttpResponse:
    """Take back a report that waits for sign-off, to mend it."""
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    take_back(report=report, by=request.user)
    messages.success(request, "已撤回，改好以后要再提交。")
    return redirect("dispatch:grid", pk=report.round_id, unit=report.unit_id)


def _told(request: SignedIn) -> dict[str, Any]:
    try:
        told = json.loads(request.body)
        if isinstance(told, dict) and all({"cell", "was", "now"} <= set(one) for one in told.get("changes", ())):
            return {"changes": [], **told}
    except (ValueError, TypeError):
        pass
    raise Http404
