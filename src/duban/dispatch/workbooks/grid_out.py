"""The workbook in which a unit fills in its reports of a round."""

from __future__ import annotations

from duban.dispatch.models.reports import TEXTS
from duban.dispatch.queries.grid import Grid, Line
from duban.dispatch.workbooks.grid_form import (
    KEY_COLUMNS,
    KEYS,
    SAID,
    SAID_COLUMNS,
    VALUE,
    VALUE_COLUMNS,
    VALUES,
)
from duban.organisations.sheets import Book, put


def workbook_of(grid: Grid) -> bytes:
    """Return the workbook of a grid: a line for each indicator, one for each task's texts, with what is filled in.

    Only reports that may be written to are in it. What each cell held goes along hidden, so that what somebody else
    changes meanwhile is not overwritten.
    """
    lines = [line for line in grid.lines if line.open]
    book = Book()
    book.help(
        f"{grid.unit.name}{grid.round}填报表",
        (
            f"在“{VALUES}”里填每个指标的本期数，只填数字，不带单位；百分数填 12.5 或 12.5%。累计指标填年初到现在的累计数。节点填完成日期，没有完成的空着。",
            f"在“{SAID}”里写进展情况和其他文字。换行用 Alt+Enter。",
            "灰色的格认任务和指标，不要改；工作表和列的名称不要改，不要合并单元格。整行删掉的，系统里的照旧。",
            "填好后在填报页上传，先看变化，再确认。佐证材料在网页上传。上传只是保存，还要在网页上提交。",
        ),
    )
    _write_values(book, lines)
    _write_texts(book, lines)
    keys = book.book.add_worksheet(KEYS)
    keys.very_hidden()
    rows = [KEY_COLUMNS]
    for line in lines:
        number = line.report.task.short_number
        rows += [(str(line.report.pk), number, cell.name, cell.stored) for cell in (*line.values, *line.texts)]
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            keys.write_string(row, column, value)
    return book.bytes()


def _write_values(book: Book, lines: list[Line]) -> None:
    sheet = book.form(VALUES, VALUE_COLUMNS)
    at = 1
    for line in lines:
        for cell in line.values:
            locked = (
                line.report.task.short_number,
                line.report.task.title,
                cell.name.removeprefix("value:"),
                cell.label,
                cell.unit,
                cell.target,
                cell.previous,
            )
            for column, value in enumerate(locked):
                put(sheet, at, column, value, book.locked)
            filled = float(cell.stored) if cell.stored and not cell.day else cell.stored or None
            put(sheet, at, len(locked), filled, book.open)
            at += 1
    sheet.data_validation(
        1,
        len(VALUE_COLUMNS) - 1,
        max(at - 1, 1),
        len(VALUE_COLUMNS) - 1,
        {"validate": "decimal", "criteria": "between", "minimum": -1e13, "maximum": 1e13,
         "error_title": VALUE, "error_message": "只填数字，不带单位；节点填完成日期，如 2026-6-30。"},
    )  # fmt: skip


def _write_texts(book: Book, lines: list[Line]) -> None:
    sheet = book.form(SAID, SAID_COLUMNS)
    for at, line in enumerate(lines, 1):
        put(sheet, at, 0, line.report.task.short_number, book.locked)
        put(sheet, at, 1, line.report.task.title, book.locked)
        for column, cell in enumerate(line.texts, 2):
            put(sheet, at, column, cell.stored, book.open)
        put(sheet, at, 2 + len(TEXTS), line.texts[0].previous, book.locked)
