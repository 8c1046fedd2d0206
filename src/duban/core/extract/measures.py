"""Measures: the commitments that a task's body consists of, one per clause."""

from __future__ import annotations

import re
from collections.abc import Iterator

from duban.core.extract.indicators.words import COUNTED, EFFORT
from duban.core.rules import load
from duban.core.structure.outline import sentences

# What only says how or why goes with its neighbour.
MANNER = re.compile(
    r"(?:以|围绕|聚焦|按照|坚持|根据|结合|针对|为|通过|依托|对|把|将|在|立足|瞄准|紧扣|紧盯|发挥|充分|突出|利用|借助|贯彻|严格按)"
)
TIME = re.compile(r"(?:今年|明年|年底|年内|20\d\d年|\d{1,2}月|[上下]半年|第?[一二三四]季度|到20)")
# 年底前完工 says by when the clause before is done.
COMPLETED = re.compile(
    rf"(?:力争|确保|计划)?{TIME.pattern}[\u4e00-\u9fff]{{0,5}}?(?:全部|基本|正式|全面)?(?:{load('extract.deadlines').any_of('act')})(?:建设|使用|并投用|验收)?[。;]?"
)
# What only goes on counting what the clause before counted.
AFTER = re.compile(r"(?:同比|增长|其中|占|达|比|较|分别|年均|增幅|总|下降|增加|提高)")
SHORT = 6  # characters: less is a fragment of its neighbour


def find(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the commitments in a task's body, in order; together they cover its words."""
    for a, b in sentences(text, start, end):
        yield from _clauses(text, a, b)


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    marks = [m.start() for m in re.compile(r"[,;]").finditer(text, start, end) if not _inside(text, start, m.start())]
    at = start
    for mark in [*marks, end]:
        stop = mark + 1 if mark < end else end
        behind = text[stop : stop + 16]
        if mark < end and text[mark] == ",":
            whole = stop - at > SHORT and not MANNER.match(text, at)
            if COMPLETED.fullmatch(text[stop : next((other for other in marks if other > mark), end)]):
                continue
            if not (whole and (_acts(behind) or TIME.match(behind) or _counted(text, at, mark, stop, marks, end))):
                continue
        words = _trimmed(text, at, stop)
        if words[1] > words[0]:
            yield words
        at = stop


def _acts(words: str) -> bool:
    """Say whether a clause begins with an act and names what it is done to: a commitment of its own."""
    found = COUNTED.match(words) or EFFORT.match(words)
    return bool(found and re.match(r"[\u4e00-\u9fff“\d]", words[min(found.end(), 2) :]))


def _counted(text: str, at: int, mark: int, stop: int, marks: list[int], end: int) -> bool:
    """Say whether the clauses before and behind a comma each count something of their own."""
    behind = next((other for other in marks if other > mark), end)
    digits = re.compile(r"\d")
    return bool(digits.search(text, at, mark) and digits.search(text, stop, behind) and not AFTER.match(text, stop))


def _inside(text: str, start: int, at: int) -> bool:
    before = text[max(start, at - 60) : at]
    return any(before.count(a) > before.count(b) for a, b in ("“”", "()", "《》"))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \n,;。":
        start += 1
    while end > start and text[end - 1] in " \n,;":
        end -= 1
    return start, end
