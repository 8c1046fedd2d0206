"""Matters from the paper that asks to their end, as those who handle them would tell it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from duban.audit.models import Event
from duban.dispatch.models import EvidenceFile
from duban.organisations.access import NotAllowed
from duban.organisations.actions import units
from duban.organisations.roles import Role
from duban.plans.states import WrongState
from duban.supervision.actions import matters
from duban.supervision.matter_refusals import AlreadyAnswered, Missing, NotHandling, TooLate, UnitEnded, WrongDay
from duban.supervision.models import Attachment, Matter
from duban.supervision.models.attachments import THINGS
from factories.matters import Office, at
from factories.site import UnitFactory, person_as

pytestmark = pytest.mark.django_db


def test_an_instruction_from_the_paper_to_its_end() -> None:
    office = Office()
    found = office.registered("2026-03-30")
    assert (found.short_number, found.state, found.waits_for) == ("2026-D001", "registered", None)
    assert found.due_on == date(2026, 3, 31)
    found = matters.approve(
        matter=found, approved_by_name="韩旭平", approval_basis="3月30日批示", by=office.clerk, at=at("2026-03-30")
    )
    found = matters.assign(matter=found, lead=office.lead, by=office.clerk, at=at("2026-03-30"))
    assert (found.state, found.waits_for, found.due_on) == ("in_progress", office.lead, date(2026, 3, 31))
    answer = found.steps.get(act="answer")
    assert answer.due_on == date(2026, 4, 21)
    assert answer.counted == "从2026年3月30日次日起算15个工作日，跳过周末和清明节（4月4日至6日），到4月21日"
    office.answered(found, "2026-04-20")
    assert (found.state, found.waits_for, found.due_on) == ("answered", None, date(2026, 4, 23))
    found = matters.return_(matter=found, reason="没有说其余四部", by=office.clerk, at=at("2026-04-21"))
    assert (found.state, found.waits_for, found.due_on) == ("in_progress", office.lead, date(2026, 4, 28))
    office.answered(found, "2026-04-27")
    found = matters.finish(matter=found, by=office.clerk, note="同意", at=at("2026-04-28"))
    assert (found.state, found.due_on, found.waits_for) == ("done", None, None)
    assert [one.verdict for one in found.answers.all()] == ["returned", "accepted"]
    said = Event.objects.filter(subject=f"supervision.matter:{found.pk}").values_list("action", flat=True)
    assert [one.partition(".")[2] for one in said] == [
        *("register_matter", "approve_matter", "assign_matter", "answer_matter"),
        *("return_matter", "answer_matter", "finish_matter"),
    ]


def test_nothing_is_taken_up_without_who_decided(client: Client) -> None:
    office = Office()
    found = office.registered()
    with pytest.raises(Missing, match="条例第十一条"):
        matters.approve(matter=found, approved_by_name=" ", approval_basis="批示", by=office.clerk)
    with pytest.raises(NotAllowed):
        matters.approve(matter=found, approved_by_name="韩旭平", approval_basis="批示", by=office.liaison)


def test_a_day_that_cannot_be_is_refused() -> None:
    office = Office()
    with pytest.raises(WrongDay, match="2026年4月2日在今天以后"):
        office.registered("2026-04-01", received_on=date(2026, 4, 2))
    with pytest.raises(WrongDay, match="早于收到日期"):
        office.registered("2026-04-01", own_due=date(2026, 3, 1))


def test_the_same_matter_answered_twice_is_one_answer() -> None:
    office = Office()
    found = office.assigned()
    office.answered(found, "2026-04-02")
    with pytest.raises(AlreadyAnswered):
        matters.answer(matter=found, unit=office.lead, text="再报一次", by=office.liaison)
    assert found.answers.count() == 1


def test_the_day_on_the_paper_goes_before_the_scheme() -> None:
    office = Office()
    found = office.assigned(own_due=date(2026, 4, 10))
    answer = found.steps.get(act="answer")
    assert (answer.due_on, answer.counted) == (date(2026, 4, 10), "来文要求的期限，到2026年4月10日")


def test_what_was_wrongly_sent_is_given_back_within_its_limit() -> None:
    office = Office()
    found = office.assigned("2026-03-30")
    with pytest.raises(TooLate, match="到2026年4月1日"):
        matters.turn_down(matter=found, unit=office.lead, reason="属教育局", by=office.liaison, at=at("2026-04-02"))
    found = matters.turn_down(
        matter=found, unit=office.lead, reason="属教育局", by=office.liaison, at=at("2026-04-01 16:00")
    )
    assert (found.state, found.waits_for, found.due_on) == ("approved", None, date(2026, 4, 2))
    assert not Matter.objects.visible_to(office.liaison).exists()
    found = matters.assign(matter=found, lead=office.support, by=office.clerk, at=at("2026-04-02"))
    assert (found.waits_for, found.round) == (office.support, 2)
    with pytest.raises(NotHandling):
        matters.answer(matter=found, unit=office.lead, text="办了", by=office.liaison)


def test_a_supporting_unit_alone_is_released() -> None:
    office = Office()
    found = office.assigned(supports=(office.support,), source="meeting")
    found = matters.turn_down(
        matter=found, unit=office.support, reason="与本局无关", by=office.helper, at=at("2026-03-31")
    )
    assert found.state == "in_progress"
    assert found.steps.get(name="opinion").state == "void"


def test_what_is_open_at_a_merged_unit_goes_to_its_successor() -> None:
    office = Office()
    found = office.assigned()
    into = UnitFactory(division=office.division, name="区城乡建设和交通局")
    heir = person_as(Role.LIAISON, office.division, into)
    admin = person_as(Role.ADMINISTRATOR, office.division)
    units.merge_units(units=[office.lead], into=into, on=date(2026, 4, 1), by=admin)
    assert list(Matter.objects.visible_to(heir)) == [found]
    matters.answer(matter=found, unit=into, text="接着办完了", by=heir, at=at("2026-04-20"))
    found = matters.return_(matter=Matter.objects.get(), reason="不够细", by=office.clerk, at=at("2026-04-21"))
    assert found.due_on == date(2026, 4, 28)
    with pytest.raises(UnitEnded, match="请交给区城乡建设和交通局"):
        matters.assign(matter=office.approved("2026-04-02"), lead=office.lead, by=office.clerk, at=at("2026-04-02"))


def test_who_sees_what() -> None:
    office = Office()
    assigned, waiting = office.assigned(), office.registered()
    lead = office.assigned(source="lead", restricted=True)
    assert set(Matter.objects.visible_to(office.clerk)) == {assigned, waiting, lead}
    assert set(Matter.objects.visible_to(office.leader)) == {assigned, waiting}
    assert set(Matter.objects.visible_to(office.liaison)) == {assigned, lead}
    assert not Matter.objects.visible_to(office.helper).exists()


def test_a_step_out_of_turn_says_how_things_stand() -> None:
    office = Office()
    with pytest.raises(WrongState, match="现在是“待立项”，不能交办"):
        matters.assign(matter=office.registered(), lead=office.lead, by=office.clerk)


def test_the_database_lets_nothing_be_open_without_a_day() -> None:
    office = Office()
    found = office.assigned()
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=found.pk).update(due_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        found.steps.filter(state="running").update(due_on=None)


def test_on_the_pages_from_registering_to_the_end(client: Client) -> None:
    office = Office()
    client.force_login(office.clerk)
    facts = {
        "source": "instruction", "source_person": "韩旭平", "received_on": "2026-03-30", "title": "河道清淤",
        "text": "月底前清完", "urgency": "ordinary",
    }  # fmt: skip
    answer = client.post(reverse("supervision:matter_new"), facts)
    found = Matter.objects.get()
    assert answer["Location"] == reverse("supervision:matter", args=[found.pk])
    args = [found.pk]
    basis = {"approved_by_name": "韩旭平", "approval_basis": "批示"}
    client.post(reverse("supervision:matter_approve", args=args), basis)
    page = client.get(reverse("supervision:matter", args=args)).content.decode()
    assert "领导批示件（15个工作日）" in page
    client.post(reverse("supervision:matter_assign", args=args), {"lead": office.lead.pk, "scheme": "instructions"})
    client.force_login(office.liaison)
    assert "河道清淤" in client.get(reverse("supervision:matters")).content.decode()
    refused = client.post(reverse("supervision:matter_answer", args=args), {"text": " "})
    assert refused.status_code == 422
    client.post(reverse("supervision:matter_answer", args=args), {"text": "清完了三公里"})
    client.force_login(office.clerk)
    client.post(reverse("supervision:matter_finish", args=args), {"note": "同意"})
    found.refresh_from_db()
    assert found.state == "done"
    page = client.get(reverse("supervision:matter", args=args)).content.decode()
    assert "清完了三公里" in page
    for form in ("xlsx", "csv"):
        assert client.get(reverse("supervision:matters_export", args=[form]) + "?when=all").status_code == 200


def test_a_file_is_at_exactly_one_thing() -> None:
    names = {field.name for field in Attachment._meta.concrete_fields if field.is_relation and field.null}
    assert names == set(THINGS)
    office = Office()
    found = office.registered()
    kept = EvidenceFile.objects.create(division=office.division, sha256="0" * 64, media_type="application/pdf", size=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.create(stored=kept, name="无主.pdf", added_by=office.clerk)
    Attachment.objects.create(stored=kept, name="批示.pdf", matter=found, added_by=office.clerk)
