"""How a sheet of a 总台账 looks, on the screen and on paper: title, head, wrapped rows of a fitting height, print set-up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Literal

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

Kind = Literal["index", "text", "number", "centre"]
Value = str | float | None

# Names as Windows and WPS have them; where a font is missing, the system takes another of the same width.
_BODY_FONT, _HEAD_FONT, _TITLE_FONT = "仿宋", "黑体", "宋体"
_BODY_SIZE, _HEAD_SIZE, _TITLE_SIZE = 10, 10, 16
# A row cannot be higher than 409 points: what does not fit is set in smaller type, down to what can still be read.
_SIZES = (_BODY_SIZE, 9, 8, 7)

_MAX_ROWS = 1_048_576
_MAX_CELL = 32_767
_MAX_HEIGHT = 409.0
_HEADER_ROW = 2
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

# The day written into the file's properties when none is given: two runs on one source give the same bytes.
_NO_DAY = date(1980, 1, 1)


class TooManyRows(ValueError):  # noqa: N818 — a refusal is named for what it says
    """One sheet would need more rows than a spreadsheet has."""


@dataclass(frozen=True)
class Column:
    """A column: its head, its width in the characters of a spreadsheet, what stands in it."""

    title: str
    width: float
    kind: Kind = "text"


@contextmanager
def open_book(file: BinaryIO, title: str, today: date | None = None) -> Iterator[Any]:
    """Give a workbook of xlsxwriter and write it into `file` at the end; `today` is the day it says it was made on.

    Rows go to the disk as they come; only widths and formats are kept in memory.
    """
    with TemporaryDirectory(prefix="duban-") as folder:
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(file, options)
        day = today or _NO_DAY
        book.set_properties({"title": title, "created": datetime(day.year, day.month, day.day)})
        yield book
        try:
            book.close()
        except FileCreateError as error:
            # A full disk is a full disk, whoever meets it.
            raise error.args[0] from None


class Sheet:
    """One sheet under a title and a line that says where it comes from, written from top to bottom."""

    def __init__(self, book: Any, name: str, title: str, subtitle: str, columns: tuple[Column, ...]) -> None:
        self._sheet = book.add_worksheet(name)
        self._columns = columns
        self._row = _HEADER_ROW + 1
        self._last = len(columns) - 1
        self._make_formats(book)
        for index, column in enumerate(columns):
            self._sheet.set_column(index, index, column.width)
        whole = sum(column.width for column in columns)
        self._heading(0, title, self._title, _height(title, whole, _TITLE_SIZE) + 8)
        self._heading(1, subtitle, self._subtitle, _height(subtitle, whole, _BODY_SIZE) + 4)
        self._sheet.set_row(_HEADER_ROW, 22)
        for index, column in enumerate(columns):
            self._sheet.write_string(_HEADER_ROW, index, column.title, self._head)
        self._set_up_print()

    def _make_formats(self, book: Any) -> None:
        self._title = book.add_format(
            {
                "font_name": _TITLE_FONT,
                "font_size": _TITLE_SIZE,
                "bold": True,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        plain = {"font_name": _BODY_FONT, "font_size": _BODY_SIZE, "valign": "vcenter", "text_wrap": True}
        self._subtitle = book.add_format({**plain, "align": "left"})
        self._head = book.add_format(
            {
                **plain,
                "font_name": _HEAD_FONT,
                "font_size": _HEAD_SIZE,
                "align": "center",
                "border": 1,
                "bg_color": "#E7ECF2",
            }
        )
        align: dict[Kind, str] = {"index": "center", "text": "left", "number": "right", "centre": "center"}
        self._formats = {
            (size, kind): book.add_format({**plain, "font_size": size, "align": side, "border": 1})
            for size in _SIZES
            for kind, side in align.items()
        }

    def _heading(self, row: int, text: str, form: Any, height: float) -> None:
        self._sheet.set_row(row, min(height, _MAX_HEIGHT))
        self._sheet.merge_range(row, 0, row, self._last, "", form)
        self._sheet.write_string(row, 0, _clean(text), form)

    def _set_up_print(self) -> None:
        sheet = self._sheet
        sheet.freeze_panes(_HEADER_ROW + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.center_horizontally()
        sheet.repeat_rows(_HEADER_ROW)
        sheet.set_footer("&C第 &P 页 共 &N 页")

    def add(self, values: list[Value]) -> None:
        """Write one row under the last, numbered."""
        if self._row >= _MAX_ROWS:
            raise TooManyRows(self._sheet.get_name())
        cells: list[Value] = [float(self._row - _HEADER_ROW), *values]
        cells = [_clean(cell) if isinstance(cell, str) else cell for cell in cells]
        size, height = next(
            ((size, height) for size in _SIZES if (height := self._height(cells, size)) <= _MAX_HEIGHT),
            (_SIZES[-1], _MAX_HEIGHT),
        )
        self._sheet.set_row(self._row, height)
        for index, (cell, column) in enumerate(zip(cells, self._columns, strict=True)):
            form = self._formats[size, column.kind]
            if cell is None or cell == "":
                self._sheet.write_blank(self._row, index, None, form)
            elif isinstance(cell, str):
                self._sheet.write_string(self._row, index, cell, form)
            else:
                self._sheet.write_number(self._row, index, cell, form)
        self._row += 1

    def _height(self, cells: list[Value], size: int) -> float:
        return max(
            _height(cell, column.width, size)
            for cell, column in zip(cells, self._columns, strict=True)
            if isinstance(cell, str)
        )

    def finish(self, nothing: str) -> None:
        """Close the table; `nothing` is said where it has no row."""
        if self._row == _HEADER_ROW + 1:
            self._heading(self._row, nothing, self._subtitle, 20)
            self._row += 1
        else:
            self._sheet.autofilter(_HEADER_ROW, 0, self._row - 1, self._last)
        self._sheet.print_area(0, 0, self._row - 1, self._last)


def _clean(text: str) -> str:
    """Return the text as a cell may hold it: without characters that XML forbids, cut where a cell ends."""
    text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _units(text) <= _MAX_CELL:
        return text
    note = f"……（单元格只容{_MAX_CELL}字，全文{len(text)}字，见原文）"
    room = _MAX_CELL - len(note)
    # A cell counts as UTF-16 does: a rare character beyond the basic plane takes two places.
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore") + note


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _height(text: str, width: float, size: int) -> float:
    """Return the height in points that the wrapped text takes in a column of this width.

    Spreadsheets measure wrapped text only when a person double-clicks the row's edge, so the height is worked out
    here: a full-width character is as wide as the type is high, any other about half of it.
    """
    room = (width * 7 - 2) * 0.75 / size  # the column in full-width characters: 7 pixels a unit, 0.75 points a pixel
    lines = sum(_wrapped(line, room) for line in text.split("\n"))
    return lines * size * 1.42 + 6


_WORD = re.compile(r"[\x21-\x7e]+|.", re.DOTALL)


def _wrapped(line: str, room: float) -> int:
    lines, used = 1, 0.0
    for match in _WORD.finditer(line):
        word = match.group()
        wide = 0.55 * len(word) if word.isascii() else 1.0
        if used + wide > room and used:
            lines, used = lines + 1, 0.0
        # A word longer than the line is broken; that no line begins with a comma costs less than a character.
        lines += int(wide // room) if wide > room else 0
        used = used + wide if wide <= room else wide % room
    return lines


def lines(items: list[str]) -> str:
    """Return the items as the lines of a cell, numbered where there are several."""
    if len(items) < 2:
        return "".join(items)
    return "\n".join(f"{index}.{item}" for index, item in enumerate(items, 1))
