"""From bytes to characters: byte order marks, UTF-8, GB18030, and what to say where neither fits."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_CONTROL_SHARE
from duban.core.types import Note, Span

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# What no text holds: C0 controls but tab, line feed, vertical tab, form feed, return, end of file (^Z) and escape.
_CONTROLS = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B})

_SAMPLE = 100_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a text, with the encoding they were in and a note where some bytes did not fit it."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(data: bytes, *, name: str, declared: str | None = None) -> Decoded:
    """Return the text of `data`; nothing is normalised, only a byte order mark is not part of it.

    The mark decides, then `declared` (the charset that an HTML page states) if all bytes fit it, then UTF-8 if all or
    nearly all do, then GB18030. Bytes that do not fit become U+FFFD, with a note that names the first of them. Bytes
    that are no text at all are an :class:`UnreadableSource`.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _with_note(data[len(mark) :], encoding, skipped=len(mark))
    if len(data) - len(data.translate(None, _CONTROLS)) > MAX_CONTROL_SHARE * len(data):
        raise UnreadableSource(
            "内容不是文字（含大量控制字符），可能是程序、数据或改过扩展名的其他文件。"
            "请用原来的软件打开，另存为 docx、pdf 或 UTF-8 文本后再试。",
            code="binary",
            name=name,
        )
    for encoding in filter(None, (declared, "utf-8")):
        try:
            return Decoded(data.decode(encoding), encoding)
        except (UnicodeError, LookupError):
            continue
    return _with_note(data, "utf-8" if _is_damaged_utf8(data) else "gb18030")


def _is_damaged_utf8(data: bytes) -> bool:
    """Say whether the bytes around the first that are no UTF-8 are mostly whole characters of it.

    Chinese in any other encoding hardly ever is; GB18030 on the other hand takes most of damaged UTF-8 for Chinese.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        sample = data[max(error.start - _SAMPLE, 0) : error.start + _SAMPLE].decode("utf-8", "replace")
        damaged = sample.count("\ufffd")
        return len(sample) - damaged - len(sample.encode("ascii", "ignore")) > 10 * damaged
    return False


def decode_name(raw: bytes) -> str:
    """Return a file name as people read it, from the bytes in which a disk or an archive holds it."""
    try:
        shown = raw.decode("utf-8")
    except UnicodeDecodeError:
        shown = raw.decode("gb18030", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in shown)


def _with_note(data: bytes, encoding: str, *, skipped: int = 0) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        first = error.start
    text = data.decode(encoding, "replace")
    at = len(data[:first].decode(encoding))
    note = Note(
        code="decoding",
        message=f"第 {first + skipped + 1} 个字节不符合 {encoding.upper()} 编码，读不出的内容已用“\ufffd”代替。"
        "请用原来的软件打开，另存为 UTF-8 后重新读取。",
        span=Span(at, min(at + 1, len(text))),
    )
    return Decoded(text, encoding, (note,))
