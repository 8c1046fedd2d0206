"""Warnings before a unit is inspected again: for the same matter, by several at once, more often than the cap (article 15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from duban.organisations.models import Division
from duban.supervision.models import CheckItem, Inspection, InspectionCap
from duban.supervision.models.inspections import counted
from duban.supervision.states.inspections import InspectionState

_OVER = (InspectionState.DRAFT, InspectionState.CANCELLED)


@dataclass(frozen=True)
class Warning:
    """What speaks against inspecting a unit, in a sentence."""

    code: str
    unit: str
    sentence: str


def cap_of(division: Division) -> int:
    """Return how often a unit of `division` may be inspected in a year before a warning."""
    found = InspectionCap.objects.filter(division=division).values_list("a_year", flat=True).first()
    return found or InspectionCap.USUAL


def times(division: Division, year: int, *, but: int | None = None) -> Counter[int]:
    """Return how often each unit is inspected in a year, without the inspection `but`."""
    return Counter(counted(division, year).exclude(inspection=but).values_list("unit", flat=True))


def warnings_of(inspection: Inspection) -> list[Warning]:
    """Return what speaks against the plan of `inspection`; five statements."""
    units = [row.unit for row in inspection.units.select_related("unit")]
    cap, before = cap_of(inspection.division), times(inspection.division, inspection.year, but=inspection.pk)
    found = [
        Warning(
            "cap",
            unit.name,
            f"{unit.name}今年已经列入{before[unit.pk]}次督查，加上这次超过一年{cap}次的上限。",
        )
        for unit in units
        if before[unit.pk] >= cap
    ]
    others = (
        counted(inspection.division, inspection.year, unit__in=units)
        .exclude(inspection=inspection.pk)
        .select_related("inspection", "unit")
    )
    for other in others:
        one = other.inspection
        if inspection.matter_id and one.matter_id == inspection.matter_id:
            found.append(
                Warning(
                    "repeated",
                    other.unit.name,
                    f"{other.unit.name}今年已因同一事项接受过{one.short_number}“{one.title}”，这次属于重复督查。",
                )
            )
        elif (
            one.state != InspectionState.CLOSED
            and one.starts_on <= inspection.ends_on
            and one.ends_on >= inspection.starts_on
        ):
            found.append(
                Warning(
                    "at_once",
                    other.unit.name,
                    f"{other.unit.name}同一时间还要接受{one.short_number}“{one.title}”，请合并或者错开。",
                )
            )
    return found


def visited_for(inspection: Inspection, tasks: Iterable[int]) -> dict[tuple[int, int], Inspection]:
    """Return by unit and task in which other inspection of the year that unit was already checked on that task."""
    items = (
        CheckItem.objects.filter(
            task__in=list(tasks),
            visit__inspection__division=inspection.division_id,
            visit__inspection__year=inspection.year,
        )
        .exclude(visit__inspection=inspection)
        .exclude(visit__inspection__state__in=_OVER)
        .select_related("visit__inspection")
    )
    return {(item.visit.unit_id, item.task_id): item.visit.inspection for item in items}
