"""The workbench: each role meets what waits for it, by due time, in few SQL statements."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from duban.organisations.models import Person, Post
from duban.organisations.roles import Role
from duban.plans import extensions
from duban.plans.actions import amending, assigning, breaking_down, checking
from duban.plans.actions.tasks import refresh_many
from duban.plans.breakdown import MeasurePlan, MilestonePlan, Plan
from duban.plans.extensions import Landing
from duban.plans.models import Ledger, Paper, Task
from duban.plans.queries.desk import Item, Part
from duban.plans.states import AmendmentKind, PaperState
from duban.plans.views import workbench as landings
from factories.issued import clerk_of, draft_ledger, draft_of, issued_ledger, paper_of, unit_named
from factories.site import DivisionFactory, PersonFactory, UnitFactory, person_as

pytestmark = pytest.mark.django_db
#: Two more than before papers and rankings, each of which says in one what waits.
STATEMENTS = 30
TODAY = timezone.localdate()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def bench(person: Person) -> Any:
    # Leaders land on a page of their own.
    response = signed_in(person).get("/?whole=1")
    assert response.status_code == 200
    return response.context["bench"]


def told(person: Person) -> dict[str, list[str]]:
    """Return the titles of what waits, by the title of its part."""
    return {part.title: [item.title for item in part.items] for part in bench(person).parts}


@pytest.fixture
def ledger() -> Ledger:
    """A ledger in force of two tasks that 区发展和改革局 leads: one late, one due soon."""
    ledger, _ = issued_ledger("推进项目建设", "优化营商环境")
    refresh_many(Task.objects.all())
    Task.objects.filter(title="推进项目建设").update(due=TODAY - timedelta(days=3))
    Task.objects.filter(title="优化营商环境").update(due=TODAY + timedelta(days=5))
    return ledger


@pytest.fixture
def liaison(ledger: Ledger) -> Person:
    return person_as(Role.LIAISON, ledger.division, unit_named("区发展和改革局"), name="陈联络")


def task(title: str = "推进项目建设") -> Task:
    return Task.objects.get(title=title)


def extension(ledger: Ledger, by: Person) -> Any:
    return amending.request(
        ledger=ledger,
        task=task(),
        kind=AmendmentKind.EXTEND,
        changes={"due": (TODAY + timedelta(days=60)).isoformat(), "deadline": None},
        reason="征地未完成",
        by=by,
    )


def test_the_workbench_of_every_role_costs_few_statements(
    ledger: Ledger, liaison: Person, django_assert_max_num_queries: Any
) -> None:
    unit = unit_named("区发展和改革局")
    paper = paper_of(ledger, clerk_of(ledger), state=PaperState.CHECKING)
    for n in range(12):
        draft_of(paper, f"任务{n}", unit=unit)
    extension(ledger, liaison)
    held = {role: unit if role in (Role.UNIT_HEAD, Role.LIAISON) else None for role in Role if role != Role.PUBLIC}
    people = [person_as(role, ledger.division, of) for role, of in held.items()]
    for person in people:
        client = signed_in(person)
        client.get("/")
        with django_assert_max_num_queries(STATEMENTS):
            assert client.get("/").status_code == 200


def test_whoever_holds_several_posts_sees_the_parts_of_all(ledger: Ledger, liaison: Person) -> None:
    Post.objects.create(person=liaison, division=ledger.division, role=Role.AUDITOR, start=date(2020, 1, 1))
    Post.objects.create(person=liaison, division=ledger.division, role=Role.SUPERVISION_OFFICE, start=date(2020, 1, 1))
    assert {"要分解的任务", "已逾期的任务", "审计链"} <= told(liaison).keys()


def test_the_clerk_is_led_to_what_is_left_of_papers_and_to_requests(ledger: Ledger, liaison: Person) -> None:
    clerk, colleague = clerk_of(ledger), clerk_of(ledger, name="李督办")
    paper = paper_of(ledger, clerk, state=PaperState.CHECKING, title="民生实事方案")
    drafts = [draft_of(paper, title, unit=unit_named("区教育局")) for title in ("新建学校", "改造小区")]
    Task.objects.filter(paper=paper).update(checked_at=None, checked_by=None)
    drafts[0].refresh_from_db()
    checking.accept(task=drafts[0], version=drafts[0].version, by=colleague)
    extension(ledger, liaison)
    found = bench(clerk)
    parts = {part.title: part.items for part in found.parts}
    (left,) = parts["要核对、答复的来文"]
    assert (left.title, left.url) == ("《民生实事方案》", f"/papers/{paper.pk}/check/")
    assert left.why == "还有 1 项任务未核对（共 2 项）"
    (request,) = parts["要审批的调整"]
    assert (request.title, request.verb) == ("延期：推进项目建设", "审批")
    assert [item.title for item in parts["已逾期的任务"]] == ["推进项目建设"]
    assert found.first in (left, request)
    assert any("核对了 1 项任务" in done.what for done in found.changes)
    assert "要审批的调整" not in told(liaison)


def test_a_ledger_with_all_papers_checked_waits_to_be_issued() -> None:
    ledger, clerk = draft_ledger()
    (item,) = next(part.items for part in bench(clerk).parts if part.title == "要印发的台账")
    assert (item.verb, item.url) == ("印发", f"/ledgers/{ledger.pk}/issue/")
    Paper.objects.update(state=PaperState.ISSUED)
    assert "要印发的台账" not in told(clerk)


def test_tasks_without_a_lead_or_a_day_are_found_and_lead_to_the_same_list(ledger: Ledger) -> None:
    clerk = clerk_of(ledger)
    Task.objects.filter(title="推进项目建设").update(lead_names="")
    Task.objects.filter(title="优化营商环境").update(due_stated=False)
    parts = {part.title: part for part in bench(clerk).parts}
    for title, name in (
        ("没有牵头单位的任务", "推进项目建设"),
        ("原文没有写明日期的任务（按年底计）", "优化营商环境"),
    ):
        assert [item.title for item in parts[title].items] == [name]
        rows = signed_in(clerk).get(parts[title].links[0].url).context["page"].rows
        assert [row["title"] for row in rows] == [name]


def test_a_unit_is_led_to_its_own_tasks_only_and_to_its_workbook(ledger: Ledger, liaison: Person) -> None:
    found = bench(liaison)
    parts = {part.title: part for part in found.parts}
    to_plan = parts["要分解的任务"]
    assert [item.title for item in to_plan.items] == ["推进项目建设", "优化营商环境"]
    assert found.first.url == f"/tasks/{task().pk}/break-down/"
    assert to_plan.links[0].url == f"/units/{unit_named('区发展和改革局').pk}/break-down/"
    assert [item.title for item in parts["本单位已逾期的任务"].items] == ["推进项目建设"]
    assert [item.title for item in parts["本单位30天内到期的任务"].items] == ["优化营商环境"]
    other = person_as(Role.LIAISON, ledger.division, UnitFactory(name="区教育局"))
    assert not told(other)
    assert len(bench(other).quiet) == 2, "it is said that nothing waits, and what to do"


def test_what_is_broken_down_waits_by_its_own_days(ledger: Ledger, liaison: Person) -> None:
    near = TODAY + timedelta(days=2)
    Task.objects.update(due=TODAY + timedelta(days=90))
    plan = Plan(
        measures=(MeasurePlan(None, "完成招标", unit_named("区发展和改革局").pk, liaison.pk, TODAY, near),),
        milestones=(MilestonePlan(None, "开工", near),),
    )
    breaking_down.save(task=task(), plan=plan, seen=1, by=liaison)
    waits = told(liaison)
    assert waits["要分解的任务"] == ["优化营商环境"]
    assert waits["30天内到期的节点和举措"] == ["开工", "完成招标"]


def test_a_unit_hears_what_became_of_its_request(ledger: Ledger, liaison: Person) -> None:
    amendment = extension(ledger, liaison)
    (item,) = next(part.items for part in bench(liaison).parts if part.title == "本单位申请的调整")
    assert item.why == "待审批"
    amending.reject(amendment=amendment, decision="再核实工期", by=clerk_of(ledger))
    found = bench(liaison)
    (item,) = next(part.items for part in found.parts if part.title == "本单位申请的调整")
    assert item.why == "不同意：再核实工期"
    assert any("延期（不同意）" in done.what for done in found.changes)


def test_a_leader_sees_what_he_sponsors_and_what_units_overseen_lead(ledger: Ledger) -> None:
    sponsor = person_as(Role.LEADER, ledger.division, name="李副区长")
    overseer = person_as(Role.LEADER, ledger.division, name="赵副区长")
    overseer.posts.get().oversees.add(unit_named("区发展和改革局"))
    assigning.assign_sponsor(ledger=ledger, tasks=[task().pk], sponsor=sponsor, by=clerk_of(ledger))
    assert told(sponsor)["我包保、分管的任务：已逾期"] == ["推进项目建设"]
    assert "我包保、分管的任务：30天内到期" not in told(sponsor)
    assert told(overseer)["我包保、分管的任务：30天内到期"] == ["优化营商环境"]
    third = person_as(Role.LEADER, ledger.division)
    assert told(third) == {"其他已逾期的任务": ["推进项目建设"]}


def test_the_figures_of_the_month_are_those_of_the_list_they_lead_to(ledger: Ledger, liaison: Person) -> None:
    for person in (liaison, clerk_of(ledger)):
        client = signed_in(person)
        for month in bench(person).months:
            for figure in month.figures:
                assert client.get(figure.url).context["page"].totals.tasks == figure.value


def test_an_administrator_is_told_of_accounts_to_set_right(ledger: Ledger) -> None:
    administrator = person_as(Role.ADMINISTRATOR, ledger.division)
    PersonFactory(name="无岗位", username="wugangwei")
    locked = person_as(Role.AUDITOR, ledger.division, name="仇审计", username="qiushenji", must_change_password=True)
    AccessAttempt.objects.create(username="qiushenji", failures_since_start=5, get_data="", post_data="")
    elsewhere = DivisionFactory(code="990203", name="云岭县", full_name="青渡市云岭县")
    person_as(Role.AUDITOR, elsewhere, must_change_password=True)
    waits = told(administrator)
    assert waits["没有任职的人员"] == ["无岗位（wugangwei）"]
    assert waits["还没有改初始密码的人员"] == waits["被锁定的账号"] == [f"{locked.name}（qiushenji）"]


def test_whoever_holds_no_post_is_told_whom_to_ask_and_keeps_the_own_account(ledger: Ledger) -> None:
    person_as(Role.ADMINISTRATOR, ledger.division, name="纪书言", phone="0599-8800001")
    person = person_as(Role.AUDITOR, ledger.division)
    person.posts.update(end=TODAY)
    client = signed_in(person)
    page = client.get("/").content.decode()
    assert "没有任职" in page
    assert "0599-8800001" in page
    assert client.get("/accounts/me/").status_code == 200
    assert client.get("/audit/").status_code == 403
    person.posts.update(start=TODAY + timedelta(days=3), end=None)
    assert "到那天再来" in client.get("/").content.decode()
    nobody = signed_in(PersonFactory())
    assert "请本级系统管理员" in nobody.get("/").content.decode()


def test_the_auditor_sees_the_chain_and_the_latest_events(ledger: Ledger) -> None:
    waits = told(person_as(Role.AUDITOR, ledger.division))
    assert waits["审计链"] == ["审计链还没有核验过"]
    assert any("印发台账" in title for title in waits["最近的操作"])


def test_the_upper_level_counts_the_divisions_below(ledger: Ledger) -> None:
    city = DivisionFactory(code="990100", name="江临市", full_name="江临市", level="city")
    ledger.division.parent = city
    ledger.division.save()
    DivisionFactory(code="990103", name="梅溪区", full_name="江临市梅溪区", parent=city)
    part = next(part for part in bench(person_as(Role.UPPER_LEVEL, city)).parts if part.title == "下级区划")
    assert [item.title for item in part.items] == ["江临市兰桥区", "还没有印发台账的 1 个"]
    assert "2 项任务，逾期 1，30天内到期 1" in part.items[0].why
    assert part.items[1].why == "梅溪区"


def test_changes_are_those_since_the_sign_in_before_this_one(ledger: Ledger, liaison: Person) -> None:
    client = signed_in(liaison)
    assert "最近七天的变化" in client.get("/").content.decode()
    AccessLog.objects.filter(username=liaison.username).update(attempt_time=timezone.now())
    later = signed_in(liaison)
    found = later.get("/").context["bench"]
    assert found.visited is not None
    assert not found.changes, "the issue was before"
    clerk = clerk_of(ledger, name="赵督办")
    breaking_down.save(task=task(), plan=Plan(measures=(MeasurePlan(None, "开工"),)), seen=1, by=clerk)
    (done,) = later.get("/").context["bench"].changes
    assert (done.who, done.what) == ("赵督办", f"分解：{task().short_number} 推进项目建设")


def test_reading_the_workbench_writes_nothing(ledger: Ledger, liaison: Person) -> None:
    client = signed_in(liaison)
    client.get("/")
    with CaptureQueriesContext(connection) as caught:
        client.get("/")
    assert not [query for query in caught if re.match(r"INSERT|UPDATE|DELETE", query["sql"])]


# ---- what later apps enter ------------------------------------------------------------------------------------------


def test_what_later_apps_enter_comes_first_by_its_days(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    late = Part("督办单", [Item("答复督办单", "/x/", "答复", due=TODAY - timedelta(days=2))])
    soon = Part("督查事项", [Item("办理批示", "/y/", "办理", due=TODAY + timedelta(days=2))])
    monkeypatch.setattr("duban.plans.extensions.WAITING", {})
    monkeypatch.setattr("duban.plans.queries.workbench.WAITING", extensions.WAITING)
    extensions.add_waiting("soon", lambda person, today: [soon])
    extensions.add_waiting("late", lambda person, today: [late, Part("没有的")])
    found = bench(clerk_of(ledger))
    assert [part.title for part in found.parts][:2] == ["督办单", "督查事项"]
    assert found.first is late.items[0]


def test_a_page_made_for_somebody_stands_in_the_place_of_the_workbench(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, colleague = clerk_of(ledger), clerk_of(ledger)
    only: dict[str, Any] = {"message": "专页"}
    monkeypatch.setattr("duban.plans.views.workbench.LANDINGS", {})
    monkeypatch.setattr("duban.plans.extensions.LANDINGS", landings.LANDINGS)
    extensions.add_landing(Landing("refusal.html", lambda person, today: only if person == clerk else None))
    assert "专页" in signed_in(clerk).get("/").content.decode()
    assert "bench" in signed_in(clerk).get("/?whole=1").context
    assert "bench" in signed_in(colleague).get("/").context
