"""An office's own Word templates: checked, each problem with its place; filled with a paper; and what the kit sets beside."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from duban.writing.official import Annex, Chart, Paper, Paragraph, Series, Table, as_docx, as_pdf, as_xlsx
from duban.writing.official.fonts import lacking
from duban.writing.official.templates import LARGEST, SAMPLE, check, fill, starter

CHART = Chart("各章节亮灯", ("抓项目", "惠民生"), (Series("正常", (3, 2)), Series("红灯", (1, 0), "B8242B")), "项")


def template(*lines: str) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def said(data: bytes) -> str:
    return "\n".join(map(str, check(data)))


def repacked(data: bytes, name: str, content: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for one in old.namelist():
            new.writestr(one, content if one == name else old.read(one))
        if name not in old.namelist():
            new.writestr(name, content)
    return file.getvalue()


def test_a_template_that_holds_has_nothing_wrong() -> None:
    assert said(starter()) == ""
    assert said(template("{{ 标题 }}", "{{ 正文 }}", "{% if 抄送 %}抄送：{{ 抄送 }}{% endif %}")) == ""


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (("{{ 标题名 }}", "{{ 正文 }}"), "第1段：没有“标题名”这个字段。是不是“{{ 标题 }}”"),
        (("前言", "见{{ 正文 }}"), "第2段：“{{ 正文 }}”和别的内容在一起"),
        (("{{ 标题 }}",), "没有“{{ 正文 }}”"),
        (("{{ 正文 }}", "{{ 正文 }}"), "写了2处"),
        (("{{ 正文 }}", "{% for x in y %}"), "第2段：不认得“for x in y”"),
        (("{{ 正文 }}", "{{ 标题.__class__ }}"), "没有“标题.__class__”这个字段"),
        (("{{ 正文 }}", "{% if 抄送 %}"), "不成对"),
        (("{{ 正文 }}", "{{ 标题"), "花括号不成对"),
    ],
)
def test_what_is_wrong_in_a_template_is_told_with_its_place(lines: tuple[str, ...], wrong: str) -> None:
    assert wrong in said(template(*lines))


def test_what_is_no_template_at_all_is_told() -> None:
    assert "不是 docx 文件" in said(b"%PDF-1.7")
    assert "超过 5 MB" in said(b"x" * (LARGEST + 1))
    macro = repacked(template("{{ 正文 }}"), "word/vbaProject.bin", "x")
    assert "宏" in said(macro)
    linked = repacked(
        template("{{ 正文 }}"),
        "word/_rels/settings.xml.rels",
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        'Target="http://192.0.2.1/x.dotm" TargetMode="External"/></Relationships>',
    )
    assert "文件以外" in said(linked)


def test_a_template_is_filled_in_its_place_and_values_are_only_text() -> None:
    paper = Paper(
        title="甲 & 乙<丙>",
        body=(Paragraph("正文里的{{ 话 }}。", ((5, "注。"),)), CHART, Table(("一",), (("1",),), (1,))),
        attached=(Annex("清单", (Table(("二",), (("2",),), (1,)),), True),),
    )
    document: Any = Document(io.BytesIO(fill(template("{{ 标题 }}", "{{ 正文 }}", "落款"), paper)))
    lines = [line.text for line in document.paragraphs]
    assert lines[0] == "甲 & 乙<丙>"
    assert lines[1] == "正文里的{{ 话 }}。"
    assert lines.index("落款") < lines.index("附件")
    assert document.sections[-1].page_width > document.sections[-1].page_height


def test_footnotes_stand_at_their_words() -> None:
    paper = Paper("标题", (Paragraph("前一句。后一句。", ((4, "依据甲。"), (8, "依据乙。"))),))
    with zipfile.ZipFile(io.BytesIO(as_docx(paper))) as package:
        notes = package.read("word/footnotes.xml").decode()
        text = package.read("word/document.xml").decode()
    assert "依据甲。" in notes
    assert text.index("前一句。") < text.index("footnoteReference") < text.index("后一句。")
    page = pypdfium2.PdfDocument(as_pdf(paper).data)[0]
    assert "依据乙。" in page.get_textpage().get_text_range()


def test_long_tables_repeat_their_heads_and_annexes_lie_across() -> None:
    table = Table(("序号", "任务"), tuple((str(n), "任务") for n in range(60)), (1, 5))
    data = as_docx(Paper("标题", (), attached=(Annex("清单", (table,), True),)))
    document: Any = Document(io.BytesIO(data))
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [section.orientation for section in document.sections] == [0, 1]


def test_a_workbook_of_annexes_has_a_sheet_for_each_and_numbers_are_numbers() -> None:
    table = Table(("任务", "数"), (("修路", "3"), ("=1+1", "4.5")), (3, 1))
    data = as_xlsx(Paper("标题", (table,), attached=(Annex("清单", (table,)), Annex("清单", (table,)))))
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["标题", "清单", "清单（2）"]
    assert [cell.value for cell in book["清单"][3]] == ["修路", 3]
    assert book["清单"]["A4"].data_type == "s"


def test_a_character_that_no_font_has_is_named(tmp_path: Path) -> None:
    printed = as_pdf(Paper("标题", (Paragraph("姓名：\U0002ffff某。"),)))
    assert "\U0002ffff" in printed.trouble
    assert lacking("标题", None) == ()
    assert lacking("标题", tmp_path) == ()


def test_a_folder_of_fonts_that_lacks_a_character_is_asked_for_it(tmp_path: Path) -> None:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "one"])
    builder.setupCharacterMap({ord("甲"): "one"})
    builder.setupGlyf({".notdef": pen.glyph(), "one": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "one": (500, 0)})
    builder.setupHorizontalHeader()
    builder.setupNameTable({"familyName": "FangSong", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(tmp_path / "fs.ttf")
    assert lacking("甲 乙\n", tmp_path) == ("乙",)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_opens_the_word_file_and_its_pages_are_there(tmp_path: Path) -> None:
    rows = tuple((str(n), "强化重大项目牵引，推进城市更新", "区发展和改革局") for n in range(40))
    annex = Annex("滞后任务清单", (Table(("序号", "任务", "牵头单位"), rows, (1, 6, 4)),), True)
    body = (*SAMPLE.body, CHART, *(Paragraph("各单位要对照年度目标，按序时进度推进。" * 6) for _ in range(12)))
    paper = Paper(SAMPLE.title, body, signature=SAMPLE.signature, day=SAMPLE.day, attached=(annex,))
    (tmp_path / "paper.docx").write_bytes(as_docx(paper))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "paper.docx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    opened = pypdfium2.PdfDocument(tmp_path / "paper.pdf")
    sizes = [opened[n].get_size() for n in range(len(opened))]
    across = [width > height for width, height in sizes]
    # The text stands upright, the annex lies across, and it is as long as what WeasyPrint sets, a page or two apart.
    assert across == sorted(across)
    assert across.count(True) >= 2
    assert abs(len(opened) - len(pypdfium2.PdfDocument(as_pdf(paper).data))) <= 2
    words = "".join(opened[n].get_textpage().get_text_range() for n in range(len(opened)))
    assert words.count("牵头单位") >= across.count(True), "the head of the table stands on each page"
    assert "— 1 —" in words
