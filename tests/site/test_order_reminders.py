"""People are told of orders once, on the day that it matters; lights see the orders on a task."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from duban.dispatch.actions import lights, reminders
from duban.dispatch.models import NoticeItem, TaskLight
from duban.supervision.actions import orders
from factories.orders import Pressed, moment

pytestmark = pytest.mark.django_db


def told(rule: str) -> list[tuple[str, str]]:
    """Return who was told by a rule, and what."""
    items = NoticeItem.objects.filter(rule=rule, channel="site").select_related("person").order_by("pk")
    return [(item.person.name, item.sentence) for item in items]


def test_a_unit_is_told_of_an_order_once_and_reminded_before_its_day() -> None:
    district = Pressed()
    slip = district.slip()
    for hour in (10, 11):
        reminders.make(by=district.clerk, now=moment(3, 2, hour))
    names = [name for name, _ in told("order-sent")]
    assert sorted(names) == sorted([district.liaison.name, district.second.name, district.head.name])
    assert told("order-sent")[0][1] == (
        "蓝色督办单督办〔2026〕1号“强化重大项目牵引”发给区发展改革局，3月4日前签收，3月16日前答复。"
    )
    orders.sign(slip=slip, by=district.liaison, at=moment(3, 3))
    reminders.make(by=district.clerk, now=moment(3, 13))
    assert told("order-due") == []
    reminders.make(by=district.clerk, now=moment(3, 14))
    assert "还有2天到答复期限（3月16日）" in told("order-due")[0][1]


def test_what_is_late_is_told_to_the_office_and_an_escalation_to_the_leader() -> None:
    district = Pressed()
    district.order(automatic=False)
    reminders.make(by=district.clerk, now=moment(3, 17))
    late = {name for name, _ in told("order-late")}
    assert {district.liaison.name, district.leader.name, district.clerk.name} <= late
    orders.escalate(slip=district.task.orders.get().units.get(), by=district.clerk, at=moment(3, 17))
    reminders.make(by=district.clerk, now=moment(3, 17))
    assert told("order-letter") == [
        (
            "许文澜",
            "区发展改革局逾期未办“强化重大项目牵引”，已发橙色督办单督办〔2026〕2号，请督促。",
        )
    ]


def test_the_office_is_told_of_answers_and_requests_and_no_more_when_it_has_decided() -> None:
    district = Pressed()
    slip = district.slip()
    asked = orders.ask_extension(slip=slip, wanted=date(2026, 3, 20), reason="x", by=district.liaison, at=moment(3, 3))
    reminders.make(by=district.clerk, now=moment(3, 3))
    assert [name for name, _ in told("order-extension")] == [district.clerk.name]
    item = NoticeItem.objects.get(rule="order-extension")
    from duban.supervision.order_reminding import still

    assert still([item]) == {item.pk}
    orders.decide_extension(extension=asked, granted=date(2026, 3, 20), by=district.clerk, at=moment(3, 3))
    assert still([item]) == set()
    orders.answer(slip=slip, text="办好了。", by=district.liaison, at=moment(3, 4))
    reminders.make(by=district.clerk, now=moment(3, 4))
    assert [name for name, _ in told("order-answered")] == [district.clerk.name]


def test_a_scheme_of_slips_follows_the_orders_on_a_task() -> None:
    """三明: blue, orange and red, each when the last one's date passes."""
    district = Pressed()
    lights.adopt(ledger=district.ledger, preset="slips", valid_from=date(2026, 1, 1), by=district.clerk)

    def light(month: int, day: int) -> str:
        lights.recompute(ledger=district.ledger, days=[date(2026, month, day)])
        row = TaskLight.objects.filter(task=district.task, valid_from__lte=date(2026, month, day))
        return str(row.latest("valid_from").level)

    slip = district.slip(automatic=False)
    assert light(3, 3) == "blue"
    assert light(3, 16) == "blue"
    assert light(3, 17) == "orange"
    orange = orders.escalate(slip=slip, by=district.clerk, at=moment(3, 17)).units.get()
    assert light(3, 18) == "orange"
    assert light(3, 27) == "red"
    orders.answer(slip=orange, text="办好了。", by=district.liaison, at=moment(3, 27))
    assert light(3, 28) == "orange"
    orders.accept(slip=orange, by=district.clerk, at=moment(3, 30))
    assert light(3, 31) == "green"


def test_chosen_tasks_get_orders_from_the_ledger(client: Client) -> None:
    district = Pressed()
    client.force_login(district.clerk)
    page = client.get(reverse("plans:ledger", args=[district.ledger.pk])).content.decode()
    assert f'formaction="{reverse("supervision:orders_bulk")}"' in page
    client.force_login(district.liaison)
    page = client.get(reverse("plans:ledger", args=[district.ledger.pk])).content.decode()
    assert reverse("supervision:orders_bulk") not in page
