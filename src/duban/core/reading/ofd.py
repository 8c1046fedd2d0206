"""OFD (GB/T 33190): the state's fixed-layout format, a zip of XML parts that place each character in millimetres."""

from __future__ import annotations

import io
import math
import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError
from zipfile import ZipFile, ZipInfo

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from duban.core.reading import image
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.layout import Rule, Run, Sheet, clean, lay_out, straight_lines
from duban.core.reading.limits import MAX_XML_PART, MEGABYTE
from duban.core.reading.zipped import open_zip, read_member
from duban.core.types import Source

if TYPE_CHECKING:
    from PIL.Image import Image

MEDIA_TYPE = "application/ofd"

#: All parts together, unpacked.
MAX_UNPACKED = 200 * MEGABYTE
MOST_SHEETS = 2_000
MOST_CHARACTERS = 3_000_000
#: Of one sheet.
MOST_ON_SHEET = 60_000
MOST_ELEMENTS = 400_000
MOST_RULES = 20_000
MOST_POINTS = 60_000
#: XML of a page is seven levels deep; far deeper is an attack on the parser.
DEEPEST = 100
#: Larger sheets (millimetres) do not exist.
LARGEST = 10_000.0
#: A stroke thicker than this (millimetres) paints an area.
THICKEST = 2.0
FEW_CHARACTERS = 20
COVERED = 0.5
#: A scanned file takes seconds a sheet.
MOST_SCANS = 300

POINTS = 72 / 25.4  # in a millimetre

_BROKEN_XML = (ParseError, DefusedXmlException, LookupError, ValueError)


class _PartError(Exception):
    """A part is missing or damaged; the message says which and how."""


@dataclass(slots=True)
class _Package:
    """The parts of the zip, found the way writers of all kinds name them, and counted while they unpack."""

    container: ZipFile
    name: str
    members: dict[str, ZipInfo] = field(default_factory=dict)
    unpacked: int = 0

    def __post_init__(self) -> None:
        for info in self.container.infolist():
            self.members[_canonical(info.filename)] = info

    def has(self, path: str) -> bool:
        """Say whether there is such a part."""
        return _canonical(path) in self.members

    def part(self, path: str) -> bytes:
        """Return a part's content, or raise :class:`_PartError`; past the limit of all parts, UnreadableSource."""
        info = self.members.get(_canonical(path))
        if info is None:
            raise _PartError(f"缺少 {path}")
        left = MAX_UNPACKED - self.unpacked
        try:
            data = read_member(self.container, info, limit=max(1, min(MAX_XML_PART, left)), name=self.name)
        except UnreadableSource as error:
            if error.code in ("bomb", "encrypted") or left <= MAX_XML_PART:
                raise
            raise _PartError(f"{path} 无法解压") from error
        self.unpacked += len(data)
        return data

    def xml(self, path: str) -> Element:
        """Return a small part as a tree, or raise :class:`_PartError`."""
        try:
            root: Element = fromstring(self.part(path), forbid_dtd=True)
        except _BROKEN_XML as error:
            raise _PartError(f"{path} 不是合格的 XML") from error
        return root


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A character on its baseline, in millimetres from the sheet's upper left corner, y downwards."""

    text: str
    x: float
    y: float
    advance: float
    size: float
    angle: float

    @property
    def turns(self) -> int | None:
        """How many right angles (clockwise) the text is turned, if any."""
        turns = round(self.angle / 90)
        return turns % 4 if abs(self.angle - 90 * turns) <= 5 else None


@dataclass(slots=True)
class _Content:
    """What a page's or a template's Content.xml holds."""

    box: tuple[float, ...] = ()
    glyphs: list[_Glyph] = field(default_factory=list)
    outlines: list[tuple[list[tuple[float, float]], bool]] = field(default_factory=list)
    images: list[tuple[str, float, float]] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    points: int = 0


@dataclass(frozen=True, slots=True)
class _Document:
    """A DocBody: its pages and what they share."""

    folder: str
    box: tuple[float, ...]
    pages: tuple[str, ...]
    templates: dict[str, str]
    media: dict[str, str]


_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the text of an OFD file in reading order, its ruled tables and its furniture; documents follow each other.

    Raises :class:`UnreadableSource`: it is damaged, encrypted, too large, or holds nothing but scans that cannot be
    recognised here.
    """
    with open_zip(data, name=name) as container:
        package = _Package(container, name)
        try:
            sheets = list(_sheets(package))
        except _PartError as error:
            raise _unreadable(package, str(error)) from error
    layout = lay_out(sheets)
    if not layout.text.strip():
        raise _wordless(sheets, name)
    return Source(
        name=name,
        media_type=MEDIA_TYPE,
        sha256=sha256,
        text=layout.text,
        tables=layout.tables,
        furniture=layout.furniture,
        notes=layout.notes,
    )


def _unreadable(package: _Package, why: str) -> UnreadableSource:
    if package.has("Encryptions.xml") or package.has("Encryption.xml"):
        return UnreadableSource(
            "OFD 文件已加密，无法读取。请用 OFD 阅读器打开后另存为不加密的文件，再试。",
            code="encrypted",
            name=package.name,
        )
    return UnreadableSource(
        f"OFD 文件已损坏或不完整（{why}）。请重新下载，或用 OFD 阅读器另存一份后再试。", code="broken", name=package.name
    )


def _wordless(sheets: Sequence[Sheet], name: str) -> UnreadableSource:
    remarks = [message for sheet in sheets for code, message in sheet.remarks if code == "page-unreadable"]
    if any("扫描" in message for message in remarks):
        if not image.available():
            return UnreadableSource(
                f"这是扫描件（共 {len(sheets)} 页，都没有文字），需要文字识别。请先安装：{image.INSTALL}"
                "（不联网也能识别），再读一次；或找发文单位要电子版。",
                code="ocr-missing",
                name=name,
            )
        return UnreadableSource(
            f"这是扫描件（共 {len(sheets)} 页），没有识别出文字。请检查扫描是否清楚、方向是否正确。",
            code="no-text",
            name=name,
        )
    if remarks:
        return UnreadableSource(
            "OFD 文件已损坏，没有一页能读出。请重新下载，或用 OFD 阅读器另存一份后再试。", code="broken", name=name
        )
    return UnreadableSource("文件里没有文字。请检查是否选错了文件。", code="empty", name=name)
