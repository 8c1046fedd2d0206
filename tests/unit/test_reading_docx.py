"""A plan written in Word, as it is printed."""

from __future__ import annotations

import doctest
import zipfile

import pytest
from docx import Document
from docx.document import Document as Paper

from duban.core.reading import UnreadableSource, numbering, read_bytes
from duban.core.reading.numbering import spell
from makers_office import W, bare_docx, changed, element, furniture, grid, merged, paragraph, read, saved, zipped


class Lists:
    """A Word document whose paragraphs are numbered by Word."""

    def __init__(self) -> None:
        self.paper: Paper = Document()
        self._part = self.paper.part.numbering_part.element

    def define(self, key: int, *levels: tuple[str, str], start: int = 1, extra: str = "") -> None:
        forms = "".join(
            f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start if depth == 0 else 1}"/><w:numFmt w:val="{form}"/>{extra}'
            f'<w:suff w:val="nothing"/><w:lvlText w:val="{template}"/></w:lvl>'
            for depth, (form, template) in enumerate(levels)
        )
        self._part.insert(0, element(f'<w:abstractNum w:abstractNumId="{key}">{forms}</w:abstractNum>'))

    def use(self, key: int, definition: int, override: str = "") -> None:
        self._part.append(element(f'<w:num w:numId="{key}"><w:abstractNumId w:val="{definition}"/>{override}</w:num>'))

    def add(self, words: str, key: int, level: int = 0) -> None:
        properties = self.paper.add_paragraph(words)._p.get_or_add_pPr()
        properties.append(element(f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{key}"/></w:numPr>'))

    def lines(self) -> list[str]:
        return read(saved(self.paper)).text.split()


def test_a_plan_with_headings_a_table_and_breaks() -> None:
    paper = Document()
    paper.add_paragraph("江临市兰桥区2031年重点任务")
    paper.add_heading("一、稳增长", 1)
    paper.add_heading("（一）招商引资", 2)
    body = paper.add_paragraph("新签约项目60个以上，")
    body.add_run("投资").bold = True
    body.add_run().add_break()
    body.add_run("增长8%。")
    paper.add_paragraph("")
    table = paper.add_table(3, 3)
    for cell, words in zip(
        table._cells, ["序号", "任务", "", "1", "招商\n引资", "60个", "", "植树", "9\t万亩"], strict=True
    ):
        cell.text = words
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    paper.sections[0].header.paragraphs[0].text = "内部资料"
    source = read(saved(paper))
    assert source.text.split("\n") == [
        "江临市兰桥区2031年重点任务",
        "一、稳增长",
        "（一）招商引资",
        "新签约项目60个以上，投资",
        "增长8%。",
        "序号\t任务",
        "1\t招商",
        "引资\t60个",
        "植树\t9 万亩",
        "",
    ]
    assert [(heading.span.of(source.text), heading.depth) for heading in source.headings] == [
        ("一、稳增长", 1),
        ("（一）招商引资", 2),
    ]
    assert grid(source) == [["序号", "任务"], ["1", "招商\n引资", "60个"], ["植树", "9 万亩"]]
    assert merged(source) == {"任务": (1, 2), "1": (2, 1)}
    assert source.lines == "paragraph"


# Numbers that Word counts


def test_levels_count_and_begin_again_as_printed() -> None:
    lists = Lists()
    lists.define(
        100,
        ("chineseCountingThousand", "%1、"),
        ("chineseCountingThousand", "（%2）"),
        ("decimal", "%3."),
        ("decimalEnclosedCircle", "%4"),
    )
    lists.use(50, 100)
    for words, level in [
        ("稳增长", 0),
        ("招商", 1),
        ("投资", 1),
        ("开工", 2),
        ("竣工", 2),
        ("达产", 3),
        ("惠民生", 0),
        ("就业", 1),
        ("社保", 2),
    ]:
        lists.add(words, 50, level)
    assert lists.lines() == [
        "一、稳增长", "（一）招商", "（二）投资", "1.开工", "2.竣工", "①达产", "二、惠民生", "（一）就业", "1.社保",
    ]  # fmt: skip


def test_two_lists_of_one_definition_go_on_unless_one_states_its_start() -> None:
    lists = Lists()
    lists.define(100, ("decimal", "%1."), ("decimal", "%1.%2"))
    lists.use(50, 100)
    lists.use(51, 100)
    lists.use(52, 100, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>')
    for key, level in [(50, 0), (50, 1), (51, 0), (51, 1), (52, 0), (52, 1), (52, 0), (50, 0)]:
        lists.add("项", key, level)
    assert lists.lines() == ["1.项", "1.1项", "2.项", "2.1项", "7.项", "7.1项", "8.项", "9.项"]


def test_a_level_may_go_on_through_its_chapters_and_show_them_in_digits() -> None:
    lists = Lists()
    lists.define(100, ("chineseCounting", "第%1章"), ("decimal", "%1.%2"), extra='<w:lvlRestart w:val="0"/><w:isLgl/>')
    lists.use(50, 100)
    for level in (0, 1, 1, 0, 1):
        lists.add("节", 50, level)
    assert lists.lines() == ["第1章节", "1.1节", "1.2节", "第2章节", "2.3节"]


def test_a_level_without_its_upper_one_shows_where_that_would_begin() -> None:
    lists = Lists()
    lists.define(100, ("decimal", "%1."), ("decimal", "%1.%2"), start=3)
    lists.use(50, 100)
    lists.add("项", 50, 1)
    assert lists.lines() == ["3.1项"]


def test_an_override_may_bring_its_own_form_and_a_list_of_nought_is_none() -> None:
    lists = Lists()
    lists.define(100, ("decimal", "%1."))
    own = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl>'
    lists.use(50, 100, f'<w:lvlOverride w:ilvl="0">{own}</w:lvlOverride>')
    lists.add("项", 50)
    lists.add("项", 0)
    lists.add("项", 999)
    assert lists.lines() == ["I、项", "项", "项"]


def test_a_style_numbers_its_paragraphs_and_those_of_styles_based_on_it() -> None:
    lists = Lists()
    lists.define(100, ("chineseCounting", "%1、"), ("chineseCounting", "（%2）"))
    lists.use(50, 100)
    heading = lists.paper.styles["Heading 1"].element.get_or_add_pPr()
    heading.append(element('<w:numPr><w:numId w:val="50"/></w:numPr>'))
    lists.paper.add_heading("稳增长", 1)
    own = lists.paper.styles.add_style("兰桥标题", 1)
    own.base_style = lists.paper.styles["Heading 1"]
    lists.paper.add_paragraph("惠民生", style=own)
    source = read(saved(lists.paper))
    assert source.text.split() == ["一、稳增长", "二、惠民生"]
    assert [heading.depth for heading in source.headings] == [1, 1]


def test_the_column_of_serial_numbers_that_word_fills_is_filled() -> None:
    lists = Lists()
    lists.define(100, ("decimal", "%1"))
    lists.use(50, 100)
    table = lists.paper.add_table(2, 2)
    for row, words in zip(table.rows, ("招商", "植树"), strict=True):
        properties = row.cells[0].paragraphs[0]._p.get_or_add_pPr()
        properties.append(element('<w:numPr><w:ilvl w:val="0"/><w:numId w:val="50"/></w:numPr>'))
        row.cells[1].text = words
    assert grid(read(saved(lists.paper))) == [["1", "招商"], ["2", "植树"]]


@pytest.mark.parametrize(
    ("form", "counts", "words"),
    [
        ("chineseCounting", (1, 10, 11, 20, 99, 101), "一 十 十一 二十 九十九 一〇一"),
        ("chineseCountingThousand", (10, 100, 101, 110, 111, 1001), "十 一百 一百零一 一百一十 一百一十一 一千零一"),
        ("japaneseCounting", (10, 19, 100, 101, 210), "十 十九 百 百一 二百十"),
        ("ideographDigital", (9, 10, 21), "九 一〇 二一"),
        ("chineseLegalSimplified", (1, 12, 105), "壹 拾贰 壹佰零伍"),
        ("ideographTraditional", (1, 10, 11), "甲 癸 11"),
        ("decimalEnclosedCircle", (1, 20, 21, 35, 36, 50, 51), "① ⑳ ㉑ ㉟ ㊱ ㊿ 51"),
        ("lowerLetter", (1, 26, 27, 781), "a z aa 781"),
        ("upperRoman", (4, 9, 1999, 40000), "IV IX MCMXCIX 40000"),
        ("decimalZero", (3, 12), "03 12"),
        ("decimalFullWidth", (12,), "１２"),
        ("no such form", (0, 3), "0 3"),
    ],
)
def test_forms_of_numbers(form: str, counts: tuple[int, ...], words: str) -> None:
    assert " ".join(spell(count, form) for count in counts) == words


def test_examples_of_numbers_hold() -> None:
    assert doctest.testmod(numbering).failed == 0


def test_bullets_of_symbol_fonts_are_dots() -> None:
    paper = Document()
    paper.add_paragraph("招商", style="List Bullet")
    assert read(saved(paper)).text == "• 招商\n"


# What stands elsewhere in the file


BOX = "<w:txbxContent><w:p><w:r><w:t>第一条</w:t></w:r></w:p><w:p><w:r><w:t>第二条</w:t></w:r></w:p></w:txbxContent>"
MC = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def test_a_text_box_stands_once_after_the_paragraph_that_holds_it() -> None:
    """Word writes each box twice, for newer and for older programs."""
    both = (
        f"<w:p><w:r><w:t>上</w:t></w:r><w:r><mc:AlternateContent {MC}><mc:Choice Requires='wps'><w:drawing>"
        f"<wps:txbx>{BOX}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{BOX}</v:textbox></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>文</w:t></w:r></w:p>"
    )
    old = f"<w:p><w:r><w:pict><v:shape {MC}><v:textbox>{BOX}</v:textbox></v:shape></w:pict></w:r></w:p>"
    assert read(bare_docx(both)).text == "上文\n第一条\n第二条\n"
    assert read(bare_docx(old)).text == "第一条\n第二条\n"


def test_revisions_are_read_as_accepted() -> None:
    body = (
        "<w:p><w:r><w:t>新签约</w:t></w:r><w:del><w:r><w:delText>50</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>60</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t>个</w:t></w:r></w:moveTo></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>以</w:t></w:r></w:p>" + paragraph("上。")
    )
    assert read(bare_docx(body)).text == "新签约60个\n以上。\n"


def test_fields_symbols_ruby_hidden_words_and_controls() -> None:
    body = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>3</w:t></w:r>'
        '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:noBreakHyphen/><w:tab/></w:r>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>显</w:t></w:r>"
        "<w:r><w:ruby><w:rt><w:r><w:t>pin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>拼</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        "<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>"
        "<w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph('块')}</w:sdtContent></w:sdt>"
    )
    assert read(bare_docx(body)).text == "3☑-\t显拼控件链接\n块\n"


def test_the_table_of_contents_is_set_aside() -> None:
    body = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{paragraph('一、稳增长 1')}{paragraph('二、惠民生 3')}</w:sdtContent></w:sdt>{paragraph('一、稳增长')}"
    )
    assert furniture(read(bare_docx(body))) == ["一、稳增长 1", "二、惠民生 3"]


def test_footnotes_come_last() -> None:
    relation = '<Relationship Id="r1" Type="http://example.org/relationships/footnotes" Target="/word/notes.xml"/>'
    line = f'<w:footnote w:type="separator">{paragraph("线")}</w:footnote>'
    parts = {
        "word/_rels/document.xml.rels": f"<Relationships>{relation}</Relationships>",
        "word/notes.xml": f"<w:footnotes {W}>{line}<w:footnote>{paragraph('脚注')}</w:footnote></w:footnotes>",
    }
    assert read(bare_docx(paragraph("正文"), parts=parts)).text == "正文\n脚注\n"


# Tables


def test_a_frame_around_the_text_is_no_table_but_a_table_in_it_is() -> None:
    cell = "<w:tc>{}</w:tc>"
    inner = "<w:tbl><w:tr>" + cell.format(paragraph("甲")) + cell.format(paragraph("乙")) + "</w:tr></w:tbl>"
    source = read(bare_docx("<w:tbl><w:tr>" + cell.format(paragraph("标题") + inner) + "</w:tr></w:tbl>"))
    assert source.text == "标题\n甲\t乙\n"
    assert grid(source) == [["甲", "乙"]]


def test_a_table_within_a_cell_is_words_of_the_cell() -> None:
    inner = "<w:tbl><w:tr>" + "".join(f"<w:tc>{paragraph(words)}</w:tc>" for words in "甲乙") + "</w:tr></w:tbl>"
    source = read(bare_docx(f"<w:tbl><w:tr><w:tc>{inner}</w:tc><w:tc>{paragraph('丙')}</w:tc></w:tr></w:tbl>"))
    assert grid(source) == [["甲 乙", "丙"]]


def test_rows_struck_out_are_gone_and_shifted_rows_keep_their_columns() -> None:
    def row(properties: str, *cells: str) -> str:
        return f"<w:tr><w:trPr>{properties}</w:trPr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in cells) + "</w:tr>"

    down = '<w:tcPr><w:gridSpan w:val="2"/><w:vMerge{}/></w:tcPr>'
    source = read(
        bare_docx(
            "<w:tbl>"
            + row("", down.format(' w:val="restart"') + paragraph("甲"), paragraph("乙"))
            + row("<w:del/>", paragraph("删"), paragraph("去"))
            + row("", down.format("") + "<w:p/>", paragraph("丙"))
            + row('<w:gridBefore w:val="2"/>', paragraph("丁"))
            + "</w:tbl>"
        )
    )
    assert grid(source) == [["甲", "乙"], ["丙"], ["丁"]]
    assert merged(source) == {"甲": (2, 2)}
    assert [cell.column for cell in source.tables[0].cells] == [0, 2, 2, 2]


# Bad files


def test_a_word_file_under_another_name_is_read_as_what_it_is() -> None:
    source = read_bytes(bare_docx(paragraph("兰桥区")), name="方案.txt")
    assert (source.text, source.name) == ("兰桥区\n", "方案.txt")
    assert source.media_type.endswith("wordprocessingml.document")


def test_the_strict_form_of_the_standard_is_read_too() -> None:
    transitional = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    data = changed(
        bare_docx(paragraph("兰桥区")),
        "word/document.xml",
        (transitional, "http://purl.oclc.org/ooxml/wordprocessingml/main"),
    )
    assert read(data).text == "兰桥区\n"


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (bare_docx(""), "no-text", "没有文字"),
        (bare_docx(paragraph("兰桥区"))[:-40], "broken", "损坏"),
        (bare_docx("<w:p>"), "broken", "XML"),
        (zipped({"[Content_Types].xml": "<Types/>", "word/styles.xml": "<x/>"}), "missing-part", "word/document.xml"),
        (bare_docx(paragraph("&a;"), head='<!DOCTYPE x [<!ENTITY a "甲">]>'), "entities", "实体"),
        (
            bare_docx(paragraph("&a;"), head='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'),
            "entities",
            "实体",
        ),
        (bare_docx(paragraph("推进" * 5_000_000)), "bomb", "炸弹"),
        (bare_docx("<w:ins>" * 5_000 + "</w:ins>" * 5_000), "broken", "损坏"),
    ],
    ids=["empty", "cut off", "unclosed", "no body", "entities", "outside entity", "bomb", "deep"],
)
def test_a_bad_file_says_what_is_wrong(data: bytes, code: str, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says) as refused:
        read_bytes(data, name="方案.docx")
    assert refused.value.code == code
    assert refused.value.name == "方案.docx"


def test_entities_that_multiply_are_never_unfolded() -> None:
    entities = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))
    head = f'<!DOCTYPE x [<!ENTITY a0 "甲甲甲甲">{entities}]>'
    for body in (paragraph("&a11;"), '<w:p w:x="&a11;"/>'):
        with pytest.raises(UnreadableSource):
            read_bytes(bare_docx(body, head=head), name="方案.docx")


def test_a_plan_of_thousands_of_paragraphs_is_read_whole() -> None:
    source = read(bare_docx(paragraph("推进项目建设") * 20_000, method=zipfile.ZIP_STORED))
    assert source.text.count("\n") == 20_000
