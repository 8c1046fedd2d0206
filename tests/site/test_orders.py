"""Orders as offices and units live with them: from the paper that goes out to the answer that is accepted."""

from __future__ import annotations

import io
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from duban.audit.models import Event
from duban.dispatch.actions.evidence import BadEvidence
from duban.organisations.access import NotAllowed
from duban.plans.states import WrongState
from duban.supervision.actions import orders
from duban.supervision.models import Attachment, Order, OrderAnswer, OrderUnit
from duban.supervision.pressing.refusals import (
    AlreadyOrdered,
    AnsweredAlready,
    AskedAlready,
    HighestLevel,
    NoMoreTime,
    NotYetDue,
    NoUnits,
    ReasonNeeded,
    UnitOver,
    WrongDay,
)
from duban.supervision.pressing.rules import rules
from factories.orders import Pressed, moment
from factories.site import UnitFactory
from makers_pdf import plan

pytestmark = pytest.mark.django_db


def again(slip: OrderUnit) -> OrderUnit:
    return OrderUnit.objects.select_related("order").get(pk=slip.pk)


# ---- issuing ----


def test_orders_are_numbered_through_the_year_and_say_how_their_days_were_counted() -> None:
    district = Pressed()
    first, second = district.order(), district.order(district.other)
    assert (first.number, second.number) == ("督办〔2026〕1号", "督办〔2026〕2号")
    # 4–6 April are a holiday; the order goes out on 1 April, a Wednesday.
    late = district.order(district.unit, beside=True, at=moment(4, 1), answer_days=5)
    assert (late.sign_by, late.answer_by) == (date(2026, 4, 3), date(2026, 4, 9))
    assert late.answer_counted == "从2026年4月1日次日起算5个工作日，跳过清明节（4月4日至6日），到4月9日"
    slip = late.units.get()
    assert (slip.state, slip.turn, slip.due_on) == ("issued", "unit", late.sign_by)


def test_days_over_new_year_run_into_the_next_and_numbers_begin_anew() -> None:
    district = Pressed()
    district.order()
    over = district.order(district.other, at=moment(12, 31), answer_days=5)
    assert over.year == 2026
    assert over.seq == 2
    assert over.answer_by.year == 2027
    assert "到2027年1月" in over.answer_counted
    assert district.order(beside=True, at=moment(1, 4, year=2027)).number == "督办〔2027〕1号"


def test_one_order_goes_to_many_units_each_with_a_state_of_its_own() -> None:
    district = Pressed()
    order = district.order(district.unit, district.other)
    mine, theirs = order.units.order_by("pk")
    orders.sign(slip=mine, by=district.liaison, at=moment(3, 3))
    assert (again(mine).state, again(theirs).state) == ("signed", "issued")
    with pytest.raises(NotAllowed):
        orders.sign(slip=theirs, by=district.liaison)


def test_the_same_sending_twice_is_one_order() -> None:
    district = Pressed()
    first = district.order(token="abc")
    assert district.order(token="abc") == first
    assert Order.objects.count() == 1


def test_a_unit_is_not_pressed_twice_on_one_task_unless_one_insists() -> None:
    district = Pressed()
    district.order()
    with pytest.raises(AlreadyOrdered, match="督办〔2026〕1号在办"):
        district.order()
    district.order(district.other)
    district.order(beside=True)
    assert Order.objects.count() == 3


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"demand": " "}, ReasonNeeded),
        ({"grounds": ""}, ReasonNeeded),
        ({"answer_days": 0}, WrongDay),
        ({"sign_days": 5, "answer_days": 2}, WrongDay),
    ],
)
def test_what_cannot_be_sent_is_refused_whole(facts: dict[str, Any], refusal: type[Exception]) -> None:
    district = Pressed()
    with pytest.raises(refusal):
        district.order(**facts)
    assert not Order.objects.exists()


def test_an_order_to_nobody_is_none_and_only_the_office_sends_any() -> None:
    district = Pressed()
    with pytest.raises(NoUnits):
        orders.issue(division=district.division, units=[], title="x", grounds="x", demand="x", by=district.clerk)
    with pytest.raises(NotAllowed):
        district.order(by=district.liaison)


# ---- the unit answers ----


def test_an_order_is_signed_answered_with_evidence_returned_and_accepted() -> None:
    district = Pressed()
    slip = district.slip()
    orders.sign(slip=slip, by=district.liaison, at=moment(3, 3))
    orders.sign(slip=slip, by=district.second, at=moment(3, 4))
    assert again(slip).signed_by == district.liaison
    assert again(slip).due_on == slip.answer_by
    proof = io.BytesIO(plan(1))
    first = orders.answer(
        slip=slip, text="已开工5个。", files=[(proof, "施工许可证.pdf")], by=district.liaison, at=moment(3, 6)
    )
    assert [one.name for one in first.attachments.all()] == ["施工许可证.pdf"]
    waiting = again(slip)
    assert (waiting.state, waiting.turn, waiting.due_on) == ("answered", "office", date(2026, 3, 13))
    orders.return_(slip=slip, reason="没有写清剩余4个项目何时开工。", by=district.clerk, at=moment(3, 9))
    returned = again(slip)
    assert (returned.state, returned.turn, returned.due_on) == ("returned", "unit", date(2026, 3, 12))
    orders.answer(slip=slip, text="剩余4个3月25日前开工。", seen=1, by=district.liaison, at=moment(3, 11))
    orders.accept(slip=slip, by=district.clerk, at=moment(3, 12))
    orders.accept(slip=slip, by=district.clerk, at=moment(3, 12))
    done = again(slip)
    assert (done.state, done.turn, done.due_on) == ("accepted", "", None)
    assert list(slip.answers.values_list("number", "verdict")) == [(1, "returned"), (2, "accepted")]
    told = Event.objects.filter(action__startswith="supervision.").order_by("number").values_list("action", flat=True)
    assert list(told) == [
        *("supervision.issue_order", "supervision.sign_order", "supervision.answer_order"),
        *("supervision.return_order", "supervision.answer_order", "supervision.accept_order"),
    ]


def test_who_answers_without_signing_has_signed_with_it() -> None:
    district = Pressed()
    slip = district.slip()
    orders.answer(slip=slip, text="已经办好。", by=district.head, at=moment(3, 3))
    assert again(slip).signed_by == district.head


def test_answered_twice_is_one_answer_and_a_second_hand_is_told_of_the_first() -> None:
    district = Pressed()
    slip = district.slip()
    first = orders.answer(slip=slip, text="已开工5个。", by=district.liaison, at=moment(3, 4))
    assert orders.answer(slip=slip, text="已开工5个。", by=district.liaison, at=moment(3, 4)) == first
    with pytest.raises(AnsweredAlready, match=r"石敏学于3月4日09:00答复.*已开工5个"):
        orders.answer(slip=slip, text="已开工6个。", by=district.second, at=moment(3, 4))
    assert OrderAnswer.objects.count() == 1


def test_an_answer_begun_before_it_was_returned_is_not_taken_for_the_next() -> None:
    district = Pressed()
    slip = district.slip()
    orders.answer(slip=slip, text="已开工5个。", by=district.liaison, at=moment(3, 4))
    orders.return_(slip=slip, reason="数字不对。", by=district.clerk, at=moment(3, 5))
    with pytest.raises(AnsweredAlready):
        orders.answer(slip=slip, text="写给第一次的。", seen=0, by=district.second, at=moment(3, 5))
    orders.answer(slip=slip, text="已核实为4个。", seen=1, by=district.second, at=moment(3, 5))


def test_a_file_that_cannot_be_taken_keeps_nothing_of_the_answer() -> None:
    district = Pressed()
    slip = district.slip()
    with pytest.raises(BadEvidence):
        orders.answer(slip=slip, text="见附件。", files=[(io.BytesIO(b""), "空.pdf")], by=district.liaison)
    assert again(slip).state == "issued"
    assert not OrderAnswer.objects.exists()
    assert not Attachment.objects.exists()


# ---- more time ----


def test_more_time_is_asked_for_in_time_once_and_granted_or_not() -> None:
    district = Pressed()
    slip = district.slip()
    orders.sign(slip=slip, by=district.liaison, at=moment(3, 2))
    assert slip.answer_by == date(2026, 3, 16)
    asked = orders.ask_extension(
        slip=slip, wanted=date(2026, 3, 20), reason="等省厅批复。", by=district.liaison, at=moment(3, 10)
    )
    assert asked.decide_by == date(2026, 3, 12)
    with pytest.raises(AskedAlready):
        orders.ask_extension(slip=slip, wanted=date(2026, 3, 20), reason="x", by=district.head, at=moment(3, 10))
    with pytest.raises(ReasonNeeded):
        orders.decide_extension(extension=asked, granted=None, by=district.clerk)
    orders.decide_extension(extension=asked, granted=date(2026, 3, 18), by=district.clerk, at=moment(3, 11))
    longer = again(slip)
    assert (longer.answer_by, longer.due_on) == (date(2026, 3, 18), date(2026, 3, 18))
    with pytest.raises(NoMoreTime, match="已经延期1次"):
        orders.ask_extension(slip=slip, wanted=date(2026, 3, 30), reason="x", by=district.liaison, at=moment(3, 17))


@pytest.mark.parametrize(("wanted", "on"), [(date(2026, 3, 16), 10), (date(2026, 4, 20), 10)])
def test_more_time_ends_later_but_not_too_late(wanted: date, on: int) -> None:
    district = Pressed()
    slip = district.slip()
    with pytest.raises(WrongDay):
        orders.ask_extension(slip=slip, wanted=wanted, reason="x", by=district.liaison, at=moment(3, on))


def test_after_the_day_no_more_time_is_to_be_had() -> None:
    district = Pressed()
    slip = district.slip()
    with pytest.raises(NoMoreTime, match="期限已过"):
        orders.ask_extension(slip=slip, wanted=date(2026, 3, 20), reason="x", by=district.liaison, at=moment(3, 17))


# ---- pressing ----


def test_blue_becomes_orange_becomes_red_each_when_the_last_day_has_passed() -> None:
    district = Pressed()
    slip = district.slip()
    assert orders.press(moment(3, 16)) == (1, 0)
    assert again(slip).signed_late
    assert orders.press(moment(3, 17)) == (1, 1)
    orange = Order.objects.get(level="orange")
    assert orange.number == "督办〔2026〕2号"
    assert "督办〔2026〕1号要求你单位于2026年3月16日前办理并答复，至今没有签收、没有答复" in orange.grounds
    assert [letter.leader for letter in orange.letters.all()] == [district.leader]
    assert again(slip).state == "escalated"
    assert orange.units.get().previous == slip
    # Working days: 7 after 17 March.
    assert orange.answer_by == date(2026, 3, 26)
    orders.press(moment(3, 27))
    red = Order.objects.get(level="red")
    assert [letter.leader for letter in red.letters.all()] == [district.leader, district.first_leader]
    orders.press(moment(4, 30))
    assert Order.objects.count() == 3
    with pytest.raises(HighestLevel, match="约谈"):
        orders.escalate(slip=red.units.get(), by=district.clerk, at=moment(4, 30))
    assert list(Order.objects.order_by("seq").values_list("issuer", flat=True)) == [district.clerk.pk, None, None]


def test_a_killed_job_leaves_no_order_lost_and_sends_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    district = Pressed()
    slips = list(district.order(district.unit, district.other).units.order_by("pk"))
    real = orders.escalate
    calls = []

    def killed(**asked: Any) -> Order:
        made = real(**asked)
        calls.append(made)
        raise KeyboardInterrupt

    monkeypatch.setattr(orders, "escalate", killed)
    with pytest.raises(KeyboardInterrupt):
        orders.press(moment(3, 17))
    monkeypatch.setattr(orders, "escalate", real)
    orders.press(moment(3, 17))
    orders.press(moment(3, 17))
    pressed = Order.objects.filter(level="orange")
    assert pressed.count() == 2
    assert {one.units.get().previous_id for one in pressed} == {slip.pk for slip in slips}


def test_escalated_by_two_it_is_one() -> None:
    district = Pressed()
    slip = district.slip()
    with pytest.raises(NotYetDue):
        orders.escalate(slip=slip, by=district.clerk, at=moment(3, 16))
    one = orders.escalate(slip=slip, by=district.clerk, at=moment(3, 17))
    assert orders.escalate(slip=slip, by=district.clerk, at=moment(3, 17)) == one


def test_who_answered_or_asked_for_time_is_not_pressed() -> None:
    district = Pressed()
    answered, asked = district.order(district.unit, district.other).units.order_by("pk")
    orders.answer(slip=answered, text="办好了。", by=district.liaison, at=moment(3, 16, 18))
    orders.sign(slip=asked, by=district.other_head, at=moment(3, 3))
    orders.ask_extension(slip=asked, wanted=date(2026, 3, 20), reason="x", by=district.other_head, at=moment(3, 16))
    assert orders.press(moment(3, 17)) == (0, 0)
    orders.decide_extension(
        extension=asked.extensions.get(), granted=None, remark="请按期办", by=district.clerk, at=moment(3, 17)
    )
    assert orders.press(moment(3, 17)) == (1, 1)


def test_one_that_is_not_automatic_waits_for_the_office() -> None:
    district = Pressed()
    slip = district.slip(automatic=False)
    orders.press(moment(3, 17))
    assert again(slip).answered_late
    assert again(slip).state == "issued"
    assert [(one, step.then) for one, step in orders.due_steps(date(2026, 3, 17))] == [(slip, "propose")]


def test_withdrawn_for_a_reason_it_stays_on_record() -> None:
    district = Pressed()
    order = district.order(district.unit, district.other)
    with pytest.raises(ReasonNeeded):
        orders.withdraw_order(order=order, reason="", by=district.clerk)
    assert orders.withdraw_order(order=order, reason="两件并为一件办理。", by=district.clerk) == 2
    assert orders.withdraw_order(order=order, reason="两件并为一件办理。", by=district.clerk) == 0
    with pytest.raises(WrongState):
        orders.answer(slip=order.units.all()[0], text="x", by=district.liaison)
    assert orders.press(moment(4, 30)) == (0, 0)


# ---- mergers ----


def test_what_is_open_at_a_merged_unit_is_its_successors() -> None:
    district = Pressed()
    slip = district.slip()
    district.unit.successor, district.unit.valid_to = district.other, date(2026, 3, 5)
    district.unit.save()
    assert OrderUnit.objects.visible_to(district.other_head).get() == slip
    assert Order.objects.visible_to(district.other_head).get() == slip.order
    orders.sign(slip=slip, by=district.other_head, at=moment(3, 6))
    orders.press(moment(3, 17))
    assert Order.objects.get(level="orange").units.get().unit == district.other
    # A new one goes to the successor at once.
    assert district.slip(beside=True, at=moment(3, 18)).unit == district.other


def test_a_unit_that_ended_without_successor_gets_none() -> None:
    district = Pressed()
    gone = UnitFactory(division=district.division, valid_to=date(2026, 1, 1))
    with pytest.raises(UnitOver):
        district.order(gone)


# ---- who sees what ----


def test_a_unit_sees_the_orders_to_itself_only() -> None:
    district = Pressed()
    mine, theirs = district.slip(), district.slip(district.other)
    assert list(OrderUnit.objects.visible_to(district.liaison)) == [mine]
    assert list(Order.objects.visible_to(district.liaison)) == [mine.order]
    assert set(OrderUnit.objects.visible_to(district.clerk)) == {mine, theirs}
    assert set(OrderUnit.objects.visible_to(district.leader)) == {mine, theirs}


# ---- what the database keeps ----


@pytest.mark.parametrize(
    "broken",
    [
        {"due_on": None},
        {"turn": "office"},
        {"turn": ""},
        {"state": "answered"},
        {"state": "accepted"},
        {"state": "signed"},
        {"state": "withdrawn", "turn": "", "due_on": None, "closed_at": moment(3, 3)},
    ],
)
def test_nothing_is_open_without_somebody_and_a_day(broken: dict[str, Any]) -> None:
    slip = Pressed().slip()
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderUnit.objects.filter(pk=slip.pk).update(**broken)


# ---- the rules ----


@pytest.mark.parametrize("example", rules().examples, ids=lambda one: one["title"])
def test_the_rules_do_what_their_examples_say(example: dict[str, Any]) -> None:
    facts = {"automatic": True, "extension": False, "to": "", "letter": [], **example}
    names = ("level", "state", "sign_by", "answer_by", "today", "automatic", "extension")
    step = rules().step(**{name: facts[name] for name in names})
    assert (step.late, step.then, step.to, list(step.letter)) == tuple(
        facts[name] for name in ("late", "then", "to", "letter")
    )


# ---- at once ----


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer, in memory it has one connection")
def test_two_people_at_once_are_one_answer() -> None:
    district = Pressed()
    slip = district.slip()
    refused = []

    def write(person: Any, text: str) -> None:
        try:
            orders.answer(slip=slip, text=text, by=person, at=moment(3, 3))
        except AnsweredAlready as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=write, args=(who, f"{who.name}写的")) for who in (district.liaison, district.second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert OrderAnswer.objects.count() == 1
    assert len(refused) == 1


def test_the_last_day_is_never_before_the_first() -> None:
    district = Pressed()
    for shift in range(40):
        order = district.order(beside=True, at=moment(3, 2) + timedelta(days=shift))
        assert order.answer_by >= order.sign_by > order.issued_at.date()
