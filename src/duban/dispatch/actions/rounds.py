"""Schedules and rounds: planned, opened, closed, opened again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from django.db.models import F, Q
from django.utils import timezone

from duban.audit.trail import SYSTEM, Actor, action, record
from duban.dispatch import states
from duban.dispatch.keeping import step
from duban.dispatch.models import Report, ReportValue, Round, Schedule
from duban.dispatch.models.rounds import Asked
from duban.dispatch.periods import PeriodName, ShiftName
from duban.dispatch.periods import rounds as planned_rounds
from duban.dispatch.refusals import LedgerNotIssued, ReasonNeeded
from duban.dispatch.states import ReportState, RoundState
from duban.organisations.access import require
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Person
from duban.plans.models import Indicator, Ledger, Responsibility, Section, Task
from duban.plans.models.entries import Status, UnitRole
from duban.plans.states import LedgerState, TaskState


@action
def make_schedule(*, ledger: Ledger, name: str, by: Person, section: Section | None = None, **facts: Any) -> Schedule:
    """Make a schedule and plan its rounds of the ledger's year; rounds that are already past are not planned.

    `facts` are the other fields of `Schedule`. Raises `LedgerNotIssued`.
    """
    require(by, "dispatch.run_rounds", division=ledger.division)
    if ledger.state != LedgerState.ISSUED:
        raise LedgerNotIssued(ledger)
    schedule = Schedule.objects.create(ledger=ledger, name=name, section=section, **facts)
    record(
        "dispatch.make_schedule", by=by, subject=schedule, after={"name": name, **facts}, division=ledger.division.code
    )
    plan(schedule)
    return schedule


@action
def change_schedule(*, schedule: Schedule, by: Person, **facts: Any) -> Schedule:
    """Change a schedule; rounds that have not opened follow it, those that opened stay as they were."""
    schedule = Schedule.objects.select_for_update(of=("self",)).select_related("ledger__division").get(pk=schedule.pk)
    require(by, "dispatch.run_rounds", division=schedule.ledger.division)
    before = {name: getattr(schedule, name) for name in facts}
    changed = {name: value for name, value in facts.items() if before[name] != value}
    if not changed:
        return schedule
    for name, value in changed.items():
        setattr(schedule, name, value)
    schedule.save(update_fields=list(changed))
    plan(schedule)
    record(
        "dispatch.change_schedule",
        by=by,
        subject=schedule,
        before={name: before[name] for name in changed},
        after=changed,
        division=schedule.ledger.division.code,
    )
    return schedule


def plan(schedule: Schedule) -> list[Round]:
    """Bring the planned rounds of `schedule` up to what it says now; rounds that opened stay as they were."""
    ledger = schedule.ledger
    wanted = planned_rounds(
        ledger.year,
        cast(PeriodName, schedule.period),
        opens_before=schedule.opens_before,
        due_after=schedule.due_after,
        shift=cast(ShiftName, schedule.shift),
        is_working_day=calendar_of(ledger.division).is_working_day,
    )
    schedule.rounds.filter(state=RoundState.PLANNED, reports=None).delete()
    kept = set(schedule.rounds.values_list("period_start", flat=True))
    zone = timezone.get_current_timezone()
    made = []
    for planned in wanted:
        if planned.start in kept:
            continue
        opens = datetime.combine(planned.opens, datetime.min.time(), zone)
        due = datetime.combine(planned.due, schedule.due_time, zone)
        made.append(
            Round(
                ledger=ledger,
                schedule=schedule,
                name=planned.name,
                period_start=planned.start,
                period_end=planned.end,
                opens_at=opens,
                due_at=due,
                grace_until=due + timedelta(hours=schedule.grace_hours),
            )
        )
    return Round.objects.bulk_create(made)


@action
def move_round(*, round: Round, opens_at: datetime, due_at: datetime, reason: str, by: Person) -> None:
    """Give one round that has not opened times of its own, with a reason; its grace moves with it."""
    round = (
        Round.objects.select_for_update(of=("self",)).select_related("ledger__division", "schedule").get(pk=round.pk)
    )
    require(by, "dispatch.run_rounds", division=round.ledger.division)
    if not reason.strip():
        raise ReasonNeeded("改这一轮的时间")
    step("round", "open", round)
    before = {"opens_at": round.opens_at, "due_at": round.due_at}
    round.opens_at, round.due_at = opens_at, max(due_at, opens_at)
    round.grace_until = round.due_at + timedelta(hours=round.schedule.grace_hours)
    round.save(update_fields=["opens_at", "due_at", "grace_until"])
    record(
        "dispatch.move_round",
        by=by,
        subject=round,
        before=before,
        after={"opens_at": opens_at, "due_at": round.due_at, "reason": reason},
        division=round.ledger.division.code,
    )


@action
def open_round(*, round: Round, by: Actor, at: datetime | None = None) -> int:
    """Open a round: one report for each task and unit that the schedule asks. Return how many reports there are.

    Opening a round twice is one opening: the second finds it open and changes nothing. Raises `LedgerNotIssued`.
    """
    round = Round.objects.select_for_update().select_related("ledger__division", "schedule").get(pk=round.pk)
    if isinstance(by, Person):
        require(by, "dispatch.run_rounds", division=round.ledger.division)
    if round.state == RoundState.OPEN:
        return round.reports.count()
    if round.ledger.state != LedgerState.ISSUED:
        raise LedgerNotIssued(round.ledger)
    round.state = step("round", "open", round)
    round.opened_at = at or timezone.now()
    round.save(update_fields=["state", "opened_at"])
    made = _make_reports(round)
    record("dispatch.open_round", by=by, subject=round, after={"reports": made}, division=round.ledger.division.code)
    return made


def _make_reports(round: Round) -> int:
    tasks = Task.objects.in_ledger().filter(ledger=round.ledger).exclude(state=TaskState.CLOSED_OUT)
    if section := round.schedule.section:
        tasks = tasks.filter(section__in=_with_below(section))
    asked = _asked(round.schedule.asked, tasks.values_list("pk", flat=True))
    Report.objects.bulk_create(
        [Report(round=round, task_id=task, unit_id=unit) for task, unit in asked], ignore_conflicts=True
    )
    tasks_of = dict(Report.objects.filter(round=round).values_list("pk", "task_id"))
    _ask_values(tasks_of)
    return len(tasks_of)


def _ask_values(tasks: Mapping[int, int]) -> None:
    """Ask in each report (the task of each by its number) for the value of each indicator that it does not ask for yet."""
    found = (
        Indicator.objects.filter(task__in=set(tasks.values()), dropped=False, status=Status.TARGET)
        .order_by("order", "pk")
        .values_list("task_id", "pk", "unit")
    )
    indicators: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for task, indicator, unit in found:
        indicators[task or 0].append((indicator, unit))
    ReportValue.objects.bulk_create(
        [
            ReportValue(report_id=report, indicator_id=indicator, unit=unit)
            for report, task in tasks.items()
            for indicator, unit in indicators[task]
        ],
        ignore_conflicts=True,
    )


def _with_below(section: Section) -> list[int]:
    below: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in Section.objects.filter(ledger=section.ledger_id).values_list("pk", "parent_id"):
        below[parent].append(pk)
    found, queue = [], [section.pk]
    while queue:
        pk = queue.pop()
        found.append(pk)
        queue.extend(below[pk])
    return found


def _asked(asked: str, tasks: Iterable[int]) -> list[tuple[int, int]]:
    """Return (task, unit) pairs to ask. A task without a lead unit asks its responsible ones, without those all."""
    by_task: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    answers = Responsibility.objects.filter(task__in=tasks, dropped=False, unit__isnull=False)
    for task, unit, role in answers.order_by("task__order", "order", "pk").values_list("task_id", "unit_id", "role"):
        by_task[task][role].append(unit)
    pairs: dict[tuple[int, int], None] = {}
    lead, responsible, support = UnitRole.LEAD, UnitRole.RESPONSIBLE, UnitRole.SUPPORT
    for task, units in by_task.items():
        chosen = {
            Asked.LEAD: units[lead] or units[responsible] or units[support],
            Asked.RESPONSIBLE: [*units[lead], *units[responsible]] or units[support],
            Asked.ALL: [*units[lead], *units[responsible], *units[support]],
        }[Asked(asked)]
        pairs.update(dict.fromkeys((task, unit) for unit in chosen))
    return list(pairs)


@action
def close_round(*, round: Round, by: Actor, at: datetime | None = None) -> None:
    """Close a round; what is not handed in stays as it is and counts as missing. Closing twice is one closing."""
    round = Round.objects.select_for_update().select_related("ledger__division").get(pk=round.pk)
    if isinstance(by, Person):
        require(by, "dispatch.run_rounds", division=round.ledger.division)
    if round.state == RoundState.CLOSED:
        return
    round.state = step("round", "close", round)
    round.closed_at = at or timezone.now()
    round.save(update_fields=["state", "closed_at"])
    record("dispatch.close_round", by=by, subject=round, division=round.ledger.division.code)


@action
def reopen_round(*, round: Round, reason: str, due_at: datetime, by: Person) -> None:
    """Open a closed round again until `due_at`, with a reason. What was late stays late."""
    round = Round.objects.select_for_update().select_related("ledger__division").get(pk=round.pk)
    require(by, "dispatch.run_rounds", division=round.ledger.division)
    if not reason.strip():
        raise ReasonNeeded("重新开放")
    round.state = step("round", "reopen", round)
    before = {"grace_until": round.grace_until}
    round.grace_until = max(due_at, round.due_at)
    round.closed_at = None
    round.save(update_fields=["state", "grace_until", "closed_at"])
    record(
        "dispatch.reopen_round",
        by=by,
        subject=round,
        before=before,
        after={"grace_until": round.grace_until, "reason": reason},
        division=round.ledger.division.code,
    )


def turn(now: datetime | None = None) -> tuple[int, int]:
    """Open the rounds whose time has come and close those whose grace is over; the job calls it every few minutes.

    Return how many were opened and closed. Each is an action of its own: one that fails does not hold up the others.
    """
    now = now or timezone.now()
    to_open = Round.objects.filter(
        state=RoundState.PLANNED,
        opens_at__lte=now,
        grace_until__gt=now,
        schedule__active=True,
        ledger__state=LedgerState.ISSUED,
    )
    opened = [open_round(round=round, by=SYSTEM, at=now) for round in to_open]
    to_close = list(Round.objects.filter(state=RoundState.OPEN, grace_until__lte=now))
    for round in to_close:
        close_round(round=round, by=SYSTEM, at=now)
    return len(opened), len(to_close)


@action
def follow_ledger(*, tasks: Iterable[int], by: Actor) -> None:
    """Have the open reports of `tasks` follow the ledger after it changed.

    What left the ledger is not reported on any more. A figure that nobody has filled in is asked as the ledger asks it
    now: new indicators are added, withdrawn ones go, and a changed unit of measure is taken over. What is filled in stays
    as it was written.
    """
    for task in Task.objects.filter(pk__in=tasks, state=TaskState.WITHDRAWN).select_related("ledger__division"):
        void_reports(task=task, by=by)
    reports = Report.objects.filter(task__in=tasks, state__in=states.TRANSITIONS["report"]["submit"].sources)
    asked = dict(reports.exclude(task__state=TaskState.WITHDRAWN).values_list("pk", "task_id"))
    empty = ReportValue.objects.filter(report__in=asked, value=None)
    gone = empty.filter(Q(indicator__dropped=True) | ~Q(indicator__task=F("report__task")))
    gone.delete()
    for value in empty.exclude(unit=F("indicator__unit")).select_related("indicator"):
        value.unit = value.indicator.unit
        value.save(update_fields=["unit"])
    _ask_values(asked)


@action
def void_reports(*, task: Task, by: Actor) -> int:
    """Void the unfinished reports of a task that left the ledger. Return how many."""
    open_ones = Report.objects.filter(task=task, state__in=states.TRANSITIONS["report"]["void"].sources)
    numbers = list(open_ones.values_list("pk", flat=True))
    if numbers:
        open_ones.update(state=ReportState.VOID)
        record(
            "dispatch.void_reports",
            by=by,
            subject=task,
            after={"reports": numbers},
            division=task.ledger.division.code,
        )
    return len(numbers)


def draw_sample(reports: list[Report], percent: int, *, seed: int) -> list[Report]:
    """Return `percent` of `reports` to verify on the spot: those with warnings first, the rest at random.

    The same seed draws the same sample, so that a draw can be shown to have been fair.
    """
    wanted = -(-len(reports) * percent // 100)
    order = Random(seed)
    ranked = sorted(reports, key=lambda report: (-len(report.warnings), order.random()))
    return ranked[:wanted]
