"""What an indicator of the ledger promises, as :mod:`duban.dispatch.curves` reckons with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import cast

from duban.core.types import Comparator, MeasureKind
from duban.dispatch.curves import HUNDRED, ByMilestones, Curve, Goal, Linear, Milestone, Monthly
from duban.plans.models import Curve as CurveRow
from duban.plans.models import Indicator, Task
from duban.plans.models import Milestone as MilestoneRow
from duban.plans.models.measures import CurveKind
from duban.writing import words


def goal_of(indicator: Indicator, task: Task | None, year: int) -> Goal:
    """Return the goal of `indicator` in the ledger of `year`.

    It runs from the curve's start (the first of January where none is set) to the task's due day (the year's end where it
    has none). `task` needs its `milestones` at hand where the curve goes by them; no statement is made otherwise.
    """
    row: CurveRow | None = getattr(indicator, "curve", None)
    start = row.start if row and row.start else date(year, 1, 1)
    due = (task.due if task else None) or date(year, 12, 31)
    return Goal(
        value=indicator.value,
        start=min(start, due),
        due=due,
        comparator=cast(Comparator, indicator.comparator),
        measure=cast(MeasureKind, indicator.measure),
        high=indicator.value_high,
        floor=indicator.floor,
        base=row.start_value if row else Decimal(0),
        curve=_curve(row, task),
    )


def said(indicator: Indicator) -> str:
    """Return in words what an indicator promises: 不低于52个."""
    return words.amount(cast(words.Promise, indicator))


def _curve(row: CurveRow | None, task: Task | None) -> Curve:
    if row is None or row.kind == CurveKind.LINEAR:
        return Linear()
    if row.kind == CurveKind.MONTHLY:
        return Monthly({month: value for month, text in row.monthly.items() if (value := _decimal(text)) is not None})
    return ByMilestones(milestones_of(task) if task else ())


def milestones_of(task: Task, known: Mapping[int, date] = MappingProxyType({})) -> tuple[Milestone, ...]:
    """Return the milestones by which a task goes: its own, or where it has none those of its measures, each measure alike.

    Weights are shares within the task, or within the measure. `known` has the day from which it is known that one was reached.
    """
    groups: dict[int | None, list[MilestoneRow]] = defaultdict(list)
    for step in task.milestones.all():
        groups[step.measure_id].append(step)
    chosen = [groups[None]] if None in groups else list(groups.values())
    return tuple(
        Milestone(
            step.due,
            step.weight if any(one.weight for one in steps) else HUNDRED / len(steps),
            step.done_on,
            known.get(step.pk),
        )
        for steps in chosen
        for step in steps
    )


def _decimal(text: object) -> Decimal | None:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None
