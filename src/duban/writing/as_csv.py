"""One row per task, for Excel, WPS and whatever else reads a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import BinaryIO

from duban.core.types import Document, Ledger, Source, Task
from duban.writing import words

# The columns bear the names of the code, as JSON does; docs/cli.md says what they are in Chinese.
COLUMNS = (
    "source",
    "sha256",
    "document",
    "region",
    "year",
    "task",
    "section",
    "number",
    "title",
    "text",
    "indicators",
    "projects",
    "lead_unit",
    "responsible_unit",
    "supporting_unit",
    "sponsors",
    "deadlines",
    "due",
    "start",
    "end",
)

#: The mark by which Excel and WPS know UTF-8.
MARK = b"\xef\xbb\xbf"

# What a spreadsheet takes for the start of a formula, full width included, even behind white space.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def write_csv(ledgers: Iterable[Ledger], file: BinaryIO) -> None:
    """Write a row for each task of each document, in UTF-8 with the mark by which Excel and WPS know it."""
    file.write(MARK)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")

    def flush() -> None:
        file.write(buffer.getvalue().encode("utf-8"))
        buffer.seek(0)
        buffer.truncate()

    writer.writerow(COLUMNS)
    flush()
    for ledger in ledgers:
        for document in ledger.documents:
            indicators, projects = words.by_task(document.indicators), words.by_task(document.projects)
            for task in document.tasks:
                inside = [words.indicator(of) for of in indicators[task.id]]
                invested = [words.investment(project) for project in projects[task.id]]
                writer.writerow(_row(task, document, ledger.source, inside, invested))
        flush()


def _row(task: Task, document: Document, source: Source, indicators: list[str], projects: list[str]) -> list[str]:
    due = [limit.due for limit in task.deadlines if limit.due]
    cells: list[str | int | None] = [
        source.name,
        source.sha256,
        document.title,
        document.region,
        document.year,
        task.id,
        " › ".join(words.path(task, document)),
        task.number,
        task.title,
        task.text,
        "；".join(indicators),
        "；".join(projects),
        "、".join(words.units(task, "lead")),
        "、".join(words.units(task, "responsible")),
        "、".join(words.units(task, "support")),
        "、".join(task.sponsors),
        "；".join(words.once(limit.text for limit in task.deadlines)),
        max(due).isoformat() if due else None,
        task.span.start,
        task.span.end,
    ]
    return [cell_text(cell) for cell in cells]


def table_bytes(columns: Iterable[str], rows: Iterable[Iterable[str | int | None]]) -> bytes:
    """Return a table that fits into memory as the same kind of file: a head, a row for each of `rows`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell_text(cell) for cell in row] for row in rows)
    return MARK + buffer.getvalue().encode("utf-8")


def cell_text(value: str | int | None) -> str:
    """Return the value as a cell may hold it: no control characters, and nothing that a spreadsheet runs as a formula."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    if not value:
        return value
    # Most cells begin with a letter or a figure and hold no control character: one look is enough.
    if value.isprintable() and value[:1].isalnum():
        return value
    text = _CONTROL.sub("", value)
    if text[:1].isalnum():
        return text
    # A leading apostrophe is what spreadsheets themselves use to say "this is text".
    return f"'{text}" if _FORMULA.match(text) else text
