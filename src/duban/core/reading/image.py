"""Scans: the lines that a recogniser finds in a picture, laid out like those of any other sheet.

The recogniser (RapidOCR) is the extra ``ocr``; its models come with it and nothing is fetched at run time. Pictures of
pdf and OFD pages go through the same function.
"""

from __future__ import annotations

import importlib.util
import io
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from duban.core.reading.errors import UnreadableSource
from duban.core.reading.layout import Run, Sheet, clean, lay_out
from duban.core.types import Source

if TYPE_CHECKING:
    from PIL.Image import Image

INSTALL = 'pip install "duban[ocr]"'

MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a telephone's jpeg with a preview behind it
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
#: An A3 sheet at 600 dots an inch has 70 million.
MOST_PIXELS = 80_000_000
#: The recogniser works at 2,000 pixels; more than this only costs memory.
LONGEST_SIDE = 3_000
#: A fax or an archive's scan in one tif.
MOST_SHEETS = 200
#: Below this the recogniser has guessed at dirt.
LEAST_CONFIDENCE = 0.3

A4_WIDTH, A4_HEIGHT = 595.0, 842.0

_BUSY = threading.Lock()


@dataclass(frozen=True, slots=True)
class Recognised:
    """A line found in a picture; its corners are in pixels, clockwise from the upper left."""

    text: str
    corners: tuple[tuple[float, float], ...]
    confidence: float


Recogniser = Callable[["Image"], Sequence[Recognised]]


class PictureError(Exception):
    """A picture is damaged or too large; the message says which in Chinese."""


class PictureTooLargeError(PictureError):
    """A picture has more pixels than any scan."""


class RecognitionError(Exception):
    """The recogniser broke off; the message says why, in its own words."""


def available() -> bool:
    """Say whether the recogniser is installed."""
    return all(importlib.util.find_spec(package) is not None for package in ("rapidocr", "onnxruntime"))


def read(data: bytes, *, name: str, sha256: str, recogniser: Recogniser | None = None) -> Source:
    """Return the text of a scanned sheet (png, jpg, bmp, gif, webp) or of several (tif).

    Raises:
        UnreadableSource: the recogniser is not installed, the picture is damaged or too large, or shows no text.

    """
    if recogniser is None and not available():
        raise UnreadableSource(
            f"图片要用文字识别才能读，而文字识别没有安装。请先安装：{INSTALL}（模型随包安装，不联网也能识别），再读一次。",
            code="ocr-missing",
            name=name,
        )
    try:
        media_type, sheets = _sheets(data, name, recogniser)
    except RecognitionError as error:
        raise UnreadableSource(
            f"文字识别出错（{error}）。请换一张更清楚的图片再试。", code="ocr-failed", name=name
        ) from error
    layout = lay_out(sheets)
    if not layout.text.strip():
        raise UnreadableSource("图片里没有识别出文字。请检查图片是否清楚、方向是否正确。", code="no-text", name=name)
    return layout.source(name=name, media_type=media_type, sha256=sha256)


def recognise(
    picture: Image, number: int, *, width: float | None = None, recogniser: Recogniser | None = None
) -> Sheet:
    """Return the sheet that a picture shows; `width` is its width in points, otherwise it is taken for A4.

    Raises:
        RecognitionError: the recogniser broke off.

    """
    if max(picture.size) > LONGEST_SIDE:
        picture = picture.copy()
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if width is None:
        width = A4_WIDTH if picture.width <= picture.height else A4_HEIGHT
    scale = width / picture.width
    try:
        lines = (recogniser or _rapidocr())(picture)
    except Exception as error:  # the recogniser's own parts raise what they like
        raise RecognitionError(str(error) or type(error).__name__) from error
    runs = [run for line in lines if (run := _run(line, scale)) is not None]
    return Sheet(number, width, picture.height * scale, runs)


def _run(line: Recognised, scale: float) -> Run | None:
    """Return a recognised line as a run whose height is the size of its characters, not that of a generous box."""
    text = clean(line.text).strip()
    if not text or len(line.corners) != 4:
        return None
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line.corners
    left, right = sorted(((ax + dx) / 2, (bx + cx) / 2))
    middle = (ay + by + cy + dy) / 4
    height = abs((dy + cy) - (ay + by)) / 2
    ems = sum(1.0 if char >= "\u2000" else 0.5 for char in text)
    em = max(1.0, min(height, (right - left) / ems * 1.1))
    return Run(
        text,
        left * scale,
        (middle - em / 2) * scale,
        right * scale,
        (middle + em / 2) * scale,
        confidence=line.confidence,
    )


def picture(data: bytes) -> Image:
    """Return the picture in `data`, ready to be recognised, or raise :class:`PictureError`."""
    with _opened(data) as opened:
        return _upright(opened)


def _sheets(data: bytes, name: str, recogniser: Recogniser | None) -> tuple[str, list[Sheet]]:
    """Return the picture's media type and its sheets."""
    try:
        with _opened(data) as opened:
            return MEDIA_TYPES[opened.format or ""], list(_frames(opened, recogniser))
    except PictureTooLargeError as error:
        raise UnreadableSource(
            f"图片超过 {MOST_PIXELS // 10_000} 万像素，太大了。请用 200 至 300 dpi 重新扫描，或缩小后再试。",
            code="too-large",
            name=name,
        ) from error
    except PictureError as error:
        raise UnreadableSource(
            "图片已损坏或没有下载完整，无法打开。请重新扫描或下载。", code="broken", name=name
        ) from error


@contextmanager
def _opened(data: bytes) -> Iterator[Image]:
    """Open a picture, whatever goes wrong inside of it being a :class:`PictureError`."""
    import PIL.Image  # comes with the extra; a text never needs it

    try:
        with PIL.Image.open(io.BytesIO(data), formats=list(set(MEDIA_TYPES) - {"MPO"})) as opened:
            yield opened
    except PIL.Image.DecompressionBombError as error:
        raise PictureTooLargeError("图像太大") from error
    # Decoders meet a broken picture with any of a dozen exceptions.
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, struct.error) as error:
        raise PictureError("图像已损坏") from error


def _upright(opened: Image) -> Image:
    """Return the current picture of a file, decoded, as a person holds it."""
    import PIL.Image
    import PIL.ImageOps

    if opened.width * opened.height > MOST_PIXELS:
        raise PictureTooLargeError("图像太大")
    upright = PIL.ImageOps.exif_transpose(opened)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    paper = PIL.Image.new("RGBA", upright.size, "white")
    return PIL.Image.alpha_composite(paper, upright.convert("RGBA")).convert("RGB")


def _frames(opened: Image, recogniser: Recogniser | None) -> Iterator[Sheet]:
    count = int(getattr(opened, "n_frames", 1)) if opened.format == "TIFF" else 1
    for index in range(min(count, MOST_SHEETS)):
        if count > 1:
            opened.seek(index)
        yield recognise(_upright(opened), index + 1, recogniser=recogniser)
    if count > MOST_SHEETS:
        message = f"图片有 {count} 页，第 {MOST_SHEETS + 1} 页起没有读。请拆成几份后再读。"
        yield Sheet(MOST_SHEETS + 1, A4_WIDTH, A4_HEIGHT, remarks=(("cut-off", message),))


@cache
def _rapidocr() -> Recogniser:
    """Return the recogniser, loaded once for the process."""
    from rapidocr import RapidOCR  # heavy, and an extra: only a scan pays for it

    engine: Any = RapidOCR(params={"Global.text_score": LEAST_CONFIDENCE, "Global.log_level": "critical"})

    def lines(picture: Image) -> list[Recognised]:
        with _BUSY:
            result = engine(picture)
        if result.boxes is None or result.txts is None or result.scores is None:
            return []
        return [
            Recognised(str(text), tuple((float(x), float(y)) for x, y in box), float(score))
            for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True)
        ]

    return lines
