"""The monthly overview: what was filed and which lights are on, by section, unit and sponsor, and what changed in a month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models.fields.json import KT
from django.utils import timezone

from duban.dispatch.models import Report, Round, TaskLight
from duban.dispatch.queries.rounds import HANDED_IN
from duban.dispatch.states import ReportState, RoundState
from duban.organisations.models import Person
from duban.plans.models import Ledger, Responsibility, Task
from duban.plans.models.entries import UnitRole

By = Literal["section", "unit", "sponsor"]
BYS: dict[str, str] = {"section": "章节", "unit": "牵头单位", "sponsor": "包保领导"}
#: How bad each colour is.
_RANK = {"blue": 0, "green": 1, "grey": 2, "yellow": 3, "orange": 4, "red": 5}


@dataclass(frozen=True)
class Lamp:
    """A light as lists show it."""

    colour: str
    shape: str
    word: str

    @property
    def rank(self) -> int:
        """How bad it is."""
        return _RANK.get(self.colour, 2)


@dataclass(frozen=True)
class Line:
    """A task in the overview: its light now and a month before, its reports of the month."""

    task: Task
    now: Lamp | None
    before: Lamp | None
    reports: list[Report]

    @property
    def change(self) -> Literal["worse", "better", ""]:
        """Which way the light went."""
        if self.now is None or self.before is None or self.now.rank == self.before.rank:
            return ""
        return "worse" if self.now.rank > self.before.rank else "better"


@dataclass
class Group:
    """The tasks of a section, a unit or a sponsor, counted."""

    key: int
    name: str
    lines: list[Line] = field(default_factory=list)

    @property
    def lamps(self) -> list[tuple[Lamp, int]]:
        """Its lights, the worst first, with how many tasks show each."""
        counted = Counter(line.now for line in self.lines if line.now)
        return sorted(counted.items(), key=lambda item: -item[0].rank)

    @property
    def asked(self) -> int:
        """How many reports are asked this month."""
        return sum(len(line.reports) for line in self.lines)

    @property
    def handed_in(self) -> int:
        """How many are handed in."""
        return sum(report.state in HANDED_IN for line in self.lines for report in line.reports)

    @property
    def late(self) -> int:
        """How many came late."""
        return sum(report.late for line in self.lines for report in line.reports)

    @property
    def worse(self) -> int:
        """How many tasks have a worse light than a month before."""
        return sum(line.change == "worse" for line in self.lines)

    @property
    def better(self) -> int:
        """How many tasks have a better one."""
        return sum(line.change == "better" for line in self.lines)


@dataclass(frozen=True)
class Overview:
    """A ledger in a month."""

    ledger: Ledger
    month: date
    day: date
    months: list[date]
    whole: Group
    groups: list[Group]


def months_of(ledger: Ledger) -> list[date]:
    """Return the first day of each month in which a round was opened, the newest first; this month where there was none."""
    ends = Round.objects.filter(ledger=ledger).exclude(state=RoundState.PLANNED).values_list("period_end", flat=True)
    return sorted({end.replace(day=1) for end in ends}, reverse=True) or [timezone.localdate().replace(day=1)]


def overview(ledger: Ledger, person: Person, by: By, month: date | None) -> Overview:
    """Return the overview of `month` (its first day; the newest where not given): a dozen statements for any size.

    Lights are those at the month's end, or of today while it runs; the comparison is with the end of the month before.
    """
    months = months_of(ledger)
    month = month if month in months else months[0]
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    day = min(last, timezone.localdate())
    tasks = list(
        Task.objects.visible_to(person)
        .in_ledger()
        .filter(ledger=ledger)
        .prefetch_related("section", "sponsor")  # few of many tasks: each is made once
        .defer("text", "summary")
        .order_by("order", "pk")
    )
    lamps, earlier = _lamps(ledger, day, month - timedelta(days=1))
    reports: dict[int, list[Report]] = defaultdict(list)
    found = (
        Report.objects.visible_to(person)
        .filter(round__ledger=ledger, round__period_end__range=(month, last))
        .exclude(state=ReportState.VOID)
        .prefetch_related("unit")
        .defer("progress", "problems", "asks", "next_step", "warnings")
        .order_by("round__period_end", "unit__order")
    )
    for report in found:
        reports[report.task_id].append(report)
    lines = []
    for task in tasks:
        task.ledger = ledger
        lines.append(Line(task, lamps.get(task.pk), earlier.get(task.pk), reports[task.pk]))
    return Overview(ledger, month, day, months, Group(0, "全部", lines), _groups(lines, by))


def _lamps(ledger: Ledger, day: date, before: date) -> tuple[dict[int, Lamp], dict[int, Lamp]]:
    now: dict[int, Lamp] = {}
    then: dict[int, Lamp] = {}
    rows: Iterable[Any] = (
        TaskLight.objects.filter(ledger=ledger, valid_from__lte=day)
        .order_by("task_id", "valid_from")
        .values_list("task_id", "valid_from", "colour", KT("why__shape"), KT("why__word"))
    )
    for task, start, colour, shape, word in rows:
        lamp = Lamp(colour, shape, word)
        now[task] = lamp
        if start <= before:
            then[task] = lamp
    return now, then


def _groups(lines: list[Line], by: By) -> list[Group]:
    groups: dict[int, Group] = {}
    if by == "unit":
        answers = (
            Responsibility.objects.filter(task__in=[line.task.pk for line in lines], dropped=False, unit__isnull=False)
            .exclude(role=UnitRole.SUPPORT)
            .select_related("unit")
            .order_by("unit__order", "unit_id")
        )
        roles: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for answer in answers:
            roles[answer.task_id][answer.role].append(answer.unit)
        order: dict[int, int] = {}
        for line in lines:
            units = roles[line.task.pk][UnitRole.LEAD] or roles[line.task.pk][UnitRole.RESPONSIBLE]
            for unit in dict.fromkeys(units):
                own = [report for report in line.reports if report.unit_id == unit.pk]
                group = groups.setdefault(unit.pk, Group(unit.pk, unit.name))
                group.lines.append(Line(line.task, line.now, line.before, own))
                order[unit.pk] = unit.order
        return sorted(groups.values(), key=lambda group: (order[group.key], group.key))
    for line in lines:
        thing = line.task.section if by == "section" else line.task.sponsor
        missing = "没有章节" if by == "section" else "没有包保领导"
        group = groups.setdefault(thing.pk if thing else 0, Group(thing.pk if thing else 0, str(thing or missing)))
        group.lines.append(line)
    return list(groups.values())
