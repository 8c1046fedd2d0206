"""The reporting workbook: out, filled in, and back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from duban.dispatch.actions import reports
from duban.dispatch.actions.reports import Change
from duban.dispatch.models import Report
from factories.rounds import District

pytestmark = pytest.mark.django_db
Fill = Callable[[Any], None]


@pytest.fixture
def district() -> District:
    return District()


@pytest.fixture
def report(district: District) -> Report:
    district.another("优化营商环境")
    return district.month(9)


def path_of(report: Report, end: str) -> str:
    return f"/rounds/{report.round_id}/units/{report.unit_id}/{end}"


def downloaded(client: Client, district: District, report: Report) -> Any:
    client.force_login(district.liaison)
    answer = client.get(path_of(report, "report.xlsx"))
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def upload(client: Client, report: Report, book: Any, **more: str) -> Any:
    out = io.BytesIO()
    book.save(out)
    return client.post(
        path_of(report, "workbook/"), {"file": SimpleUploadedFile("填报表.xlsx", out.getvalue()), **more}
    )


def fill(book: Any, value: Any = 47.5, text: str = "新开工47个项目。\n其中续建3个。") -> None:
    book["指标"]["H2"] = value
    book["进展"]["C2"] = text


def test_what_is_filled_in_is_seen_first_and_saved_when_confirmed(
    client: Client, district: District, report: Report
) -> None:
    book = downloaded(client, district, report)
    assert [cell.value for cell in book["指标"][2]][3:6] == ["新开工区级以上重点项目", "个", "52"]
    assert book["指标"].protection.sheet
    fill(book)
    book["指标"]["H3"] = 60
    answer = upload(client, report, book)
    page = answer.content.decode()
    assert "这 2 项任务的填报会这样变" in page
    assert "47.5" in page
    report.refresh_from_db()
    assert report.progress == ""
    workbook = page.split('name="workbook" value="')[1].split('"')[0]
    done = client.post(path_of(report, "workbook/"), {"workbook": workbook, "do": "confirm"}, follow=True)
    assert "已按表保存 3 格" in done.content.decode()
    report.refresh_from_db()
    assert report.progress == "新开工47个项目。\n其中续建3个。"
    assert Report.objects.latest("pk").percentage == 60


def test_a_wrong_cell_is_named_by_its_place_and_nothing_is_saved(
    client: Client, district: District, report: Report
) -> None:
    book = downloaded(client, district, report)
    fill(book, value="四十七")
    book["指标"]["H3"] = 160
    answer = upload(client, report, book, do="confirm")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "指标!H2" in page
    assert "指标!H3" in page
    report.refresh_from_db()
    assert report.progress == ""


def test_what_somebody_changed_meanwhile_is_not_overwritten(client: Client, district: District, report: Report) -> None:
    book = downloaded(client, district, report)
    fill(book)
    reports.save(report=report, changes=[Change("progress", "", "新开工46个项目。")], by=district.second)
    page = upload(client, report, book, do="confirm").content.decode()
    assert "进展!C2" in page
    assert "下载以后冯知白已改为“新开工46个项目。”" in page
    report.refresh_from_db()
    assert report.progress == "新开工46个项目。"


def test_what_is_odd_is_said_in_the_preview_and_holds_nothing_up(
    client: Client, district: District, report: Report
) -> None:
    book = downloaded(client, district, report)
    fill(book, value=4700)
    answer = upload(client, report, book)
    assert answer.status_code == 200
    assert "请看看计量单位是否填错" in answer.content.decode()


def test_a_workbook_as_it_went_out_changes_nothing(client: Client, district: District, report: Report) -> None:
    district.filled(report, "12.1", "一、新开工。\n二、续建。")
    page = upload(client, report, downloaded(client, district, report)).content.decode()
    assert "表和系统里的一样，没有改动" in page


def another_round(book: Any) -> None:
    book["校验"]["A2"] = "999"


def a_line_more(book: Any) -> None:
    sheet = book["指标"]
    sheet["A4"], sheet["C4"], sheet["H4"] = sheet["A2"].value, "999", 3


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (another_round, "重新下载"),
        (a_line_more, "请不要添行"),
        (lambda book: book.remove(book["校验"]), "不是系统导出的填报表"),
        (lambda book: book["指标"].merge_cells("H2:H3"), "合并的单元格"),
        (lambda book: book["进展"].__setitem__("A2", "2026-777"), "没有要本单位填报的"),
    ],
)
def test_a_spoilt_workbook_says_what_to_do(
    client: Client, district: District, report: Report, spoil: Fill, said: str
) -> None:
    book = downloaded(client, district, report)
    spoil(book)
    answer = upload(client, report, book)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_any_other_workbook_is_refused(client: Client, district: District, report: Report) -> None:
    client.force_login(district.liaison)
    assert upload(client, report, Workbook()).status_code == 422
    client.force_login(district.clerk)
    assert client.get(path_of(report, "report.xlsx")).status_code == 403
