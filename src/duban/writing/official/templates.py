"""An office's own Word templates: checked before they are used, and filled with a paper.

A template is a docx file with fields such as ``{{ 标题 }}``. ``{{ 正文 }}`` stands in a paragraph of its own: there the text
is set, in the styles of the template where it has styles of those names (公文正文, 公文一级标题 …), else in ours. Nothing but
these fields and ``{% if 字段 %}`` … ``{% endif %}`` may be written: a template runs no code.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docxtpl import DocxTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment

from duban.writing.official.as_docx import Writer, add_styles, as_docx, saved
from duban.writing.official.paper import Annex, Heading, Masthead, Paper, Paragraph, Table

#: The fields, and what each stands for.
FIELDS: dict[str, str] = {
    "标题": "文件的标题",
    "文号": "发文字号，印发以前是空的",
    "主送": "主送机关，不带冒号",
    "正文": "全文，单独一段",
    "附件说明": "落款以前的附件名称",
    "署名": "发文机关",
    "成文日期": "印发的日期，印发以前是空的",
    "抄送": "抄送机关",
    "版头": "红头上的名称，如督查通报",
}
BODY = "正文"
#: A template is a few pages: larger ones hold pictures that every paper would carry along.
LARGEST = 5 * 1024 * 1024
_UNPACKED, _MEMBERS = 50 * 1024 * 1024, 2000
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_MARK = "\ue000"
_FIELD = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_STEP = re.compile(r"\{%-?\s*(?:p|tr|tc|r)?\s*(.*?)\s*-?%\}")
_IF = re.compile(r"if\s+(?:not\s+)?(\S+)")
_OUTSIDE = re.compile(r'TargetMode\s*=\s*"External"')
_REACHING = re.compile(r"relationships/(attachedTemplate|oleObject|frame|subDocument|image|externalLink)\"")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a template: where, what, and what to do."""

    place: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.place}：{self.what}。{self.do}。"


def check(data: bytes) -> list[Problem]:
    """Return everything that is wrong with a template; nothing where it can be used."""
    wrong = _file(data)
    if wrong:
        return wrong
    try:
        document = Document(io.BytesIO(data))
    except Exception:  # whatever a broken file makes the library raise
        return [Problem("文件", "不是完好的 Word 文件，打不开", "用 Word 或 WPS 打开后另存为 docx")]
    problems: list[Problem] = []
    bodies = 0
    opened = 0
    for place, text in _paragraphs(document):
        for name in _FIELD.findall(text):
            problems += _known(place, name)
            if name == BODY:
                bodies += 1
                if _FIELD.sub("", text).strip() or not place.startswith("第"):
                    problems.append(Problem(place, "“{{ 正文 }}”和别的内容在一起", "让它单独占正文里的一段"))
        for step in _STEP.findall(text):
            if step == "endif":
                opened -= 1
            elif match := _IF.fullmatch(step):
                opened += 1
                problems += _known(place, match[1])
            else:
                problems.append(Problem(place, f"不认得“{step}”", "只能写字段和 {% if 字段 %}、{% endif %}"))
        rest = _STEP.sub("", _FIELD.sub("", text))
        if "{{" in rest or "}}" in rest or "{%" in rest:
            problems.append(Problem(place, f"花括号不成对：“{rest.strip()[:20]}”", "写成 {{ 字段 }}，在同一段里"))
    if not bodies:
        problems.append(Problem("全文", "没有“{{ 正文 }}”", "在放全文的地方单独写一段 {{ 正文 }}"))
    elif bodies > 1:
        problems.append(Problem("全文", f"“{{{{ 正文 }}}}”写了{bodies}处", "只留一处"))
    if opened:
        problems.append(Problem("全文", "{% if %} 和 {% endif %} 不成对", "每个 {% if 字段 %} 配一个 {% endif %}"))
    if not problems:
        problems += _filled(data)
    return problems


def _file(data: bytes) -> list[Problem]:
    """Return what is wrong with the file itself: its size, its type, code or links to elsewhere in it."""
    if len(data) > LARGEST:
        return [Problem("文件", f"有{len(data) / 1024 / 1024:.1f} MB，超过 5 MB", "去掉模板里的大图，或压缩后再传")]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if len(members) > _MEMBERS or sum(one.file_size for one in members) > _UNPACKED:
                return [Problem("文件", "展开以后太大", "用 Word 或 WPS 另存为 docx 再传")]
            names = {one.filename for one in members}
            types = package.read("[Content_Types].xml").decode("utf-8", "replace")
            links = [package.read(name).decode("utf-8", "replace") for name in names if name.endswith(".rels")]
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError):
        return [Problem("文件", "不是 docx 文件", "旧的 doc、WPS 文件请另存为 docx")]
    if _MAIN not in types:
        return [Problem("文件", "不是普通的 Word 文档（docx）", "带宏的、dotx 模板请另存为 docx")]
    if any("vbaProject" in name or "activeX" in name or "embeddings/ole" in name.lower() for name in names):
        return [Problem("文件", "里面有宏或者嵌入的对象", "另存为不带宏的 docx，删去嵌入的对象")]
    for text in links:
        for link in re.findall(r"<Relationship\b[^>]*>", text):
            if _OUTSIDE.search(link) and _REACHING.search(link):
                return [Problem("文件", "引用了文件以外的内容", "断开链接的图片、附加的模板，再保存")]
    return []


def _known(place: str, name: str) -> list[Problem]:
    if name in FIELDS:
        return []
    near = get_close_matches(name, FIELDS, n=1, cutoff=0.4)
    do = f"是不是“{{{{ {near[0]} }}}}”" if near else f"可用的有{'、'.join(FIELDS)}"
    return [Problem(place, f"没有“{name}”这个字段", do)]


def _paragraphs(document: Any) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every paragraph: of the text, of tables, of heads and feet."""
    for number, line in enumerate(document.paragraphs, 1):
        yield f"第{number}段", line.text
    for number, table in enumerate(document.tables, 1):
        for row in table.rows:
            for cell in row.cells:
                for line in cell.paragraphs:
                    yield f"表{number}", line.text
    for section in document.sections:
        for words, part in (("页眉", section.header), ("页脚", section.footer)):
            if not part.is_linked_to_previous:
                for line in part.paragraphs:
                    yield words, line.text


def _filled(data: bytes) -> list[Problem]:
    """Return what goes wrong when the template is filled with the sample."""
    try:
        fill(data, SAMPLE)
    except Exception as error:  # whatever the library or the file raises: the person gets a sentence
        return [
            Problem(
                "试填",
                f"填样例时出错（{type(error).__name__}）",
                "检查字段的花括号是不是都在一段里、没有被批注和修订隔开",
            )
        ]
    return []


def fill(data: bytes, paper: Paper) -> bytes:
    """Return the paper set in a template."""
    template = DocxTemplate(io.BytesIO(data))
    values = {
        "标题": paper.title,
        "文号": paper.number,
        "主送": paper.addressee,
        BODY: _MARK,
        "附件说明": "\n".join(paper.annex_lines),
        "署名": paper.signature,
        "成文日期": paper.dated,
        "抄送": paper.copies,
        "版头": paper.masthead.name if paper.masthead else "",
    }
    # A template comes from outside: it reaches the fields and nothing else.
    template.render(values, ImmutableSandboxedEnvironment(autoescape=True), autoescape=True)
    file = io.BytesIO()
    template.save(file)
    document: Any = Document(io.BytesIO(file.getvalue()))
    add_styles(document, paper)
    _table_style(document)
    body = document.element.body
    mark = next(line for line in document.paragraphs if _MARK in line.text)
    before = list(body)
    writer = Writer(document)
    writer.blocks(paper.body)
    at = mark._p
    for element in [one for one in body if one not in before]:
        at.addnext(element)
        at = element
    mark._p.getparent().remove(mark._p)
    writer.annexes(paper)
    return saved(document, paper)


def _table_style(document: Any) -> None:
    """Give a template without it the style of tables with lines."""
    if "Table Grid" in {style.name for style in document.styles}:
        return
    style = document.styles.add_style("Table Grid", WD_STYLE_TYPE.TABLE)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    style.element.append(parse_xml(f"<w:tblPr {nsdecls('w')}><w:tblBorders>{lines}</w:tblBorders></w:tblPr>"))


#: What a template is shown with.
SAMPLE = Paper(
    title="关于某年某月重点工作督查情况的通报",
    number="督通〔某年〕某号",
    addressee="各镇人民政府、街道办事处，区政府各部门",
    body=(
        Paragraph("现将某月重点工作推进和督查情况通报如下。"),
        Heading("一、总体情况"),
        Paragraph("列入总台账的任务进展总体顺利。", ((15, "依据：总台账。"),)),
        Table(
            ("章节", "任务（项）", "滞后"), (("某章节", "8", "1"), ("另一章节", "5", "0")), (3, 1, 1), "各章节进展情况"
        ),
        Heading("二、下月要求"),
        Paragraph("各单位要对照年度目标，按序时进度推进。"),
    ),
    signature="某区人民政府督查室",
    day=date(2026, 1, 1),
    copies="区委办公室",
    attached=(
        Annex("滞后任务清单", (Table(("序号", "任务", "牵头单位"), (("1", "某项任务", "某局"),), (1, 5, 3)),), True),
    ),
    masthead=Masthead("督查通报", issuer="某区人民政府督查室"),
)


def starter() -> bytes:
    """Return a template in the layout of GB/T 9704 that an office begins with: every field where it stands in a paper."""
    paper = Paper(
        title="{{ 标题 }}",
        number="{{ 文号 }}",
        body=(Paragraph("{{ 主送 }}："), Paragraph("{{ 正文 }}"), Paragraph("{{ 附件说明 }}")),
        signature="{{ 署名 }}",
        copies="{{ 抄送 }}",
        masthead=Masthead("{{ 版头 }}", issuer="{{ 署名 }}"),
    )
    data = as_docx(paper)
    document: Any = Document(io.BytesIO(data))
    signed = next(line for line in document.paragraphs if line.style.name == "公文署名")
    dated = document.add_paragraph("{{ 成文日期 }}", "公文成文日期")
    signed._p.addnext(dated._p)
    for line in document.paragraphs:
        if line.text == "{{ 主送 }}：":
            line.style = "公文主送机关"
        elif line.text == "{{ 附件说明 }}":
            line.style = "公文附件说明"
    return saved(document, paper)
