"""A paper as its reader sees it: paragraphs, headings, tables, with everything that was read marked on the words.

The HTML is made here, not in a template: one paper has thousands of segments, and a paragraph that changed is made
anew by the same function.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from duban.core.ledger import from_json
from duban.core.structure.outline import paragraphs
from duban.core.text import NormalisedText, normalise, squeeze
from duban.core.types import Ledger as Reading
from duban.core.types import Table
from duban.plans.models import Paper

#: What may be marked, in the order in which marks nest.
Kind = Literal["task", "note", "project", "indicator", "deadline", "responsibility"]
LETTERS: dict[str, str] = {
    "task": "t",
    "note": "n",
    "project": "p",
    "indicator": "i",
    "deadline": "d",
    "responsibility": "u",
}
#: A heading's paragraph holds little more than the heading.
HEADING_SLACK = 4


@dataclass(frozen=True)
class Mark:
    """A range of the paper's characters and the entry on it; `faint` for what the year's work is not (已完成)."""

    start: int
    end: int
    kind: Kind
    pk: int
    faint: bool = False


@dataclass(frozen=True)
class Run:
    """An unbroken stretch of text: a paragraph, a heading, a cell. `places` are the pieces of it that are text.

    What lies between the pieces is white space of the page, or furniture: page numbers, running heads.
    """

    start: int
    end: int
    kind: Literal["p", "h", "title", "cell", "aside"]
    level: int = 0
    places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class CellPlace:
    """A cell of a table and what it spans."""

    run: Run
    row_span: int
    column_span: int


@dataclass(frozen=True)
class TableBlock:
    """A table, row by row."""

    rows: tuple[tuple[CellPlace, ...], ...]


Block = Run | TableBlock

T = TypeVar("T")
_at_hand: OrderedDict[tuple[int, str, str], Any] = OrderedDict()
_KEPT = 48


def kept(paper: Paper, name: str, make: Callable[[], T]) -> T:
    """Return what `make` returns of a paper's reading. It never changes once the paper is read, and is kept at hand."""
    key = (paper.pk, name, f"{paper.read_at}{paper.answers}")
    if key not in _at_hand:
        _at_hand[key] = make()
        while len(_at_hand) > _KEPT:
            # Another thread may have taken the same one out.
            _at_hand.pop(next(iter(_at_hand)), None)
    return cast(T, _at_hand[key])


def layout(paper: Paper) -> tuple[Block, ...]:
    """Return the blocks of the paper's text in order."""
    return kept(paper, "layout", lambda: tuple(_blocks(from_json(paper.reading, text=paper.text))))


def html(paper: Paper, marks: Iterable[Mark]) -> SafeString:
    """Return the whole paper as HTML."""
    placed = _Marks(marks)
    parts: list[str] = []
    for block in layout(paper):
        if isinstance(block, Run):
            tag = {"p": "p", "aside": "p", "title": "h2", "h": f"h{min(block.level + 2, 6)}"}[block.kind]
            parts.append(
                f'<{tag} class="run run-{block.kind}" {_place(block)}>{_run(paper.text, block, placed)}</{tag}>'
            )
        else:
            parts.append('<div class="table-responsive"><table class="paper-table">')
            for row in block.rows:
                parts.append("<tr>")
                for cell in row:
                    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
                    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
                    parts.append(f'<td{spans} class="run" {_place(cell.run)}>{_run(paper.text, cell.run, placed)}</td>')
                parts.append("</tr>")
            parts.append("</table></div>")
    return mark_safe("".join(parts))


def runs_html(paper: Paper, marks: Iterable[Mark], ranges: list[tuple[int, int]]) -> dict[int, str]:
    """Return the inner HTML of the runs that touch one of `ranges`, by where they start."""
    placed = _Marks(marks)
    return {
        run.start: _run(paper.text, run, placed)
        for run in _all_runs(layout(paper))
        if any(run.start < end and start < run.end for start, end in ranges)
    }


def _place(run: Run) -> str:
    return f'data-s="{run.start}" data-e="{run.end}"'


def _all_runs(blocks: Iterable[Block]) -> Iterator[Run]:
    for block in blocks:
        if isinstance(block, Run):
            yield block
        else:
            yield from (cell.run for row in block.rows for cell in row)


# ---- blocks ----


def _blocks(reading: Reading) -> Iterator[Block]:
    source = reading.source
    text = normalise(source)
    headings = {(s.span.start, s.span.end): s for d in reading.documents for s in d.sections}
    by_start = {start: s for (start, _), s in sorted(headings.items(), key=lambda item: -item[1].depth)}
    titles = [squeeze(d.title) for d in reading.documents if d.title]
    tables = sorted(source.tables, key=lambda table: table.span.start)
    at = 0
    next_table = 0
    for a, b in paragraphs(text.text, 0, len(text.text)):
        span = text.home(a, b)
        while next_table < len(tables) and tables[next_table].span.end <= span.start:
            yield from _aside(source.text, at, tables[next_table].span.start)
            yield _table(text, tables[next_table])
            at = max(at, tables[next_table].span.end)
            next_table += 1
        if next_table < len(tables) and span.start >= tables[next_table].span.start:
            continue
        yield from _aside(source.text, at, span.start)
        words = squeeze(source.text[span.start : span.end])
        section = by_start.get(span.start)
        kind: Literal["p", "h", "title"] = "p"
        if any(words in title or title == words for title in titles) and len(words) >= 4:
            kind = "title"
        elif section and len(words) <= len((section.label or "") + section.title) + HEADING_SLACK:
            kind = "h"
        level = section.depth if kind == "h" and section else 0
        yield Run(span.start, span.end, kind, level, tuple(_pieces(text, a, b)))
        at = max(at, span.end)
    for table in tables[next_table:]:
        yield from _aside(source.text, at, table.span.start)
        yield _table(text, table)
        at = max(at, table.span.end)
    yield from _aside(source.text, at, len(source.text))


def _aside(text: str, start: int, end: int) -> Iterator[Run]:
    """Yield what stands between two blocks, where it is more than white space: furniture of the page."""
    for line_start, line_end in paragraphs(text, start, end):
        a, b = line_start, line_end
        while a < b and text[a].isspace():
            a += 1
        while a < b and text[b - 1].isspace():
            b -= 1
        if a < b:
            yield Run(a, b, "aside", places=((a, b),))


def _pieces(text: NormalisedText, a: int, b: int) -> Iterator[tuple[int, int]]:
    """Yield the unbroken pieces of the source under ``text.text[a:b]``."""
    first = bisect_right(text.starts, a) - 1
    last = bisect_left(text.starts, b)
    for number in range(first, last):
        start = max(a, text.starts[number])
        end = min(b, text.starts[number + 1] if number + 1 < len(text.starts) else len(text.text))
        if start < end:
            origin = text.origins[number] + start - text.starts[number]
            yield origin, origin + end - start


def _table(text: NormalisedText, table: Table) -> TableBlock:
    rows: dict[int, list[CellPlace]] = {}
    for cell in sorted(table.cells, key=lambda c: (c.row, c.column)):
        start, end = cell.span.start, cell.span.end
        # The lines of a cell are lines: nothing between its pieces is hidden.
        run = Run(start, end, "cell", places=((start, end),))
        rows.setdefault(cell.row, []).append(CellPlace(run, cell.row_span, cell.column_span))
    return TableBlock(tuple(tuple(cells) for _, cells in sorted(rows.items())))


# ---- segments ----


class _Marks:
    """Marks sorted by start, to find those on a stretch of text."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.all = sorted(marks, key=lambda mark: (mark.start, -mark.end))
        self.starts = [mark.start for mark in self.all]
        # How far the marks up to each reach: where to begin looking.
        self.reach: list[int] = []
        furthest = 0
        for mark in self.all:
            furthest = max(furthest, mark.end)
            self.reach.append(furthest)

    def on(self, start: int, end: int) -> list[Mark]:
        """Return the marks that share a character with the range."""
        first = bisect_right(self.reach, start)
        last = bisect_left(self.starts, end)
        return [mark for mark in self.all[first:last] if mark.end > start]


def _run(text: str, run: Run, placed: _Marks) -> str:
    marks = placed.on(run.start, run.end)
    cuts = {run.start, run.end}
    for mark in marks:
        cuts.update(at for at in (mark.start, mark.end) if run.start < at < run.end)
    for a, b in run.places:
        cuts.update((a, b))
    edges = sorted(cuts)
    parts: list[str] = []
    place = 0
    for start, end in itertools.pairwise(edges):
        while place < len(run.places) and run.places[place][1] <= start:
            place += 1
        inside = place < len(run.places) and run.places[place][0] <= start
        over = [mark for mark in marks if mark.start <= start and mark.end >= end]
        for mark in over:
            if mark.kind == "task" and mark.start == start:
                parts.append(_pin(mark))
        words = escape(text[start:end])
        if not inside:
            parts.append(f'<span class="{"ws" if text[start:end].isspace() else "furniture"}">{words}</span>')
        elif over:
            parts.append(_segment(words, over))
        else:
            parts.append(words)
    return "".join(parts)


def _pin(mark: Mark) -> str:
    return f'<a class="pin" href="?task={mark.pk}" data-pin="{mark.pk}" tabindex="-1"></a>'


def _segment(words: str, over: list[Mark]) -> str:
    task = next((mark.pk for mark in reversed(over) if mark.kind == "task"), None)
    entries = [mark for mark in over if mark.kind != "task"]
    names = ["m", *dict.fromkeys(f"m-{mark.kind}" for mark in entries)]
    if entries and all(mark.faint for mark in entries):
        names.append("m-faint")
    data = f' data-t="{task}"' if task else ""
    if entries:
        data += f' data-m="{" ".join(f"{LETTERS[mark.kind]}{mark.pk}" for mark in entries)}"'
    return f'<span class="{" ".join(names)}"{data}>{words}</span>'


def marks_of(rows: Iterable[Any], kind: Kind) -> Iterator[Mark]:
    """Yield the marks of rows that stand in the paper and were not dropped."""
    for row in rows:
        dropped = getattr(row, "dropped", False)
        if dropped or row.span_start is None or row.span_end is None or getattr(row, "expanded_from_id", None):
            continue
        faint = kind == "indicator" and row.status == "achieved" and row.task_id is None
        yield Mark(row.span_start, row.span_end, kind, row.pk, faint)
