"""How limits are counted: each case worked by hand on the calendar of 2026."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from duban.organisations.calendar import Calendar
from duban.supervision.clocks.counting import Limit, Pause, due, left, months_after

ZONE = timezone(timedelta(hours=8))
CALENDAR = Calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "limit", "day", "how"),
    [
        (
            "2026-03-30 09:00", Limit(15, "working_days"), "2026-04-21",
            "从2026年3月30日次日起算15个工作日，跳过周末和清明节（4月4日至6日），到4月21日",
        ),
        ("2026-03-05 09:00", Limit(3, "days"), "2026-03-09", "从2026年3月5日次日起算3天，到3月8日；这天是休息日，顺延到3月9日"),
        ("2026-11-30 09:00", Limit(3, "months"), "2027-03-01", None),
        # Over the New Year: 1 to 3 January 2026 are free, 4 January is worked.
        ("2025-12-30 09:00", Limit(2, "working_days"), "2026-01-04", None),
        ("2027-12-31 09:00", Limit(2, "months"), "2028-02-29", None),
        ("2028-02-29 09:00", Limit(12, "months"), "2029-02-28", None),
        ("2026-03-05 16:30", Limit(24, "hours"), "2026-03-06", "从2026年3月5日16:30起算24小时，到3月6日16:30"),
    ],
)  # fmt: skip
def test_a_limit_is_counted_and_says_how(start: str, limit: Limit, day: str, how: str | None) -> None:
    counted = due(at(start), limit, CALENDAR)
    assert counted.day.isoformat() == day, counted.how
    if how:
        assert counted.how == how


def test_past_the_known_holidays_it_says_so() -> None:
    assert "2031年的放假安排还没有公布" in due(at("2031-03-03 09:00"), Limit(5, "working_days"), CALENDAR).how


def test_a_pause_takes_its_days_out() -> None:
    start, limit = at("2026-03-02 09:00"), Limit(10, "working_days")
    pause = Pause(at("2026-03-05 10:00"), at("2026-03-12 15:00"))
    before, after = due(start, limit, CALENDAR), due(start, limit, CALENDAR, [pause])
    assert left(pause.start, before.due, limit, CALENDAR) == 7
    assert left(pause.end, after.due, limit, CALENDAR) == 7
    assert after.how == ("从2026年3月2日次日起算10个工作日，扣除暂停的时间（3月5日至12日），跳过周末，到3月23日")


def test_months_end_with_the_month_where_it_is_shorter() -> None:
    assert months_after(at("2026-01-31 00:00").date(), 1).isoformat() == "2026-02-28"
    assert months_after(at("2026-12-31 00:00").date(), 6).isoformat() == "2027-06-30"
