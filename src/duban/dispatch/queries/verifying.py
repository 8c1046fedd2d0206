"""The verification queue: what waits, and one report with all it is judged by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from duban.dispatch.checks import shown
from duban.dispatch.curves import expected, expected_floor
from duban.dispatch.goals import goal_of
from duban.dispatch.milestones import CELL
from duban.dispatch.models import Evidence, Report, ReportValue, Round, Verification
from duban.dispatch.models.reports import TEXTS
from duban.dispatch.queries.grid import previous_reports, previous_words, target_words
from duban.dispatch.queries.rounds import people_of
from duban.dispatch.states import ReportState
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.amounts import convert

#: What the queue can show, by its name in the address.
SHOWS = {"waiting": "待核验", "sampled": "抽查", "odd": "有提示", "returned": "已退回", "verified": "已核验"}


@dataclass(frozen=True)
class Queue:
    """The reports of a round to look at, and how many there are under each view."""

    reports: list[Report]
    counts: dict[str, int]

    def beside(self, report: Report) -> tuple[Report | None, Report | None]:
        """Return the reports before and after `report`; where it left the queue, the first one is after it."""
        numbers = [one.pk for one in self.reports]
        if report.pk not in numbers:
            return None, self.reports[0] if self.reports else None
        at = numbers.index(report.pk)
        return (
            self.reports[at - 1] if at else None,
            self.reports[at + 1] if at + 1 < len(numbers) else None,
        )


def _belongs(report: Report, show: str) -> bool:
    waits = report.state == ReportState.AWAITING_VERIFICATION
    match show:
        case "sampled":
            return waits and report.sampled
        case "odd":
            return waits and bool(report.warnings)
        case "returned" | "verified":
            return report.state == show
        case _:
            return waits


def queue(round: Round, person: Person, show: str) -> Queue:
    """Return the queue of a round: what was drawn comes first, then what has most warnings, then by task."""
    reports = list(
        Report.objects.visible_to(person)
        .filter(round=round)
        .exclude(state=ReportState.VOID)
        .select_related("task", "unit")
        .defer("task__text", "task__summary")
    )
    reports.sort(key=lambda one: (not one.sampled, -len(one.warnings), one.task.order, one.unit.order, one.pk))
    counts: dict[str, int] = defaultdict(int)
    for report in reports:
        report.task.ledger = round.ledger
        for name in SHOWS:
            counts[name] += _belongs(report, name)
    return Queue([report for report in reports if _belongs(report, show)], dict(counts))


@dataclass(frozen=True)
class Figure:
    """One indicator of a report beside last time, what is expected now, and what is promised; all in `unit`."""

    cell: str
    name: str
    unit: str
    value: str
    previous: str
    change: str
    expected: str
    floor: str
    target: str
    warnings: list[str]


@dataclass(frozen=True)
class Text:
    """One text of a report beside last time's."""

    cell: str
    label: str
    now: str
    previous: str
    warnings: list[str]


@dataclass(frozen=True)
class Sheet:
    """A report as the office verifies it."""

    report: Report
    figures: list[Figure]
    texts: list[Text]
    percentage: str
    evidence: Sequence[Evidence]
    history: Sequence[Verification]
    liaisons: list[Person]
    other_warnings: list[str]


def sheet(report: Report) -> Sheet:
    """Return all that a report is judged by; a bounded number of statements."""
    round = report.round
    before = previous_reports(round, report.unit).get(report.task_id)
    earlier = {value.indicator_id: value for value in before.values.all()} if before else {}
    warnings: dict[str, list[str]] = defaultdict(list)
    for warning in report.warnings:
        warnings[warning["cell"]].append(warning["sentence"])
    values = ReportValue.objects.filter(report=report).select_related("indicator__curve").order_by("indicator__order")
    figures = [_figure(value, report, earlier.get(value.indicator_id), warnings) for value in values]
    texts = [
        Text(name, label, getattr(report, name), getattr(before, name) if before else "", warnings.pop(name, []))
        for name, label in TEXTS.items()
    ]
    words = report.milestones.exclude(done_on=None).select_related("milestone")
    texts = [
        *(
            Text(
                f"{CELL}{word.milestone_id}",
                f"节点完成：{word.milestone}",
                f"{word.done_on}",
                f"应于{word.milestone.due}",
                [],
            )
            for word in words
        ),
        *texts,
    ]
    evidence = Evidence.objects.filter(report=report, dropped=False).select_related("stored")
    people = people_of([report.unit_id], round.period_end)
    return Sheet(
        report=report,
        figures=figures,
        texts=texts,
        percentage="" if report.percentage is None else shown(report.percentage),
        evidence=list(evidence),
        history=list(report.verifications.select_related("by")),
        liaisons=people[report.unit_id][Role.LIAISON],
        other_warnings=[sentence for found in warnings.values() for sentence in found],
    )


def _figure(value: ReportValue, report: Report, last: ReportValue | None, warnings: dict[str, list[str]]) -> Figure:
    indicator, round = value.indicator, report.round
    goal = goal_of(indicator, report.task, round.ledger.year)
    floor = expected_floor(goal, round.period_end)
    now = value.value
    before = convert(last.value, last.unit, value.unit) if last and last.value is not None else None
    cell = f"value:{value.indicator_id}"

    def here(amount: Decimal | None) -> str:
        """Return an amount of the ledger's in the unit that was filled in, or in its own where nothing converts."""
        converted = None if amount is None else convert(amount, indicator.unit, value.unit)
        return _words(amount) + indicator.unit if amount is not None and converted is None else _words(converted)

    return Figure(
        cell=cell,
        name=indicator.name,
        unit=value.unit,
        value="" if now is None else shown(now),
        previous=previous_words(last, value.unit),
        change="" if now is None or before is None else f"{now - before:+f}".rstrip("0").rstrip("."),
        expected=here(expected(goal, round.period_end)),
        floor=here(floor),
        target=target_words(value),
        warnings=warnings.pop(cell, []),
    )


def _words(value: Decimal | None) -> str:
    return "" if value is None else shown(value.quantize(Decimal("0.01")) if value % 1 else value)


def report_in(round: Round, person: Person, pk: int) -> Report | None:
    """Return a report of the round with what its sheet shows of it."""
    return (
        Report.objects.visible_to(person)
        .filter(round=round, pk=pk)
        .select_related("task__ledger", "task__section", "unit", "round__ledger__division", "round__schedule",
                        "submitted_by", "signed_by", "verified_by")
        .prefetch_related(Prefetch("task__milestones"))
        .first()
    )  # fmt: skip
