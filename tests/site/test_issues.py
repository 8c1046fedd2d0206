"""Issues in a closed loop: whoever raised one has the last word, and nothing lies open without somebody and a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from duban.audit.models import Event
from duban.audit.refusals import Refusal
from duban.dispatch.actions import rounds
from duban.dispatch.models import Report
from duban.dispatch.schemes.problems import WrongScheme
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.plans.models import Task
from duban.plans.states import WrongState
from duban.supervision.actions import issues, whistles
from duban.supervision.loop import refusals, reminding, whistling
from duban.supervision.models import Issue, IssueOrigin, WhistleUrgency
from duban.supervision.queries import issues as queries
from duban.supervision.states.issues import ENDED, TRANSITIONS, IssueState
from factories.issued import issued_ledger, unit_named
from factories.site import person_as

TODAY = timezone.localdate()
SOON = TODAY + timedelta(days=10)


class District:
    """A ledger in force, the office, a department and a town with their people."""

    def __init__(self) -> None:
        self.department, self.town = unit_named("区住房城乡建设局"), unit_named("南门街道")
        self.ledger, self.clerk = issued_ledger("改造老旧小区", unit=self.department)
        self.division = self.ledger.division
        self.liaison = person_as(Role.LIAISON, self.division, self.department, name="陈联络")
        self.townsman = person_as(Role.LIAISON, self.division, self.town, name="周街道")
        self.stranger = person_as(Role.LIAISON, self.division, unit_named("区教育局"))
        self.leader = person_as(Role.LEADER, self.division, name="李区长")
        self.leader.posts.get().oversees.add(self.department)
        self.task = Task.objects.get()

    def issue(self, **facts: Any) -> Issue:
        facts = {"origin": IssueOrigin.UNIT, "title": "排水管塌陷", "unit": self.town, "by": self.townsman} | facts
        return issues.raise_issue(division=self.division, task=self.task, **facts)

    def assigned(self, **facts: Any) -> Issue:
        return issues.assign(
            issue=self.issue(**facts), unit=self.department, next_step="查明原因", due_on=SOON, by=self.clerk
        )


@pytest.fixture
def district(db: None) -> District:
    return District()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


# ---- the story ------------------------------------------------------------------------------------------------------


def test_an_issue_goes_round_the_loop_and_the_raiser_has_the_last_word(district: District) -> None:
    issue = district.issue()
    assert (issue.short_number, issue.who, issue.next_step) == (f"{TODAY.year}-W001", "督查室", "督查室交办")
    issue = issues.assign(issue=issue, unit=district.department, next_step="查明原因", due_on=SOON, by=district.clerk)
    assert (issue.who, issue.sponsor) == ("区住房城乡建设局", district.leader)
    issue = issues.ask_help(issue=issue, text="管线权属不清", by=district.liaison)
    assert (issue.state, issue.who) == (IssueState.COORDINATING, "督查室")
    issue = issues.assign(issue=issue, unit=district.department, next_step="换管", due_on=SOON, by=district.clerk)
    issue = issues.resolve(issue=issue, text="已换管 60 米", by=district.liaison)
    assert (issue.state, issue.who) == (IssueState.RESOLVED, "南门街道")
    with pytest.raises(refusals.NotTheRaiser, match="由南门街道提出"):
        issues.confirm(issue=issue, by=district.clerk)
    issue = issues.refuse(issue=issue, reason="下雨又积水", by=district.townsman)
    assert (issue.state, issue.who) == (IssueState.ASSIGNED, "区住房城乡建设局")
    issue = issues.resolve(issue=issue, text="加装泵站", by=district.liaison)
    issue = issues.confirm(issue=issue, by=district.townsman)
    issue = issues.close(issue=issue, by=district.clerk)
    assert issue.closed_at
    assert issue.due_on is None
    issue = issues.reopen(issue=issue, reason="汛期又堵", next_step="清淤", due_on=SOON, by=district.clerk)
    assert (issue.state, issue.who, issue.reopened) == (IssueState.ASSIGNED, "区住房城乡建设局", 1)
    assert [step.name for step in issue.steps.all()] == [
        "提出", "交办", "提请协调", "交办", "报告已解决", "未解决", "报告已解决", "确认解决", "销号", "重开",
    ]  # fmt: skip
    assert Event.objects.filter(action__startswith="supervision.issue_").count() == 10


def test_what_a_report_says_becomes_an_issue_once_that_its_unit_confirms(district: District) -> None:
    report = reported(district)
    client = signed_in(district.clerk)
    assert "转为问题" in client.get(f"/reports/{report.pk}/").content.decode()
    answer = client.post(f"/reports/{report.pk}/issue/")
    issue = Issue.objects.get()
    assert answer.url == f"/issues/{issue.pk}/"  # type: ignore[attr-defined]
    assert (issue.title, issue.task, issue.raised_for) == ("两处地块没有交付", district.task, district.department)
    assert "需协调事项：请自然资源部门" in issue.text
    assert "反映的问题已转为" in client.get(f"/reports/{report.pk}/").content.decode()
    with pytest.raises(refusals.AlreadyRaised, match=issue.short_number):
        issues.from_report(report=report, by=district.liaison)
    Report.objects.update(problems="", asks="")
    Issue.objects.all().delete()
    with pytest.raises(refusals.NothingReported):
        issues.from_report(report=report, by=district.liaison)


def reported(district: District) -> Report:
    schedule = rounds.make_schedule(ledger=district.ledger, name="每月调度", by=district.clerk)
    round = schedule.rounds.get(period_start__month=6)
    rounds.open_round(round=round, by=district.clerk)
    report = Report.objects.filter(round=round, unit=district.department).get()
    Report.objects.filter(pk=report.pk).update(
        problems="两处地块没有交付。工期已经耽误。", asks="请自然资源部门月底前交地"
    )
    report.refresh_from_db()
    return report


def test_the_name_of_a_resident_only_the_office_reads(district: District) -> None:
    issue = district.assigned(
        origin=IssueOrigin.RESIDENT, unit=None, by=district.clerk, resident_name="马某", resident_contact="13900000000",
        restricted=True,
    )  # fmt: skip
    page = f"/issues/{issue.pk}/"
    assert "13900000000" in signed_in(district.clerk).get(page).content.decode()
    of_unit = signed_in(district.liaison).get(page).content.decode()
    assert issue.title in of_unit
    assert "马某" not in of_unit
    assert signed_in(person_as(Role.LEADER, district.division)).get(page).status_code == 404
    assert not Event.objects.filter(after__icontains="马某").exists()
    issues.resolve(issue=issue, text="已修", by=district.liaison)
    assert issues.confirm(issue=issue, by=district.clerk).state == IssueState.CONFIRMED


def test_what_a_merged_unit_had_its_successor_goes_on_with(district: District) -> None:
    issue = district.assigned()
    heir = unit_named("区城市建设管理局")
    Unit.objects.filter(pk=district.department.pk).update(valid_to=TODAY, successor=heir)
    person = person_as(Role.LIAISON, district.division, heir)
    assert Issue.objects.visible_to(person).get() == issue
    assert queries.waiting(person, TODAY)[0].items[0].verb == "办理"
    assert issues.resolve(issue=issue, text="接着办完了", by=person).state == IssueState.RESOLVED


def test_a_stranger_sees_and_does_nothing(district: District) -> None:
    issue = district.assigned()
    assert not Issue.objects.visible_to(district.stranger).exists()
    assert signed_in(district.stranger).get(f"/issues/{issue.pk}/").status_code == 404
    with pytest.raises(NotAllowed):
        issues.resolve(issue=issue, text="已解决", by=district.stranger)
    with pytest.raises(NotAllowed):
        issues.close(issue=issue, by=district.liaison)


def test_what_is_missing_is_said(district: District) -> None:
    issue = district.issue()
    with pytest.raises(refusals.Missing, match="下一步做什么"):
        issues.assign(issue=issue, unit=district.department, next_step=" ", due_on=SOON, by=district.clerk)
    with pytest.raises(refusals.PastDay):
        issues.assign(
            issue=issue, unit=district.department, next_step="去", due_on=TODAY - timedelta(days=1), by=district.clerk
        )
    with pytest.raises(refusals.Missing, match="理由"):
        issues.dismiss(issue=issue, reason="", by=district.clerk)
    with pytest.raises(WrongState, match="待交办"):
        issues.close(issue=issue, by=district.clerk)
    assert issue.steps.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"next_step": ""},
        {"due_on": None},
        {"waits_for": None},
        {"unit": None},
        {"state": "closed"},
        {"resident_name": "马某"},
        {"closed_at": timezone.now()},
    ],
)
def test_the_database_lets_nothing_lie_open_without_somebody_and_a_day(district: District, broken: Any) -> None:
    issue = district.assigned()
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(**broken)


# ---- pages ----------------------------------------------------------------------------------------------------------


def test_the_board_shows_the_oldest_first_by_clock_unit_leader_and_age(
    district: District, django_assert_max_num_queries: Any
) -> None:
    old = district.assigned(title="旧问题", at=timezone.now() - timedelta(days=100))
    new = district.assigned(title="新问题")
    late = district.assigned(title="逾期的")
    Issue.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=2))
    client = signed_in(district.clerk)
    with django_assert_max_num_queries(30):
        answer = client.get("/issues/")
    by_clock = {group.label: [card.issue for card in group.cards] for group in answer.context["groups"]}
    assert by_clock["逾期"] == [late]
    ages = client.get("/issues/?board=age").context["groups"]
    assert [(group.label, len(group.cards)) for group in ages] == [("三个月以上", 1), ("一周以内", 2)]
    assert [group.label for group in client.get("/issues/?board=unit").context["groups"]] == ["区住房城乡建设局"]
    assert [group.label for group in client.get("/issues/?board=sponsor").context["groups"]] == ["李区长"]
    listed = client.get("/issues/?board=list").context["cards"]
    assert [card.issue for card in listed] == [old, new, late]
    assert [card.issue for card in client.get("/issues/?board=list&sort=-age").context["cards"]] == [late, new, old]
    assert [c.issue for c in client.get(f"/issues/?board=list&q={old.short_number}").context["cards"]] == [old]
    assert client.get("/issues/?show=late&board=list").context["cards"][0].issue == late
    book = client.get("/issues/?form=xlsx")
    assert book["Content-Type"].startswith("application/vnd")


def test_a_step_that_lacks_something_says_so_beside_its_form(district: District) -> None:
    issue = district.issue()
    client = signed_in(district.clerk)
    answer = client.post(f"/issues/{issue.pk}/run/assign/", {"assign-unit": district.department.pk})
    assert answer.status_code == 422
    assert answer.context["failed"] == "assign"
    given = {"assign-unit": district.department.pk, "assign-next_step": "查", "assign-due_on": SOON.isoformat()}
    assert client.post(f"/issues/{issue.pk}/run/assign/", given).status_code == 302
    of_unit = signed_in(district.liaison)
    assert [act.do for act in of_unit.get(f"/issues/{issue.pk}/").context["acts"]] == ["resolve", "ask_help", "go_on"]
    assert of_unit.post(f"/issues/{issue.pk}/answer/resolve/", {"resolve-text": "好了"}).status_code == 302
    assert of_unit.post(f"/issues/{issue.pk}/answer/nothing/").status_code == 404
    assert [act.do for act in signed_in(district.townsman).get(f"/issues/{issue.pk}/").context["acts"]] == [
        "confirm", "refuse",
    ]  # fmt: skip


def test_the_page_of_the_task_and_the_workbench_show_it(district: District) -> None:
    issue = district.assigned()
    page = signed_in(district.liaison).get(f"/tasks/{district.task.pk}/").content.decode()
    assert issue.title in page
    bench = signed_in(district.liaison).get("/").context["bench"]
    part = next(part for part in bench.parts if part.title == "要办的问题")
    assert (part.items[0].title, part.items[0].due) == (issue.title, SOON)


# ---- whistles -------------------------------------------------------------------------------------------------------


def test_a_town_whistles_departments_turn_up_and_are_rated(district: District) -> None:
    other = unit_named("区水利局")
    whistle = whistles.blow(
        unit=district.town, departments=[district.department, other], urgency="emergency", title="排水管塌陷",
        text="三户进水，来人抢修", by=district.townsman,
    )  # fmt: skip
    issue = whistle.issue
    assert (issue.state, issue.who, issue.origin) == (IssueState.COORDINATING, "区住房城乡建设局", IssueOrigin.WHISTLE)
    first, second = whistle.calls.all()
    with pytest.raises(NotAllowed):
        whistles.answer(call=first, text="到了", by=district.stranger)
    first = whistles.answer(call=first, text="抢险队 8 人到场", by=district.liaison)
    assert not first.late
    water = person_as(Role.LIAISON, district.division, other)
    assert Issue.objects.visible_to(water).get() == issue
    second = whistles.answer(call=second, text="来晚了", by=water, at=timezone.now() + timedelta(hours=3))
    assert second.late
    with pytest.raises(refusals.Missing, match="理由"):
        whistles.rate(call=second, stars=1, by=district.townsman)
    with pytest.raises(refusals.TooManyStars):
        whistles.rate(call=second, stars=6, by=district.townsman)
    second = whistles.call_again(call=second, reason="泵没有带来", by=district.townsman)
    assert (second.state, second.again, second.late) == ("called", 1, True)
    whistles.rate(call=first, stars=5, by=district.townsman)
    issue = issues.resolve(issue=issue, text="换管完成", by=district.liaison)
    assert issue.who == "南门街道"


def test_the_pages_of_whistles(district: District, django_assert_max_num_queries: Any) -> None:
    town, department = signed_in(district.townsman), signed_in(district.liaison)
    given = {"title": "管网塌陷", "urgency": "law", "lead": district.department.pk, "text": "来人", "place": "南门老街"}
    assert town.post("/whistles/new/", {"title": "没有部门"}).status_code == 422
    answer = town.post("/whistles/new/", given)
    where = answer.url  # type: ignore[attr-defined]
    call = Issue.objects.get().whistles.get().calls.get()
    assert "报到" in [part.items[0].verb for part in department.get("/").context["bench"].parts if part.items]
    with django_assert_max_num_queries(30):
        assert department.get("/whistles/").status_code == 200
    assert department.post(f"/whistles/calls/{call.pk}/", {"do": "answer", "text": "已到场"}).status_code == 302
    assert "已到场" in town.get(where).content.decode()
    assert town.post(f"/whistles/calls/{call.pk}/", {"do": "rate", "stars": "4"}).status_code == 302
    call.refresh_from_db()
    assert call.stars == 4
    records = signed_in(district.clerk).get("/whistles/").context["records"]
    assert [(row.calls, row.late, row.stars) for row in records] == [(1, 0, 4.0)]


def test_units_are_reminded_and_when_it_is_late_their_leader(district: District) -> None:
    issue = district.assigned()
    (told,) = reminding.issues(timezone.now())
    assert (told.rule, set(told.people)) == ("issue-given", {district.liaison})
    Issue.objects.filter(pk=issue.pk).update(due_on=TODAY - timedelta(days=1))
    late = next(one for one in reminding.issues(timezone.now()) if one.rule == "issue-late")
    assert set(late.people) == {district.liaison, district.leader}
    whistle = whistles.blow(
        unit=district.town, departments=[district.department], urgency="emergency", title="塌陷", text="来人",
        by=district.townsman,
    )  # fmt: skip
    (called,) = reminding.calls(timezone.now())
    assert (called.rule, called.link) == ("whistle-called", f"/whistles/{whistle.pk}/")
    (late_call,) = reminding.calls(timezone.now() + timedelta(hours=3))
    assert district.leader in late_call.people
    whistles.answer(call=whistle.calls.get(), text="到了", by=district.liaison)
    assert list(reminding.calls(timezone.now())) == []


# ---- laws -----------------------------------------------------------------------------------------------------------

STEPS = [*TRANSITIONS["issue"], "go_on"]
WHO = ["clerk", "liaison", "townsman", "stranger"]


class Loop(TestCase):
    """Whatever anybody tries in whatever order, an issue has an owner, a next step and a day until it ends."""

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(WHO)), max_size=12), st.booleans())
    def test_no_state_without_somebody_and_a_day(self, tried: list[tuple[str, str]], of_office: bool) -> None:
        district = District()
        raiser = {"unit": None, "by": district.clerk, "origin": IssueOrigin.OFFICE} if of_office else {}
        issue = district.issue(**raiser)
        for step, who in tried:
            before = issue.state
            try:
                taken(step, issue, getattr(district, who), district)
            except Refusal:
                issue.refresh_from_db()
                assert issue.state == before
            issue.refresh_from_db()
            assert issue.steps.latest("pk").state == issue.state
            if issue.state in ENDED:
                assert issue.closed_at
                assert issue.due_on is None
            else:
                assert issue.next_step
                assert issue.due_on
                assert issue.who

    def test_every_step_that_is_declared_can_be_taken(self) -> None:
        district = District()
        for name, step in TRANSITIONS["issue"].items():
            for source in step.sources:
                facts: dict[str, Any] = {}
                if name.endswith("_for"):
                    facts = {"unit": None, "by": district.clerk, "origin": IssueOrigin.OFFICE}
                issue = district.assigned(**facts)
                ended = source in ENDED
                Issue.objects.filter(pk=issue.pk).update(
                    state=source, closed_at=timezone.now() if ended else None, due_on=None if ended else SOON
                )
                who = district.townsman if name in ("whistle", "confirm", "refuse") else district.liaison
                by = district.clerk if step.permission == "supervision.run" else who
                taken(name, issue, by, district)
                issue.refresh_from_db()
                assert issue.state == step.target, (name, source)


def taken(step: str, issue: Issue, by: Person, district: District) -> None:
    """Take one step as the pages would."""
    next_up: dict[str, Any] = {"next_step": "接着办", "due_on": SOON}
    match step:
        case "assign":
            issues.assign(issue=issue, unit=district.department, by=by, **next_up)
        case "coordinate":
            issues.coordinate(issue=issue, by=by, **next_up)
        case "reopen":
            issues.reopen(issue=issue, reason="又来了", by=by, **next_up)
        case "whistle":
            whistles.blow(
                unit=district.town, departments=[district.department], urgency="law", title="", text="来", by=by,
                issue=issue,
            )  # fmt: skip
        case "confirm" | "confirm_for":
            issues.confirm(issue=issue, by=by)
        case "refuse" | "refuse_for":
            issues.refuse(issue=issue, reason="没有", by=by)
        case "dismiss":
            issues.dismiss(issue=issue, reason="重复", by=by)
        case "close":
            issues.close(issue=issue, by=by)
        case _:
            getattr(issues, step)(issue=issue, text="说明", by=by)


def test_the_limits_of_whistles_prove_themselves_and_a_wrong_example_is_told() -> None:
    shelf = whistling.WHISTLES
    scheme = shelf.presets()["whistles"]
    assert set(scheme.limits) == set(WhistleUrgency.values)
    assert shelf.kind.check(scheme) == []
    assert shelf.kind.unproved(scheme) == []
    text = shelf.text_of("whistles").replace("due = 2026-03-05T11:00:00", "due = 2026-03-05T12:00:00")
    (problem,) = shelf.kind.check(shelf.read(text, "本区.toml"))
    assert "按办法是2026-03-05 11:00:00" in str(problem)
    with pytest.raises(WrongScheme, match="没有写public的时限"):
        shelf.read(text.replace('urgency = "public"\nlimit', 'urgency = "law"\nlimit'), "本区.toml")
