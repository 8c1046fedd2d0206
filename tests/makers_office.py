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


def ole(name: str, content: bytes, *, small: bool = False) -> bytes:
    """Return a file of one stream in the container of the old Office formats.

    Streams below 4096 bytes stand in a container of their own with `small`, else they are padded to that size.
    """
    sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    length = len(content) if small else max(len(content), 4096)
    content = content.ljust(-(-length // sector) * sector, b"\0")
    minis = struct.pack("<128I", *(n + 1 if n + 1 < -(-length // 64) else end for n in range(128))) if small else b""
    body = minis + content
    # Sectors: the tables that link all, the directory, the table of small parts, the content.
    tables = next(n for n in range(1, 110) if n * 128 >= n + 1 + len(body) // sector)
    first = tables + 1 + len(minis) // sector
    last = first + len(content) // sector - 1
    links = [0xFFFFFFFD] * tables + [end] * (first - tables) + [*range(first + 1, last + 1), end]
    directory = b"".join(
        entry.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBB3I", 2 * len(entry) + 2, kind, 1, free, free, 1 if kind == 5 else free)
        + bytes(36)
        + struct.pack("<IQ", start, size)
        for entry, kind, start, size in (
            ("Root Entry", 5, first if small else end, len(content) if small else 0),
            (name, 2, 0 if small else first, length),
        )
    ).ljust(sector, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<10I", 0, tables, tables, 0, 4096, tables + 1 if small else end, int(small), end, 0, 0)[:36]
    places = struct.pack(f"<{tables}I", *range(tables)).ljust(436, b"\xff")
    return header + places + struct.pack(f"<{len(links)}I", *links).ljust(tables * sector, b"\xff") + directory + body


def xls(
    *cells: tuple[int, int, str | float] | tuple[int, int, str | float, str],
    merged: tuple[int, int, int, int] | None = None,
    shared: bool = False,
    encrypted: bool = False,
    small: bool = False,
) -> bytes:
    """Return an old Excel workbook of one sheet.

    A cell is row, column, value and perhaps the form of its number; `merged` are first and last row, first and last
    column; with `shared` the words stand in the table of strings, broken up over records as Excel breaks them.
    """

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 0))

    forms = ["General", *dict.fromkeys(cell[3] for cell in cells if len(cell) > 3)]
    strings: list[str] = []
    sheet = begin(0x10)
    for row, column, value, *form in cells:
        place = struct.pack("<HHH", row, column, forms.index(form[0]) if form else 0)
        if isinstance(value, float):
            sheet += record(0x0203, place + struct.pack("<d", value))
        elif isinstance(value, int):
            sheet += record(0x027E, place + struct.pack("<I", (value << 2 | 2) & 0xFFFFFFFF))
        elif shared:
            sheet += record(0x00FD, place + struct.pack("<I", len(strings)))
            strings.append(value)
        else:
            sheet += record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    if merged:
        sheet += record(0x00E5, struct.pack("<HHHHH", 1, *merged))
    sheet += record(0x000A, b"")
    before = begin(0x05) + (record(0x002F, bytes(6)) if encrypted else b"")
    for key, form in enumerate(forms):
        before += record(0x041E, struct.pack("<HHB", 164 + key, len(form), 1) + form.encode("utf-16-le"))
        before += record(0x00E0, struct.pack("<HH", 0, 164 + key) + bytes(16))
    after = b""
    if strings:
        table = struct.pack("<II", len(strings), len(strings))
        for words in strings:
            half = len(words) // 2
            # Each string with a run of its own font, and cut in the middle.
            table += struct.pack("<HBH", len(words), 1 | 8, 1) + words[:half].encode("utf-16-le")
            after += record(0x003C if after else 0x00FC, table)
            table = b"\x01" + words[half:].encode("utf-16-le") + bytes(4)
        after += record(0x003C, table)
    after += record(0x000A, b"")
    tail = struct.pack("<BBBB", 0, 0, 2, 1) + "任务".encode("utf-16-le")
    offset = len(before) + 4 + 4 + len(tail) + len(after)
    return ole("Workbook", before + record(0x0085, struct.pack("<I", offset) + tail) + after + sheet, small=small)
