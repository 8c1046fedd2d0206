"""Ruling lines to grids: the cells of a table from the lines drawn around them.

A grid is found from geometry alone, so one finder serves every format that draws its tables (pdf, OFD).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite

from duban.core.reading.layout.runs import CellText

#: Lines nearer than this (points) are one line; borders are often drawn twice or as thin boxes.
SNAP = 2.5
#: The ends of two lines this near touch.
REACH = 3.0
#: A shorter line is a mark, not a border.
SHORTEST = 4.0
#: A filled shape thinner than this is a line.
THIN = 3.0
#: Beyond these a page is a drawing, not a table, and finding cells would take too long.
MOST_LINES = 1_500
MOST_CELLS = 20_000


class TooManyRulesError(Exception):
    """A page has more lines than any table, so that its grids are not looked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal or vertical line of a sheet, in points from its upper left corner."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def horizontal(self) -> bool:
        """Say whether the line runs across the sheet."""
        return self.x1 - self.x0 >= self.bottom - self.top


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a grid: where it starts, how many rows and columns it covers, and its text once that is known."""

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    content: CellText = field(default_factory=CellText)

    @property
    def text(self) -> str:
        """What is written in the cell."""
        return self.content.text

    @property
    def last_row(self) -> int:
        """The lowest row that the cell covers."""
        return self.row + self.row_span - 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: the places of its lines and its cells, in order of row and column."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[GridCell, ...]

    @property
    def x0(self) -> float:
        """The left edge."""
        return self.xs[0]

    @property
    def x1(self) -> float:
        """The right edge."""
        return self.xs[-1]

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.ys[0]

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.ys[-1]

    def position(self, x: float, y: float) -> tuple[int, int] | None:
        """Return row and column of the field that holds the point, or nothing if the point lies outside."""
        row, column = bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1
        inside = 0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1
        return (row, column) if inside else None

    def owners(self) -> dict[tuple[int, int], int]:
        """Return for each field the index of the cell that covers it."""
        return {
            (row, column): index
            for index, cell in enumerate(self.cells)
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        }


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line on one axis: its place across, and its extent along."""

    at: float
    start: float
    end: float


def straight_lines(outline: Sequence[tuple[float, float]], *, stroked: bool) -> Iterator[Rule]:
    """Yield the horizontal and vertical lines of a drawn outline: its sides if it is stroked, itself if it is thin."""
    if not all(isfinite(number) for point in outline for number in point):
        return
    if stroked:
        for (x0, y0), (x1, y1) in pairwise(outline):
            yield from _straight(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    elif len(outline) >= 4:
        xs, ys = [point[0] for point in outline], [point[1] for point in outline]
        yield from _straight(min(xs), min(ys), max(xs), max(ys))


def _straight(x0: float, top: float, x1: float, bottom: float) -> Iterator[Rule]:
    if min(x1 - x0, bottom - top) <= THIN:
        yield Rule(x0, top, x1, bottom)


def find_grids(rules: Iterable[Rule]) -> list[Grid]:
    """Return the tables that the lines draw, from top to bottom; a lone frame or a single column is none.

    Raises :class:`TooManyRulesError` where the page is a drawing.
    """
    across: list[_Edge] = []
    down: list[_Edge] = []
    for rule in rules:
        if rule.horizontal:
            across.append(_Edge((rule.top + rule.bottom) / 2, rule.x0, rule.x1))
        else:
            down.append(_Edge((rule.x0 + rule.x1) / 2, rule.top, rule.bottom))
    across, down = _merged(across), _merged(down)
    if len(across) > MOST_LINES or len(down) > MOST_LINES:
        raise TooManyRulesError
    grids = [_grid(rows, columns) for rows, columns in _connected(across, down)]
    return sorted((grid for grid in grids if grid is not None), key=lambda grid: (grid.top, grid.x0))


def _merged(edges: Sequence[_Edge]) -> list[_Edge]:
    """Return the edges with near ones snapped to one place, and touching ones joined."""
    places = _clusters([edge.at for edge in edges])
    lines: defaultdict[float, list[tuple[float, float]]] = defaultdict(list)
    for edge in edges:
        lines[places[edge.at]].append((edge.start, edge.end))
    merged = []
    for at, stretches in lines.items():
        start, end = None, 0.0
        for low, high in sorted(stretches):
            if start is None:
                start, end = low, high
            elif low <= end + REACH:
                end = max(end, high)
            else:
                merged.append(_Edge(at, start, end))
                start, end = low, high
        if start is not None:
            merged.append(_Edge(at, start, end))
    return [edge for edge in merged if edge.end - edge.start >= SHORTEST]


def _clusters(values: Sequence[float]) -> dict[float, float]:
    """Return for each value the middle of the group of near values it belongs to."""
    groups: list[list[float]] = []
    for value in sorted(set(values)):
        if groups and value - groups[-1][0] <= SNAP:
            groups[-1].append(value)
        else:
            groups.append([value])
    return {value: sum(group) / len(group) for group in groups for value in group}


def _connected(across: Sequence[_Edge], down: Sequence[_Edge]) -> list[tuple[list[_Edge], list[_Edge]]]:
    """Return the groups of lines that touch one another."""
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    order = sorted(range(len(across)), key=lambda index: across[index].at)
    heights = [across[index].at for index in order]
    for number, line in enumerate(down):
        first = bisect_left(heights, line.start - REACH)
        last = bisect_right(heights, line.end + REACH)
        for index in order[first:last]:
            if across[index].start - REACH <= line.at <= across[index].end + REACH:
                parent[root(index)] = root(len(across) + number)
    groups: defaultdict[int, tuple[list[_Edge], list[_Edge]]] = defaultdict(lambda: ([], []))
    for index, edge in enumerate(across):
        groups[root(index)][0].append(edge)
    for index, edge in enumerate(down):
        groups[root(len(across) + index)][1].append(edge)
    return list(groups.values())


def _grid(across: Sequence[_Edge], down: Sequence[_Edge]) -> Grid | None:
    """Return the grid that connected lines draw, if it has at least two columns."""
    if len(across) < 2 or not down:
        return None
    # A table may be open at its sides: then its horizontal lines end where the border would be.
    xs = _axis([edge.at for edge in down], min(edge.start for edge in across), max(edge.end for edge in across))
    ys = _axis([edge.at for edge in across], min(edge.start for edge in down), max(edge.end for edge in down))
    rows, columns = len(ys) - 1, len(xs) - 1
    if columns < 2 or rows < 1 or rows * columns > MOST_CELLS:
        return None
    walls = _walls(down, xs, ys)
    floors = _walls(across, ys, xs)
    cells = _cells(rows, columns, walls, floors)
    if len({cell.column for cell in cells}) < 2:
        return None
    return Grid(xs, ys, tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))


def _axis(places: Sequence[float], low: float, high: float) -> tuple[float, ...]:
    values = sorted(set(places))
    if low < values[0] - REACH:
        values.insert(0, low)
    if high > values[-1] + REACH:
        values.append(high)
    return tuple(values)


def _walls(edges: Sequence[_Edge], places: Sequence[float], stops: Sequence[float]) -> set[tuple[int, int]]:
    """Return which lines are drawn: (index of the line's place, index of the stretch between two stops)."""
    drawn = set()
    index_of = {place: index for index, place in enumerate(places)}
    for edge in edges:
        for stretch in range(max(0, bisect_right(stops, edge.start) - 1), len(stops) - 1):
            low, high = stops[stretch], stops[stretch + 1]
            if low >= edge.end:
                break
            if min(high, edge.end) - max(low, edge.start) >= (high - low) / 2:
                drawn.add((index_of[edge.at], stretch))
    return drawn


def _cells(rows: int, columns: int, walls: set[tuple[int, int]], floors: set[tuple[int, int]]) -> list[GridCell]:
    """Return the cells: fields with no line between them are one, where together they form a rectangle."""
    cells = []
    seen: set[tuple[int, int]] = set()
    for row in range(rows):
        for column in range(columns):
            if (row, column) in seen:
                continue
            fields = _open_fields((row, column), rows, columns, walls, floors)
            seen |= fields
            top, bottom = min(field[0] for field in fields), max(field[0] for field in fields)
            left, right = min(field[1] for field in fields), max(field[1] for field in fields)
            if len(fields) == (bottom - top + 1) * (right - left + 1):
                cells.append(GridCell(top, left, bottom - top + 1, right - left + 1))
            else:
                cells.extend(_strips(fields))
    return cells


def _open_fields(
    start: tuple[int, int], rows: int, columns: int, walls: set[tuple[int, int]], floors: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    fields, todo = {start}, [start]
    while todo:
        row, column = todo.pop()
        neighbours = (
            ((row, column + 1), (column + 1, row) in walls),
            ((row, column - 1), (column, row) in walls),
            ((row + 1, column), (row + 1, column) in floors),
            ((row - 1, column), (row, column) in floors),
        )
        for place, closed in neighbours:
            if not closed and place not in fields and 0 <= place[0] < rows and 0 <= place[1] < columns:
                fields.add(place)
                todo.append(place)
    return fields


def _strips(fields: set[tuple[int, int]]) -> list[GridCell]:
    """Return a shape that is no rectangle as one cell for each unbroken row of it."""
    strips: list[GridCell] = []
    for row, column in sorted(fields):
        if strips and strips[-1].row == row and strips[-1].column + strips[-1].column_span == column:
            strips[-1] = GridCell(row, strips[-1].column, 1, strips[-1].column_span + 1)
        else:
            strips.append(GridCell(row, column))
    return strips
