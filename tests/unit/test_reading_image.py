"""What a clerk gets from a scan."""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Sequence

import pypdfium2 as pdfium
import pytest
from PIL import Image

from duban.core.reading import image
from duban.core.reading.errors import UnreadableSource
from duban.core.types import Source
from makers_pdf import Paper


def picture(width: int = 595, height: int = 842, kind: str = "PNG", sheets: int = 1) -> bytes:
    file = io.BytesIO()
    blank = Image.new("RGB", (width, height), "white")
    more = {"save_all": True, "append_images": [blank] * (sheets - 1)} if sheets > 1 else {}
    blank.save(file, kind, **more)
    return file.getvalue()


def line(x: float, y: float, text: str, confidence: float = 0.95) -> image.Recognised:
    """Return a line of 16 pixels a character, in a box as generous as recognisers make it."""
    right, bottom = x + 16 * len(text), y + 22
    return image.Recognised(text, ((x, y), (right, y + 1), (right, bottom + 1), (x, bottom)), confidence)


def read(lines: Sequence[image.Recognised], data: bytes | None = None) -> Source:
    return image.read(data or picture(), name="扫描件.png", sha256="0" * 64, recogniser=lambda _: lines)


BODY = [
    line(106, 100, "一、推进项目建设，全年开工重点项目二十个"),
    line(74, 128, "以上，完成投资三十五亿元，由区发展改革局牵"),
    line(74, 156, "头落实。"),
]


def test_recognised_lines_come_in_reading_order_with_their_indents() -> None:
    source = read([BODY[2], BODY[0], BODY[1]])
    assert source.text.split("\n") == [
        "　　一、推进项目建设，全年开工重点项目二十个",
        "以上，完成投资三十五亿元，由区发展改革局牵",
        "头落实。",
    ]
    assert source.media_type == "image/png"
    assert source.lines == "layout"
    assert source.notes == ()


def test_a_line_of_which_the_recogniser_is_unsure_is_noted() -> None:
    source = read([*BODY, line(74, 184, "责任单位：区财改局", 0.45)])
    (note,) = source.notes
    assert note.code == "low-confidence"
    assert note.span.of(source.text) == "责任单位：区财改局"
    assert "45%" in note.message
    assert "责任单位：区财改局" in note.message


def test_the_page_number_of_a_scan_is_furniture() -> None:
    source = read([*BODY, line(270, 790, "一3一")])
    assert [span.of(source.text) for span in source.furniture] == ["一3一"]


def test_each_sheet_of_a_tif_is_read() -> None:
    source = read(BODY, picture(kind="TIFF", sheets=2))
    assert source.text.count("头落实。") == 2
    assert source.media_type == "image/tiff"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP"])
def test_the_usual_formats_are_read(kind: str) -> None:
    assert read(BODY, picture(kind=kind)).text.endswith("头落实。")


def test_a_picture_without_text_says_so() -> None:
    with pytest.raises(UnreadableSource, match="没有识别出文字") as refusal:
        read([])
    assert refusal.value.code == "no-text"


@pytest.mark.parametrize("data", [picture()[:200], b"\x89PNG\r\n\x1a\n", picture(kind="JPEG")[:300], b"BM nonsense"])
def test_half_a_picture_is_broken(data: bytes) -> None:
    with pytest.raises(UnreadableSource) as refusal:
        read(BODY, data)
    assert refusal.value.code == "broken"


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    # A white bitmap of 400 million pixels packs into half a megabyte.
    header = picture(10, 10)
    size = (20_000).to_bytes(4, "big") * 2
    huge = header[:16] + size + header[24:]
    crc = zlib.crc32(huge[12:29]).to_bytes(4, "big")
    with pytest.raises(UnreadableSource, match="像素") as refusal:
        read(BODY, huge[:29] + crc + huge[33:])
    assert refusal.value.code == "too-large"


def test_a_recogniser_that_breaks_off_is_one_kind_of_error() -> None:
    def broken(_: object) -> list[image.Recognised]:
        raise RuntimeError("onnx: bad tensor")

    with pytest.raises(UnreadableSource, match="bad tensor") as refusal:
        image.read(picture(), name="a.png", sha256="0", recogniser=broken)
    assert refusal.value.code == "ocr-failed"


def test_without_the_extra_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(UnreadableSource, match=r'pip install "duban\[ocr\]"') as refusal:
        image.read(picture(), name="扫描件.png", sha256="0" * 64)
    assert refusal.value.code == "ocr-missing"
    assert "不联网" in str(refusal.value)


@pytest.mark.skipif(not image.available(), reason="the extra ocr is not installed")
def test_the_real_recogniser_reads_a_drawn_page() -> None:
    paper = Paper()
    paper.text(106, 120, "一、推进项目建设，完成投资35亿元")
    paper.text(74, 148, "责任单位：区发展和改革局")
    page = pdfium.PdfDocument(paper.data())[0]
    file = io.BytesIO()
    page.render(scale=200 / 72).to_pil().save(file, "PNG")
    source = image.read(file.getvalue(), name="扫描件.png", sha256="0" * 64)
    assert "责任单位" in source.text
    assert "35亿元" in source.text
