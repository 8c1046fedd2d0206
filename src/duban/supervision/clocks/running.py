"""When each step of a matter is due by its scheme. Pure; the database's steps and the examples are counted by the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from duban.supervision.clocks.counting import Calendar, Counted, Limit, Pause, due, fixed
from duban.supervision.clocks.scheme import ClockScheme, End, Example, Missed, Step


@dataclass(frozen=True)
class Running:
    """A step that runs: since when, and when it is due."""

    start: datetime
    counted: Counted


def day_of(year: int, on: tuple[int, int]) -> date:
    """Return a day of a year; 29 February is the 28th where the year has none."""
    month, day = on
    return date(year, month, day) if (month, day) != (2, 29) or _leap(year) else date(year, 2, 28)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def count(
    limit: Limit | None,
    on: date | None,
    start: datetime,
    calendar: Calendar,
    *,
    pauses: Iterable[Pause] = (),
    end: tuple[date, str] | None = None,
    words: str = "办法定在这一天",
) -> Counted:
    """Return when a step that began at `start` is due: by its limit or `on` a day, and no later than the `end` of all.

    `end` is the day with the words for it, as :func:`end_of` gives it; `words` say where the day `on` comes from.
    """
    if on is not None:
        return fixed(on, start, words)
    assert limit is not None
    counted = due(start, limit, calendar, pauses)
    if end and end[0] < counted.day:
        return fixed(end[0], start, f"{counted.how}；{end[1]}")
    return counted


def end_of(end: End | None, received: date) -> tuple[date, str] | None:
    """Return the day by which everything received on `received` is over, with its words; None where there is none."""
    if end is None or received > day_of(received.year, end.received_until):
        return None
    return day_of(received.year, end.by), end.say


def starts_at(step: Step, received: date, assigned: datetime, done: Mapping[str, datetime]) -> datetime | None:
    """Return when a step starts; None while the step that it follows is not done."""
    if step.after:
        return done.get(step.after)
    if step.start == "received":
        return datetime.combine(received, time(), assigned.tzinfo)
    return assigned


def timeline(scheme: ClockScheme, example: Example, calendar: Calendar) -> dict[str, Running]:
    """Return the steps of an example that have started, by name. A step whose day of the year is over never starts."""
    found = {}
    end = end_of(scheme.end, example.received)
    for step in scheme.steps:
        start = starts_at(step, example.received, example.assigned, example.done)
        if start is None:
            continue
        on = day_of(example.assigned.year, step.on) if step.on else None
        if on and on < example.assigned.date():
            continue
        limit = step.limit(example.urgency)
        if limit and (more := example.extended.get(step.name)):
            limit = Limit(limit.number + more, limit.unit)
        pauses = [
            Pause(datetime.combine(begin, time(12), start.tzinfo), datetime.combine(over, time(), start.tzinfo))
            for begin, over in example.paused
        ]
        counted = count(limit, on, start, calendar, pauses=pauses if step.pausable else (), end=end)
        found[step.name] = Running(start, counted)
    return found


def consequences(missed: Iterable[Missed], due_on: date, seen: date) -> list[Missed]:
    """Return what has followed by the end of `seen` for a step that was due on `due_on` and is still open."""
    late = (seen - due_on).days
    return [one for one in missed if late > one.after]
