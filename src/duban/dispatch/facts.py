"""What is known of a report when it is checked: its cells beside last round's and what the curves expect."""

from __future__ import annotations

from decimal import Decimal

from duban.dispatch.checks import Cell, Facts, shown
from duban.dispatch.curves import expected
from duban.dispatch.goals import goal_of
from duban.dispatch.models import Report
from duban.plans.amounts import convert


def before(report: Report) -> Report | None:
    """Return what the same unit handed in last on the same task, in the same schedule."""
    return (
        Report.objects.filter(
            task=report.task_id,
            unit=report.unit_id,
            round__schedule=report.round.schedule_id,
            round__period_end__lt=report.round.period_start,
            submitted_at__isnull=False,
        )
        .order_by("-round__period_end")
        .select_related("round")
        .prefetch_related("values")
        .first()
    )


def facts_of(report: Report) -> Facts:
    """Return the facts of `report` as it stands in the database."""
    earlier = before(report)
    values_before = {value.indicator_id: value for value in earlier.values.all()} if earlier else {}
    year = report.task.ledger.year
    cells = []
    for row in report.values.select_related("indicator__curve").prefetch_related("indicator__task__milestones"):
        indicator = row.indicator
        goal = goal_of(indicator, indicator.task, year)
        last = values_before.get(indicator.pk)
        previous = convert(last.value, last.unit, row.unit) if last and last.value is not None else None
        told = last is not None and last.value is not None and last.unit != row.unit

        def here(value: Decimal, of: str = indicator.unit, unit: str = row.unit) -> Decimal | None:
            return convert(value, of, unit)

        cells.append(
            Cell(
                key=f"value:{indicator.pk}",
                name=indicator.name,
                unit=row.unit,
                measure=indicator.measure,
                comparator=indicator.comparator,
                target=here(indicator.value),
                value=row.value,
                previous=previous,
                expected=here(expected(goal, report.round.period_end)),
                expected_before=here(expected(goal, earlier.round.period_end)) if earlier else None,
                asked_unit=indicator.unit,
                told_before=f"{shown(last.value)}{last.unit}" if told and last and last.value is not None else "",
            )
        )
    return Facts(
        cells=tuple(cells),
        progress=report.progress,
        previous_progress=earlier.progress if earlier else "",
        evidence=report.evidence.filter(dropped=False).count(),
        needs_evidence=report.round.schedule.needs_evidence,
    )
