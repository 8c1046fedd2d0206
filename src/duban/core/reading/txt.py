"""Plain text: every character is kept where it stands, line ends included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from duban.core.reading.decoding import decode
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_COLUMNS
from duban.core.types import Cell, Source, Span, Table

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_RULE = re.compile(r"\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?")
# Fewer lines or tabs may be an indented address or a signature.
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
