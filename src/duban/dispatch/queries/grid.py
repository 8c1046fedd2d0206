"""A unit's grid: all its reports of one round, ready to fill in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db.models import Prefetch

from duban.dispatch.checks import lacking, shown
from duban.dispatch.milestones import CELL, asked
from duban.dispatch.models import Evidence, Report, ReportValue, ReportVersion, Round
from duban.dispatch.models.reports import PERCENTAGE, PERCENTAGE_LABEL, TEXTS
from duban.dispatch.states import ReportState
from duban.organisations.models import Person, Unit
from duban.plans.amounts import convert
from duban.plans.models import Milestone

_DONE = (ReportState.AWAITING_VERIFICATION, ReportState.VERIFIED)


@dataclass(frozen=True)
class Cell:
    """One cell to fill in: `stored` is what the database holds, `value` what the page shows."""

    name: str
    label: str
    stored: str
    value: str
    warnings: list[str]
    unit: str = ""
    target: str = ""
    previous: str = ""

    @property
    def short(self) -> bool:
        """Whether it holds a number or a day, not a text."""
        return self.name not in TEXTS

    @property
    def day(self) -> bool:
        """Whether it holds a day."""
        return self.name.startswith(CELL)


@dataclass(frozen=True)
class Line:
    """One report as a line of the grid."""

    report: Report
    values: list[Cell]
    texts: list[Cell]
    evidence: list[Evidence]
    warnings: dict[str, list[str]]
    returned_because: str

    @property
    def open(self) -> bool:
        """Whether it may be written to, as far as its own state goes."""
        report = self.report
        return report.state == ReportState.RETURNED or (report.state == ReportState.OPEN and report.round.may_report)

    @property
    def missing(self) -> list[str]:
        """What it lacks before it can be handed in."""
        # A milestone may still be to come.
        figures = [(cell.label, bool(cell.stored)) for cell in self.values if not cell.day]
        return lacking(figures, self.report.progress)

    @property
    def begun(self) -> bool:
        """Whether anything is filled in."""
        return any(cell.stored for cell in (*self.values, *self.texts))

    @property
    def evidence_warnings(self) -> list[str]:
        """What is odd about its evidence."""
        return self.warnings.get("evidence", [])


@dataclass(frozen=True)
class Grid:
    """A unit's round: its lines, and how many are in which state."""

    round: Round
    unit: Unit
    lines: list[Line]
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many reports have left the unit."""
        return sum(self.counts.get(state, 0) for state in _DONE)

    @property
    def to_sign(self) -> int:
        """How many wait for the unit's head."""
        return self.counts.get(ReportState.AWAITING_SIGN_OFF, 0)

    @property
    def open(self) -> int:
        """How many may still be written to."""
        return sum(line.open for line in self.lines)


def previous_reports(round: Round, unit: Unit) -> dict[int, Report]:
    """Return by task what `unit` handed in last before `round` in the same schedule, with its values."""
    earlier = (
        Report.objects.filter(
            unit=unit,
            round__schedule=round.schedule_id,
            round__period_end__lt=round.period_start,
            submitted_at__isnull=False,
        )
        .order_by("round__period_end")
        .prefetch_related("values")
    )
    return {report.task_id: report for report in earlier}


def lines(
    round: Round,
    unit: Unit,
    person: Person,
    *,
    typed: Mapping[tuple[int, str], str] = MappingProxyType({}),
    task: int | None = None,
    void: bool = False,
) -> list[Line]:
    """Return the reports of `unit` in `round` that `person` sees; nine statements however many there are.

    `typed` is what stands in the cells of the page instead of what is stored, by report and name of the cell. `task`
    leaves only the report on one task; with `void` those are there too whose task was withdrawn.
    """
    reports = (
        Report.objects.visible_to(person)
        .filter(round=round, unit=unit)
        .select_related(
            "task__ledger__division", "edited_by", "submitted_by", "signed_by", "verified_by", "round__schedule", "unit"
        )
        .prefetch_related(
            "milestones",
            Prefetch("task__milestones", Milestone.objects.order_by("due", "order", "pk")),
            Prefetch("values", ReportValue.objects.select_related("indicator")),
            Prefetch("evidence", Evidence.objects.filter(dropped=False).select_related("stored", "added_by")),
            Prefetch(
                "versions", ReportVersion.objects.filter(step__in=("return", "send_back", "found")), to_attr="refusals"
            ),
        )
    )
    if task is not None:
        reports = reports.filter(task=task)
    if not void:
        reports = reports.exclude(state=ReportState.VOID)
    before = previous_reports(round, unit)
    return [_line(report, before.get(report.task_id), typed) for report in reports]


def grid(
    round: Round, unit: Unit, person: Person, *, typed: Mapping[tuple[int, str], str] = MappingProxyType({})
) -> Grid:
    """Return the grid of `unit` in `round` as `person` may see it (see :func:`lines`)."""
    found = lines(round, unit, person, typed=typed)
    counts: dict[str, int] = defaultdict(int)
    for line in found:
        counts[line.report.state] += 1
    return Grid(round, unit, found, dict(counts))


def _line(report: Report, before: Report | None, typed: Mapping[tuple[int, str], str]) -> Line:
    warnings: dict[str, list[str]] = defaultdict(list)
    for warning in report.warnings:
        warnings[warning["cell"]].append(warning["sentence"])
    earlier = {value.indicator_id: value for value in before.values.all()} if before else {}

    def cell(name: str, label: str, stored: str, **more: str) -> Cell:
        value = typed.get((report.pk, name), stored)
        return Cell(name, label, stored, value, warnings.get(name, []), **more)

    values = [
        cell(
            f"value:{value.indicator_id}",
            value.indicator.name,
            _number(value.value),
            unit=value.unit,
            target=target_words(value),
            previous=previous_words(earlier.get(value.indicator_id), value.unit),
        )
        for value in report.values.all()
    ]
    # The reported share counts only where nothing else says how far the task is.
    steps = report.task.milestones.all()
    if not values and not steps:
        previous = _number(before.percentage) if before else ""
        values = [
            cell(PERCENTAGE, PERCENTAGE_LABEL, _number(report.percentage), unit="%", target="100", previous=previous)
        ]
    words = {word.milestone_id: word for word in report.milestones.all()}
    values += [
        cell(
            f"{CELL}{step.pk}",
            f"节点：{step.name}",
            word.done_on.isoformat() if word and word.done_on else "",
            unit="完成日期",
            target=f"{step.due.month}月{step.due.day}日前",
        )
        for step, word in asked(steps, words, report.round.period_end)
    ]
    texts = [
        cell(name, label, getattr(report, name), previous=getattr(before, name) if before else "")
        for name, label in TEXTS.items()
    ]
    return Line(
        report=report,
        values=values,
        texts=texts,
        evidence=list(report.evidence.all()),
        warnings=dict(warnings),
        returned_because=_returned_because(report),
    )


def _returned_because(report: Report) -> str:
    """Return why the report lies with the liaison again: the head's words, or the office's."""
    last: ReportVersion | None = next(reversed(report.refusals), None)  # type: ignore[attr-defined]
    if last is None or report.state not in (ReportState.OPEN, ReportState.RETURNED):
        return ""
    # Handed in since, and taken back by the liaison: the reason is done with.
    if report.submitted_at and report.submitted_at > last.at:
        return ""
    return str(last.snapshot.get("reason", ""))


def _number(value: Decimal | None) -> str:
    return "" if value is None else shown(value)


def previous_words(before: ReportValue | None, unit: str) -> str:
    """Return what was reported before, in `unit` where it converts, else in the unit of then."""
    if before is None or before.value is None:
        return ""
    value = convert(before.value, before.unit, unit)
    return shown(value) if value is not None else f"{shown(before.value)}{before.unit}"


def target_words(value: ReportValue) -> str:
    """Return what is promised, in the unit that is filled in where it converts, else in the ledger's."""
    indicator = value.indicator
    ends = [indicator.value] if indicator.value_high is None else [indicator.value, indicator.value_high]
    converted = [convert(end, indicator.unit, value.unit) for end in ends]
    text = "—".join(shown(end if here is None else here) for end, here in zip(ends, converted, strict=True))
    sign = "" if len(ends) > 1 else {">=": "≥", "<=": "≤", "~": "约"}.get(indicator.comparator, "")
    return f"{sign}{text}{indicator.unit if None in converted else ''}"


def state_of(line: Line) -> dict[str, Any]:
    """Return a line as the grid's script takes it: its state, cells, warnings, and what is missing."""
    report = line.report
    return {
        "report": report.pk,
        "state": report.state,
        "label": report.get_state_display(),
        "open": line.open,
        "missing": line.missing,
        "cells": {cell.name: cell.stored for cell in (*line.values, *line.texts)},
        "warnings": line.warnings,
    }
