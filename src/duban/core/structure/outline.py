"""The outline: what is numbered or titled, and what lies inside what.

Every way of numbering that the genre knows is found at the beginning of a paragraph, or, in copies whose line breaks
are lost, behind the end of a sentence; a number counts only where it continues a sequence, so that 一、二、三产业 or a
bracket inside a name is no heading. Gaps are kept and noted, never repaired.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from duban.core.rules import load
from duban.core.text.numerals import chinese_number

NUMERALS = "[一二三四五六七八九十]{1,3}"
MARK = re.compile(
    rf"(?P<part>第{NUMERALS}(?:部分|[章篇])[:、]?)"
    rf"|(?P<chapter>{NUMERALS}、(?!{NUMERALS}、))"
    rf"|(?P<section>\({NUMERALS}\)、?)"
    r"|(?P<item>\d{1,3}(?:[.](?!\d)|[.](?=20\d\d年)|、))"
    r"|(?P<sub>\(\d{1,3}\)|\d{1,2}\)|[①-⑳])"
    rf"|(?P<is>{NUMERALS}(?:是(?!否)|要(?!求|素|点|件)))"
    rf"|(?P<ordinal>第{NUMERALS},)"
    r"|(?P<dash>——)"
)
# How deep each style stands where nothing else says so.
RANK = {
    "root": 0,
    "part": 1,
    "chapter": 2,
    "heading": 3,
    "section": 4,
    "item": 5,
    "sub": 6,
    "is": 7,
    "ordinal": 7,
    "dash": 7,
    "closing": 4,
    "table": 8,
    "end": 1,
}
# Behind what a number may stand inside a paragraph.
BEHIND = {
    "part": "。!?",
    "chapter": "。!?”)",
    "section": "。!?;:”)",
    "item": "。!?;:”)",
    "sub": "。!?;:”),",
    "is": "。!?;:,",
    "ordinal": "。!?;:",
    "dash": "",
}
# A speaker's turn to the audience: what follows is no part of the numbered piece before it.
PAPER_TITLE = re.compile(r"(?:方案|通知|报告|计划|意见|清单|分解表|分工表|要点|台账)$")
ADDRESS = re.compile(
    r"(?:(?<=[。!?;”\n])|^)(?:各位代表|同志们)[,!:、]|(?<=[。!?;”\n])(?=经过[^。]{0,24}(?:遴选|确定|筛选)[^。]{0,24}提交[^。]{0,8}审议)"
)
SENTENCE = re.compile(r"[^。!?\n]*[。!?][”’」』)]*|[^。!?\n]+")
# Words with which the text behind a heading begins where the line break between them is lost.
BODY = re.compile(
    r"坚持|牢固树立|牢牢|围绕|深入|聚焦|紧紧|紧扣|紧盯|按照|全面|扎实|着力|大力|积极|加快|继续|认真|严格|切实|充分|今年|各位|过去|刚刚|"
    r"[一五]年来|回顾|“?十[一二三四五六]五|新(?:时代|征程|形势)|面对|根据|为(?:了|深入|全面|贯彻)|树牢|强化|加强|抢抓|立足|突出|统筹|"
    r"把|以(?!上|下|内|及|外)|20\d\d年|我们|聚力|促进|提升|推进|推动|打造|防范|持续|多层次|全方位|高水平|高标准|高质量|多渠道|健全|完善|优化|构建"
)
# … and those that never stand inside a heading.
BEGUN = re.compile(
    r"旗帜鲜明讲政治|20\d\d年(?:是|,|,是|度)|今年(?:是|,|以来)|过去(?:的)?一年|刚刚过去|[一五]年来|各位代表"
)


@dataclass(slots=True)
class Piece:
    """A node of the outline over normalised text; `title` and `body` are ranges of it."""

    kind: str
    label: str | None
    number: int | None
    start: int
    end: int = 0
    head: int = 0  # where the text behind the label begins
    title: tuple[int, int] | None = None
    body: int = 0  # where the body begins
    parent: Piece | None = None
    children: list[Piece] = field(default_factory=list)
    role: str = ""
    latest: dict[str, Piece] = field(default_factory=dict)  # the last child of each kind

    def walk(self) -> Iterator[Piece]:
        """Yield the piece and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Gap:
    """A number that its sequence lacks: `label` stands where `missing` should have come first."""

    label: str
    missing: str
    start: int
    end: int


def paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs of ``text[start:end]``."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if stop > start:
            yield start, stop
        start = stop + 1


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of ``text[start:end]``, their full stop included."""
    for match in SENTENCE.finditer(text, start, end):
        yield match.span()


def outline(
    text: str,
    blocks: list[tuple[int, int]],
    headings: Mapping[tuple[int, int], int] | None = None,
    tables: Iterable[tuple[int, int]] = (),
) -> tuple[Piece, list[Gap]]:
    """Return the tree over the paragraphs `blocks` of `text`, and the gaps in its numbering.

    `headings` are paragraphs that the format itself marks as headings, with their depth from 1, `tables` those that are task tables. Every character of the blocks lies in exactly
    one leaf or in the head of a piece with children.
    """
    start, end = (blocks[0][0], blocks[-1][1]) if blocks else (0, 0)
    root = Piece("root", None, None, start, end, start, None, start)
    gaps: list[Gap] = []
    stack = [root]
    last: dict[str, int] = {}
    finish = _end_matter(text, blocks)
    for kind, number, (at, head), strong in _marks(text, blocks, set(headings or ()), set(tables)):
        if at >= finish:
            break
        place = _place(stack, kind, number, strong, last)
        if place is None:
            continue
        parent, expected = place
        label = text[at:head]
        if expected is not None and number is not None and number > expected:
            gaps.append(Gap(label, ", ".join(_like(label, n) for n in range(expected, number)), at, head))
        while stack[-1] is not parent:
            stack.pop().end = at
        piece = Piece(kind, label or None, number, at, end, head, None, head, parent)
        parent.children.append(piece)
        parent.latest[kind] = piece
        stack.append(piece)
        if number is not None:
            last[kind] = number
    if finish < end:
        for piece in stack[1:]:
            piece.end = finish
        root.children.append(Piece("end", None, None, finish, end, finish, None, finish, root))
    for piece in root.walk():
        _trim(text, piece)
    _title_all(text, root)
    _nest(text, root, {start: depth for (start, _), depth in (headings or {}).items()})
    return root, gaps


# A heading that names a whole part of the paper, so that the bare headings behind it lie in it.
WHOLE_PART = re.compile(
    r"(?:20\d\d|[今去]|过去[一五])年[^,。;]{0,16}(?:工作|任务)(?:回顾|总结|安排|打算|部署|计划|任务)?$|^(?:重点|主要)(?:工作|任务)(?:安排)?$"
)


def _nest(text: str, root: Piece, depths: Mapping[int, int]) -> None:
    """Put headings without numbers into the ones before that hold them.

    The depth that the format gives decides; without it a heading that names a whole part (2026年工作安排) holds those
    behind it that name no part of their own.
    """
    roles = [rule.pattern for rule in load("structure") if "role" in rule.data]

    def holds(above: Piece, piece: Piece) -> bool:
        if above.kind != "heading" or piece.kind != "heading":
            return False
        outer, inner = depths.get(above.start), depths.get(piece.start)
        if outer and inner:
            return inner > outer
        words = text[slice(*piece.title)] if piece.title else ""
        whole = above.title is not None and WHOLE_PART.search(text[slice(*above.title)])
        return bool(whole) and not any(pattern.search(words) for pattern in roles)

    for parent in list(root.walk()):
        kept: list[Piece] = []
        for piece in parent.children:
            holder = kept[-1] if kept and holds(kept[-1], piece) else parent
            while holder is not parent and holder.children and holds(holder.children[-1], piece):
                holder = holder.children[-1]
            if holder is parent:
                kept.append(piece)
                continue
            piece.parent = holder
            holder.children.append(piece)
            while holder is not parent and holder.parent is not None:
                holder.end, holder = piece.end, holder.parent
        parent.children = kept


ATTACHED = re.compile(
    r"(?:附(?:件|表)?\d{0,2}[::])?(?:\d{1,2}[.、])?[^,。;]{2,50}(?:表|清单|方案|名单|台账|目录|图|细则|办法|分工|安排|说明|任务书|项目)"
)
# 附件:1.任务分解表: the first of several that a notice lists before its signature.
LISTED = re.compile(r"附件?[::]1[.、]")
SIGNED = re.compile(r"[\u4e00-\u9fff]{2,24}(?:政府|办公室|办公厅|委员会|办事处|领导小组|党委|党工委)")
DATED = re.compile(
    r"(?:[\u4e00-\u9fff]{2,24}(?:办公室|办公厅))?20\d\d年\d{1,2}月\d{1,2}日印发|20\d\d年\d{1,2}月\d{1,2}日|二[〇零○][\u4e00-\u9fff〇零○]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
)


def _end_matter(text: str, blocks: list[tuple[int, int]]) -> int:
    """Return where the list of attachments and the signature begin that close a paper, its end where there are none."""
    lines = blocks[3:][-12:]
    kinds = "".join(_end_kind(text[start:end].strip("() ")) for start, end in lines)
    match = re.search(r"(?:Aa*)?(?:s{0,3}d)?n*d?$", kinds)
    if match and re.search("[Ad]", match.group()):
        return lines[match.start()][0]
    return blocks[-1][1] if blocks else 0


def _end_kind(words: str) -> str:
    """Return what a line at a paper's end is: (d)ate, (s)ignature, (A)ttachments, one more of them (a), a (n)otice."""
    if DATED.fullmatch(words):
        return "d"
    if SIGNED.fullmatch(words):
        return "s"
    if ATTACHED.fullmatch(words):
        return "A" if words.startswith("附") else "a"
    return "n" if len(words) < 200 and re.match("[((]?此件|联系人:|抄送:|主送:|分送:", words) else "x"


def _like(label: str, number: int) -> str:
    digits = re.search(r"\d+", label)
    if digits:
        return label.replace(digits.group(), str(number), 1)
    words = re.search(NUMERALS, label)
    return label.replace(words.group(), to_chinese(number), 1) if words else str(number)


def to_chinese(number: int) -> str:
    """Return a number from 1 to 99 in Chinese numerals, as headings write it."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("" if tens < 1 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")


Mark = tuple[str, int | None, tuple[int, int], bool]


def _marks(
    text: str, blocks: list[tuple[int, int]], headings: set[tuple[int, int]], tables: set[tuple[int, int]]
) -> Iterator[Mark]:
    """Yield (kind, number, range of the label, whether it opens a paragraph) of everything that may be a number."""
    glued = [rule.pattern for rule in load("structure").of(kind="heading")]
    bare = _bare_headings(text, blocks) | {block for block in headings if not PAPER_TITLE.search(text[slice(*block)])}
    listed = False
    for start, end in blocks:
        found: list[Mark] = []
        words = text[start:end]
        listed = bool(ATTACHED.fullmatch(words) and (LISTED.match(words) or (listed and words[:1].isdecimal())))
        if listed:
            continue
        if re.fullmatch(r"附件[2-9](?:[::])?", words):
            yield "heading", None, (start, end), False
            continue
        if (start, end) in tables:
            yield "table", None, (start, start), True
            continue
        opened = MARK.match(text, start, end)
        if (start, end) in bare and not (opened and opened.lastgroup in ("part", "chapter", "section", "item")):
            found.append(("heading", None, (start, start), True))
        for match in MARK.finditer(text, start, end):
            kind = match.lastgroup or ""
            strong = match.start() == start
            if (
                not strong
                and kind == "section"
                and match.group().startswith("(一)")
                and _behind_chapter(text, found, match)
            ):
                found.append((kind, 1, match.span(), False))
            elif strong or text[match.start() - 1] in BEHIND[kind]:
                found.append((kind, _number(match.group()), match.span(), strong))
        if end - blocks[0][0] > 400:
            found += [
                ("closing", None, (m.start(),) * 2, m.start() == start) for m in ADDRESS.finditer(text, start, end)
            ]
        for pattern in glued:
            for match in pattern.finditer(text, start, end):
                if not opened or match.start() > opened.end():
                    found.append(("heading", None, (match.start(), match.start()), match.start() == start))
        yield from sorted(set(found), key=lambda mark: mark[2])


def _behind_chapter(text: str, found: list[Mark], match: re.Match[str]) -> bool:
    """Say whether a first section follows a chapter's words without a stop, as in 二、重点任务(一)加快."""
    if not found or found[-1][0] != "chapter":
        return False
    return bool(re.fullmatch(r"[^,。;:!?、(\n]{3,20}", text[found[-1][2][1] : match.start()]))


def _number(label: str) -> int | None:
    digits = re.search(r"\d+", label)
    if digits:
        return int(digits.group())
    if "①" <= label <= "⑳":
        return ord(label) - ord("①") + 1
    words = re.search(NUMERALS, label)
    return chinese_number(words.group()) if words else None


def _bare_headings(text: str, blocks: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the short paragraphs that are headings by their look: no number, no stop, long text behind."""
    found = []
    first = next(
        (b for b in blocks if (m := MARK.match(text, *b)) and m.lastgroup in ("part", "chapter", "section")), None
    )
    for (start, end), behind in itertools.pairwise(blocks):
        words = text[start:end]
        if first and start < first[0]:
            continue
        if (
            4 <= end - start <= 34
            and not re.search(r"[。;:,!?…\t|]|^\d|日$|^[(“《【]|号$|^附", words)
            and not PAPER_TITLE.search(words)
            and behind[1] - behind[0] > 45
        ):
            opened = MARK.match(text, start, end)
            if not (opened and opened.lastgroup != "dash"):
                found.append((start, end))
    return set(found) if len(found) >= 3 else set()


def _place(
    stack: list[Piece], kind: str, number: int | None, strong: bool, last: dict[str, int]
) -> tuple[Piece, int | None] | None:
    """Return the parent of a new piece and the number that was expected there, None where it is no heading."""
    if kind == "table":
        return next(p for p in reversed(stack) if p.kind in ("root", "part", "chapter", "heading", "section")), None
    if kind == "heading":
        parent = next(p for p in reversed(stack) if RANK[p.kind] < RANK["heading"] and p.kind != "heading")
        if not strong:  # a glued chapter heading closes all that is open
            parent = stack[0]
        return parent, None
    if kind == "closing":
        # In the middle of an open sequence only what is inside the last piece ends.
        whole = next(
            p for p in reversed(stack) if p.kind not in ("section", "item", "sub", "is", "ordinal", "dash", "closing")
        )
        listed = strong and stack[-1].kind in ("item", "sub", "is", "ordinal")
        return (whole, None) if "section" in whole.latest or listed else None
    if kind == "dash":
        parent = next(p for p in reversed(stack) if p.kind != "dash")
        return (parent, None) if strong else None
    if number is None:
        return None
    for above in reversed(stack):  # the next of a sequence that is still open
        piece = above.latest.get(kind)
        if (
            piece is None
            or piece.number is None
            or (kind in ("is", "ordinal") and piece is not stack[min(stack.index(above) + 1, len(stack) - 1)])
        ):
            continue
        reach = 4 if strong else 2 if kind == "section" else 1
        if piece.number < number <= piece.number + reach:
            return above, piece.number + 1
    if kind in ("is", "ordinal"):
        holder = stack[-1] if stack[-1].kind not in ("is", "ordinal") else stack[-1].parent
        return (holder, 1) if number == 1 and holder else None
    upper = next(p for p in reversed(stack) if _may_hold(p, kind))
    if number == 1:
        return upper, 1
    if strong and (number == last.get(kind, 0) + 1):  # numbering that runs through the chapters
        return upper, number
    if strong and number > last.get(kind, 0) and number <= last.get(kind, 0) + 3:
        return upper, last.get(kind, 0) + 1
    if strong and kind not in upper.latest and kind in ("chapter", "section") and number <= 4:
        return upper, 1
    return None


def _may_hold(piece: Piece, kind: str) -> bool:
    if kind == "item":
        return piece.kind not in ("item", "sub")
    if kind == "sub":
        return piece.kind != "sub"
    return RANK[piece.kind] < RANK[kind]


def _trim(text: str, piece: Piece) -> None:
    """Set the end of a piece to the end of its words."""
    while piece.end > piece.head and text[piece.end - 1] in "\n ":
        piece.end -= 1


def head_end(piece: Piece) -> int:
    """Return where the piece's own text ends: at its first child."""
    return piece.children[0].start if piece.children else piece.end


def _title_all(text: str, root: Piece) -> None:
    """Find the titles; siblings that are glued to their text help one another."""
    pieces = sum(piece.kind in ("part", "chapter", "section", "heading") for piece in root.walk())
    # A web copy that lost its line breaks: hardly more paragraphs than headings.
    copy = pieces > 3 and text.count("\n", root.start, root.end) < 1.6 * pieces + 8
    for parent in root.walk():
        firsts = [_first(text, child) for child in parent.children if child.kind in ("chapter", "section", "part")]
        # Where a line break stands behind the headings, or a full stop soon, none of them runs into its text.
        lost = copy and bool(firsts) and max(firsts) > 30
        for piece in parent.children:
            piece.title, piece.body = (
                (None, piece.head) if piece.kind in ("closing", "table", "end") else _title(text, piece, lost)
            )


def _first(text: str, piece: Piece) -> int:
    """Return the length of a piece's first sentence."""
    first = next(iter(sentences(text, piece.head, head_end(piece))), (0, 0))
    return first[1] - first[0]


NAMED = re.compile(r"【[^】\n]{2,16}】(?=[^\s。])")


def _title(text: str, piece: Piece, lost: bool) -> tuple[tuple[int, int] | None, int]:
    """Return the range of the title and where the body begins; `lost` says that headings run into their text."""
    start, stop = piece.head, head_end(piece)
    while start < stop and text[start] in "\n :、":
        start += 1
    if named := NAMED.match(text, start, stop):
        return (start + 1, named.end() - 1), named.end()  # 【招商引资】新签约项目30个
    line = min(stop, text.find("\n", start) if "\n" in text[start:stop] else stop)
    first = next(iter(sentences(text, start, line)), None)
    if first is None:
        return None, start
    words_end = first[1]
    closed = text[words_end - 1] in "。!?"
    whole = text[start:words_end].rstrip("。!?:")
    more = words_end < stop or bool(piece.children)
    high = piece.kind in ("part", "chapter", "section", "heading")
    if words_end == line and not closed and len(whole) <= 80 and (more or high) and text[line - 1] not in ";":
        if high and (cut := _year_title(whole)):
            return (start, start + cut), start + cut
        return (start, start + len(whole)), _skip(text, words_end, stop)
    if high:
        cut = _year_title(whole) or (_cut(whole) if (lost and len(whole) > 30) or len(whole) > 50 else 0)
        if (
            not cut
            and words_end < line
            and (begun := BEGUN.search(whole, 8))
            and whole[begun.start() - 1] not in "、和与及的在到"
        ):
            cut = begun.start()
        if cut:
            return (start, start + cut), _skip(text, start + cut, stop)
    if closed and more and len(whole) <= (50 if high else 44):
        return (start, start + len(whole)), _skip(text, words_end, stop)
    colon = whole.find(":")
    if not high and 3 < colon <= 24 and "," not in whole[:colon]:
        return (start, start + colon), start + colon + 1
    return None, start


def _skip(text: str, at: int, stop: int) -> int:
    while at < stop and text[at] in "。!?:\n ":
        at += 1
    return at


def _year_title(words: str) -> int:
    """Return the length of a heading such as 2026年工作安排 that runs into its text, 0 where there is none."""
    match = re.match(
        r"(?:关于)?(?:20\d\d年|今年|过去[一五]年|“十[一二三四五六]五”(?:时期|规划)?|今后五年)?[^,。;:]{0,30}?"
        r"(?:工作(?:的)?(?:总体)?(?:回顾|安排|总结|打算|部署|思路)|(?:重点|主要)(?:工作|任务|举措)(?:安排)?|发展(?:成就|回顾)|回顾|(?:主要|发展|奋斗)目标(?:和(?:主要|重点)?(?:任务|举措))?|政府自身建设|政府自身改革和建设)"
        r"(?=“|20\d\d年|今年|过去|刚刚|[一五]年来|各位|新征程|新时代|新形势|面对|我们|打铁|做好|回望|是|时期)",
        words,
    )
    return match.end() if match and match.end() < len(words) else 0


def _cut(words: str) -> int:
    """Return where a heading ends that runs into its text without a stop, 0 where no such place is found."""
    clauses = [m.span() for m in re.finditer(r"[^,]+", words)]
    for index, (start, end) in enumerate(clauses[:4]):
        if index == 0 and len(clauses) > 1 and end - start < 12:
            continue
        for match in BODY.finditer(words, start + 4, end):
            at = match.start()
            before = words[start:at]
            if at < 6 or at > 44 or words[at - 1] in "、和与及的在向以为更对于着，“(" or _ends_open(before):
                continue
            return at
    return 0


def _ends_open(before: str) -> bool:
    """Say whether the words cannot end a heading: an adverb or a verb that waits for its object."""
    return bool(
        re.search(
            r"(?:全面|深入|扎实|着力|大力|积极|加快|继续|切实|充分|持续|不断|努力|全力|强力|聚力|奋力|倾力|竭力|有效|有力|有序|稳步|统筹|协同|"
            r"坚持|推动|推进|促进|提升|强化|加强|打造|优化|构建|完善|健全|突出|聚焦|围绕|做|抓|进一步|高质量|高标准|高水平|凝心|一体|主动|系统)$",
            before,
        )
    )


# ---- lead phrases -----------------------------------------------------------------------------------------------------


def add_leads(text: str, piece: Piece, usual: tuple[int, int] | None) -> None:
    """Split the text of a leaf by its lead phrases, where it has any, into children of kind ``lead``.

    `usual` is the range of lengths that lead phrases have in this document where its line breaks are lost
    (see :func:`lead_lengths`), None where paragraphs are kept.
    """
    blocks = list(paragraphs(text, piece.body, piece.end))
    leads = [(block, length) for block in blocks if (length := _lead(text, *block))]
    if len(blocks) > 1 and leads and any(length and "," not in text[b[0] : b[0] + length] for b, length in leads):
        for (start, end), length in leads:
            _add_lead(piece, start, length, end)
        return
    if usual is None or len(blocks) > 3:
        if leads and len(blocks) == 1 and piece.kind == "heading":
            _add_lead(piece, *leads[0][0][:1], leads[0][1], leads[0][0][1])
        return
    glued = [(start, length) for start, length in _glued_leads(text, piece) if usual[0] <= length <= usual[1]]
    for (start, length), behind in zip(glued, [*glued[1:], (piece.end, 0)], strict=False):
        _add_lead(piece, start, length, behind[0])


def _add_lead(piece: Piece, start: int, length: int, end: int) -> None:
    child = Piece("lead", None, None, start, end, start, (start, start + length), start + length + 1, piece)
    piece.children.append(child)


def _lead(text: str, start: int, end: int) -> int:
    """Return the length of the lead phrase with which a paragraph opens, 0 where it opens with none."""
    stop = text.find("。", start, min(end, start + 46))
    if stop < 0 or end - stop < 12:
        return 0
    words = text[start:stop]
    if not 4 <= len(words) <= 34 or re.search(r"[;:!?]|\d+(?:\.\d+)?(?:%|个|家|项|亿|万)", words) or MARK.match(words):
        return 0
    if words.count(",") > 1 or re.match(
        r"各位代表|同志们|今年|去年|同时|此外|我们|(?:过去|近)[一五]年|20\d\d年|[一五]年来", words
    ):
        return 0
    return len(words)


def _glued_leads(text: str, piece: Piece) -> list[tuple[int, int]]:
    """Return (start, length) of the short sentences without a comma that may be lead phrases inside a paragraph."""
    found: list[tuple[int, int]] = []
    fresh = True  # whether the sentence before was no candidate
    for count, (start, end) in enumerate(sentences(text, piece.body, piece.end)):
        if count > 3 and not found:
            break
        words = text[start:end]
        bare = words.rstrip("。")
        good = (
            words.endswith("。")
            and 5 <= len(bare) <= 14
            and not re.search(r"[,、;:\d!?%(]|是|了$|者$|各位", bare)
            and end < piece.end
            and fresh
        )
        if good:
            found.append((start, len(bare)))
        fresh = not good
    return found


def lead_lengths(text: str, leaves: list[Piece]) -> tuple[int, int] | None:
    """Return the lengths that glued lead phrases have in a document, None where they are no habit of it.

    A writer who uses them uses them in most sections and gives them one length, give or take a few characters; a
    short sentence here and there is no lead phrase.
    """
    if sum("\n" in text[leaf.body : leaf.end] for leaf in leaves) > 0.3 * len(leaves):
        return None
    per_leaf = [[length for _, length in _glued_leads(text, leaf)] for leaf in leaves]
    filled = [lengths for lengths in per_leaf if lengths]
    if len(filled) < max(2, 0.4 * len(per_leaf)) or sum(map(len, filled)) < 1.6 * len(filled):
        return None
    counts = Counter(length for lengths in filled for length in lengths)
    common = max(counts, key=lambda n: (counts[n] + counts[n - 1] + counts[n + 1], -abs(n - median(counts.elements()))))
    return common - 3, common + 4
