"""From numbers that units report to the light of their task."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from duban.dispatch.curves import Goal, Reading
from duban.dispatch.judging import Filing, judged_months
from duban.dispatch.progress import Work
from duban.dispatch.schemes.files import presets
from duban.dispatch.schemes.lights.evaluating import Light, evaluate
from duban.dispatch.schemes.lights.facts import Facts

START, DUE = date(2026, 1, 1), date(2026, 12, 31)
HOMES = Goal(Decimal(365), START, DUE, floor=Decimal(292))  # one a day, four fifths at the least
INCOME = Goal(Decimal(6), START, DUE, measure="growth")
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)
REPORT_DUE = {"2026-03": date(2026, 4, 5), "2026-04": date(2026, 5, 8)}

HOME_READINGS = [
    Reading(MARCH, Decimal(45), date(2026, 4, 3), 31),
    Reading(MARCH, Decimal(85), date(2026, 4, 20), 33),  # corrected
    Reading(APRIL, Decimal(118), date(2026, 5, 6), 41),
]
FILINGS = [
    Filing("2026-03", date(2026, 4, 3), 31),
    Filing("2026-03", date(2026, 4, 20), 33),
    Filing("2026-04", date(2026, 5, 6), 41),
]


def light(on: date, work: Work, month: str | None = None) -> Light:
    months, reports = judged_months(work, REPORT_DUE, FILINGS, on=on)
    return evaluate(presets()["deviation"], Facts(DUE, months, reports, START, START), on=on, month=month)


def test_a_task_of_one_indicator() -> None:
    work = Work(START, DUE, {1: (HOMES, HOME_READINGS)})
    found = light(date(2026, 4, 6), work)
    assert found.why == "2026年3月应完成24.66%，实际完成12.33%，落后12.33个百分点，在10至30个百分点之间。"
    assert found.reports == (31,)
    assert light(date(2026, 4, 20), work).level.name == "green"
    assert light(date(2026, 5, 6), work).reports == (41,)
    assert light(date(2026, 5, 6), work, "2026-03").reports == (33,)


def test_an_indicator_of_which_nothing_is_known_yet_is_left_out_on_both_sides() -> None:
    alone = light(date(2026, 4, 6), Work(START, DUE, {1: (HOMES, HOME_READINGS)}))
    both = light(date(2026, 4, 6), Work(START, DUE, {1: (HOMES, HOME_READINGS), 2: (INCOME, [])}))
    assert both.numbers == alone.numbers
    nothing = light(date(2026, 4, 6), Work(START, DUE, {2: (INCOME, [])}))
    assert (nothing.level.name, nothing.why) == ("green", "没有可以比较的数，按办法为“正常”。")


def test_the_floor_has_its_own_light() -> None:
    months, reports = judged_months(Work(START, DUE, {1: (HOMES, HOME_READINGS)}), REPORT_DUE, FILINGS, on=MARCH)
    assert not reports
    months, reports = judged_months(
        Work(START, DUE, {1: (HOMES, HOME_READINGS)}), REPORT_DUE, FILINGS, on=date(2026, 4, 6)
    )
    assert reports[0].below_floor  # 45 of the 72 that the floor asks for
    found = evaluate(presets()["default"], Facts(DUE, months, reports), on=date(2026, 4, 6))
    assert (found.rule, found.reports) == ("低于底线", (31,))
