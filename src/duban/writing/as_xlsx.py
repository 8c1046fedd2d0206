"""The workbook that an office sends on: 总台账, 指标, 项目, 提示, laid out for the screen and for paper."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Literal

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from duban.core.types import Document, Indicator, Ledger, Note, Project, Span, Task
from duban.writing import words
from duban.writing.places import Places

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
class _Column:
    title: str
    width: float
    kind: Kind = "text"


_FILE = _Column("文件", 18)
_INDEX = _Column("序号", 5, "index")
_PLACE = _Column("原文位置", 14)

_TASKS = (
    _INDEX,
    _Column("章节", 14),
    _Column("任务", 15),
    _Column("主要内容", 56),
    _Column("指标", 24),
    _Column("牵头单位", 16),
    _Column("责任单位", 18),
    _Column("配合单位", 14),
    _Column("完成时限", 19),
    _PLACE,
)
_INDICATORS = (
    _INDEX,
    _Column("任务", 20),
    _Column("指标名称", 30),
    _Column("比较", 8, "centre"),
    _Column("目标值", 11, "number"),
    _Column("上限", 9, "number"),
    _Column("单位", 9, "centre"),
    _Column("类型", 8, "centre"),
    _Column("状态", 8, "centre"),
    _Column("原文", 40),
    _Column("位置", 13),
)
_PROJECTS = (
    _INDEX,
    _Column("任务", 24),
    _Column("项目名称", 40),
    _Column("投资额", 12, "number"),
    _Column("单位", 9, "centre"),
    _Column("原文", 56),
    _Column("位置", 13),
)
_NOTES = (
    _INDEX,
    _Column("提示", 72),
    _Column("原文", 52),
    _Column("位置", 13),
    _Column("代码", 20),
)


def write_xlsx(ledgers: Iterable[Ledger], file: BinaryIO, *, today: date | None = None) -> None:
    """Write the workbook; `today` is the day it says it was made on.

    Several documents share the four sheets, with a column 文件 in front. A 总台账 is the one list of all tasks: an
    office filters it by unit or by date across every paper, and a sheet for each paper would have to be filtered one
    by one. Who wants a workbook per paper writes into a folder.

    Raises `TooManyRows` where a sheet would not hold them.
    """
    stream = (
        (ledger, document)
        for ledger in ledgers
        # A source without any document still has its say in the notes.
        for document in ledger.documents or (None,)
    )
    first = list(islice(stream, 2))
    with TemporaryDirectory(prefix="duban-") as folder:
        options = {
            # Rows go to the disk as they come; only widths and formats are kept.
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(file, options)
        day = today or _NO_DAY
        book.set_properties({"title": _title(first), "created": datetime(day.year, day.month, day.day)})
        _Workbook(book, _title(first), _subtitle(first)).fill(chain(first, stream), several=len(first) > 1)
        try:
            book.close()
        except FileCreateError as error:
            # A full disk is a full disk, whoever meets it.
            raise error.args[0] from None


_Entry = tuple[Ledger, Document | None]


def _title(first: list[_Entry]) -> str:
    if len(first) != 1:
        return "总台账"
    ((ledger, document),) = first
    return words.document_name(document, ledger.source) if document else ledger.source.name


def _subtitle(first: list[_Entry]) -> str:
    if not first:
        return "没有读出任何文件。"
    if len(first) > 1:
        return "由多份文件合并而成；来自哪一份见“文件”列，可按列筛选。"
    ((ledger, document),) = first
    if document is None:
        return f"来源：{ledger.source.name}。未读出文件，原因见“提示”。"
    parts = [f"来源：{ledger.source.name}"]
    if document.issuer:
        parts.append(f"发文机关：{document.issuer}")
    if document.doc_number:
        parts.append(document.doc_number)
    if document.issued_on:
        parts.append(words.full_date(document.issued_on))
    parts.append(
        f"任务{len(document.tasks)}项、指标{len(document.indicators)}项、项目{len(document.projects)}个、"
        f"提示{len(ledger.source.notes) + len(document.notes)}条"
    )
    return "　".join(parts)


class _Workbook:
    def __init__(self, book: Any, title: str, subtitle: str) -> None:
        self._book, self._title, self._subtitle = book, title, subtitle

    def fill(self, entries: Iterable[_Entry], *, several: bool) -> None:
        extra = (_FILE,) if several else ()

        def sheet(name: str, columns: tuple[_Column, ...], what: str = "") -> _Sheet:
            title = f"{self._title}{what}"
            return _Sheet(self._book, name, title, self._subtitle, (columns[0], *extra, *columns[1:]))

        tasks = sheet("总台账", _TASKS)
        indicators = sheet("指标", _INDICATORS, "——指标")
        projects = sheet("项目", _PROJECTS, "——项目")
        notes = sheet("提示", _NOTES, "——提示")

        seen: Ledger | None = None
        places = None
        for ledger, document in entries:
            if ledger is not seen or places is None:
                places = Places(ledger.source)
                own: list[Value] = [ledger.source.name] if several else []
                for note in ledger.source.notes:
                    notes.add(own + _note(note, places))
                seen = ledger
            if document is None:
                continue
            own = [words.short_name(document, ledger.source)] if several else []
            by_id = {task.id: task for task in document.tasks}
            inside, invested = words.by_task(document.indicators), words.by_task(document.projects)
            for task in document.tasks:
                tasks.add(own + _task(task, document, inside[task.id], invested[task.id], places))
            for indicator in document.indicators:
                indicators.add(own + _indicator(indicator, by_id.get(indicator.task or ""), places))
            for project in document.projects:
                projects.add(own + _project(project, by_id.get(project.task or ""), places))
            for note in document.notes:
                notes.add(own + _note(note, places))
        tasks.finish("没有读出任务。原文若有任务，请看“提示”页，或用 duban explain 查看读出了什么。")
        indicators.finish("没有读出指标。")
        projects.finish("没有读出写明投资额的项目。")
        notes.finish("没有需要留意之处。")


def _task(
    task: Task, document: Document, indicators: list[Indicator], projects: list[Project], places: Places
) -> list[Value]:
    above = words.path(task, document)
    lead = words.units(task, "lead")
    if task.sponsors:
        lead.append(f"包保领导：{'、'.join(task.sponsors)}")
    promised = [words.indicator(indicator) for indicator in indicators]
    promised += [words.investment(project) for project in projects]
    return [
        # The outermost heading (三、重点任务) is the same for every row and tells nobody anything.
        "\n".join(above[1:] or above),
        words.task_name(task),
        task.text,
        _lines(promised),
        "\n".join(lead),
        "\n".join(words.units(task, "responsible")),
        "\n".join(words.units(task, "support")),
        "\n".join(words.once(words.deadline(limit, "\n") for limit in task.deadlines)),
        _place(task.span, places),
    ]


def _lines(items: list[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return "\n".join(f"{index}.{item}" for index, item in enumerate(items, 1))


def _indicator(indicator: Indicator, task: Task | None, places: Places) -> list[Value]:
    return [
        words.task_name(task) if task else "",
        indicator.name,
        words.COMPARATOR[indicator.comparator],
        indicator.value,
        indicator.value_high,
        indicator.unit,
        words.MEASURE[indicator.measure],
        words.STATUS[indicator.status],
        indicator.text,
        places.name(indicator.span),
    ]


def _project(project: Project, task: Task | None, places: Places) -> list[Value]:
    return [
        words.task_name(task) if task else "",
        project.name,
        project.value,
        project.unit,
        project.text,
        places.name(project.span),
    ]


def _note(note: Note, places: Places) -> list[Value]:
    return [note.message, words.shorten(places.words(note.span), 200), places.name(note.span), note.code]


def _place(span: Span, places: Places) -> str:
    opening = places.words(Span(span.start, min(span.end, span.start + 40)))
    return f"{places.name(span)}\n“{words.shorten(opening, 12)}”" if opening else places.name(span)


class _Sheet:
    """One sheet, written from top to bottom."""

    def __init__(self, book: Any, name: str, title: str, subtitle: str, columns: tuple[_Column, ...]) -> None:
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
