"""From the cells of any spreadsheet to a source: each sheet a table, as it looks on the screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from duban.core.reading.draft import Box, Draft
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_COLUMNS, MAX_SHEET_AREA, MAX_SHEET_CELLS
from duban.core.types import Source, Span


@dataclass(slots=True)
class Sheet:
    """The words of a sheet by row and column from 0; merged ranges are first row and column, last row and column.

    Only cells with words are held: a word at the far end of a sheet costs no more than one at its start.
    """

    title: str
    hidden: bool = False
    words: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


class Workbook:
    """The sheets of one file as they are read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._sheets: list[Sheet] = []
        self._filled = 0

    def sheet(self, title: str, *, hidden: bool = False) -> Sheet:
        """Begin a sheet."""
        self._sheets.append(Sheet(title, hidden))
        return self._sheets[-1]

    def put(self, sheet: Sheet, row: int, column: int, words: str) -> None:
        """Write `words` into a cell; more cells than anyone fills are an :class:`UnreadableSource`."""
        if words and not words.isspace():
            self._filled += 1
            if self._filled > MAX_SHEET_CELLS:
                raise UnreadableSource(
                    f"有文字的单元格超过 {MAX_SHEET_CELLS} 个，不像任务表。请只保留需要的部分，另存后再试。",
                    code="too-large",
                    name=self._name,
                )
            sheet.words[row, column] = words.replace("\r\n", "\n").replace("\r", "\n")

    def source(self, *, media_type: str, sha256: str) -> Source:
        """Return the sheets one after another, under their titles where there are several; hidden ones are furniture.

        A workbook without words is an :class:`UnreadableSource`.
        """
        # Hidden sheets come last, so that what people see is read in one go.
        filled = sorted((sheet for sheet in self._sheets if sheet.words), key=lambda sheet: sheet.hidden)
        if not filled:
            raise UnreadableSource("表格里没有文字。请检查是否选错了文件。", code="no-text", name=self._name)
        draft = Draft()
        for sheet in filled:
            start = draft.length
            if len(filled) > 1:
                draft.line(sheet.title)
            draft.table(_boxes(sheet))
            if sheet.hidden:
                draft.tables.pop()
                draft.furniture.append(Span(start, draft.length))
        return Source(
            name=self._name,
            media_type=media_type,
            sha256=sha256,
            text=draft.text,
            lines="paragraph",
            tables=tuple(draft.tables),
            furniture=tuple(draft.furniture),
        )


def _boxes(sheet: Sheet) -> Iterator[Box]:
    """Yield the cells of each row with words, up to its last; rows and columns count from the first used ones."""
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for row, column in sorted(sheet.words):
        rows[row].append(column)
    top, left = min(rows), min(columns[0] for columns in rows.values())
    bottom, right = max(rows), max(columns[-1] for columns in rows.values())
    # A stray word far to the right would fill a page with empty cells.
    with_empty = sum(columns[-1] - left + 1 for columns in rows.values()) <= MAX_SHEET_AREA
    merged = {
        (row, column): (min(last_row, bottom) - row + 1, min(last_column, right) - column + 1)
        for row, column, last_row, last_column in sheet.merged
        if (row, column) in sheet.words and last_row >= row and last_column >= column
    }
    # For each column the last row that a merged cell reaches.
    covered: dict[int, int] = {}
    for row, columns in rows.items():
        for column in range(left, columns[-1] + 1) if with_empty else columns:
            if covered.get(column, -1) >= row:
                continue
            height, width = merged.get((row, column), (1, 1))
            reach = range(column, column + width)
            # Merged ranges of a broken file may reach into each other.
            if width > MAX_COLUMNS or any(covered.get(below, -1) >= row for below in reach):
                height = width = 1
            elif (height, width) != (1, 1):
                covered.update(dict.fromkeys(reach, row + height - 1))
            yield Box(sheet.words.get((row, column), ""), row - top, column - left, height, width)
