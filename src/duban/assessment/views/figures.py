"""The figures that only the year knows: typed in a grid, or filled in a workbook that fills the grid."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.assessment import figures_sheet
from duban.assessment.actions import figures as actions
from duban.assessment.models import Ranking
from duban.assessment.queries import assessments as queries
from duban.assessment.scoring.files import read
from duban.audit.refusals import Refusal
from duban.dispatch.schemes.problems import WrongScheme
from duban.dispatch.views.common import workbook
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.handing_in import workbook_handed_in
from duban.organisations.workbooks import UnreadableWorkbook
from duban.plans.models import Ledger


class _Grid:
    """The units and figures of a ledger's year, and what stands in their fields."""

    def __init__(self, request: SignedIn, pk: int) -> None:
        seen = Ledger.objects.visible_to(request.user).select_related("division")
        self.request = request
        self.ledger: Ledger = get_object_or_404(seen, pk=pk)
        self.names = _names(self.ledger)
        self.today = timezone.localdate()
        self.rows = queries.figure_rows(self.ledger, self.names, self.today)

    def page(
        self, typed: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None, **context: Any
    ) -> HttpResponse:
        """Show the grid: what is `typed` where that is given, what is entered otherwise."""
        errors = errors or {}
        lines = []
        changes = 0
        for row in self.rows:
            cells = []
            for field, name, kept in row.cells:
                there = _plain(kept.value if kept else None)
                value = str(typed[field]) if typed is not None and field in typed else there
                changes += value != there
                cells.append((field, name, value, kept, errors.get(field), value != there))
            lines.append((row.unit, cells))
        context = {
            "ledger": self.ledger, "names": self.names, "grid": lines, "changes": changes, "errors": list(errors.values()),
            "paper": self.request.POST.get("paper", ""), "back": reverse("assessment:assessments"), **context,
        }  # fmt: skip
        wrong = errors or context.get("refused") or context.get("problems")
        return render(self.request, "assessment/figures.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "POST"])
@allowed("assessment.run")
def figures(request: SignedIn, pk: int) -> HttpResponse:
    """Show the figures that only the year knows as a grid, and take what was typed: all or nothing."""
    grid = _Grid(request, pk)
    if request.method == "GET":
        return grid.page()
    errors: dict[str, str] = {}
    values: dict[tuple[int, str], Decimal | None] = {}
    for row in grid.rows:
        for field, name, _ in row.cells:
            text = request.POST.get(field, "").strip().replace("，", "").replace(",", "")
            try:
                values[row.unit.pk, name] = figures_sheet.number(text)
            except ValueError:
                errors[field] = f"{row.unit}“{name}”的“{text}”不是数，请只填数字。"
    if not errors:
        try:
            paper = request.POST.get("paper", "")
            count = actions.enter(ledger=grid.ledger, values=values, paper=paper, by=request.user)
        except Refusal as refusal:
            errors["paper"] = str(refusal)
        else:
            messages.success(request, f"已录入，改了 {count} 个数。没有公布的年度考核重新计算以后按新数算。")
            return redirect("assessment:figures", pk=pk)
    return grid.page(request.POST.dict(), errors)


@require_GET
@allowed("assessment.run")
def figures_workbook(request: SignedIn, pk: int) -> HttpResponse:
    """Hand out the figures as a workbook to fill in."""
    grid = _Grid(request, pk)
    name = f"{grid.ledger.division.name}{grid.ledger.year}年终的数.xlsx"
    return workbook(figures_sheet.written(grid.rows, grid.names), name, f"figures-{grid.ledger.year}.xlsx")


@require_POST
@allowed("assessment.run")
def figures_upload(request: SignedIn, pk: int) -> HttpResponse:
    """Fill the grid from a workbook; nothing is entered until somebody has seen it and says so."""
    grid = _Grid(request, pk)
    try:
        data = workbook_handed_in(request)
        found = figures_sheet.read(data, grid.rows, grid.names, grid.ledger.division, grid.today)
    except UnreadableWorkbook as refused:
        return grid.page(refused=str(refused))
    if found.problems:
        return grid.page(problems=found.problems)
    return grid.page({field: _plain(value) for field, value in found.values.items()}, filled=True)


def _names(ledger: Ledger) -> list[str]:
    """Return the figures asked for by the scheme of the ledger's assessment, or by the one that its months follow."""
    kept = (
        Ranking.objects.filter(ledger=ledger).exclude(scheme_text="").order_by("-period", "-month", "-version").first()
    )
    if kept is None:
        return []
    try:
        return queries.figure_names(read(kept.scheme_text, kept.scheme_name))
    except WrongScheme:
        return []


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
