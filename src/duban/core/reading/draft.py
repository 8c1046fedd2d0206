"""A source's text as a reader writes it, line by line, with the places of what it knows beyond the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from duban.core.types import Cell, Heading, Note, Span, Table


@dataclass(frozen=True, slots=True)
class Box:
    """The words of one cell and its place in the grid; a merged cell is one box at its upper left."""

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(slots=True)
class Draft:
    """Text that only grows: every line and table goes to the end and comes back as its place."""

    tables: list[Table] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    furniture: list[Span] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    length: int = 0
    _parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)

    def write(self, words: str) -> Span:
        """Add `words` as they are."""
        start = self.length
        self._parts.append(words)
        self.length += len(words)
        return Span(start, self.length)

    def line(self, words: str) -> Span:
        """Add `words` as a line of their own; the place is without the line break."""
        place = self.write(words)
        self.write("\n")
        return place

    def table(self, boxes: Iterable[Box]) -> Span:
        """Add a table, a row a line; tabs stand between cells only, those within become spaces."""
        cells: list[Cell] = []
        start = self.length
        row: int | None = None
        for box in sorted(boxes, key=lambda box: (box.row, box.column)):
            if row is not None:
                self.write("\n" if box.row != row else "\t")
            row = box.row
            place = self.write(box.text.replace("\t", " "))
            cells.append(Cell(place, box.row, box.column, box.row_span, box.column_span))
        place = Span(start, self.length)
        self.tables.append(Table(place, tuple(cells)))
        self.write("\n")
        return place
