"""The grid as a workbook: handed out, taken in, shown before it is saved."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from duban.audit.refusals import Refusal
from duban.dispatch.actions.reports import Change, save_all
from duban.dispatch.actions.visits import BY_WORKBOOK, visited
from duban.dispatch.models import Report
from duban.dispatch.models.reports import TEXTS
from duban.dispatch.queries.grid import Grid, grid
from duban.dispatch.views.common import workbook
from duban.dispatch.views.grid import may_report, round_and_unit
from duban.dispatch.workbooks.grid_in import read_workbook
from duban.dispatch.workbooks.grid_out import workbook_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.handing_in import workbook_handed_in
from duban.organisations.workbooks import CellProblem


@require_GET
@allowed("dispatch.report")
def grid_xlsx(request: SignedIn, pk: int, unit: int) -> HttpResponse:
    """Hand out the workbook in which a unit fills in its reports of a round."""
    found = _grid(request, pk, unit)
    visited(round=found.round, unit=found.unit, by=request.user)
    name = f"{found.unit.name}{found.round}填报表.xlsx"
    return workbook(workbook_of(found), name, f"report-{pk}-{unit}.xlsx")


@require_http_methods(["GET", "POST"])
@allowed("dispatch.report")
def grid_workbook(request: SignedIn, pk: int, unit: int) -> HttpResponse:
    """Take a filled workbook, show what it changes, and save it when that is confirmed: all or nothing.

    Between the preview and the confirmation the workbook travels with the page, so nothing is left behind where somebody
    turns away.
    """
    found = _grid(request, pk, unit)
    context: dict[str, Any] = {"grid": found}
    if request.method == "GET":
        return render(request, "dispatch/reporting/workbook.html", context)
    try:
        data = workbook_handed_in(request)
        read = read_workbook(data, found)
    except Refusal as refusal:
        context["refused"] = str(refusal)
        return render(request, "dispatch/reporting/workbook.html", context, status=refusal.status)
    confirmed = request.POST.get("do") == "confirm" and not read.problems
    visited(round=found.round, unit=found.unit, by=request.user, still=BY_WORKBOOK)
    saved, wrong = save_all(wanted=read.wanted, by=request.user, keep=confirmed)
    problems = [*read.problems, *(CellProblem(read.place(one.report, one.cell), one.message) for one in wrong)]
    if confirmed and not problems:
        number = sum(len(changes) for _, changes in read.wanted)
        messages.success(request, f"已按表保存 {number} 格。核对无误后提交。")
        return redirect("dispatch:grid", pk=pk, unit=unit)
    labels = _labels(found)
    context |= {
        "problems": problems,
        "workbook": b64encode(data).decode(),
        "preview": [(report, [_change(report, change, labels) for change in wishes]) for report, wishes in read.wanted],
        "cautions": [
            CellProblem(read.place(report, warning.cell), warning.sentence)
            for report, done in saved
            for warning in done.warnings
        ],
    }
    return render(request, "dispatch/reporting/workbook.html", context, status=422 if problems else 200)


def _labels(found: Grid) -> dict[tuple[int, str], str]:
    return {(line.report.pk, cell.name): cell.label for line in found.lines for cell in line.values}


def _change(report: Report, change: Change, labels: dict[tuple[int, str], str]) -> dict[str, str]:
    label = TEXTS.get(change.cell) or labels.get((report.pk, change.cell), change.cell)
    return {"label": label, "before": change.was, "after": change.now}


def _grid(request: SignedIn, pk: int, unit: int) -> Grid:
    round, its_unit = round_and_unit(request, pk, unit)
    if not may_report(request, round, its_unit):
        raise Http404
    return grid(round, its_unit, request.user)
