"""From findings in normalised text to the entries of a ledger, each tied to the source's characters."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from duban.core.extract import measures
from duban.core.extract.deadlines import resolve as deadlines
from duban.core.extract.indicators import resolve as indicators
from duban.core.extract.projects import resolve as projects
from duban.core.extract.quantities.resolve import Quantities
from duban.core.extract.tasks.resolve import Found
from duban.core.extract.units import resolve as units
from duban.core.intervals import Intervals
from duban.core.structure.meta import Meta
from duban.core.structure.outline import MARK, Piece, paragraphs
from duban.core.structure.tables import UNIT_COLUMNS, Category, Row, TaskTable, ranges
from duban.core.text import NormalisedText, fold, squeeze
from duban.core.types import (
    Deadline,
    Document,
    Excluded,
    Indicator,
    Measure,
    Project,
    Responsibility,
    Section,
    SectionRole,
    Source,
    Span,
    Status,
    Task,
    UnitRole,
)

Range = tuple[int, int]
SECTIONS = ("part", "chapter", "section", "heading")


class Builder:
    """Collects the entries of one document in the order of its stages: sections, tasks, numbers."""

    def __init__(self, source: Source, text: NormalisedText, year: int | None, place: str) -> None:
        """`year` is the year that the paper plans, `place` the name of the place whose paper it is."""
        self.place = place
        self.source = source
        self.text = text
        self.words = text.text
        self.year = year
        self._sections: dict[int, Section] = {}
        self._tasks: list[tuple[Range, Range, Task]] = []  # place, body, task
        self._skip: list[Range] = []  # labels and brackets of units: no numbers there
        self._indicators: list[tuple[int, Indicator]] = []
        self._projects: list[Project] = []
        self._excluded: list[Excluded] = []

    # ---- sections ------------------------------------------------------------------------------------------------------

    def sections(self, root: Piece) -> None:
        """Add the titled and numbered parts; ids count within their parent (s3, s3.1)."""
        counts: dict[str | None, int] = {}
        for piece in root.walk():
            if piece.label:
                self._skip.append((piece.start, piece.head))
                if re.search(r"[\d一二三四五六七八九十]", piece.label):
                    self._exclude("list", (piece.start, piece.head), "outline/label")
            if piece.kind in SECTIONS:
                above = self._sections.get(id(piece.parent))
                self._sections[id(piece)] = self._section(
                    above,
                    counts,
                    self._quoted((piece.start, piece.head)) if piece.label else None,
                    self._quoted(piece.title) if piece.title else "",
                    cast(SectionRole, piece.role),
                    self.text.home(piece.start, piece.end),
                )
        self._counts = counts
        self._root = root

    def _section(
        self,
        above: Section | None,
        counts: dict[str | None, int],
        label: str | None,
        title: str,
        role: SectionRole,
        span: Span,
    ) -> Section:
        parent = above.id if above else None
        counts[parent] = counts.get(parent, 0) + 1
        own = f"{parent}.{counts[parent]}" if parent else f"s{counts[parent]}"
        return Section(own, parent, above.depth + 1 if above else 1, label, title, role, span)

    def _section_of(self, piece: Piece | None) -> Section | None:
        while piece is not None and id(piece) not in self._sections:
            piece = piece.parent
        return self._sections[id(piece)] if piece is not None else None

    # ---- tasks ---------------------------------------------------------------------------------------------------------

    def tasks(self, found: list[Found], tables: list[TaskTable]) -> None:
        """Add the tasks of the text and of the task tables, in the order of the source."""
        entries = [self._text_task(task) for task in found]
        for table in tables:
            entries += self._table_tasks(table)
        entries.sort(key=lambda entry: entry[0])
        for number, (place, body, task) in enumerate(entries, 1):
            self._tasks.append((place, body, _with_id(task, f"t{number}")))

    def _text_task(self, found: Found) -> tuple[Range, Range, Task]:
        self._skip += [(a.start, a.end) for a in found.assignments]
        section = self._section_of(found.section)
        beside = [(a.start, a.end) for a in found.assignments if not found.body[0] <= a.start < found.body[1]]
        limits = deadlines.find(self.words, *found.body, self.year)
        for a, b in beside:  # 完成时限：2026年9月 is a limit as it would be in a table's cell
            read = deadlines.column if units.LIMIT_LABEL.search(self.words, a, b) else deadlines.find
            limits += read(self.words, a, b, self.year)
        task = Task(
            id="",
            section=section.id if section else None,
            number=found.number,
            title=self._quoted(found.title) if found.title else None,
            text=self._quoted(found.body),
            span=self.text.home(found.start, found.end),
            responsibilities=tuple(self._responsibility(unit) for a in found.assignments for unit in a.units),
            deadlines=tuple(map(self._deadline, limits)),
            measures=self._measures([found.body]),
            sponsors=tuple(self._quoted(sponsor) for a in found.assignments for sponsor in a.sponsors),
            rule=found.rule,
        )
        return (found.start, found.end), found.body, task

    def _table_tasks(self, table: TaskTable) -> list[tuple[Range, Range, Task]]:
        holder = next(
            (
                piece
                for piece in self._root.walk()
                if piece.kind == "table" and piece.start >= self.text.away(table.start)
            ),
            None,
        )
        above = self._section_of(holder.parent) if holder else None
        sections: dict[int, Section] = {}
        for category in table.categories:
            if category.rows:
                span = Span(category.cell.span.start, category.end)
                words = squeeze(category.cell.span.of(self.source.text))
                label = MARK.match(fold(words))
                cut = label.end() if label else 0
                section = self._section(above, self._counts, words[:cut] or None, words[cut:], "tasks", span)
                sections[id(category)] = self._sections[id(category)] = section
        return [
            entry for row in table.rows if (entry := self._row_task(row, self._category(row.category, sections, above)))
        ]

    @staticmethod
    def _category(category: Category | None, sections: dict[int, Section], above: Section | None) -> Section | None:
        return sections.get(id(category), above) if category else above

    def _row_task(self, row: Row, section: Section | None) -> tuple[Range, Range, Task] | None:
        cells = {kind: list(ranges(self.text, cells)) for kind, cells in row.cells.items()}
        body = cells.get("content") or cells.get("title")
        if not body:
            return None
        place = (self.text.away(row.span.start), self.text.away(row.span.end))
        title = self._joined(cells.get("title", [])) if cells.get("content") else None
        number = self._joined(cells.get("number", []))
        found: list[units.Unit] = []
        sponsors = [
            self._quoted(place) for start, end in cells.get("sponsor", []) for place in _names(self.words, start, end)
        ]
        for kind in UNIT_COLUMNS:
            for start, end in cells.get(kind, []):
                own, people = units.listed(self.words, start, end, cast(UnitRole, kind))
                found += own
                sponsors += [self._quoted(person) for person in people]
        limits = [
            limit for cell in cells.get("deadline", []) for limit in deadlines.column(self.words, *cell, self.year)
        ]
        limits += [limit for cell in body for limit in deadlines.find(self.words, *cell, self.year)]
        whole = (body[0][0], body[-1][1])
        task = Task(
            id="",
            section=section.id if section else None,
            number=re.sub(r"[()、.:,]", "", number) or None if number else None,
            title=title or None,
            text=self._quoted(whole),
            span=self.text.home(*place),
            responsibilities=tuple(map(self._responsibility, found)),
            deadlines=tuple(map(self._deadline, limits)),
            measures=self._measures(body),
            sponsors=tuple(sponsors),
            rule="tasks/table-row",
        )
        return place, whole, task

    def _joined(self, cells: Iterable[Range]) -> str:
        return "".join(self._quoted(cell) for cell in cells)

    def _responsibility(self, unit: units.Unit) -> Responsibility:
        name = self._quoted((unit.start, unit.end))
        return Responsibility(
            unit=name,
            role=unit.role,
            span=self.text.home(unit.start, unit.end),
            key=units.canonical_key(self.words[unit.start : unit.end]),
            group=units.is_group(self.words[unit.start : unit.end]),
            rule=unit.rule,
        )

    def _deadline(self, limit: deadlines.Limit) -> Deadline:
        place = (limit.start, limit.end)
        return Deadline(self._quoted(place), limit.due, self.text.home(*place), limit.rule)

    def _measures(self, bodies: Iterable[Range]) -> tuple[Measure, ...]:
        found = [place for body in bodies for place in measures.find(self.words, *body)]
        return tuple(
            Measure(
                id=f"m{number}",
                text=self._quoted(place),
                span=self.text.home(*place),
                deadlines=tuple(map(self._deadline, deadlines.find(self.words, *place, self.year))),
            )
            for number, place in enumerate(found, 1)
        )

    # ---- numbers -------------------------------------------------------------------------------------------------------

    def numbers(self, blocks: tuple[Range, ...], root: Piece) -> None:
        """Add the indicators and projects of all paragraphs, and the numbers that are neither."""
        self._skipped = Intervals(self._skip)
        self._labels = Intervals((piece.start, piece.head) for piece in root.walk() if piece.label)
        pieces = _Pieces(root)
        tables = [piece.start for piece in root.walk() if piece.kind == "table"]
        for start, end in blocks:
            if start in tables:
                rows = [
                    body
                    for place, body, task in self._tasks
                    if task.rule == "tasks/table-row" and start <= place[0] < end
                ]
                for a, b in rows:
                    for cell in paragraphs(self.words, a, b):
                        self._paragraph(*cell, pieces)
            else:
                self._paragraph(start, end, pieces)

    def _paragraph(self, start: int, end: int, pieces: _Pieces) -> None:
        numbers = Quantities(self.words, start, end)
        named = projects.find(self.words, start, end)
        for project in named:
            place = (project.start, project.end)
            span, text = self.text.home(*place), self._quoted(place)
            own = f"p{len(self._projects) + 1}"
            task = self._task_at(project.start)
            name = squeeze(project.name)
            self._projects.append(Project(own, task, name, project.value, project.unit, text, span, project.rule))
            self._exclude("project", place, project.rule)
        for left in numbers.left:
            if left.start in self._labels:
                continue
            self._exclude(left.why, (left.start, left.end), left.rule)
        taken = Intervals((p.start, p.end) for p in named)
        kept = [q for q in numbers.found if q.at not in taken and q.at not in self._skipped]
        for item in indicators.find(self.words, start, end, kept, self.place):
            status: Status = "achieved" if item.base or pieces.role(item.start) == "review" else "target"
            q = item.quantity
            entry = Indicator(
                id=f"i{len(self._indicators) + 1}",
                task=self._task_at(q.at),
                name=squeeze(item.name),
                comparator=item.comparator,
                value=q.value,
                value_high=q.high,
                unit=q.unit,
                measure=item.measure,
                status=status,
                text=self._quoted((item.start, item.end)),
                span=self.text.home(item.start, item.end),
                rule=item.rule,
            )
            self._indicators.append((self.text.origin(q.at), entry))

    def _task_at(self, at: int) -> str | None:
        index = bisect_right(self._tasks, at, key=lambda entry: entry[0][0]) - 1
        return self._tasks[index][2].id if index >= 0 and at < self._tasks[index][0][1] else None

    # ---- the whole -----------------------------------------------------------------------------------------------------

    def document(self, facts: Meta, blocks: tuple[Range, ...], *, whole: bool) -> Document:
        """Return the document with all that was added; `whole` says that the source holds no other."""
        by_task: dict[str | None, list[tuple[int, str]]] = {}
        for at, indicator in self._indicators:
            by_task.setdefault(indicator.task, []).append((at, indicator.id))
        return Document(
            title=facts.title,
            region=facts.region,
            level=facts.level,
            doc_type=facts.doc_type,
            year=self.year,
            issued_on=facts.issued_on,
            doc_number=facts.doc_number,
            issuer=facts.issuer,
            span=Span(0, len(self.source.text)) if whole else self.text.home(blocks[0][0], blocks[-1][1]),
            sections=tuple(sorted(self._sections.values(), key=lambda s: (s.span.start, -s.span.end))),
            tasks=tuple(_with_indicators(task, sorted(by_task.get(task.id, []))) for _, _, task in self._tasks),
            indicators=tuple(indicator for _, indicator in self._indicators),
            projects=tuple(self._projects),
            excluded=tuple(sorted(self._excluded, key=lambda e: e.span)),
        )

    def _quoted(self, place: Range) -> str:
        return squeeze(self.text.home(*place).of(self.source.text))

    def _exclude(self, why: str, place: Range, rule: str) -> None:
        self._excluded.append(Excluded(why, self._quoted(place), self.text.home(*place), rule))  # type: ignore[arg-type]


def _with_id(task: Task, own: str) -> Task:
    return replace(task, id=own, measures=tuple(replace(m, id=f"{own}.{m.id}") for m in task.measures))


def _with_indicators(task: Task, places: list[tuple[int, str]]) -> Task:
    """Return `task` with the indicators of its measures; `places` are in the order of the source."""

    def held(measure: Measure) -> tuple[str, ...]:
        first = bisect_left(places, (measure.span.start, ""))
        return tuple(own for _, own in places[first : bisect_left(places, (measure.span.end, ""))])

    return replace(task, measures=tuple(replace(m, indicators=held(m)) for m in task.measures))


def _names(words: str, start: int, end: int) -> list[Range]:
    """Return the people of a cell under 责任领导."""
    return [m.span() for m in re.compile(r"[^\s、,;。\n]+").finditer(words, start, end)]


class _Pieces:
    """Which role a place of the text has."""

    def __init__(self, root: Piece) -> None:
        self._pieces = sorted(root.walk(), key=lambda piece: piece.start)
        self._starts = [piece.start for piece in self._pieces]

    def role(self, at: int) -> str:
        """Return the role of the deepest part that holds the place."""
        piece: Piece | None = self._pieces[max(0, bisect_right(self._starts, at) - 1)]
        while piece is not None and piece.end < at:
            piece = piece.parent
        return piece.role if piece else "opening"
