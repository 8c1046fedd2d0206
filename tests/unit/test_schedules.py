"""Dates worked out backwards, and the rules of expected progress."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.organisations.calendar import Calendar
from duban.plans.schedules import NoRoom, Step, check_monthly, check_weights, months, propose_dates, reaches

IS_WORKED = Calendar().is_working_day
START, DUE = date(2026, 3, 2), date(2026, 6, 30)


def test_each_step_ends_so_many_working_days_before_the_next() -> None:
    steps = [Step("立项", days=10), Step("招标", days=20), Step("开工", days=5)]
    found = propose_dates(date(2026, 10, 9), steps, start=START, is_working_day=IS_WORKED)
    # 1 to 7 October and 25 to 27 September are holidays, Sunday 20 September is worked.
    assert found.dates == (date(2026, 8, 28), date(2026, 9, 24), date(2026, 10, 9))
    assert not found.cautions


def test_weights_share_the_working_days() -> None:
    steps = [Step("主体", weight=Decimal(25)), Step("装修", weight=Decimal(50)), Step("验收", weight=Decimal(25))]
    found = propose_dates(DUE, steps, start=START, is_working_day=lambda day: day.weekday() < 5)
    worked = [START + timedelta(days=n) for n in range(121) if (START + timedelta(days=n)).weekday() < 5]
    assert found.dates == (worked[21], worked[65], worked[-1])


def test_too_little_time_is_said_and_none_is_refused() -> None:
    found = propose_dates(DUE, [Step("建设", days=200)], start=START, is_working_day=IS_WORKED)
    assert "时间不够" in found.cautions[0]
    holiday = date(2026, 10, 1)
    with pytest.raises(NoRoom, match="没有工作日"):
        propose_dates(holiday, [Step("建设")], start=holiday, is_working_day=IS_WORKED)


STEPS = st.one_of(
    st.lists(st.builds(Step, st.just("节点"), days=st.integers(1, 60)), min_size=1, max_size=8),
    st.lists(st.builds(Step, st.just("节点"), weight=st.decimals(0, 100, places=2)), min_size=1, max_size=8),
)


@settings(deadline=None)
@given(st.dates(date(2026, 2, 1), date(2026, 12, 31)), STEPS)
def test_dates_are_worked_in_order_and_end_on_time(due: date, steps: list[Step]) -> None:
    start = date(2026, 1, 4)
    dates = propose_dates(due, steps, start=start, is_working_day=IS_WORKED).dates
    assert len(dates) == len(steps)
    assert list(dates) == sorted(dates)
    assert all(map(IS_WORKED, dates))
    assert dates[-1] == Calendar().on_or_before(due)


def test_cumulative_targets_do_not_fall_and_should_reach_the_target() -> None:
    falling = {"2026-03": Decimal(10), "2026-04": Decimal(8)}
    assert "不能减少" in check_monthly(falling, measure="level")
    assert not check_monthly(falling, measure="growth")
    rising = {"2026-04": Decimal(40), "2026-03": Decimal(10)}
    assert not check_monthly(rising, measure="level")
    assert "没有达到目标52" in reaches(rising, target=Decimal(52), comparator=">=")
    assert not reaches(rising, target=Decimal(40), comparator=">=")
    assert not reaches(rising, target=Decimal(52), comparator="<=")
    assert check_monthly({}, measure="level")


def test_weights_are_empty_or_make_a_hundred() -> None:
    assert not check_weights([Decimal(0), Decimal(0)])
    assert not check_weights([Decimal("33.3"), Decimal("66.7")])
    assert "90%" in check_weights([Decimal(40), Decimal(50)])


def test_months_run_over_the_end_of_the_year() -> None:
    assert months(date(2026, 11, 5), date(2027, 2, 1)) == ["2026-11", "2026-12", "2027-01", "2027-02"]
