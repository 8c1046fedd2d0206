"""One source, its documents: what belongs to the page is set aside, and each report gets its own entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from duban.core.rules import load
from duban.core.structure.outline import MARK, paragraphs

# Words that a work plan or report cannot do without; a page's user agreement has none of them.
GENRE = re.compile(
    r"各位代表|人民政府|镇政府|县政府|区政府|市政府|省政府|责任单位|牵头单位|牵头部门|责任部门|工作报告|实施方案|重点(?:工作|任务)|攻坚|完成时限|党委|乡村振兴|高质量发展|民生"
)
TITLE = re.compile(
    r"(?:[•·\-\s]*(?:【[^】]{1,12}】)?)?(?P<title>[^。;!?\t|]{0,90}(?:工作报告|(?:实施|行动|工作|分工|分解|攻坚|推进)方案|行动计划|工作要点|(?:重点|主要)?工作任务|任务(?:清单|分解表|分工表)|责任(?:清单|分解表)|(?:的)?(?:通知|意见|报告|决定|清单|台账))(?:[((].{1,12}[))])?)"
)
OPENING = re.compile(r"各位代表[,:!]|现在,?我(?:谨)?代表.{0,20}政府.{0,4}向大会")
MINIMUM = 260  # characters: less is a notice or a link beside a report, no report of its own


@dataclass(frozen=True, slots=True)
class Part:
    """The paragraphs of one document; a task table among them counts as one."""

    blocks: tuple[tuple[int, int], ...]


def split(
    text: str, tables: Sequence[tuple[int, int]] = (), facts: Sequence[tuple[int, int]] = ()
) -> tuple[list[Part], list[tuple[int, int]]]:
    """Return the documents of a normalised source and the paragraphs that belong to none.

    `tables` are the places of task tables, `facts` those of tables that hold a page's metadata. A source that holds
    no report at all is one document, whatever it says: the reader never refuses a text.
    """
    aside: list[tuple[int, int]] = []
    blocks: list[tuple[int, int]] = []
    rules = load("structure").of(kind="boilerplate")
    waiting = list(tables)
    for start, end in paragraphs(text, 0, len(text)):
        if waiting and start >= waiting[0][1]:
            waiting.pop(0)
        if waiting and start >= waiting[0][0]:
            if start == waiting[0][0]:
                blocks.append(waiting[0])
            continue
        if any(a <= start < b for a, b in facts):
            aside.append((start, end))
            continue
        # A page's own lines are short; a regular expression is not let loose on a whole report in one line.
        furniture = end - start < 500 and any(rule.pattern.match(text[start:end]) for rule in rules)
        (aside if furniture else blocks).append((start, end))
    if not blocks:
        return ([Part(((0, len(text)),))] if text else []), aside
    starts = _starts(text, blocks)
    parts = []
    for at, behind in zip(starts, [*starts[1:], len(blocks)], strict=False):
        parts.append(Part(tuple(blocks[at:behind])))
    if len(parts) > 1:
        real = [part for part in parts if _is_report(text, part)]
        if real:
            aside += [block for part in parts if part not in real for block in part.blocks]
            parts = real
    return parts, sorted(aside)


def _starts(text: str, blocks: list[tuple[int, int]]) -> list[int]:
    """Return the indices of the blocks with which documents begin."""
    starts = [0]
    written = 0  # characters since the last start
    for index, (start, end) in enumerate(blocks):
        if written > 1200 and _begins(text, blocks, index):
            starts.append(index)
            written = 0
        written += end - start
    # What stands before the first real document of a listing (a menu, a greeting) is no part of it.
    return starts


def _begins(text: str, blocks: list[tuple[int, int]], index: int) -> bool:
    """Say whether a new document begins at the block."""
    start, end = blocks[index]
    words = text[start:end]
    following = sum(b - a for a, b in blocks[index + 1 : index + 13])
    if end - start < 110 and TITLE.fullmatch(words) and not MARK.match(words) and not words.startswith("附"):
        behind = text[end : end + 400]
        return following > 300 and bool(
            OPENING.search(behind) or re.search(r"【[^】]{1,12}】", words) or _restarts(text, blocks, index)
        )
    # The user agreement, the contact box: numbered from one again, and nothing of the genre in it.
    return bool(re.match(r"一、|1[.、]", words)) and end - start < 60 and not GENRE.search(text[start : start + 1500])


def _restarts(text: str, blocks: list[tuple[int, int]], index: int) -> bool:
    """Say whether the first chapter comes soon, and chapters stood before: the numbering begins anew."""
    before = any(re.match(r"[二三四五六七八九]、", text[a:b]) for a, b in blocks[:index])
    soon = any(re.match(r"一、", text[a:b]) for a, b in blocks[index + 1 : index + 8])
    return before and soon


def _is_report(text: str, part: Part) -> bool:
    size = sum(end - start for start, end in part.blocks)
    hits = sum(len(GENRE.findall(text[start:end])) for start, end in part.blocks)
    return size >= MINIMUM and hits >= 2 and hits * 600 >= size
