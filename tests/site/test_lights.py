"""Lights follow from data, say why, and are kept day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from duban.dispatch.actions import lights, office_schemes, reports
from duban.dispatch.lighting import OFFICE_LIGHTS
from duban.dispatch.models import Report, TaskLight
from duban.dispatch.office_schemes import SchemeUnproved
from duban.dispatch.schemes import files
from duban.dispatch.schemes.problems import WrongScheme
from duban.organisations.access import NotAllowed
from duban.plans.models import Curve
from factories.rounds import District

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return District()


def handed_in(district: District, month: int, value: str) -> Report:
    """File a month's value in time, signed off."""
    report = district.month(month)
    in_time = district.before(report)
    reports.save(
        report=report,
        changes=[
            reports.Change(district.cell, "", value),
            reports.Change("progress", "", f"新开工{value}个项目，{month}月。"),
        ],
        by=district.liaison,
        at=in_time,
    )
    reports.submit(report=report, by=district.liaison, at=in_time)
    return reports.sign_off(report=report, by=district.head, at=in_time)


def light(district: District, day: date) -> TaskLight:
    return TaskLight.objects.filter(task=district.task, valid_from__lte=day).order_by("-valid_from")[0]


def test_a_light_says_why_and_which_reports_it_used(district: District) -> None:
    report = handed_in(district, 6, "20")
    assert lights.recompute(ledger=district.ledger, days=[date(2026, 7, 1)]) == 1
    row = light(district, date(2026, 7, 1))
    # By the end of June 181 of 365 days are over: 49.59 %; 20 of 52 are 38.46 %.
    assert (row.level, row.colour, row.rule) == ("yellow", "yellow", "落后10以上")
    assert row.why["reports"] == [report.pk]
    assert row.why["sentence"] == "2026年6月应完成49.59%，实际完成38.46%，落后11.13个百分点。"


def test_doing_it_again_changes_nothing_and_a_quiet_day_adds_nothing(district: District) -> None:
    handed_in(district, 6, "26")
    days = [date(2026, 7, 1) + timedelta(days=n) for n in range(20)]
    assert lights.recompute(ledger=district.ledger, days=days) == 1
    assert lights.recompute(ledger=district.ledger, days=days) == 0


def test_any_past_day_keeps_the_light_it_had(district: District) -> None:
    handed_in(district, 6, "20")
    lights.recompute(ledger=district.ledger, days=[date(2026, 7, 1)])
    handed_in(district, 7, "40")
    lights.recompute(ledger=district.ledger, days=[date(2026, 7, 1), date(2026, 8, 1)])
    assert [light(district, day).level for day in (date(2026, 7, 15), date(2026, 8, 2))] == ["yellow", "green"]


def test_a_correction_by_the_office_turns_the_light(district: District) -> None:
    report = handed_in(district, 6, "26")
    lights.recompute(ledger=district.ledger, days=[date(2026, 7, 1)])
    assert light(district, date(2026, 7, 1)).level == "green"
    reports.correct(
        report=report,
        changes=[reports.Change(district.cell, "26", "5")],
        reason="只有5个取得施工许可",
        by=district.clerk,
    )
    lights.recompute(ledger=district.ledger, days=[date(2026, 7, 1)])
    assert light(district, date(2026, 7, 1)).level == "failing"


def test_the_curve_that_the_unit_agreed_decides_not_the_calendar(district: District) -> None:
    Curve.objects.create(indicator=district.indicator, kind="monthly", monthly={"2026-06": "10", "2026-12": "52"})
    handed_in(district, 6, "11")
    lights.recompute(ledger=district.ledger, days=[date(2026, 7, 1)])
    row = light(district, date(2026, 7, 1))
    assert row.level == "green"
    assert row.expected is not None
    assert row.expected < Decimal(25)


def test_an_office_sets_a_light_for_a_while_and_it_ends_by_itself(district: District) -> None:
    handed_in(district, 6, "5")
    today = date(2026, 7, 1)
    lights.recompute(ledger=district.ledger, days=[today])
    lights.override(
        task=district.task,
        level="yellow",
        reason="汛情停工，已报批",
        until=date(2026, 7, 10),
        by=district.clerk,
        today=today,
    )
    assert light(district, today).why["override"] == "汛情停工，已报批"
    lights.recompute(ledger=district.ledger, days=[date(2026, 7, 10), date(2026, 7, 11)])
    assert [light(district, day).level for day in (date(2026, 7, 10), date(2026, 7, 11))] == ["yellow", "failing"]


def test_who_may_set_a_light_and_how_is_the_schemes_word(district: District) -> None:
    with pytest.raises(NotAllowed):
        lights.override(
            task=district.task,
            level="green",
            reason="赶上来了",
            until=date(2026, 7, 10),
            by=district.head,
            today=date(2026, 7, 1),
        )
    for facts, problem in (
        ({"reason": " ", "until": date(2026, 7, 10)}, "没有写改灯的理由"),
        ({"reason": "汛情", "until": date(2026, 12, 31)}, "最长31天"),
        ({"reason": "汛情", "until": date(2026, 6, 1)}, "早于开始日"),
    ):
        wrong: dict[str, Any] = facts
        with pytest.raises(lights.OverrideNotAllowed, match=problem):
            lights.override(task=district.task, level="yellow", by=district.clerk, today=date(2026, 7, 1), **wrong)


def test_a_set_light_can_be_ended_early(district: District) -> None:
    handed_in(district, 6, "5")
    today = date(2026, 7, 1)
    given = lights.override(
        task=district.task, level="yellow", reason="汛情停工", until=date(2026, 7, 20), by=district.clerk, today=today
    )
    lights.end_override(override=given, by=district.clerk, today=date(2026, 7, 5))
    assert light(district, date(2026, 7, 5)).level == "failing"


def test_a_ledger_follows_another_scheme_from_a_day_on(district: District) -> None:
    handed_in(district, 6, "20")
    lights.adopt(ledger=district.ledger, preset="monthly", valid_from=date(2026, 7, 10), by=district.clerk)
    lights.recompute(ledger=district.ledger, days=[date(2026, 7, 1), date(2026, 7, 10)])
    before, after = light(district, date(2026, 7, 9)), light(district, date(2026, 7, 10))
    assert before.scheme is None
    assert after.scheme is not None
    assert (after.scheme.name, after.scheme.version) == ("monthly", 1)


def test_an_office_changes_a_scheme_as_a_new_version_once_it_proves_itself(district: District) -> None:
    text = files.text_of("default").replace('name = "default"', 'name = "lanqiao"', 1)
    first = office_schemes.keep_own(kept=OFFICE_LIGHTS, division=district.division, text=text, by=district.clerk)
    assert (
        office_schemes.keep_own(kept=OFFICE_LIGHTS, division=district.division, text=text, by=district.clerk) == first
    )
    stricter = text.replace("behind = { at_least = 10 } }", "behind = { at_least = 5 } }")
    with pytest.raises(SchemeUnproved, match="算例对不上"):
        office_schemes.keep_own(kept=OFFICE_LIGHTS, division=district.division, text=stricter, by=district.clerk)
    with pytest.raises(WrongScheme):
        office_schemes.keep_own(kept=OFFICE_LIGHTS, division=district.division, text="kind = ", by=district.clerk)
    with pytest.raises(NotAllowed):
        office_schemes.keep_own(kept=OFFICE_LIGHTS, division=district.division, text=text, by=district.liaison)


def test_the_number_of_statements_does_not_grow_with_the_tasks(
    district: District, django_assert_max_num_queries: Any
) -> None:
    from factories.site import IndicatorFactory, ResponsibilityFactory, TaskFactory

    for _ in range(30):
        task = TaskFactory(ledger=district.ledger)
        ResponsibilityFactory(task=task, unit=district.unit)
        IndicatorFactory(task=task)
    with django_assert_max_num_queries(25):
        assert lights.recompute(ledger=district.ledger, days=[date(2026, 7, 1)]) == 31
