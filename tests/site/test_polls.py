"""Ratings by people: one answer each, nothing that says whose, results once it is over, and then points."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from duban.assessment import refusals
from duban.assessment.actions import polls
from duban.assessment.actions.schemes import adopt_scoring
from duban.assessment.gathering.book import Book, month_of
from duban.assessment.gathering.gather import gather
from duban.assessment.models import Invitation, Mark, Poll, Sheet
from duban.assessment.models.polls import digest_of
from duban.assessment.office_scores import OFFICE_SCORES
from duban.assessment.queries.polls import results
from duban.audit.models import Event
from duban.dispatch.actions import office_schemes
from factories.rankings import EXAMPLE, TEXT, Ranked

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> Ranked:
    made = Ranked()
    made.march()
    return made


def opened(district: Ranked, **facts: object) -> tuple[Poll, list[str]]:
    now = timezone.now()
    given = {
        "ledger": district.ledger, "title": "三月群众评议", "by_whom": "resident", "kind": "rating",
        "units": district.units, "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1),
        "by": district.clerk, "month": date(2026, 3, 1), "links": 4,
    } | facts  # fmt: skip
    return polls.open_poll(**given)


def over(poll: Poll) -> Poll:
    Poll.objects.filter(pk=poll.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    poll.refresh_from_db()
    return poll


def invitation(token: str) -> Invitation:
    return Invitation.objects.get(digest=digest_of(token))


def given(district: Ranked, *values: int) -> dict[int, Decimal]:
    return {unit.pk: Decimal(value) for unit, value in zip(district.units, values, strict=False)}


def test_a_link_is_answered_once_on_a_phone_without_signing_in(district: Ranked, client: Client) -> None:
    poll, (token, *_) = opened(district)
    page = client.get(f"/r/{token}/").content.decode()
    assert "三月群众评议" in page
    assert "匿名：只留评的结果" in page
    form = {f"u{district.first.pk}": "90", f"u{district.second.pk}": "101"}
    wrong = client.post(f"/r/{token}/", form)
    assert wrong.status_code == 422
    assert "100" in wrong.content.decode()
    form[f"u{district.second.pk}"] = ""
    assert "已提交，谢谢" in client.post(f"/r/{token}/", form).content.decode()
    again = client.post(f"/r/{token}/", form)
    assert again.status_code == 410
    assert "已经评过了" in again.content.decode()
    assert Sheet.objects.filter(poll=poll).count() == 1
    assert client.get("/r/没有这样的链接/").status_code == 404
    over(poll)
    late = client.get(f"/r/{token}/")
    assert late.status_code == 410


def test_nothing_ties_an_anonymous_answer_to_whoever_gave_it(district: Ranked) -> None:
    leaders = [district.leader]
    poll, _ = opened(district, by_whom="leader", people=leaders, links=0)
    mine = Invitation.objects.get(person=district.leader)
    polls.answer(invitation=mine, marks=given(district, 90, 80), by=district.leader)
    sheet = Sheet.objects.get(poll=poll)
    assert sheet.invitation_id is None
    told = Event.objects.get(action="assessment.answer_poll")
    assert told.actor_id is None
    assert district.leader.name not in f"{told.actor_name}{told.before}{told.after}"
    # Neither table has a time, and the keys of what was answered say nothing of its order.
    for model in (Sheet, Mark, Invitation):
        assert not [field.name for field in model._meta.fields if "Date" in type(field).__name__]
    assert {type(Sheet._meta.pk).__name__, type(Mark._meta.pk).__name__} == {"UUIDField"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM assessment_sheet")
        assert str(district.leader.pk) not in [
            str(value) for value in (cursor.fetchone() or ())[1:] if value != poll.pk
        ]


def test_who_was_not_asked_or_comes_twice_or_too_late_is_told(district: Ranked) -> None:
    poll, _ = opened(district, by_whom="unit", asked_units=district.units, links=0)
    of_first = Invitation.objects.get(unit=district.first)
    with pytest.raises(refusals.NotAsked):
        polls.answer(invitation=of_first, marks=given(district, 1), by=district.heads[district.second])
    with pytest.raises(refusals.BadMark):  # the own unit
        polls.answer(invitation=of_first, marks=given(district, 100), by=district.heads[district.first])
    others = {unit: value for unit, value in given(district, 0, 70, 80).items() if unit != district.first.pk}
    polls.answer(invitation=of_first, marks=others, by=district.heads[district.first])
    with pytest.raises(refusals.Answered):
        polls.answer(invitation=of_first, marks=others, by=district.heads[district.first])
    over(poll)
    with pytest.raises(refusals.PollNotOpen, match="截止"):
        polls.answer(
            invitation=Invitation.objects.get(unit=district.second), marks=others, by=district.heads[district.second]
        )


def test_places_are_a_whole_order_or_refused(district: Ranked) -> None:
    _, (token, *_) = opened(district, kind="ballot", by_whom="judge")
    for wrong in (given(district, 1, 1, 2), given(district, 1, 2)):
        with pytest.raises(refusals.BadMark, match="从 1 排到 3"):
            polls.answer(invitation=invitation(token), marks=wrong)
    polls.answer(invitation=invitation(token), marks=given(district, 2, 1, 3))


def test_results_show_when_it_is_over_and_count_in_the_month_by_their_mean(district: Ranked, client: Client) -> None:
    poll, tokens = opened(district)
    for token, values in zip(tokens, ((90, 60), (80, 70), (85,)), strict=False):
        polls.answer(invitation=invitation(token), marks=given(district, *values))
    client.force_login(district.clerk)
    assert "截止以后才看得到结果" in client.get(f"/ratings/{poll.pk}/").content.decode()
    book, month = Book(district.ledger), month_of(district.ledger, date(2026, 3, 1))
    assert not [fact for fact in gather(book, month).facts if fact.kind == "rating"]
    over(poll)
    # (90 + 80 + 85) ÷ 3 = 85; two answers to an anonymous poll are too few to show.
    assert [(one.unit.name, one.answers, one.mean, one.hidden) for one in results(poll)] == [
        ("区发展改革局", 3, Decimal("85.00"), False),
        ("区财政局", 2, None, True),
        ("柳溪街道", 0, None, True),
    ]
    (fact,) = [fact for fact in gather(Book(district.ledger), month).facts if fact.kind == "rating"]
    assert (fact.unit, fact.value, fact.marks) == (district.first.pk, Decimal(85), {"by": "resident"})
    assert fact.words == "群众评议“三月群众评议”3份，平均85"
    page = client.get(f"/ratings/{poll.pk}/").content.decode()
    assert "不足 3 份" in page
    assert (
        client.get(f"/ratings/{poll.pk}/export.csv").content.decode("utf-8-sig").splitlines()[1]
        == "区发展改革局,3,85.00"
    )


def test_the_clerk_opens_one_in_the_browser_and_sees_the_links_once(district: Ranked, client: Client) -> None:
    client.force_login(district.clerk)
    form = {
        "title": "服务评议", "by_whom": "resident", "links": "2", "kind": "rating", "anonymous": "on", "month": "2026-03",
        "until": str(timezone.localdate()), "units": [unit.pk for unit in district.units],
    }  # fmt: skip
    without = client.post("/ratings/new/", form | {"links": ""})
    assert "请填要发多少条链接" in without.content.decode()
    page = client.post("/ratings/new/", form).content.decode()
    links = re.findall(r"http://testserver(/r/\S+/)", page)
    assert len(links) == 2
    poll = Poll.objects.get()
    assert links[0] not in client.get(f"/ratings/{poll.pk}/").content.decode()
    assert client.get(links[0]).status_code == 200
    assert "请填" in client.post(f"/ratings/{poll.pk}/act/", {"do": "cancel"}, follow=True).content.decode()
    client.post(f"/ratings/{poll.pk}/act/", {"do": "cancel", "reason": "题目写错"})
    assert "题目写错" in client.get(links[0]).content.decode()


RATED = """
[[item]]
name = "rated"
title = "群众评议"
how = "rating"
weight = 20
facts = ["rating"]
anonymous = false

[[item.raters]]
by = "resident"
part = 1
"""


def test_whether_answers_are_anonymous_is_said_by_the_scheme(district: Ranked, client: Client) -> None:
    own = TEXT + RATED + EXAMPLE
    row = office_schemes.keep_own(kept=OFFICE_SCORES, division=district.division, text=own, by=district.clerk)
    adopt_scoring(ledger=district.ledger, month=date(2026, 3, 1), by=district.clerk, scheme=row)
    client.force_login(district.clerk)
    form = {
        "title": "服务评议", "by_whom": "resident", "links": "2", "kind": "rating", "anonymous": "on", "month": "2026-03",
        "until": str(timezone.localdate()), "units": [unit.pk for unit in district.units],
    }  # fmt: skip
    refused = client.post("/ratings/new/", form)
    assert "计分办法的“群众评议”写明记名" in refused.content.decode()
    assert not Poll.objects.exists()
    del form["anonymous"]
    client.post("/ratings/new/", form)
    assert Poll.objects.get().anonymous is False
    # Before the scheme is in use, and of others than it names, the office decides.
    assert opened(district, month=date(2026, 2, 1))[0].anonymous
    assert opened(district, by_whom="judge", title="评委评议")[0].anonymous


def test_a_head_finds_it_on_the_workbench_and_nobody_else_sees_it(district: Ranked, client: Client) -> None:
    poll, _ = opened(district, by_whom="unit", asked_units=[district.first], links=0)
    client.force_login(district.heads[district.first])
    assert "三月群众评议" in client.get("/").content.decode()
    assert client.get(f"/ratings/{poll.pk}/").status_code == 200
    client.force_login(district.heads[district.second])
    assert "三月群众评议" not in client.get("/").content.decode()
    assert client.get(f"/ratings/{poll.pk}/").status_code == 404
