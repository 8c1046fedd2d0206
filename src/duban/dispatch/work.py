"""A ledger's tasks as lights judge them: promises, reports and filings, read in a bounded number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, prefetch_related_objects
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from duban.dispatch.curves import Milestone, Reading
from duban.dispatch.demands import demands_on
from duban.dispatch.goals import goal_of, milestones_of
from duban.dispatch.judging import Filing
from duban.dispatch.milestones import known_since, words_of
from duban.dispatch.models import LightOverride, Report, ReportValue, Round
from duban.dispatch.progress import Work
from duban.dispatch.schemes.lights.facts import Demand, Override
from duban.dispatch.states import ReportState
from duban.plans.amounts import convert
from duban.plans.models import Indicator, Ledger, Measure, Task, TaskVersion
from duban.plans.models.entries import Status
from duban.plans.states import TaskState

#: A report counts from the moment that it is the unit's word: signed off, or handed in where nobody signs.
COUNTS = (ReportState.AWAITING_VERIFICATION, ReportState.VERIFIED)


@dataclass(frozen=True)
class TaskWork:
    """One task: its work, what was filed for it, the day it was closed out, overrides, the orders on it."""

    task: Task
    work: Work
    filings: tuple[Filing, ...] = ()
    done_on: date | None = None
    overrides: tuple[Override, ...] = ()
    demands: tuple[Demand, ...] = ()


@dataclass
class _Read:
    readings: dict[int, list[Reading]] = field(default_factory=lambda: defaultdict(list))
    percentages: dict[int, list[Reading]] = field(default_factory=lambda: defaultdict(list))
    filings: dict[int, list[Filing]] = field(default_factory=lambda: defaultdict(list))
    #: The day from which it is known that a milestone was reached.
    reached: dict[int, date] = field(default_factory=dict)
    indicators: dict[int, list[Indicator]] = field(default_factory=lambda: defaultdict(list))
    #: The earliest planned start of each task's measures.
    starts: dict[int, date] = field(default_factory=dict)


def month_of(day: date) -> str:
    """Return the month of a day as ``2026-03``."""
    return f"{day.year}-{day.month:02d}"


def filed_on(report: Report) -> date | None:
    """Return the day that a report became the unit's word; None before."""
    at = report.signed_at or report.submitted_at
    return timezone.localtime(at).date() if at else None


def report_dues(ledger: Ledger) -> dict[str, date]:
    """Return the last day for the report of each month of which a round has been opened: the last of its rounds."""
    dues: dict[str, date] = {}
    opened = Round.objects.filter(ledger=ledger, opened_at__isnull=False)
    for end, due in opened.values_list("period_end", "grace_until"):
        month, last = month_of(end), timezone.localtime(due).date()
        dues[month] = max(last, dues.get(month, last))
    return dues


def works(ledger: Ledger, tasks: Iterable[Task] | None = None) -> list[TaskWork]:
    """Return the work of all tasks in the ledger, or of `tasks`; a dozen statements however many there are."""
    chosen = (
        Task.objects.in_ledger().filter(ledger=ledger)
        if tasks is None
        else Task.objects.filter(pk__in=[task.pk for task in tasks])
    )
    rows = list(chosen.defer("summary", "text"))
    read = _read(rows)
    numbers = [task.pk for task in rows]
    overrides = _overrides(numbers)
    demands = demands_on(numbers)
    closed = _closed(rows)
    return [
        TaskWork(
            task=task,
            work=_work(task, ledger.year, read),
            filings=tuple(read.filings.get(task.pk, ())),
            # What was closed out before versions were kept counts as done on its due day.
            done_on=closed.get(task.pk, task.due) if task.state == TaskState.CLOSED_OUT else None,
            overrides=overrides.get(task.pk, ()),
            demands=demands.get(task.pk, ()),
        )
        for task in rows
    ]


def work_of(task: Task) -> tuple[Work, list[Indicator]]:
    """Return the work of one task that has been read, and the indicators it promises."""
    read = _read([task])
    return _work(task, task.ledger.year, read), read.indicators[task.pk]


def _read(tasks: list[Task]) -> _Read:
    """Read what the work of tasks is made of; their milestones stay with them."""
    prefetch_related_objects(tasks, "milestones")
    numbers = [task.pk for task in tasks]
    read = _reports(numbers)
    words = words_of(step for task in tasks for step in task.milestones.all())
    read.reached = {step: known_since(word) for step, word in words.items()}
    found = Indicator.objects.filter(task__in=numbers, dropped=False, status=Status.TARGET).select_related("curve")
    for indicator in found:
        read.indicators[indicator.task_id or 0].append(indicator)
    read.starts = _starts(numbers)
    return read


def _work(task: Task, year: int, read: _Read) -> Work:
    milestones: tuple[Milestone, ...] = milestones_of(task, read.reached)
    due = task.due or date(year, 12, 31)
    return Work(
        start=min(read.starts.get(task.pk) or date(year, 1, 1), due),
        due=due,
        indicators={
            indicator.pk: (goal_of(indicator, task, year), tuple(read.readings.get(indicator.pk, ())))
            for indicator in read.indicators[task.pk]
        },
        milestones=milestones,
        reported=tuple(read.percentages.get(task.pk, ())),
    )


def _closed(tasks: list[Task]) -> dict[int, date]:
    """Return the day that each closed task was closed out: when the last run of its versions in that state begins."""
    done = [task.pk for task in tasks if task.state == TaskState.CLOSED_OUT]
    found: dict[int, date] = {}
    if not done:
        return found
    versions = TaskVersion.objects.filter(task__in=done).order_by("valid_from", "number")
    for task, day, state in versions.values_list("task_id", "valid_from", "snapshot__state"):
        if state != TaskState.CLOSED_OUT:
            # What was reopened counts from its next close-out.
            found.pop(task, None)
        else:
            found.setdefault(task, day)
    return found


def _filed_on(report: str) -> TruncDate:
    """Return the expression for `filed_on` of the report at that path."""
    return TruncDate(Coalesce(f"{report}signed_at", f"{report}submitted_at"))


def _reports(tasks: list[int]) -> _Read:
    read = _Read()
    # The database says on which day: a year has tens of thousands of values, and their times would all have to be read.
    reports = (
        Report.objects.filter(task__in=tasks, state__in=COUNTS).annotate(day=_filed_on("")).filter(day__isnull=False)
    )
    for pk, task, end, day, percentage in reports.values_list(
        "pk", "task_id", "round__period_end", "day", "percentage"
    ):
        read.filings[task].append(Filing(month_of(end), day, pk))
        if percentage is not None:
            read.percentages[task].append(Reading(end, percentage, day, pk))
    # By the indicator: one that a merger gave to another task takes along what was reported on it.
    values = ReportValue.objects.filter(indicator__task__in=tasks, report__state__in=COUNTS, value__isnull=False)
    for report, end, day, indicator, value, unit, now in (
        values.annotate(day=_filed_on("report__"))
        .filter(day__isnull=False)
        .values_list(
            "report_id", "report__round__period_end", "day", "indicator_id", "value", "unit", "indicator__unit"
        )
    ):
        if value is not None:
            # The unit may have changed by amendment since.
            in_unit = convert(value, unit, now)
            read.readings[indicator].append(
                Reading(end, value if in_unit is None else in_unit, day, report, comparable=in_unit is not None)
            )
    return read


def _starts(tasks: list[int]) -> dict[int, date]:
    """Return the earliest planned start of each task's measures."""
    starts: dict[int, date] = {}
    measures = Measure.objects.filter(task__in=tasks).filter(~Q(start=None))
    for task, start in measures.values_list("task_id", "start"):
        if start is not None:
            starts[task] = min(start, starts.get(task, start))
    return starts


def _overrides(tasks: list[int]) -> dict[int, tuple[Override, ...]]:
    found: dict[int, list[Override]] = defaultdict(list)
    rows = LightOverride.objects.filter(task__in=tasks).order_by("pk")
    for row in rows:
        until = row.until if row.ended_on is None else min(row.until, row.ended_on - timedelta(days=1))
        if until >= row.start:
            found[row.task_id].append(Override(row.level, row.reason, row.role, row.start, until))
    return {task: tuple(given) for task, given in found.items()}
