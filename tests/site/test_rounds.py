"""The monthly round, from opening to verified."""

from __future__ import annotations

import io
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from duban.dispatch.actions import evidence, reports, rounds
from duban.dispatch.actions.reports import Change
from duban.dispatch.models import Report, Round
from duban.dispatch.refusals import BadValue, Incomplete, LedgerNotIssued, ReasonNeeded, RoundClosed, TaskWithdrawn
from duban.dispatch.states import ReportState, RoundState
from duban.organisations.access import NotAllowed
from duban.organisations.roles import Role
from duban.plans.models import Ledger
from duban.plans.states import LedgerState, TaskState
from factories.rounds import District
from factories.site import (
    ResponsibilityFactory,
    UnitFactory,
    person_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return District()


def test_a_schedule_plans_the_year_around_holidays(district: District) -> None:
    schedule = district.schedule(due_after=0)
    dues = {planned.name: planned.due_at.astimezone(UTC).date() for planned in schedule.rounds.all()}
    assert len(dues) == 12
    # 31 January 2026 is a Saturday; the office wants its figures before it.
    assert dues["2026年1月"] == date(2026, 1, 30)


def test_a_round_opens_once_however_often_it_is_opened(district: District) -> None:
    report = district.month(9)
    assert rounds.open_round(round=report.round, by=district.clerk) == 1
    assert Report.objects.count() == 1
    assert report.values.get().unit == "个"


def test_the_lead_unit_reports_and_the_others_where_the_schedule_says_so(district: District) -> None:
    helper = UnitFactory(division=district.division, name="区财政局")
    ResponsibilityFactory(task=district.task, unit=helper, role="support")
    assert district.month(8).unit == district.unit
    every = district.schedule(asked="all")
    rounds.open_round(round=every.rounds.get(period_start=date(2026, 9, 1)), by=district.clerk)
    assert {report.unit.name for report in Report.objects.filter(round__schedule=every)} == {"区发展改革局", "区财政局"}


def test_a_draft_ledger_has_no_rounds(district: District) -> None:
    Ledger.objects.update(state=LedgerState.DRAFT)
    district.ledger.refresh_from_db()
    with pytest.raises(LedgerNotIssued, match="还没有印发"):
        district.schedule()


def test_a_month_goes_from_liaison_to_head_to_office(district: District) -> None:
    report = district.month(9)
    district.filled(report, "47", "新开工47个项目。")
    reports.submit(report=report, by=district.liaison, at=district.before(report))
    reports.sign_off(report=report, by=district.head)
    reports.accept(report=report, by=district.clerk)
    report.refresh_from_db()
    assert (report.state, report.late, report.values.get().value) == (ReportState.VERIFIED, False, Decimal(47))
    assert [version.step for version in report.versions.all()] == ["submit", "sign_off", "accept"]


def test_two_liaisons_in_one_grid_meet_only_in_the_same_cell(district: District) -> None:
    report = district.month(9)
    reports.save(report=report, changes=[Change(district.cell, "", "47")], by=district.liaison)
    saved = reports.save(
        report=report,
        changes=[Change(district.cell, "", "45"), Change("problems", "", "用地指标不足。")],
        by=district.second,
    )
    assert saved.cells == {"problems": "用地指标不足。"}
    [conflict] = saved.conflicts
    assert (conflict.theirs, conflict.who, conflict.yours) == ("47", "石敏学", "45")
    assert reports.save(report=report, changes=[Change(district.cell, "47", "45")], by=district.second).cells


def test_the_same_save_twice_is_one(district: District) -> None:
    report = district.month(9)
    for _ in range(2):
        saved = reports.save(report=report, changes=[Change(district.cell, "", "47")], by=district.liaison)
        assert (saved.cells, saved.conflicts) == ({district.cell: "47"}, [])


@pytest.mark.parametrize("text", ["四十七", "1e99", "NaN", "Infinity", "0.12345678", "4 7"])
def test_what_is_no_number_is_refused_and_nothing_is_saved(district: District, text: str) -> None:
    report = district.month(9)
    with pytest.raises(BadValue, match="新开工区级以上重点项目"):
        reports.save(
            report=report,
            changes=[Change("progress", "", "新开工。"), Change(district.cell, "", text)],
            by=district.liaison,
        )
    report.refresh_from_db()
    assert report.progress == ""


def test_what_is_odd_is_said_beside_its_cell(district: District) -> None:
    august = district.month(8)
    district.filled(august, "45", "新开工45个项目。")
    reports.submit(report=august, by=district.liaison)
    september = district.month(9)
    saved = district.filled(september, "40", "新开工45个项目。")
    assert {(warning.cell, warning.code) for warning in saved.warnings} == {
        (district.cell, "falling"),
        (district.cell, "numbers-differ"),
        ("progress", "copied"),
    }


def test_an_empty_report_is_not_handed_in(district: District) -> None:
    report = district.month(9)
    with pytest.raises(Incomplete, match="没有填数；没有写进展情况"):
        reports.submit(report=report, by=district.liaison)


def test_a_double_submit_is_one_and_a_late_one_is_marked(district: District) -> None:
    report = district.month(9, grace_hours=48)
    district.filled(report, "47", "新开工47个项目。")
    late = report.round.due_at + timedelta(minutes=1)
    for _ in range(2):
        reports.submit(report=report, by=district.liaison, at=late)
    report.refresh_from_db()
    assert report.late
    assert report.versions.count() == 1


def test_after_the_end_nothing_is_reported_but_what_was_returned(district: District) -> None:
    report = district.month(9)
    rounds.close_round(round=report.round, by=district.clerk)
    with pytest.raises(RoundClosed, match="已经截止，没有保存"):
        district.filled(report, "47", "新开工47个项目。")
    rounds.reopen_round(
        round=report.round, reason="系统维护", due_at=report.round.due_at + timedelta(days=2), by=district.clerk
    )
    district.filled(report, "47", "新开工47个项目。")
    reports.submit(report=report, by=district.liaison)
    reports.sign_off(report=report, by=district.head)
    rounds.close_round(round=report.round, by=district.clerk)
    with pytest.raises(ReasonNeeded):
        reports.return_report(report=report, reason=" ", by=district.clerk)
    reports.return_report(report=report, reason="数据与统计部门不符", by=district.clerk)
    assert reports.save(report=report, changes=[Change(district.cell, "47", "46")], by=district.liaison).cells


def test_what_the_office_corrects_leaves_what_the_unit_wrote(district: District) -> None:
    report = district.month(9)
    district.filled(report, "47", "新开工47个项目。")
    reports.submit(report=report, by=district.liaison)
    reports.sign_off(report=report, by=district.head)
    reports.correct(
        report=report, changes=[Change(district.cell, "47", "44")], reason="三个项目未取得施工许可", by=district.clerk
    )
    report.refresh_from_db()
    assert report.values.get().value == 44
    assert report.verifications.get().corrections == {district.cell: ["47", "44"]}
    assert report.versions.get(step="sign_off").snapshot["values"][0]["value"] == "47"


def test_a_task_that_left_the_ledger_is_not_reported_on(district: District) -> None:
    report = district.month(9)
    district.task.state = TaskState.WITHDRAWN
    district.task.save()
    assert rounds.void_reports(task=district.task, by=district.clerk) == 1
    with pytest.raises(TaskWithdrawn):
        district.filled(report, "47", "新开工47个项目。")


def test_only_the_own_unit_writes_and_only_its_head_signs(district: District) -> None:
    report = district.month(9)
    stranger = person_as(Role.LIAISON, district.division, UnitFactory(division=district.division, name="区教育局"))
    with pytest.raises(NotAllowed):
        district.filled(report, "47", "新开工47个项目。", by=stranger)
    district.filled(report, "47", "新开工47个项目。")
    reports.submit(report=report, by=district.liaison)
    with pytest.raises(NotAllowed):
        reports.sign_off(report=report, by=district.liaison)
    assert not Report.objects.visible_to(stranger)


def test_the_clock_opens_and_closes_rounds(district: District) -> None:
    schedule = district.schedule(grace_hours=24)
    september = schedule.rounds.get(period_start=date(2026, 9, 1))
    assert rounds.turn(september.opens_at) == (1, 0)
    assert rounds.turn(september.due_at) == (0, 0)
    assert rounds.turn(september.grace_until) == (0, 1)
    assert Round.objects.get(pk=september.pk).state == RoundState.CLOSED


def picture(colour: str = "green") -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(data, "JPEG")
    data.seek(0)
    return data


def test_a_photo_is_kept_once_with_a_preview(district: District) -> None:
    report = district.month(9)
    first = evidence.add_file(report=report, file=picture(), name="现场.jpg", by=district.liaison)
    again = evidence.add_file(report=report, file=picture(), name="现场二.jpg", by=district.liaison)
    assert first.pk == again.pk
    assert first.stored is not None
    assert first.stored.preview
    evidence.drop(evidence=first, by=district.liaison)
    assert not report.evidence.filter(dropped=False)


def test_a_zip_named_jpg_is_told_for_what_it_is(district: District) -> None:
    import zipfile

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("a.txt", "甲")
    data.seek(0)
    with pytest.raises(evidence.BadEvidence, match="压缩包"):
        evidence.add_file(report=district.month(9), file=data, name="照片.jpg", by=district.liaison)


def test_a_file_that_is_too_large_is_not_taken(district: District, settings: Any) -> None:
    settings.EVIDENCE_LIMIT = 1000
    with pytest.raises(evidence.BadEvidence, match="超过"):
        evidence.add_file(report=district.month(9), file=picture(), name="照片.jpg", by=district.liaison)
