"""A sentence in clauses, and a clause divided among its numbers."""

from __future__ import annotations

import itertools
import re

from duban.core.extract.indicators.words import ACTS, COUNTED, EFFORT, inside
from duban.core.extract.quantities.resolve import Quantity

MARKS = re.compile(r"[“《(「”》)」,;:。!?\n]")
CONNECT = re.compile(r"[、和及与或]|以及")
# Where no connector divides two numbers, a verb does.
DIVIDES = re.compile(
    r"(?:完成|实现|增长|达到?|占|下降|提高|降低|减少|纳入|通过|新增|增加|其中|提升|压减|(?:整合|合并|精简|调整)为|并|为|到位)"
)

THING = re.compile(r"(?!.*了)[\u4e00-\u9fff]{2,6}")
THING_BEHIND = re.compile(r"(?!以|左右|的|增长|完成|实现|达|为|全)[\u4e00-\u9fff]{2}")


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the clauses of a sentence; marks inside quotation marks, brackets and numbers do not divide."""
    bounds, depth, at = [], 0, start
    for match in MARKS.finditer(text, start, end):
        character, index = match.group(), match.start()
        if character in "“《(「":
            depth += 1
        elif character in "”》)」":
            depth = max(0, depth - 1)
        elif depth == 0:
            if character == "," and text[index - 1].isdigit() and text[index + 1 : index + 4].isdigit():
                continue  # 12,345
            if index > at:
                bounds.append((at, index))
            at = index + 1
    if at < end:
        bounds.append((at, end))
    return bounds


def segments(text: str, start: int, end: int, quantities: list[Quantity]) -> list[tuple[int, int]]:
    """Divide a clause among its numbers: each gets the words before and behind it that are its own."""
    cuts = [start]
    for one, two in itertools.pairwise(quantities):
        between = text[one.end : two.start]
        connectors = [m for m in CONNECT.finditer(between) if not inside(between, m.start())]
        if not between:
            cuts.append(two.start)
        elif connectors and connectors[0].start() == 0:
            cuts.append(one.end + connectors[0].end())
        elif connectors and connectors[-1].end() == len(between):
            cuts.append(two.start)
        elif connectors:
            verbs = [m for m in connectors if COUNTED.match(between, m.end()) or EFFORT.match(between, m.end())]
            cuts.append(one.end + (verbs or connectors)[0].end())
        else:
            verb = DIVIDES.search(between) or ACTS.search(between, 2)
            # 103所学校9.8万学生: each of two numbers has its thing behind it
            each = not verb and THING.fullmatch(between) and THING_BEHIND.match(text, two.end, end)
            cuts.append(two.start if each else one.end + (verb.start() if verb else 0))
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def run(text: str, quantities: list[Quantity], index: int) -> list[int]:
    """Return the indices of numbers that follow one another with nothing but a connector between: 7%、8% 和 9%."""
    found = [index]
    while found[-1] + 1 < len(quantities):
        between = text[quantities[found[-1]].end : quantities[found[-1] + 1].start]
        if not re.fullmatch(r"[、和及与,]|以及", between):
            break
        found.append(found[-1] + 1)
    end = quantities[found[-1]].end
    behind = text[end : end + 1]
    if len(found) > 1 and re.match(r"[\u4e00-\u9fff“]", behind) and behind not in "和及与":
        return [index]  # 3个、5个示范村: the last one's name stands behind it
    return found
