"""The ledger page: what is shown, filtered, saved, exported and assigned, today and on a past day."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from duban.audit.models import Event
from duban.organisations.models import Person, UnitGroup
from duban.organisations.roles import Role
from duban.plans.actions.amending import approve, request
from duban.plans.actions.issuing import close_year, issue
from duban.plans.actions.tasks import refresh_many
from duban.plans.exporting import COLUMNS
from duban.plans.models import Deadline, Ledger, Responsibility, SavedView, Section, Task, TaskVersion
from duban.plans.queries import ledger as queries
from duban.plans.queries.asking import Asked, asked
from duban.plans.states import AmendmentKind
from factories.issued import clerk_of, draft_of, paper_of, unit_named
from factories.site import (
    IndicatorFactory,
    LedgerFactory,
    ResponsibilityFactory,
    SectionFactory,
    TaskFactory,
    UnitFactory,
    person_as,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 15)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def ledger() -> Ledger:
    """A ledger in force of six tasks under two parts, four units in two groups, a sponsor."""
    ledger = LedgerFactory(state="draft")
    clerk = clerk_of(ledger, name="王督办")
    paper = paper_of(ledger, clerk)
    division = ledger.division
    departments = UnitGroup.objects.create(division=division, code="departments", name="区直部门")
    towns = UnitGroup.objects.create(division=division, code="towns", name="镇街")
    names = {"区发展和改革局": departments, "区财政局": departments, "东桥街道": towns, "西桥镇": towns}
    units = {name: UnitFactory(name=name, group=group, division=division) for name, group in names.items()}
    top = SectionFactory(ledger=ledger, label="一、", title="产业", depth=1, order=1)
    parts = [top, SectionFactory(ledger=ledger, label="(一)", title="项目", parent=top, depth=2, order=2)]
    parts.append(SectionFactory(ledger=ledger, label="二、", title="民生", depth=1, order=3))
    sponsor = person_as(Role.LEADER, division, name="李副区长")
    told: list[tuple[str, int, dict[str, str], date | None]] = [
        ("推进石桥产业园建设", 1, {"区发展和改革局": "lead", "区财政局": "support"}, date(2026, 6, 30)),
        ("建设5G基站", 1, {"区发展和改革局": "responsible"}, date(2026, 9, 30)),
        ("新建三所学校", 2, {"区财政局": "lead", "东桥街道": "responsible", "西桥镇": "responsible"}, None),
        ("改造老旧小区", 2, {"东桥街道": "lead"}, date(2026, 12, 20)),
        ("整治背街小巷", 2, {"西桥镇": "lead", "区财政局": "support"}, date(2026, 5, 31)),
        ("培育数字企业", 0, {}, None),
    ]
    for title, part, answers, due in told:
        task = draft_of(paper, title, due=due)
        task.section = parts[part]
        task.sponsor = sponsor if part == 2 else None
        task.save()
        for name, role in answers.items():
            ResponsibilityFactory(task=task, unit=units[name], role=role)
    Task.objects.get(title="改造老旧小区").indicators.all().delete()
    refresh_many(Task.objects.filter(ledger=ledger))
    issue(ledger=ledger, document_number="兰政发〔2026〕1号", issued_on=date(2026, 3, 1), approver="李区长", by=clerk)
    ledger.refresh_from_db()
    return ledger


@pytest.fixture
def clerk(ledger: Ledger) -> Person:
    return clerk_of(ledger, name="赵督办")


def unit(name: str) -> int:
    return unit_named(name).pk


def titles(ledger: Ledger, person: Person, query: str = "", **more: Any) -> list[str]:
    ask = asked(QueryDict(query), today=TODAY)
    return [str(row["title"]) for row in queries.listed(ledger, ask, person, today=TODAY).rows]


FILTERS = [
    "",
    "q=5g",
    "q=小区",
    "q=财政+学校",
    "q=2026-004",
    "q=4",
    "unit={区财政局}",
    "unit={区财政局}&role=lead",
    "role=support",
    "group={towns}",
    "group={towns}&role=responsible",
    "sponsor={李副区长}",
    "sponsor=0",
    "state=in_progress",
    "state=to_break_down&state=withdrawn",
    "due_from=2026-06-01&due_to=2026-09-30",
    "overdue=1",
    "indicators=1",
    "indicators=0",
    "lacks=lead",
    "lacks=due",
    "section={一、产业}",
    "section={二、民生}&overdue=1",
    "sort=-due",
    "sort=title",
    "sort=-leads",
    "sort=indicators",
    "sort=sponsor",
    "sort=-state",
    "sort=-number",
]


def filled(query: str) -> str:
    """Return the query with the numbers of what stands in braces."""
    for name in ("区财政局",):
        query = query.replace(f"{{{name}}}", str(unit(name)))
    for group in UnitGroup.objects.all():
        query = query.replace(f"{{{group.code}}}", str(group.pk))
    for section in Section.objects.all():
        query = query.replace(f"{{{section}}}", str(section.pk))
    return query.replace("{李副区长}", str(Person.objects.get(name="李副区长").pk))


def test_filters_find_what_they_say(ledger: Ledger, clerk: Person) -> None:
    found = {query: titles(ledger, clerk, filled(query)) for query in FILTERS}
    assert len(found[""]) == 6
    assert found["q=5g"] == ["建设5G基站"]
    assert found["q=小区"] == ["改造老旧小区"]
    assert found["q=财政+学校"] == ["新建三所学校"]
    assert found["q=2026-004"] == found["q=4"] == ["改造老旧小区"]
    assert found["unit={区财政局}"] == ["推进石桥产业园建设", "新建三所学校", "整治背街小巷"]
    assert found["unit={区财政局}&role=lead"] == ["新建三所学校"]
    assert found["group={towns}&role=responsible"] == ["新建三所学校"]
    assert found["sponsor=0"] == ["推进石桥产业园建设", "建设5G基站", "培育数字企业"]
    assert found["overdue=1"] == ["推进石桥产业园建设", "整治背街小巷"]
    assert found["due_from=2026-06-01&due_to=2026-09-30"] == ["推进石桥产业园建设", "建设5G基站"]
    assert found["indicators=0"] == ["改造老旧小区"]
    assert found["section={一、产业}"] == ["推进石桥产业园建设", "建设5G基站", "培育数字企业"]
    assert found["sort=-due"][0] == "新建三所学校"
    assert found["state=in_progress"] == []


def test_a_past_day_is_filtered_as_today_is(ledger: Ledger, clerk: Person) -> None:
    for query in FILTERS:
        live = asked(QueryDict(filled(query)), today=TODAY)
        past = Asked(**{**vars(live), "on": TODAY})
        now, then = (queries.listed(ledger, ask, clerk, today=TODAY) for ask in (live, past))
        assert [row["pk"] for row in then.rows] == [row["pk"] for row in now.rows], query
        assert then.totals == now.totals, query
        assert [(part.name, part.tasks) for part in then.tree] == [(part.name, part.tasks) for part in now.tree], query
        assert [(u.name, u.roles) for u in queries.by_unit(ledger, past, clerk, today=TODAY)] == [
            (u.name, u.roles) for u in queries.by_unit(ledger, live, clerk, today=TODAY)
        ], query


def test_an_address_never_fails(ledger: Ledger, clerk: Person) -> None:
    odd = (
        "section=9&unit=x&role=boss&state=gone&due_from=yesterday&sort=-&col=nothing&page=-3&on=9999-01-01&layout=cube"
    )
    assert len(titles(ledger, clerk, odd)) == 6
    client = signed_in(clerk)
    long = "9" * 40
    for query in (odd, f"unit={long}", f"page={long}", f"q={long}", "q=" + "%25_" * 60, "page=7"):
        assert client.get(f"{reverse('plans:ledger', args=[ledger.pk])}?{query}").status_code == 200


def test_the_page_holds_tree_totals_and_rows(ledger: Ledger, clerk: Person) -> None:
    page = signed_in(clerk).get(reverse("plans:ledger", args=[ledger.pk]))
    text = page.content.decode()
    for words in ("2026-001", "推进石桥产业园建设", "(一)项目", "<b>6</b> 项任务", "<b>5</b> 个指标", "待分解", "年底"):
        assert words in text
    assert "style=" not in text
    grouped = signed_in(clerk).get(reverse("plans:ledger", args=[ledger.pk]) + "?layout=groups").content.decode()
    assert "一、产业 › (一)项目" in grouped


def test_by_unit_shows_each_load_under_its_lead(ledger: Ledger, clerk: Person) -> None:
    units = queries.by_unit(ledger, Asked(), clerk, today=TODAY)
    finance = next(one for one in units if one.name == "区财政局")
    assert [row["title"] for row in finance.tasks] == ["新建三所学校"]
    assert finance.words == "牵头 1、配合 2"
    assert [row["title"] for row in units[-1].tasks] == ["培育数字企业"]
    planners = next(one for one in units if one.name == "区发展和改革局")
    assert len(planners.tasks) == 2, "where nobody leads, the task stands under who is responsible"
    text = signed_in(clerk).get(reverse("plans:ledger", args=[ledger.pk]) + "?layout=units").content.decode()
    assert "牵头 1、配合 2" in text


def test_a_liaison_finds_the_own_units_tasks_and_no_other(ledger: Ledger) -> None:
    liaison = person_as(Role.LIAISON, ledger.division, unit_named("区财政局"))
    assert titles(ledger, liaison) == ["推进石桥产业园建设", "新建三所学校", "整治背街小巷"]
    assert titles(ledger, liaison, "role=lead") == ["新建三所学校"], "a role alone is the own unit's"
    rows = json.loads(signed_in(liaison).get(reverse("plans:ledger_export", args=[ledger.pk, "json"])).content)["tasks"]
    assert [row["title"] for row in rows] == ["推进石桥产业园建设", "新建三所学校", "整治背街小巷"]
    assert signed_in(liaison).post(reverse("plans:ledger_assign", args=[ledger.pk]), {"task": 1}).status_code == 403
    hidden = Task.objects.get(title="建设5G基站")
    assert signed_in(liaison).get(reverse("plans:task", args=[hidden.pk])).status_code == 404


def test_exports_hold_exactly_what_is_filtered(ledger: Ledger, clerk: Person) -> None:
    client = signed_in(clerk)
    query = f"?unit={unit('区财政局')}&sort=-due"
    wanted = ["新建三所学校", "推进石桥产业园建设", "整治背街小巷"]

    table = client.get(reverse("plans:ledger_export", args=[ledger.pk, "csv"]) + query)
    assert table.content.startswith(b"\xef\xbb\xbf")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert [line.split(",")[3] for line in lines[1:]] == wanted
    assert "区发展和改革局" in lines[2]
    assert "2026-06-30" in lines[2]

    whole = json.loads(client.get(reverse("plans:ledger_export", args=[ledger.pk, "json"]) + query).content)
    assert [task["title"] for task in whole["tasks"]] == wanted
    assert whole["ledger"]["region"] == "江临市兰桥区"
    assert whole["indicators"][0]["value"] == 52
    assert {one["task"] for one in whole["indicators"]} <= {task["id"] for task in whole["tasks"]}
    assert {task["section"] for task in whole["tasks"]} <= {section["id"] for section in whole["sections"]}
    assert whole["tasks"][0]["responsibilities"][0] == {"unit": "区财政局", "role": "lead", "person": None}

    book = client.get(reverse("plans:ledger_export", args=[ledger.pk, "xlsx"]) + query)
    sheet = load_workbook(io.BytesIO(book.content))["总台账"]
    assert [sheet.cell(row, 4).value for row in range(4, sheet.max_row + 1)] == wanted
    assert "区财政局" in sheet["A2"].value
    assert 'filename="990102-2026-part.xlsx"' in book["Content-Disposition"]


def test_nothing_that_an_export_holds_runs_as_a_formula(ledger: Ledger, clerk: Person) -> None:
    Task.objects.filter(title="建设5G基站").update(title="=HYPERLINK(1)")
    table = signed_in(clerk).get(reverse("plans:ledger_export", args=[ledger.pk, "csv"])).content.decode()
    assert "'=HYPERLINK" in table


def test_a_past_day_shows_and_exports_what_held_then(ledger: Ledger, clerk: Person) -> None:
    task = Task.objects.get(title="建设5G基站")
    changes = {"due": "2026-11-30"}
    asked_for = request(
        kind=AmendmentKind.EXTEND, ledger=ledger, task=task, changes=changes, reason="设备未到货",
        by=clerk_of(ledger, name="钱督办"),
    )  # fmt: skip
    approve(amendment=asked_for, decision="同意", effective_on=date(2026, 6, 1), by=clerk)
    client = signed_in(clerk)
    before, after = "?on=2026-05-31", "?on=2026-06-01"
    address = reverse("plans:ledger", args=[ledger.pk])
    assert "9月30日" in client.get(address + before).content.decode()
    late = client.get(address + after).content.decode()
    assert "11月30日" in late
    assert "不是现在的" in late
    rows = client.get(reverse("plans:ledger_export", args=[ledger.pk, "csv"]) + before).content.decode()
    assert "2026-09-30" in rows
    assert "2026-11-30" not in rows
    then = client.get(reverse("plans:task", args=[task.pk]) + before).content.decode()
    assert "2026年9月30日" in then
    now = client.get(reverse("plans:task", args=[task.pk])).content.decode()
    assert "设备未到货" in now
    assert "2026年11月30日" in now
    assert client.get(reverse("plans:task", args=[task.pk]) + "?on=2026-02-01").status_code == 404


def test_a_view_is_saved_replaced_used_and_deleted(ledger: Ledger, clerk: Person) -> None:
    client = signed_in(clerk)
    page = reverse("plans:ledger", args=[ledger.pk])
    save = reverse("plans:saved_view_save")
    back = {"HTTP_REFERER": f"http://testserver{page}"}
    client.post(save, {"name": "逾期的", "query": "overdue=1&page=3&q=&on=2026-04-01"}, **back)
    client.post(save, {"name": " 逾期的 ", "query": "overdue=1&sort=-due"}, **back)
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("逾期的", "overdue=1&sort=-due")
    assert "?overdue=1&amp;sort=-due" in client.get(page).content.decode()
    stranger = signed_in(clerk_of(ledger))
    assert stranger.post(reverse("plans:saved_view_delete", args=[view.pk])).status_code == 404
    client.post(reverse("plans:saved_view_delete", args=[view.pk]), **back)
    assert not SavedView.objects.exists()
    assert [event.action for event in Event.objects.filter(action__contains="view")] == [
        "plans.save_view", "plans.save_view", "plans.delete_view"
    ]  # fmt: skip
    assert client.post(save, {"name": "  ", "query": ""}, **back).status_code == 302
    assert not SavedView.objects.exists()


def test_many_tasks_get_a_sponsor_and_a_person_in_charge_at_once(ledger: Ledger, clerk: Person) -> None:
    client = signed_in(clerk)
    tasks = list(Task.objects.filter(ledger=ledger).order_by("seq"))
    leader = person_as(Role.LEADER, ledger.division, name="周副区长")
    liaison = person_as(Role.LIAISON, ledger.division, unit_named("区财政局"), name="郑联络")
    address = reverse("plans:ledger_assign", args=[ledger.pk])
    chosen = {"task": [task.pk for task in tasks[:4]]}
    offered = client.post(address, chosen).content.decode()
    assert "周副区长" in offered
    assert "郑联络" in offered
    assert "区财政局（2项）" in offered
    client.post(address, {**chosen, "do": "sponsor", "sponsor": leader.pk})
    assert Task.objects.filter(sponsor=leader).count() == 4
    client.post(address, {**chosen, "do": "person", "person": f"{unit('区财政局')}:{liaison.pk}"})
    assert Responsibility.objects.filter(person=liaison).count() == 2
    assert "郑联络" in Task.objects.get(pk=tasks[0].pk).summary
    latest = TaskVersion.objects.filter(task=tasks[0]).latest("number")
    assert latest.reason == "指定责任人"
    assert latest.snapshot["sponsor"] == "周副区长"
    assert Event.objects.filter(action="plans.assign_sponsor").count() == 4


def test_who_does_not_fit_is_not_assigned(ledger: Ledger, clerk: Person) -> None:
    client = signed_in(clerk)
    task = Task.objects.filter(ledger=ledger).order_by("seq")[0]
    address = reverse("plans:ledger_assign", args=[ledger.pk])
    liaison = person_as(Role.LIAISON, ledger.division, unit_named("西桥镇"), name="吴联络")
    json_only = {"HTTP_ACCEPT": "application/json"}

    def refusal(**sent: Any) -> str:
        answer = client.post(address, sent, **json_only)
        return str(answer.json()["detail"])

    assert "不是兰桥区的分管领导" in refusal(task=task.pk, do="sponsor", sponsor=liaison.pk)
    assert "不是区财政局的人员" in refusal(task=task.pk, do="person", person=f"{unit('区财政局')}:{liaison.pk}")
    assert "没有西桥镇承担的" in refusal(task=task.pk, do="person", person=f"{unit('西桥镇')}:{liaison.pk}")
    assert "先勾选" in refusal()
    close_year(ledger=ledger, closed_on=timezone.localdate(), approver="李区长", by=clerk)
    leader = Person.objects.get(name="李副区长")
    assert "已归档" in refusal(task=task.pk, do="sponsor", sponsor=leader.pk)


def test_the_list_of_ledgers_counts_what_the_person_sees(ledger: Ledger, clerk: Person) -> None:
    assert ">6</td>" in "".join(signed_in(clerk).get(reverse("plans:ledgers")).content.decode().split())[:]
    liaison = person_as(Role.LIAISON, ledger.division, unit_named("西桥镇"))
    assert ">2</td>" in signed_in(liaison).get(reverse("plans:ledgers")).content.decode()


def test_a_draft_ledger_shows_its_drafts_to_the_office() -> None:
    ledger = LedgerFactory(state="draft", year=2027)
    clerk = clerk_of(ledger)
    draft = draft_of(paper_of(ledger, clerk), "谋划新年项目", unit=unit_named("区发展和改革局"))
    refresh_many([draft])
    assert titles(ledger, clerk) == ["谋划新年项目"]
    page = signed_in(clerk).get(reverse("plans:task", args=[draft.pk]))
    assert "待编号" in page.content.decode()


def test_a_task_shows_its_passage_with_marks_and_to_a_unit_nothing_around_it(ledger: Ledger, clerk: Person) -> None:
    task = Task.objects.get(title="建设5G基站")
    text = "前一项任务由区教育局负责。\n建设5G基站52个,9月底前完成。责任单位:区发展和改革局\n后一项任务的内容。"
    start, end = text.index("建设5G"), text.index("\n后")
    task.paper.text = text
    task.paper.save()
    task.span_start, task.span_end = start, end
    task.save()
    at = text.index("区发展")
    task.responsibilities.update(span_start=at, span_end=at + 7)
    at = text.index("9月底前")
    Deadline.objects.filter(task=task).update(span_start=at, span_end=at + 4)
    address = reverse("plans:task", args=[task.pk])
    whole = signed_in(clerk).get(address).content.decode()
    assert '<span class="m-responsibility">区发展和改革局</span>' in whole
    assert '<span class="m-deadline">9月底前</span>' in whole
    assert "后一项任务" in whole
    liaison = person_as(Role.LIAISON, ledger.division, unit_named("区发展和改革局"))
    own = signed_in(liaison).get(address).content.decode()
    assert "m-deadline" in own
    assert "后一项任务" not in own
    assert "前一项任务" not in own


def test_pages_ask_the_database_a_bounded_number_of_times(
    ledger: Ledger, clerk: Person, django_assert_max_num_queries: Any
) -> None:
    task = Task.objects.filter(ledger=ledger)[0]
    leader = Person.objects.get(name="李副区长")
    for number in range(150):
        more = TaskFactory(ledger=ledger, section=task.section, seq=100 + number)
        ResponsibilityFactory(task=more, unit=unit_named("区财政局"))
        IndicatorFactory(task=more)
    addresses = [
        reverse("plans:ledgers"),
        reverse("plans:ledger", args=[ledger.pk]),
        reverse("plans:ledger", args=[ledger.pk]) + f"?all=1&layout=groups&q=任务&unit={unit('区财政局')}&group=1",
        reverse("plans:ledger", args=[ledger.pk]) + "?layout=units",
        reverse("plans:ledger", args=[ledger.pk]) + "?on=2026-05-01",
        reverse("plans:task", args=[task.pk]),
        reverse("plans:task", args=[task.pk]) + "?on=2026-05-01",
        *(reverse("plans:ledger_export", args=[ledger.pk, form]) for form in ("csv", "json", "xlsx")),
    ]
    for person in (clerk, leader):
        client = signed_in(person)
        for address in addresses:
            with django_assert_max_num_queries(30):
                assert client.get(address).status_code == 200, address
