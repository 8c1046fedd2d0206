"""What people do wrong, or at once, or in the wrong order, when they report: told as they meet it on the page."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.cell import Cell

from duban.dispatch.actions import reports, rounds
from duban.dispatch.actions.visits import visited
from duban.dispatch.lighting import Lighting
from duban.dispatch.models import Report, ReportVersion, Round, Visit
from duban.dispatch.progress import task_standing
from duban.dispatch.states import ReportState, RoundState
from duban.dispatch.work import works
from duban.organisations.models import Person
from duban.plans.actions.amending import approve, request
from duban.plans.models import Curve, Indicator, Milestone, Task
from duban.plans.models.measures import CurveKind
from duban.plans.snapshots import record_versions
from factories.rounds import District
from factories.site import person_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return District()


@pytest.fixture
def report(district: District) -> Report:
    return district.month(9)


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def grid_of(report: Report) -> str:
    return f"/rounds/{report.round_id}/units/{report.unit_id}/"


def now(report: Report) -> Report:
    return Report.objects.get(pk=report.pk)


def save(by: Person, report: Report, *changes: tuple[str, str, str]) -> Any:
    told = {"person": by.pk, "changes": [{"cell": cell, "was": was, "now": to} for cell, was, to in changes]}
    return signed(by).post(
        f"/reports/{report.pk}/save",
        json.dumps(told),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def submit(by: Person, report: Report) -> str:
    client = signed(by)
    return client.post(grid_of(report), {"do": "submit"}, follow=True).content.decode()


def amended(district: District, **indicator: Any) -> None:
    """Have an amendment of the task's indicator take effect today."""
    other = person_as("supervision_office", district.division)
    asked = request(
        ledger=district.ledger,
        kind="adjust_indicators",
        task=district.task,
        changes={"indicators": [{"id": district.indicator.pk, **indicator}]},
        reason="统计口径调整",
        by=other,
    )
    approve(amendment=asked, effective_on=timezone.localdate(), by=district.clerk)


def kept(district: District) -> None:
    """Keep the first version of each task, as issuing does."""
    record_versions(
        Task.objects.filter(ledger=district.ledger), valid_from=date(2026, 1, 5), reason="印发", by=district.clerk
    )


# -- handed in twice, too late, by two ------------------------------------------------------------------------------------


def test_a_double_click_hands_in_once(district: District, report: Report) -> None:
    district.filled(report, "38", "累计新开工38个。")
    submit(district.liaison, report)
    first = now(report)
    submit(district.liaison, report)
    assert reports.submit(report=report, by=district.liaison).submitted_at == first.submitted_at
    assert now(report).state == ReportState.AWAITING_SIGN_OFF
    assert ReportVersion.objects.filter(report=report, step="submit").count() == 1


def test_what_is_handed_in_by_another_is_told_not_done_twice(district: District, report: Report) -> None:
    district.filled(report, "38", "累计新开工38个。")
    submit(district.liaison, report)
    answer = save(district.second, report, (district.cell, "38", "40"))
    assert answer.status_code == 409
    assert "待审签" in answer.json()["detail"]
    assert now(report).values.get().value == 38


def test_after_closing_nothing_is_saved_or_handed_in_and_the_page_says_whom_to_ask(
    district: District, report: Report
) -> None:
    district.filled(report, "38", "累计新开工38个。")
    rounds.close_round(round=report.round, by=district.clerk)
    answer = save(district.liaison, report, ("progress", "累计新开工38个。", "累计新开工39个。"))
    assert answer.status_code == 409
    assert "请联系督查室重新开放" in answer.json()["detail"]
    with pytest.raises(reports.RoundClosed):
        reports.submit(report=report, by=district.liaison)
    page = submit(district.liaison, report)
    assert "已截止" in page
    assert now(report).state == ReportState.OPEN
    assert now(report).progress == "累计新开工38个。"


def test_two_liaisons_on_one_grid_merge_by_the_cell_and_see_both_values_of_one(
    district: District, report: Report
) -> None:
    assert save(district.liaison, report, (district.cell, "", "38")).json()["conflicts"] == []
    assert save(district.second, report, ("progress", "", "新开工38个。")).json()["conflicts"] == []
    told = save(district.second, report, (district.cell, "", "40"), ("asks", "", "请协调用地。")).json()
    assert told["conflicts"] == [{"cell": district.cell, "theirs": "38", "who": "石敏学"}]
    assert told["cells"] == {"asks": "请协调用地。"}
    found = now(report)
    assert (found.values.get().value, found.progress, found.asks) == (38, "新开工38个。", "请协调用地。")


# -- rounds -----------------------------------------------------------------------------------------------------------


def test_a_round_opened_twice_from_the_page_is_one(district: District) -> None:
    round = district.schedule().rounds.get(period_start=date(2026, 9, 1))
    client = signed(district.clerk)
    for _ in range(2):
        assert client.post(f"/rounds/{round.pk}/open/", follow=True).status_code == 200
    assert Report.objects.filter(round=round).count() == 1


# -- clocks ----------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_set_back_opens_nothing_again_and_loses_nothing(district: District) -> None:
    round = district.schedule(grace_hours=24).rounds.get(period_start=date(2026, 9, 1))
    assert rounds.turn(round.due_at) == (1, 0)
    report = Report.objects.get(round=round)
    district.filled(report, "38", "累计新开工38个。")
    late = round.due_at + timedelta(hours=3)
    reports.submit(report=report, by=district.liaison, at=late)
    assert now(report).late
    # The clock of the server is put right, an hour before the due time.
    assert rounds.turn(round.due_at - timedelta(hours=1)) == (0, 0)
    reports.recall(report=report, by=district.liaison)
    reports.submit(report=report, by=district.liaison, at=round.due_at - timedelta(hours=1))
    assert now(report).late, "what was late stays late"
    assert [one.number for one in ReportVersion.objects.filter(report=report)] == [1, 2]
    assert rounds.turn(round.grace_until) == (0, 1)
    assert rounds.turn(round.opens_at) == (0, 0), "what has closed does not open by the clock again"
    assert Round.objects.get(pk=round.pk).state == RoundState.CLOSED


def test_a_clock_that_jumps_adds_no_minutes(district: District, report: Report) -> None:
    start = timezone.now()

    def at(minutes: float) -> None:
        visited(round=report.round, unit=district.unit, by=district.liaison, at=start + timedelta(minutes=minutes))

    for minutes in (0, 10, 4, 12, 500, 505, 300):
        at(minutes)
    assert sorted(Visit.objects.values_list("seconds", flat=True)) == [5 * 60, 12 * 60]


# -- the ledger changes in mid-year ------------------------------------------------------------------------------------


def month_done(district: District, number: int, value: str, text: str) -> Report:
    report = district.month(number)
    district.filled(report, value, text)
    reports.submit(report=report, by=district.liaison, at=district.before(report))
    reports.sign_off(report=report, by=district.head, at=district.before(report))
    return now(report)


def ton(district: District) -> None:
    Indicator.objects.filter(pk=district.indicator.pk).update(name="固定资产投资", value=Decimal(12), unit="亿元")
    district.indicator.refresh_from_db()
    kept(district)


def test_a_unit_that_changed_by_amendment_is_converted_everywhere(district: District) -> None:
    ton(district)
    Curve.objects.create(
        indicator=district.indicator, kind=CurveKind.MONTHLY, monthly={"2026-08": "8", "2026-10": "10"}, start_value=1
    )
    month_done(district, 8, "8", "累计完成投资8亿元。")
    report = district.month(9)
    amended(district, value="120000", unit="万元")
    curve = Curve.objects.get(indicator=district.indicator)
    assert (curve.start_value, curve.monthly) == (10000, {"2026-08": "80000", "2026-10": "100000"})
    value = now(report).values.get()
    assert value.unit == "万元", "what nobody has filled in is asked in the new unit"
    page = signed(district.liaison).get(grid_of(report)).content.decode()
    assert "80000" in page, "last month's 8 亿元 stand beside it as 80000 万元"
    told = save(
        district.liaison, report, (district.cell, "", "85000"), ("progress", "", "累计完成投资8.5亿元。")
    ).json()
    [said] = told["warnings"][district.cell]
    assert said == "上期报的是8亿元，现在的计量单位是万元：换算成80000万元来比。请确认本期填的是万元。"
    falling = save(district.liaison, report, (district.cell, "85000", "8.6")).json()["warnings"][district.cell]
    assert any("小于上期的80000万元" in sentence for sentence in falling)
    assert any("进展里写的是" in sentence for sentence in falling)
    [one] = works(district.ledger)
    stands = task_standing(one.work, date(2026, 8, 31))
    assert stands.indicators[district.indicator.pk].value == 80000
    assert stands.indicators[district.indicator.pk].expected == 80000
    curve_page = signed(district.clerk).get(f"/indicators/{district.indicator.pk}/").content.decode()
    assert "原报 8亿元" in curve_page


def test_where_nothing_converts_nothing_is_compared_and_it_is_said(district: District) -> None:
    kept(district)
    Curve.objects.create(indicator=district.indicator, kind=CurveKind.MONTHLY, monthly={"2026-08": "30"})
    month_done(district, 8, "38", "累计新开工38个。")
    report = district.month(9)
    amended(district, value="60000", unit="平方米")
    assert not Curve.objects.filter(indicator=district.indicator).exists(), "the curve in 个 went: linear is left"
    told = save(district.liaison, report, (district.cell, "", "20"), ("progress", "", "开工面积逐步增加。")).json()
    assert told["warnings"][district.cell] == [
        "上期报的是38个，现在的计量单位是平方米：换算不了，不拿来比。请确认本期填的是平方米。"
    ], "20 平方米 are not fewer than 38 个"
    page = signed(district.liaison).get(grid_of(report)).content.decode()
    assert "38个" in page
    [one] = works(district.ledger)
    stands = task_standing(one.work, date(2026, 8, 31))
    assert stands.unknown == (district.indicator.pk,)
    assert not stands.says_something, "no light is made of 38 个 and 60000 平方米"
    lighting = Lighting(district.ledger)
    light = lighting.light(one, date(2026, 9, 2), lighting.book.on(date(2026, 9, 2))[0])
    assert light.level.name == "green"


def test_what_is_already_filled_in_keeps_its_unit_and_is_told(district: District) -> None:
    ton(district)
    report = district.month(9)
    district.filled(report, "9", "累计完成投资9亿元。")
    amended(district, value="120000", unit="万元")
    assert now(report).values.get().unit == "亿元"
    told = save(district.liaison, report, ("asks", "", "无")).json()
    assert told["warnings"][district.cell] == [
        "“固定资产投资”的计量单位已调整为万元，本次仍按亿元填报（会换算了再比），请核对。"
    ], "and 9 亿元 are not measured against 120000"
    verify = signed(district.clerk)
    reports.submit(report=report, by=district.liaison, at=district.before(report))
    reports.sign_off(report=report, by=district.head, at=district.before(report))
    page = verify.get(f"/rounds/{report.round_id}/verify/").content.decode()
    assert '全年目标">12<' in page, "the target stands beside it in its own unit"


def test_a_new_indicator_is_asked_and_a_withdrawn_one_is_not(district: District) -> None:
    kept(district)
    report = district.month(9)
    other = person_as("supervision_office", district.division)
    asked = request(
        ledger=district.ledger, kind="adjust_indicators", task=district.task, reason="考核要求变化", by=other,
        changes={"indicators": [
            {"id": district.indicator.pk, "drop": True},
            {"id": None, "name": "竣工项目", "comparator": ">=", "value": "20", "value_high": None, "floor": None,
             "unit": "个", "measure": "level"},
        ]},
    )  # fmt: skip
    approve(amendment=asked, effective_on=timezone.localdate(), by=district.clerk)
    assert [value.indicator.name for value in now(report).values.all()] == ["竣工项目"]


def test_a_withdrawn_task_is_not_reported_on_any_more(district: District, report: Report) -> None:
    kept(district)
    district.filled(report, "38", "累计新开工38个。")
    other = person_as("supervision_office", district.division)
    asked = request(
        ledger=district.ledger, kind="withdraw", task=district.task, changes={}, reason="上级统一调整", by=other
    )
    approve(amendment=asked, effective_on=timezone.localdate(), by=district.clerk)
    assert now(report).state == ReportState.VOID
    answer = save(district.liaison, report, (district.cell, "38", "40"))
    assert answer.status_code == 409
    assert "已从台账调出" in answer.json()["detail"]
    page = signed(district.liaison).get(grid_of(report)).content.decode()
    assert district.task.title not in page
    assert now(report).progress == "累计新开工38个。", "what was written stays to be read"


# -- files -----------------------------------------------------------------------------------------------------------


def upload(district: District, report: Report, data: bytes, name: str) -> Any:
    return signed(district.liaison).post(
        f"/reports/{report.pk}/evidence",
        {"files": [SimpleUploadedFile(name, data, "image/jpeg")]},
        headers={"Accept": "application/json"},
    )


def test_a_photo_of_30_megabytes_is_refused_with_what_to_do(district: District, report: Report) -> None:
    answer = upload(district, report, b"\xff\xd8\xff" + bytes(30 * 1024 * 1024), "现场.jpg")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "“现场.jpg”没有上传：超过 20 MB。照片请用“标准”画质，文件请拆分后上传。"
    assert not report.evidence.exists()


def test_a_zip_named_jpg_is_refused_for_what_it_is(district: District, report: Report) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("现场.txt", "甲")
    answer = upload(district, report, data.getvalue(), "现场.jpg")
    assert answer.status_code == 422
    assert "内容是压缩包" in answer.json()["detail"]


# -- what must be filled in, and how Excel writes it ---------------------------------------------------------------------


def without_figures(district: District) -> Report:
    task = district.another("健全工作机制")
    report = district.month(9)
    return Report.objects.get(round=report.round, task=task)


def test_a_task_without_figures_or_milestones_must_say_how_far_it_is(district: District) -> None:
    report = without_figures(district)
    save(district.liaison, report, ("progress", "", "机制已印发。"))
    assert "“完成比例”没有填数" in submit(district.liaison, report)
    assert now(report).state == ReportState.OPEN
    save(district.liaison, report, ("percentage", "", "60%"))
    submit(district.liaison, report)
    assert now(report).state == ReportState.AWAITING_SIGN_OFF
    assert now(report).percentage == 60


def test_a_task_that_goes_by_milestones_need_not(district: District) -> None:
    report = without_figures(district)
    Milestone.objects.create(task=report.task, name="印发方案", due=date(2026, 6, 30))
    save(district.liaison, report, ("progress", "", "方案已印发。"))
    submit(district.liaison, report)
    assert now(report).state == ReportState.AWAITING_SIGN_OFF


@pytest.mark.parametrize(
    ("value", "form", "stored"),
    [(0.12, "0%", "12"), (0.125, "0.00%", "12.5"), (12, "General", "12"), ("12%", "@", "12")],
)
def test_what_excel_shows_as_12_percent_is_12(district: District, value: Any, form: str, stored: str) -> None:
    Indicator.objects.filter(pk=district.indicator.pk).update(unit="%", measure="growth", value=Decimal(15))
    report = district.month(9)
    page = workbook_of(district, report, lambda cell: set_as(cell, value, form))
    assert now(report).values.get().value == Decimal(stored), page


def test_a_percentage_where_pieces_are_counted_is_told_by_its_cell(district: District, report: Report) -> None:
    page = workbook_of(district, report, lambda cell: set_as(cell, 0.12, "0%"))
    assert "指标!H2" in page
    assert "“12%”是百分数，而这里的计量单位是“个”" in page
    assert now(report).values.get().value is None


def set_as(cell: Cell, value: Any, form: str) -> None:
    cell.value, cell.number_format = value, form


def workbook_of(district: District, report: Report, fill: Callable[[Cell], None]) -> str:
    """Download the workbook, fill its one figure, upload and confirm it; return the page that comes back."""
    client = signed(district.liaison)
    path = grid_of(report)
    book = load_workbook(io.BytesIO(client.get(f"{path}report.xlsx").content))
    fill(book["指标"]["H2"])
    data = io.BytesIO()
    book.save(data)
    preview = client.post(f"{path}workbook/", {"file": SimpleUploadedFile("填报表.xlsx", data.getvalue())})
    if preview.status_code != 200:
        return str(preview.content.decode())
    kept_with_the_page = preview.context["workbook"]
    done = client.post(f"{path}workbook/", {"workbook": kept_with_the_page, "do": "confirm"}, follow=True)
    return str(done.content.decode())


def test_minutes_count_from_opening_the_page_to_handing_in(
    district: District, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [timezone.make_aware(datetime(2026, 9, 28, 9, 0))]
    monkeypatch.setattr(timezone, "now", lambda: clock[0])
    client = signed(district.liaison)
    client.get(grid_of(report))
    for minutes, cell, text in ((6, district.cell, "38"), (5, "progress", "累计新开工38个。")):
        clock[0] += timedelta(minutes=minutes)
        reports.save(report=report, changes=[reports.Change(cell, "", text)], by=district.liaison)
    # Somebody goes to lunch and comes back.
    clock[0] += timedelta(hours=2)
    client.get(grid_of(report))
    clock[0] += timedelta(minutes=4)
    reports.submit(report=report, by=district.liaison)
    page = signed(district.clerk).get(f"/ledgers/{district.ledger.pk}/burden/").content.decode()
    assert "<strong>15</strong>分钟" in page
