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
from duban.core.reading.layout import Rule, Run, Sheet, clean, quarter_turns, straight_lines
from duban.core.reading.limits import MAX_XML_PART, MEGABYTE
from duban.core.reading.printed import COVERED, FEW_CHARACTERS, Scan, refuse_long, to_source, unread
from duban.core.reading.zipped import open_zip, read_member
from duban.core.types import Source

if TYPE_CHECKING:
    from PIL.Image import Image

MEDIA_TYPE = "application/ofd"

#: All parts together, unpacked.
MAX_UNPACKED = 200 * MEGABYTE
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

A4 = (0.0, 0.0, 210.0, 297.0)
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
        return quarter_turns(self.angle)


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

    box: tuple[float, ...]
    pages: tuple[str, ...]
    templates: dict[str, str]
    resources: tuple[str, ...]


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
            documents = [_document(package, path) for path in _document_paths(package)]
        except _PartError as error:
            raise _unreadable(package, str(error)) from error
        refuse_long(sum(len(document.pages) for document in documents), name)
        return to_source(_pages(package, documents), name=name, media_type=MEDIA_TYPE, sha256=sha256)


def _unreadable(package: _Package, why: str) -> UnreadableSource:
    if package.has("Encryptions.xml"):
        return UnreadableSource(
            "OFD 文件已加密，无法读取。请用 OFD 阅读器打开后另存为不加密的文件，再试。",
            code="encrypted",
            name=package.name,
        )
    return UnreadableSource(
        f"OFD 文件已损坏或不完整（{why}）。请重新下载，或用 OFD 阅读器另存一份后再试。",
        code="broken",
        name=package.name,
    )


def _canonical(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/")).lstrip("/").lower()


def _local(element: Element) -> str:
    """Return an element's name; the namespace changed between the standard's drafts."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _within(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if _local(element) == name)


def _text_of(root: Element, name: str) -> str:
    return next(((element.text or "").strip() for element in _within(root, name)), "")


def _joined(package: _Package, folder: str, path: str) -> str:
    """Return the path of a part that another part names: from its own folder, or else from the root."""
    if path.startswith(("/", "\\")):
        return path
    near = posixpath.join(folder, path.replace("\\", "/"))
    return near if package.has(near) else path


def _numbers(text: str | None, count: int | None = None) -> tuple[float, ...]:
    """Return the finite numbers of an attribute; none if they are not as many as they must be."""
    try:
        numbers = tuple(float(part) for part in (text or "").split())
    except ValueError:
        return ()
    if not all(abs(number) < LARGEST for number in numbers):
        return ()
    return numbers if count is None or len(numbers) == count else ()


def _document_paths(package: _Package) -> list[str]:
    root = package.xml("OFD.xml")
    paths = [(element.text or "").strip() for element in _within(root, "DocRoot")]
    if not paths:
        raise _PartError("OFD.xml 里没有文档")
    return paths


def _document(package: _Package, path: str) -> _Document:
    root = package.xml(path)
    folder = posixpath.dirname(path)
    pages = tuple(
        _joined(package, folder, page.get("BaseLoc", ""))
        for pages in root
        if _local(pages) == "Pages"
        for page in pages
        if _local(page) == "Page"
    )
    templates = {
        template.get("ID", ""): _joined(package, folder, template.get("BaseLoc", ""))
        for template in _within(root, "TemplatePage")
    }
    resources = tuple(
        _joined(package, folder, (element.text or "").strip())
        for name in ("DocumentRes", "PublicRes")
        for element in _within(root, name)
    )
    return _Document(_numbers(_text_of(root, "PhysicalBox"), 4), pages, templates, resources)


def _pages(package: _Package, documents: Iterable[_Document]) -> Iterator[Sheet | Scan]:
    number = 0
    for document in documents:
        templates: dict[str, _Content] = {}
        for path in document.pages:
            number += 1
            try:
                content = _content(package, path)
                for template in content.templates:
                    if template not in templates:
                        templates[template] = _content(package, document.templates.get(template, ""))
            except _PartError as error:
                yield unread(number, f"第 {number} 页已损坏（{error}），没有读出。请对照原件补上这一页。")
                continue
            shared = [templates[template] for template in content.templates]
            yield _page(package, document, number, content, shared)


def _page(
    package: _Package, document: _Document, number: int, content: _Content, templates: Sequence[_Content]
) -> Sheet | Scan:
    boxes = [content.box, *(template.box for template in templates), document.box, A4]
    _, _, width, height = next(box for box in boxes if box)
    if not (1 <= width <= LARGEST and 1 <= height <= LARGEST):
        return unread(
            number, f"第 {number} 页的页面尺寸不合理（{width:g}×{height:g} 毫米），没有读出。请对照原件核对。"
        )
    layers = [content, *templates]
    glyphs = [glyph for layer in layers for glyph in layer.glyphs]
    inked = sum(not glyph.text.isspace() for glyph in glyphs)
    if inked <= FEW_CHARACTERS:
        pictures = [picture for layer in layers for picture in layer.images]
        if sum(wide * high for _, wide, high in pictures) >= COVERED * width * height:
            resource, wide, _ = max(pictures, key=lambda picture: picture[1] * picture[2])
            return Scan(number, wide * POINTS, lambda: _picture(package, document, resource))
    turned = Counter(glyph.turns for glyph in glyphs if glyph.turns is not None)
    turns = turned.most_common(1)[0][0] if turned else 0
    frame = _Frame(width, height, turns)
    runs = [run for glyph in glyphs if glyph.turns == turns and (run := _run(glyph, frame)) is not None]
    aside = "".join(glyph.text for glyph in glyphs if glyph.turns != turns)
    rules: list[Rule] = []
    for layer in layers:
        for outline, stroked in layer.outlines:
            if len(rules) < MOST_RULES:
                rules.extend(straight_lines([frame.place(x, y) for x, y in outline], stroked=stroked))
    if turns % 2:
        width, height = height, width
    return Sheet(number, width * POINTS, height * POINTS, runs, rules, (clean(aside),))


@dataclass(frozen=True, slots=True)
class _Frame:
    """A page (millimetres) whose text is turned clockwise by so many right angles."""

    width: float
    height: float
    turns: int

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the page in points from the upper left corner of the sheet as it is read."""
        if self.turns == 1:
            x, y = y, self.width - x
        elif self.turns == 2:
            x, y = self.width - x, self.height - y
        elif self.turns == 3:
            x, y = self.height - y, x
        return x * POINTS, y * POINTS


def _run(glyph: _Glyph, frame: _Frame) -> Run | None:
    if not (0 <= glyph.x <= frame.width and 0 <= glyph.y <= frame.height):
        return None
    x, base = frame.place(glyph.x, glyph.y)
    size = glyph.size * POINTS
    return Run(glyph.text, x, base - 0.88 * size, x + glyph.advance * POINTS, base + 0.12 * size)


def _content(package: _Package, path: str) -> _Content:
    """Return what a Content.xml holds, or raise :class:`_PartError`."""
    content = _Content()
    data = package.part(path)
    hidden = elements = depth = 0
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            kind = _local(element)
            if event == "start":
                elements += 1
                depth += 1
                hidden += kind == "Pattern"
                if elements > MOST_ELEMENTS or depth > DEEPEST:
                    raise _PartError(f"{path} 的内容太多")
                continue
            depth -= 1
            hidden -= kind == "Pattern"
            if kind in _TAKERS and not hidden:
                _TAKERS[kind](element, content)
                element.clear()
    except _BROKEN_XML as error:
        raise _PartError(f"{path} 不是合格的 XML") from error
    return content


def _take_box(element: Element, content: _Content) -> None:
    content.box = _numbers(element.text, 4)


def _take_template(element: Element, content: _Content) -> None:
    content.templates.append(element.get("TemplateID", ""))


def _placing(element: Element) -> tuple[float, float, _Matrix]:
    """Return an object's place on the page and the matrix that its inside goes through first."""
    boundary = _numbers(element.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
    ctm = _numbers(element.get("CTM"), 6)
    matrix = (ctm[0], ctm[1], ctm[2], ctm[3], ctm[4], ctm[5]) if ctm else _IDENTITY
    return boundary[0], boundary[1], matrix


def _take_text(element: Element, content: _Content) -> None:
    """Add the characters of a TextObject."""
    size = next(iter(_numbers(element.get("Size"), 1)), 0.0)
    if element.get("Visible") == "false" or not 0.1 <= size <= LARGEST:
        return
    left, top, (a, b, c, d, e, f) = _placing(element)
    stretch = next(iter(_numbers(element.get("HScale"), 1)), 1.0)
    across, along = math.hypot(c, d), math.hypot(a, b)
    turned = math.degrees(math.atan2(b, a)) + next(iter(_numbers(element.get("CharDirection"), 1)), 0.0)
    x = y = 0.0
    for code in _within(element, "TextCode"):
        x = next(iter(_numbers(code.get("X"), 1)), x)
        y = next(iter(_numbers(code.get("Y"), 1)), y)
        text = code.text or ""
        steps_x, steps_y = deltas(code.get("DeltaX"), len(text)), deltas(code.get("DeltaY"), len(text))
        at_x, at_y = x, y
        for index, char in enumerate(text):
            if len(content.glyphs) >= MOST_ON_SHEET:
                return
            natural = size * stretch * (1.0 if char >= "\u2000" else 0.5)
            step_x = steps_x[index] if index < len(steps_x) else (0.0 if steps_y else natural)
            step_y = steps_y[index] if index < len(steps_y) else 0.0
            narrow = char < "\u2000" and index < len(steps_x) and 0 < step_x < size * stretch
            advance = (step_x if narrow else natural) * along
            word = clean(char)
            if word and size * across >= 0.1:
                place = (a * at_x + c * at_y + e + left, b * at_x + d * at_y + f + top)
                content.glyphs.append(_Glyph(word, *place, advance, size * across, (turned + 180) % 360 - 180))
            at_x, at_y = at_x + step_x, at_y + step_y


def deltas(text: str | None, most: int) -> list[float]:
    """Return the steps between characters; ``g 5 3.7`` stands for five steps of 3.7. No more than `most` are needed."""
    steps: list[float] = []
    parts = iter((text or "").split())
    try:
        for part in parts:
            if len(steps) >= most:
                break
            if part == "g":
                count = int(float(next(parts)))
                steps += [_step(next(parts))] * max(0, min(count, most - len(steps)))
            else:
                steps.append(_step(part))
    except (ValueError, OverflowError, StopIteration):
        pass  # what follows a slip is placed as if nothing stood there
    return steps


def _step(text: str) -> float:
    step = float(text)
    if not abs(step) < LARGEST:
        raise ValueError(text)
    return step


def _take_path(element: Element, content: _Content) -> None:
    """Add the straight lines of a PathObject: those that it strokes, and the thin shapes that it fills."""
    stroked = element.get("Stroke", "true") != "false"
    filled = element.get("Fill", "false") == "true"
    thickness = next(iter(_numbers(element.get("LineWidth"), 1)), 0.0)
    if element.get("Visible") == "false" or not (stroked or filled) or (stroked and thickness > THICKEST):
        return
    left, top, (a, b, c, d, e, f) = _placing(element)
    for outline in _outlines(_text_of(element, "AbbreviatedData")):
        content.points += len(outline)
        if content.points > MOST_POINTS:
            return
        placed = [(a * x + c * y + e + left, b * x + d * y + f + top) for x, y in outline]
        content.outlines.append((placed, stroked))


#: How many numbers follow an operator of AbbreviatedData; the last two are the point where it ends.
_OPERANDS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def _outlines(data: str) -> Iterator[list[tuple[float, float]]]:
    """Yield the stretches of straight lines in a path; a curve parts them."""
    outline: list[tuple[float, float]] = []
    parts = iter(data.split()[: 2 * MOST_POINTS])
    start: tuple[float, float] | None = None
    for operator in parts:
        try:
            numbers = [_step(next(parts)) for _ in range(_OPERANDS[operator])]
        except (KeyError, ValueError, StopIteration):
            break
        if operator == "C":
            if start is not None:
                outline.append(start)
            continue
        point = (numbers[-2], numbers[-1])
        if operator == "L":
            outline.append(point)
            continue
        if outline:
            yield outline
        outline = [point]
        if operator in "MS":
            start = point
    if outline:
        yield outline


def _take_image(element: Element, content: _Content) -> None:
    boundary = _numbers(element.get("Boundary"), 4)
    if boundary and element.get("Visible") != "false":
        content.images.append((element.get("ResourceID", ""), abs(boundary[2]), abs(boundary[3])))


_TAKERS = {
    "PhysicalBox": _take_box,
    "Template": _take_template,
    "TextObject": _take_text,
    "PathObject": _take_path,
    "ImageObject": _take_image,
}


def _picture(package: _Package, document: _Document, resource: str) -> Image:
    """Return the picture that a page shows, or raise :class:`image.PictureError`."""
    try:
        for path in document.resources:
            root = package.xml(path)
            folder = posixpath.join(posixpath.dirname(path), root.get("BaseLoc", ""))
            for media in _within(root, "MultiMedia"):
                if media.get("ID") == resource:
                    file = _joined(package, folder, _text_of(media, "MediaFile"))
                    return image.picture(package.part(file))
    except _PartError as error:
        raise image.PictureError(str(error)) from error
    raise image.PictureError("找不到图像")
