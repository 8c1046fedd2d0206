"""Reminders: rules with their proof, digests, quiet hours, escalation, nobody told twice or told of what is done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from test_rounds import District

from duban.dispatch.actions import reminders, reports, rounds
from duban.dispatch.models import Notice, NoticeItem, Report, TaskLight
from duban.dispatch.reminders import channels
from duban.dispatch.reminders.rules import EVENTS, Rule, rules
from duban.organisations.calendar import Calendar
from duban.organisations.models import Person
from duban.organisations.roles import Role
from factories.site import ResponsibilityFactory, TaskFactory, person_as

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_each_rule_does_what_its_examples_say(rule: Rule) -> None:
    assert rule.meaning
    assert rule.examples
    for example in rule.examples:
        step = rule.step(example["days"], example.get("colour", ""))
        assert list(step.to if step else ()) == example["to"], example


def test_every_event_has_a_rule() -> None:
    assert {rule.event for rule in rules()} == set(EVENTS)


@pytest.fixture
def district() -> District:
    return District()


def told(person: Person) -> list[str]:
    return [item.sentence for item in NoticeItem.objects.filter(person=person, channel="site")]


def open_september(district: District) -> Report:
    report = district.month(9)
    report.round.refresh_from_db()
    return report


def at(report: Report, days: int, hour: int = 10) -> datetime:
    """A time of day so many days after the report is due."""
    due = timezone.localtime(report.round.due_at)
    return due.replace(hour=hour) + timedelta(days=days)


def test_the_liaison_is_reminded_before_the_head_after_and_the_sponsor_last(district: District) -> None:
    sponsor = person_as(Role.LEADER, district.division)
    district.task.sponsor = sponsor
    district.task.save()
    report = open_september(district)
    reminders.remind(at(report, -4))
    assert told(district.liaison) == []
    reminders.remind(at(report, -3))
    assert told(district.liaison) == ["2026年9月“强化重大项目牵引”还有3天截止，请填报。"]
    for days in (-1, 0, 1):
        reminders.remind(at(report, days))
    assert len(told(district.liaison)) == 4
    assert told(district.head) == []
    reminders.remind(at(report, 3))
    assert "逾期3天" in told(district.head)[0]
    assert told(sponsor) == []
    reminders.remind(at(report, 5))
    assert "逾期5天" in told(sponsor)[0]


def test_however_often_the_job_runs_a_person_is_told_once(district: District) -> None:
    report = open_september(district)
    for minute in range(0, 180, 30):
        reminders.remind(at(report, -1) + timedelta(minutes=minute))
    assert len(told(district.liaison)) == 1
    assert Notice.objects.filter(person=district.liaison).count() == 1


def test_several_things_come_as_one_digest_and_bear_a_count(district: District) -> None:
    for number in range(3):
        ResponsibilityFactory(task=TaskFactory(ledger=district.ledger, title=f"任务{number}"), unit=district.unit)
    report = Report.objects.get(pk=open_first(district))
    reminders.remind(at(report, 0, hour=9))
    notice = Notice.objects.get(person=district.liaison)
    assert notice.subject == "督办提醒：4 件事"
    client = Client()
    client.force_login(district.liaison)
    page = client.get(reverse("dispatch:notices")).content.decode()
    assert "消息，1 条未读" in page
    client.post(reverse("dispatch:notices_read"))
    assert "消息，1 条未读" not in client.get(reverse("dispatch:notices")).content.decode()


def open_first(district: District) -> int:
    round = district.schedule().rounds.get(period_start=date(2026, 9, 1))
    rounds.open_round(round=round, by=district.clerk)
    return Report.objects.filter(round=round, task=district.task).values_list("pk", flat=True)[0]


def handed_in(district: District, report: Report) -> None:
    district.filled(report, "47", "新开工47个项目。")
    reports.submit(report=report, by=district.liaison, at=at(report, -2))


def test_what_is_done_meanwhile_is_dropped_not_sent(district: District, settings: Any) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    Person.objects.filter(pk=district.liaison.pk).update(email="shi@lanqiao.example")
    report = open_september(district)
    evening = at(report, -3, hour=21)
    reminders.remind(evening)
    letter = Notice.objects.get(person=district.liaison, channel="email")
    assert (letter.state, len(mail.outbox)) == (Notice.State.WAITING, 0), "quiet hours"
    handed_in(district, report)
    reports.sign_off(report=report, by=district.head)
    reminders.remind(evening + timedelta(days=4))
    letter.refresh_from_db()
    assert letter.state == Notice.State.DROPPED
    assert not [message for message in mail.outbox if message.to == ["shi@lanqiao.example"]]
    assert Notice.objects.get(person=district.liaison, channel="site").state == Notice.State.DROPPED


def test_a_letter_goes_out_in_the_morning_once(district: District, settings: Any) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    Person.objects.filter(pk=district.liaison.pk).update(email="shi@lanqiao.example")
    report = open_september(district)
    reminders.remind(at(report, -1, hour=9))
    reminders.remind(at(report, -1, hour=10))
    [letter] = mail.outbox
    assert letter.to == ["shi@lanqiao.example"]
    assert "强化重大项目牵引" in letter.body
    assert Notice.objects.get(channel="email").state == Notice.State.SENT


def test_a_gateway_that_does_not_answer_is_noted_and_tried_three_times(
    district: District, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REMINDER_URLS = {"sms": "json://127.0.0.1:9/sms/{phone}"}
    tried: list[str] = []

    def refuse(channel: str, person: Person, subject: str, lines: list[str]) -> None:
        tried.append(channel)
        raise channels.NotDelivered("网关没有应答。")

    monkeypatch.setattr(reminders, "deliver", refuse)
    report = open_september(district)
    reminders.remind(at(report, -1, hour=9))
    assert not Notice.objects.filter(channel="sms").exists(), "nobody's number is known"
    Person.objects.filter(pk=district.liaison.pk).update(phone="13900000001")
    for half_hours in range(6):
        reminders.remind(at(report, -1, hour=9) + timedelta(minutes=31 * half_hours))
    notice = Notice.objects.get(channel="sms")
    assert (len(tried), notice.attempts, notice.state) == (3, 3, Notice.State.FAILED)
    client = Client()
    client.force_login(district.clerk)
    page = client.get(reverse("dispatch:notice_log"), {"state": "failed"}).content.decode()
    assert "网关没有应答。" in page
    client.post(reverse("dispatch:notice_again", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.state == Notice.State.WAITING


def test_apprise_takes_the_address_of_the_setting(district: District, settings: Any) -> None:
    settings.REMINDER_URLS = {"sms": "nonsense://"}
    with pytest.raises(channels.NotDelivered, match="地址写得不对"):
        channels.deliver("sms", district.liaison, "督办提醒", ["· 请填报。"])
    settings.REMINDER_URLS = {"sms": "json://127.0.0.1:9/{phone}"}
    with pytest.raises(channels.NotDelivered, match="没有收下"):
        channels.deliver("sms", district.liaison, "督办提醒", ["· 请填报。"])


def test_a_report_that_was_returned_or_waits_for_its_head_is_told_to_who_must_move(district: District) -> None:
    report = open_september(district)
    handed_in(district, report)
    reminders.remind(at(report, -2, hour=18))
    assert told(district.head) == ["2026年9月“强化重大项目牵引”等着审签。"]
    reports.sign_off(report=report, by=district.head)
    reports.return_report(report=report, reason="数字不对。", by=district.clerk)
    reminders.remind(timezone.now())
    assert told(district.liaison)[-1] == "2026年9月“强化重大项目牵引”被退回，请改后重报。"


def test_a_light_that_turned_red_is_told_up_to_the_sponsor_but_a_first_light_is_no_turn(district: District) -> None:
    sponsor = person_as(Role.LEADER, district.division)
    district.task.sponsor = sponsor
    district.task.save()
    today = timezone.localdate()

    def light(day: date, colour: str) -> None:
        TaskLight.objects.create(
            task=district.task, ledger=district.ledger, valid_from=day, level=colour, colour=colour, rule="x",
            why={"shape": "■", "word": "逾期"},
        )  # fmt: skip

    light(today - timedelta(days=1), "red")
    reminders.remind(timezone.now())
    assert told(sponsor) == []
    TaskLight.objects.all().delete()
    light(today - timedelta(days=20), "green")
    light(today - timedelta(days=1), "red")
    for _ in range(2):
        reminders.remind(timezone.now())
    assert told(sponsor) == told(district.liaison) == ["“强化重大项目牵引”变为■逾期，请看依据。"]


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        ("2026-09-16 10:00", "2026-09-16 10:00"),
        ("2026-09-16 21:30", "2026-09-17 08:00"),
        ("2026-09-17 06:00", "2026-09-17 08:00"),
        # Saturday, and the eve of the National Day's week.
        ("2026-09-12 10:00", "2026-09-14 08:00"),
        ("2026-09-30 20:00", "2026-10-08 08:00"),
    ],
)
def test_quiet_hours_and_free_days_are_kept(made: str, sent: str) -> None:
    def moment(text: str) -> datetime:
        return timezone.make_aware(datetime.fromisoformat(text))

    assert channels.not_before(moment(made), Calendar()) == moment(sent)
