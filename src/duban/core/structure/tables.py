"""Task tables (任务分解表): which tables they are, what their columns hold, and the rows that are tasks.

Offices lay the same ledger out in many ways: heads of one or two rows that return on every page, numbers and units
merged over several rows, a row between that only names a category. What a column holds is told by its head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from duban.core.rules import load
from duban.core.text import NormalisedText, fold
from duban.core.types import Cell, Source, Span, Table

UNIT_COLUMNS = ("lead", "responsible", "support")
FACTS = re.compile(r"索\s*引\s*号|发文字号|发文机关|发布机关|成文日期|主题分类|公开方式|有\s*效\s*性|发布日期")


@dataclass(slots=True)
class Row:
    """A row that is a task: the cells of each kind of column, upper cells of merged ranges repeated."""

    cells: dict[str, list[Cell]]
    category: Category | None
    span: Span


@dataclass(slots=True)
class Category:
    """What a group of rows is headed by; `start` to `end` are the rows it covers, in the source."""

    title: str
    cell: Cell
    end: int
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class TaskTable:
    """A table of tasks, read."""

    start: int  # of its head, in the source; what stands above is a title
    rows: list[Row]
    categories: list[Category]


def is_facts(table: Table, text: str) -> bool:
    """Say whether a table holds a government page's metadata and no content."""
    return len({m.group() for m in FACTS.finditer(table.span.of(text)[:3000])}) >= 2


def read(table: Table, text: str) -> TaskTable | None:
    """Return the tasks of a table, None where its head is not that of a task table."""
    grid = _grid(table)
    if not grid:
        return None
    head, depth = _head(grid, text)
    if head is None:
        return None
    width = max(len(row) for row in grid)
    top = [
        cell.span.start
        for row in grid[:depth]
        for cell in row
        if cell is not None and cell.row >= _title_rows(grid, depth)
    ]
    result = TaskTable(min(top, default=table.span.start), [], [])
    category: Category | None = None
    last: dict[str, list[Cell]] = {}
    for index in range(depth, len(grid)):
        cells = grid[index]
        distinct = {id(cell): cell for cell in cells if cell is not None}
        filled = [cell for cell in distinct.values() if cell.span.of(text).strip()]
        if not filled or _repeats(cells, grid, depth, text):
            continue
        only = filled[0] if len(filled) == 1 else None
        words = fold(only.span.of(text)).strip() if only else ""
        if (
            only
            and (only.column_span >= max(2, width - 1) or (only.column <= 1 and len(cells) > 2 and only.row_span == 1))
            and len(words) <= 60
        ):
            if not re.match(r"(?:备?注|说明|填表|制表|单位[::])", words):
                category = Category(words, only, only.span.end)
                result.categories.append(category)
            continue
        row: dict[str, list[Cell]] = {}
        for column, kind in head.items():
            cell = cells[column] if column < len(cells) else None
            if cell is not None and cell.span.of(text).strip():
                row.setdefault(kind, [])
                if cell not in row[kind]:
                    row[kind].append(cell)
        if not row.get("content") and not row.get("title"):
            continue
        if "number" not in row:
            # A merged cell that a page cut in two: its lower part is empty, its words stand above.
            row |= {
                kind: last[kind]
                for kind in ("number", "title", *UNIT_COLUMNS, "category")
                if kind in last and kind not in row
            }
        named = row.get("category")
        if named and (category is None or category.cell is not named[0]):
            category = Category(fold(named[0].span.of(text)).strip().replace("\n", ""), named[0], named[0].span.end)
            result.categories.append(category)
        own = [cell for cell in filled if cell.row == index] or filled
        span = Span(min(c.span.start for c in own), max(c.span.end for c in own))
        task = Row(row, category, span)
        if category:
            category.rows.append(task)
            category.end = max(category.end, span.end)
        result.rows.append(task)
        last = row
    return result if result.rows else None


def _title_rows(grid: Grid, depth: int) -> int:
    """Return how many rows above the head hold nothing but one cell: the title of the table."""
    rows = 0
    while rows < depth - 1 and len({id(cell) for cell in grid[rows] if cell is not None}) == 1:
        rows += 1
    return rows


Grid = list[list[Cell | None]]


def _grid(table: Table) -> Grid:
    """Return the table as rows of cells, a merged cell at each of its places."""
    rows = max((cell.row + cell.row_span for cell in table.cells), default=0)
    columns = max((cell.column + cell.column_span for cell in table.cells), default=0)
    if rows * columns > 2_000_000:
        return []
    grid: Grid = [[None] * columns for _ in range(rows)]
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                grid[row][column] = cell
    return grid


def _head(grid: Grid, text: str) -> tuple[dict[int, str] | None, int]:
    """Return what each column holds and how many rows the head takes; a title row may stand above it."""
    rules = [rule for rule in load("structure") if "column" in rule.data]
    for depth in range(min(6, len(grid))):
        kinds: dict[int, str] = {}
        bottom = depth
        for column, cell in enumerate(grid[depth]):
            if cell is None:
                continue
            words = re.sub(r"\s", "", fold(cell.span.of(text)))
            bottom = max(bottom, min(cell.row + cell.row_span - 1, depth + 2))
            below = grid[depth + 1][column] if depth + 1 < len(grid) else None
            if cell.column_span > 1 and below is not None and below is not cell:  # 责任单位 above 牵头 and 配合
                under = re.sub(r"\s", "", fold(below.span.of(text)))
                kind = _kind(under, rules)
                if kind:
                    kinds[column] = kind
                    bottom = max(bottom, depth + 1)
                    continue
            if 0 < len(words) <= 16 and (kind := _kind(words, rules)):
                kinds[column] = kind
        found = set(kinds.values())
        if (
            found & {"title", "content"}
            and (found & {*UNIT_COLUMNS, "deadline", "sponsor"} or "number" in found)
            and len(kinds) >= 2
        ):
            return kinds, bottom + 1
    return None, 0


def _kind(words: str, rules: list) -> str | None:  # type: ignore[type-arg]
    words = re.sub(r"\([^()]*\)$", "", words)
    for rule in rules:
        if rule.pattern.search(words):
            return str(rule.data["column"])
    return None


def _repeats(cells: list[Cell | None], grid: Grid, depth: int, text: str) -> bool:
    """Say whether a row is the head again, as at the top of the next page."""

    def words(row: list[Cell | None]) -> list[str]:
        return [re.sub(r"\s", "", cell.span.of(text)) if cell else "" for cell in row]

    own = words(cells)
    return any(own == words(grid[row]) for row in range(depth))


def ranges(text: NormalisedText, cells: list[Cell]) -> Iterator[tuple[int, int]]:
    """Yield where cells stand in the normalised text."""
    for cell in cells:
        start, end = text.away(cell.span.start), text.away(cell.span.end)
        while end > start and text.text[end - 1] == "\n":
            end -= 1
        while start < end and text.text[start] == "\n":
            start += 1
        if end > start:
            yield start, end


@dataclass(frozen=True, slots=True)
class Planned:
    """The task tables of a source by where they stand in its normalised text, and the places of its page's facts."""

    tables: dict[tuple[int, int], TaskTable]
    facts: list[tuple[int, int]]

    @property
    def places(self) -> list[tuple[int, int]]:
        """Return the ranges of the task tables, in order."""
        return sorted(self.tables)

    def within(self, blocks: tuple[tuple[int, int], ...]) -> list[TaskTable]:
        """Return the task tables that lie in a document's paragraphs."""
        own = set(blocks)
        return [self.tables[place] for place in self.places if place in own]

    @staticmethod
    def headings(source: Source, text: NormalisedText) -> dict[tuple[int, int], int]:
        """Return the paragraphs that the format itself marks as headings, with their depth from 1."""
        found = {}
        for heading in source.headings:
            start, end = text.away(heading.span.start), text.away(heading.span.end)
            while end > start and text.text[end - 1] == "\n":
                end -= 1
            if end > start:
                found[start, end] = heading.depth
        return found


def find(source: Source, text: NormalisedText) -> Planned:
    """Return the task tables and the tables of page facts among the tables of a source."""
    planned: dict[tuple[int, int], TaskTable] = {}
    facts = []
    for table in source.tables:
        found = None if is_facts(table, source.text) else read(table, source.text)
        if found is not None:
            start, end = text.away(found.start), text.away(table.span.end)
            while start < end and text.text[start] == "\n":
                start += 1
            while end > start and text.text[end - 1] == "\n":
                end -= 1
            planned[(start, end)] = found
        elif is_facts(table, source.text):
            facts.append((text.away(table.span.start), text.away(table.span.end)))
    return Planned(planned, facts)
