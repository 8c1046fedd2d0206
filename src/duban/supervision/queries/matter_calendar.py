"""A month of due steps, day by day."""

from __future__ import annotations

from calendar import Calendar as Months
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from duban.organisations.access import access_of
from duban.organisations.calendar import Calendar
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Person
from duban.supervision.models import Matter, MatterStep
from duban.supervision.states.matters import StepState

#: So many steps of a day are written out; the rest is counted and linked.
SHOWN = 4


@dataclass
class Day:
    """One day of the month's sheet: what is due on it."""

    day: date
    within: bool
    today: bool
    late: bool
    free: str
    steps: list[MatterStep] = field(default_factory=list)
    total: int = 0

    @property
    def more(self) -> int:
        """How many steps are not written out."""
        return self.total - len(self.steps)


def month(person: Person, first: date, today: date) -> list[list[Day]]:
    """Return the weeks of the month that begins on `first`, with the steps that run and are due: three statements."""
    weeks = Months().monthdatescalendar(first.year, first.month)
    begin, end = weeks[0][0], weeks[-1][-1]
    seen = Matter.objects.visible_to(person)
    due = MatterStep.objects.filter(state=StepState.RUNNING, due_on__range=(begin, end), matter__in=seen)
    totals = dict(due.order_by().values_list("due_on").annotate(Count("pk")))
    place = Window(RowNumber(), partition_by=F("due_on"), order_by=("matter_id", "order", "pk"))
    first_ones = due.annotate(place=place).filter(place__lte=SHOWN).select_related("matter", "unit")
    by_day: dict[date | None, list[MatterStep]] = defaultdict(list)
    for step in first_ones.order_by("due_on", "matter_id", "order"):
        by_day[step.due_on].append(step)
    division = access_of(person).division
    calendar = calendar_of(division) if division else Calendar()
    return [
        [
            Day(
                day=day,
                within=day.month == first.month,
                today=day == today,
                late=day < today,
                free="" if calendar.is_working_day(day) else calendar.holiday(day) or "休",
                steps=by_day[day],
                total=totals.get(day, 0),
            )
            for day in week
        ]
        for week in weeks
    ]


def around(first: date) -> tuple[date, date]:
    """Return the first days of the months before and after."""
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=31)).replace(day=1)
