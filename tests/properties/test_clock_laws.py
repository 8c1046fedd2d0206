"""Laws of clocks, for any start, limit, calendar and pause."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from duban.organisations.calendar import Calendar
from duban.supervision.clocks import files
from duban.supervision.clocks.counting import UNITS, Limit, Pause, due, left
from duban.supervision.clocks.running import timeline
from duban.supervision.clocks.scheme import URGENCIES, Example

LAW = settings(max_examples=150, deadline=None)
ZONE = timezone(timedelta(hours=8))
#: Years with a leap day, a New Year and a spring festival that are known, and some that are not.
moments = st.datetimes(datetime(2023, 12, 1), datetime(2028, 3, 5), timezones=st.just(ZONE))
limits = st.builds(Limit, st.integers(1, 40), st.sampled_from(list(UNITS)))
days = st.dates(date(2023, 12, 1), date(2028, 8, 1))
calendars = st.builds(Calendar, st.dictionaries(days, st.booleans(), max_size=12))


@st.composite
def pauses(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Pauses after `start`, in any order, some of them one over the other."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + timedelta(hours=draw(st.integers(0, 24 * 60)))
        found.append(Pause(begin, begin + timedelta(hours=draw(st.integers(1, 24 * 30)))))
    return found


@LAW
@given(moments, limits, st.dictionaries(days, st.booleans(), max_size=12), days, st.data())
def test_adding_a_holiday_never_shortens_a_limit(
    start: datetime, limit: Limit, exceptions: dict[date, bool], holiday: date, data: st.DataObject
) -> None:
    stood = data.draw(pauses(start))
    before = due(start, limit, Calendar(exceptions), stood)
    after = due(start, limit, Calendar({**exceptions, holiday: False}), stood)
    assert after.due >= before.due


@LAW
@given(moments, limits, calendars, st.integers(0, 24 * 80), st.integers(1, 24 * 40))
def test_pausing_and_resuming_keeps_what_was_left(
    start: datetime, limit: Limit, calendar: Calendar, after: int, length: int
) -> None:
    begin = start + timedelta(hours=after)
    pause = Pause(begin, begin + timedelta(hours=length))
    before, later = due(start, limit, calendar), due(start, limit, calendar, [pause])
    if begin > before.due:
        assert later.due == before.due
        return
    was, now = left(pause.start, before.due, limit, calendar), left(pause.end, later.due, limit, calendar)
    if limit.unit in ("days", "months"):
        # The last day goes on to a working day, before as after; what is left of the limit itself is the same.
        assert now >= 0
        assert abs(now - was) <= _longest_rest(calendar, before.day, later.day)
    elif limit.unit == "working_days" and was == 0 and not calendar.is_working_day(pause.end.date()):
        # Nothing was left and the clock runs again on a free day: it is due on the next that is worked.
        assert now == 1
    else:
        assert now == was


def _longest_rest(calendar: Calendar, first: date, last: date) -> int:
    day, longest = min(first, last) - timedelta(days=20), 0
    run = 0
    while day <= max(first, last) + timedelta(days=1):
        run = 0 if calendar.is_working_day(day) else run + 1
        longest = max(longest, run)
        day += timedelta(days=1)
    return longest


@LAW
@given(moments, limits, calendars, st.data())
def test_a_pause_never_shortens_and_order_does_not_matter(
    start: datetime, limit: Limit, calendar: Calendar, data: st.DataObject
) -> None:
    stood = data.draw(pauses(start))
    counted = due(start, limit, calendar, stood)
    assert counted.due >= due(start, limit, calendar).due
    assert counted == due(start, limit, calendar, stood[::-1])


@LAW
@given(moments, limits, calendars)
def test_a_limit_ends_after_it_began_on_a_day_that_is_worked(start: datetime, limit: Limit, calendar: Calendar) -> None:
    counted = due(start, limit, calendar)
    assert counted.due > start
    assert limit.unit == "hours" or calendar.is_working_day(counted.day)
    assert counted.how.startswith("从")


@LAW
@given(moments, st.integers(1, 40), st.sampled_from(list(UNITS)), calendars, st.integers(0, 20))
def test_more_time_never_ends_earlier(start: datetime, number: int, unit: str, calendar: Calendar, more: int) -> None:
    limit = Limit(number, unit)  # type: ignore[arg-type]
    longer = Limit(number + more, unit)  # type: ignore[arg-type]
    assert due(start, longer, calendar).due >= due(start, limit, calendar).due


@LAW
@given(st.sampled_from(list(files.presets().values())), moments, st.sampled_from(list(URGENCIES)), calendars)
def test_whatever_is_assigned_has_a_step_that_runs(
    scheme: files.ClockScheme, assigned: datetime, urgency: str, calendar: Calendar
) -> None:
    example = Example("", received=assigned.date(), assigned=assigned, urgency=urgency)
    running = timeline(scheme, example, calendar)
    assert running
    assert all(one.counted.day >= assigned.date() for one in running.values())
