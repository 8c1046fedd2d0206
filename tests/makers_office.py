"""Files of an invented district, made for a test, and what holds of every source whatever it was made from."""

from __future__ import annotations

import io
import re
import struct
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


def bare_docx(body: str, *, head: str = "", parts: Mapping[str, str] | None = None, method: int = 8) -> bytes:
    """Return a docx of a body and hardly more, as a small generator writes it."""
    document = f"{head}<w:document {W}><w:body>{body}</w:body></w:document>"
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document} | dict(parts or {}), method=method)


def paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def element(xml: str) -> object:
    """Return an element of Word's, its namespace declared."""
    return parse_xml(re.sub(r"^<([\w:]+)", rf"<\1 {W}", xml))


def ole(**streams: bytes) -> bytes:
    """Return a file in the container of the old Office formats, small streams padded as far as it wants them large."""
    sector, end, free, fat_sector = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    entries = [("Root Entry", 5, end, 0)]
    fat = [fat_sector, end]
    body = b""
    for name, content in streams.items():
        content = content.ljust(4096, b"\0") + b"\0" * (-len(content) % sector if len(content) > 4096 else 0)
        first, count = len(fat), len(content) // sector
        fat += [*range(first + 1, first + count), end]
        entries.append((name, 2, first, len(content)))
        body += content
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, free, free if place else 1, free if kind == 2 else 1)
        + bytes(36)
        + struct.pack("<IQ", first, size)
        for place, (name, kind, first, size) in enumerate(entries)
    )
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
        + struct.pack("<I", free) * 108
    )
    table = b"".join(struct.pack("<I", next_sector) for next_sector in fat).ljust(sector, b"\xff")
    return header[:sector] + table + directory.ljust(sector, b"\0") + body


def xls(*cells: tuple[int, int, str | float], merged: tuple[int, int, int, int] | None = None) -> bytes:
    """Return an old Excel workbook of one sheet; `merged` are first and last row, first and last column."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 0))

    sheet = begin(0x10)
    for row, column, value in cells:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            sheet += record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        else:
            sheet += record(0x0203, place + struct.pack("<d", value))
    if merged:
        sheet += record(0x00E5, struct.pack("<HHHHH", 1, *merged))
    sheet += record(0x000A, b"")
    title = "任务".encode("utf-16-le")
    tail = struct.pack("<BBBB", 0, 0, 2, 1) + title
    before = begin(0x05) + record(0x0042, struct.pack("<H", 1200))
    offset = len(before) + 4 + 4 + len(tail) + 4
    return ole(Workbook=before + record(0x0085, struct.pack("<I", offset) + tail) + record(0x000A, b"") + sheet)
