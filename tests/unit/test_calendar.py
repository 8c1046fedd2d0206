"""Which days are worked."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from duban.organisations.calendar import Calendar, known_until

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def test_holidays_and_working_weekends_are_the_state_councils() -> None:
    calendar = Calendar()
    assert not calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2026, 11, 21))
    assert calendar.is_working_day(date(2026, 2, 14))  # a Saturday, worked for the Spring Festival
    assert calendar.on_or_before(date(2026, 10, 5)) == date(2026, 9, 30)


def test_past_what_is_known_weekends_alone_are_free() -> None:
    later = known_until() + timedelta(days=1)
    week = [later + timedelta(days=n) for n in range(7)]
    assert [Calendar().is_working_day(day) for day in week] == [day.weekday() < 5 for day in week]


def test_a_division_has_exceptions_of_its_own() -> None:
    day = date(2026, 3, 5)
    assert not Calendar({day: False}).is_working_day(day)
    assert Calendar({day: False}).on_or_after(day) == date(2026, 3, 6)


@settings(deadline=None)
@given(DAYS, st.integers(-60, 60).filter(bool))
def test_a_shift_lands_on_a_working_day_and_counts_them(day: date, days: int) -> None:
    calendar = Calendar()
    landed = calendar.shifted(day, days)
    assert calendar.is_working_day(landed)
    between = calendar.working_days(min(day, landed), max(day, landed))
    assert len([one for one in between if one != day]) == abs(days)
