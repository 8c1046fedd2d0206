"""How the site's workbooks look: one head style, wrapped text, a frozen head, no formulas made from text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter


class Book:
    """A workbook in memory, written sheet by sheet."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        }
        self.book = xlsxwriter.Workbook(self._file, options)
        edge = {"border": 1, "border_color": "#B8BEC6", "valign": "vcenter", "font_size": 10}
        self.title = self.book.add_format({"bold": True, "font_size": 15, "valign": "vcenter"})
        self.head = self.book.add_format(
            {**edge, "bold": True, "bg_color": "#E9EDF3", "align": "center", "text_wrap": True}
        )
        self.cell = self.book.add_format({**edge, "text_wrap": True, "valign": "top"})
        self.day = self.book.add_format({**edge, "valign": "top", "num_format": "yyyy-mm-dd"})
        self.locked = self.book.add_format({**edge, "text_wrap": True, "valign": "top", "bg_color": "#F3F4F6"})
        self.open = self.book.add_format({**edge, "text_wrap": True, "valign": "top", "locked": False})
        self.open_text = self.book.add_format({**edge, "valign": "top", "locked": False, "num_format": "@"})
        self.open_day = self.book.add_format({**edge, "valign": "top", "locked": False, "num_format": "yyyy-mm-dd"})

    def sheet(
        self, name: str, columns: Sequence[tuple[str, float]], rows: Iterable[Sequence[Any]], *, title: str = ""
    ) -> Any:
        """Add a sheet of plain rows under a title line (left out where empty) and return it."""
        sheet = self.book.add_worksheet(name)
        at = 0
        if title:
            sheet.write_string(0, 0, title, self.title)
            sheet.set_row(0, 28)
            at = 1
        for column, (head, width) in enumerate(columns):
            sheet.write_string(at, column, head, self.head)
            sheet.set_column(column, column, width)
        last = at
        for last, row in enumerate(rows, at + 1):
            for column, value in enumerate(row):
                put(sheet, last, column, value, self.cell, self.day)
        sheet.freeze_panes(at + 1, 0)
        sheet.autofilter(at, 0, last, len(columns) - 1)
        sheet.repeat_rows(at)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        return sheet

    def form(self, name: str, columns: Iterable[tuple[str, float]]) -> Any:
        """Add a sheet to fill in: its head, and protection of what is not `open`; return it."""
        sheet = self.book.add_worksheet(name)
        for column, (head, width) in enumerate(columns):
            sheet.write_string(0, column, head, self.head)
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 2)
        # Against slips, not against people: there is no password.
        sheet.protect("", {"format_cells": True, "format_columns": True, "format_rows": True, "autofilter": True})
        return sheet

    def help(self, title: str, lines: Iterable[str]) -> None:
        """Add a sheet that says how the workbook is filled in."""
        sheet = self.book.add_worksheet("填写说明")
        sheet.set_column(0, 0, 100)
        sheet.write_string(0, 0, title, self.title)
        for n, line in enumerate(lines, 1):
            sheet.write_string(n, 0, f"{n}．{line}")

    def bytes(self) -> bytes:
        """Close the workbook and return the file."""
        self.book.close()
        return self._file.getvalue()


def put(sheet: Any, row: int, column: int, value: Any, style: Any, day_style: Any = None) -> None:
    """Write one cell by the kind of its value; a formula never comes of a text."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, (date, datetime)):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day_style or style)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, style)
    else:
        # What a cell can hold at most.
        sheet.write_string(row, column, str(value)[:32_767], style)
