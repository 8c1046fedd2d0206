"""The pages in which a unit reports: the grid, and what leads to it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import ExifTags, Image
from pytest_django import DjangoAssertNumQueries

from duban.dispatch.actions import evidence, reports, rounds
from duban.dispatch.actions.reports import Change
from duban.dispatch.models import Report
from duban.dispatch.states import ReportState
from duban.organisations.models import Person
from duban.organisations.roles import Role
from factories.rounds import District
from factories.site import IndicatorFactory, ResponsibilityFactory, TaskFactory, UnitFactory, person_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return District()


@pytest.fixture
def report(district: District) -> Report:
    return district.month(9)


def page_of(client: Client, person: Person, path: str) -> str:
    client.force_login(person)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def grid_of(report: Report) -> str:
    return f"/rounds/{report.round_id}/units/{report.unit_id}/"


def save(client: Client, by: Person, report: Report, **more: Any) -> Any:
    client.force_login(by)
    told = {"person": by.pk} | more
    return client.post(
        f"/reports/{report.pk}/save",
        json.dumps(told),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def test_the_side_bar_leads_a_liaison_to_the_round_that_waits(
    client: Client, district: District, report: Report
) -> None:
    listed = page_of(client, district.liaison, "/reporting/")
    assert "2026年9月" in listed
    assert "去填报" in listed
    assert grid_of(report) in listed
    grid = page_of(client, district.liaison, grid_of(report))
    assert "强化重大项目牵引" in grid
    assert "新开工区级以上重点项目" in grid
    assert ">52<" in grid


def test_the_workbench_says_to_each_what_waits_in_the_round(client: Client, district: District, report: Report) -> None:
    def parts(person: Person) -> dict[str, list[tuple[str, str, str]]]:
        client.force_login(person)
        found = client.get("/").context["bench"].parts
        return {part.title: [(item.title, item.verb, item.why) for item in part.items] for part in found}

    name = "2026年9月每月调度"
    fill = "区发展改革局：共 1 项，还有 1 项待填"
    assert parts(district.liaison)["要填报的"] == [(name, "去填报", fill)]
    assert parts(district.head)["要填报的"] == [(name, "查看", fill)]
    assert [why for _, _, why in parts(district.clerk)["正在填报"]] == ["还差 1 份"]
    handed_in(district, report)
    assert parts(district.head)["等您审签的填报"] == [(name, "审签", "区发展改革局：1 项")]
    assert "要填报的" not in parts(district.liaison)
    reports.sign_off(report=Report.objects.get(pk=report.pk), by=district.head)
    assert parts(district.clerk)["要核验的填报"] == [(name, "核验", "1 份等着核验")]
    assert "正在填报" not in parts(district.clerk)


def test_the_grid_shows_what_was_told_last_month_beside_not_in_the_cell(client: Client, district: District) -> None:
    august = district.month(8)
    district.filled(august, "40", "新开工40个项目。")
    reports.submit(report=august, by=district.liaison)
    september = district.month(9)
    grid = page_of(client, district.liaison, grid_of(september))
    assert 'data-label="上期">40<' in grid
    assert "新开工40个项目。" in grid
    assert f'name="{september.pk}-{district.cell}" value=""' in grid


def test_a_grid_of_many_tasks_takes_few_statements(
    client: Client, district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(40):
        task = TaskFactory(ledger=district.ledger)
        ResponsibilityFactory(task=task, unit=district.unit, role="lead")
        IndicatorFactory(task=task)
    report = district.month(9)
    client.force_login(district.liaison)
    with django_assert_max_num_queries(30):
        assert client.get(grid_of(report)).status_code == 200


def test_without_scripts_the_grid_is_a_form(client: Client, district: District, report: Report) -> None:
    client.force_login(district.liaison)
    sent = {f"{report.pk}-{district.cell}": "47", f"{report.pk}-progress": "新开工47个项目。\r\n其中续建3个。"}
    assert client.post(grid_of(report), {**sent, "do": "submit"}).status_code == 302
    report.refresh_from_db()
    assert report.state == ReportState.AWAITING_SIGN_OFF
    assert report.progress == "新开工47个项目。\n其中续建3个。"


def test_a_form_with_one_bad_cell_saves_the_others_and_keeps_what_was_typed(
    client: Client, district: District, report: Report
) -> None:
    client.force_login(district.liaison)
    sent = {f"{report.pk}-{district.cell}": "四十七", f"{report.pk}-progress": "新开工47个项目。", "do": "submit"}
    answer = client.post(grid_of(report), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不是数" in page
    assert 'value="四十七"' in page
    report.refresh_from_db()
    assert (report.progress, report.state) == ("新开工47个项目。", ReportState.OPEN)


def test_handing_in_all_says_by_task_what_is_missing(client: Client, district: District) -> None:
    second = TaskFactory(ledger=district.ledger, title="优化营商环境")
    ResponsibilityFactory(task=second, unit=district.unit, role="lead")
    district.schedule()
    district.month(9)
    first, other = Report.objects.order_by("task__order")
    district.filled(first, "47", "新开工47个项目。")
    client.force_login(district.liaison)
    page = client.post(grid_of(first), {"do": "submit"}).content.decode()
    assert "优化营商环境" in page
    assert "没有写进展情况" in page
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.state, other.state) == (ReportState.AWAITING_SIGN_OFF, ReportState.OPEN)


def test_the_script_saves_a_cell_and_learns_what_is_odd(client: Client, district: District, report: Report) -> None:
    changes = [{"cell": district.cell, "was": "", "now": "4700"}]
    told = save(client, district.liaison, report, changes=changes).json()
    assert told["cells"] == {district.cell: "4700"}
    assert "计量单位" in told["warnings"][district.cell][0]


def test_the_script_learns_of_a_conflict_with_both_values(client: Client, district: District, report: Report) -> None:
    reports.save(report=report, changes=[Change(district.cell, "", "47")], by=district.second)
    told = save(client, district.liaison, report, changes=[{"cell": district.cell, "was": "", "now": "45"}]).json()
    assert told["conflicts"] == [{"cell": district.cell, "theirs": "47", "who": "冯知白"}]


def test_what_one_person_typed_is_not_saved_as_another(client: Client, district: District, report: Report) -> None:
    answer = save(client, district.liaison, report, person=district.second.pk, changes=[])
    assert (answer.status_code, answer.json()["title"]) == (409, "NotYours")


@pytest.mark.parametrize("body", ["", "[]", '{"changes": [1]}', '{"changes": [{"cell": "x"}]}', "\udcff"])
def test_nonsense_is_no_save(client: Client, district: District, report: Report, body: str) -> None:
    client.force_login(district.liaison)
    data = body.encode("utf-8", "surrogateescape")
    assert client.post(f"/reports/{report.pk}/save", data, content_type="application/json").status_code == 404


def test_a_closed_round_takes_nothing_from_the_page(client: Client, district: District, report: Report) -> None:
    rounds.close_round(round=report.round, by=district.clerk)
    answer = save(client, district.liaison, report, changes=[{"cell": "progress", "was": "", "now": "新开工。"}])
    assert answer.status_code == 409
    assert "截止" in answer.json()["detail"]
    assert "<textarea" not in page_of(client, district.liaison, grid_of(report))


def test_another_unit_does_not_see_the_grid_and_the_office_only_reads_it(
    client: Client, district: District, report: Report
) -> None:
    stranger = person_as(Role.LIAISON, district.division, UnitFactory(division=district.division, name="区教育局"))
    client.force_login(stranger)
    assert client.get(grid_of(report)).status_code == 404
    assert save(client, stranger, report, changes=[]).status_code == 404
    seen = page_of(client, district.clerk, grid_of(report))
    assert "强化重大项目牵引" in seen
    assert "<textarea" not in seen


def photo(side: int = 40) -> bytes:
    """A photo that says where and when it was taken."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:09:20 09:30:00"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitude], place[ExifTags.GPS.GPSLatitudeRef] = (30.0, 30.0, 0.0), "N"
    place[ExifTags.GPS.GPSLongitude], place[ExifTags.GPS.GPSLongitudeRef] = (114.0, 15.0, 0.0), "E"
    out = io.BytesIO()
    Image.new("RGB", (side, side), "seagreen").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_several_pieces_of_evidence_go_up_at_once_and_a_bad_one_holds_up_none(
    client: Client, district: District, report: Report
) -> None:
    client.force_login(district.liaison)
    files = [
        SimpleUploadedFile("工地.jpg", photo(), content_type="image/jpeg"),
        SimpleUploadedFile("假照片.jpg", b"PK\x05\x06" + b"\0" * 18, content_type="image/jpeg"),
    ]
    sent = {"files": files, "link": "https://lanqiao.example/tongbao", "name": "开工通报"}
    page = client.post(f"/reports/{report.pk}/evidence", sent, follow=True).content.decode()
    assert "“假照片.jpg”没有上传" in page
    assert "2026年9月20日 09:30" in page
    assert "30.500000" in page
    assert "开工通报" in page
    assert report.evidence.count() == 2


def test_a_picture_is_shown_as_a_jpeg_of_our_own_and_the_original_is_only_handed_out(
    client: Client, district: District, report: Report
) -> None:
    piece = evidence.add_file(report=report, file=io.BytesIO(photo()), name="工地.jpg", by=district.liaison)
    client.force_login(district.clerk)
    shown = client.get(f"/evidence/{piece.pk}/preview")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    handed = client.get(f"/evidence/{piece.pk}/")
    assert handed["Content-Disposition"].startswith("attachment")
    assert b"".join(handed.streaming_content) == photo()  # type: ignore[attr-defined]
    client.force_login(
        person_as(Role.LIAISON, district.division, UnitFactory(division=district.division, name="区教育局"))
    )
    assert client.get(f"/evidence/{piece.pk}/").status_code == 404
    assert client.get(f"/evidence/{piece.pk}/preview").status_code == 404


def test_evidence_where_it_is_demanded_takes_the_warning_away_and_dropped_brings_it_back(
    client: Client, district: District
) -> None:
    report = district.month(9, needs_evidence=True)
    told = save(client, district.liaison, report, changes=[{"cell": district.cell, "was": "", "now": "47"}]).json()
    assert told["warnings"]["evidence"] == ["这一轮要求附佐证材料，还没有上传。"]
    headers = {"Accept": "application/json"}
    file = SimpleUploadedFile("工地.jpg", photo())
    told = client.post(f"/reports/{report.pk}/evidence", {"files": file}, headers=headers).json()
    assert (told["count"], told["warnings"]) == (1, [])
    told = client.post(f"/evidence/{report.evidence.get().pk}/drop", headers=headers).json()
    assert (told["count"], told["warnings"]) == (0, ["这一轮要求附佐证材料，还没有上传。"])


def test_the_page_of_a_report_tells_who_did_what_and_what_changed(
    client: Client, district: District, report: Report
) -> None:
    district.filled(report, "47", "新开工47个项目。")
    reports.submit(report=report, by=district.liaison)
    reports.send_back(report=report, reason="请写明投资额。", by=district.head)
    assert "退回：请写明投资额。" in page_of(client, district.liaison, grid_of(report))
    reports.save(
        report=report,
        changes=[Change("progress", "新开工47个项目。", "新开工47个项目，投资120亿元。")],
        by=district.second,
    )
    reports.submit(report=report, by=district.second)
    assert "退回：请写明投资额。" not in page_of(client, district.liaison, grid_of(report))
    reports.sign_off(report=report, by=district.head)
    reports.correct(
        report=report, changes=[Change(district.cell, "47", "46")], reason="有一个未入库。", by=district.clerk
    )
    page = page_of(client, district.liaison, f"/reports/{report.pk}/")
    assert "单位负责人退回" in page
    assert "<del>新开工47个项目。</del> → <ins>新开工47个项目，投资120亿元。</ins>" in page
    assert "<del>47</del> → <ins>46</ins>" in page
    assert f"<strong>更正后通过</strong> {district.clerk.name}" in page


def test_what_waits_for_sign_off_can_be_taken_back(client: Client, district: District, report: Report) -> None:
    district.filled(report, "47", "新开工47个项目。")
    reports.submit(report=report, by=district.liaison)
    assert "撤回来改" in page_of(client, district.liaison, f"/reports/{report.pk}/")
    client.post(f"/reports/{report.pk}/recall")
    assert "<textarea" in page_of(client, district.liaison, grid_of(report))


def handed_in(district: District, report: Report, text: str = "新开工47个项目。") -> str:
    """Fill a report in and hand it in; return how the sign-off page names what it shows."""
    district.filled(report, "47", text)
    at = reports.submit(report=report, by=district.liaison).submitted_at
    assert at
    return f"{report.pk}@{at.isoformat()}"


def test_the_head_reads_and_signs_all_that_waits(client: Client, district: District, report: Report) -> None:
    seen = handed_in(district, report)
    assert "去审签（1）" in page_of(client, district.head, "/reporting/")
    page = page_of(client, district.head, "/sign-off/")
    assert "新开工47个项目。" in page
    assert seen in page
    said = client.post("/sign-off/", {"do": "sign_all", "seen": seen}, follow=True).content.decode()
    assert "已审签 1 项" in said
    assert "没有等您审签的" in said


def test_what_changed_after_it_was_read_is_not_signed(client: Client, district: District, report: Report) -> None:
    seen = handed_in(district, report)
    reports.recall(report=report, by=district.liaison)
    reports.save(report=report, changes=[Change(district.cell, "47", "51")], by=district.liaison)
    reports.submit(report=report, by=district.liaison)
    client.force_login(district.head)
    said = client.post("/sign-off/", {"do": f"sign:{report.pk}", "seen": seen}, follow=True).content.decode()
    assert "在您打开本页以后改过" in said
    report.refresh_from_db()
    assert report.state == ReportState.AWAITING_SIGN_OFF


def test_the_head_gives_back_with_a_reason_and_not_without(client: Client, district: District, report: Report) -> None:
    handed_in(district, report)
    client.force_login(district.head)
    without = client.post("/sign-off/", {"do": f"send_back:{report.pk}"}, follow=True).content.decode()
    assert "必须写明理由" in without
    sent = {"do": f"send_back:{report.pk}", f"reason-{report.pk}": "请写明投资额。"}
    assert "已退回联络员" in client.post("/sign-off/", sent, follow=True).content.decode()
    assert "请写明投资额。" in page_of(client, district.liaison, grid_of(report))


def test_a_liaison_signs_nothing(client: Client, district: District, report: Report) -> None:
    client.force_login(district.liaison)
    assert client.get("/sign-off/").status_code == 403
    other = person_as(Role.UNIT_HEAD, district.division, UnitFactory(division=district.division, name="区教育局"))
    seen = handed_in(district, report)
    assert "没有等您审签的" in page_of(client, other, "/sign-off/")
    client.post("/sign-off/", {"do": "sign_all", "seen": seen})
    report.refresh_from_db()
    assert report.state == ReportState.AWAITING_SIGN_OFF
