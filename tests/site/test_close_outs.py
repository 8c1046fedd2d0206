"""Close-outs: asked for item by item, checked by the system, accepted with a number, returned, opened again."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from duban.audit.models import Event
from duban.audit.refusals import Refusal
from duban.dispatch.work import works
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.actions import issuing
from duban.plans.models import Indicator, Milestone, Task
from duban.plans.states import TaskState, WrongState
from duban.supervision.actions import close_outs, issues
from duban.supervision.actions.close_outs import Account, Entered
from duban.supervision.loop import refusals
from duban.supervision.models import CloseOut, IssueOrigin
from duban.supervision.states.close_outs import TRANSITIONS, WAITING
from factories.issued import issued_ledger, unit_named
from factories.site import person_as

TODAY = timezone.localdate()
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class District:
    """A ledger in force of two tasks that a department leads, its liaison, the office."""

    def __init__(self) -> None:
        self.department = unit_named("区住房城乡建设局")
        self.ledger, self.clerk = issued_ledger("改造老旧小区", "新增停车泊位", unit=self.department)
        self.division = self.ledger.division
        self.liaison = person_as(Role.LIAISON, self.division, self.department, name="陈联络")
        self.task, self.other = Task.objects.order_by("seq")
        Task.objects.update(state=TaskState.IN_PROGRESS)
        self.task.refresh_from_db()
        self.indicator = Indicator.objects.get(task=self.task)

    def account(self, **facts: Any) -> Account:
        return Account(**{"indicator": self.indicator, "value": Decimal(52), "basis": "区统计局公报"} | facts)

    def applied(self, **facts: Any) -> CloseOut:
        given = {"task": self.task, "statement": "全部完成", "accounts": [self.account()], "by": self.liaison} | facts
        return close_outs.apply(**given)


@pytest.fixture
def district(db: None) -> District:
    return District()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def state(task: Task) -> str:
    return Task.objects.values_list("state", flat=True).get(pk=task.pk)


def test_a_request_is_returned_asked_again_and_closed_out_with_number_and_day(district: District) -> None:
    first = district.applied()
    assert (state(district.task), first.unit) == (TaskState.CLOSE_OUT_REQUESTED, district.department)
    assert first.due_on
    assert first.due_on > TODAY
    assert {line["name"]: line["ok"] for line in first.found}["指标：新开工项目"] is False
    with pytest.raises(WrongState):
        district.applied()
    with pytest.raises(refusals.Missing, match="理由"):
        close_outs.return_close_out(close_out=first, reason=" ", by=district.clerk)
    close_outs.return_close_out(close_out=first, reason="少一张验收单", by=district.clerk)
    assert state(district.task) == TaskState.IN_PROGRESS
    second = district.applied()
    with pytest.raises(refusals.NotSettled, match="指标：新开工项目"):
        close_outs.accept(close_out=second, by=district.clerk)
    second = close_outs.accept(close_out=second, decision="以统计公报为准", by=district.clerk)
    assert (second.number, second.closed_on) == ("2026-X001", TODAY)
    assert state(district.task) == TaskState.CLOSED_OUT
    (work,) = works(district.ledger, [Task.objects.get(pk=district.task.pk)])
    assert work.done_on == TODAY
    row = signed_in(district.clerk).get(f"/ledgers/{district.ledger.pk}/?state=closed_out").context["page"].rows
    assert [one["title"] for one in row] == ["改造老旧小区"]


def test_what_proves_untrue_is_opened_again_and_its_next_close_out_has_the_next_number(district: District) -> None:
    done = close_outs.accept(close_out=district.applied(), decision="按公报", by=district.clerk)
    with pytest.raises(refusals.Missing):
        close_outs.reopen(close_out=done, reason="", by=district.clerk)
    done = close_outs.reopen(close_out=done, reason="回访发现三栋没有改", by=district.clerk)
    assert state(district.task) == TaskState.IN_PROGRESS
    assert done.number == "2026-X001"
    again = close_outs.accept(close_out=district.applied(), decision="按公报", by=district.clerk)
    assert again.number == "2026-X002"
    assert signed_in(district.liaison).get(f"/tasks/{district.task.pk}/").status_code == 200


def test_a_task_that_is_closed_again_is_done_from_the_last_time(district: District) -> None:
    early = TODAY - timedelta(days=20)
    done = close_outs.accept(
        close_out=district.applied(at=timezone.now() - timedelta(days=21)), decision="按公报", closed_on=early,
        by=district.clerk,
    )  # fmt: skip
    (work,) = works(district.ledger, [Task.objects.get(pk=district.task.pk)])
    assert work.done_on == early
    close_outs.reopen(close_out=done, reason="没有完成", by=district.clerk)
    close_outs.accept(close_out=district.applied(), decision="按公报", by=district.clerk)
    (work,) = works(district.ledger, [Task.objects.get(pk=district.task.pk)])
    assert work.done_on == TODAY


def test_each_indicator_and_milestone_is_accounted_for_with_something_that_shows_it(district: District) -> None:
    step = Milestone.objects.create(task=district.task, name="竣工验收", due=date(2026, 6, 1))
    for accounts, said in (
        ([], "“新开工项目”没有填完成情况"),
        ([district.account(basis=" ")], "“新开工项目”没有佐证"),
        ([district.account()], "“竣工验收”没有填完成情况"),
    ):
        with pytest.raises(refusals.NotEvident, match=said):
            district.applied(accounts=accounts)
    assert state(district.task) == TaskState.IN_PROGRESS
    accounts = [
        district.account(basis="", files=[(io.BytesIO(PDF), "公报.pdf")]),
        Account(milestone=step, done_on=date(2026, 5, 20), basis="验收单"),
    ]
    one = district.applied(accounts=accounts)
    assert one.items.get(indicator=district.indicator).attachments.get().name == "公报.pdf"
    close_outs.accept(close_out=one, decision="按公报", by=district.clerk)
    step.refresh_from_db()
    assert step.done_on == date(2026, 5, 20)


def test_what_is_drawn_is_looked_at_on_site_first(district: District) -> None:
    district.applied()
    (drawn,) = close_outs.draw(ledger=district.ledger, percent=20, by=district.clerk)
    with pytest.raises(refusals.NotSeen):
        close_outs.accept(close_out=drawn, decision="按公报", by=district.clerk)
    with pytest.raises(WrongState):
        close_outs.take_back(close_out=drawn, by=district.liaison)
    done = close_outs.accept(
        close_out=drawn, decision="按公报", site_on=TODAY, site_note="三个小区都看了", by=district.clerk
    )
    assert done.number
    with pytest.raises(refusals.NothingChosen):
        close_outs.draw(ledger=district.ledger, percent=20, by=district.clerk)


def test_what_is_open_at_the_task_shows_with_its_link(district: District) -> None:
    issue = issues.raise_issue(
        division=district.division, origin=IssueOrigin.OFFICE, title="管线", task=district.task, by=district.clerk
    )
    page = signed_in(district.liaison).get(f"/tasks/{district.task.pk}/close-out/").content.decode()
    assert f'href="/issues/{issue.pk}/"' in page
    line = next(line for line in district.applied().found if line["name"] == "问题")
    assert (line["ok"], line["url"]) == (False, f"/issues/{issue.pk}/")


def test_who_may_and_who_may_not(district: District) -> None:
    stranger = person_as(Role.LIAISON, district.division, unit_named("区教育局"))
    with pytest.raises(NotAllowed):
        district.applied(by=stranger)
    one = district.applied()
    with pytest.raises(NotAllowed):
        close_outs.accept(close_out=one, decision="好", by=district.liaison)
    assert not CloseOut.objects.visible_to(stranger).exists()
    close_outs.take_back(close_out=one, by=district.liaison)
    assert state(district.task) == TaskState.IN_PROGRESS
    issuing.close_year(ledger=district.ledger, closed_on=TODAY, approver="李区长", by=district.clerk)
    with pytest.raises(WrongState, match="已归档"):
        district.applied()


def test_years_closed_on_paper_are_entered_all_or_none(district: District) -> None:
    other = Indicator.objects.get(task=district.other)
    rows = [
        Entered(district.task, date(2026, 3, 10), date(2026, 3, 12), [district.account()], "已完成"),
        Entered(district.other, date(2026, 3, 11), date(2026, 3, 13), [], "已完成"),
    ]
    with pytest.raises(refusals.NotEvident):
        close_outs.enter(ledger=district.ledger, rows=rows, basis="兰督〔2026〕3号", by=district.clerk)
    assert not CloseOut.objects.exists()
    whole = Account(indicator=other, value=Decimal(60), basis="年终核定表")
    rows[1] = Entered(district.other, date(2026, 3, 11), date(2026, 3, 13), [whole], "已完成")
    made = close_outs.enter(ledger=district.ledger, rows=rows, basis="兰督〔2026〕3号", by=district.clerk)
    assert [one.number for one in made] == ["2026-X001", "2026-X002"]
    assert {task.state for task in Task.objects.all()} == {TaskState.CLOSED_OUT}
    assert Event.objects.filter(action="supervision.close_out_enter").count() == 1


@pytest.mark.parametrize(
    "broken",
    [{"due_on": None}, {"state": "accepted"}, {"state": "returned"}, {"seq": 7}, {"decided_at": timezone.now()}],
)
def test_the_database_keeps_what_a_close_out_promises(district: District, broken: Any) -> None:
    one = district.applied()
    with pytest.raises(IntegrityError), transaction.atomic():
        CloseOut.objects.filter(pk=one.pk).update(**broken)


# ---- pages ----------------------------------------------------------------------------------------------------------


def test_a_unit_fills_in_the_form_and_the_office_decides_in_the_queue(
    district: District, django_assert_max_num_queries: Any
) -> None:
    client, where = signed_in(district.liaison), f"/tasks/{district.task.pk}/close-out/"
    assert "申请销号" in client.get(f"/tasks/{district.task.pk}/").content.decode()
    key = f"i{district.indicator.pk}"
    answer = client.post(where, {"statement": "完成", f"{key}-value": "五十二", f"{key}-basis": "公报"})
    assert answer.status_code == 422
    assert "没有填完成情况" in answer.content.decode()
    proof = SimpleUploadedFile("公报.pdf", PDF, "application/pdf")
    given = {"statement": "完成", f"{key}-value": "5,2", f"{key}-files": proof}
    assert client.post(where, given).status_code == 302
    one = CloseOut.objects.get()
    assert one.items.get().value == Decimal(52)
    clerk = signed_in(district.clerk)
    with django_assert_max_num_queries(30):
        page = clerk.get("/close-outs/")
    assert page.context["one"] == one
    assert "公报.pdf" in page.content.decode()
    clerk.post(f"/close-outs/{one.pk}/", {"do": "accept", "show": "waiting"})
    one.refresh_from_db()
    assert one.state == "requested"
    clerk.post(f"/close-outs/{one.pk}/", {"do": "accept", "text": "按公报", "closed_on": TODAY.isoformat()})
    one.refresh_from_db()
    assert one.number == "2026-X001"
    assert one.number in client.get(f"/tasks/{district.task.pk}/").content.decode()
    assert signed_in(district.liaison).get("/close-outs/?show=accepted").context["one"] == one
    assert client.get(where).status_code == 302


def test_the_workbench_tells_the_office_and_the_unit(district: District) -> None:
    one = district.applied()
    part = next(part for part in signed_in(district.clerk).get("/").context["bench"].parts if "销号" in part.title)
    assert (part.items[0].verb, part.items[0].due) == ("核验", one.due_on)
    close_outs.return_close_out(close_out=one, reason="缺件", by=district.clerk)
    part = next(part for part in signed_in(district.liaison).get("/").context["bench"].parts if "销号" in part.title)
    assert part.items[0].verb == "重新申请"
    assert "缺件" in part.items[0].why


def test_a_year_that_closes_shows_what_was_closed_out(district: District) -> None:
    close_outs.accept(close_out=district.applied(), decision="按公报", by=district.clerk)
    version = issuing.close_year(ledger=district.ledger, closed_on=TODAY, approver="李区长", by=district.clerk)
    states = {task["title"]: task["state"] for task in version.snapshot["tasks"]}
    assert states["改造老旧小区"] == TaskState.CLOSED_OUT


# ---- laws -----------------------------------------------------------------------------------------------------------


class Closing(TestCase):
    """Whatever is tried in whatever order: the task and its request never say different things."""

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.sampled_from(["apply", *TRANSITIONS["close_out"]]), max_size=10))
    def test_task_and_request_agree(self, tried: list[str]) -> None:
        district = District()
        for step in tried:
            latest = CloseOut.objects.order_by("-pk").first()
            with suppress(Refusal):
                self.taken(step, latest, district)
            now = CloseOut.objects.order_by("-pk").first()
            if now is None:
                continue
            expected = {
                "requested": TaskState.CLOSE_OUT_REQUESTED,
                "on_site": TaskState.CLOSE_OUT_REQUESTED,
                "accepted": TaskState.CLOSED_OUT,
            }.get(now.state, TaskState.IN_PROGRESS)
            assert state(district.task) == expected
            assert (now.due_on is not None) == (now.state in WAITING)
            numbers = list(CloseOut.objects.exclude(seq=None).values_list("seq", flat=True))
            assert len(set(numbers)) == len(numbers)

    def taken(self, step: str, one: CloseOut | None, district: District) -> None:
        if step == "apply" or one is None:
            district.applied()
            return
        match step:
            case "take_back":
                close_outs.take_back(close_out=one, by=district.liaison)
            case "sample":
                close_outs.sample(close_out=one, by=district.clerk)
            case "accept":
                close_outs.accept(close_out=one, decision="好", site_on=TODAY, site_note="看了", by=district.clerk)
            case "return":
                close_outs.return_close_out(close_out=one, reason="缺", by=district.clerk)
            case _:
                close_outs.reopen(close_out=one, reason="不实", by=district.clerk)
