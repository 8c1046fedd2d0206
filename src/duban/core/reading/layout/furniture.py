"""What belongs to the page and not to the document: page numbers, running heads and feet."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from duban.core.reading.layout.runs import Fragment

#: Page numbers stand in this share of the sheet's height, at its top and its bottom.
ZONE = 0.15
#: Running heads stand nearer to the edge: the first line of an official paper's text is 37 mm below it.
HEAD_ZONE = 0.12
#: A running head stands at the same height (in points) on so many sheets.
SAME_HEIGHT = 6.0
FEWEST_SHEETS = 3
#: A lone number is a page number where it stands this far (in usual line steps) from the text.
APART = 1.3

_DASH = r"[-—–―－─━_~～·•.\*一|]"
_COUNT = r"(?:\d{1,4}|[〇零一二三四五六七八九十百]{1,5})"
_DECORATED = re.compile(
    rf"""
    {_DASH}+ \d{{1,4}} {_DASH}+                              # — 3 —
    | {_DASH}+ [ivxlcⅠ-ⅻ]{{1,6}} {_DASH}+                    # - iv -
    | (?:第)? \d{{1,4}} 页? [,，/／]? (?:共|of|/|／) \d{{1,4}} 页?  # 第3页/共12页, 3/12
    | 第 {_COUNT} 页 (?: [,，(（]? 共 {_COUNT} 页 [)）]? )?      # 第三页（共十二页）
    | (?:page|p\.?) \d{{1,4}} (?:of \d{{1,4}})?              # Page 3 of 12
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BARE = re.compile(r"\d{1,4}")
_DIGITS = re.compile(r"\d+")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The printed rows of one sheet outside of its tables."""

    height: float
    rows: Mapping[int, Fragment]


@dataclass(frozen=True, slots=True)
class _Candidate:
    sheet: int
    row: int
    value: int


def find_furniture(sheets: Sequence[SheetRows]) -> list[set[int]]:
    """Return for each sheet the rows that are its furniture."""
    found: list[set[int]] = [set() for _ in sheets]
    for (at, row), count in _repeated(sheets).items():
        if count >= FEWEST_SHEETS:
            found[at].add(row)
    bare: list[_Candidate] = []
    for index, sheet in enumerate(sheets):
        for row in _outermost(sheet, found[index]):
            text = _squeezed(sheet.rows[row].text)
            if _DECORATED.fullmatch(text):
                found[index].add(row)
            elif _BARE.fullmatch(text):
                bare.append(_Candidate(index, row, int(text)))
    steps: defaultdict[int, int] = defaultdict(int)
    for candidate in bare:
        steps[candidate.value - candidate.sheet] += 1
    for candidate in bare:
        counted = steps[candidate.value - candidate.sheet] >= 2
        if counted or _stands_apart(sheets[candidate.sheet], candidate.row):
            found[candidate.sheet].add(candidate.row)
    return found


def _squeezed(text: str) -> str:
    return _BLANK.sub("", text)


def _zone(sheet: SheetRows, line: Fragment, share: float) -> int:
    """Return -1 in the top zone, 1 in the bottom zone, otherwise 0."""
    middle = (line.top + line.bottom) / 2
    if middle <= share * sheet.height:
        return -1
    return 1 if middle >= (1 - share) * sheet.height else 0


def _repeated(sheets: Sequence[SheetRows]) -> dict[tuple[int, int], int]:
    """Return for each row of a zone on how many sheets the same words stand at the same height."""
    places: defaultdict[tuple[int, str], list[tuple[float, int, int]]] = defaultdict(list)
    for index, sheet in enumerate(sheets):
        for row, line in sheet.rows.items():
            zone = _zone(sheet, line, HEAD_ZONE)
            words = _DIGITS.sub("#", _squeezed(line.text))
            if zone and words != "#":
                places[zone, words].append((line.bottom if zone < 0 else sheet.height - line.bottom, index, row))
    counts: dict[tuple[int, int], int] = {}
    for places_of_words in places.values():
        group: list[tuple[float, int, int]] = []
        for place in sorted(places_of_words):
            if group and place[0] - group[0][0] > SAME_HEIGHT:
                counts.update(_counted(group))
                group = []
            group.append(place)
        counts.update(_counted(group))
    return counts


def _counted(group: Sequence[tuple[float, int, int]]) -> dict[tuple[int, int], int]:
    sheets = len({sheet for _, sheet, _ in group})
    return {(sheet, row): sheets for _, sheet, row in group}


def _outermost(sheet: SheetRows, furniture: set[int]) -> list[int]:
    """Return the outermost rows at top and bottom that are not known as furniture yet."""
    ordered = sorted(sheet.rows, key=lambda row: sheet.rows[row].top)
    rows = []
    for direction, zone in ((ordered, -1), (ordered[::-1], 1)):
        row = next((row for row in direction if row not in furniture), None)
        if row is not None and row not in rows and _zone(sheet, sheet.rows[row], ZONE) == zone:
            rows.append(row)
    return rows


def _stands_apart(sheet: SheetRows, row: int) -> bool:
    """Say whether a row at the top or bottom is further from its neighbour than lines usually are."""
    tops = sorted(line.top for line in sheet.rows.values())
    steps = [low - high for high, low in pairwise(tops)]
    if len(steps) < 3:
        return False
    own = steps[0] if sheet.rows[row].top == tops[0] else steps[-1]
    return own >= APART * median(steps)
