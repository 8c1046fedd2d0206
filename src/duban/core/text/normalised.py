r"""Clean text with a map back to the source.

The normalised text is the source with full-width forms folded (one character for one), stray white space and
formatting characters taken out, hard-wrapped lines joined, and one ``\\n`` between paragraphs; a blank that alone
divides two units becomes a mark. Nothing is ever inserted, so a place in it is a place in the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from duban.core.types import Source, Span

# Full-width ASCII (！ to ～) to ASCII, exotic blanks to a blank, look-alike dots and dashes to one form.
FOLD: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FOLD |= {ord(c): " " for c in "\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"}
FOLD |= dict.fromkeys(range(8192, 8203), " ")
FOLD |= {ord("﹪"): "%", ord("‒"): "-", ord("–"): "-", ord("−"): "-", ord("﹣"): "-", ord("〜"): "~", ord("∼"): "~"}
FOLD |= {ord("•"): "·", ord("・"): "·", ord("﹑"): "、", ord("﹔"): ";", ord("﹕"): ":", ord("﹐"): ","}
# Characters that print nothing: zero-width, bidirectional marks, soft hyphen, BOM.
INVISIBLE = "\xad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
BLANK = f" \t{INVISIBLE}"
BLANKS = re.compile(f"[{BLANK}]+")
LINE = re.compile(r"[^\r\n]+")
TERMINAL = "。!?;"
CLOSING = "”’」』)》】〉"
HALF_WIDTH = "".join(map(chr, range(32, 127)))
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〇"
# What opens a numbered or titled piece: such a line never continues the one before.
OPENER = re.compile(
    r"第?[一二三四五六七八九十百]{1,4}(?:、|是(?!否)|要(?!求|素|点|件)|,|部分|章|篇)|\([一二三四五六七八九十]{1,3}\)"
    r"|\d{1,3}(?:[.、](?!\d)|\))|\(\d{1,3}\)|[①-⑳]|——|[•●■◆★▲·]|附件|附:|\(?(?:牵头|责任|配合|协办|主办)(?:单位|部门)"
)
# A line that can only be the continuation of an unfinished one.
CONTINUES = re.compile(r"[,。、;:!?)%”’》】]|[是的和及与为]|\d+(?:\.\d+)?$")
HEADING_MARK = re.compile(
    r"(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\))"
)
# Units that blanks alone divide: 责任单位：农业农村局 水利局. Elsewhere a blank between characters is layout.
UNITS = re.compile(r"(?:牵头|责任|配合|协办|主办|承办)(?:单位|部门):[^()\r\n;。、,]{4,200}")
BETWEEN_UNITS = re.compile(
    f"(?<=[局委办厅院镇乡])[ \t](?=[ \t]*(?!等|和|及|与|按|负责|牵头|配合|共同|分别)[{HAN}]{{2}})"
)
PAGE_NUMBER = re.compile(
    r"[-—·\s]+\d{1,4}[-—·\s]+|第\s*\d{1,4}\s*页(?:\s*[,/]?\s*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}"
)


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """Normalised text and the way home.

    ``starts[i]`` is where the i-th unbroken piece begins in `text`, ``origins[i]`` where it begins in the source.
    """

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]
    source: str

    def origin(self, index: int) -> int:
        """Return the source's offset of the character at `index`."""
        piece = bisect_right(self.starts, index) - 1
        return self.origins[piece] + index - self.starts[piece]

    def home(self, start: int, end: int) -> Span:
        """Return the span in the source of ``text[start:end]``; it begins and ends with those very characters."""
        if start >= end:
            at = self.origin(start) if start < len(self.text) else len(self.source)
            return Span(at, at)
        return Span(self.origin(start), self.origin(end - 1) + 1)

    def away(self, offset: int) -> int:
        """Return the index in `text` of the first character that stands at or after `offset` of the source."""
        piece = bisect_right(self.origins, offset) - 1
        if piece < 0:
            return 0
        end = self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)
        return min(self.starts[piece] + offset - self.origins[piece], end)


def squeeze(text: str) -> str:
    """Return `text` without layout white space; one blank stays between two Latin words."""

    def keep(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        return " " if _latin(before) and _latin(after) else ""

    text = text.strip()
    return re.sub(r"\s+", keep, text)


def _latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def fold(text: str) -> str:
    """Return `text` with full-width and look-alike characters folded, one for one."""
    return text.translate(FOLD)


def normalise(source: Source) -> NormalisedText:
    """Return the clean text of `source` with its map.

    Furniture that the reader marked, and page numbers that stand alone on a line, are left out. Where the source's
    lines are those of a printed page, lines that a page's width broke are joined.
    """
    folded = UNITS.sub(_marked, fold(source.text))
    lines = _lines(folded, source)
    joins = _joins(folded, lines, source)
    pieces: list[tuple[int, int]] = []
    breaks: list[int] = []  # index into pieces: a paragraph ends before that piece
    for number, (start, end) in enumerate(lines):
        if pieces and not joins[number]:
            breaks.append(len(pieces))
        _clean(folded, start, end, pieces, breaks)
    return _assemble(folded, source.text, pieces, breaks)


def _marked(units: re.Match[str]) -> str:
    """Return a list of units with a mark in place of each blank that divides two of them."""
    return BETWEEN_UNITS.sub("、", units.group())


def _lines(text: str, source: Source) -> list[tuple[int, int]]:
    """Return the printed lines that count, without their outer blanks."""
    lines: list[tuple[int, int]] = []
    furniture = sorted(source.furniture)
    at = 0
    for match in LINE.finditer(text):
        start, end = match.span()
        while at < len(furniture) and furniture[at].end <= start:
            at += 1
        for block in furniture[at:]:  # furniture may be part of a line
            if block.start >= end:
                break
            _strip(text, start, min(block.start, end), lines)
            start = max(start, min(block.end, end))
        _strip(text, start, end, lines)
    if source.lines == "layout":
        lines = [line for line in lines if not PAGE_NUMBER.fullmatch(text, *line)]
    return lines


def _strip(text: str, start: int, end: int, lines: list[tuple[int, int]]) -> None:
    while start < end and text[start] in BLANK:
        start += 1
    while start < end and text[end - 1] in BLANK:
        end -= 1
    if start < end:
        lines.append((start, end))


def width(text: str) -> float:
    """Return the printed width of `text`, in full-width characters."""
    return len(text) - 0.5 * sum(map(text.count, HALF_WIDTH)) if len(text) < 200 else float(len(text))


def _page_widths(text: str, lines: list[tuple[int, int]]) -> tuple[list[float], Callable[[str], float]] | None:
    """Return the widths at which the page broke its lines and how they are counted, None where lines are paragraphs.

    Typeset pages break at a printed width, text exports often at a number of characters; the count under which the
    broken lines are more alike is the one that was used. A paper set in two columns has two widths.
    """
    best: tuple[float, list[float], Callable[[str], float]] | None = None
    long = [(a, b) for a, b in lines if 14 <= b - a < 120]
    if len(long) < 6 or len(long) < 0.3 * len(lines):
        return None
    for measure in (width, len):
        sized = [(round(measure(text[a:b])), text[b - 1]) for a, b in long]
        rest, share = sized, 0.0
        modes: list[float] = []
        while len(modes) < 2 and len(rest) > 5:
            counts = Counter(size for size, _ in rest)
            mode = max(counts, key=lambda w: counts[w - 1] + counts[w] + counts[w + 1])
            near = [last for size, last in rest if mode - 2 <= size <= mode + 2]
            broken = sum(last not in TERMINAL + CLOSING for last in near)
            if len(near) <= 5 or len(near) < (0.4 if not modes else 0.25) * len(sized) or broken < 0.4 * len(near):
                break
            modes.append(float(mode))
            share += len(near) / len(sized)
            rest = [(size, last) for size, last in rest if not mode - 2 <= size <= mode + 2]
        if modes and (best is None or share > best[0]):
            best = share, modes, measure
    return (best[1], best[2]) if best else None


# A short sentence without a comma opens a paragraph more often than it goes on with one.
LEAD = re.compile(r"[^,。;:!?、]{4,14}。(?!$)")


def _joins(text: str, lines: list[tuple[int, int]], source: Source) -> list[bool]:
    """Say of each line whether it continues the one before."""
    joins = [False] * len(lines)
    headings = {heading.span.end - len(heading.span.of(source.text).lstrip()) for heading in source.headings}
    cells = {cell.span.start for table in source.tables for cell in table.cells}
    page = _page_widths(text, lines) if source.lines == "layout" else None
    indents = [_indent(text, start) for start, _ in lines]
    indented = page is not None and sum(indent >= 1.5 for indent in indents) > 0.04 * len(lines)
    prose = False  # whether the paragraph so far holds a whole sentence
    for number in range(1, len(lines)):
        (before, end), (start, stop) = lines[number - 1], lines[number]
        prose = (prose and joins[number - 1]) or "。" in text[before:end]
        last, gap = text[end - 1], text[end:start]
        blank_line = gap.count("\n") > 1 and not gap.strip()  # with words in it, it is the foot of a page
        if last in "（(【“《":
            joins[number] = True
            continue
        if OPENER.match(text, start) or start in headings or start in cells or blank_line:
            continue
        if page is not None:
            wide = page[1](text[before:end])
            full = next((w for w in page[0] if w - 3 <= wide <= w + 3), 1e9 if wide < max(page[0]) else 0.0)
            short = stop - start < 18 and text[stop - 1] not in TERMINAL + CLOSING + ",、"
            closed = last in TERMINAL + CLOSING and (
                wide < full - 1 or last in ")】]" or short or bool(LEAD.match(text, start, stop))
            )
            joins[number] = wide >= full - 3 and not (indents[number] >= 1.5 if indented else closed)
        if not joins[number] and last not in TERMINAL + CLOSING + ":":
            cut = prose or text[before:end].count(",") > 2
            joins[number] = last in ",、的" or (
                cut
                and (
                    bool(CONTINUES.match(text, start, stop))
                    or last in "和及与为在是-"
                    or (last.isascii() and last.isalnum())
                )
            )
    return joins


def _indent(text: str, start: int) -> float:
    """Return how far right of the line's beginning the character at `start` stands, in full-width characters."""
    indent = 0.0
    while start > 0 and text[start - 1] in BLANK:
        start -= 1
        indent += 0.5
    return indent * 2 if indent == 1.0 else indent  # two ideographic spaces were folded to two blanks


def _clean(text: str, start: int, end: int, pieces: list[tuple[int, int]], breaks: list[int]) -> None:
    """Add the pieces of one line; blanks vanish, or end a paragraph where they stand for a line break."""
    at = heading = start
    for match in BLANKS.finditer(text, start, end):
        blank, after = match.span()
        before, behind = text[blank - 1], text[after]
        if blank > at:
            pieces.append((at, blank))
        at = after
        if "\t" in match.group():  # the next cell of a row
            breaks.append(len(pieces))
            heading = after
            continue
        if " " not in match.group():
            continue
        if (
            before in "。!?"
            or (before in ":;”" and after - blank > 1)
            or (before != "第" and HEADING_MARK.match(text, after))
        ):
            breaks.append(len(pieces))
            heading = after
        elif (_latin(before) and _latin(behind)) or _two_numbers(text, blank, after, start):
            pieces.append((blank, blank + 1))
        elif (
            5 < blank - heading < 60
            and HEADING_MARK.match(text, heading, blank)
            and not re.search("[。;!?]", text[heading:blank])
        ):
            # A glued web copy: the blank is all that is left of the line break behind a heading.
            breaks.append(len(pieces))
            heading = after
    if at < end:
        pieces.append((at, end))


def _two_numbers(text: str, blank: int, after: int, start: int) -> bool:
    """Say whether a blank between digits divides two numbers; one that strayed into a number does not."""
    before, behind = text[blank - 1], text[after]
    if not behind.isdigit():
        return False
    if before == ".":  # 1. 2023年…: a label and its text
        label = blank - 1
        while label > start and text[label - 1].isdigit():
            label -= 1
        return label == start or text[label - 1] in TERMINAL + " "
    if not before.isdigit():
        return False
    years = re.compile(r"(?:19|20)\d\d(?!\d)").match(text, after) and re.search(
        r"(?<!\d)(?:19|20)\d\d$", text[start:blank]
    )
    return after - blank > 1 or bool(years)


def _assemble(folded: str, source: str, pieces: list[tuple[int, int]], breaks: list[int]) -> NormalisedText:
    """Put the pieces together, a line break before those that open a paragraph."""
    ends = set(breaks)
    out: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    size = 0
    for number, (start, end) in enumerate(pieces):
        if number in ends and number:
            # The break stands for the white space before the piece, which is where it comes from.
            out.append("\n")
            starts.append(size)
            origins.append(start - 1)
            size += 1
        out.append(folded[start:end])
        starts.append(size)
        origins.append(start)
        size += end - start
    return NormalisedText("".join(out), tuple(starts) or (0,), tuple(origins) or (0,), source)
