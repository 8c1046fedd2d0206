"""The month in one page: counted as a person would count it, for whom it is, in few statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from duban.assessment.analysis.saying import sentences
from duban.assessment.queries.analysis import analysis
from duban.dispatch.models import Report, TaskLight
from duban.organisations.roles import Role
from duban.plans.models import Project, Task
from factories.rankings import Ranked
from factories.site import person_as

pytestmark = pytest.mark.django_db


def light(task: Task, day: date, colour: str, progress: int, **why: object) -> None:
    words = {"red": "红灯", "yellow": "黄灯", "green": "绿灯"}
    TaskLight.objects.filter(task=task, valid_from=day).delete()
    TaskLight.objects.create(
        task=task, ledger=task.ledger, valid_from=day, level=colour, colour=colour, rule="r", progress=Decimal(progress),
        why={"word": words[colour], "shape": "●", **why},
    )  # fmt: skip


@pytest.fixture
def district() -> Ranked:
    """March is over: the first went on, the second has stood still since January, the town turned red."""
    made = Ranked()
    made.march()
    TaskLight.objects.all().delete()
    first, second, town = (made.task(unit) for unit in made.units)
    light(first, date(2026, 1, 10), "yellow", 5)
    light(first, date(2026, 3, 20), "green", 40)
    light(second, date(2026, 1, 10), "green", 20)
    light(town, date(2026, 2, 10), "green", 10)
    light(town, date(2026, 3, 25), "red", 12)
    for task in (first, town):
        Project.objects.create(task=task, ledger=made.ledger, name="滨河快速路", value=3, unit="亿元")
    report = Report.objects.get(task=first, round__period_start=date(2026, 3, 1))
    Report.objects.filter(pk=report.pk).update(problems="有2户征地协议没有签，资金拨付慢")
    return made


def test_the_month_is_counted_as_a_person_would(district: Ranked) -> None:
    found = analysis(district.ledger, district.clerk, date(2026, 3, 1))
    first, second, town = (district.task(unit).pk for unit in district.units)
    assert [move.task for move in found.worse] == [town]
    assert [move.task for move in found.better] == [first]
    assert [(move.task, move.gained) for move in found.gained] == [(first, 35), (town, 2)]
    # The second is green, but has not moved at the ends of February and March.
    assert [(move.task, move.stalled) for move in found.stalls] == [(town, 0), (second, 2)]
    assert {unit: load.behind for load in found.loads for unit in [load.name]} == {
        "柳溪街道": 1,
        "区发展改革局": 0,
        "区财政局": 0,
    }
    assert [(kind.name, kind.whole) for kind in found.kinds] == [("land", 1), ("money", 1)]
    assert found.hanging == [("项目", "滨河快速路", [first, town])]
    assert found.now.colours == {"green": 2, "red": 1}
    assert found.now.progress == Decimal("24.0")
    words = sentences(found)
    assert words[0] == "截至2026年3月31日，台账3项任务中红灯1项、绿灯2项，平均进度24.0%。"
    assert words[1] == "和上月末比，变差1项，变好1项。"
    assert "其中1项连续两个月以上没有进展" in words[2]
    assert "2项任务同系于项目“滨河快速路”。" in words
    assert words[-1] == "2025年没有台账，无法和去年同期比较。"


def test_the_page_opens_each_number_to_its_tasks_and_goes_out_as_files(district: Ranked, client: Client) -> None:
    client.force_login(district.clerk)
    page = client.get("/analysis/?month=2026-03&show=worse").content.decode()
    assert "亮灯变差的任务" in page
    assert f"/tasks/{district.task(district.town).pk}/" in page
    told = client.get("/analysis/?month=2026-03&show=kind:money").content.decode()
    assert "有2户征地协议没有签，资金拨付慢" in told
    sheet = client.get("/analysis/?month=2026-03&form=xlsx")
    book = load_workbook(BytesIO(sheet.content))
    assert book["各月末亮灯"]["B5"].value == 1
    table = client.get("/analysis/?month=2026-03&form=csv&part=loads").content.decode("utf-8-sig")
    assert table.splitlines()[1] == "柳溪街道,1,1,1,0,0"


def test_it_is_for_the_office_and_leaders_and_takes_few_statements(district: Ranked, client: Client) -> None:
    unit = district.liaisons[district.first]
    client.force_login(unit)
    assert client.get("/analysis/").status_code == 403
    leader = person_as(Role.LEADER, district.division)
    client.force_login(leader)
    client.get("/analysis/?month=2026-03")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/analysis/?month=2026-03").status_code == 200
    assert len(asked) <= 30


def test_an_empty_site_and_a_ledger_without_rounds_are_told_in_words(client: Client) -> None:
    made = Ranked()
    client.force_login(made.clerk)
    page = client.get("/analysis/?month=没有").content.decode()
    assert "还没有亮灯" in page
    assert analysis(made.ledger, made.clerk, None).month <= timezone.localdate()
