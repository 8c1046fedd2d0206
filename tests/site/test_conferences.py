"""Case conferences: stuck issues, the people it takes, and decisions that become matters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from duban.organisations.access import NotAllowed
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.models import Task
from duban.plans.states import WrongState
from duban.supervision.actions import conferences, issues
from duban.supervision.actions.conferences import Decided
from duban.supervision.loop import refusals
from duban.supervision.models import Conference, Issue, IssueOrigin
from duban.supervision.states.issues import IssueState
from factories.issued import issued_ledger, unit_named
from factories.site import person_as

TODAY = timezone.localdate()
SOON = TODAY + timedelta(days=10)


class District:
    """Two issues at work, the office, a leader, a department with its liaison."""

    def __init__(self) -> None:
        self.department, self.other = unit_named("区住房城乡建设局"), unit_named("区水利局")
        self.ledger, self.clerk = issued_ledger("改造老旧小区", unit=self.department)
        self.division, self.task = self.ledger.division, Task.objects.get()
        self.leader = person_as(Role.LEADER, self.division, name="李区长")
        self.liaison = person_as(Role.LIAISON, self.division, self.department)
        self.first, self.second = self.issue("管线权属不清"), self.issue("两处地块没有交付")

    def issue(self, title: str) -> Issue:
        issue = issues.raise_issue(
            division=self.division, origin=IssueOrigin.OFFICE, title=title, task=self.task, by=self.clerk
        )
        return issues.assign(issue=issue, unit=self.department, next_step="查", due_on=SOON, by=self.clerk)

    def called(self, **facts: Any) -> Conference:
        given = {
            "division": self.division, "title": "老旧小区改造会商", "starts_at": timezone.now() + timedelta(days=2),
            "chair": self.leader, "issues": [self.first, self.second], "units": [self.department, self.other],
            "by": self.clerk,
        }  # fmt: skip
        return conferences.call(**(given | facts))


@pytest.fixture
def district(db: None) -> District:
    return District()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_issues_wait_for_the_conference_and_its_decisions_become_matters(district: District) -> None:
    conference = district.called()
    issue = Issue.objects.get(pk=district.first.pk)
    day = timezone.localtime(conference.starts_at).date()
    assert (issue.state, issue.due_on, issue.who) == (IssueState.COORDINATING, day, "督查室")
    decided = Decided("六月底前移交两段管线", district.other, SOON, issue)
    with pytest.raises(refusals.Missing, match="两处地块没有交付"):
        conferences.hold(
            conference=conference, minutes="会议议定如下", conclusions={issue.pk: "归水利局"}, decisions=[decided],
            by=district.clerk,
        )  # fmt: skip
    conclusions = {issue.pk: "归水利局", district.second.pk: "月底交地"}
    conference = conferences.hold(
        conference=conference, minutes="会议议定如下", conclusions=conclusions, decisions=[decided], by=district.clerk
    )
    decision = conference.decisions.get()
    assert decision.matter
    matter = decision.matter
    matter.refresh_from_db()
    assert (matter.source, matter.state, matter.approved_by_name) == ("conference", "in_progress", "李区长")
    assert matter.own_due == SOON
    issue.refresh_from_db()
    assert (issue.state, issue.unit, issue.due_on) == (IssueState.ASSIGNED, district.other, SOON)
    with pytest.raises(WrongState):
        conferences.cancel(conference=conference, reason="改期", by=district.clerk)


def test_what_is_refused(district: District) -> None:
    with pytest.raises(refusals.NothingChosen):
        district.called(issues=[])
    with pytest.raises(refusals.PastDay):
        district.called(starts_at=timezone.now() - timedelta(days=2))
    with pytest.raises(NotAllowed):
        district.called(by=district.liaison)
    conference = district.called()
    late = Decided("做", district.other, TODAY - timedelta(days=1))
    with pytest.raises(refusals.PastDay):
        conferences.hold(
            conference=conference, minutes="记", decisions=[late], by=district.clerk,
            conclusions={district.first.pk: "甲", district.second.pk: "乙"},
        )  # fmt: skip
    conference.refresh_from_db()
    assert conference.state == "planned"
    with pytest.raises(IntegrityError), transaction.atomic():
        Conference.objects.filter(pk=conference.pk).update(state="held")


def test_the_pages(district: District, django_assert_max_num_queries: Any) -> None:
    clerk = signed_in(district.clerk)
    day = TODAY + timedelta(days=3)
    given = {
        "title": "会商", "issues": [district.first.pk], "day": day.isoformat(), "time": "15:00",
        "chair": district.leader.pk, "units": [district.department.pk],
    }  # fmt: skip
    assert clerk.post("/conferences/new/", {"title": "会商"}).status_code == 422
    where = clerk.post("/conferences/new/", given).url  # type: ignore[attr-defined]
    conference = Conference.objects.get()
    assert timezone.localtime(conference.starts_at) == timezone.make_aware(datetime(day.year, day.month, day.day, 15))
    assert "会商" in [part.title[-2:] for part in signed_in(district.liaison).get("/").context["bench"].parts]
    with django_assert_max_num_queries(30):
        assert clerk.get(where).status_code == 200
    assert signed_in(district.liaison).get(where).status_code == 200
    assert signed_in(person_as(Role.LIAISON, district.division, district.other)).get(where).status_code == 404
    minutes = {
        "minutes": "记",
        f"c{district.first.pk}": "归水利局",
        "d1-text": "移交管线",
        "d1-unit": district.other.pk,
    }
    assert clerk.post(f"{where}hold/", minutes).status_code == 422
    minutes |= {"d1-due": SOON.isoformat(), "d1-issue": str(district.first.pk)}
    assert clerk.post(f"{where}hold/", minutes).status_code == 302
    assert conference.decisions.get().issue == district.first
    assert "移交管线" in clerk.get(where).content.decode()
    assert "会商" in clerk.get("/conferences/").content.decode()
