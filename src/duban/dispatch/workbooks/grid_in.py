"""The reporting workbook of a unit as it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from duban.dispatch.actions.reports import Change
from duban.dispatch.checks import shown
from duban.dispatch.milestones import CELL
from duban.dispatch.models import Report
from duban.dispatch.models.reports import PERCENTAGE, TEXTS
from duban.dispatch.queries.grid import Grid
from duban.dispatch.workbooks.grid_form import (
    KEY_COLUMNS,
    KEYS,
    SAID,
    SAID_COLUMNS,
    VALUE,
    VALUE_COLUMNS,
    VALUES,
)
from duban.organisations.workbooks import CellProblem, Row, UnreadableWorkbook, Workbook


@dataclass
class HandedIn:
    """A workbook as it came back: what each report shall hold, the cell where each wish stands, and what is wrong."""

    wanted: list[tuple[Report, list[Change]]] = field(default_factory=list)
    places: dict[tuple[int, str], str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)

    def place(self, report: Report, cell: str) -> str:
        """Return where a cell of a report stands in the workbook; the task's number where it stands nowhere."""
        return self.places.get((report.pk, cell), report.task.short_number)


def read_workbook(data: bytes, grid: Grid) -> HandedIn:
    """Return what a filled workbook changes in `grid`. Lines that are missing change nothing.

    Raises `UnreadableWorkbook` where it is not the workbook that was handed out.
    """
    book = Workbook(data)
    if KEYS not in book.sheets:
        raise UnreadableWorkbook("这不是系统导出的填报表。请先下载，再在里面填写。")
    reports = {line.report.task.short_number: line.report for line in grid.lines}
    known = {str(report.pk) for report in reports.values()}
    before: dict[tuple[str, str], str] = {}
    for row in book.rows(KEYS, KEY_COLUMNS):
        if row.text("填报") not in known:
            raise UnreadableWorkbook(f"这张表不是{grid.unit.name}{grid.round}的填报表。请重新下载。")
        # As it was written: white space at the ends counts for nothing, but line breaks within do.
        before[row.text("任务编号"), row.text("格")] = str(row.values.get("原值") or "")
    found = HandedIn()
    changes: dict[str, list[Change]] = {}
    rows = [
        *book.rows(VALUES, [name for name, _ in VALUE_COLUMNS]),
        *book.rows(SAID, [name for name, _ in SAID_COLUMNS]),
    ]
    for row in rows:
        number = row.text("任务编号")
        if number not in reports:
            found.problems.append(CellProblem(row.cell("任务编号"), f"这一轮没有要本单位填报的“{number}”。"))
            continue
        for cell, column, now in _cells(row):
            if (number, cell) not in before:
                found.problems.append(CellProblem(row.cell("任务编号"), "这一行不是系统导出的，请不要添行或改序号。"))
                continue
            found.places[reports[number].pk, cell] = row.cell(column)
            was = before[number, cell]
            if now != was.strip():
                changes.setdefault(number, []).append(Change(cell, was, now))
    found.wanted = [(reports[number], wishes) for number, wishes in changes.items()]
    return found


def _cells(row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield name, column and text of each cell that a row fills in."""
    if row.sheet == VALUES:
        key = row.text("序号")
        yield (key if key == PERCENTAGE or key.startswith(CELL) else f"value:{key}"), VALUE, _written(row)
        return
    for name, label in TEXTS.items():
        # A carriage return comes out of some programs as _x000D_.
        yield name, label, row.text(label).replace("_x000D_", "").replace("\r\n", "\n")


def _written(row: Row) -> str:
    value = row.values.get(VALUE)
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    # A binary fraction is what the spreadsheet shows: 12.1, not 12.0999….
    return shown(round(Decimal(repr(value)), 6)) if isinstance(value, float) else row.text(VALUE)
