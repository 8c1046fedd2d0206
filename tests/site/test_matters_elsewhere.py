"""Matters on other pages: on the page of their task, and on the workbench of whoever moves next."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from test_ledger_page import signed_in

from duban.organisations.models import Person
from duban.plans.models import Task
from duban.plans.queries.desk import Part
from duban.supervision.actions import matter_steps, matters
from duban.supervision.models import Matter
from duban.supervision.queries import matters_elsewhere
from factories.matters import Office, at
from factories.rounds import District

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 2)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(timezone, "now", lambda: at("2026-04-02 12:00"))
    return Office()


def waits(person: Person, title: str) -> Part:
    return next(part for part in matters_elsewhere.waiting(person, TODAY) if part.title == title)


def told(part: Part) -> list[tuple[str, str, date | None]]:
    return [(item.title, item.verb, item.due) for item in part.items]


def test_a_unit_meets_its_next_step_and_a_supporting_one_its_own(office: Office) -> None:
    office.assigned("2026-03-31", title="加装电梯", supports=(office.support,), scheme="minutes")
    assert told(waits(office.liaison, "要办的督查事项")) == [("加装电梯", "报落实情况", date(2026, 4, 29))]
    office.assigned("2026-03-31", title="积水点")
    part = waits(office.liaison, "要办的督查事项")
    assert told(part)[0] == ("积水点", "签收", date(2026, 4, 1))
    assert part.urgent
    helper = waits(office.helper, "要办的督查事项")
    assert [verb for _, verb, _ in told(helper)] == ["协办意见"]
    assert not matters_elsewhere.waiting(office.leader, TODAY)


def test_the_office_meets_what_it_moves_first_and_what_is_overdue(office: Office) -> None:
    office.registered("2026-04-01", title="刚登记")
    office.approved("2026-04-01", title="刚立项")
    office.answered(office.assigned("2026-03-30", title="已答复"), "2026-04-01")
    late = office.assigned("2026-03-27", title="没有签收")
    paused = office.assigned("2026-03-30", title="暂停的")
    matter_steps.pause(matter=paused, until=date(2026, 4, 20), reason="等批复", by=office.clerk, at=at("2026-03-31"))
    asked = office.assigned("2026-04-01", title="要延期")
    matter_steps.ask_extension(matter=asked, number=3, reason="等材料", by=office.liaison, at=at("2026-04-01 15:00"))
    ours = told(waits(office.clerk, "要立项、交办、审核的督查事项"))
    assert {(title, verb) for title, verb, _ in ours} == {
        ("刚登记", "立项"),
        ("刚立项", "交办"),
        ("已答复", "审核"),
        ("要延期", "审批"),
    }
    assert [day for _, _, day in ours] == sorted(day for _, _, day in ours if day)
    overdue = waits(office.clerk, "逾期的督查事项")
    assert told(overdue) == [("没有签收", "查看", late.due_on)]
    assert overdue.items[0].why == f"签收，等{office.lead}"


def test_it_is_one_statement_however_many_there_are_and_says_how_many(
    office: Office, django_assert_num_queries: Any
) -> None:
    for number in range(9):
        office.assigned("2026-03-31", title=f"事项{number}")
        office.registered("2026-04-01", title=f"登记{number}")
    for person in (office.liaison, office.clerk):
        matters_elsewhere.waiting(person, TODAY)  # the posts are read once
        with django_assert_num_queries(1):
            matters_elsewhere.waiting(person, TODAY)
    part = waits(office.liaison, "要办的督查事项")
    assert (len(part.items), part.total, part.left_off) == (6, 9, 3)
    part = waits(office.clerk, "要立项、交办、审核的督查事项")
    assert (len(part.items), part.total) == (6, 9)


@pytest.fixture
def district() -> District:
    return District()


def registered(district: District, task: Task | None, **facts: Any) -> Matter:
    given = {"source": "instruction", "title": "项目开工慢", "received_on": timezone.localdate(), **facts}
    return matters.register(division=district.division, task=task, by=district.clerk, **given)


def test_a_task_shows_its_matters_and_leads_to_registering_one(
    district: District, django_assert_max_num_queries: Any
) -> None:
    page = reverse("plans:task", args=[district.task.pk])
    clerk = signed_in(district.clerk)
    new = f"{reverse('supervision:matter_new')}?task={district.task.pk}"
    shown = clerk.get(page).content.decode()
    assert new in shown
    assert "没有督查事项" in shown
    form = {"source": "meeting", "title": "项目开工慢", "received_on": timezone.localdate(), "urgency": "ordinary"}
    assert clerk.post(new, form).status_code == 302
    made = Matter.objects.get()
    assert (made.task, made.ledger) == (district.task, district.ledger)
    made = matters.approve(matter=made, approved_by_name="李区长", approval_basis="纪要", by=district.clerk)
    matters.assign(matter=made, lead=district.unit, by=district.clerk)
    shown = clerk.get(page).content.decode()
    assert made.short_number in shown
    # The unit sees it too, and what is kept from it not.
    registered(district, district.task, title="举报线索", restricted=True, source="lead")
    unit = signed_in(district.liaison).get(page).content.decode()
    assert made.short_number in unit
    assert "举报线索" not in unit
    assert "登记事项" not in unit
    past = clerk.get(f"{page}?on=2026-01-31").content.decode()
    assert made.short_number not in past
    with django_assert_max_num_queries(1):
        matters_elsewhere.of_task(district.task, district.clerk, None, timezone.localdate())


def test_the_page_of_a_task_stays_within_its_statements(district: District, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        registered(district, district.task, title=f"事项{number}")
    page = reverse("plans:task", args=[district.task.pk])
    for person in (district.clerk, district.liaison):
        client = signed_in(person)
        client.get(page)
        with django_assert_max_num_queries(30):
            assert client.get(page).status_code == 200
