"""The leaders' page: five lines where a leader signs in, and an instruction in one tap that becomes a matter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from duban.dispatch.actions import lights
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.models import Project, Task
from duban.plans.states import TaskState
from duban.supervision.actions import issues
from duban.supervision.actions.instructions import instruct
from duban.supervision.loop import refusals
from duban.supervision.loop.phrases import phrases
from duban.supervision.models import Issue, IssueOrigin, Matter
from factories.issued import issued_ledger, unit_named
from factories.site import person_as

TODAY = timezone.localdate()


class District:
    """A ledger whose one task is late, its leader, the office."""

    def __init__(self) -> None:
        self.department = unit_named("区住房城乡建设局")
        self.ledger, self.clerk = issued_ledger("改造老旧小区", unit=self.department)
        self.division = self.ledger.division
        self.leader = person_as(Role.LEADER, self.division, name="李区长")
        Task.objects.update(state=TaskState.IN_PROGRESS, sponsor=self.leader)
        self.task = Task.objects.get()
        Project.objects.create(task=self.task, ledger=self.ledger, name="老旧小区二期", value=3, unit="亿元")
        lights.recompute(ledger=self.ledger, days=[TODAY], by=self.clerk)

    def stuck(self) -> Issue:
        issue = issues.raise_issue(
            division=self.division, origin=IssueOrigin.OFFICE, title="管线权属不清", task=self.task, by=self.clerk
        )
        return issues.coordinate(issue=issue, next_step="商定权属", due_on=TODAY + timedelta(days=5), by=self.clerk)


@pytest.fixture
def district(db: None) -> District:
    return District()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_leader_lands_on_five_lines(district: District, django_assert_max_num_queries: Any) -> None:
    issue = district.stuck()
    client = signed_in(district.leader)
    with django_assert_max_num_queries(30):
        answer = client.get("/")
    lines = {line.title.partition("：")[0]: line for line in answer.context["lines"]}
    assert list(lines) == ["全局", "本月转红", "等我的", "我的任务", "我的项目"]
    assert [(shade.count, "light=" in shade.url) for shade in lines["全局"].shades] == [(1, True)]
    assert [row.title for row in lines["本月转红"].rows] == ["改造老旧小区"]
    assert [row.title for row in lines["等我的"].rows] == [issue.title]
    assert [row.title for row in lines["我的项目"].rows] == ["老旧小区二期"]
    assert "bench" in client.get("/?whole=1").context
    assert "bench" in signed_in(district.clerk).get("/").context


def test_one_tap_becomes_a_matter_that_waits_for_the_office_by_a_day(district: District) -> None:
    issue, client = district.stuck(), signed_in(district.leader)
    phrase = next(one for one in phrases() if one.urgency == "urgent")
    asked = {"about": "task", "pk": district.task.pk, "phrase": phrase.text}
    assert client.post("/leading/instruct/", asked).status_code == 302
    matter = Matter.objects.get()
    assert (matter.instructed_by, matter.task, matter.text) == (district.leader, district.task, phrase.text)
    assert (matter.source, matter.urgency) == ("instruction", "urgent")
    assert matter.due_on
    client.post("/leading/instruct/", asked)
    assert Matter.objects.count() == 1
    own = {"about": "issue", "pk": issue.pk, "text": "请住建局牵头，周五前报我", "urgency": "hard", "next": "/leading/"}
    assert client.post("/leading/instruct/", own).url == "/leading/"  # type: ignore[attr-defined]
    issue.refresh_from_db()
    assert issue.matter == Matter.objects.latest("pk")
    waits = next(line for line in client.get("/").context["lines"] if line.title == "等我的")
    assert len(waits.rows) == 3


def test_what_is_no_instruction(district: District) -> None:
    with pytest.raises(refusals.Missing):
        instruct(task=district.task, text=" ", by=district.leader)
    with pytest.raises(NotAllowed):
        instruct(task=district.task, text="抓紧", by=district.clerk)
    client = signed_in(district.leader)
    assert client.post("/leading/instruct/", {"about": "nothing", "text": "抓紧"}).status_code == 404
    assert client.post("/leading/instruct/", {"about": "task", "pk": "99999", "text": "抓紧"}).status_code == 404


def test_the_phrases_are_short_enough_for_a_button() -> None:
    assert 2 < len(phrases()) < 7
    assert all(len(one.text) < 30 for one in phrases())
