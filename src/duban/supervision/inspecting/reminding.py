"""Whom inspections remind of what: units of what was fed back and is to be put right, the office of reviews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from duban.dispatch.models import NoticeItem
from duban.dispatch.queries.rounds import people_of
from duban.dispatch.reminders.sources import Matter, Source
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.supervision.models import Finding, InspectedUnit, Review
from duban.supervision.queries.inspection_reviews import deciders
from duban.supervision.states.inspections import FindingState, InspectionState, PartState, ReviewState

#: So many days before its day a unit is reminded of a finding, the office of a review.
SOON = 3
#: Of what is late people are reminded once a week.
WEEK = 7


def _people(units: set[int]) -> dict[int, tuple[Person, ...]]:
    today = timezone.localdate()
    found = people_of(list(units), today)
    return {unit: tuple(dict.fromkeys([*found[unit][Role.LIAISON], *found[unit][Role.UNIT_HEAD]])) for unit in units}


def _acting(part: InspectedUnit) -> int:
    """Return the unit that answers today: the inspected one, or the one that it was merged into."""
    unit = part.unit
    while unit.successor is not None:
        unit = unit.successor
    return unit.pk


def _parts(now: datetime) -> Iterator[Matter]:
    rows = list(
        InspectedUnit.objects.filter(state=PartState.FED_BACK).select_related(
            "inspection", "unit__successor__successor"
        )
    )
    people = _people({_acting(part) for part in rows})
    today = timezone.localdate(now)
    for part in rows:
        late = (today - part.due_on).days if part.due_on else 0
        occasion, words = ("told", "结论已经反馈，请签收")
        if late > 0:
            occasion, words = f"late{(late - 1) // WEEK}", f"逾期{late}天没有签收"
        yield Matter(
            rule="inspection_fed_back",
            key=f"inspection_fed_back:{part.pk}:{occasion}",
            subject=f"supervision.inspectedunit:{part.pk}",
            sentence=f"督查“{part.inspection.title}”{words}。",
            link=reverse("supervision:part", args=[part.pk]),
            people=people[_acting(part)],
        )


def _parts_still(items: list[NoticeItem]) -> set[int]:
    numbers = {_number(item) for item in items}
    rows = InspectedUnit.objects.filter(pk__in=numbers, state=PartState.FED_BACK)
    open_ones = set(rows.values_list("pk", flat=True))
    return {item.pk for item in items if _number(item) in open_ones}


def _findings(now: datetime) -> Iterator[Matter]:
    today = timezone.localdate(now)
    rows = list(
        Finding.objects.filter(state=FindingState.DEMANDED, due_on__lte=today + timedelta(days=SOON))
        .exclude(part__inspection__state=InspectionState.CANCELLED)
        .select_related("part__inspection", "part__unit__successor__successor")
    )
    people = _people({_acting(finding.part) for finding in rows})
    for finding in rows:
        assert finding.due_on
        late = (today - finding.due_on).days
        if late > 0:
            occasion, words = f"late{(late - 1) // WEEK}", f"整改逾期{late}天"
        else:
            occasion, words = "soon", "整改今天到期" if late == 0 else f"整改还有{-late}天到期"
        yield Matter(
            rule="finding_due",
            key=f"finding_due:{finding.pk}:{finding.due_on:%Y%m%d}:{occasion}",
            subject=f"supervision.finding:{finding.pk}",
            sentence=f"{finding.part.inspection.short_number}“{finding.text[:40]}”{words}。",
            link=reverse("supervision:part", args=[finding.part_id]),
            people=people[_acting(finding.part)],
        )


def _findings_still(items: list[NoticeItem]) -> set[int]:
    numbers = {_number(item) for item in items}
    rows = Finding.objects.filter(pk__in=numbers, state=FindingState.DEMANDED)
    open_ones = set(rows.values_list("pk", flat=True))
    return {item.pk for item in items if _number(item) in open_ones}


def _reviews(now: datetime) -> Iterator[Matter]:
    today = timezone.localdate(now)
    rows = Review.objects.filter(state=ReviewState.REQUESTED).select_related("part__inspection", "part__unit", "named")
    for review in rows:
        left = (review.due_on - today).days
        if left < 0:
            occasion, words = f"late{(-left - 1) // WEEK}", f"复核逾期{-left}天没有决定"
        elif left <= SOON:
            occasion, words = "soon", f"复核还有{left}天到期"
        else:
            occasion, words = "asked", "申请复核，请决定"
        yield Matter(
            rule="review_due",
            key=f"review_due:{review.pk}:{review.named_id or 0}:{occasion}",
            subject=f"supervision.review:{review.pk}",
            sentence=f"{review.part.unit}对“{review.part.inspection.title}”的{words}。",
            link=reverse("supervision:review", args=[review.pk]),
            people=(review.named,) if review.named else tuple(deciders(review)),
        )


def _reviews_still(items: list[NoticeItem]) -> set[int]:
    numbers = {_number(item) for item in items}
    rows = Review.objects.filter(pk__in=numbers, state=ReviewState.REQUESTED)
    open_ones = set(rows.values_list("pk", flat=True))
    return {item.pk for item in items if _number(item) in open_ones}


def _number(item: NoticeItem) -> int:
    return int(item.subject.rpartition(":")[2])


SOURCES = (
    Source("supervision.inspectedunit", _parts, _parts_still),
    Source("supervision.finding", _findings, _findings_still),
    Source("supervision.review", _reviews, _reviews_still),
)
