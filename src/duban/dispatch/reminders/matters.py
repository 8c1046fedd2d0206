"""What there is to remind of now: reports that are owed, returned or wait for a signature, lights that turned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone

from duban.dispatch.models import NoticeItem, Report, TaskLight
from duban.dispatch.reminders.people import Whom
from duban.dispatch.reminders.rules import Rule, rules
from duban.dispatch.reminders.sources import SOURCES, Matter
from duban.dispatch.states import ReportState, RoundState
from duban.plans.models import Responsibility
from duban.plans.models.entries import UnitRole
from duban.plans.states import LedgerState, TaskState

_BAD = {"yellow": 1, "orange": 2, "red": 3}
#: A report is reminded of as overdue for at most so many days.
_LONGEST = 31


def matters(now: datetime) -> list[Matter]:
    """Return all that the rules find at `now`; a bounded number of statements."""
    by_event: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules():
        by_event[rule.event].append(rule)
    found = [*_of_reports(by_event, now), *_of_lights(by_event["light"], now)]
    return [*found, *(matter for source in SOURCES.values() for matter in source.matters(now))]


def _of_reports(by_event: dict[str, list[Rule]], now: datetime) -> Iterator[Matter]:
    today = timezone.localdate(now)
    running = Q(round__state=RoundState.OPEN)
    # What was not handed in when the round closed is still owed.
    just_closed = Q(round__state=RoundState.CLOSED, round__due_at__gte=now - timedelta(days=_LONGEST))
    reports = list(
        Report.objects.filter(
            (Q(state__in=(ReportState.OPEN, ReportState.AWAITING_SIGN_OFF)) & (running | just_closed))
            | Q(state=ReportState.RETURNED)
        )
        .filter(round__ledger__state=LedgerState.ISSUED)
        .exclude(task__state__in=(TaskState.WITHDRAWN, TaskState.CLOSED_OUT))
        .select_related("round", "task__sponsor", "unit")
        .defer("task__text", "task__summary")
        .annotate(returned_at=Max("verifications__at", filter=Q(verifications__verdict__in=("return", "found"))))
    )
    whom = Whom({report.unit_id for report in reports}, today)
    for report in reports:
        event, days = _standing(report, now, today)
        for rule in by_event[event]:
            step = rule.step(days)
            if step is None:
                continue
            yield Matter(
                rule=rule.name,
                key=f"{rule.name}:{report.pk}:{_occasion(report)}:{step.days}",
                subject=f"dispatch.report:{report.pk}",
                sentence=rule.say.format(round=report.round.name, task=report.task.title, unit=report.unit, days=days),
                link=reverse("dispatch:grid", args=[report.round_id, report.unit_id]),
                people=whom(step.to, report.unit_id, report.task.sponsor),
            )


def _occasion(report: Report) -> str:
    """Return what tells one return, or one submission, from the next of the same report."""
    if report.state == ReportState.RETURNED:
        at: datetime | None = report.returned_at  # type: ignore[attr-defined]
    else:
        at = report.submitted_at if report.state == ReportState.AWAITING_SIGN_OFF else report.round.due_at
    return f"{at:%Y%m%d%H%M}" if at else ""


def _standing(report: Report, now: datetime, today: date) -> tuple[str, int]:
    if report.state == ReportState.RETURNED:
        at: datetime | None = report.returned_at  # type: ignore[attr-defined]
        return "returned", (today - timezone.localdate(at or now)).days
    if report.state == ReportState.AWAITING_SIGN_OFF:
        return "sign_off", (today - timezone.localdate(report.submitted_at or now)).days
    left = (timezone.localdate(report.round.due_at) - today).days
    if left > 0:
        return "before_due", left
    return ("due", 0) if left == 0 else ("overdue", -left)


def _of_lights(light_rules: list[Rule], now: datetime) -> Iterator[Matter]:
    today = timezone.localdate(now)
    window = max((rule.until or 0 for rule in light_rules), default=0)
    turned = list(
        TaskLight.objects.filter(valid_from__range=(today - timedelta(days=window), today), colour__in=_BAD)
        .filter(ledger__state=LedgerState.ISSUED)
        .select_related("task__sponsor")
        .order_by("valid_from")
    )
    if not turned:
        return
    tasks = {row.task_id for row in turned}
    before: dict[int, list[tuple[date, str]]] = defaultdict(list)
    rows = TaskLight.objects.filter(task__in=tasks, valid_from__lte=today).order_by("valid_from")
    for task, start, colour in rows.values_list("task_id", "valid_from", "colour"):
        before[task].append((start, colour))
    units = _answering(tasks)
    whom = Whom({unit for found in units.values() for unit in found}, today)
    for row in turned:
        history = before[row.task_id]
        earlier = next((colour for start, colour in reversed(history) if start < row.valid_from), None)
        is_last = history[-1][0] == row.valid_from
        # A ledger's first lights are no turn, nor is a light that changed again since.
        if earlier is None or not is_last or _BAD.get(earlier, 0) >= _BAD[row.colour]:
            continue
        days = (today - row.valid_from).days
        for rule in light_rules:
            step = rule.step(days, row.colour)
            if step is None:
                continue
            people = [person for unit in units[row.task_id] for person in whom(step.to, unit, row.task.sponsor)]
            yield Matter(
                rule=rule.name,
                key=f"{rule.name}:{row.task_id}:{row.valid_from:%Y%m%d}:{row.colour}",
                subject=f"plans.task:{row.task_id}",
                sentence=rule.say.format(task=row.task.title, light=f"{row.why['shape']}{row.why['word']}"),
                link=reverse("plans:task", args=[row.task_id]),
                people=tuple(dict.fromkeys(people)),
            )


def _answering(tasks: Iterable[int]) -> dict[int, list[int]]:
    """Return the units that lead each task, those responsible where none leads."""
    roles: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    answers = Responsibility.objects.filter(task__in=tasks, dropped=False, unit__isnull=False)
    for task, unit, role in answers.values_list("task_id", "unit_id", "role"):
        roles[task][role].append(unit)
    return {task: found[UnitRole.LEAD] or found[UnitRole.RESPONSIBLE] for task, found in roles.items()} | {
        task: [] for task in tasks if task not in roles
    }


#: The state in which a report still is what a rule reminds of.
_STILL = {
    "before_due": ReportState.OPEN,
    "due": ReportState.OPEN,
    "overdue": ReportState.OPEN,
    "returned": ReportState.RETURNED,
    "sign_off": ReportState.AWAITING_SIGN_OFF,
}


def still(items: Iterable[NoticeItem]) -> set[int]:
    """Return which of `items` are still to be done: two statements, and what each source takes."""
    of: dict[str, list[NoticeItem]] = defaultdict(list)
    for item in items:
        of[item.subject.rpartition(":")[0]].append(item)
    events = {rule.name: rule.event for rule in rules()}
    reports, tasks = of.pop("dispatch.report", []), of.pop("plans.task", [])
    # Nothing is owed on a task that is closed out or left the ledger, whatever its report says.
    owed = Report.objects.filter(pk__in=map(_number, reports))
    owed = owed.exclude(task__state__in=(TaskState.WITHDRAWN, TaskState.CLOSED_OUT))
    states = dict(owed.values_list("pk", "state"))
    lights: dict[int, str] = {}
    for task, colour in (
        TaskLight.objects.filter(task__in=map(_number, tasks)).order_by("valid_from").values_list("task_id", "colour")
    ):
        lights[task] = colour
    found = {item.pk for item in reports if states.get(_number(item)) == _STILL.get(events.get(item.rule, ""))}
    found |= {item.pk for item in tasks if lights.get(_number(item), "") in _BAD}
    for subject, rest in of.items():
        if subject in SOURCES:
            found |= SOURCES[subject].still(rest)
    return found


def _number(item: NoticeItem) -> int:
    return int(item.subject.rpartition(":")[2])
