"""Pdf: the characters with their places, as pdfium knows them, laid out as lines and tables."""

from __future__ import annotations

import ctypes
import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from duban.core.reading import image
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.layout import Rule, Run, Sheet, clean, quarter_turns, straight_lines
from duban.core.reading.pdf_streams import refuse_bombs
from duban.core.reading.printed import COVERED, FEW_CHARACTERS, Scan, refuse_long, to_source, unread
from duban.core.types import Source

if TYPE_CHECKING:
    from PIL.Image import Image

MEDIA_TYPE = "application/pdf"

#: Of one sheet: characters, drawn objects, ruling lines.
MOST_ON_SHEET = 60_000
MOST_OBJECTS = 60_000
MOST_RULES = 20_000
#: No sheet is larger (points; 14400 is the limit of pdf itself).
LARGEST = 14_400.0
#: Forms in forms in forms: as deep as any printer nests them.
DEEPEST = 8
#: Text drawn as outlines: so many shapes and no text.
OUTLINES = 150
#: Scans are recognised at this many dots an inch.
DOTS_PER_INCH = 200
#: A sheet is garbled where so many characters have no meaning outside of its font.
GARBLED = 0.3

# Pdfium is not safe to call from two threads at once.
_PDFIUM = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Frame:
    """The visible part of a page, and how often its text is turned by a right angle."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int = 0

    @property
    def width(self) -> float:
        """The width as a person holds the sheet."""
        return self.right - self.left if self.turns % 2 == 0 else self.top - self.bottom

    @property
    def height(self) -> float:
        """The height as a person holds the sheet."""
        return self.top - self.bottom if self.turns % 2 == 0 else self.right - self.left

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the page as distance from the left and the upper edge of the sheet."""
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, y - self.bottom
        if self.turns == 3:
            return self.top - y, self.right - x
        return x - self.left, self.top - y


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A character as pdfium gives it: its origin, its box, its size, and the direction of its text in degrees."""

    text: str
    x: float
    y: float
    box: tuple[float, float, float, float]
    size: float
    angle: float

    @property
    def turns(self) -> int | None:
        """How many right angles the text is turned, if any."""
        return quarter_turns(self.angle)


@dataclass(slots=True)
class _Drawing:
    """What is drawn on a sheet besides text."""

    rules: list[Rule] = field(default_factory=list)
    image_area: float = 0.0
    most_pixels: int = 0
    shapes: int = 0
    objects: int = 0


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the text of a pdf in reading order, its ruled tables and its furniture.

    Raises:
        UnreadableSource: it is damaged, needs a password, or holds nothing but scans that cannot be recognised here.

    """
    refuse_bombs(data, name)
    with _PDFIUM:
        document = _opened(data, name)
    try:
        refuse_long(len(document), name)
        return to_source(_pages(document), name=name, media_type=MEDIA_TYPE, sha256=sha256)
    finally:
        with _PDFIUM:
            document.close()


def _opened(data: bytes, name: str) -> pdfium.PdfDocument:
    try:
        # Without a password pdfium tries the empty one: a file that only forbids printing opens.
        document = pdfium.PdfDocument(data)
        count = len(document)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            raise UnreadableSource(
                "文件设有打开密码，无法读取。请用密码打开后另存（或打印）为不加密的 PDF，再试。",
                code="encrypted",
                name=name,
            ) from None
        raise _broken(name) from error
    if count < 1:
        document.close()
        raise _broken(name)
    return document


def _broken(name: str) -> UnreadableSource:
    return UnreadableSource(
        "PDF 文件已损坏或没有下载完整，无法打开。请重新下载，或用原来的软件另存一份后再试。", code="broken", name=name
    )


def _pages(document: pdfium.PdfDocument) -> Iterator[Sheet | Scan]:
    """Yield the pages; between two of them others may use pdfium."""
    for index in range(len(document)):
        with _PDFIUM:
            page = _page(document, index)
        yield page


def _page(document: pdfium.PdfDocument, index: int) -> Sheet | Scan:
    number = index + 1
    try:
        with _opened_page(document, index) as page:
            sheet = _sheet(page, number)
            if sheet is not None:
                return sheet
            return Scan(number, page.get_width(), lambda: _picture(document, index))
    except pdfium.PdfiumError:
        return unread(number, f"第 {number} 页已损坏，没有读出。请对照原件补上这一页。")


@contextmanager
def _opened_page(document: pdfium.PdfDocument, index: int) -> Iterator[pdfium.PdfPage]:
    page = document[index]
    try:
        yield page
    finally:
        page.close()


def _picture(document: pdfium.PdfDocument, index: int) -> Image:
    """Return a page as the picture that the recogniser reads."""
    try:
        with _PDFIUM, _opened_page(document, index) as page:
            scale = min(DOTS_PER_INCH / 72, image.LONGEST_SIDE / max(page.get_size()))
            picture: Image = page.render(scale=scale).to_pil()
            return picture.copy()  # pdfium's own memory goes with the page
    except (pdfium.PdfiumError, ValueError) as error:
        raise image.PictureError("页面无法绘出") from error


def _sheet(page: pdfium.PdfPage, number: int) -> Sheet | None:
    """Return what stands on a page; nothing if a person sees text there and the file has none."""
    left, bottom, right, top = page.get_bbox()
    width, height = right - left, top - bottom
    if not (1 <= width <= LARGEST and 1 <= height <= LARGEST):
        message = f"第 {number} 页的页面尺寸不合理（{width:.0f}×{height:.0f} 点），没有读出。请对照原件核对。"
        return unread(number, message)
    frame = _Frame(left, bottom, right, top)
    glyphs = [glyph for glyph in _glyphs(page) if left <= glyph.x <= right and bottom <= glyph.y <= top]
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    turned = Counter(glyph.turns for glyph in inked if glyph.turns is not None)
    turns = turned.most_common(1)[0][0] if turned else page.get_rotation() // 90
    frame = _Frame(left, bottom, right, top, turns)
    drawing = _drawn(page, frame)
    if _needs_eyes(inked, drawing, width * height):
        if drawing.most_pixels > image.MOST_PIXELS:
            message = f"第 {number} 页的扫描图像太大（{drawing.most_pixels // 10_000} 万像素），没有读出。"
            return unread(number, message + "请用 200 至 300 dpi 重新扫描。")
        return None
    runs = [_run(glyph, frame) for glyph in glyphs if glyph.turns == turns]
    aside = "".join(glyph.text for glyph in glyphs if glyph.turns != turns)
    return Sheet(number, frame.width, frame.height, runs, drawing.rules, (clean(aside),))


def _glyphs(page: pdfium.PdfPage) -> Iterator[_Glyph]:
    """Yield the characters of a page in the order of the file, without those that pdfium adds."""
    textpage = page.get_textpage()
    try:
        raw = textpage.raw
        x, y = ctypes.c_double(), ctypes.c_double()
        matrix, box = pdfium_c.FS_MATRIX(), pdfium_c.FS_RECTF()
        high = 0
        for index in range(min(textpage.count_chars(), MOST_ON_SHEET)):
            code = pdfium_c.FPDFText_GetUnicode(raw, index)
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
            high = 0
            if code > 0x10FFFF or pdfium_c.FPDFText_IsGenerated(raw, index) == 1:
                continue
            text = clean(chr(code))
            if (
                not text
                or not pdfium_c.FPDFText_GetCharOrigin(raw, index, x, y)
                or not pdfium_c.FPDFText_GetMatrix(raw, index, matrix)
                or not pdfium_c.FPDFText_GetLooseCharBox(raw, index, box)
            ):
                continue
            size = pdfium_c.FPDFText_GetFontSize(raw, index) * math.hypot(matrix.c, matrix.d)
            angle = math.degrees(math.atan2(matrix.b, matrix.a))
            numbers = (x.value, y.value, box.left, box.bottom, box.right, box.top, size, angle)
            if not all(map(math.isfinite, numbers)) or not 0.5 <= size <= LARGEST:
                continue
            yield _Glyph(text, x.value, y.value, (box.left, box.bottom, box.right, box.top), size, angle)
    finally:
        textpage.close()


def _run(glyph: _Glyph, frame: _Frame) -> Run:
    """Return a character as a run: from its box along the line, one em high around its baseline."""
    left, bottom, right, top = glyph.box
    corners = (frame.place(left, bottom), frame.place(right, top))
    x0, x1 = sorted((corners[0][0], corners[1][0]))
    _, base = frame.place(glyph.x, glyph.y)
    return Run(glyph.text, x0, base - 0.88 * glyph.size, max(x1, x0 + 0.01), base + 0.12 * glyph.size)


def _drawn(page: pdfium.PdfPage, frame: _Frame) -> _Drawing:
    """Return the straight lines of a page and how much of it images cover."""
    drawing = _Drawing()
    identity = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    for index in range(min(pdfium_c.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)):
        _draw(pdfium_c.FPDFPage_GetObject(page.raw, index), identity, frame, drawing, 0)
    return drawing


_Matrix = tuple[float, float, float, float, float, float]


def _draw(shape: pdfium_c.FPDF_PAGEOBJECT, outer: _Matrix, frame: _Frame, drawing: _Drawing, depth: int) -> None:
    """Add a page object, and what is inside of it, to the drawing."""
    drawing.objects += 1
    if drawing.objects > MOST_OBJECTS or not shape:
        return
    kind = pdfium_c.FPDFPageObj_GetType(shape)
    if kind not in (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_FORM):
        return
    own = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(shape, own):
        return
    matrix = _product((own.a, own.b, own.c, own.d, own.e, own.f), outer)
    if kind == pdfium_c.FPDF_PAGEOBJ_FORM:
        if depth < DEEPEST:
            for index in range(min(pdfium_c.FPDFFormObj_CountObjects(shape), MOST_OBJECTS - drawing.objects)):
                _draw(pdfium_c.FPDFFormObj_GetObject(shape, index), matrix, frame, drawing, depth + 1)
    elif kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
        drawing.image_area += abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])
        wide, high = ctypes.c_uint(), ctypes.c_uint()
        if pdfium_c.FPDFImageObj_GetImagePixelSize(shape, wide, high):
            drawing.most_pixels = max(drawing.most_pixels, wide.value * high.value)
    else:
        drawing.shapes += 1
        _draw_path(shape, matrix, frame, drawing)


def _product(inner: _Matrix, outer: _Matrix) -> _Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _draw_path(shape: pdfium_c.FPDF_PAGEOBJECT, matrix: _Matrix, frame: _Frame, drawing: _Drawing) -> None:
    """Add the straight lines of a path: those that it strokes, and the thin shapes that it fills."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium_c.FPDFPath_GetDrawMode(shape, fill, stroke) or not (fill.value or stroke.value):
        return
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    outlines: list[list[tuple[float, float]]] = []
    for index in range(pdfium_c.FPDFPath_CountSegments(shape)):
        if len(drawing.rules) >= MOST_RULES or index >= MOST_OBJECTS:
            return
        segment = pdfium_c.FPDFPath_GetPathSegment(shape, index)
        if not segment or not pdfium_c.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = frame.place(a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind != pdfium_c.FPDF_SEGMENT_LINETO or not outlines:
            outlines.append([point])  # a curve is no border; its end may start one
        else:
            outlines[-1].append(point)
        if kind != pdfium_c.FPDF_SEGMENT_MOVETO and pdfium_c.FPDFPathSegment_GetClose(segment):
            outlines[-1].append(outlines[-1][0])
    for outline in outlines:
        drawing.rules.extend(straight_lines(outline, stroked=bool(stroke.value)))


def _needs_eyes(inked: list[_Glyph], drawing: _Drawing, area: float) -> bool:
    """Say whether a person sees text on the page where the file has none."""
    if len(inked) > FEW_CHARACTERS:
        strange = sum(0xE000 <= ord(glyph.text[0]) <= 0xF8FF or glyph.text == "\ufffd" for glyph in inked)
        return strange > GARBLED * len(inked)
    return drawing.image_area >= COVERED * area or (not inked and drawing.shapes >= OUTLINES)
