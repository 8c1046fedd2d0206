"""Grids with their text, and a table that runs over several sheets."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from duban.core.reading.layout.ruling import Grid, GridCell
from duban.core.reading.layout.runs import CellText, Run, cell_text

#: Column lines of two sheets this near (in points, from the table's left edge) are the same line.
SAME_LINE = 5.0

_NUMBER = re.compile(r"[（(]?(?:\d{1,4}(?:[.\-]\d{1,3})*|[一二三四五六七八九十]{1,3})[)）、.．]?")


def fill(grids: Sequence[Grid], runs: Iterable[Run]) -> tuple[list[Grid], list[Run]]:
    """Return the grids with the text that stands in them, and the runs outside.

    A grid with fewer than two written cells is a frame or a figure; its text stays outside.
    """
    owners = [grid.owners() for grid in grids]
    inside: list[defaultdict[int, list[Run]]] = [defaultdict(list) for _ in grids]
    outside: list[Run] = []
    for run in runs:
        x, y = (run.x0 + run.x1) / 2, (run.top + run.bottom) / 2
        for index, grid in enumerate(grids):
            position = grid.position(x, y)
            if position is not None:
                inside[index][owners[index][position]].append(run)
                break
        else:
            outside.append(run)
    filled = []
    for grid, texts in zip(grids, inside, strict=True):
        cells = tuple(
            replace(
                cell, content=cell_text(texts[index], grid.xs[cell.column], grid.xs[cell.column + cell.column_span])
            )
            if index in texts
            else cell
            for index, cell in enumerate(grid.cells)
        )
        if sum(bool(cell.text) for cell in cells) >= 2:
            filled.append(replace(grid, cells=cells))
        else:
            outside.extend(run for stretch in texts.values() for run in stretch)
    return filled, outside


def continues(before: Grid, after: Grid) -> bool:
    """Say whether `after`, at the top of a sheet, has the columns of `before`, at the end of the last one.

    One of them may lack lines that the other needs for its merged cells.
    """
    ours, theirs = _lines(before), _lines(after)
    if abs(ours[-1] - theirs[-1]) > SAME_LINE:
        return False
    few, many = sorted((ours, theirs), key=len)
    return all(any(abs(line - other) <= SAME_LINE for other in many) for line in few)


def joined(parts: Sequence[Grid]) -> list[list[GridCell]]:
    """Return for each part of a table its cells, all of them numbered as cells of the one table."""
    lines = max((_lines(part) for part in parts), key=len)
    cells = [_aligned(part, lines) for part in parts]
    repeats = [_repeated_rows(cells[0], below) for below in cells[1:]]
    for (above, below), repeated in zip(pairwise(cells), repeats, strict=True):
        _join_broken_row(above, below, repeated)
    heights = [_height(part) for part in cells]
    for (above, below), repeated in zip(pairwise(cells), repeats, strict=True):
        if not repeated:
            _join_merged_cells(above, below)
    start = 0
    for index, part in enumerate(cells):
        cells[index] = [replace(cell, row=cell.row + start) for cell in part]
        start += heights[index]
    return cells


def _lines(grid: Grid) -> list[float]:
    return [x - grid.x0 for x in grid.xs]


def _aligned(grid: Grid, lines: Sequence[float]) -> list[GridCell]:
    """Return the cells of a grid in the columns that `lines` part."""
    nearest = [min(range(len(lines)), key=lambda index: abs(lines[index] - line)) for line in _lines(grid)]
    return [
        replace(
            cell,
            column=nearest[cell.column],
            column_span=max(1, nearest[cell.column + cell.column_span] - nearest[cell.column]),
        )
        for cell in grid.cells
    ]


def _height(cells: Sequence[GridCell]) -> int:
    return max((cell.last_row + 1 for cell in cells), default=0)


def _row(cells: Sequence[GridCell], row: int) -> dict[int, GridCell]:
    """Return the cells that start in a row, by column."""
    return {cell.column: cell for cell in cells if cell.row == row}


def _repeated_rows(first: Sequence[GridCell], below: Sequence[GridCell]) -> int:
    """Return how many rows at the top of a later part repeat those at the top of the table."""
    count = 0
    while count < min(_height(first), _height(below)):
        ours = {column: cell.text for column, cell in _row(first, count).items()}
        theirs = {column: cell.text for column, cell in _row(below, count).items()}
        if ours != theirs or not any(ours.values()):
            break
        count += 1
    return count


def _join_broken_row(above: list[GridCell], below: list[GridCell], repeated: int) -> None:
    """Give the end of a row that the sheet's end broke back to the row above.

    Seen by its number: the last row above has one, and the row below has text but no number.
    """
    last = _height(above) - 1
    upper = {cell.column: cell for cell in above if cell.last_row == last}
    lower = _row(below, repeated)
    written = {column: cell for column, cell in lower.items() if cell.text}
    for column, cell in written.items():
        partner = upper.get(column)
        if partner is None or not partner.text or partner.column_span != cell.column_span or cell.row_span > 1:
            return
    numbered = any(
        _NUMBER.fullmatch(cell.text) and column in lower and column not in written for column, cell in upper.items()
    )
    if not numbered or not written:
        return
    for column, cell in written.items():
        partner = upper[column]
        above[above.index(partner)] = replace(
            partner, content=CellText(partner.content.then(cell.text), cell.content.room)
        )
    kept = []
    for cell in below:
        if cell.row > repeated:
            kept.append(replace(cell, row=cell.row - 1))
        elif cell.row < repeated:
            kept.append(cell)
        elif cell.row_span > 1:
            kept.append(replace(cell, row_span=cell.row_span - 1))
    below[:] = kept


def _join_merged_cells(above: list[GridCell], below: list[GridCell]) -> None:
    """Let a merged cell that the sheet's end cut in two, the lower part empty, be one again."""
    last = _height(above) - 1
    for cell in [cell for cell in below if cell.row == 0 and not cell.text]:
        for index, upper in enumerate(above):
            same = (upper.column, upper.column_span) == (cell.column, cell.column_span)
            if same and upper.last_row == last and upper.text and max(upper.row_span, cell.row_span) > 1:
                above[index] = replace(upper, row_span=upper.row_span + cell.row_span)
                below.remove(cell)
                break
