"""The laws of orders: whatever happens in whatever order, each that is open waits for somebody until a day, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.audit.refusals import Refusal
from duban.organisations.calendar import Calendar
from duban.supervision.actions import orders
from duban.supervision.models import Order, OrderExtension, OrderUnit
from duban.supervision.pressing.rules import AT_UNIT, rules
from duban.supervision.states.orders import OPEN, OrderState
from factories.orders import Pressed, moment

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Step:
    """Something that somebody does some days after the step before it, to one of the orders at units."""

    kind: str
    after: int
    which: int
    number: int


KINDS = ("sign", "answer", "return", "accept", "extend", "grant", "refuse", "escalate", "withdraw", "press", "merge")
STEPS = st.lists(
    st.builds(Step, st.sampled_from(KINDS), st.integers(0, 12), st.integers(0, 5), st.integers(1, 40)), max_size=12
)


@contextmanager
def taken_back() -> Iterator[None]:
    """Leave no trace: one example is not to see another's."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def take(step: Step, district: Pressed, at: datetime) -> None:
    """Take a step; what is refused changes nothing."""
    slips = list(OrderUnit.objects.order_by("pk"))
    slip = slips[step.which % len(slips)]
    person = district.other_head if slip.unit == district.other else district.liaison
    asked = OrderExtension.objects.filter(slip=slip, state="asked").first()
    match step.kind:
        case "sign":
            orders.sign(slip=slip, by=person, at=at)
        case "answer":
            orders.answer(slip=slip, text=f"第{step.number}稿", seen=slip.answers.count(), by=person, at=at)
        case "return":
            orders.return_(slip=slip, reason="不实", days=step.number, by=district.clerk, at=at)
        case "accept":
            orders.accept(slip=slip, by=district.clerk, at=at)
        case "extend":
            wanted = slip.answer_by + timedelta(days=step.number)
            orders.ask_extension(slip=slip, wanted=wanted, reason="等批复", by=person, at=at)
        case "grant" if asked:
            orders.decide_extension(extension=asked, granted=asked.wanted, by=district.clerk, at=at)
        case "refuse" if asked:
            orders.decide_extension(extension=asked, granted=None, remark="按期办", by=district.clerk, at=at)
        case "escalate":
            orders.escalate(slip=slip, by=district.clerk, at=at)
        case "withdraw":
            orders.withdraw(slip=slip, reason="并入另一件", by=district.clerk, at=at)
        case "press":
            orders.press(at)
        case "merge":
            district.unit.successor, district.unit.valid_to = district.other, timezone.localdate(at) + timedelta(1)
            district.unit.save()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_nothing_is_open_without_somebody_and_a_day_and_nothing_is_lost_or_doubled(steps: list[Step]) -> None:
    with taken_back():
        district = Pressed()
        district.order(district.unit, district.other)
        at = moment(3, 2, 10)
        for step in steps:
            at += timedelta(days=step.after)
            with suppress(Refusal):
                take(step, district, at)
            for slip in OrderUnit.objects.select_related("order"):
                if slip.state in OPEN:
                    assert slip.due_on is not None
                    assert slip.turn == ("unit" if slip.state in AT_UNIT else "office")
                    # An answer waits to be reviewed exactly while the office is to move.
                    assert slip.answers.filter(verdict="").count() == (slip.state == OrderState.ANSWERED)
                else:
                    assert (slip.due_on, slip.turn) == (None, "")
                # What was pressed further is followed by one order, of the next level; nothing else is.
                followers = list(OrderUnit.objects.filter(previous=slip).select_related("order"))
                assert len(followers) == (slip.state == OrderState.ESCALATED)
                assert all(one.order.level == rules().levels[slip.order.level].next for one in followers)
            # However often the job runs at one time, it finds nothing the second time.
            orders.press(at)
            assert orders.press(at)[1] == 0
        numbers = list(Order.objects.order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    days=st.integers(1, 60),
    free=st.sets(st.integers(1, 90), max_size=10),
)
def test_a_holiday_more_never_makes_a_limit_shorter(start: date, days: int, free: set[int]) -> None:
    usual = Calendar().shifted(start, days)
    closed = Calendar({start + timedelta(days=day): False for day in free})
    assert closed.shifted(start, days) >= usual
    assert len(Calendar().working_days(start + timedelta(days=1), usual)) == days
