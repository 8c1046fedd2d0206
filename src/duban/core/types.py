"""What flows through the core: from a source to a ledger.

Everything here is frozen: a stage takes one value and returns the next. Offsets are always characters of
:attr:`Source.text`, half open, so that ``source.text[span.start:span.end]`` are the words a person can be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Level = Literal["province", "city", "county", "town"]
DocType = Literal["report", "plan", "task_list", "campaign"]
SectionRole = Literal[
    "opening",
    "review",
    "requirements",
    "targets",
    "tasks",
    "livelihood",
    "safeguards",
    "conduct",
    "closing",
    "attachment",
]
UnitRole = Literal["lead", "responsible", "support"]
Comparator = Literal[">=", "<=", "~", "=", "range"]
MeasureKind = Literal["level", "growth", "decline", "share", "change", "multiple"]
Status = Literal["target", "achieved"]
ExcludedWhy = Literal["date", "name", "rank", "threshold", "capacity", "policy", "list", "address", "project", "other"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``[start, end)`` of characters of a source's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters of `text` that the span covers."""
        return text[self.start : self.end]

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Say whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Say whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Note:
    """Something at which a careful reader would stop.

    `code` is stable and machine-readable, `message` is a Chinese sentence for the clerk: what, where, what to do.
    """

    code: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; a merged cell appears once, at its upper left corner."""

    span: Span
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the source. Rows and columns count from 0; `span` covers all of its cells."""

    span: Span
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A paragraph that the format itself marks as a heading (a Word style, an HTML ``h2``); depth counts from 1."""

    span: Span
    depth: int


@dataclass(frozen=True, slots=True)
class Source:
    """A document as its reader took it: the text whole, and what the format knows beyond the text.

    `lines` is ``"paragraph"`` where every line break ends a paragraph (docx, HTML, xlsx), and ``"layout"`` where a
    break may be a mere line end of a printed page (txt, pdf, OFD, a scan). `furniture` are ranges that belong to the
    page and not to the document: page numbers, running heads, navigation. In `text` the cells of a table's row are
    separated by tab characters and its rows by line breaks.
    """

    name: str
    media_type: str
    sha256: str
    text: str
    lines: Literal["paragraph", "layout"] = "layout"
    tables: tuple[Table, ...] = ()
    headings: tuple[Heading, ...] = ()
    furniture: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Responsibility:
    """A unit that answers for a task. `unit` is as written, `key` the same for all written forms of one unit.

    `group` is true where the words name several units at once (各镇街, 相关街道办事处).
    """

    unit: str
    role: UnitRole
    span: Span
    key: str
    group: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """An explicit time limit. `due` is the last day it allows, ``None`` where the words fix no day (主汛前)."""

    text: str
    due: date | None
    span: Span
    rule: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One commitment of a task's body: a clause, with the indicators and limits that stand in it."""

    id: str
    text: str
    span: Span
    indicators: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered or titled part of a document; `parent` is the id of the part that holds it."""

    id: str
    parent: str | None
    depth: int
    label: str | None
    title: str
    role: SectionRole
    span: Span


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of planned work. `span` runs from its number or title to its end, units included; `text` is the body."""

    id: str
    section: str | None
    number: str | None
    title: str | None
    text: str
    span: Span
    responsibilities: tuple[Responsibility, ...]
    deadlines: tuple[Deadline, ...]
    measures: tuple[Measure, ...]
    sponsors: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number that says how much was or is to be achieved, under its full name."""

    id: str
    task: str | None
    name: str
    comparator: Comparator
    value: float
    value_high: float | None
    unit: str
    measure: MeasureKind
    status: Status
    text: str
    span: Span
    rule: str


@dataclass(frozen=True, slots=True)
class Project:
    """A named investment project and its own amount (`value` in `unit`, as written)."""

    id: str
    task: str | None
    name: str
    value: float
    unit: str
    text: str
    span: Span
    rule: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A number that is neither indicator nor project, and why."""

    why: ExcludedWhy
    text: str
    span: Span
    rule: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a source, read."""

    title: str | None
    region: str | None
    level: Level | None
    doc_type: DocType | None
    year: int | None
    issued_on: date | None
    doc_number: str | None
    issuer: str | None
    span: Span
    sections: tuple[Section, ...] = ()
    tasks: tuple[Task, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    projects: tuple[Project, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that was read from one source."""

    source: Source
    documents: tuple[Document, ...] = field(default=())

    @property
    def name(self) -> str:
        """The name of its source."""
        return self.source.name
