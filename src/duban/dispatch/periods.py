"""The periods of a schedule and the days of their rounds; pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

PeriodName = Literal["ten_days", "half_month", "month", "quarter", "once"]
ShiftName = Literal["none", "next", "previous"]
WorkingDay = Callable[[date], bool]


@dataclass(frozen=True)
class PlannedRound:
    """A round to come: its name, its period, and the days on which it opens and is due."""

    name: str
    start: date
    end: date
    opens: date
    due: date


def periods(year: int, period: PeriodName) -> Iterator[tuple[str, date, date]]:
    """Yield name, first and last day of each period of `year`, in order; together they cover the year once."""
    if period == "once":
        yield f"{year}年", date(year, 1, 1), date(year, 12, 31)
        return
    if period == "quarter":
        for number, name in enumerate("一二三四"):
            last = number * 3 + 3
            yield f"{year}年第{name}季度", date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])
        return
    cuts = {"month": (), "half_month": (15,), "ten_days": (10, 20)}[period]
    words = {"month": ("",), "half_month": ("上半月", "下半月"), "ten_days": ("上旬", "中旬", "下旬")}[period]
    for month in range(1, 13):
        first = 1
        for word, last in zip(words, (*cuts, monthrange(year, month)[1]), strict=True):
            yield f"{year}年{month}月{word}", date(year, month, first), date(year, month, last)
            first = last + 1


def shifted(day: date, shift: ShiftName, is_working_day: WorkingDay) -> date:
    """Return `day`, or the nearest working day after (`next`) or before (`previous`) it where it is none."""
    if shift == "none":
        return day
    step = timedelta(days=1 if shift == "next" else -1)
    while not is_working_day(day):
        day += step
    return day


def rounds(
    year: int,
    period: PeriodName,
    *,
    opens_before: int,
    due_after: int,
    shift: ShiftName,
    is_working_day: WorkingDay,
) -> list[PlannedRound]:
    """Return the rounds of `year`: open `opens_before` days before a period's last day, due `due_after` days after it.

    Where holidays move the two past each other, a round is due on the day it opens.
    """
    planned = []
    for name, start, end in periods(year, period):
        opens = shifted(end - timedelta(days=opens_before), shift, is_working_day)
        due = shifted(end + timedelta(days=due_after), shift, is_working_day)
        planned.append(PlannedRound(name, start, end, min(opens, due), due))
    return planned
