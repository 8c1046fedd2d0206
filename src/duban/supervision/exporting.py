"""Lists of supervision as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from duban.organisations.sheets import Book
from duban.supervision.queries.matters import Line
from duban.writing.as_csv import table_bytes

COLUMNS = (
    ("编号", 12), ("事项", 40), ("来源", 10), ("来源名称", 20), ("提出人", 12), ("收到日期", 12), ("缓急", 8), ("状态", 10),
    ("主办单位", 18), ("协办单位", 24), ("下一步", 16), ("等谁办", 18), ("期限", 12), ("逾期（天）", 10), ("怎样算的", 40), ("评定", 10),
    ("要求", 60),
)  # fmt: skip


def matters_workbook(lines: Iterable[Line], today: date) -> bytes:
    """Return a list of matters as a workbook."""
    book = Book()
    book.sheet("督查事项", COLUMNS, _rows(lines, today), title="督查事项清单")
    return book.bytes()


def matters_csv(lines: Iterable[Line], today: date) -> bytes:
    """Return a list of matters as CSV, in UTF-8 with the mark by which Excel knows it."""
    rows = ([str(value) if value is not None else "" for value in row] for row in _rows(lines, today))
    return table_bytes(tuple(head for head, _ in COLUMNS), rows)


def _rows(lines: Iterable[Line], today: date) -> Iterator[list[Any]]:
    for line in lines:
        matter = line.matter
        late = (today - matter.due_on).days if matter.due_on and matter.due_on < today else None
        yield [
            matter.short_number, matter.title, matter.get_source_display(), matter.source_name, matter.source_person,
            matter.received_on, matter.get_urgency_display(), matter.get_state_display(),
            line.lead.name if line.lead else "", "、".join(unit.name for unit in line.supports), line.next,
            (matter.waits_for.name if matter.waits_for else "督查室") if line.open else "", matter.due_on, late, line.how,
            matter.grade, matter.text,
        ]  # fmt: skip
