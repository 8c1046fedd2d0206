"""Talks: planned from an order that ran out, held, and what was promised followed up as matters."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from duban.organisations.access import NotAllowed
from duban.plans.extensions import WAITING
from duban.plans.states import WrongState
from duban.supervision.actions import talks
from duban.supervision.actions.talks import Promise
from duban.supervision.models import Matter, Talk
from duban.supervision.pressing.refusals import ReasonNeeded, WrongDay
from factories.orders import Pressed, moment

pytestmark = pytest.mark.django_db


def planned(district: Pressed, **facts: Any) -> Talk:
    given: dict[str, Any] = {
        "unit": district.unit,
        "people": "区发展改革局局长",
        "subject": "红色督办单逾期未办",
        "planned_for": date(2026, 3, 20),
        "held_by": "许文澜副区长",
        "task": district.task,
        "by": district.clerk,
        "at": moment(3, 18),
        **facts,
    }
    return talks.plan(**given)


def test_what_is_promised_becomes_a_matter() -> None:
    district = Pressed()
    talk = planned(district)
    promises = [Promise("4个项目3月底前开工", date(2026, 3, 31))]
    talks.hold(talk=talk, notes="认账，措施落实到人。", promises=promises, by=district.clerk, at=moment(3, 20))
    talks.hold(talk=talk, notes="认账，措施落实到人。", promises=promises, by=district.clerk, at=moment(3, 20))
    matter = Matter.objects.get()
    assert (matter.source, matter.title, matter.task) == ("promise", "4个项目3月底前开工", district.task)
    assert talk.promises.get().matter == matter


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [({"people": ""}, ReasonNeeded), ({"planned_for": date(2026, 3, 17)}, WrongDay)],
)
def test_a_talk_needs_somebody_and_a_day_to_come(facts: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        planned(Pressed(), **facts)


def test_a_talk_is_taken_down_when_it_was_held_with_what_was_said() -> None:
    district = Pressed()
    talk = planned(district)
    with pytest.raises(WrongDay, match="还没有到"):
        talks.hold(talk=talk, notes="x", by=district.clerk, at=moment(3, 19))
    with pytest.raises(ReasonNeeded):
        talks.hold(talk=talk, notes=" ", by=district.clerk, at=moment(3, 20))
    with pytest.raises(WrongDay, match="完成期限已经过了"):
        talks.hold(talk=talk, notes="x", promises=[Promise("x", date(2026, 3, 1))], by=district.clerk, at=moment(3, 20))
    assert not Matter.objects.exists()
    with pytest.raises(ReasonNeeded):
        talks.cancel(talk=talk, reason="", by=district.clerk)
    talks.cancel(talk=talk, reason="已经办好。", by=district.clerk)
    with pytest.raises(WrongState):
        talks.hold(talk=talk, notes="x", by=district.clerk, at=moment(3, 21))


def test_only_the_office_plans_and_a_unit_sees_its_own() -> None:
    district = Pressed()
    talk = planned(district)
    with pytest.raises(NotAllowed):
        planned(district, by=district.liaison)
    assert list(Talk.objects.visible_to(district.liaison)) == [talk]
    assert not Talk.objects.visible_to(district.other_head).exists()


def test_the_database_keeps_that_a_talk_held_has_notes() -> None:
    talk = planned(Pressed())
    with pytest.raises(IntegrityError), transaction.atomic():
        Talk.objects.filter(pk=talk.pk).update(state="held")


def test_a_talk_is_planned_from_an_order_and_taken_down_on_its_page(client: Client) -> None:
    district = Pressed()
    order = district.order()
    client.force_login(district.clerk)
    today = timezone.localdate()
    where = reverse("supervision:talk_new") + f"?order={order.pk}&unit={district.unit.pk}"
    assert "督办〔2026〕1号“强化重大项目牵引”逾期未办" in client.get(where).content.decode()
    form = {"unit": district.unit.pk, "people": "局长", "subject": "逾期", "planned_for": today, "held_by": "许文澜"}
    client.post(where, form)
    talk = Talk.objects.get()
    assert (talk.order, talk.task) == (order, district.task)
    assert [part.items[0].verb for part in WAITING["supervision.talks"](district.clerk, today)] == ["记录"]
    data = {
        "notes": "已谈。",
        "form-TOTAL_FORMS": 5,
        "form-INITIAL_FORMS": 0,
        "form-0-text": "补齐缺口",
        "form-0-due": "",
    }
    hold = reverse("supervision:talk_hold", args=[talk.pk])
    assert "请写明哪天完成。" in client.post(hold, data).content.decode()
    data["form-0-due"] = (today + timedelta(days=30)).isoformat()
    told = client.post(hold, data, follow=True).content.decode()
    assert "1 项承诺已登记为督查事项" in told
    assert Matter.objects.get().short_number in told
    assert "局长" in client.get(reverse("supervision:talks")).content.decode()
    client.force_login(district.liaison)
    assert "已谈。" in client.get(reverse("supervision:talk", args=[talk.pk])).content.decode()
