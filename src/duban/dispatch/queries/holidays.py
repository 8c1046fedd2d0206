"""Holidays as the office sees them: the national ones of a year, and the division's own days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from chinese_calendar.constants import Holiday as Named
from chinese_calendar.constants import holidays, workdays

_NAMES = {named.value: named.chinese for named in Named}


@dataclass(frozen=True)
class Span:
    """Days in a row that are free, or worked although they are a weekend's."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@cache
def national(year: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the public holidays of a year and its working weekends, as the State Council announced them."""
    return _spans(holidays, year), _spans(workdays, year)


def _spans(days: dict[date, str], year: int) -> tuple[Span, ...]:
    found: list[Span] = []
    for day in sorted(day for day in days if day.year == year):
        name = _NAMES.get(days[day], days[day])
        if found and found[-1].name == name and found[-1].last + timedelta(days=1) == day:
            found[-1] = Span(name, found[-1].first, day)
        else:
            found.append(Span(name, day, day))
    return tuple(found)
