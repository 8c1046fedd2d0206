"""A division's calendar: the national one with the days that the office has entered."""

from __future__ import annotations

from duban.organisations.calendar import Calendar
from duban.organisations.models import Division, Holiday


def calendar_of(division: Division) -> Calendar:
    """Return the working days of `division`; one statement."""
    rows = list(Holiday.objects.filter(division=division).values_list("day", "works", "name"))
    return Calendar({day: works for day, works, _ in rows}, {day: name for day, _, name in rows})
