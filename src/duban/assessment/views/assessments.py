"""The year's assessment: the list of years, computing one, its table and files."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from duban.assessment import schemes
from duban.assessment.actions import rankings as actions
from duban.assessment.models import Ranking, RankingRow
from duban.assessment.queries import assessments as queries
from duban.assessment.queries.rankings import May
from duban.assessment.views.rankings import ranking_of
from duban.audit.refusals import Refusal
from duban.dispatch.views.common import workbook
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.sheets import Book
from duban.plans.models import Ledger
from duban.writing.as_csv import table_bytes


@require_GET
@allowed("assessment.read")
def assessments(request: SignedIn) -> HttpResponse:
    """Show the years that were assessed, and for the office those that can be."""
    lines = queries.years(request.user)
    context = {
        "lines": lines,
        "choices": {line.ledger.pk: schemes.choices(line.ledger) for line in lines if line.may_run},
    }
    return render(request, "assessment/assessments.html", context)


@require_POST
@allowed("assessment.run")
def compute(request: SignedIn) -> HttpResponse:
    """Compute a year."""
    number = request.POST.get("ledger", "")
    seen = Ledger.objects.visible_to(request.user).select_related("division")
    ledger = get_object_or_404(seen, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    scheme = schemes.chosen(ledger, request.POST.get("scheme", ""))
    if scheme is None:
        messages.error(request, "没有计算：请选一个计分办法。")
        return redirect("assessment:assessments")
    try:
        made = actions.compute_year(ledger=ledger, scheme=scheme, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("assessment:assessments")
    trial = "年度还没有过完，这是预评，" if timezone.localdate().year <= ledger.year else "是拟稿，"
    messages.success(request, f"{made}已算出，{trial}只有督查室看得到。")
    return redirect("assessment:ranking", pk=made.pk)


@require_GET
@allowed("assessment.read")
def table(request: SignedIn, pk: int) -> HttpResponse:
    """Show an assessment with its months in columns; ``form=xlsx`` and ``form=csv`` hand it out."""
    ranking = ranking_of(request, pk)
    may = May.of(request.user, ranking.ledger)
    if not ranking.is_year or not (may.whole or ranking.is_frozen):
        raise Http404
    rows = list(RankingRow.objects.filter(ranking=ranking).defer("working").select_related("unit"))
    found = queries.table(ranking, rows)
    form = request.GET.get("form")
    if form in ("xlsx", "csv"):
        return _file(ranking, found, form)
    exports = [("Excel", "?form=xlsx"), ("CSV", "?form=csv")]
    context = {"ranking": ranking, "ledger": ranking.ledger, "found": found, "exports": exports}
    return render(request, "assessment/assessment_table.html", context)


def _file(ranking: Ranking, found: queries.Table, form: str) -> HttpResponse:
    heads = ["组", "名次", "单位", *(f"{month}月" for month in found.months), *found.items, "总分", "一票否决"]
    lines: list[list[Any]] = [
        [
            group, one.row.place, one.row.unit_name, *(one.months.get(month) for month in found.months), *one.items,
            one.row.score, one.row.vetoed,
        ]
        for group, rows in found.groups
        for one in rows
    ]  # fmt: skip
    name = f"{ranking.ledger.division.name}{ranking}汇总.{form}"
    plain = f"year-{ranking.ledger.year}-{ranking.version}.{form}"
    if form == "xlsx":
        book = Book()
        widths = [14, 8, 24, *(9 for _ in found.months), *(12 for _ in found.items), 10, 24]
        book.sheet(
            "年度考核", list(zip(heads, widths, strict=True)), lines, title=f"{ranking.ledger.division.name}{ranking}"
        )
        return workbook(book.bytes(), name, plain)
    cells = ([None if cell is None else str(cell) for cell in line] for line in lines)
    response = HttpResponse(table_bytes(heads, cells), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response
