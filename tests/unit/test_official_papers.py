"""Official papers in GB/T 9704 layout: what stands where, in Word and in PDF."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from duban.writing.official import Heading, Paper, Paragraph, Table, as_docx, as_pdf
from duban.writing.official.fonts import faces
from duban.writing.official.paper import signature_right, title_lines, width

PAPER = Paper(
    title="关于“强化重大项目牵引”的橙色督办单",
    number="督办〔2026〕2号",
    addressee="区发展改革局",
    body=(
        Paragraph("现升级督办。"),
        Heading("一、办理要求"),
        Paragraph("查明原因，倒排工期。"),
        Heading("（一）时限", 2),
        Table(("督办单", "结果"), (("督办〔2026〕1号", "逾期未办"),), (1, 1)),
    ),
    annexes=("未开工项目清单", "进度对照表"),
    signature="兰桥区人民政府督查室",
    day=date(2026, 3, 5),
    copies="许文澜（副区长）",
)
MM = 72 / 25.4


def document(paper: Paper = PAPER) -> Any:
    return Document(io.BytesIO(as_docx(paper)))


def printed(paper: Paper) -> Any:
    return pypdfium2.PdfDocument(as_pdf(paper).data)


def words(page: Any) -> str:
    return str(page.get_textpage().get_text_range())


def place(page: Any, text: str) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of a text on a page, in points."""
    found = page.get_textpage()
    index, count = found.search(text).get_next()
    boxes = [found.get_charbox(index + n) for n in range(count)]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


# ---- Word ----


def test_every_look_in_word_is_a_style_with_the_font_that_the_standard_names() -> None:
    found = document()
    looks = {line.style.name: line for line in found.paragraphs}
    fonts = {name: line.style.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) for name, line in looks.items()}
    assert fonts["公文标题"] == "方正小标宋简体"
    assert fonts["公文正文"] == "仿宋_GB2312"
    assert fonts["公文一级标题"] == "黑体"
    assert fonts["公文二级标题"] == "楷体_GB2312"
    assert looks["公文标题"].style.font.size == Pt(22)
    assert found.styles["Normal"].font.size == Pt(16)
    # No look is put on a paragraph or a piece of text itself.
    for line in found.paragraphs:
        assert [child.tag for child in line._p.get_or_add_pPr()] == [qn("w:pStyle")]
        assert all(run._r.rPr is None for run in line.runs)


def test_the_page_in_word_is_that_of_the_standard() -> None:
    section = document().sections[0]
    assert abs(section.page_width - Mm(210)) < 1000
    assert abs(section.top_margin - Mm(37)) < 1000
    assert abs(section.left_margin - Mm(28)) < 1000
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    # 28 characters of three to the line: 16 points each, a quarter of a point closer.
    spacing = document().styles["Normal"].element.rPr.find(qn("w:spacing"))
    assert 28 * (16 + int(spacing.get(qn("w:val"))) / 20) * 25.4 / 72 <= 156


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages() -> None:
    found = document()
    section = found.sections[0]
    assert found.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.style.name, even.style.name) == ("公文页码单", "公文页码双")
    assert odd.text == "— 1 —"
    assert "PAGE" in odd._p.xml


def test_the_order_of_a_paper() -> None:
    assert [line.text for line in document().paragraphs] == [
        "督办〔2026〕2号",
        "关于“强化重大项目牵引”的橙色督办单",
        "区发展改革局：",
        "现升级督办。",
        "一、办理要求",
        "查明原因，倒排工期。",
        "（一）时限",
        "附件：1. 未开工项目清单",
        "　　　2. 进度对照表",
        "兰桥区人民政府督查室",
        "2026年3月5日",
        "抄送：许文澜（副区长）",
    ]
    assert document(replace(PAPER, annexes=("清单",))).paragraphs[7].text == "附件：清单"


@pytest.mark.parametrize(
    "title",
    [
        "关于“促进房地产市场平稳运行”的橙色督办单",
        "关于区住房城乡建设局逾期未办“促进房地产市场平稳运行”的函",
        "关于“推动项目建设提速增效，确保全年新开工区级以上重点项目五十二个”的橙色督办单",
        "短",
        "督" * 61,
    ],
)
def test_a_title_breaks_into_even_lines(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title
    widths = [width(line) for line in lines]
    assert max(widths) <= 20
    assert max(widths) - min(widths) <= 4
    assert all(line[0] not in "”，、的" for line in lines)


# ---- where the signature stands ----


@pytest.mark.parametrize(("text", "wide"), [("督办", 2), ("2026年", 3), ("（一）", 3), ("", 0)])
def test_latin_counts_half(text: str, wide: float) -> None:
    assert width(text) == wide


def test_the_signature_is_centred_over_the_date_which_is_four_characters_from_the_right() -> None:
    # 2026年3月5日 is six characters wide, the signature ten: it stands two further out.
    assert signature_right(PAPER) == 4 + (width("2026年3月5日") - 10) / 2
    page = printed(replace(PAPER, copies=""))[0]
    left, _, right, _ = place(page, "2026年3月5日")
    assert (210 - 26) * MM - right == pytest.approx(4 * 16, abs=3)
    sign_left, _, sign_right, _ = place(page, "兰桥区人民政府督查室")
    assert (left + right) / 2 == pytest.approx((sign_left + sign_right) / 2, abs=3)


# ---- PDF ----


def test_a_page_holds_twenty_two_lines_of_twenty_eight_characters() -> None:
    paper = Paper(title="题", body=(Paragraph("督" * 28 * 80),))
    second = printed(paper)[1]
    lines = [line for line in words(second).splitlines() if "督" in line]
    assert len(lines) == 22
    assert {line.count("督") for line in lines} == {28}


def test_margins_and_page_numbers_of_the_pdf() -> None:
    pages = printed(Paper(title="题", body=(Paragraph("督" * 28 * 50),)))
    assert len(pages) == 3
    left, _, right, top = place(pages[1], "督督督督督督督督督督督督督督督督督督督督督督督督督督督督")
    assert left == pytest.approx(28 * MM, abs=2)
    assert right == pytest.approx((210 - 26) * MM, abs=3)
    assert 297 * MM - top == pytest.approx(37 * MM, abs=12)
    odd, even = place(pages[0], "— 1 —"), place(pages[1], "— 2 —")
    assert odd[0] > 105 * MM > even[2]


def test_what_the_fonts_lack_is_said_by_its_characters() -> None:
    found = as_pdf(replace(PAPER, addressee="区\U000323aa局"))
    assert found.missing == ("\U000323aa",)
    assert "\U000323aa" in found.trouble
    assert as_pdf(PAPER).trouble == ""


def test_what_is_written_is_no_markup() -> None:
    page = printed(replace(PAPER, title="<b>关于</b>&nbsp;督办"))[0]
    assert "<b>关于</b>&nbsp;督办" in words(page)


def test_fonts_of_a_folder_go_by_their_own_names(tmp_path: Path) -> None:
    (tmp_path / "notes.ttf").write_bytes(b"no font")
    (tmp_path / "readme.txt").write_text("x")
    assert list(faces(tmp_path)) == []
    dejavu = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    if not dejavu.exists():
        pytest.skip("no font to copy")
    (tmp_path / "own.ttf").write_bytes(dejavu.read_bytes())
    assert [name for name, _ in faces(tmp_path)] == ["DejaVu Sans"]
    assert as_pdf(PAPER, tmp_path).data.startswith(b"%PDF")
