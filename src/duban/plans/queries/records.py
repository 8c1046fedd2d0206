"""Tasks whole, as exports write them: today from the tables, of a past day from the versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from duban.organisations.models import Person
from duban.plans.extensions import NOTHING, Added, Value
from duban.plans.models import Deadline, Indicator, Ledger, Project, Responsibility
from duban.plans.queries.asking import Asked
from duban.plans.queries.ledger import Part, in_order, narrowed, ordered, sections, snapshots_on, standing
from duban.plans.snapshots import Snapshot

MANY = 200


class Promised(NamedTuple):
    """An indicator of a task; comparator, measure and status are the codes of the ledger JSON."""

    name: str
    comparator: Any
    value: Decimal
    value_high: Decimal | None
    floor: Decimal | None
    unit: str
    measure: Any
    status: Any
    text: str


class Invested(NamedTuple):
    """A project of a task and its own amount."""

    name: str
    value: Decimal
    unit: str
    text: str


class Answer(NamedTuple):
    """A unit that answers for a task, in its role, and its person in charge (empty where none is named)."""

    unit: str
    role: str
    person: str


class Limit(NamedTuple):
    """A time limit in the paper's words, and the last day they allow (None where they fix no day)."""

    text: str
    due: date | None


@dataclass
class Record:
    """A task with all that hangs on it. `number` is the paper's own number of the task."""

    pk: int
    short_number: str
    section_id: int | None
    path: tuple[str, ...]
    number: str
    title: str
    text: str
    state: str
    due: date | None
    due_stated: bool
    sponsor: str
    units: list[Answer] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    indicators: list[Promised] = field(default_factory=list)
    projects: list[Invested] = field(default_factory=list)
    added: dict[str, Value] = field(default_factory=dict)

    def units_as(self, role: str) -> list[str]:
        """Return the units in the role, each once."""
        return list(dict.fromkeys(answer.unit for answer in self.units if answer.role == role))


@dataclass(frozen=True)
class Records:
    """The filtered tasks, the sections that they stand in, and the heads of the columns that later apps added."""

    tasks: list[Record]
    sections: dict[int, Part]
    added: dict[str, str] = field(default_factory=dict)


def records(ledger: Ledger, asked: Asked, person: Person, *, today: date, added: Added = NOTHING) -> Records:
    """Return all tasks that the address asks for, in its order, in eight SQL statements however many they are.

    `added` is what the columns of later apps say of the ledger on the day.
    """
    parts = sections(ledger)
    section = parts.get(asked.filters.section or 0)
    if asked.on is not None:
        found = in_order(snapshots_on(ledger, asked, person, section=section), asked)
        return _with(added, [_of_snapshot(one) for one in found], parts)
    tasks = narrowed(standing(ledger, asked, person), ledger, asked.filters, person, today=today, section=section)
    rows = ordered(tasks, asked).values_list(
        "pk",
        "seq",
        "section_id",
        "number",
        "title",
        "text",
        "state",
        "due",
        "due_stated",
        "sponsor__name",
        "sponsor_text",
    )
    whole: dict[int, Record] = {}
    year = ledger.year
    for pk, seq, section_id, number, title, text, state, due, stated, sponsor, said in rows:
        path = parts[section_id].path if section_id in parts else ()
        short = f"{year}-{seq:03d}" if seq else ""
        whole[pk] = Record(pk, short, section_id, path, number, title, text, state, due, stated, sponsor or said)
    # Beyond some hundred numbers it is cheaper to read what hangs on all tasks of the ledger than to name each.
    of_tasks = {"task__ledger": ledger} if len(whole) > MANY else {"task__in": list(whole)}
    _add_units(whole, of_tasks)
    _add_limits(whole, of_tasks)
    _add_promises(whole, of_tasks)
    return _with(added, list(whole.values()), parts)


def _with(added: Added, tasks: list[Record], parts: dict[int, Part]) -> Records:
    for task in tasks:
        task.added = added.of(task.pk)
    return Records(tasks, parts, added.labels)


def _add_units(whole: dict[int, Record], of_tasks: dict[str, Any]) -> None:
    found = Responsibility.objects.filter(**of_tasks, dropped=False).order_by("order", "pk")
    rows = list(
        found.values_list(
            "pk", "task_id", "unit__name", "unit_text", "role", "person__name", "is_group", "expanded_from_id"
        )
    )
    expanded = {row[-1] for row in rows}
    for pk, task_id, unit, said, role, person, is_group, _ in rows:
        # A word for a group stands for its members, which have rows of their own.
        if task_id in whole and not (is_group and pk in expanded):
            whole[task_id].units.append(Answer(unit or said, role, person or ""))


def _add_limits(whole: dict[int, Record], of_tasks: dict[str, Any]) -> None:
    found = Deadline.objects.filter(**of_tasks, dropped=False).order_by("order", "pk")
    for task_id, text, due in found.values_list("task_id", "text", "due"):
        if task_id in whole:
            whole[task_id].limits.append(Limit(text, due))


def _add_promises(whole: dict[int, Record], of_tasks: dict[str, Any]) -> None:
    indicators = Indicator.objects.filter(**of_tasks, dropped=False).order_by("order", "pk")
    for row in indicators.values_list(*Promised._fields, "task_id"):
        if (task := whole.get(row[-1])) is not None:
            task.indicators.append(Promised._make(row[:-1]))
    projects = Project.objects.filter(**of_tasks, dropped=False).order_by("order", "pk")
    for task_id, *facts in projects.values_list("task_id", *Invested._fields):
        if task_id in whole:
            whole[task_id].projects.append(Invested(*facts))


def _of_snapshot(one: Snapshot) -> Record:
    return Record(
        pk=one["id"],
        short_number=one["short_number"],
        section_id=one["section_id"],
        path=tuple(one["section"]),
        number=one["number"],
        title=one["title"],
        text=one["text"],
        state=one["state"],
        due=_day(one["due"]),
        due_stated=one["due_stated"],
        sponsor=one["sponsor"],
        units=[Answer(row["unit"], row["role"], row["person"] or "") for row in one["responsibilities"]],
        limits=[Limit(row["text"], _day(row["due"])) for row in one["deadlines"]],
        indicators=promised(one["indicators"]),
        projects=[Invested(row["name"], Decimal(row["value"]), row["unit"], row["text"]) for row in one["projects"]],
    )


def promised(rows: Iterable[Snapshot]) -> list[Promised]:
    """Return the indicators of a snapshot with their numbers as numbers."""
    return [
        Promised(
            row["name"],
            row["comparator"],
            Decimal(row["value"]),
            _amount(row["value_high"]),
            _amount(row["floor"]),
            row["unit"],
            row["measure"],
            row["status"],
            row["text"],
        )
        for row in rows
    ]


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
