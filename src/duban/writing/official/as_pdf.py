"""An official paper as PDF, set by WeasyPrint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from duban.writing.official.charts import as_svg
from duban.writing.official.fonts import css_family, faces
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
    Block,
    Chart,
    Heading,
    Masthead,
    Paper,
    Paragraph,
    Table,
    title_lines,
)


@dataclass(frozen=True)
class Printed:
    """A PDF, and the characters that none of the fonts has: they are left blank, and whoever prints must be told."""

    data: bytes
    missing: tuple[str, ...] = ()

    @property
    def trouble(self) -> str:
        """What to tell in Chinese; empty where every character could be set."""
        if not self.missing:
            return ""
        return (
            f"字体里没有这些字，PDF 上显示不出来：{'、'.join(self.missing)}。"
            "请把含有这些字的字体文件放进字体文件夹（DUBAN_FONTS），或下载 Word 版打印。"
        )


def as_pdf(paper: Paper, fonts: Path | None = None) -> Printed:
    """Return the paper as PDF, set with the fonts of a folder where they are there, else with those of the system."""
    # Loading it takes a second, which only those who print should wait for.
    from PIL import ImageFile
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    # Loading WeasyPrint tells Pillow to take half a picture for a whole one, for the entire process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False

    config = FontConfiguration()
    known = list(faces(fonts)) if fonts and fonts.is_dir() else []
    # The fonts of the folder are all that is fetched.
    style = CSS(string=_css(known), font_config=config, url_fetcher=URLFetcher(allowed_protocols=("file",)))
    text = HTML(string=_html(paper), url_fetcher=URLFetcher(allowed_protocols=()))
    document = text.render(stylesheets=[style], font_config=config)
    data = document.write_pdf()
    missing = {chr(code) for font in document.fonts.values() for code in font.missing}
    return Printed(data, tuple(sorted(missing)))


def _html(paper: Paper) -> str:
    return (
        f"<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'><title>{escape(paper.title)}</title></head>"
        f"<body>{''.join(_parts(paper))}</body></html>"
    )


def _parts(paper: Paper) -> Iterator[str]:
    if paper.masthead:
        yield _masthead(paper.masthead, paper.dated)
    if paper.number:
        yield f"<p class='number'>{escape(paper.number)}</p>"
    yield f"<h1>{'<br>'.join(escape(line) for line in title_lines(paper.title))}</h1>"
    if paper.addressee:
        yield f"<p class='to'>{escape(paper.addressee)}：</p>"
    for block in paper.body:
        yield _block(block)
    for n, line in enumerate(paper.annex_lines):
        yield f"<p class='annex{' first' if n == 0 else ''}'>{escape(line)}</p>"
    if paper.signature or paper.day:
        yield (
            f"<div class='end'><div class='closing'><p class='signed'>{escape(paper.signature)}</p>"
            f"<p>{paper.dated}</p></div></div>"
        )
    if paper.copies:
        yield f"<p class='copies'>抄送：{escape(paper.copies)}</p>"
    for mark, annex in paper.annexed:
        yield f"<section class='annexed{' across' if annex.landscape else ''}'><p class='mark'>{escape(mark)}</p>"
        yield f"<h1>{'<br>'.join(escape(line) for line in title_lines(annex.title))}</h1>"
        for block in annex.body:
            yield _block(block)
        yield "</section>"


def _masthead(head: Masthead, dated: str) -> str:
    issue = f"<p class='issue'>{escape(head.issue)}</p>" if head.issue else ""
    return (
        f"<header><p class='masthead'>{escape(head.name)}</p>{issue}"
        f"<p class='by'><span>{escape(head.issuer)}</span><span>{dated}</span></p></header>"
    )


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level + 1}>{escape(text)}</h{level + 1}>"
        case Paragraph():
            said = "".join(
                f"{escape(words)}{f'<span class=note>{escape(note)}</span>' if note else ''}"
                for words, note in block.pieces
            )
            return f"<p>{said}</p>"
        case Chart():
            return f"<figure>{as_svg(block, css_family(SONGTI).replace(chr(34), ''))}</figure>"
        case Table():
            head = "".join(f"<th>{escape(text)}</th>" for text in block.head)
            columns = "".join(f"<col style='width: {100 * share / sum(block.widths):.1f}%'>" for share in block.widths)
            rows = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in block.rows)
            title = f"<p class='over'>{escape(block.title)}</p>" if block.title else ""
            return f"{title}<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _css(known: list[tuple[str, Path]]) -> str:
    own = "".join(f'@font-face {{ font-family: "{name}"; src: url("{path.as_uri()}"); }}\n' for name, path in known)
    number = f"font: {SMALL}pt {css_family(SONGTI)}; vertical-align: top; padding-top: 7mm; white-space: nowrap;"
    return f"""{own}
@page {{ size: A4; margin: {TOP}mm {RIGHT}mm {BOTTOM}mm {LEFT}mm; }}
@page :right {{ @bottom-right {{ content: "— " counter(page) " —"; {number} padding-right: 1em; }} }}
@page :left {{ @bottom-left {{ content: "— " counter(page) " —"; {number} padding-left: 1em; }} }}
@page across {{ size: A4 landscape; margin: {LEFT}mm {TOP}mm {RIGHT}mm {BOTTOM}mm; }}
@page across:right {{ @bottom-right {{ content: "— " counter(page) " —"; {number} padding-right: 1em; }} }}
@page across:left {{ @bottom-left {{ content: "— " counter(page) " —"; {number} padding-left: 1em; }} }}
html {{ font: {TEXT}pt/{LINE:.3f}pt {css_family(FANGSONG)}; letter-spacing: {SPACING - 0.02:.4f}pt; text-align: justify;
  overflow-wrap: anywhere; hyphens: none; }}
body, p, h1, h2, h3, h4, h5 {{ margin: 0; font-size: 1em; font-weight: normal; }}
p, h2, h3, h4, h5 {{ text-indent: 2em; orphans: 1; widows: 1; }}
h1 {{ margin-bottom: {LINE:.3f}pt; font: {TITLE}pt/36pt {css_family(XIAOBIAOSONG)}; letter-spacing: 0;
  text-align: center; }}
h2 {{ font-family: {css_family(HEITI)}; }}
h3 {{ font-family: {css_family(KAITI)}; }}
h4 {{ font-weight: bold; }}
h1, h2, h3, h4, h5 {{ break-after: avoid; }}
header p {{ text-indent: 0; text-align: center; letter-spacing: 0; }}
.masthead {{ color: #{RED}; font: {MASTHEAD}pt/56pt {css_family(XIAOBIAOSONG)}; }}
.by {{ display: flex; justify-content: space-between; margin-bottom: {LINE:.3f}pt; padding-bottom: 4pt;
  border-bottom: 1.5pt solid #{RED}; }}
.note {{ float: footnote; font-size: {NOTE}pt; line-height: 14pt; letter-spacing: 0; text-indent: 0; text-align: left; }}
.note::footnote-call {{ font-size: .6em; vertical-align: super; line-height: 0; }}
figure {{ margin: 6pt 0; text-align: center; break-inside: avoid; }}
figure svg {{ max-width: 100%; height: auto; }}
.over {{ margin-top: 6pt; font: {SMALL}pt/24pt {css_family(HEITI)}; text-indent: 0; text-align: center; break-after: avoid; }}
.annexed {{ break-before: page; }}
.across {{ page: across; }}
.annexed h1 {{ margin-bottom: 12pt; }}
.mark {{ font-family: {css_family(HEITI)}; text-indent: 0; break-after: avoid; }}
.number {{ margin-bottom: {LINE:.3f}pt; text-indent: 0; text-align: right; }}
.to {{ text-indent: 0; }}
.annex {{ text-align: left; white-space: pre-wrap; }}
.first {{ margin-top: {LINE:.3f}pt; }}
.end {{ margin-top: {2 * LINE:.3f}pt; padding-right: {DATE_RIGHT}em; text-align: right; break-inside: avoid;
  break-before: avoid; }}
.closing {{ display: inline-block; text-align: center; white-space: nowrap; }}
.closing p {{ text-indent: 0; }}
.signed {{ margin: 0 -{DATE_RIGHT}em; }}
.copies {{ margin-top: {LINE:.3f}pt; padding: 0 1em; border-top: .35mm solid; border-bottom: .35mm solid;
  font-size: {SMALL}pt; text-indent: 0; break-before: avoid; }}
table {{ width: 100%; border-collapse: collapse; font-size: {TABLE}pt; line-height: {TABLE_LINE}pt; letter-spacing: 0;
  text-align: left; }}
th, td {{ padding: 1mm 1.5mm; border: .2mm solid; vertical-align: top; }}
th {{ font-family: {css_family(HEITI)}; font-weight: normal; text-align: center; }}
tr {{ break-inside: avoid; }}
"""
