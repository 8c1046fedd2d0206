"""Plain text: every character is kept where it stands, line ends included."""

from __future__ import annotations

from duban.core.reading.decoding import decode
from duban.core.reading.errors import UnreadableSource
from duban.core.types import Source


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the text as decoded, before any normalising.

    Bytes that are no text, or nothing but white space, are an :class:`UnreadableSource`.
    """
    decoded = decode(data, name=name)
    if not decoded.text or decoded.text.isspace():
        raise UnreadableSource("文件里只有空白，没有文字。请检查是否选错了文件。", code="empty", name=name)
    return Source(name=name, media_type="text/plain", sha256=sha256, text=decoded.text, notes=decoded.notes)
