"""OpenDocument spreadsheets: each sheet a table. The file holds the words that its cells show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

from duban.core.reading.cellformat import day
from duban.core.reading.limits import MAX_XML_PART
from duban.core.reading.ooxml import Element, attribute, local, number, parse, parts
from duban.core.reading.workbook import Sheet, Workbook
from duban.core.reading.zipped import open_zip, read_member
from duban.core.types import Source


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the sheets one after another, under their names where there are several.

    A broken file, one without words, or one made to fill the memory is an :class:`UnreadableSource`.
    """
    with open_zip(data, name=name) as container:
        content = parse(read_member(container, "content.xml", limit=MAX_XML_PART, name=name), name=name)
    workbook = Workbook(name)
    for element in parts(content, "body", "spreadsheet"):
        if local(element) == "table":
            _fill(workbook, workbook.sheet(attribute(element, "name") or ""), element)
    return workbook.source(media_type="application/vnd.oasis.opendocument.spreadsheet", sha256=sha256)


def _fill(workbook: Workbook, sheet: Sheet, table: Element) -> None:
    row = 0
    for element in table.iter("{*}table-row"):
        # Repeats are how this format says "empty to the edge of the sheet", and how a bomb says anything.
        rows = _count(element, "number-rows-repeated")
        column = 0
        for cell in element:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            columns = _count(cell, "number-columns-repeated")
            words = _words(cell) if local(cell) == "table-cell" else ""
            if words:
                height, width = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
                for place in product(range(row, row + rows), range(column, column + columns)):
                    workbook.put(sheet, *place, words)
                    if height * width > 1:
                        sheet.merged.append((*place, place[0] + height - 1, place[1] + width - 1))
            column += columns
        row += rows


def _count(element: Element, name: str) -> int:
    return max(number(element, name) or 1, 1)


def _words(cell: Element) -> str:
    """Return the words of a cell, a line for each paragraph; dates in one form, whatever the country of the sheet."""
    stated = attribute(cell, "date-value") or ""
    try:
        return day(date.fromisoformat(stated[:10]))
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
