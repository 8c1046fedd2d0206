"""Old Excel workbooks (BIFF8, as Excel 97 to 2003 and WPS write them): each sheet a table, as it looks on the screen."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from duban.core.reading.cellformat import BUILT_IN, shown
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_SHEET_CELLS
from duban.core.reading.ole import stream
from duban.core.reading.workbook import Sheet, Workbook
from duban.core.types import Source

# Records by the names of the specification (MS-XLS).
_BOF, _EOF, _CONTINUE = 0x0809, 0x000A, 0x003C
_FILEPASS, _DATE1904, _BOUNDSHEET, _FORMAT, _XF, _SST = 0x002F, 0x0022, 0x0085, 0x041E, 0x00E0, 0x00FC
_LABELSST, _LABEL, _NUMBER, _RK, _MULRK = 0x00FD, 0x0204, 0x0203, 0x027E, 0x00BD
_FORMULA, _STRING, _BOOLERR, _MERGECELLS = 0x0006, 0x0207, 0x0205, 0x00E5
_BIFF8 = 0x0600
_VISIBLE, _WORKSHEET = 0, 0
# What a formula resulted in, if no number.
_OF_WORDS, _OF_ERROR, _OF_NOTHING = 0, 2, 3
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the sheets one after another, each a table.

    An encrypted or older file, or one without words, is an :class:`UnreadableSource`.
    """
    content = stream(data, "Workbook")
    if content is None or struct.unpack_from("<HHH", content)[::2] != (_BOF, _BIFF8):
        raise UnreadableSource(
            "表格文件已损坏，或是 Excel 97 以前的格式。请用 Excel 或 WPS 打开，另存为 xlsx 后再试。",
            code="broken",
            name=name,
        )
    workbook = Workbook(name)
    book = _Book(workbook)
    for kind, parts in _records(content, 0):
        book.take(kind, parts, name=name)
    for offset, sheet in book.sheets.items():
        book.fill(sheet, _records(content, offset))
    return workbook.source(media_type="application/vnd.ms-excel", sha256=sha256)


def _records(content: bytes, offset: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the records of one substream, each with what continues it; embedded charts are passed over."""
    depth = 0
    kind, parts = 0, list[bytes]()
    while offset + 4 <= len(content):
        following, length = struct.unpack_from("<HH", content, offset)
        body = content[offset + 4 : offset + 4 + length]
        offset += 4 + length
        if following == _CONTINUE:
            parts.append(body)
            continue
        if parts and depth == 1:
            yield kind, parts
        depth += (following == _BOF) - (following == _EOF)
        if depth <= 0:
            return
        kind, parts = following, [body]


@dataclass(slots=True)
class _Book:
    """What the cells of all sheets refer to."""

    workbook: Workbook
    # By where they begin, so that none is read twice.
    sheets: dict[int, Sheet] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    own_forms: dict[int, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)
    from_1904: bool = False

    def take(self, kind: int, parts: list[bytes], *, name: str) -> None:
        body = parts[0]
        if kind == _FILEPASS:
            raise UnreadableSource("文件设有打开密码。请先取消密码，另存后再试。", code="encrypted", name=name)
        if kind == _DATE1904:
            self.from_1904 = body[:1] == b"\x01"
        elif kind == _BOUNDSHEET:
            offset, visibility, sort = struct.unpack_from("<IBB", body)
            if sort == _WORKSHEET:
                title = _Text([body[6:]]).string(short=True)
                self.sheets[offset] = self.workbook.sheet(title, hidden=visibility != _VISIBLE)
        elif kind == _FORMAT:
            self.own_forms[struct.unpack_from("<H", body)[0]] = _Text([body[2:]]).string()
        elif kind == _XF:
            self.styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _SST:
            (count,) = struct.unpack_from("<I", body, 4)
            text = _Text([body[8:], *parts[1:]])
            while len(self.strings) < min(count, MAX_SHEET_CELLS) and not text.at_end():
                self.strings.append(text.string())

    def fill(self, sheet: Sheet, records: Iterator[tuple[int, list[bytes]]]) -> None:
        """Read the cells of a sheet from its records."""
        awaited: tuple[int, int] | None = None
        for kind, parts in records:
            body = parts[0]
            if kind == _MERGECELLS:
                for top, bottom, left, right in struct.iter_unpack("<HHHH", body[2 : 2 + (len(body) - 2) // 8 * 8]):
                    sheet.merged.append((top, left, bottom, right))
            elif kind == _STRING and awaited:
                self.workbook.put(sheet, *awaited, _Text(parts).string())
            elif kind == _MULRK:
                row, column = struct.unpack_from("<HH", body)
                numbers = struct.iter_unpack("<HI", body[4 : 4 + (len(body) - 6) // 6 * 6])
                for place, (style, packed) in enumerate(numbers, start=column):
                    self.workbook.put(sheet, row, place, self._number(_unpacked(packed), style))
            elif kind in (_LABELSST, _LABEL, _NUMBER, _RK, _FORMULA, _BOOLERR):
                row, column, style = struct.unpack_from("<HHH", body)
                words = self._words(kind, [body[6:], *parts[1:]], style)
                self.workbook.put(sheet, row, column, words or "")
                # The words of a formula come in a record of their own.
                awaited = (row, column) if words is None else None

    def _words(self, kind: int, parts: list[bytes], style: int) -> str | None:
        value = parts[0]
        if kind == _LABELSST:
            place = struct.unpack_from("<I", value)[0]
            return self.strings[place] if place < len(self.strings) else ""
        if kind == _LABEL:
            return _Text(parts).string()
        if kind == _RK:
            return self._number(_unpacked(struct.unpack_from("<I", value)[0]), style)
        if kind == _BOOLERR:
            return _truth_or_error(value[0], is_error=value[1] != 0)
        if kind == _FORMULA and value[6:8] == b"\xff\xff":
            if value[0] == _OF_WORDS:
                return None
            return "" if value[0] == _OF_NOTHING else _truth_or_error(value[2], is_error=value[0] == _OF_ERROR)
        return self._number(struct.unpack_from("<d", value)[0], style)

    def _number(self, value: float, style: int) -> str:
        form = self.styles[style] if style < len(self.styles) else 0
        return shown(value, self.own_forms.get(form, BUILT_IN.get(form, "")), from_1904=self.from_1904)


def _truth_or_error(value: int, *, is_error: bool) -> str:
    return _ERRORS.get(value, "#N/A") if is_error else "TRUE" if value else "FALSE"


def _unpacked(packed: int) -> float:
    """Return a number that was packed into 30 bits: an integer or the upper half of a float, perhaps a hundredfold."""
    if packed & 2:
        value = float(packed >> 2) - (1 << 30 if packed >> 31 else 0)
    else:
        value = struct.unpack("<d", struct.pack("<II", 0, packed & ~3))[0]
    return value / 100 if packed & 1 else value


class _Text:
    """Reads strings that may run on from one record into the next."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._part = 0
        self._at = 0

    def at_end(self) -> bool:
        return self._left() == 0

    def string(self, *, short: bool = False) -> str:
        """Return the next string; a short one has its length in a byte."""
        (length,) = struct.unpack("<B" if short else "<H", self._take(1 if short else 2))
        flags = self._take(1)[0]
        runs = struct.unpack("<H", self._take(2))[0] if flags & 8 and not short else 0
        phonetic = struct.unpack("<I", self._take(4))[0] if flags & 4 and not short else 0
        wide = flags & 1
        words: list[str] = []
        while length and not self.at_end():
            count = min(length, (len(self._parts[self._part]) - self._at) >> wide)
            words.append(self._take(count << wide).decode("utf-16-le" if wide else "latin-1", "replace"))
            length -= count
            # A string that runs on says anew whether its characters are wide.
            if length and not self.at_end():
                wide = self._take(1)[0] & 1
        self._take(4 * runs + phonetic)
        return "".join(words)

    def _left(self) -> int:
        while self._part < len(self._parts) and self._at >= len(self._parts[self._part]):
            self._part, self._at = self._part + 1, 0
        return len(self._parts[self._part]) - self._at if self._part < len(self._parts) else 0

    def _take(self, count: int) -> bytes:
        taken = b""
        while count > 0 and self._left():
            piece = self._parts[self._part][self._at : self._at + count]
            taken += piece
            self._at += len(piece)
            count -= len(piece)
        return taken
