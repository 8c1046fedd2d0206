"""Files of an invented district, made for a test, and what holds of every source whatever it was made from."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from itertools import pairwise

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from duban.core.reading import read_bytes
from duban.core.types import Source, Span, Table

W = nsdecls("w")


def check(source: Source) -> Source:
    """Return `source` once all that is promised of its places holds."""
    whole = Span(0, len(source.text))
    for table in source.tables:
        assert whole.contains(table.span)
        assert all(table.span.contains(cell.span) for cell in table.cells)
        assert all(before.span.end <= after.span.start for before, after in pairwise(table.cells))
        places = [
            (cell.row + down, cell.column + across)
            for cell in table.cells
            for down in range(cell.row_span)
            for across in range(cell.column_span)
        ]
        assert len(places) == len(set(places))
    spans = [heading.span for heading in source.headings]
    for ordered in (spans, list(source.furniture)):
        assert all(whole.contains(span) and span for span in ordered)
        assert ordered == sorted(ordered)
    assert all(whole.contains(note.span) for note in source.notes)
    return source


def read(data: bytes, name: str = "兰桥区文件") -> Source:
    return check(read_bytes(data, name=name))


def grid(source: Source, table: Table | None = None) -> list[list[str]]:
    """Return the words of a table's cells, row by row as they stand; the first table if none is named."""
    rows: dict[int, list[str]] = {}
    for cell in (table or source.tables[0]).cells:
        rows.setdefault(cell.row, []).append(cell.span.of(source.text))
    return list(rows.values())


def merged(source: Source, table: Table | None = None) -> dict[str, tuple[int, int]]:
    """Return the merged cells of a table by their words, with how many rows and columns they cover."""
    return {
        cell.span.of(source.text): (cell.row_span, cell.column_span)
        for cell in (table or source.tables[0]).cells
        if (cell.row_span, cell.column_span) != (1, 1)
    }


def furniture(source: Source) -> list[str]:
    return [span.of(source.text) for span in source.furniture]


def zipped(members: Mapping[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def saved(document: object) -> bytes:
    """Return what python-docx or openpyxl would write to disk."""
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def changed(data: bytes, part: str, *replacements: tuple[str, str]) -> bytes:
    """Return an Office file with each pattern replaced in one of its parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members[part].decode()
    for pattern, replacement in replacements:
        text, times = re.subn(pattern, replacement, text, flags=re.DOTALL)
        assert times, pattern
    return zipped(members | {part: text})


def bare_docx(body: str, head: str = "", **parts: str) -> bytes:
    """Return a docx of nothing but a body, as a small generator writes it."""
    document = f"{head}<w:document {W}><w:body>{body}</w:body></w:document>"
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document} | parts)


def paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def element(xml: str) -> object:
    """Return an element of Word's, its namespace declared."""
    return parse_xml(re.sub(r"^<([\w:]+)", rf"<\1 {W}", xml))
