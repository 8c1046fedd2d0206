"""The audit trail as a file: row by row, so that a long one needs no more memory than a short one."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

from duban.audit.models import Event
from duban.auditing import labels

COLUMNS = {
    "序号": 8,
    "时间": 20,
    "操作人": 12,
    "操作人编号": 10,
    "来源": 16,
    "区划": 10,
    "操作": 14,
    "操作代码": 24,
    "对象": 20,
    "对象名称": 30,
    "原值": 40,
    "新值": 40,
    "摘要": 20,
}
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_csv(events: Iterable[Event]) -> Iterator[bytes]:
    """Yield the events as CSV in UTF-8 with BOM; what a spreadsheet would take for a formula gets an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(COLUMNS)
    for count, event in enumerate(events, 1):
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in map(str, _row(event))])
        if count % 500 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def as_xlsx(events: Iterable[Event]) -> IO[bytes]:
    """Return the events as a workbook in a temporary file, at its beginning."""
    file = TemporaryFile()  # noqa: SIM115 — the response closes it
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    head = book.add_format({"bold": True, "bg_color": "#E9EDF3", "border": 1, "border_color": "#B8BEC6"})
    sheet = book.add_worksheet("审计记录")
    sheet.freeze_panes(1, 0)
    for column, (name, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    last = 0
    for last, event in enumerate(events, 1):
        for column, cell in enumerate(_row(event)):
            if isinstance(cell, int):
                sheet.write_number(last, column, cell)
            elif cell:
                sheet.write_string(last, column, _ILLEGAL.sub("", cell)[:32_767])
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    book.close()
    file.seek(0)
    return file


def _row(event: Event) -> list[Any]:
    return [
        event.number,
        timezone.localtime(event.at).strftime("%Y-%m-%d %H:%M:%S"),
        event.actor_name,
        event.actor_id if event.actor_id is not None else "",
        event.origin,
        event.division,
        labels.action(event.action),
        event.action,
        event.subject,
        event.subject_name,
        _json(event.before),
        _json(event.after),
        event.digest,
    ]


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
