"""Lights on the ledger page: column, filter, totals, by unit, in files, today and on a past day."""

from __future__ import annotations

import io
import json
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from test_ledger_page import signed_in
from test_lights import handed_in
from test_rounds import District

from duban.dispatch.actions import lights
from duban.dispatch.models import TaskLight
from duban.plans.models import Responsibility
from factories.site import IndicatorFactory, ResponsibilityFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(monkeypatch: pytest.MonkeyPatch) -> District:
    """July 2026: one task lags, one is as it should be but slows down."""
    noon = timezone.make_aware(datetime(2026, 7, 10, 12))
    monkeypatch.setattr(timezone, "now", lambda: noon)
    made = District()
    made.task.seq = 1
    made.task.save()
    handed_in(made, 6, "20")
    good = TaskFactory(ledger=made.ledger, title="建设充电桩", seq=2, state="in_progress")
    ResponsibilityFactory(task=good, unit=made.unit, role="lead")
    lights.recompute(ledger=made.ledger, days=[date(2026, 7, 1)])
    TaskLight.objects.filter(task=good).update(
        level="green", colour="green", why={"word": "正常", "shape": "●", "sentence": "够快。", "will_miss": [1]}
    )
    return made


def page(district: District, query: str = "") -> str:
    return signed_in(district.clerk).get(reverse("plans:ledger", args=[district.ledger.pk]) + query).content.decode()


def test_the_list_shows_each_light_with_shape_and_word_and_why(district: District) -> None:
    shown = page(district)
    assert 'class="light light-yellow" title="2026年6月应完成49.59%，实际完成38.46%，落后11.13个百分点。"' in shown
    assert '<span aria-hidden="true">▲</span>滞后' in shown
    assert "预计完不成" in shown
    assert "滞后（1）" in shown.replace("▲ ", "")


def test_the_filter_finds_a_light_and_what_will_miss(district: District) -> None:
    assert "建设充电桩" not in (lagging := page(district, "?light=yellow"))
    assert "强化重大项目牵引" in lagging
    assert "亮灯：▲ 滞后" in lagging
    missing = page(district, "?light=will_miss")
    assert "建设充电桩" in missing
    assert "强化重大项目牵引" not in missing
    assert "没有符合条件的任务" in page(district, "?light=overdue")


def test_before_the_first_light_there_is_no_column(district: District) -> None:
    then = page(district, "?on=2026-06-30")
    assert "f-light" not in then
    assert "f-light" in page(district)


def test_units_show_how_many_of_each_light_they_have(district: District) -> None:
    shown = page(district, "?layout=units")
    assert shown.count("light-yellow") >= 2
    assert "亮灯" in shown


def test_files_have_the_light_and_csv_and_json_say_why(district: District) -> None:
    client: Client = signed_in(district.clerk)

    def file(form: str) -> bytes:
        return client.get(reverse("plans:ledger_export", args=[district.ledger.pk, form]) + "?light=yellow").content

    head, row = file("csv").decode("utf-8-sig").splitlines()[:2]
    assert head.endswith(",light,light_why")
    assert "yellow,2026年6月应完成49.59%" in row
    (task,) = json.loads(file("json"))["tasks"]
    assert (task["light"]["code"], task["light"]["words"]) == ("yellow", "▲ 滞后")
    sheet = load_workbook(io.BytesIO(file("xlsx")))["总台账"]
    assert "▲ 滞后" in [cell.value for row in sheet.iter_rows() for cell in row]


def test_lights_cost_two_statements_however_many_tasks_there_are(
    district: District, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    for _ in range(20):
        task = TaskFactory(ledger=district.ledger)
        IndicatorFactory(task=task)
        ResponsibilityFactory(task=task, unit=Responsibility.objects.all()[0].unit, role="lead")
    client = signed_in(district.clerk)
    address = reverse("plans:ledger", args=[district.ledger.pk])
    client.get(address)
    with django_assert_max_num_queries(18) as lit:
        client.get(address)
    TaskLight.objects.all().delete()
    with django_assert_max_num_queries(18) as dark:
        client.get(address)
    assert len(lit) - len(dark) <= 1
