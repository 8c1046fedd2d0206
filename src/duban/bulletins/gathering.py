"""Reads what papers are composed from, as of a day: a bounded number of statements for a ledger of any size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models.fields.json import KT
from django.utils import timezone

from duban.bulletins.composing.facts import (
    Facts,
    FindingFact,
    IndicatorFact,
    IssueFact,
    ReportFact,
    SectionFact,
    SlipFact,
    TaskFact,
    UnitFact,
)
from duban.bulletins.composing.figures import narrowed, of_unit
from duban.bulletins.composing.wording import OF_A_YEAR
from duban.bulletins.ranking import ranking_of
from duban.dispatch.curves import meets
from duban.dispatch.goals import goal_of, said
from duban.dispatch.models import Report, ReportValue, TaskLight
from duban.dispatch.queries.rounds import HANDED_IN
from duban.dispatch.states import ReportState
from duban.organisations.models import Unit
from duban.plans.amounts import convert
from duban.plans.models import Indicator, Ledger, Project, Section
from duban.plans.models.entries import Status, UnitRole
from duban.plans.snapshots import Snapshot, as_of
from duban.plans.states import TaskState
from duban.supervision.models import CloseOutItem, Finding, InspectedUnit, Issue, OrderUnit
from duban.supervision.papers import office_of
from duban.supervision.states.inspections import FindingState
from duban.supervision.states.issues import IssueState
from duban.supervision.states.orders import OrderState

#: Of a unit's own account of its problems so many characters stand in a paper.
PROBLEM = 120


@dataclass(frozen=True)
class Period:
    """The days that a paper speaks of: from `first` to `day`, which is the last day of the month or the day it was made."""

    first: date
    day: date


def period_of(kind: str, ledger: Ledger, month: date, today: date) -> Period:
    """Return the days that a paper of a kind speaks of.

    A month is as it stood at its closing: on its last day, as the monthly overview shows it, or today while it runs.
    A paper on the year begins with the year.
    """
    last = (month.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    first = date(ledger.year, 1, 1) if kind in OF_A_YEAR else month.replace(day=1)
    return Period(first, min(last, today))


def facts_for(
    kind: str, ledger: Ledger, period: Period, *, section: Section | None = None, unit: Unit | None = None
) -> Facts:
    """Return the facts that a paper of a kind is composed from."""
    facts = facts_of(ledger, period)
    if kind in OF_A_YEAR:
        # The ranking of its last month says nothing of a year.
        return replace(facts, ranking=ranking_of(ledger, date(ledger.year, 12, 1), "year"))
    if kind == "section" and section is not None:
        return narrowed(facts, sections=below(section))
    if kind == "livelihood":
        return narrowed(facts, sections=[one.pk for one in facts.sections if one.role == "livelihood"])
    if kind == "projects":
        return narrowed(facts, projects=True)
    if kind == "unit" and unit is not None:
        return of_unit(facts, unit.pk)
    return facts


def below(section: Section) -> set[int]:
    """Return the section and all parts within it; one statement."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in Section.objects.filter(ledger=section.ledger_id).values_list("pk", "parent_id"):
        children[parent].append(pk)
    found, left = set(), [section.pk]
    while left:
        one = left.pop()
        found.add(one)
        left += children[one]
    return found


def facts_of(ledger: Ledger, period: Period) -> Facts:
    """Return all facts of a ledger and period; about sixteen statements."""
    first, day = period.first, period.day
    tasks = as_of(ledger, day)
    numbers = {task["id"] for task in tasks}
    lamps, before, levels = _lamps(ledger, day, first - timedelta(days=1))
    reports, problems = _reports(ledger, first, day)
    sections = _sections(ledger)
    projects = set(
        Project.objects.filter(ledger=ledger, dropped=False, task__isnull=False).values_list("task_id", flat=True)
    )
    return Facts(
        ledger=ledger.pk,
        division=ledger.division.name,
        office=office_of(ledger.division),
        year=ledger.year,
        first=first,
        day=day,
        sections=tuple(sections),
        units=_units(ledger),
        tasks=tuple(_task(task, lamps, before, problems, projects) for task in tasks),
        indicators=tuple(_indicators(ledger, numbers, day)),
        reports=tuple(report for report in reports if report.task in numbers),
        slips=tuple(_slips(ledger, day)),
        issues=tuple(_issues(ledger, day)),
        findings=tuple(_findings(ledger, first, day)),
        inspections=tuple(_inspections(ledger, first, day)),
        ranking=ranking_of(ledger, day),
        levels=levels,
    )


def _sections(ledger: Ledger) -> Iterable[SectionFact]:
    roles: dict[int, str] = {}
    rows = Section.objects.filter(ledger=ledger).order_by("order", "pk").values_list("pk", "title", "role", "parent_id")
    for pk, title, role, parent in rows:
        # A part has the role of what holds it where it has none of its own; what holds it stands first.
        roles[pk] = role or roles.get(parent or 0, "")
        yield SectionFact(pk, title, roles[pk])
    # Tasks that stand under no heading.
    yield SectionFact(0, "其他任务")


def _units(ledger: Ledger) -> dict[int, UnitFact]:
    rows = Unit.objects.filter(division=ledger.division_id).order_by("group__order", "order", "pk")
    return {pk: UnitFact(pk, name, group or "") for pk, name, group in rows.values_list("pk", "name", "group__name")}


def _task(
    task: Snapshot,
    lamps: dict[int, Any],
    before: dict[int, str],
    problems: dict[int, str],
    projects: set[int],
) -> TaskFact:
    pk = task["id"]
    answers = [(one["unit_id"], one["role"]) for one in task["responsibilities"] if one["unit_id"]]
    units = [unit for unit, role in answers if role == UnitRole.LEAD] or [
        unit for unit, role in answers if role == UnitRole.RESPONSIBLE
    ]
    colour, word, why, progress, expected = lamps.get(pk, ("", "", "", None, None))
    return TaskFact(
        pk=pk,
        number=task["short_number"],
        title=task["title"],
        section=task["section_id"] or 0,
        units=tuple(dict.fromkeys(units)),
        light=colour,
        word=word,
        before=before.get(pk, ""),
        why=why,
        due=date.fromisoformat(task["due"]) if task["due"] else None,
        progress=progress,
        expected=expected,
        closed=task["state"] == TaskState.CLOSED_OUT,
        sponsor=task["sponsor"] or "",
        problems=problems.get(pk, ""),
        has_project=pk in projects,
    )


def _lamps(
    ledger: Ledger, day: date, earlier: date
) -> tuple[dict[int, Any], dict[int, str], dict[str, tuple[str, ...]]]:
    """Return the light of each task at the end of `day`, its colour at the end of `earlier`, and the codes of each colour."""
    now: dict[int, Any] = {}
    then: dict[int, str] = {}
    codes: dict[str, set[str]] = defaultdict(set)
    rows: Iterable[Any] = (
        TaskLight.objects.filter(ledger=ledger, valid_from__lte=day)
        .order_by("task_id", "valid_from")
        .values_list(
            "task_id", "valid_from", "level", "colour", KT("why__word"), KT("why__sentence"), "progress", "expected"
        )
    )
    for task, start, level, colour, word, sentence, progress, expected in rows:
        now[task] = (colour, word or "", sentence or "", progress, expected)
        codes[colour].add(level)
        if start <= earlier:
            then[task] = colour
    return now, then, {colour: tuple(sorted(found)) for colour, found in codes.items()}


def _reports(ledger: Ledger, first: date, day: date) -> tuple[list[ReportFact], dict[int, str]]:
    """Return the reports owed for the periods that end in these days, and what units said of their problems last."""
    # A month's reports are those of its rounds, whenever in the month it is asked.
    last = (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    rows = (
        Report.objects.filter(round__ledger=ledger, round__period_end__range=(first, last))
        .exclude(state=ReportState.VOID)
        .order_by("round__period_end", "unit__order", "pk")
        .values_list("task_id", "unit_id", "state", "late", "problems", "submitted_at")
    )
    found, problems = [], {}
    for task, unit, state, late, said_of, submitted in rows:
        by_then = submitted is None or timezone.localdate(submitted) <= last + timedelta(days=31)
        found.append(ReportFact(task, unit, state in HANDED_IN and by_then, late, state == ReportState.RETURNED))
        if state in HANDED_IN:
            problems[task] = _short(said_of)
    return found, problems


def _short(text: str) -> str:
    words = "；".join(line.strip().rstrip("。；") for line in text.splitlines() if line.strip())
    return words if len(words) <= PROBLEM else f"{words[:PROBLEM]}……"


def _indicators(ledger: Ledger, tasks: set[int], day: date) -> Iterable[IndicatorFact]:
    """Return the promises in numbers with the last value that was verified by `day`: of reports, or at the close-out."""
    rows = list(
        Indicator.objects.filter(ledger=ledger, task__in=tasks, dropped=False, status=Status.TARGET)
        .select_related("curve", "task")
        .order_by("task__order", "order", "pk")
    )
    values: dict[int, tuple[Decimal, str]] = {}
    verified: Iterable[Any] = (
        ReportValue.objects.filter(
            indicator__in=[row.pk for row in rows], report__state=ReportState.VERIFIED, value__isnull=False
        )
        .order_by("report__round__period_end", "report_id")
        .values_list(
            "indicator_id", "indicator__unit", "value", "unit", "report__verified_at", "report__unit__name",
            "report__round__name",
        )
    )  # fmt: skip
    for pk, wanted, value, unit, at, who, round_name in verified:
        if at is None or timezone.localdate(at) > day:
            continue
        same = convert(value, unit, wanted)
        if same is not None:
            values[pk] = (_plain(same), f"{who}{round_name}填报，{_words(at)}核验")
    closed: Iterable[Any] = (
        CloseOutItem.objects.filter(
            indicator__in=[row.pk for row in rows], value__isnull=False, close_out__closed_on__lte=day
        )
        .order_by("close_out__closed_on", "pk")
        .values_list("indicator_id", "value", "close_out__closed_on", "basis")
    )
    for pk, value, on, basis in closed:
        values[pk] = (_plain(value), f"{on.year}年{on.month}月{on.day}日销号{f'，依据{basis}' if basis else ''}")
    for row in rows:
        value, source = values.get(row.pk, (None, ""))
        yield IndicatorFact(
            pk=row.pk,
            task=row.task_id or 0,
            name=row.name,
            unit=row.unit,
            target=_plain(row.value),
            promised=said(row),
            value=value,
            reached=value is not None and meets(goal_of(row, row.task, ledger.year), value),
            source=source,
        )


def _plain(value: Decimal) -> Decimal:
    """Return the number without trailing zeros or an exponent."""
    whole = value.normalize()
    return whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole


def _words(at: datetime) -> str:
    day = timezone.localdate(at)
    return f"{day.year}年{day.month}月{day.day}日"


def _slips(ledger: Ledger, day: date) -> Iterable[SlipFact]:
    """Return the orders of the ledger's year as they stood at the end of `day`; those on restricted matters stand in no paper."""
    rows = (
        OrderUnit.objects.filter(order__division=ledger.division_id, order__year=ledger.year)
        .exclude(state=OrderState.WITHDRAWN)
        .exclude(order__matter__restricted=True)
        .select_related("order")
        .order_by("order__seq", "unit__order", "pk")
    )
    for slip in rows:
        issued = timezone.localdate(slip.order.issued_at)
        if issued > day:
            continue
        open_then = slip.closed_at is None or timezone.localdate(slip.closed_at) > day
        yield SlipFact(
            pk=slip.pk,
            order=slip.order_id,
            number=slip.order.number,
            title=slip.order.title,
            unit=slip.unit_id,
            level=slip.order.level,
            level_words=slip.order.get_level_display(),
            issued_on=issued,
            answer_by=slip.answer_by,
            open=open_then,
            overdue=open_then and slip.answer_by < day,
            task=slip.order.task_id or 0,
        )


def _issues(ledger: Ledger, day: date) -> Iterable[IssueFact]:
    """Return the issues of the year as they stood at the end of `day`; what is restricted stands in no paper."""
    rows = Issue.objects.filter(division=ledger.division_id, year=ledger.year, restricted=False).exclude(
        state=IssueState.DISMISSED
    )
    for issue in rows.order_by("seq"):
        raised = timezone.localdate(issue.raised_at)
        if raised > day:
            continue
        closed = timezone.localdate(issue.closed_at) if issue.closed_at else None
        yield IssueFact(
            pk=issue.pk,
            title=issue.title,
            unit=issue.unit_id or 0,
            task=issue.task_id or 0,
            raised_on=raised,
            closed_on=closed if closed and closed <= day else None,
            overdue=(closed is None or closed > day) and issue.due_on is not None and issue.due_on < day,
        )


def _findings(ledger: Ledger, first: date, day: date) -> Iterable[FindingFact]:
    """Return what inspections found and fed back to units within the days."""
    rows = (
        Finding.objects.filter(part__inspection__division=ledger.division_id, part__fed_back_at__isnull=False)
        .exclude(state__in=(FindingState.RECORDED, FindingState.DROPPED, FindingState.REVOKED))
        .order_by("pk")
        .values_list("pk", "part__inspection_id", "part__unit_id", "task_id", "part__fed_back_at", "verified_at")
    )
    for pk, inspection, unit, task, fed_back, verified in rows:
        if fed_back is None or not first <= timezone.localdate(fed_back) <= day:
            continue
        still = verified is None or timezone.localdate(verified) > day
        yield FindingFact(pk, inspection, unit, task or 0, still)


def _inspections(ledger: Ledger, first: date, day: date) -> list[int]:
    """Return the inspections of which a part was fed back within the days."""
    rows = InspectedUnit.objects.filter(inspection__division=ledger.division_id, fed_back_at__isnull=False).values_list(
        "inspection_id", "fed_back_at"
    )
    found = {pk for pk, at in rows if at is not None and first <= timezone.localdate(at) <= day}
    return sorted(found)
