"""A finding becomes an order or a matter by a click, once the unit was told of it; both sides show it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from test_ledger_page import signed_in

from duban.organisations.roles import Role
from duban.supervision.actions import matters, orders
from duban.supervision.inspecting.refusals import FindingNotTold
from duban.supervision.matter_refusals import FindingHasMatter
from duban.supervision.models import Finding, Matter, Order
from duban.supervision.models.orders import Basis
from duban.supervision.pressing.refusals import AlreadyOrdered
from factories.inspections import Inspected
from factories.site import person_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(monkeypatch: pytest.MonkeyPatch) -> Inspected:
    made = Inspected()
    made.verified()
    return made


def found(district: Inspected, **facts: Any) -> Finding:
    return Finding.objects.get(part=district.fed_back(**facts))


def order_on(district: Inspected, finding: Finding, **more: Any) -> Order:
    return orders.issue(
        division=district.division,
        units=[district.unit],
        title="整改",
        grounds="没有开工",
        demand="开工",
        basis=Basis.FINDING,
        finding=finding,
        by=district.clerk,
        **more,
    )


def matter_on(district: Inspected, finding: Finding) -> Matter:
    return matters.register(
        division=district.division,
        source="finding",
        title="9个项目没有开工",
        received_on=district.today,
        finding=finding,
        by=district.clerk,
    )


def test_an_order_opens_with_the_finding_and_both_pages_lead_to_each_other(district: Inspected) -> None:
    finding = found(district)
    clerk = signed_in(district.clerk)
    page = reverse("supervision:inspection", args=[finding.part.inspection_id])
    new = f"{reverse('supervision:order_new')}?finding={finding.pk}"
    assert new in clerk.get(page).content.decode()
    form = clerk.get(new).context["form"]
    assert form.initial["title"] == "整改督查发现的问题：9个项目没有开工"
    assert form.initial["units"] == [district.unit.pk]
    assert form.initial["demand"] == "9个项目12月底前开工"
    assert "查出：9个项目没有开工。要求" in form.initial["grounds"]
    sent = clerk.post(new, {**form.initial, "automatic": "on"})
    order = Order.objects.get()
    assert sent.headers["location"] == reverse("supervision:order", args=[order.pk])
    assert (order.basis, order.finding, order.task) == ("finding", finding, finding.task)
    assert order.number in clerk.get(page).content.decode()
    there = f"#finding-{finding.pk}"
    assert f"{page}{there}" in clerk.get(sent.headers["location"]).content.decode()
    liaison = signed_in(district.liaison)
    part = reverse("supervision:part", args=[finding.part_id])
    assert f"{part}{there}" in liaison.get(sent.headers["location"]).content.decode()
    assert order.number in liaison.get(part).content.decode()
    again = clerk.post(new, {**form.initial, "token": "another"})
    assert again.status_code == 422
    assert order.number in again.content.decode()
    with pytest.raises(AlreadyOrdered):
        order_on(district, finding)


def test_an_order_on_a_finding_is_pressed_further_with_it(district: Inspected) -> None:
    order = order_on(district, found(district), answer_days=2, sign_days=1)
    late = order.issued_at + timedelta(days=20)
    red = orders.escalate(slip=order.units.get(), by=district.clerk, at=late)
    assert (red.basis, red.finding) == ("finding", order.finding)


def test_a_matter_opens_with_the_finding_and_there_is_one_at_a_time(district: Inspected) -> None:
    finding = found(district)
    clerk = signed_in(district.clerk)
    new = f"{reverse('supervision:matter_new')}?finding={finding.pk}"
    shown = clerk.get(new)
    form = shown.context["form"]
    assert form.initial["source"] == "finding"
    assert form.initial["own_due"] == finding.due_on
    assert "先读来文" not in shown.content.decode()
    answer = clerk.post(new, {**form.initial, "urgency": "ordinary"})
    made = Matter.objects.get()
    assert answer.headers["location"] == reverse("supervision:matter", args=[made.pk])
    assert (made.source, made.finding, made.task, made.own_due) == ("finding", finding, finding.task, finding.due_on)
    page = reverse("supervision:inspection", args=[finding.part.inspection_id])
    assert made.short_number in clerk.get(page).content.decode()
    assert f"{page}#finding-{finding.pk}" in clerk.get(answer.headers["location"]).content.decode()
    # The unit sees the matter once it is assigned.
    liaison = signed_in(district.liaison)
    part = reverse("supervision:part", args=[finding.part_id])
    assert made.short_number not in liaison.get(part).content.decode()
    with pytest.raises(FindingHasMatter, match=made.short_number):
        matter_on(district, finding)
    refused = clerk.post(new, {**form.initial, "urgency": "ordinary"})
    assert f"已经登记为{made.short_number}" in refused.content.decode()
    matters.cancel(matter=made, reason="并入督办单办理", by=district.clerk)
    assert matter_on(district, finding).pk != made.pk


def test_nothing_is_sent_on_what_the_unit_does_not_know_of(district: Inspected) -> None:
    inspection = district.concluded()
    finding = Finding.objects.get(part__inspection=inspection)
    page = signed_in(district.clerk).get(reverse("supervision:inspection", args=[inspection.pk])).content.decode()
    assert "发督办单" not in page
    with pytest.raises(FindingNotTold, match="请先反馈"):
        order_on(district, finding)
    with pytest.raises(FindingNotTold):
        matter_on(district, finding)
    unit = signed_in(district.liaison)
    assert unit.get(f"{reverse('supervision:order_new')}?finding={finding.pk}").status_code == 403


def test_another_unit_does_not_come_to_the_finding(district: Inspected) -> None:
    finding = found(district)
    order = orders.issue(
        division=district.division,
        units=[district.unit, district.other],
        title="整改",
        grounds="没有开工",
        demand="开工",
        basis=Basis.FINDING,
        finding=finding,
        by=district.clerk,
    )
    stranger = signed_in(person_as(Role.LIAISON, district.division, district.other))
    shown = stranger.get(reverse("supervision:order", args=[order.pk])).content.decode()
    assert "督查发现" in shown
    assert f"#finding-{finding.pk}" not in shown


def test_the_database_keeps_an_order_on_a_finding_with_its_finding(district: Inspected) -> None:
    order = order_on(district, found(district))
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(finding=None)
    made = matter_on(district, order.finding)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=made.pk).update(source="lead")
