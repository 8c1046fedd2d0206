"""The year's ledger in pictures: the numbers, their tables, who sees what."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.actions.tasks import refresh_many
from duban.plans.models import Ledger, Section, Task
from duban.plans.states import TaskState
from factories.issued import clerk_of, unit_named
from factories.site import LedgerFactory, ResponsibilityFactory, SectionFactory, TaskFactory, person_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger() -> Ledger:
    """A ledger of four tasks under a part with a part, and under another."""
    ledger = LedgerFactory()
    top = SectionFactory(ledger=ledger, label="一、", title="产业", depth=1, order=1)
    inner = SectionFactory(ledger=ledger, label="(一)", title="项目", parent=top, depth=2, order=2)
    other = SectionFactory(ledger=ledger, label="二、", title="民生", depth=1, order=3)
    told: list[tuple[str, Section, dict[str, str], date | None, str]] = [
        ("建设产业园", top, {"区发改局": "lead", "区财政局": "support"}, date(2026, 6, 30), "in_progress"),
        ("建设5G基站", inner, {"区发改局": "lead"}, date(2026, 6, 10), "closed_out"),
        ("新建三所学校", other, {"区财政局": "responsible"}, date(2026, 9, 30), "in_progress"),
        ("改造老旧小区", other, {}, None, "to_break_down"),
    ]
    for number, (title, part, answers, due, state) in enumerate(told, 1):
        task = TaskFactory(ledger=ledger, section=part, title=title, state=TaskState(state), seq=number)
        for name, role in answers.items():
            ResponsibilityFactory(task=task, unit=unit_named(name), role=role)
        if due:
            task.deadlines.create(text=f"{due.month}月底前", due=due)
    refresh_many(Task.objects.filter(ledger=ledger))
    return ledger


@pytest.fixture
def clerk(ledger: Ledger) -> Person:
    return clerk_of(ledger)


def page(ledger: Ledger, person: Person, **query: Any) -> str:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(reverse("plans:ledger_charts", args=[ledger.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def option(text: str, name: str) -> dict[str, Any]:
    """Return the drawing that the page hands to the charting library."""
    found = re.search(f'<script id="chart-{name}" type="application/json">(.*?)</script>', text)
    assert found
    whole: dict[str, Any] = json.loads(found[1])
    return whole


def bars(text: str, name: str) -> dict[str, list[int]]:
    return {series["name"]: series["data"] for series in option(text, name)["series"]}


def rows(text: str, head: str) -> list[list[str]]:
    """Return the cells of the table whose first head is `head`."""
    table = re.search(f'<th scope="col">{head}</th>.*?<tbody>(.*?)</tbody>', text, re.DOTALL)
    assert table
    lines = re.findall("<tr>(.*?)</tr>", table[1])
    return [[re.sub("<.*?>", "", cell) for cell in re.findall("<td.*?>(.*?)</td>", line)] for line in lines]


def test_sections_are_as_large_as_their_tasks(ledger: Ledger, clerk: Person) -> None:
    text = page(ledger, clerk)
    industry, life = option(text, "sections")["baseOption"]["series"][0]["data"]
    assert (industry["name"], industry["value"]) == ("一、产业", 2)
    assert [(part["name"], part["value"]) for part in industry["children"]] == [("(一)项目", 1), ("（本级）", 1)]
    assert (life["name"], life["value"], life.get("children")) == ("二、民生", 2, None)
    assert [row[:2] for row in rows(text, "章节")] == [["一、产业", "2"], ["(一)项目", "1"], ["二、民生", "2"]]
    section = Section.objects.get(title="民生")
    assert life["link"] == f"{reverse('plans:ledger', args=[ledger.pk])}?section={section.pk}"


def test_units_by_load_and_role(ledger: Ledger, clerk: Person) -> None:
    text = page(ledger, clerk)
    assert option(text, "units")["yAxis"]["data"] == ["区发改局", "区财政局"]
    assert bars(text, "units") == {"牵头": [2, 0], "责任": [0, 1], "配合": [0, 1]}
    assert rows(text, "单位") == [["区发改局", "2", "0", "0", "2"], ["区财政局", "0", "1", "1", "2"]]


def test_months_tell_done_open_and_unstated(ledger: Ledger, clerk: Person) -> None:
    text = page(ledger, clerk)
    months = [f"2026年{month}月" for month in range(6, 13)]
    assert option(text, "months")["xAxis"]["data"] == months
    assert bars(text, "months") == {
        "已销号": [1, 0, 0, 0, 0, 0, 0],
        "未销号": [1, 0, 0, 1, 0, 0, 0],
        "未销号，未写明时限": [0, 0, 0, 0, 0, 0, 1],
    }
    assert rows(text, "到期月份")[0] == ["2026年6月", "2", "1", "1", "0"]
    assert "due_from=2026-06-01&amp;due_to=2026-06-30" in text


def test_pictures_keep_the_filter_of_the_ledger(ledger: Ledger, clerk: Person) -> None:
    text = page(ledger, clerk, unit=unit_named("区财政局").pk)
    assert "共 2 项任务" in text
    assert "区财政局" in text.split("</header>")[-1]
    assert "没有任务可画" in page(ledger, clerk, q="飞船")


def test_each_draws_what_they_see(ledger: Ledger) -> None:
    finance = unit_named("区财政局")
    text = page(ledger, person_as(Role.LIAISON, ledger.division, finance))
    assert "共 2 项任务" in text
    assert "二、民生" in text
    assert "老旧小区" not in text


def test_the_page_takes_few_statements(ledger: Ledger, clerk: Person, django_assert_max_num_queries: Any) -> None:
    client = Client()
    client.force_login(clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("plans:ledger_charts", args=[ledger.pk])
    client.get(address)
    with django_assert_max_num_queries(15):
        client.get(address)
