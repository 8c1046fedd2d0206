"""The search over everything: what is found, by whom, in how many statements."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from duban.core.extract.units.resolve import canonical_key
from duban.organisations.models import Person, UnitAlias
from duban.organisations.roles import Role
from duban.plans.actions.tasks import refresh_many
from duban.plans.models import Ledger, Paper, Task
from duban.plans.queries.search import PAGE, search
from factories.issued import clerk_of, draft_of, issued_ledger, paper_of, unit_named
from factories.site import DivisionFactory, LedgerFactory, ResponsibilityFactory, TaskFactory, UnitFactory, person_as

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def shown(person: Person, words: str, **query: Any) -> str:
    answer = signed_in(person).get(reverse("plans:search"), {"q": words, **query})
    assert answer.status_code == 200
    return answer.content.decode()


def names(words: str, person: Person) -> dict[str, list[str]]:
    """Return the names of what is found, by kind."""
    return {one.kind: [re.sub("<.*?>", "", hit.name) for hit in one.hits] for one in search(words.split(), person)}


@pytest.fixture
def ledger() -> Ledger:
    """An issued ledger of a paper that holds three tasks, whose unit has a short name and an alias."""
    finance = UnitFactory(name="区财政局", short_name="财政局", division=DivisionFactory())
    UnitAlias.objects.create(unit=finance, division=finance.division, name="财政国资局", key="财政国资局")
    ledger, _ = issued_ledger("新建三所学校", "整治背街小巷", "建设5G基站", unit=finance)
    UnitFactory(name="区发展和改革局", key=canonical_key("区发展和改革局"), division=ledger.division)
    Paper.objects.update(text=f"{'前言。' * 40}今年要新建学校三所，改造旧校舍。{'其他事项。' * 40}")
    refresh_many(Task.objects.all())
    return ledger


@pytest.fixture
def clerk(ledger: Ledger) -> Person:
    return clerk_of(ledger, name="赵督办")


def test_two_characters_find_tasks_units_and_papers(ledger: Ledger, clerk: Person) -> None:
    assert names("学校", clerk) == {"tasks": ["新建三所学校"], "papers": ["兰桥区2026年重点工作任务实施方案"]}
    assert names("财政", clerk)["units"] == ["区财政局"]
    assert len(names("财政", clerk)["tasks"]) == 3


def test_all_words_must_be_found_whatever_their_width_and_case(ledger: Ledger, clerk: Person) -> None:
    assert names("财政 小巷", clerk) == {"tasks": ["整治背街小巷"]}
    assert names("５ｇ 基站", clerk) == {"tasks": ["建设5G基站"]}
    assert names("学校 小巷", clerk) == {}


def test_a_number_finds_its_task(ledger: Ledger, clerk: Person) -> None:
    assert names("2026-002", clerk) == {"tasks": ["整治背街小巷"]}


def test_a_unit_is_found_by_any_of_its_names(ledger: Ledger, clerk: Person) -> None:
    assert names("国资", clerk)["units"] == ["区财政局"]
    assert names("区财政局", clerk)["units"] == ["区财政局"]
    assert names("发展改革局", clerk)["units"] == ["区发展和改革局"]


def test_what_stands_in_the_name_comes_first(ledger: Ledger, clerk: Person) -> None:
    Task.objects.filter(title="整治背街小巷").update(title="整治学校周边", order=99)
    Task.objects.filter(title="新建三所学校").update(title="增加教育投入")
    refresh_many(Task.objects.all())
    Task.objects.filter(title="增加教育投入").update(summary="增加教育投入\n新建学校", order=1)
    assert names("学校", clerk)["tasks"] == ["整治学校周边", "增加教育投入"]


def test_the_page_marks_the_words_and_leads_to_what_was_found(ledger: Ledger, clerk: Person) -> None:
    page = shown(clerk, "学校")
    task = Task.objects.get(title="新建三所学校")
    assert f'<a href="{reverse("plans:task", args=[task.pk])}">新建三所<mark>学校</mark></a>' in page
    assert "今年要新建<mark>学校</mark>三所" in page
    assert "…" in page
    assert page.count("前言。") < 20
    unit = unit_named("区财政局")
    link = f"{reverse('plans:ledger', args=[ledger.pk])}?unit={unit.pk}"
    assert link in shown(clerk, "财政")


def test_what_neither_name_nor_text_hold_shows_where_it_stands(ledger: Ledger, clerk: Person) -> None:
    assert "<p>(一)抓项目<mark>促投资</mark></p>" in shown(clerk, "小巷 促投资")


def test_what_was_asked_for_comes_back_as_text(ledger: Ledger, clerk: Person) -> None:
    page = shown(clerk, "<script>")
    assert "没有找到“&lt;script&gt;”" in page
    assert "查找任务、单位和来文" in shown(clerk, "")
    assert "没有找到" in shown(clerk, "%")


def test_each_finds_what_they_see(ledger: Ledger, clerk: Person) -> None:
    school = Task.objects.get(title="新建三所学校")
    education = UnitFactory(name="区教育局", division=ledger.division)
    ResponsibilityFactory(task=school, unit=education, role="support")
    liaison = person_as(Role.LIAISON, ledger.division, education)
    assert names("学校", liaison) == {"tasks": ["新建三所学校"]}
    assert names("小巷", liaison) == {}
    assert names("区", liaison)["units"] == ["区教育局"]
    leader = person_as(Role.LEADER, ledger.division)
    assert "papers" not in names("学校", leader)
    administrator = person_as(Role.ADMINISTRATOR, ledger.division)
    assert names("财政", administrator) == {"units": ["区财政局"]}
    assert names("财政", person_as(Role.AUDITOR, ledger.division)) == {}
    elsewhere = DivisionFactory(code="990203", name="云岭县", full_name="青渡市云岭县")
    assert names("学校 财政", person_as(Role.SUPERVISION_OFFICE, elsewhere)) == {}
    assert shown(liaison, "学校").count("<mark>学校</mark>") >= 1


def test_drafts_are_found_by_the_office_alone(ledger: Ledger, clerk: Person) -> None:
    draft = LedgerFactory(division=ledger.division, year=2027, state="draft")
    paper = paper_of(draft, clerk, title="下一年方案", sha256="9" * 64)
    draft_of(paper, "修建码头", due=date(2027, 6, 30))
    refresh_many(Task.objects.filter(ledger=draft))
    assert names("码头", clerk) == {"tasks": ["修建码头"]}
    assert names("码头", person_as(Role.LEADER, ledger.division)) == {}


def test_one_kind_by_pages(ledger: Ledger, clerk: Person) -> None:
    section = ledger.sections.first()
    for number in range(PAGE + 5):
        TaskFactory(ledger=ledger, section=section, title=f"修建第{number}座桥梁", seq=100 + number)
    refresh_many(Task.objects.filter(ledger=ledger))
    page = shown(clerk, "桥梁")
    assert f"全部 {PAGE + 5} 条" in page
    assert page.count("座<mark>桥梁</mark>") == 10
    assert "q=%E6%A1%A5%E6%A2%81&amp;in=tasks" in page
    assert len(search(["桥梁"], clerk, kind="tasks", page=2)[0].hits) == 5
    assert "第 2 / 2 页" in shown(clerk, "桥梁", **{"in": "tasks", "page": 2})
    assert search(["桥梁"], clerk, kind="units") == []


def test_the_page_takes_few_statements(ledger: Ledger, clerk: Person, django_assert_max_num_queries: Any) -> None:
    client = signed_in(clerk)
    client.get(reverse("plans:search"), {"q": "区"})
    with django_assert_max_num_queries(10):
        client.get(reverse("plans:search"), {"q": "区"})
