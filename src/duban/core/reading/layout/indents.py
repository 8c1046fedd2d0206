"""Which printed lines start a paragraph, seen from where they start."""

from __future__ import annotations

import re
from collections.abc import Sequence

from duban.core.reading.layout.runs import Fragment

#: A line that starts this far (in em) right of its block's left edge is the first of a paragraph.
INDENT = 1.5
#: Lines whose starts differ by less (in em) start at the same place.
SAME_START = 0.5
#: A line that leaves less room (in em) than this at its end goes on in the next.
FULL = 1.6

_ITEM = re.compile(
    r"(?:\d{1,3}[.．、)）](?!\d)|[（(][\d一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|[①-⑳•●◆■·])"
)


def left_edge(lines: Sequence[Fragment]) -> float:
    """Return where the lines of a block start, indents and the odd line further out aside."""
    starts = sorted(line.x0 for line in lines)
    if not starts:
        return 0.0
    reach = SAME_START * lines[0].em
    near = 0
    for index, start in enumerate(starts):
        near = max(near, index)
        while near < len(starts) and starts[near] <= start + reach:
            near += 1
        if near - index >= len(starts) / 12:
            return start
    return starts[0]


def paragraph_starts(lines: Sequence[Fragment], edge: float) -> list[bool]:
    """Return for each line of a block, from top to bottom, whether it starts a paragraph by its indent.

    In a list with hanging numbers it is the other way round: the lines under an item are indented, the item is not.
    """
    indented = [line.x0 - edge >= INDENT * line.em for line in lines]
    starts = list(indented)
    right = max((line.x1 for line in lines), default=0.0)
    for index, line in enumerate(lines):
        if indented[index] or not _ITEM.match(line.text):
            continue
        end = _hanging_end(lines, indented, index, right)
        if end > index + 1:
            starts[index:end] = [True] + [False] * (end - index - 1)
    return starts


def _hanging_end(lines: Sequence[Fragment], indented: Sequence[bool], item: int, right: float) -> int:
    """Return the index after the last line that hangs under an item; the item's own next if none does."""
    end = item + 1
    while end < len(lines):
        line, before = lines[end], lines[end - 1]
        full = right - before.x1 < FULL * before.em
        hangs = indented[end] and (end == item + 1 or abs(line.x0 - before.x0) < SAME_START * line.em)
        if not full:
            break
        if not hangs or _ITEM.match(line.text):
            # A full indented line that goes on at the edge was the first of a paragraph: then nothing hangs.
            return item + 1 if end > item + 1 and not indented[end] and not _ITEM.match(line.text) else end
        end += 1
    return end
