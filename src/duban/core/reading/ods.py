"""OpenDocument spreadsheets: each sheet a table. The file holds the words that its cells show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from duban.core.reading.cellformat import shown
from duban.core.reading.draft import Box, Draft
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_SHEET_AREA, MAX_XML_PART
from duban.core.reading.ooxml import Element, attribute, local, number, parse, parts
from duban.core.reading.zipped import open_zip, read_member
from duban.core.types import Source


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the sheets one after another, under their names where there are several.

    A broken file, one without words, or one that would fill the memory is an :class:`UnreadableSource`.
    """
    with open_zip(data, name=name) as container:
        content = parse(read_member(container, "content.xml", limit=MAX_XML_PART, name=name), name=name)
    draft = Draft()
    sheets = [
        (attribute(sheet, "name") or "", boxes)
        for sheet in parts(content, "body", "spreadsheet")
        if local(sheet) == "table" and (boxes := list(_boxes(sheet, name=name)))
    ]
    for title, boxes in sheets:
        if len(sheets) > 1:
            draft.line(title)
        draft.table(boxes)
    text = draft.text
    if not text or text.isspace():
        raise UnreadableSource("表格里没有文字。请检查是否选错了文件。", code="no-text", name=name)
    return Source(
        name=name,
        media_type="application/vnd.oasis.opendocument.spreadsheet",
        sha256=sha256,
        text=text,
        lines="paragraph",
        tables=tuple(draft.tables),
    )


def _boxes(sheet: Element, *, name: str) -> Iterator[Box]:
    """Yield the cells of a sheet up to the last words of each row; rows without words give none."""
    row = area = 0
    for element in sheet.iter("{*}table-row"):
        column = 0
        cells: list[tuple[Element, str, int, int]] = []
        for cell in element:
            if local(cell) in ("table-cell", "covered-table-cell"):
                times = _count(cell, "number-columns-repeated")
                if local(cell) == "table-cell":
                    cells.append((cell, _words(cell), column, times))
                column += times
        while cells and not cells[-1][1].strip():
            cells.pop()
        rows = _count(element, "number-rows-repeated")
        if cells:
            # Repeats are how this format says "empty to the edge of the sheet", and how a bomb says anything.
            area += rows * (cells[-1][2] + cells[-1][3])
            if area > MAX_SHEET_AREA:
                raise UnreadableSource(
                    "工作表的内容散布过广，可能在远处误输入了内容。请删去表格以外的内容，另存后再试。",
                    code="too-large",
                    name=name,
                )
            for copy in range(row, row + rows):
                for cell, words, first, times in cells:
                    spans = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
                    yield from (Box(words, copy, first + step, *spans) for step in range(times))
        row += rows


def _count(element: Element, name: str) -> int:
    return max(number(element, name) or 1, 1)


def _words(cell: Element) -> str:
    """Return the words of a cell, a line for each paragraph; dates in one form, whatever the country of the sheet."""
    day = attribute(cell, "date-value") or ""
    try:
        return shown(date.fromisoformat(day[:10]))
    except ValueError:
        return "\n".join("".join(_pieces(paragraph)) for paragraph in cell if local(paragraph) == "p")


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for part in element:
        kind = local(part)
        if kind == "s":
            yield " "
        elif kind == "line-break":
            yield "\n"
        elif kind == "tab":
            yield "\t"
        elif kind != "annotation":
            yield from _pieces(part)
        yield part.tail or ""
