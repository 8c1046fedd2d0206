"""Plain text: every character is kept where it stands, line ends included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, pairwise

from duban.core.reading.decoding import decode
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_COLUMNS, MAX_TEXT_CELLS
from duban.core.types import Cell, Source, Span, Table

_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_BAR, _TAB = re.compile(r"(?<!\\)\|"), re.compile(r"\t")
# Fewer lines or tabs may be an address or signatures.
_LEAST_ROWS = _LEAST_TABS = 3


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the text as decoded, before any normalising; tables drawn with bars or tabs are marked in it.

    Bytes that are no text, or nothing but white space, are an :class:`UnreadableSource`.
    """
    decoded = decode(data, name=name)
    text = decoded.text
    if not text or text.isspace():
        raise UnreadableSource("文件里只有空白，没有文字。请检查是否选错了文件。", code="empty", name=name)
    return Source(
        name=name,
        media_type="text/plain",
        sha256=sha256,
        text=text,
        tables=tuple(_tables(text)),
        notes=decoded.notes,
    )


def _tables(text: str) -> Iterator[Table]:
    if not 0 < text.count("|") + text.count("\t") <= MAX_TEXT_CELLS:
        return
    lines = (Span(match.start(), match.start() + len(match[0].rstrip("\r\n"))) for match in _LINE.finditer(text))
    for shape, run in groupby(lines, key=lambda line: _shape(line.of(text))):
        if shape == "bars":
            yield from _drawn_with_bars(list(run), text)
        elif shape is not None and len(rows := list(run)) >= _LEAST_ROWS:
            yield _table(rows, _TAB, text)


def _shape(line: str) -> str | int | None:
    """Return "bars" for a line with bars, the number of tabs for one of a table's, None for any other line."""
    if "|" in line:
        return "bars"
    tabs = line.count("\t")
    return tabs if _LEAST_TABS <= tabs < MAX_COLUMNS else None


def _drawn_with_bars(lines: list[Span], text: str) -> Iterator[Table]:
    """Yield the tables among lines with bars: a head, a rule (``---|---``), and what follows."""
    rules = [place for place, line in enumerate(lines) if _is_rule(line.of(text))]
    for rule, following in pairwise([*rules, len(lines) + 1]):
        # The line before the next rule is the head of the next table.
        rows = [lines[rule - 1], *lines[rule + 1 : following - 1]] if rule else []
        if len(rows) > 1 and max(row.of(text).count("|") for row in rows) < MAX_COLUMNS:
            yield _table(rows, _BAR, text)


def _is_rule(line: str) -> bool:
    return "--" in line and not line.strip("|-: \t")


def _table(rows: list[Span], separator: re.Pattern[str], text: str) -> Table:
    cells: list[Cell] = []
    for row, line in enumerate(rows):
        ends = [match.start() for match in separator.finditer(text, line.start, line.end)]
        bounds = [line.start - 1, *ends, line.end]
        parts = [_stripped(Span(start + 1, end), text) for start, end in pairwise(bounds)]
        if separator is _BAR:
            # Bars at both ends are the frame.
            parts = parts[not parts[0] : len(parts) - (len(parts) > 1 and not parts[-1])]
        cells += (Cell(part, row, column) for column, part in enumerate(parts))
    return Table(Span(rows[0].start, rows[-1].end), tuple(cells))


def _stripped(span: Span, text: str) -> Span:
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))
