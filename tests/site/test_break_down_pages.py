"""The page on which a unit breaks its task down."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from duban.organisations.calendar import Calendar
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.models import Indicator, Task
from duban.plans.snapshots import of_task
from duban.plans.states import TaskState
from factories.issued import issued_ledger, unit_named
from factories.site import person_as

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def task() -> Task:
    issued_ledger("推进项目建设")
    return Task.objects.get()


@pytest.fixture
def liaison(task: Task) -> Client:
    return signed_in(person_as(Role.LIAISON, task.ledger.division, unit_named("区发展和改革局"), name="陈联络"))


def sent(task: Task, measures: list[dict[str, Any]], milestones: list[dict[str, Any]], **facts: Any) -> dict[str, Any]:
    """Return the form as a browser sends it."""
    indicators = [
        {"id": row.pk, "kind": "linear"} | facts.pop("indicator", {}) for row in Indicator.objects.filter(task=task)
    ]
    found: dict[str, Any] = {"seen": task.versions.latest("number").number, "do": "save", **facts}
    for prefix, rows, there in (
        ("measures", [{"kind": "linear"} | row for row in measures], task.measures.count()),
        ("milestones", milestones, task.milestones.count()),
        ("indicators", indicators, len(indicators)),
    ):
        found |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": there}
        for n, row in enumerate(rows):
            found |= {f"{prefix}-{n}-{key}": value for key, value in row.items()}
    return found


STEPS: list[dict[str, Any]] = [
    {"name": "开工", "days": "20", "weight": "40"},
    {"name": "竣工", "days": "30", "weight": "60"},
    {"name": "", "weight": ""},
]


def test_dates_are_proposed_accepted_and_saved(task: Task, liaison: Client) -> None:
    where = f"/tasks/{task.pk}/break-down/"
    assert "倒排工期" in liaison.get(where).content.decode()
    page = liaison.post(where, sent(task, [{"text": "完成前期手续"}], STEPS, do="propose")).content.decode()
    assert "还没有保存" in page
    assert 'value="2026-06-30"' in page
    assert not task.milestones.exists()
    before = Calendar().shifted(date(2026, 6, 30), -30)
    steps = [STEPS[0] | {"due": before.isoformat()}, STEPS[1] | {"due": "2026-06-30"}, STEPS[2]]
    answer = liaison.post(where, sent(task, [{"text": "完成前期手续"}], steps, indicator={"floor": "45"}))
    assert answer.url == where  # type: ignore[attr-defined]
    now = of_task(task)
    assert now["state"] == TaskState.IN_PROGRESS
    assert [row["due"] for row in now["milestones"]] == [before.isoformat(), "2026-06-30"]
    assert now["indicators"][0]["floor"] == "45"
    assert "完成前期手续" in liaison.get(where).content.decode()


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(task: Task, liaison: Client) -> None:
    where = f"/tasks/{task.pk}/break-down/"
    measures = [{"text": ""}, {"text": "组织验收", "due": "2027-01-04"}]
    page = liaison.post(where, sent(task, measures, STEPS[2:]))
    assert page.status_code == 422
    assert "晚于2026年12月31日" in page.content.decode()
    assert "组织验收" in page.content.decode()
    page = liaison.post(where, sent(task, [{"text": "组织验收", "due": "很快"}], []))
    assert page.status_code == 422
    page = liaison.post(where, sent(task, [{"text": "组织验收"}], [], do="more"))
    assert 'name="measures-3-text"' in page.content.decode()
    assert "组织验收" in page.content.decode()


def test_months_are_filled_in_and_rows_taken_away(task: Task, liaison: Client) -> None:
    where = f"/tasks/{task.pk}/break-down/"
    months = {"kind": "monthly", "month-2026-03": "10", "month-2026-06": "52", "start_value": "2"}
    liaison.post(where, sent(task, [{"text": "甲"}, {"text": "乙"}], [], indicator=months))
    now = of_task(task)
    assert now["indicators"][0]["curve"]["monthly"] == {"2026-03": "10", "2026-06": "52"}
    rows = [{"id": row["id"], "text": row["text"]} for row in now["measures"]]
    liaison.post(where, sent(task, [rows[0] | {"drop": "on"}, rows[1]], [], indicator=months))
    assert [row["text"] for row in of_task(task)["measures"]] == ["乙"]


def test_an_older_page_is_told_and_keeps_what_was_filled_in(task: Task, liaison: Client) -> None:
    where = f"/tasks/{task.pk}/break-down/"
    liaison.post(where, sent(task, [{"text": "甲"}], []))
    page = liaison.post(where, sent(task, [{"text": "丙"}], [], seen="1"))
    assert page.status_code == 409
    assert "已由陈联络于" in page.content.decode()
    assert "丙" in page.content.decode()


def test_others_find_no_page_and_a_withdrawn_task_has_none(task: Task, liaison: Client) -> None:
    stranger = signed_in(person_as(Role.LIAISON, task.ledger.division, unit_named("区教育局")))
    assert stranger.get(f"/tasks/{task.pk}/break-down/").status_code == 404
    Task.objects.update(state=TaskState.WITHDRAWN)
    assert liaison.get(f"/tasks/{task.pk}/break-down/").status_code == 404


def test_the_page_costs_few_statements(task: Task, liaison: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(30):
        liaison.get(f"/tasks/{task.pk}/break-down/")
