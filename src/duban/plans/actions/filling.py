"""Filling: from a paper's reading to the rows of its ledger, in bulk; and the way back."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import models
from django.db.models import Max
from django.utils import timezone

from duban.core.ledger import from_json
from duban.core.types import Deadline as ReadDeadline
from duban.core.types import Document
from duban.core.types import Ledger as Reading
from duban.core.types import Section as ReadSection
from duban.core.types import Task as ReadTask
from duban.organisations.models import Person, Unit
from duban.organisations.names import Resolution, resolve
from duban.organisations.roles import Role
from duban.plans.actions.tasks import refresh_many
from duban.plans.facts import as_read
from duban.plans.models import (
    Deadline,
    Indicator,
    Ledger,
    Paper,
    PaperNote,
    Project,
    Responsibility,
    Section,
    Task,
)
from duban.plans.questions import THIS_YEAR, chosen

#: What the check asks at the entry itself: a note would ask the same twice.
ASKED_ELSEWHERE = {"unit-group"}
#: More whole digits than a column of 20 with 6 decimals holds.
TOO_LARGE = 10**14
#: Orders of one ledger: each paper's characters count from a multiple of this.
PAPER_STEP = 100_000
TITLE_LENGTH = 30

Row = TypeVar("Row", bound=models.Model)


def fill(paper: Paper) -> None:
    """Make the draft rows of the paper's chosen documents in the ledger of its division and year.

    Must run in the transaction that changes the paper's state. Each row keeps what was read in `read`; its order is
    its place in the paper, so that rows made later fall where their words stand.
    """
    assert paper.reading is not None
    reading = from_json(paper.reading, text=paper.text)
    documents = _documents(paper, reading)
    ledger, _ = Ledger.objects.get_or_create(
        division=paper.division,
        year=paper.year,
        defaults={"title": f"{paper.division.name}{paper.year}年总台账"},
    )
    paper.ledger = ledger
    _describe(paper, documents[0])
    filled = _Filling(paper, ledger, order_base(ledger), _shift(paper, documents[0]))
    for document in documents:
        filled.document(document)
    refresh_many(filled.made)


def clear(paper: Paper) -> None:
    """Delete the draft rows of a paper that is withdrawn."""
    paper.indicators.all().delete()
    paper.projects.all().delete()
    tasks = paper.tasks.all()
    tasks.update(merged_into=None)
    tasks.delete()
    paper.sections.all().delete()
    paper.notes.all().delete()
    paper.corrections.update(undoes=None)
    paper.corrections.all().delete()
    paper.ledger = None
    paper.revision = 0


def order_base(ledger: Ledger) -> int:
    """Return where the orders of the next paper of `ledger` begin."""
    highest = ledger.tasks.aggregate(highest=Max("order"))["highest"]
    return 0 if highest is None else (highest // PAPER_STEP + 1) * PAPER_STEP


def decimal(value: float | None) -> Decimal | None:
    """Return a number of the reading as the columns hold it, `None` where they cannot."""
    if value is None or abs(value) >= TOO_LARGE:
        return None
    return Decimal(repr(value)).quantize(Decimal("0.000001")).normalize() + 0


def short_title(text: str) -> str:
    """Return the words by which a task without a title is called: its first clause, cut to a line."""
    for at, character in enumerate(text[:TITLE_LENGTH]):
        if at >= 4 and character in "，,。；;：:、":
            return text[:at]
    return text[:TITLE_LENGTH] + ("…" if len(text) > TITLE_LENGTH else "")


def member_rows(
    group: Responsibility, units: Iterable[Unit], *, taken: set[int | None], order: int
) -> list[Responsibility]:
    """Return a row, not yet saved, for each of `units` that is not `taken` in the task already."""
    return [
        Responsibility(
            task_id=group.task_id,
            unit=unit,
            unit_text=unit.name,
            role=group.role,
            expanded_from=group,
            span_start=group.span_start,
            span_end=group.span_end,
            rule="group",
            order=order,
        )
        for unit in units
        if unit.pk not in taken
    ]


def section_row(paper: Paper, document: Document, own: str) -> Section:
    """Return the ledger's row of the section `own` of the paper's reading; it and those above it are made if missing."""
    assert paper.ledger is not None
    first = paper.tasks.order_by("order").first()
    base = first.order - (first.span_start or 0) if first else order_base(paper.ledger)
    return _Filling(paper, paper.ledger, base, 0).sections(document, [own])[own]


def _documents(paper: Paper, reading: Reading) -> list[Document]:
    if len(reading.documents) < 2:
        return list(reading.documents)
    return [reading.documents[number] for number in paper.answers["documents"]]


def read_documents(paper: Paper) -> list[Document]:
    """Return the documents that the paper took in, as the core's types."""
    return _documents(paper, from_json(paper.reading, text=paper.text)) if chosen(paper) else []


def _describe(paper: Paper, document: Document) -> None:
    paper.title = (document.title or "")[:300]
    paper.doc_type = document.doc_type or ""
    paper.doc_number = (document.doc_number or "")[:100]
    paper.issuer = (document.issuer or "")[:100]
    paper.issued_on = document.issued_on


def _shift(paper: Paper, document: Document) -> int:
    """Return by how many years limits move: a paper of another year that was taken as this year's."""
    if paper.answers.get("year") == THIS_YEAR and document.year:
        return paper.year - document.year
    return 0


class _Filling:
    """The rows of one paper, made in bulk, in the order in which one needs another."""

    def __init__(self, paper: Paper, ledger: Ledger, base: int, shift: int) -> None:
        self.paper, self.ledger, self.base, self.shift = paper, ledger, base, shift
        self.made: list[Task] = []

    def document(self, document: Document) -> None:
        """Make the rows of one document."""
        rows = self.sections(document, [task.section for task in document.tasks if task.section])
        tasks = self._tasks(document, rows)
        by_id = dict(zip((task.id for task in document.tasks), tasks, strict=True))
        self.made += tasks
        self._responsibilities(document, by_id)
        _make(
            [
                self._deadline(limit, by_id[task.id])
                for task in document.tasks
                for limit in {limit.span: limit for limit in task.deadlines}.values()
            ]
        )
        self._numbers(document, by_id)
        self._notes(document, tasks)

    # ---- sections and tasks ----

    def sections(self, document: Document, wanted: Iterable[str]) -> dict[str, Section]:
        """Return the rows of the `wanted` sections by their ids, and of those above them; the missing are made."""
        read = {section.id: section for section in document.sections}
        needed: set[str] = set()
        for own in wanted:
            at: str | None = own
            while at and at not in needed:
                needed.add(at)
                at = read[at].parent
        there = {(s.span_start, s.span_end, s.depth): s for s in self.paper.sections.all()}
        rows: dict[str, Section] = {}
        # Those above come first: the ids of the reading are sorted by depth.
        for section in sorted((read[own] for own in needed), key=lambda s: (s.depth, s.span)):
            key = (section.span.start, section.span.end, section.depth)
            rows[section.id] = there.get(key) or self._section(section, rows.get(section.parent or ""))
        return rows

    def _section(self, section: ReadSection, parent: Section | None) -> Section:
        return Section.objects.create(
            ledger=self.ledger,
            paper=self.paper,
            parent=parent,
            label=(section.label or "")[:50],
            title=section.title[:300],
            role=section.role,
            depth=section.depth,
            order=self.base + section.span.start,
            span_start=section.span.start,
            span_end=section.span.end,
        )

    def _tasks(self, document: Document, sections: Mapping[str, Section]) -> list[Task]:
        sponsors = _sponsors(self.paper, document)
        rows = []
        for task in document.tasks:
            row = Task(
                ledger=self.ledger,
                paper=self.paper,
                section=sections.get(task.section or ""),
                order=self.base + task.span.start,
                number=(task.number or "")[:30],
                title=(task.title or short_title(task.text))[:300],
                text=task.text,
                sponsor=_sponsor(task, sponsors),
                sponsor_text="、".join(task.sponsors)[:100],
                span_start=task.span.start,
                span_end=task.span.end,
                rule=task.rule,
            )
            row.read = {
                "id": task.id,
                **as_read(row),
                "titled": task.title is not None,
                "measures": [[measure.span.start, measure.span.end] for measure in task.measures],
            }
            rows.append(row)
        return Task.objects.bulk_create(rows)

    # ---- what hangs on them ----

    def _responsibilities(self, document: Document, tasks: Mapping[str, Task]) -> None:
        words = [unit.unit for task in document.tasks for unit in task.responsibilities]
        resolved = resolve(self.paper.division, list(dict.fromkeys(words)), timezone.localdate()) if words else {}
        rows: list[Responsibility] = []
        groups: list[tuple[Responsibility, Resolution]] = []
        for task in document.tasks:
            taken: set[tuple[int, str]] = set()
            for read in task.responsibilities:
                found = resolved.get(read.unit)
                unit = found.unit if found else None
                row = Responsibility(
                    task=tasks[task.id],
                    unit=unit,
                    unit_text=read.unit[:200],
                    role=read.role,
                    is_group=bool(found and found.group) or (read.group and unit is None),
                    span_start=read.span.start,
                    span_end=read.span.end,
                    rule=read.rule,
                    order=read.span.start,
                )
                if unit is not None:
                    # Two wordings of one unit are one responsibility.
                    row.dropped = (unit.pk, read.role) in taken
                    taken.add((unit.pk, read.role))
                row.read = as_read(row)
                rows.append(row)
                if found and found.group:
                    groups.append((row, found))
        _make(rows)
        self._expand(rows, groups)

    def _expand(self, rows: list[Responsibility], groups: list[tuple[Responsibility, Resolution]]) -> None:
        taken: dict[int, set[int | None]] = defaultdict(set)
        for row in rows:
            taken[row.task_id].add(row.unit_id)
        members: list[Responsibility] = []
        units = members_of({found.group.pk for _, found in groups if found.group})
        for row, found in groups:
            assert found.group is not None
            made = member_rows(row, units[found.group.pk], taken=taken[row.task_id], order=row.order)
            taken[row.task_id].update(member.unit_id for member in made)
            members += made
        _make(members)

    def _deadline(self, limit: ReadDeadline, task: Task) -> Deadline:
        due = limit.due
        if due and self.shift and "年" not in limit.text.replace("年底", "").replace("年末", "").replace("全年", ""):
            due = _moved(due, self.shift)
        row = Deadline(
            task=task,
            text=limit.text[:100],
            due=due,
            span_start=limit.span.start,
            span_end=limit.span.end,
            rule=limit.rule,
            order=limit.span.start,
        )
        row.read = as_read(row)
        return row

    def _numbers(self, document: Document, tasks: Mapping[str, Task]) -> None:
        common = {"ledger": self.ledger, "paper": self.paper}
        indicators, projects, notes = [], [], []
        for item in document.indicators:
            value, high = decimal(item.value), decimal(item.value_high)
            if value is None:
                notes.append((item.span, f"“{item.text}”的数值过大，没有列入指标，请核对原文。"))
                continue
            comparator = item.comparator
            if comparator == "range" and high is None:
                comparator = "="
            if comparator == "range" and high is not None and high < value:
                value, high = high, value
            row = Indicator(
                **common,
                task=tasks.get(item.task or ""),
                name=item.name[:200],
                comparator=comparator,
                value=value,
                value_high=high if comparator == "range" else None,
                unit=item.unit[:30],
                measure=item.measure,
                status=item.status,
                text=item.text[:500],
                span_start=item.span.start,
                span_end=item.span.end,
                rule=item.rule,
                order=item.span.start,
            )
            row.read = as_read(row)
            indicators.append(row)
        for project in document.projects:
            value = decimal(project.value)
            if value is None:
                notes.append((project.span, f"“{project.text}”的金额过大，没有列入项目，请核对原文。"))
                continue
            held = Project(
                **common,
                task=tasks.get(project.task or ""),
                name=project.name[:200],
                value=value,
                unit=project.unit[:30],
                text=project.text[:500],
                span_start=project.span.start,
                span_end=project.span.end,
                rule=project.rule,
                order=project.span.start,
            )
            held.read = as_read(held)
            projects.append(held)
        _make(indicators)
        _make(projects)
        _make(
            [
                PaperNote(
                    paper=self.paper, code="value-too-large", message=message, span_start=span.start, span_end=span.end
                )
                for span, message in notes
            ]
        )

    def _notes(self, document: Document, tasks: list[Task]) -> None:
        starts = [task.span_start or 0 for task in tasks]
        rows = []
        for note in document.notes:
            if note.code in ASKED_ELSEWHERE:
                continue
            at = bisect_right(starts, note.span.start) - 1
            task = tasks[at] if at >= 0 and note.span.start <= (tasks[at].span_end or 0) else None
            rows.append(
                PaperNote(
                    paper=self.paper,
                    task=task,
                    code=note.code,
                    message=note.message,
                    span_start=note.span.start,
                    span_end=note.span.end,
                )
            )
        _make(rows)


def members_of(groups: Iterable[int]) -> dict[int, list[Unit]]:
    """Return the units in use today of each group, by the group's number."""
    today = timezone.localdate()
    found: dict[int, list[Unit]] = defaultdict(list)
    for unit in Unit.objects.filter(group__in=list(groups), valid_from__lte=today).exclude(valid_to__lte=today):
        found[unit.group_id or 0].append(unit)
    return found


def _make(rows: list[Row]) -> list[Row]:
    return type(rows[0])._default_manager.bulk_create(rows) if rows else []


def _moved(due: date, years: int) -> date:
    try:
        return due.replace(year=due.year + years)
    except ValueError:  # the 29th of February
        return due.replace(year=due.year + years, day=28)


def _sponsors(paper: Paper, document: Document) -> dict[str, list[Person]]:
    """Return the leaders of the division by name, where the document names any."""
    if not any(task.sponsors for task in document.tasks):
        return {}
    today = timezone.localdate()
    people = Person.objects.filter(
        posts__division=paper.division, posts__role=Role.LEADER, posts__start__lte=today
    ).exclude(posts__end__lte=today)
    found: dict[str, list[Person]] = defaultdict(list)
    for person in people.distinct():
        found[person.name].append(person)
    return found


def _sponsor(task: ReadTask, leaders: Mapping[str, list[Person]]) -> Person | None:
    """Return the one leader whom the words name; nobody where they name several, or the name is two people's."""
    named = [people for name, people in leaders.items() if any(name in words for words in task.sponsors)]
    return named[0][0] if len(task.sponsors) == 1 and len(named) == 1 and len(named[0]) == 1 else None
