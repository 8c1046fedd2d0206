"""Rounds of a ledger, and one round from above: who has filed, who is late, whom to phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from duban.dispatch.models import Report, Round, Schedule
from duban.dispatch.states import ReportState, RoundState
from duban.organisations.models import Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.models import Ledger, Task
from duban.plans.models.tasks import short_number
from duban.plans.states import LedgerState

#: A report that the unit still owes.
OWED = (ReportState.OPEN, ReportState.AWAITING_SIGN_OFF, ReportState.RETURNED)
#: What has left the unit.
HANDED_IN = (ReportState.AWAITING_VERIFICATION, ReportState.VERIFIED)


@dataclass(frozen=True)
class Look:
    """How a cell of the heat map looks: a shape, one character, and the words for it. `tone` only adds to them."""

    shape: str
    letter: str
    word: str
    tone: str


LOOKS = {
    "open": Look("○", "待", "待填报", "plain"),
    "overdue": Look("!", "迟", "逾期未报", "bad"),
    "awaiting_sign_off": Look("◇", "签", "待审签", "warn"),
    "awaiting_verification": Look("◆", "核", "待核验", "accent"),
    "returned": Look("↩", "退", "已退回", "bad"),
    "verified": Look("✓", "过", "已核验", "good"),
    "late": Look("✓", "晚", "已核验，逾期报送", "good"),
}


@dataclass(frozen=True)
class RoundLine:
    """A round in the calendar: how many reports it asks, how many are handed in, late and verified."""

    round: Round
    asked: int
    handed_in: int
    late: int
    verified: int

    @property
    def owed(self) -> int:
        """How many reports are still to come."""
        return self.asked - self.handed_in


def ledgers(person: Person) -> list[Ledger]:
    """Return the ledgers with rounds that `person` may look at, the newest first."""
    seen = Ledger.objects.visible_to(person).exclude(state=LedgerState.DRAFT)
    return list(seen.select_related("division").order_by("-year", "pk"))


def schedules(ledger: Ledger) -> list[Schedule]:
    """Return the schedules of a ledger with the section each is for."""
    return list(ledger.schedules.select_related("section").order_by("-active", "pk"))


def calendar(ledger: Ledger, person: Person) -> dict[Schedule, list[RoundLine]]:
    """Return the rounds of a ledger by schedule, in order of time, counted over the reports that `person` sees."""
    nothing = {"asked": 0, "handed_in": 0, "late": 0, "verified": 0}
    counted: dict[int, dict[str, Any]] = {}
    seen = Report.objects.visible_to(person).filter(round__ledger=ledger).exclude(state=ReportState.VOID)
    counts = (
        seen.order_by()
        .values("round")
        .annotate(
            asked=Count("pk"),
            handed_in=Count("pk", filter=Q(state__in=HANDED_IN)),
            late=Count("pk", filter=Q(late=True)),
            verified=Count("pk", filter=Q(state=ReportState.VERIFIED)),
        )
    )
    for row in counts:
        counted[row["round"]] = {name: value for name, value in row.items() if name != "round"}
    found: dict[Schedule, list[RoundLine]] = {schedule: [] for schedule in schedules(ledger)}
    rounds = Round.objects.filter(ledger=ledger).order_by("period_start", "pk")
    by_number = {schedule.pk: schedule for schedule in found}
    for round in rounds:
        found[by_number[round.schedule_id]].append(RoundLine(round, **counted.get(round.pk, nothing)))
    return found


def next_up(lines: Iterable[RoundLine]) -> Round | None:
    """Return the round that is open, or else the next to come."""
    rounds = [line.round for line in lines]
    now = timezone.now()
    running = [round for round in rounds if round.state == RoundState.OPEN]
    coming = [round for round in rounds if round.state == RoundState.PLANNED and round.due_at > now]
    return next(iter([*running, *coming]), None)


def look_of(report: Report, round: Round, now: datetime) -> str:
    """Return the key in `LOOKS` for a report on the heat map."""
    if report.state in (ReportState.OPEN, ReportState.AWAITING_SIGN_OFF) and now > round.due_at:
        return "overdue"
    if report.state == ReportState.VERIFIED and report.late:
        return "late"
    return report.state


@dataclass(frozen=True)
class Cell:
    """A report on the heat map; `look` is a key of `LOOKS`."""

    report: Report
    look: str

    @property
    def shown(self) -> Look:
        """How it looks."""
        return LOOKS[self.look]


@dataclass
class UnitRow:
    """One unit in a round: its cells by task, and the people to phone."""

    unit: Unit
    cells: dict[int, Cell] = field(default_factory=dict)
    row: list[Cell | None] = field(default_factory=list)
    liaisons: list[Person] = field(default_factory=list)
    heads: list[Person] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many reports the unit owes or has handed in."""
        return len(self.cells)

    @property
    def handed_in(self) -> int:
        """How many have left the unit."""
        return sum(cell.report.state in HANDED_IN for cell in self.cells.values())

    @property
    def owed(self) -> list[Cell]:
        """What is still to come, returned ones among them."""
        return [cell for cell in self.cells.values() if cell.report.state in OWED]

    @property
    def waits_for_head(self) -> bool:
        """Whether all that is owed waits for the unit's head alone: then the head is the one to phone."""
        return bool(self.owed) and all(cell.report.state == ReportState.AWAITING_SIGN_OFF for cell in self.owed)

    @property
    def callees(self) -> list[Person]:
        """Whom to phone."""
        return self.heads if self.waits_for_head and self.heads else self.liaisons or self.heads


@dataclass(frozen=True)
class RoundPage:
    """A round from above."""

    round: Round
    tasks: list[Task]
    units: list[UnitRow]
    counts: dict[str, int]
    reports: list[Report]

    @property
    def calls(self) -> list[UnitRow]:
        """The units to phone, those that owe most first."""
        return sorted((row for row in self.units if row.owed), key=lambda row: (-len(row.owed), row.unit.order))

    @property
    def asked(self) -> int:
        """How many reports there are."""
        return len(self.reports)

    @property
    def handed_in(self) -> int:
        """How many have left their unit."""
        return sum(report.state in HANDED_IN for report in self.reports)

    @property
    def shares(self) -> list[tuple[str, Look, int]]:
        """The looks that occur, with how many reports each has."""
        return [(key, look, self.counts[key]) for key, look in LOOKS.items() if self.counts.get(key)]


def people_of(units: Iterable[int], on: date) -> dict[int, dict[str, list[Person]]]:
    """Return heads and liaisons by unit and role on a day; one statement."""
    found: dict[int, dict[str, list[Person]]] = defaultdict(lambda: defaultdict(list))
    posts = (
        Post.objects.held(on)
        .filter(unit__in=list(units), role__in=(Role.LIAISON, Role.UNIT_HEAD), person__is_active=True)
        .select_related("person")
        .order_by("order", "pk")
    )
    for post in posts:
        found[post.unit_id or 0][post.role].append(post.person)
    return found


def round_page(round: Round, person: Person, now: datetime) -> RoundPage:
    """Return a round as `person` may see it; three statements however many units and tasks there are."""
    reports = list(
        Report.objects.visible_to(person)
        .filter(round=round)
        .exclude(state=ReportState.VOID)
        .select_related("task", "unit")
        .defer("task__text", "task__summary")
        .order_by("task__order", "task_id", "unit__order", "unit_id")
    )
    tasks = {report.task_id: report.task for report in reports}
    rows: dict[int, UnitRow] = {}
    counts: dict[str, int] = defaultdict(int)
    for report in reports:
        report.round = round
        report.task.ledger = round.ledger
        row = rows.setdefault(report.unit_id, UnitRow(report.unit))
        cell = Cell(report, look_of(report, round, now))
        row.cells[report.task_id] = cell
        counts[cell.look] += 1
    people = people_of(rows, timezone.localdate(now))
    for number, row in rows.items():
        row.row = [row.cells.get(task) for task in tasks]
        row.liaisons, row.heads = people[number][Role.LIAISON], people[number][Role.UNIT_HEAD]
    units = sorted(rows.values(), key=lambda row: (row.unit.order, row.unit.pk))
    return RoundPage(round, list(tasks.values()), units, dict(counts), reports)


def number_of(report: Report) -> str:
    """Return the short number of a report's task."""
    return short_number(report.round.ledger.year, report.task.seq)
