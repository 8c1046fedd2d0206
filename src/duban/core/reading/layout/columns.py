"""Reading order on a sheet: text columns one after the other, what runs across them in its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from duban.core.reading.layout.ruling import Grid
from duban.core.reading.layout.runs import Fragment

Block = Fragment | Grid

#: Fewer rows on either side are no columns of text.
FEWEST_ROWS = 4
#: A text column is at least this wide, the gutter at least that (in em).
NARROWEST_COLUMN = 8.0
NARROWEST_GUTTER = 0.8
#: So much of a column's width does a full row fill, and so many of its rows are full; a list's rows are ragged.
FULL_ROW = 0.8
FULL_SHARE = 0.5
#: Beyond this a sheet is a drawing, whose columns are not looked for.
MOST_BLOCKS = 10_000


@dataclass(frozen=True, slots=True)
class Region:
    """Blocks that are read from top to bottom; `gutter` is the place of the gutter to their left, if there is one."""

    blocks: tuple[Block, ...]
    gutter: float | None = None


@dataclass(frozen=True, slots=True)
class _Gutter:
    x: float
    first: int
    last: int


def reading_order(blocks: Sequence[Block], usual: Sequence[float] = ()) -> list[Region]:
    """Return the blocks of a sheet in the order in which a person reads them.

    Few rows beside a gutter prove no columns, unless the gutter is one that other sheets have: give these as `usual`.
    """
    ordered = sorted(blocks, key=lambda block: (block.top, block.x0))
    if len(ordered) > MOST_BLOCKS:
        return [Region(tuple(ordered))]
    return _regions(ordered, None, [*usual, *find_gutters(ordered)])


def find_gutters(blocks: Sequence[Block]) -> list[float]:
    """Return the places of the gutters that a sheet's own rows prove."""
    if len(blocks) > MOST_BLOCKS:
        return []
    ordered = sorted(blocks, key=lambda block: (block.top, block.x0))
    return [region.gutter for region in _regions(ordered, None, ()) if region.gutter is not None]


def _regions(blocks: Sequence[Block], gutter: float | None, known: Sequence[float]) -> list[Region]:
    if not blocks:
        return []
    found = _find_gutter(blocks, known)
    if found is None:
        return [Region(tuple(blocks), gutter)]
    band = blocks[found.first : found.last]
    left = [block for block in band if _middle(block) < found.x]
    right = [block for block in band if _middle(block) >= found.x]
    return [
        *_regions(blocks[: found.first], gutter, known),
        *_regions(left, gutter, known),
        *_regions(right, found.x, known),
        *_regions(blocks[found.last :], gutter, known),
    ]


def _middle(block: Block) -> float:
    return (block.x0 + block.x1) / 2


def _find_gutter(blocks: Sequence[Block], known: Sequence[float]) -> _Gutter | None:
    """Return the gutter with the most rows of text beside it, if the sheet has one."""
    sizes = [block.em for block in blocks if isinstance(block, Fragment)]
    if not sizes:
        return None
    em = median(sizes)
    best, most = None, 0
    for x in _left_edges(blocks, em) if len(sizes) >= 2 * FEWEST_ROWS else ():
        for first, last in _clear_stretches(blocks, x):
            rows = _column_rows(blocks[first:last], x, em, FEWEST_ROWS)
            if rows > most:
                best, most = _Gutter(x, first, last), rows
    for x in known if best is None else ():
        for first, last in _clear_stretches(blocks, x):
            rows = _column_rows(blocks[first:last], x, em, FEWEST_ROWS // 2)
            if rows > most:
                best, most = _Gutter(x, first, last), rows
    return best


def _left_edges(blocks: Sequence[Block], em: float) -> list[float]:
    """Return the places where many rows start, some way into the sheet: the left edges of possible right columns."""
    low, high = min(block.x0 for block in blocks), max(block.x1 for block in blocks)
    counts: defaultdict[int, list[float]] = defaultdict(list)
    for block in blocks:
        if low + NARROWEST_COLUMN * em <= block.x0 <= high - NARROWEST_COLUMN * em:
            counts[round(block.x0 / 2)].append(block.x0)
    frequent = sorted(counts.values(), key=len, reverse=True)
    return [min(places) - 0.5 for places in frequent[:12] if len(places) >= FEWEST_ROWS // 2]


def _clear_stretches(blocks: Sequence[Block], x: float) -> list[tuple[int, int]]:
    """Return the stretches of blocks, from top to bottom, of which none crosses the place `x`."""
    stretches = []
    first: int | None = None
    for index, block in enumerate(blocks):
        crossing = block.x0 < x - 1 and block.x1 > x
        if crossing and first is not None:
            stretches.append((first, index))
            first = None
        elif not crossing and first is None:
            first = index
    if first is not None:
        stretches.append((first, len(blocks)))
    return stretches


def _column_rows(blocks: Sequence[Block], x: float, em: float, fewest: int) -> int:
    """Return how many rows the weaker of the two columns beside `x` has; none where they are no columns of text."""
    left = [block for block in blocks if _middle(block) < x]
    right = [block for block in blocks if _middle(block) >= x]
    if len(left) < fewest or len(right) < fewest:
        return 0
    if x - max(block.x1 for block in left) < NARROWEST_GUTTER * em - 1:
        return 0
    shared = min(left[-1].bottom, right[-1].bottom) - max(left[0].top, right[0].top)
    if shared < min(left[-1].bottom - left[0].top, right[-1].bottom - right[0].top) / 2:
        return 0
    counts = []
    for side in (left, right):
        width = max(block.x1 for block in side) - min(block.x0 for block in side)
        rows = _extents(side)
        full = sum(end - start >= FULL_ROW * width for start, end in rows)
        if len(rows) < fewest or width < NARROWEST_COLUMN * em or full < FULL_SHARE * len(rows):
            return 0
        counts.append(len(rows))
    return min(counts)


def _extents(blocks: Sequence[Block]) -> list[tuple[float, float]]:
    """Return start and end of each printed row; a table counts as one row."""
    rows: dict[object, tuple[float, float]] = {}
    for block in blocks:
        key: object = block.row if isinstance(block, Fragment) else block
        start, end = rows.get(key, (block.x0, block.x1))
        rows[key] = (min(start, block.x0), max(end, block.x1))
    return list(rows.values())
