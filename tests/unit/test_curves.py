"""How far an indicator should be on a day, and how far it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from duban.dispatch.curves import (
    ByMilestones,
    Goal,
    Milestone,
    Monthly,
    Reading,
    expected,
    expected_floor,
    meets,
    standing,
)
from duban.dispatch.forecasts import forecast
from duban.dispatch.progress import Work, task_standing

START, DUE = date(2026, 1, 1), date(2026, 12, 31)
HALF = date(2026, 7, 2)  # the 183rd of 365 days
ROADS = Goal(Decimal(365), START, DUE)


def read(value: object, on: date, report: int = 1, filed: date | None = None) -> Reading:
    return Reading(on, Decimal(str(value)), filed or on, report)


def test_a_level_runs_evenly_and_a_day_counts_as_over() -> None:
    assert [expected(ROADS, day) for day in (date(2025, 12, 31), START, date(2026, 1, 31), DUE, date(2027, 3, 1))] == [
        0, 1, 31, 365, 365,
    ]  # fmt: skip


def test_a_level_starts_from_its_base() -> None:
    kindergartens = replace(ROADS, value=Decimal(500), base=Decimal(135))
    found = standing(kindergartens, [read(200, date(2026, 4, 10))], date(2026, 4, 10))
    assert found
    # The 100th day: 135 + 100 expected, 35 short of 365 to go.
    assert (found.expected, found.behind) == (235, Decimal("9.59"))


def test_milestones_count_on_the_day_they_are_due() -> None:
    steps = (Milestone(date(2026, 3, 31), Decimal(20)), Milestone(date(2026, 9, 30), Decimal(80)))
    goal = replace(ROADS, value=Decimal(50), curve=ByMilestones(steps))
    assert [expected(goal, day) for day in (date(2026, 3, 30), date(2026, 3, 31), HALF, date(2026, 9, 30))] == [
        0, 10, 10, 50,
    ]  # fmt: skip
    same = replace(goal, curve=ByMilestones(tuple(replace(step, weight=Decimal(0)) for step in steps)))
    assert expected(same, HALF) == 25


def test_monthly_targets_run_evenly_between_the_ends_of_months() -> None:
    goal = replace(ROADS, value=Decimal(100), curve=Monthly({"2026-04": Decimal(30), "2026-06": Decimal("91")}))
    assert expected(goal, date(2026, 4, 30)) == 30
    assert expected(goal, date(2026, 5, 31)) == 30 + Decimal(61) * 31 / 61
    assert expected(goal, date(2026, 2, 28)) == Decimal("14.75")
    assert expected(goal, DUE) == 100


def test_a_state_is_compared_with_the_target_from_the_first_month_on() -> None:
    growth = replace(ROADS, value=Decimal(8), measure="growth")
    found = standing(growth, [read(6, date(2026, 2, 28))], date(2026, 2, 28))
    assert found
    assert (found.expected, found.progress, found.behind) == (8, 75, 25)
    monthly = replace(growth, curve=Monthly({"2026-03": Decimal(5), "2026-06": Decimal(7)}))
    assert [expected(monthly, day) for day in (date(2026, 2, 1), date(2026, 5, 31), date(2026, 6, 30), DUE)] == [
        5, 5, 7, 8,
    ]  # fmt: skip
    assert standing(growth, [], HALF) is None


def test_at_most_is_behind_where_more_was_used_than_the_days_allow() -> None:
    accidents = replace(ROADS, value=Decimal(12), comparator="<=")
    found = standing(accidents, [read(9, HALF)], HALF)
    assert found
    assert found.behind == Decimal("24.86")  # 12 × 183 ÷ 365 = 6.016 allowed; (9 - 6.016) ÷ 12
    assert found.progress == Decimal("25.27")
    ahead = standing(accidents, [read(2, HALF)], HALF)
    assert ahead
    assert ahead.progress == ahead.expected_progress  # using less than allowed is being on track, not being done
    assert standing(replace(accidents, value=Decimal(0)), [read(1, HALF)], HALF).behind == 100  # type: ignore[union-attr]
    prices = standing(replace(accidents, value=Decimal(3), measure="growth"), [read("3.3", HALF)], HALF)
    assert prices
    assert (prices.behind, prices.met) == (10, False)


def test_at_most_from_above_goes_down() -> None:
    waste = Goal(Decimal(60), START, DUE, comparator="<=", base=Decimal(100))
    found = standing(waste, [read(90, HALF)], HALF)
    assert found
    assert (found.progress, found.behind) == (25, Decimal("25.14"))


def test_floor_and_target_have_a_line_each() -> None:
    goal = replace(ROADS, floor=Decimal(292))
    assert expected_floor(goal, date(2026, 4, 10)) == 80
    day = date(2026, 4, 10)
    assert [standing(goal, [read(value, day)], day).below_floor for value in (79, 80)] == [True, False]  # type: ignore[union-attr]
    air = replace(goal, measure="share", value=Decimal(85), floor=Decimal(80))
    assert expected_floor(air, START) == 80


def test_a_range_is_missed_on_either_side() -> None:
    goal = Goal(Decimal(4), START, DUE, comparator="range", high=Decimal(6), measure="growth")
    assert [meets(goal, Decimal(value)) for value in (3, 4, 6, 7)] == [False, True, True, False]
    over = standing(goal, [read(7, HALF)], HALF)
    assert over
    assert over.behind == 25


def test_what_was_filed_later_is_not_known() -> None:
    march = date(2026, 3, 31)
    readings = [read(50, march, 1, date(2026, 4, 3)), read(80, march, 2, date(2026, 4, 20))]
    known = [standing(ROADS, readings, march, known_on=day) for day in (march, date(2026, 4, 5), date(2026, 4, 20))]
    assert [(found.value, found.report) for found in known if found] == [(None, None), (50, 1), (80, 2)]


def test_a_task_is_the_mean_of_its_parts_and_none_hides_another() -> None:
    day = date(2026, 4, 10)  # 100 of 365 days
    steps = (Milestone(day, done_on=day), Milestone(DUE))
    goals = {7: (ROADS, [read(730, day, 11)]), 8: (ROADS, [read(0, day, 12)])}
    found = task_standing(Work(START, DUE, goals, steps, [read(99, day, 13)]), day)
    assert found.progress == 50  # 100 (not 200), 0, and half the milestones; the stated 99 is not asked
    assert (found.basis, found.worst, found.reports) == ("both", 8, (11, 12))


def test_the_reported_percentage_counts_where_there_is_nothing_else() -> None:
    found = task_standing(Work(START, DUE, {}, reported=[read(40, HALF, 9)]), HALF)
    assert (found.progress, found.expected, found.behind, found.basis) == (
        40,
        Decimal("50.14"),
        Decimal("10.14"),
        "reported",
    )
    silent = task_standing(Work(START, DUE, {}), HALF)
    assert (silent.progress, silent.basis) == (0, "nothing")


def test_a_forecast_goes_on_at_the_pace_and_one_wild_number_does_not_move_it() -> None:
    days = [START + timedelta(days=30 * n) for n in range(1, 7)]
    readings = [read(0 if n == 3 else 15 * n, day, n) for n, day in enumerate(days, 1)]
    found = forecast(ROADS, readings, days[-1])
    assert found
    assert found.pace == Decimal("0.5")
    assert found.value == 182  # half a unit a day over the 364 days after the first
    assert (found.outlook, found.reports) == ("misses", (1, 2, 3, 4, 5, 6))
    assert found.low <= found.value <= found.high
    assert forecast(replace(ROADS, value=Decimal(100)), readings[:2], days[1]) is None
    assert forecast(replace(ROADS, value=Decimal(100)), [*readings[:2], readings[3]], days[3]).outlook == "meets"  # type: ignore[union-attr]


VALUES = st.decimals(0, 1000, places=2)
DAYS = st.dates(START, DUE)


@given(VALUES, VALUES, DAYS, st.sampled_from(["level", "growth", "share"]), VALUES)
def test_more_never_puts_a_promise_of_at_least_further_behind(
    less: Decimal, more: Decimal, day: date, measure: str, target: Decimal
) -> None:
    less, more = sorted([less, more])
    goal = replace(ROADS, value=target + 1, measure=measure)
    low, high = (standing(goal, [read(value, day)], day) for value in (less, more))
    assert low
    assert high
    assert high.behind <= low.behind
    assert high.progress >= low.progress


@given(VALUES, VALUES, DAYS, VALUES, VALUES)
def test_more_never_helps_a_promise_of_at_most(
    less: Decimal, more: Decimal, day: date, target: Decimal, base: Decimal
) -> None:
    less, more = sorted([less, more])
    goal = replace(ROADS, value=target, base=base, comparator="<=")
    low, high = (standing(goal, [read(value, day)], day) for value in (less, more))
    assert low
    assert high
    assert high.behind >= low.behind
    assert high.progress <= low.progress


@given(DAYS, DAYS, VALUES, VALUES)
def test_what_is_expected_never_falls(before: date, after: date, first: Decimal, second: Decimal) -> None:
    before, after = sorted([before, after])
    low, high = sorted([first, second])
    monthly = Monthly({"2026-03": low, "2026-08": high})
    for goal in (replace(ROADS, value=high), replace(ROADS, value=high, curve=monthly)):
        assert expected(goal, before) <= expected(goal, after)
