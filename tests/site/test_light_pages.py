"""The light on a task's page, setting it by hand, and the page of an indicator."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from test_ledger_page import signed_in
from test_lights import handed_in
from test_rounds import District

from duban.dispatch.actions import lights, reports
from duban.dispatch.models import LightOverride, Report, TaskLight
from duban.dispatch.queries.indicators import indicator_year
from duban.organisations.roles import Role
from duban.plans.models import Curve
from factories.site import IndicatorFactory, LedgerFactory, TaskFactory, UnitFactory, person_as

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 10)


@pytest.fixture
def district(monkeypatch: pytest.MonkeyPatch) -> District:
    """Four months are in, the pace is too slow, the light is green by the curve that the unit agreed."""
    noon = timezone.make_aware(datetime(2026, 7, 10, 12))
    monkeypatch.setattr(timezone, "now", lambda: noon)
    made = District()
    monthly = {"2026-03": "5", "2026-06": "8", "2026-12": "52"}
    Curve.objects.create(indicator=made.indicator, kind="monthly", monthly=monthly)
    for month, value in ((3, "5"), (4, "6"), (5, "7"), (6, "8")):
        handed_in(made, month, value)
    days = [date(2026, 4, 1), date(2026, 5, 10), TODAY]
    lights.recompute(ledger=made.ledger, days=days)
    return made


def task_page(district: District, person: Any = None, query: str = "") -> str:
    address = reverse("plans:task", args=[district.task.pk]) + query
    return signed_in(person or district.clerk).get(address).content.decode()


def test_a_task_says_why_its_light_is_on_and_that_it_will_miss(district: District) -> None:
    shown = task_page(district)
    assert "2026年6月应完成15.38%，实际完成15.38%，没有触发预警。" in shown
    assert "现在是正常，但照最近的进度，到期时有指标完不成" in shown
    assert "没有触发任何规则" in shown
    assert "2026年6月 区发展改革局" in shown
    assert "预计完不成" in shown
    assert "按指标计算" in shown


def test_the_forecast_and_light_of_a_past_day_know_only_what_was_known(district: District) -> None:
    from duban.plans.snapshots import record_versions

    record_versions([district.task], valid_from=date(2026, 1, 1), reason="印发", by=district.clerk)
    then = task_page(district, query="?on=2026-04-20")
    assert "2026年3月应完成9.62%" in then
    assert "报满三次才预测" in then
    assert "手工改灯" not in then
    assert "light-head" not in task_page(district, query="?on=2026-02-20")


def test_a_light_is_set_by_hand_on_the_page_and_ended_there(district: District) -> None:
    client = signed_in(district.clerk)
    page = reverse("plans:task", args=[district.task.pk])
    form = {"level": "yellow", "reason": "汛情停工，已报批", "until": "2026-07-20"}
    assert client.post(reverse("dispatch:light_override", args=[district.task.pk]), form).url == page  # type: ignore[attr-defined]
    shown = client.get(page).content.decode()
    assert "汛情停工，已报批" in shown
    assert "▲" in shown
    given = LightOverride.objects.get()
    client.post(reverse("dispatch:light_override_end", args=[given.pk]))
    assert TaskLight.objects.order_by("-valid_from")[0].level == "green"
    assert "汛情停工，已报批" not in client.get(page).content.decode()


def test_what_the_scheme_forbids_is_refused_with_its_reason(district: District) -> None:
    client = signed_in(district.clerk)
    address = reverse("dispatch:light_override", args=[district.task.pk])
    for form, problem in (
        ({"level": "yellow", "reason": "汛情", "until": "2026-12-31"}, "最长31天"),
        ({"level": "yellow", "reason": "", "until": "2026-07-20"}, "没有写改灯的理由"),
        ({"level": "yellow", "reason": "汛情", "until": ""}, "没有写改到哪一天"),
    ):
        assert problem in client.post(address, form).content.decode()
    assert not LightOverride.objects.exists()
    form = {"level": "yellow", "reason": "汛情", "until": "2026-07-20"}
    assert signed_in(district.head).post(address, form).status_code == 403


def test_who_may_not_set_a_light_sees_no_form(district: District) -> None:
    assert "手工改灯" in task_page(district)
    assert "手工改灯" not in task_page(district, district.liaison)


def test_an_indicator_shows_its_year_with_last_years_beside_it(district: District) -> None:
    past = LedgerFactory(division=district.division, year=2025, title="兰桥区2025年总台账")
    task = TaskFactory(ledger=past)
    before = IndicatorFactory(task=task, ledger=past, name=district.indicator.name, value=40, unit="个")
    report = Report.objects.filter(task=district.task).order_by("pk")[0]
    round = report.round
    round.pk, round.ledger, round.period_start, round.period_end = None, past, date(2025, 6, 1), date(2025, 6, 30)
    round._state.adding = True
    round.save()
    by = {"submitted_by": district.liaison, "signed_by": district.head, "verified_by": district.clerk}
    at = dict.fromkeys(("submitted_at", "signed_at", "verified_at"), timezone.now())
    old = Report.objects.create(round=round, task=task, unit=district.unit, state="verified", **by, **at)
    old.values.create(indicator=before, value=30, unit="个")
    found = indicator_year(district.indicator, district.clerk, today=TODAY)
    june = found.months[5]
    assert (june.expected, june.last_year) == (Decimal(8), Decimal(30))
    assert june.value is not None
    assert (june.value.value, june.value.verified) == (Decimal(8), False)
    assert found.forecast is not None
    assert found.forecast.outlook == "misses"
    page = signed_in(district.clerk).get(reverse("dispatch:indicator", args=[district.indicator.pk])).content.decode()
    for words in ("预计完不成", "去年同期", "○ 待核验", 'data-chart="chart-curve"', "2026年1月"):
        assert words in page


def test_a_value_in_an_older_unit_is_converted_or_told_and_not_drawn(district: District) -> None:
    first = Report.objects.filter(task=district.task).order_by("pk")[0]
    first.values.update(unit="平方米")
    found = indicator_year(district.indicator, district.clerk, today=TODAY)
    assert found.months[2].value is None
    assert not found.months[2].filed[0].comparable
    first.values.update(unit="百个")
    [told] = indicator_year(district.indicator, district.clerk, today=TODAY).months[2].filed
    value = first.values.get().value
    assert value is not None
    assert (told.value, told.told) == (value * 100, f"{value.normalize():f}百个"), "what converts is converted"


def test_another_unit_does_not_see_the_indicator_nor_the_light(district: District) -> None:
    other = person_as(Role.LIAISON, district.division, UnitFactory(division=district.division, name="区财政局"))
    client = signed_in(other)
    assert client.get(reverse("dispatch:indicator", args=[district.indicator.pk])).status_code == 404
    assert client.get(reverse("plans:task", args=[district.task.pk])).status_code == 404


def test_verified_reports_are_told_from_those_that_wait(district: District) -> None:
    for report in Report.objects.filter(task=district.task):
        reports.accept(report=report, by=district.clerk)
    page = signed_in(district.clerk).get(reverse("dispatch:indicator", args=[district.indicator.pk])).content.decode()
    assert "✓ 已核验" in page
    assert "○ 待核验" not in page
