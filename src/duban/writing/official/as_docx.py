"""An official paper as a Word file. Every look is a named style, so that an office changes it in one place."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from duban.writing.official.docx_charts import add_chart
from duban.writing.official.docx_notes import MARK, Notes
from duban.writing.official.docx_notes import TEXT as NOTE_TEXT
from duban.writing.official.paper import (
    BOTTOM,
    DATE_RIGHT,
    FANGSONG,
    HEITI,
    KAITI,
    LEFT,
    LINE,
    MASTHEAD,
    NOTE,
    PAGE,
    RED,
    RIGHT,
    SMALL,
    SONGTI,
    SPACING,
    TABLE,
    TABLE_LINE,
    TEXT,
    TITLE,
    TOP,
    XIAOBIAOSONG,
    Annex,
    Block,
    Chart,
    Heading,
    Masthead,
    Paper,
    Paragraph,
    Table,
    signature_right,
    title_lines,
)

_LEFT, _CENTRE, _RIGHT, _BOTH = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
_HEADINGS = {1: "公文一级标题", 2: "公文二级标题", 3: "公文三级标题", 4: "公文四级标题"}


def as_docx(paper: Paper) -> bytes:
    """Return the paper as a docx file."""
    document: Any = Document()
    _defaults(document)
    add_styles(document, paper)
    _page(document.sections[0])
    _numbers(document)
    for block in list(document.element.body):
        if block.tag == qn("w:p"):
            document.element.body.remove(block)
    Writer(document).whole(paper)
    return saved(document, paper)


def saved(document: Any, paper: Paper) -> bytes:
    """Return a document as a file that says what it is and by whom."""
    document.core_properties.title = paper.title
    document.core_properties.author = paper.signature
    document.core_properties.comments = ""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


class Writer:
    """Writes the parts of a paper at the end of a document that has the styles."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._notes = Notes(document)
        self._charts = 0
        self._wide = float(PAGE[0] - LEFT - RIGHT)

    def whole(self, paper: Paper) -> None:
        """Write everything, from the red head to the annexes."""
        add = self._document.add_paragraph
        if paper.masthead:
            self._masthead(paper.masthead, paper.dated)
        if paper.number:
            add(paper.number, "公文字号")
        # A line break within the paragraph: the title stays one.
        add("\n".join(title_lines(paper.title)), "公文标题")
        if paper.addressee:
            add(f"{paper.addressee}：", "公文主送机关")
        self.blocks(paper.body)
        for n, line in enumerate(paper.annex_lines):
            add(line, "公文附件说明" if n == 0 else "公文附件续行")
        if paper.signature:
            add(paper.signature, "公文署名")
        if paper.day:
            add(paper.dated, "公文成文日期")
        if paper.copies:
            add(f"抄送：{paper.copies}", "公文抄送")
        self.annexes(paper)

    def annexes(self, paper: Paper) -> None:
        """Write the annexes, each from a new page."""
        for mark, annex in paper.annexed:
            self._annex(mark, annex)

    def blocks(self, blocks: Iterable[Block]) -> None:
        """Write headings, paragraphs, tables and charts."""
        for block in blocks:
            match block:
                case Heading(text, level):
                    self._document.add_paragraph(text, _HEADINGS[level])
                case Paragraph():
                    self._paragraph(block)
                case Table():
                    self._table(block)
                case Chart():
                    self._charts += 1
                    line = self._document.add_paragraph("", "公文图")
                    add_chart(self._document, line, block, SONGTI, self._charts)

    def _paragraph(self, block: Paragraph) -> None:
        line = self._document.add_paragraph("", "公文正文")
        for words, note in block.pieces:
            if words:
                line.add_run(words)
            if note:
                self._notes.add(line, note)

    def _masthead(self, head: Masthead, dated: str) -> None:
        add = self._document.add_paragraph
        add(head.name, "公文版头")
        if head.issue:
            add(head.issue, "公文期号")
        line = add(f"{head.issuer}\t{dated}", "公文版头行")
        line.style = "公文版头行"

    def _annex(self, mark: str, annex: Annex) -> None:
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        _page(section, landscape=annex.landscape)
        self._wide = float(PAGE[1] - TOP - BOTTOM if annex.landscape else PAGE[0] - LEFT - RIGHT)
        self._document.add_paragraph(mark, "公文附件序号")
        self._document.add_paragraph(annex.title, "公文附件标题")
        self.blocks(annex.body)

    def _table(self, block: Table) -> None:
        if block.title:
            self._document.add_paragraph(block.title, "公文表题")
        table = self._document.add_table(rows=len(block.rows) + 1, cols=len(block.head), style="Table Grid")
        table.autofit = False
        whole = sum(block.widths)
        sizes = [Mm(self._wide * share / whole) for share in block.widths]
        for column, size in zip(table.columns, sizes, strict=True):
            column.width = size
        for n, (row, texts) in enumerate(zip(table._tbl.tr_lst, (block.head, *block.rows), strict=True)):
            style = self._document.styles["公文表头" if n == 0 else "公文表格"].style_id
            for cell, text, size in zip(row.tc_lst, texts, sizes, strict=True):
                # By elements: the cells of a long table are asked for thousands of times.
                cell.width = size
                line = cell.p_lst[0]
                line.get_or_add_pPr().get_or_add_pStyle().val = style
                line.add_r().text = text
            properties = row.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if n == 0:
                properties.append(OxmlElement("w:tblHeader"))


def _defaults(document: Any) -> None:
    """Set the fonts and the size that styles start from: no theme chooses another."""
    properties = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _fonts(properties, FANGSONG)
    normal = document.styles["Normal"]
    _fonts(normal.element.get_or_add_rPr(), FANGSONG)
    normal.font.size = Pt(TEXT)
    # 28 characters to the line by their spacing: a grid of characters is taken by some programs for two cells to each.
    _space(normal, SPACING)
    normal.paragraph_format.line_spacing = Pt(LINE)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.widow_control = False


def _space(style: Any, points: float) -> None:
    """Set the space between characters, rounded to twentieths of a point so that a line is never too long."""
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(math.floor(points * 20)))
    style.element.get_or_add_rPr().insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")


def _fonts(properties: Any, font: str) -> None:
    there = properties.find(qn("w:rFonts"))
    if there is None:
        there = OxmlElement("w:rFonts")
        properties.insert(0, there)
    for name in list(there.attrib):
        del there.attrib[name]
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        there.set(qn(f"w:{kind}"), font)


def add_styles(document: Any, paper: Paper) -> None:
    """Add the styles of official papers; those that a template has of its own stay as they are."""
    style = _Styles(document)
    style("公文版头", XIAOBIAOSONG, _CENTRE, size=MASTHEAD, line=56, colour=RED, keep=True)
    style("公文期号", FANGSONG, _CENTRE, keep=True)
    style("公文版头行", FANGSONG, _LEFT, after=LINE, tab=PAGE[0] - LEFT - RIGHT - 1, rule=RED)
    style("公文字号", FANGSONG, _RIGHT, after=LINE)
    style("公文标题", XIAOBIAOSONG, _CENTRE, size=TITLE, line=36, after=LINE, level=0, keep=True)
    style("公文主送机关", FANGSONG, _LEFT)
    style("公文正文", FANGSONG, _BOTH, first=2)
    style("公文一级标题", HEITI, _BOTH, first=2, level=1, keep=True)
    style("公文二级标题", KAITI, _BOTH, first=2, level=2, keep=True)
    style("公文三级标题", FANGSONG, _BOTH, first=2, level=3, bold=True, keep=True)
    style("公文四级标题", FANGSONG, _BOTH, first=2, level=4, keep=True)
    style("公文表头", HEITI, _CENTRE, size=TABLE, line=TABLE_LINE)
    style("公文表格", FANGSONG, _LEFT, size=TABLE, line=TABLE_LINE)
    style("公文表题", HEITI, _CENTRE, size=SMALL, line=24, before=6, keep=True)
    style("公文图", FANGSONG, _CENTRE, line=None, before=6, after=6)
    style("公文附件序号", HEITI, _LEFT, keep=True)
    style("公文附件标题", XIAOBIAOSONG, _CENTRE, size=TITLE, line=36, after=12, level=0, keep=True)
    style(NOTE_TEXT, FANGSONG, _BOTH, size=NOTE, line=14)
    style.mark(MARK)
    style("公文附件说明", FANGSONG, _LEFT, first=2, before=LINE, keep=True)
    style("公文附件续行", FANGSONG, _LEFT, first=2, keep=True)
    style("公文署名", FANGSONG, _RIGHT, before=2 * LINE, right=signature_right(paper), keep=True)
    style("公文成文日期", FANGSONG, _RIGHT, right=DATE_RIGHT)
    style("公文抄送", FANGSONG, _LEFT, size=SMALL, before=LINE, first=1)
    style("公文页码单", SONGTI, _RIGHT, size=SMALL, right=1)
    style("公文页码双", SONGTI, _LEFT, size=SMALL, left=1)


class _Styles:
    """Adds paragraph styles. Indents are in characters of the style's own size, lengths in points."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def __call__(
        self,
        name: str,
        font: str,
        alignment: Any,
        *,
        size: float = TEXT,
        line: float | None = LINE,
        first: float = 0,
        left: float = 0,
        right: float = 0,
        before: float = 0,
        after: float = 0,
        level: int | None = None,
        bold: bool = False,
        keep: bool = False,
        colour: str = "",
        tab: float = 0,
        rule: str = "",
    ) -> None:
        if name in {there.name for there in self._document.styles}:
            return
        style = self._document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self._document.styles["Normal"]
        style.quick_style = True
        _fonts(style.element.get_or_add_rPr(), font)
        style.font.size, style.font.bold = Pt(size), bold
        if size != TEXT:
            _space(style, 0)
        layout = style.paragraph_format
        # A line that holds a chart is as high as the chart.
        layout.alignment, layout.line_spacing = alignment, 1.0 if line is None else Pt(line)
        layout.space_before, layout.space_after = Pt(before), Pt(after)
        layout.keep_with_next = keep
        if colour:
            style.font.color.rgb = RGBColor.from_string(colour)
        if tab:
            layout.tab_stops.add_tab_stop(Mm(tab), WD_TAB_ALIGNMENT.RIGHT)
        properties = style.element.get_or_add_pPr()
        if line != LINE:
            # Off the grid of lines, which would make a line of a table as high as one of the text.
            grid = OxmlElement("w:snapToGrid")
            grid.set(qn("w:val"), "0")
            properties.insert_element_before(grid, "w:spacing", "w:ind", "w:jc")
        if rule:
            properties.insert_element_before(_below(rule), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")
        indent = properties.get_or_add_ind()
        for side, characters in (("firstLine", first), ("left", left), ("right", right)):
            if characters:
                # Word goes by the characters, other programs by the length.
                indent.set(qn(f"w:{side}Chars"), str(round(characters * 100)))
                indent.set(qn(f"w:{side}"), str(round(characters * size * 20)))
        if level is not None:
            outline = OxmlElement("w:outlineLvl")
            outline.set(qn("w:val"), str(level))
            properties.append(outline)

    def mark(self, name: str) -> None:
        """Add the style of footnote marks."""
        if name in {there.name for there in self._document.styles}:
            return
        style = self._document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        style.font.superscript = True


def _below(colour: str) -> Any:
    """Return a line below a paragraph."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    return borders


def _page(section: Any, *, landscape: bool = False) -> None:
    if landscape:
        # The sheet is turned to the left: its head is at the left edge, bound as the others are.
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(PAGE[1]), Mm(PAGE[0])
        section.top_margin, section.bottom_margin = Mm(LEFT), Mm(RIGHT)
        section.left_margin, section.right_margin = Mm(BOTTOM), Mm(TOP)
    else:
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
        section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
        section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    # The page number stands 7 mm below the type area.
    section.footer_distance = Mm((RIGHT if landscape else BOTTOM) - 7 - SMALL / 72 * 25.4)
    properties = section._sectPr
    grid = properties.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        properties.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE * 20)))


def _numbers(document: Any) -> None:
    """Put the page numbers below the first part; those that follow go on with them."""
    section = document.sections[0]
    document.settings.odd_and_even_pages_header_footer = True
    for footer, style in ((section.footer, "公文页码单"), (section.even_page_footer, "公文页码双")):
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.style = style
        line.add_run("— ")
        _field(line, "PAGE")
        line.add_run(" —")


def _field(line: Any, code: str) -> None:
    """Add a field that the program fills in."""
    for kind in ("begin", "", "separate", "shown", "end"):
        run = line.add_run("1" if kind == "shown" else "")
        if kind == "shown":
            continue
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = f" {code} "
        run._r.append(mark)
