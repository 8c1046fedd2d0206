"""Papers as they are printed: the blocks of a draft as an official paper, and as files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from duban.bulletins.composing.blocks import Block, Piece, numbered, text_of
from duban.bulletins.composing.composer import Composed
from duban.bulletins.models import Bulletin
from duban.supervision.papers import CannotPrint, fonts, office_of, printed
from duban.writing.official import (
    Annex,
    Chart,
    Heading,
    Masthead,
    Paper,
    Paragraph,
    Series,
    Table,
    as_docx,
    as_xlsx,
    templates,
)
from duban.writing.official import paper as official
from duban.writing.official.fonts import lacking

#: The colour of each series by its name: those of the lights, darker than on the screen where they stand on paper.
COLOURS = {"达到序时": "17722F", "黄灯": "D99A00", "橙灯": "C85A11", "红灯": "B8242B"}
PLAIN = "1F5FAE"


def paper_of(bulletin: Bulletin, body: dict[str, Any]) -> Paper:
    """Return what a paper says as it is printed; before it is issued it has neither number nor day."""
    issued = timezone.localdate(bulletin.issued_at) if bulletin.issued_at else None
    return _paper(
        body["blocks"],
        title=bulletin.title,
        addressee=bulletin.addressee,
        copies=bulletin.copies,
        masthead=bulletin.masthead,
        signature=office_of(bulletin.division),
        number=bulletin.number,
        day=issued,
    )


def composed_paper(composed: Composed, signature: str) -> Paper:
    """Return what the rules compose as it would be printed."""
    return _paper(
        composed.blocks,
        title=text_of(composed.title),
        addressee=composed.addressee,
        copies=composed.copies,
        masthead=composed.masthead,
        signature=signature,
    )


def _paper(
    blocks: Iterable[Block],
    *,
    title: str,
    addressee: str,
    copies: str,
    masthead: str,
    signature: str,
    number: str = "",
    day: date | None = None,
) -> Paper:
    main: list[official.Block] = []
    annexes: list[tuple[Block, list[official.Block]]] = []
    for block, before in numbered(blocks):
        if block["type"] == "annex":
            annexes.append((block, []))
            continue
        made = _block(block, before, in_annex=bool(annexes))
        (annexes[-1][1] if annexes else main).append(made)
    return Paper(
        title=title,
        body=tuple(main),
        number=number,
        addressee=addressee,
        signature=signature,
        day=day,
        copies=copies,
        attached=tuple(Annex(block["title"], tuple(parts), block["landscape"]) for block, parts in annexes),
        masthead=Masthead(masthead, issuer=signature) if masthead else None,
    )


def _block(block: Block, before: str, *, in_annex: bool) -> official.Block:
    match block["type"]:
        case "heading":
            return Heading(f"{before}{text_of(block['parts'])}", block["level"])
        case "table":
            # The annex bears the title already.
            title = "" if in_annex else block["title"]
            rows = tuple(tuple(text_of(cell) for cell in row) for row in block["rows"])
            return Table(tuple(block["head"]), rows, tuple(block["widths"]), title)
        case "chart":
            return chart_of(block)
    return _paragraph(block["parts"])


def chart_of(block: Block) -> Chart:
    """Return the chart of a block."""
    return Chart(
        block["title"],
        tuple(text_of([label]) for label in block["labels"]),
        tuple(
            Series(
                one["name"],
                tuple(float(value["v"]) for value in one["values"]),
                COLOURS.get(one["name"], PLAIN),
            )
            for one in block["series"]
        ),
        block["unit"],
    )


def _paragraph(parts: list[Piece]) -> Paragraph:
    words, notes = "", []
    for part in parts:
        if isinstance(part, dict) and "n" in part:
            notes.append((len(words), text_of(part["n"])))
        else:
            words += text_of([part])
    return Paragraph(words, tuple(notes))


def files_of(paper: Paper, template: bytes | None = None) -> dict[str, bytes]:
    """Return the paper as Word, PDF and workbook. Raises `CannotPrint` where the fonts lack characters of it."""
    return {"docx": docx_of(paper, template), "pdf": pdf_of(paper), "xlsx": as_xlsx(paper)}


def docx_of(paper: Paper, template: bytes | None = None) -> bytes:
    """Return the paper as a Word file, in the office's template where there is one."""
    return templates.fill(template, paper) if template else as_docx(paper)


def pdf_of(paper: Paper) -> bytes:
    """Return the paper as PDF. Raises `CannotPrint` naming the characters that no font has: no box is ever handed out."""
    made = printed(paper)
    if made.trouble:
        raise CannotPrint(made.trouble)
    return made.data


def not_in_fonts(paper: Paper) -> str:
    """Say which characters of the paper the office's own fonts lack; empty where they have all, or none are set."""
    missing = lacking(paper.words, fonts())
    if not missing:
        return ""
    return (
        f"本单位的字体里没有这些字：{'、'.join(missing)}。印出来会换成别的字体或者空白，"
        "请把含有这些字的字体文件放进字体文件夹（DUBAN_FONTS）。"
    )
