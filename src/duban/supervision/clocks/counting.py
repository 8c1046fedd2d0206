"""Counts limits, and says in a sentence how. Pure.

The first day does not count and a last day that is free goes on to the next working day (民法典 201, 203). A pause stands
the clock still: the days after the one on which it began, up to the one on which it ended, do not count, so what was left
when it began is left when it ends. Times are local; what is due on a day is due at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Literal, Protocol

Unit = Literal["days", "working_days", "hours", "months"]
#: The units of limits, and what a number of them is called.
UNITS: dict[Unit, str] = {"days": "天", "working_days": "个工作日", "hours": "小时", "months": "个月"}
#: What is due on a day is due at this time.
END_OF_DAY = time(23, 59, 59)

_DAY = timedelta(days=1)
# So many spells of free days are told one by one.
_TOLD = 6


class Calendar(Protocol):
    """Says which days are worked, and what free days are called."""

    def is_working_day(self, day: date) -> bool:
        """Say whether `day` is worked."""
        ...

    def holiday(self, day: date) -> str:
        """Return what `day` is called where it is a holiday (清明节), empty for weekends and working days."""
        ...

    def knows(self, day: date) -> bool:
        """Say whether the holidays of the year of `day` are known; where not, only weekends are free."""
        ...


@dataclass(frozen=True)
class Limit:
    """A limit: so many days, working days, hours or months."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number}{UNITS[self.unit]}"

    def __add__(self, other: Limit) -> Limit:
        """Return the limit with `other` on top. Raises `ValueError` where the two count in different units."""
        if self.unit != other.unit:
            raise ValueError(f"{self} + {other}")
        return Limit(self.number + other.number, self.unit)


@dataclass(frozen=True)
class Pause:
    """A time during which a clock stands still."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Counted:
    """When something is due, and how that was counted, in a Chinese sentence without its full stop."""

    due: datetime
    how: str

    @property
    def day(self) -> date:
        """The day on which it is due."""
        return self.due.date()


def due(start: datetime, limit: Limit, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Counted:
    """Return when what began at `start` is due; pauses that begin when it is over count for nothing."""
    stood = merged(pauses, since=start)
    if limit.unit == "hours":
        return _hours(start, limit, stood)
    count = {"days": _days, "months": _days, "working_days": _working_days}[limit.unit]
    return count(start, limit, calendar, stood)


def fixed(day: date, start: datetime, words: str) -> Counted:
    """Return the end of a day that a scheme or a paper names; no holiday and no pause moves it."""
    return Counted(datetime.combine(day, END_OF_DAY, start.tzinfo), f"{words}，到{_said(day)}")


def merged(pauses: Iterable[Pause], *, since: datetime) -> list[Pause]:
    """Return the pauses after `since` in order, those that touch as one."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.start):
        start, end = max(pause.start, since), pause.end
        if end <= start:
            continue
        if found and start <= found[-1].end:
            found[-1] = Pause(found[-1].start, max(end, found[-1].end))
        else:
            found.append(Pause(start, end))
    return found


def left(at: datetime, due: datetime, limit: Limit, calendar: Calendar) -> int:
    """Return how much of a limit is left at `at`: whole hours, working days or days; negative where it is over."""
    if limit.unit == "hours":
        return int((due - at).total_seconds() // 3600)
    if limit.unit == "working_days":
        ahead = due.date() >= at.date()
        first, last = sorted((at.date(), due.date()))
        count = sum(calendar.is_working_day(first + _DAY * n) for n in range(1, (last - first).days + 1))
        return count if ahead else -count
    return (due.date() - at.date()).days


def _hours(start: datetime, limit: Limit, stood: list[Pause]) -> Counted:
    end = start + timedelta(hours=limit.number)
    used: list[Pause] = []
    for pause in stood:
        if pause.start <= end:
            end += pause.end - pause.start
            used.append(pause)
    how = f"从{_moment(start, start)}起算{limit}{_paused(used, start)}，到{_moment(end, start)}"
    return Counted(end, how)


def _days(start: datetime, limit: Limit, calendar: Calendar, stood: list[Pause]) -> Counted:
    first = start.date()
    day = months_after(first, limit.number) if limit.unit == "months" else first + _DAY * limit.number
    used: list[Pause] = []
    for pause in stood:
        begun = pause.start.date()
        if begun > (last := _worked(day, calendar)):
            break
        # Begun on the days by which the end went on, what is left is those.
        day = (day if begun <= day else last) + (pause.end.date() - begun)
        used.append(pause)
    words = [f"从{_said(first)}次日起算{limit}{_paused(used, start)}，到{_said(day, first)}"]
    if (last := _worked(day, calendar)) != day:
        words.append(f"这天是{calendar.holiday(day) or '休息日'}，顺延到{_said(last, first)}")
    return _counted(last, start, words, calendar)


def _working_days(start: datetime, limit: Limit, calendar: Calendar, stood: list[Pause]) -> Counted:
    first = day = start.date()
    free: list[date] = []
    used: list[Pause] = []
    remaining = limit.number
    while True:
        # The clock stands from the day on which a pause begins to the day on which it ends.
        while len(used) < len(stood) and stood[len(used)].start.date() <= day:
            used.append(stood[len(used)])
            day = max(day, used[-1].end.date())
        if not remaining and calendar.is_working_day(day):
            break
        day += _DAY
        if not calendar.is_working_day(day):
            free.append(day)
        elif remaining:
            remaining -= 1
    skipped = _skipped(free, calendar, first)
    words = [f"从{_said(first)}次日起算{limit}{_paused(used, start)}{skipped}，到{_said(day, first)}"]
    return _counted(day, start, words, calendar)


def _worked(day: date, calendar: Calendar) -> date:
    while not calendar.is_working_day(day):
        day += _DAY
    return day


def _counted(day: date, start: datetime, words: list[str], calendar: Calendar) -> Counted:
    if not calendar.knows(day):
        words.append(f"{day.year}年的放假安排还没有公布，先按周末休息算")
    return Counted(datetime.combine(day, END_OF_DAY, start.tzinfo), "；".join(words))


def months_after(day: date, months: int) -> date:
    """Return the same day `months` later, or the last of that month where it is shorter (1月31日 + 1个月 = 2月28日)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)


def _paused(used: Sequence[Pause], start: datetime) -> str:
    if not used:
        return ""
    spans = "、".join(_span(one.start.date(), one.end.date(), start.date()) for one in used)
    return f"，扣除暂停的时间（{spans}）"


def _skipped(free: list[date], calendar: Calendar, start: date) -> str:
    """Return what was skipped: 周末 in general, holidays by name and days."""
    spells: list[tuple[str, date, date]] = []
    weekends = False
    for name, found in groupby(free, key=calendar.holiday):
        days = list(found)
        if name:
            spells.append((name, days[0], days[-1]))
        else:
            weekends = True
    told = [f"{name}（{_span(begin, end, start)}）" for name, begin, end in spells[:_TOLD]]
    if len(spells) > _TOLD:
        told.append("其他节假日")
    words = "和".join([*(["周末"] if weekends else []), *(["、".join(told)] if told else [])])
    return f"，跳过{words}" if words else ""


def _span(begin: date, end: date, beside: date) -> str:
    if begin == end:
        return _said(begin, beside)
    same = (begin.year, begin.month) == (end.year, end.month)
    return f"{_said(begin, beside)}至{f'{end.day}日' if same else _said(end, begin)}"


def _said(day: date, beside: date | None = None) -> str:
    """Return a day in words, without the year where it is that of `beside`."""
    year = "" if beside is not None and day.year == beside.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def _moment(at: datetime, beside: datetime) -> str:
    return f"{_said(at.date(), None if at is beside else beside.date())}{at:%H:%M}"
