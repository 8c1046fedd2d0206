"""Working days: weekends, the State Council's public holidays, and its working weekends.

The holidays come from chinesecalendar, which knows them up to the end of a year (:func:`known_until`); after that only weekends
count as free, and pages say so. A division's own free or working days go in as `exceptions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays

_DAY = timedelta(days=1)
#: What a division's own free day is called where the office gave it no name.
OWN = "本级放假"
_NAMES = {
    one.value: {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}.get(one.chinese, one.chinese) for one in Holiday
}


class Calendar:
    """Says which days are worked; `exceptions` maps a day to whether it is, before anything else, `names` to its name."""

    def __init__(self, exceptions: Mapping[date, bool] | None = None, names: Mapping[date, str] | None = None) -> None:
        self._exceptions = dict(exceptions or {})
        self._names = dict(names or {})
        # What is counted many times over asks for the same days again and again.
        self._known: dict[date, bool] = {}

    def is_working_day(self, day: date) -> bool:
        """Say whether `day` is worked."""
        if day not in self._known:
            self._known[day] = self._works(day)
        return self._known[day]

    def _works(self, day: date) -> bool:
        if day in self._exceptions:
            return self._exceptions[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5

    def holiday(self, day: date) -> str:
        """Return what a free day is called (清明节), empty for plain weekends and working days."""
        if day in self._exceptions:
            return "" if self._exceptions[day] else self._names.get(day) or OWN
        try:
            free, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            return ""
        return _NAMES.get(name, "") if free and name else ""

    def knows(self, day: date) -> bool:
        """Say whether the public holidays of the year of `day` are known."""
        return day <= known_until()

    def on_or_before(self, day: date) -> date:
        """Return `day`, or the last working day before it."""
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def on_or_after(self, day: date) -> date:
        """Return `day`, or the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def shifted(self, day: date, days: int) -> date:
        """Return the day `days` working days after `day`, or before it where `days` is negative; 0 is `day` itself."""
        step = _DAY if days > 0 else -_DAY
        for _ in range(abs(days)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days(self, start: date, end: date) -> list[date]:
        """Return the working days from `start` to `end`, both included."""
        span = (end - start).days
        return [day for day in (start + _DAY * n for n in range(span + 1)) if self.is_working_day(day)]


@cache
def known_until() -> date:
    """Return the last day for which public holidays are known."""
    return date(max(day.year for day in holidays), 12, 31)
