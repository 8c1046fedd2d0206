"""Milestones reached: told on the task's page or in the grid, counted when the unit's word counts, taken back and returned."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from duban.audit.models import Event
from duban.dispatch.actions import milestones, reports
from duban.dispatch.actions.reports import Change
from duban.dispatch.models import MilestoneWord, Report
from duban.dispatch.progress import task_standing
from duban.dispatch.refusals import BadValue
from duban.dispatch.work import works
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.models import Measure, Milestone
from factories.rounds import District
from factories.site import UnitFactory, person_as

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 30)


@pytest.fixture
def district() -> District:
    made = District()
    made.task = made.another("健全工作机制")
    type(made.task).objects.filter(pk=made.task.pk).update(state="in_progress")
    made.task.refresh_from_db()
    return made


def step_of(district: District, name: str = "印发方案", due: date = JUNE, **more: Any) -> Milestone:
    return Milestone.objects.create(task=district.task, name=name, due=due, **more)


def report_of(district: District) -> Report:
    return Report.objects.get(round=district.month(9).round, task=district.task)


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def progress(district: District, on: date, known: date | None = None) -> Decimal:
    [one] = [one for one in works(district.ledger) if one.task.pk == district.task.pk]
    return task_standing(one.work, on, known_on=known).progress


def day(step: Milestone) -> date | None:
    return Milestone.objects.get(pk=step.pk).done_on


def test_a_milestone_is_told_on_the_tasks_page_with_what_shows_it(district: District) -> None:
    step = step_of(district)
    step_of(district, "全面推开", date(2026, 12, 1))
    liaison = signed(district.liaison)
    page = liaison.get(f"/tasks/{district.task.pk}/").content.decode()
    assert "记为完成" in page
    assert "逾期未完成" in page
    answer = liaison.post(
        f"/milestones/{step.pk}/done/",
        {"done_on": "2026-07-03", "file": SimpleUploadedFile("方案.pdf", b"%PDF-1.4\n%%EOF\n")},
        follow=True,
    )
    page = answer.content.decode()
    assert "已记下“印发方案”于2026-07-03完成" in page
    assert "完成 1 / 2" in page
    assert day(step) == date(2026, 7, 3)
    word = MilestoneWord.objects.get()
    paper = liaison.get(f"/milestone-words/{word.pk}/")
    assert paper["Content-Disposition"].startswith("attachment")
    assert progress(district, date(2026, 12, 31)) == 50
    assert Event.objects.filter(action="dispatch.complete_milestone").count() == 1
    elsewhere = person_as(Role.LIAISON, district.division, UnitFactory(division=district.division))
    assert signed(elsewhere).get(f"/milestone-words/{word.pk}/").status_code == 404


def test_twice_alike_is_once_and_another_day_is_told(district: District) -> None:
    step = step_of(district)
    first = milestones.complete(milestone=step, done_on=JUNE, by=district.liaison)
    assert milestones.complete(milestone=step, done_on=JUNE, by=district.second) == first
    with pytest.raises(milestones.MilestoneRefused, match="已于2026-06-30完成"):
        milestones.complete(milestone=step, done_on=date(2026, 7, 1), by=district.liaison)


@pytest.mark.parametrize(
    ("done_on", "said"),
    [("", "没有写完成日期"), ("2099-01-01", "还没有到"), ("1999-01-01", "请核对"), ("六月", "没有写")],
)
def test_a_day_that_cannot_be_is_refused_on_the_page(district: District, done_on: str, said: str) -> None:
    step = step_of(district)
    answer = signed(district.liaison).post(
        f"/milestones/{step.pk}/done/", {"done_on": done_on}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert day(step) is None


def test_what_was_told_by_mistake_is_taken_back_and_past_days_stay_as_they_were_known(district: District) -> None:
    step = step_of(district)
    today = timezone.now()
    word = milestones.complete(milestone=step, done_on=JUNE, by=district.liaison, at=today)
    before = timezone.localdate(today) - timedelta(days=1)
    assert progress(district, JUNE) == 0, "on the day itself nobody knew"
    assert progress(district, JUNE, known=before) == 0
    assert progress(district, JUNE, known=timezone.localdate(today)) == 100
    with pytest.raises(NotAllowed):
        milestones.take_back(word=word, by=person_as(Role.LIAISON, district.division, UnitFactory()))
    signed(district.clerk).post(f"/milestone-words/{word.pk}/undone/")
    assert day(step) is None
    assert MilestoneWord.objects.get().dropped


def test_what_the_grid_tells_counts_when_it_is_signed_and_no_more_when_it_is_returned(district: District) -> None:
    step = step_of(district)
    later = step_of(district, "全面推开", date(2026, 12, 1))
    report = report_of(district)
    cell = f"milestone:{step.pk}"
    page = signed(district.liaison).get(f"/rounds/{report.round_id}/units/{report.unit_id}/").content.decode()
    assert "节点：印发方案" in page
    assert f"milestone:{later.pk}" not in page, "what is not due yet is not asked"
    with pytest.raises(BadValue, match="不是日期"):
        reports.save(report=report, changes=[Change(cell, "", "上周")], by=district.liaison)
    reports.save(
        report=report,
        changes=[Change(cell, "", "2026年7月3日"), Change("progress", "", "方案已印发。")],
        by=district.liaison,
    )
    reports.submit(report=report, by=district.liaison)
    assert day(step) is None, "it is not the unit's word yet"
    reports.sign_off(report=report, by=district.head)
    assert day(step) == date(2026, 7, 3)
    assert Report.objects.get(pk=report.pk).versions.latest("number").snapshot["milestones"] == [
        {"milestone": step.pk, "name": "印发方案", "done_on": "2026-07-03"}
    ]
    verify = signed(district.clerk).get(f"/rounds/{report.round_id}/verify/").content.decode()
    assert "节点完成：印发方案" in verify
    reports.return_report(report=report, reason="没有看到方案。", by=district.clerk)
    assert day(step) is None
    reports.submit(report=report, by=district.liaison)
    reports.sign_off(report=report, by=district.head)
    reports.correct(
        report=report, changes=[Change(cell, "", "2026-07-10")], reason="方案落款是7月10日。", by=district.clerk
    )
    assert day(step) == date(2026, 7, 10)
    with pytest.raises(milestones.MilestoneRefused, match="退回或更正那份填报"):
        milestones.take_back(word=MilestoneWord.objects.get(), by=district.clerk)


def test_what_an_earlier_report_told_is_not_asked_again(district: District) -> None:
    step = step_of(district)
    milestones.complete(milestone=step, done_on=JUNE, by=district.liaison)
    report = report_of(district)
    page = signed(district.liaison).get(f"/rounds/{report.round_id}/units/{report.unit_id}/").content.decode()
    assert "节点：印发方案" not in page


def test_milestones_of_measures_count_where_the_task_has_none_of_its_own(district: District) -> None:
    first, second = (Measure.objects.create(task=district.task, text=text) for text in ("起草", "推开"))
    one = step_of(district, "初稿", measure=first, weight=Decimal(40))
    step_of(district, "定稿", measure=first, weight=Decimal(60))
    step_of(district, "试点", measure=second)
    milestones.complete(milestone=one, done_on=JUNE, by=district.liaison, at=timezone.now())
    assert progress(district, date(2026, 12, 31)) == 20
