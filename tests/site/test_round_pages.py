"""The office's pages of rounds: calendar, schedule, one round from above."""

from __future__ import annotations

import io
from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from test_rounds import District

from duban.dispatch.actions import rounds
from duban.dispatch.models import Round, Schedule
from duban.dispatch.states import RoundState
from duban.organisations.models import Person
from duban.organisations.roles import Role
from factories.site import ResponsibilityFactory, TaskFactory, UnitFactory, person_as

pytestmark = pytest.mark.django_db
FORM = {
    "name": "每月调度", "section": "", "period": "month", "asked": "lead", "opens_before": "5", "due_after": "0",
    "due_time": "17:00", "grace_hours": "24", "shift": "previous", "needs_sign_off": "on", "sample_percent": "20",
}  # fmt: skip


@pytest.fixture
def district() -> District:
    return District()


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_clerk_plans_a_year_and_moves_what_has_not_opened(district: District) -> None:
    client = signed(district.clerk)
    page = client.get(reverse("dispatch:rounds")).content.decode()
    assert "还没有调度安排" in page
    client.post(reverse("dispatch:schedule_new", args=[district.ledger.pk]), FORM)
    schedule = Schedule.objects.get()
    assert (schedule.rounds.count(), schedule.grace_hours, schedule.active) == (12, 24, True)
    january = schedule.rounds.get(period_start=date(2026, 1, 1))
    rounds.open_round(round=january, by=district.clerk)
    changed = {**FORM, "due_time": "12:00", "active": "on"}
    client.post(reverse("dispatch:schedule", args=[schedule.pk]), changed)
    dues = {one.name: timezone.localtime(one.due_at).time() for one in schedule.rounds.all()}
    assert dues["2026年1月"] == time(17), "an open round stays as it was announced"
    assert dues["2026年2月"] == time(12)
    assert "2026年12月" in client.get(reverse("dispatch:rounds")).content.decode()


def test_a_wrong_schedule_is_told_field_by_field(district: District) -> None:
    answer = signed(district.clerk).post(
        reverse("dispatch:schedule_new", args=[district.ledger.pk]), {**FORM, "sample_percent": "-1", "name": ""}
    )
    assert answer.status_code == 422
    assert not Schedule.objects.exists()


def test_the_round_says_who_owes_what_and_whom_to_phone(district: District) -> None:
    Person.objects.filter(pk=district.liaison.pk).update(phone="0599-2288001")
    filed = district.month(9)
    other = UnitFactory(division=district.division, name="区财政局")
    task = TaskFactory(ledger=district.ledger, title="用好财政资金", seq=2)
    ResponsibilityFactory(task=task, unit=other, role="lead")
    Round.objects.filter(pk=filed.round_id).update(state=RoundState.PLANNED)
    rounds.open_round(round=filed.round, by=district.clerk)
    page = signed(district.clerk).get(reverse("dispatch:round", args=[filed.round_id])).content.decode()
    assert "现在打给谁" in page
    assert "0599-2288001" in page
    assert "没有联络员，请补人员" in page, "a unit without anybody is told too"
    assert page.count('class="look-bad"') + page.count('class="look-plain"') >= 2
    own = signed(district.liaison).get(reverse("dispatch:round", args=[filed.round_id])).content.decode()
    assert "用好财政资金" not in own, "a liaison sees the own unit's"
    assert "现在打给谁" not in own


def test_a_round_is_opened_closed_and_reopened_with_a_reason(district: District) -> None:
    schedule = district.schedule()
    round = schedule.rounds.get(period_start=date(2026, 9, 1))
    client, at = signed(district.clerk), {"pk": round.pk}
    client.post(reverse("dispatch:round_open", kwargs=at))
    client.post(reverse("dispatch:round_close", kwargs=at))
    round.refresh_from_db()
    assert round.state == RoundState.CLOSED
    until = timezone.localdate() + timedelta(days=3)
    client.post(reverse("dispatch:round_reopen", kwargs=at), {"due_at_0": until, "due_at_1": "17:00", "reason": ""})
    round.refresh_from_db()
    assert round.state == RoundState.CLOSED, "no reason, no reopening"
    answer = client.post(
        reverse("dispatch:round_reopen", kwargs=at),
        {"due_at_0": until.isoformat(), "due_at_1": "17:00", "reason": "系统停电半天。"},
    )
    round.refresh_from_db()
    assert (answer.status_code, round.state) == (302, RoundState.OPEN)
    assert timezone.localtime(round.grace_until).date() == until


def test_the_export_holds_reports_values_and_the_call_list(district: District) -> None:
    report = district.month(9)
    district.filled(report, "47", "新开工47个项目。")
    answer = signed(district.clerk).get(reverse("dispatch:round_export", args=[report.round_id]))
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["填报", "指标", "单位和任务", "催报"]
    assert [cell.value for cell in book["指标"][2]][3:] == ["新开工区级以上重点项目", 47, "个"]
    assert book["催报"]["A2"].value == "区发展改革局"


def test_a_liaison_runs_no_rounds(district: District) -> None:
    round = district.schedule().rounds.first()
    assert round is not None
    client = signed(district.liaison)
    assert client.post(reverse("dispatch:round_open", args=[round.pk])).status_code in (302, 403)
    assert client.get(reverse("dispatch:schedule_new", args=[district.ledger.pk])).status_code == 403
    round.refresh_from_db()
    assert round.state == RoundState.PLANNED
    stranger = person_as(Role.LIAISON, district.division, UnitFactory(division=district.division))
    assert "每月调度" in signed(stranger).get(reverse("dispatch:rounds")).content.decode()
