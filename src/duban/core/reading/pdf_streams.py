"""The packed streams of a pdf, measured before pdfium unpacks them: it takes some ten times their size in memory."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MEGABYTE

#: What a page draws fits in a megabyte or two, a map in twenty, and packs about 8:1; a font of all characters in 40.
SUSPECT = 12 * MEGABYTE
SUSPECT_RATIO = 50
LARGEST = 64 * MEGABYTE
MOST_STREAMS = 200_000

_STREAM = re.compile(rb"stream\r?\n")
_FILTER = re.compile(rb"/(FlateDecode|Fl|ASCII85Decode|A85)\b")
# Pictures are unpacked only to be recognised, and their size is known before.
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_HEADER = 1_000


def refuse_bombs(data: bytes, name: str) -> None:
    """Raise :class:`UnreadableSource` for a pdf with a stream that was made to explode."""
    for packed, filters in _streams(data):
        size = _unpacked_size(packed, filters)
        if size > LARGEST or (size > SUSPECT and size > SUSPECT_RATIO * len(packed)):
            raise UnreadableSource(
                "压缩比异常，解压后会占满内存（疑似“压缩炸弹”），已停止读取。请向提供者核实这个文件。",
                code="bomb",
                name=name,
            )


def _streams(data: bytes) -> Iterator[tuple[memoryview, list[bytes]]]:
    """Yield each packed stream that is no picture, with the filters that pack it."""
    view = memoryview(data)
    for count, match in enumerate(_STREAM.finditer(data)):
        if count >= MOST_STREAMS:
            return
        header = data[max(0, match.start() - _HEADER) : match.start()].rpartition(b"obj")[2]
        filters = _FILTER.findall(header)
        if filters and not _PICTURE.search(header):
            end = data.find(b"endstream", match.end())
            yield view[match.end() : end if end >= 0 else len(data)], filters


def _unpacked_size(packed: memoryview, filters: list[bytes]) -> int:
    """Return how large a stream becomes, counted no further than the limit."""
    unpacked: bytes | memoryview = packed
    for filter_ in filters:
        try:
            if filter_ in (b"FlateDecode", b"Fl"):
                unpacked = zlib.decompressobj().decompress(unpacked, LARGEST + 1)
            else:
                text = bytes(unpacked).strip().removesuffix(b"~>")
                unpacked = base64.a85decode(text)
        except (zlib.error, ValueError):
            break
        if len(unpacked) > LARGEST:
            break
    return len(unpacked)
