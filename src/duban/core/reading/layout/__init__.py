"""From places on printed sheets to text in reading order, for every format that only knows places.

A reader hands over sheets: text with its boxes, and ruling lines. What comes back are the text, its tables and its
furniture, as :class:`~duban.core.types.Source` wants them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from duban.core.reading.layout.columns import Block, Region, find_gutters, reading_order
from duban.core.reading.layout.furniture import ZONE, SheetRows, find_furniture
from duban.core.reading.layout.indents import left_edge, paragraph_starts
from duban.core.reading.layout.ruling import Grid, GridCell, Rule, TooManyRulesError, find_grids, straight_lines
from duban.core.reading.layout.runs import Fragment, Run, clean, fragments, merged, quarter_turns
from duban.core.reading.layout.tables import continues, fill, joined
from duban.core.types import Cell, Note, Source, Span, Table

__all__ = ["Layout", "Rule", "Run", "Sheet", "clean", "lay_out", "quarter_turns", "straight_lines"]

#: Stands before the first line of a paragraph, however far the print indents it.
INDENTED = "　　"
#: Recognised lines below this are worth a second look.
CONFIDENT = 0.6

# The caption over the rest of a table says nothing that the table does not.
_CONTINUED = re.compile(r"(?:续表|续上表|接上表)\s*\d*|.{0,20}[（(](?:续|续表|接上页)[)）]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed side.

    `aside` is text set across the reading direction (a watermark). `remarks` are codes of notes with their messages,
    for what the reader could not take from this sheet.
    """

    number: int
    width: float
    height: float
    runs: Sequence[Run] = ()
    rules: Sequence[Rule] = ()
    aside: Sequence[str] = ()
    remarks: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Sheets as text, with offsets into it."""

    text: str
    tables: tuple[Table, ...] = ()
    furniture: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()

    def source(self, *, name: str, media_type: str, sha256: str) -> Source:
        """Return the source that was laid out."""
        return Source(name, media_type, sha256, self.text, "layout", self.tables, (), self.furniture, self.notes)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text to be, or a part of a table that stands between lines."""

    sheet: int
    text: str = ""
    grid: Grid | None = None
    furniture: bool = False
    confidence: float = 1.0
    remark: tuple[str, str] | None = None


@dataclass(slots=True)
class _Page:
    """A sheet on its way: what stands on it, and which of its rows are furniture."""

    number: int
    width: float
    height: float
    fragments: list[Fragment]
    grids: list[Grid]
    aside: tuple[str, ...]
    remarks: list[tuple[str, str]]
    furniture: set[int] = field(default_factory=set)
    blocks: list[Block] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)

    def rows(self) -> dict[int, Fragment]:
        """Return the printed rows outside of tables, each whole."""
        parts: defaultdict[int, list[Fragment]] = defaultdict(list)
        for fragment in self.fragments:
            parts[fragment.row].append(fragment)
        return {row: merged(found) for row, found in parts.items()}


def lay_out(sheets: Iterable[Sheet]) -> Layout:
    """Return the text of the sheets in reading order; one printed line is one line, furniture stays where it stands."""
    pages = [_page(sheet) for sheet in sheets]
    rows = [page.rows() for page in pages]
    found = find_furniture([SheetRows(page.height, whole) for page, whole in zip(pages, rows, strict=True)])
    for page, furniture in zip(pages, found, strict=True):
        page.furniture = furniture
        body = [fragment for fragment in page.fragments if fragment.row not in furniture]
        page.blocks = [*body, *page.grids]
    shared = Counter(round(gutter) for page in pages for gutter in set(find_gutters(page.blocks)))
    usual = [float(gutter) for gutter, count in shared.items() if count >= max(2, len(pages) / 10)]
    for page in pages:
        page.regions = reading_order(page.blocks, usual)
    edges = _text_edges(pages)
    lines: list[_Line] = []
    for page, whole, edge in zip(pages, rows, edges, strict=True):
        lines.extend(_lines(page, whole, edge))
    return _written(lines)


def _page(sheet: Sheet) -> _Page:
    remarks = list(sheet.remarks)
    grids: list[Grid] = []
    if sheet.runs and sheet.rules:
        try:
            grids = find_grids(sheet.rules)
        except TooManyRulesError:
            message = f"第 {sheet.number} 页的线条太多，没有按表格识别，文字按行读出。请对照原件核对这一页。"
            remarks.append(("table-unreadable", message))
    grids, runs = fill(grids, sheet.runs)
    aside = tuple(text for text in sheet.aside if text.strip())
    return _Page(sheet.number, sheet.width, sheet.height, fragments(runs), grids, aside, remarks)


def _lines(page: _Page, rows: dict[int, Fragment], edge: float) -> Iterator[_Line]:
    """Yield a sheet's lines from its head to its foot."""
    for remark in page.remarks:
        yield _Line(page.number, remark=remark)
    furniture = sorted((rows[row] for row in page.furniture), key=lambda line: line.top)
    for line in furniture:
        if line.top < ZONE * page.height:
            yield _Line(page.number, line.text, furniture=True, confidence=line.confidence)
    own_edges = {
        gutter: left_edge([line for region in regions for line in _merged_rows(region) if isinstance(line, Fragment)])
        for gutter, regions in _by_gutter(page.regions).items()
    }
    for region in page.regions:
        left = edge if region.gutter is None else own_edges[_gutter_key(region)]
        blocks = _merged_rows(region)
        starts = iter(paragraph_starts([block for block in blocks if isinstance(block, Fragment)], left))
        for block in blocks:
            if isinstance(block, Grid):
                yield _Line(page.number, grid=block)
            else:
                indent = INDENTED if next(starts) else ""
                yield _Line(page.number, indent + block.text, confidence=block.confidence)
    for line in furniture:
        if line.top >= ZONE * page.height:
            yield _Line(page.number, line.text, furniture=True, confidence=line.confidence)
    for text in page.aside:
        yield _Line(page.number, text, furniture=True)


def _merged_rows(region: Region) -> list[Block]:
    """Return the lines and tables of a region from top to bottom."""
    found: dict[object, list[Fragment]] = {}
    order: list[Grid | int] = []
    for block in region.blocks:
        if isinstance(block, Grid):
            order.append(block)
        elif block.row in found:
            found[block.row].append(block)
        else:
            found[block.row] = [block]
            order.append(block.row)
    return [
        entry if isinstance(entry, Grid) else merged(sorted(found[entry], key=lambda part: part.x0)) for entry in order
    ]


def _gutter_key(region: Region) -> int:
    return -1 if region.gutter is None else round(region.gutter / 10)


def _by_gutter(regions: Iterable[Region]) -> dict[int, list[Region]]:
    found: defaultdict[int, list[Region]] = defaultdict(list)
    for region in regions:
        found[_gutter_key(region)].append(region)
    return found


def _text_edges(pages: Sequence[_Page]) -> list[float]:
    """Return for each sheet the left edge of its text.

    A sheet with nothing but a title or indented lines takes the edge of its kind: same width, same side (odd or even).
    """
    own: list[float | None] = []
    kinds: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for page in pages:
        lines = [
            line
            for region in page.regions
            if region.gutter is None
            for line in _merged_rows(region)
            if isinstance(line, Fragment)
        ]
        own.append(left_edge(lines) if lines else None)
        if len(lines) >= 3:
            kinds[round(page.width), page.number % 2].append(left_edge(lines))
    edges = []
    for page, edge in zip(pages, own, strict=True):
        known = Counter(round(place) for place in kinds[round(page.width), page.number % 2])
        usual = min((place for place, count in known.items() if count >= max(2, len(pages) / 20)), default=None)
        if edge is None:
            edges.append(0.0)
        else:
            edges.append(edge if usual is None else min(edge, float(usual)))
    return edges


@dataclass(slots=True)
class _Writer:
    """The text so far; every line but the first starts with a line break."""

    parts: list[str] = field(default_factory=list)
    length: int = 0

    def line(self, text: str) -> Span:
        """Write a line and return where it stands."""
        if self.parts:
            self.parts.append("\n")
            self.length += 1
        self.parts.append(text)
        span = Span(self.length, self.length + len(text))
        self.length = span.end
        return span

    def next_line(self) -> Span:
        """Return the empty place where the next line will start."""
        place = self.length + bool(self.parts)
        return Span(place, place)


def _written(lines: Sequence[_Line]) -> Layout:
    """Return the lines as text, with a table over several sheets as one."""
    tables_of = _tables(lines)
    writer = _Writer()
    cells: defaultdict[int, list[Cell]] = defaultdict(list)
    furniture: list[Span] = []
    notes: list[tuple[str, str, Span]] = []
    for index, line in enumerate(lines):
        if line.remark is not None:
            notes.append((*line.remark, writer.next_line()))
        elif line.grid is not None:
            number, part = tables_of[index]
            cells[number].extend(_write_cells(writer, part))
        elif line.text:
            span = writer.line(line.text)
            if line.furniture or (index in tables_of and _CONTINUED.fullmatch(line.text.strip())):
                furniture.append(span)
            elif line.confidence < CONFIDENT:
                words = line.text.strip()
                shown = words if len(words) <= 30 else words[:30] + "…"
                message = f"第 {line.sheet} 页这一行识别把握不大（{line.confidence:.0%}）：“{shown}”。请对照原件核对。"
                notes.append(("low-confidence", message, span))
    text = "".join(writer.parts)
    tables = tuple(
        Table(Span(min(cell.span.start for cell in found), max(cell.span.end for cell in found)), tuple(found))
        for found in cells.values()
        if found
    )
    end = len(text)
    placed = tuple(Note(code, message, Span(min(at.start, end), min(at.end, end))) for code, message, at in notes)
    return Layout(text, tables, tuple(furniture), placed)


def _write_cells(writer: _Writer, cells: Sequence[GridCell]) -> Iterator[Cell]:
    """Write a part of a table, row by row, and yield its cells where they stand; empty rows take no line."""
    rows: defaultdict[int, list[GridCell]] = defaultdict(list)
    for cell in cells:
        rows[cell.row].append(cell)
    empty = writer.next_line()
    for _, row in sorted(rows.items()):
        ordered = sorted(row, key=lambda cell: cell.column)
        if any(cell.text for cell in ordered):
            at = writer.line("\t".join(cell.text for cell in ordered)).start
            for cell in ordered:
                span = Span(at, at + len(cell.text))
                yield Cell(span, cell.row, cell.column, cell.row_span, cell.column_span)
                at = span.end + 1
            empty = Span(writer.length, writer.length)
        else:
            for cell in ordered:
                yield Cell(empty, cell.row, cell.column, cell.row_span, cell.column_span)


def _tables(lines: Sequence[_Line]) -> dict[int, tuple[int, list[GridCell]]]:
    """Return for each line that is a part of a table the table's number and the part's cells.

    Captions between the parts are there too, without cells.
    """
    groups: list[list[int]] = []
    captions: list[int] = []
    pending: list[int] = []
    last: int | None = None  # the table's part, if nothing but furniture and captions followed it
    for index, line in enumerate(lines):
        if line.furniture or line.remark is not None:
            continue
        if line.grid is None:
            if _CONTINUED.fullmatch(line.text.strip()):
                pending.append(index)
            else:
                last, pending = None, []
            continue
        if last is not None and _follows(lines[last], line):
            groups[-1].append(index)
            captions.extend(pending)
        else:
            groups.append([index])
        last, pending = index, []
    found: dict[int, tuple[int, list[GridCell]]] = {caption: (-1, []) for caption in captions}
    for number, group in enumerate(groups):
        parts = joined([grid for index in group if (grid := lines[index].grid) is not None])
        found.update((index, (number, part)) for index, part in zip(group, parts, strict=True))
    return found


def _follows(before: _Line, after: _Line) -> bool:
    """Say whether the table that ends one sheet goes on at the head of the next."""
    if before.grid is None or after.grid is None:
        return False
    return before.sheet + 1 == after.sheet and continues(before.grid, after.grid)
