"""The monthly overview of a ledger, and what reporting costs the units."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from duban.dispatch.queries import burden as burdens
from duban.dispatch.queries import overview as queries
from duban.dispatch.views.common import ledger_of, workbook
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.sheets import Book


@require_GET
@allowed("dispatch.read")
def overview(request: SignedIn, pk: int) -> HttpResponse:
    """Show a ledger in a month by section, unit or sponsor; one group with its tasks where the address names it."""
    ledger = ledger_of(request, pk)
    by = request.GET.get("by", "section")
    by = by if by in queries.BYS else "section"
    found = queries.overview(ledger, request.user, cast(queries.By, by), _month(request.GET.get("month", "")))
    if request.GET.get("form") == "xlsx":
        return workbook(_workbook(found, by), f"{ledger}{found.month:%Y年%-m月}调度总览.xlsx", f"overview-{pk}.xlsx")
    asked = request.GET.get("of", "")
    chosen = next((group for group in found.groups if str(group.key) == asked), None)
    changed = request.GET.get("changed", "")
    lines = (chosen or found.whole).lines
    if changed in ("worse", "better"):
        lines = [line for line in lines if line.change == changed]
    context = {
        "ledger": ledger,
        "found": found,
        "by": by,
        "bys": queries.BYS,
        "chosen": chosen,
        "changed": changed,
        "lines": lines if chosen or changed in ("worse", "better") else [],
    }
    return render(request, "dispatch/overview.html", context)


def _month(asked: str) -> date | None:
    try:
        return date.fromisoformat(f"{asked}-01")
    except ValueError:
        return None


def _workbook(found: queries.Overview, by: str) -> bytes:
    book = Book()
    columns = [(queries.BYS[by], 30), ("任务（项）", 10), ("应报（份）", 10), ("已报", 8), ("逾期", 8), ("亮灯", 36),
               ("变差", 8), ("变好", 8)]  # fmt: skip
    book.sheet(
        "总览",
        columns,
        (
            (
                group.name, len(group.lines), group.asked, group.handed_in, group.late,
                "，".join(f"{lamp.shape} {lamp.word} {count}" for lamp, count in group.lamps), group.worse, group.better,
            )
            for group in (*found.groups, found.whole)
        ),
        title=f"{found.ledger} {found.month:%Y年%-m月}调度总览",
    )  # fmt: skip
    book.sheet(
        "任务",
        [("编号", 10), ("任务", 36), ("牵头单位", 24), ("现在的灯", 12), ("上月末的灯", 12), ("填报", 20)],
        (
            (
                line.task.short_number, line.task.title, line.task.lead_names,
                f"{line.now.shape} {line.now.word}" if line.now else "",
                f"{line.before.shape} {line.before.word}" if line.before else "",
                "、".join(report.get_state_display() for report in line.reports),
            )
            for line in found.whole.lines
        ),
    )  # fmt: skip
    return book.bytes()


@require_GET
@allowed("dispatch.read")
def burden(request: SignedIn, pk: int) -> HttpResponse:
    """Show how many forms, fields and minutes reporting costs each unit."""
    ledger = ledger_of(request, pk)
    return render(request, "dispatch/burden.html", {"ledger": ledger, "burden": burdens.burden(ledger, request.user)})
