"""The figures that only the year knows as a workbook: handed out with what is entered, and read as it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from duban.assessment.queries.assessments import FigureRow
from duban.organisations.models import Division
from duban.organisations.names import resolve
from duban.organisations.sheets import Book
from duban.organisations.workbooks import CellProblem, Row, UnreadableWorkbook, Workbook, as_amount

SHEET, UNIT = "年终的数", "单位"
NOTES = (
    "一个单位一行，一项一列；没有的不填",
    "单位写全称、简称、别名都可以；表里没有的单位，已录入的数不变",
    "上传以后先看改了哪些，写上依据、按“录入”才会记下",
)


@dataclass
class FigureSheet:
    """A workbook as it came back: the numbers by the name of their field, None for an empty cell, and what is wrong."""

    values: dict[str, Decimal | None] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)


def written(rows: Sequence[FigureRow], names: Sequence[str]) -> bytes:
    """Return the workbook to fill in, with what is entered already."""
    book = Book()
    lines = [[str(row.unit), *(float(kept.value) if kept else None for _, _, kept in row.cells)] for row in rows]
    book.sheet(SHEET, [(UNIT, 28), *((name, 16) for name in names)], lines)
    book.help("怎样填", NOTES)
    return book.bytes()


def read(data: bytes, rows: Sequence[FigureRow], names: Sequence[str], division: Division, today: date) -> FigureSheet:
    """Return the numbers of a filled workbook. Raises `UnreadableWorkbook` where it is not one of these."""
    book = Workbook(data)
    lines = book.rows(book.the_sheet(SHEET), (UNIT, *names))
    if not lines:
        raise UnreadableWorkbook("表里没有一行单位。请填好再上传。")
    meant = resolve(division, {line.text(UNIT) for line in lines} - {""}, today)
    fields = {row.unit.pk: [(at, name) for at, name, _ in row.cells] for row in rows}
    found = FigureSheet()
    there: dict[int, int] = {}
    for line in lines:
        name = line.text(UNIT)
        unit = meant[name].unit if name else None
        if unit is None or unit.pk not in fields:
            near = "、".join(str(one) for one in meant[name].candidates[:3]) if name else ""
            what = f"没有叫“{name}”的参评单位{f'，是不是{near}' if near else ''}。" if name else "没有填单位。"
            found.problems.append(CellProblem(line.cell(UNIT), what))
            continue
        if unit.pk in there:
            what = f"{unit}在第{there[unit.pk]}行已经有了，请只留一行。"
            found.problems.append(CellProblem(line.cell(UNIT), what))
            continue
        there[unit.pk] = line.number
        for at, column in fields[unit.pk]:
            _take(found, line, at, column)
    return found


def number(given: object) -> Decimal | None:
    """Return what was typed or stands in a cell to two places; None where it is empty. Raises `ValueError`."""
    value = as_amount(given)
    return None if value is None else value.quantize(Decimal("0.01"))


def _take(found: FigureSheet, line: Row, at: str, column: str) -> None:
    try:
        found.values[at] = number(line.values.get(column))
    except ValueError:
        found.problems.append(CellProblem(line.cell(column), f"“{line.text(column)}”不是数，请只填数字。"))
