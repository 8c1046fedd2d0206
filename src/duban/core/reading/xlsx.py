"""Excel workbooks (xlsx): each sheet a table, as it looks on the screen.

The cells are read one by one, as they stand in the file. A library that makes a grid of them first ends the whole
process at a cell in row 999999999, and gives 0.085 for what everyone reads as 8.5%.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from zipfile import ZipFile

from lxml import etree

from duban.core.reading.cellformat import BUILT_IN, shown
from duban.core.reading.limits import MAX_SHEET_CELLS, MAX_SHEET_PART
from duban.core.reading.ooxml import (
    Element,
    Package,
    attribute,
    broken_xml,
    child,
    local,
    number,
    parts,
    refuse_entities,
)
from duban.core.reading.workbook import Sheet, Workbook
from duban.core.reading.zipped import open_zip, read_member
from duban.core.types import Source

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# Characters that XML cannot hold are written so; halves of characters (D800 to DFFF) are left as they stand.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the sheets one after another, each a table.

    A broken file, one with entities, without words, or made to fill the memory is an :class:`UnreadableSource`.
    """
    with open_zip(data, name=name) as container:
        reader = _Reader(container, name=name)
        reader.read_sheets()
    return reader.workbook.source(
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sha256=sha256
    )


class _Reader:
    def __init__(self, container: ZipFile, *, name: str) -> None:
        self.workbook = Workbook(name)
        self._name = name
        self._container = container
        self._package = Package(container, usual="xl/workbook.xml", name=name)
        styles = self._package.related("styles")
        own = {number(form, "numFmtId"): attribute(form, "formatCode") or "" for form in parts(styles, "numFmts")}
        keys = [number(style, "numFmtId") or 0 for style in parts(styles, "cellXfs")]
        self._forms = [own.get(key, BUILT_IN.get(key, "")) for key in keys]
        self._from_1904 = attribute(child(self._package.main, "workbookPr"), "date1904") in ("1", "true")
        self._strings: list[str] = []
        strings = next((relation for relation in self._package.relations if relation.kind == "sharedStrings"), None)
        if strings is not None:
            elements = self._elements(strings.path, "si")
            self._strings = [_string(element) for element in islice(elements, MAX_SHEET_CELLS)]

    def read_sheets(self) -> None:
        """Read all sheets of cells; charts that fill a sheet are none."""
        paths = {relation.key: relation.path for relation in self._package.relations if relation.kind == "worksheet"}
        done: set[str] = set()
        for element in parts(self._package.main, "sheets"):
            path = paths.get(attribute(element, "id") or "")
            # A broken file may show one part in a thousand sheets.
            if path is not None and path not in done:
                done.add(path)
                hidden = attribute(element, "state") in ("hidden", "veryHidden")
                self._read_sheet(self.workbook.sheet(attribute(element, "name") or "", hidden=hidden), path)

    def _read_sheet(self, sheet: Sheet, path: str) -> None:
        row = column = 0
        for element in self._elements(path, "row", "c", "mergeCell"):
            kind = local(element)
            if kind == "mergeCell":
                first, _, last = (element.get("ref") or "").partition(":")
                if (start := _place(first)) and (end := _place(last)):
                    sheet.merged.append((*start, *end))
                continue
            # Rows and cells may leave out where they are: they then follow one another.
            if column == 0:
                row = number(element if kind == "row" else element.getparent(), "r") or row + 1
            if kind == "row":
                column = 0
            else:
                stated = _place(element.get("r") or "")
                row, column = (stated[0] + 1, stated[1] + 1) if stated else (row, column + 1)
                self.workbook.put(sheet, row - 1, column - 1, self._words(element))

    def _words(self, cell: Element) -> str:
        value = child(cell, "v")
        written = "" if value is None else value.text or ""
        match cell.get("t"):
            case "s":
                place = int(written) if written.isdecimal() and len(written) < 10 else len(self._strings)
                return self._strings[place] if place < len(self._strings) else ""
            case "inlineStr":
                return _string(child(cell, "is"))
            case "b":
                return "TRUE" if written == "1" else "FALSE"
            case "str" | "e" | "d":
                return _unescaped(written)
        style = number(cell, "s") or 0
        try:
            return shown(
                float(written), self._forms[style] if 0 <= style < len(self._forms) else "", from_1904=self._from_1904
            )
        except ValueError:
            return written

    def _elements(self, path: str, *kinds: str) -> Iterator[Element]:
        """Yield the elements of these kinds in a part, each once it is complete; each is forgotten after the next."""
        part = read_member(self._container, path, limit=MAX_SHEET_PART, name=self._name)
        events = etree.iterparse(
            BytesIO(part), tag=[f"{{*}}{kind}" for kind in kinds], resolve_entities=False, no_network=True
        )
        try:
            for _, element in events:
                yield element
                # A sheet's tree would be twenty times its text.
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise broken_xml(error, name=self._name) from error
        refuse_entities(events.root, name=self._name)


def _place(reference: str) -> tuple[int, int] | None:
    """Return row and column from 0 of a cell's name: B2 is 1, 1."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _string(element: Element | None) -> str:
    """Return the words of a string, those that say how it is pronounced left out."""
    runs = (run if local(run) == "t" else child(run, "t") for run in parts(element) if local(run) in ("t", "r"))
    return _unescaped("".join(run.text or "" for run in runs if run is not None))


def _unescaped(words: str) -> str:
    return _ESCAPED.sub(lambda match: match[0] if match[1][:1] in "Dd" else chr(int(match[1], 16)), words)
