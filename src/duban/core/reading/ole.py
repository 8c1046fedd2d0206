"""The container of the old Office formats: a file system in a file (MS-CFB)."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator

_HEADER_ENTRIES = 109
_ENTRY = 128
_ROOT = 5


def stream(data: bytes, wanted: str) -> bytes | None:
    """Return the content of the stream called `wanted`, None where there is none.

    What is broken raises ``struct.error`` or ``IndexError``; chains that go in circles end.
    """
    size, mini_size = 1 << min(data[30], 12), 1 << min(data[32], 9)
    first_directory, cutoff, first_mini, first_more, more = struct.unpack_from("<I4xIIxxxxII", data, 48)
    tables = _numbers(data[76 : 76 + 4 * _HEADER_ENTRIES])
    sectors = len(data) // size
    for _ in range(min(more, sectors)):
        entries = _numbers(_sector(data, first_more, size))
        tables.extend(entries[:-1])
        first_more = entries[-1]
    links = array("I")
    # Each table says of so many sectors what follows them; a broken file may name one table a thousand times.
    for table in [place for place in tables if place < sectors][: sectors * 4 // size + 1]:
        links.extend(_numbers(_sector(data, table, size)))
    directory = b"".join(_sector(data, place, size) for place in _chain(first_directory, links))
    small: bytes | None = None
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        entry = directory[at : at + _ENTRY]
        name_length, kind = struct.unpack_from("<HB", entry, 64)
        first, length = struct.unpack_from("<II", entry, 116)
        name = entry[: max(min(name_length, 64) - 2, 0)].decode("utf-16-le", "replace")
        if kind == _ROOT:
            small = b"".join(_sector(data, place, size) for place in _chain(first, links))
        elif name.lower() == wanted.lower():
            if length >= cutoff:
                return b"".join(_sector(data, place, size) for place in _chain(first, links))[:length]
            mini_links = array("I")
            for place in _chain(first_mini, links):
                mini_links.extend(_numbers(_sector(data, place, size)))
            places = _chain(first, mini_links)
            return b"".join((small or b"")[place * mini_size : (place + 1) * mini_size] for place in places)[:length]
    return None


def _sector(data: bytes, place: int, size: int) -> bytes:
    return data[(place + 1) * size : (place + 2) * size]


def _numbers(data: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(data[: len(data) // 4 * 4])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _chain(place: int, links: array[int]) -> Iterator[int]:
    for _ in range(len(links)):
        if place >= len(links):
            return
        yield place
        place = links[place]
