"""What people are told of papers: one to sign, one that came back, one that was signed, one that came to the unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from duban.bulletins.models import Bulletin, Delivery, SignOff
from duban.bulletins.queries.lists import first_waiting
from duban.bulletins.states import BulletinState
from duban.dispatch.models import NoticeItem
from duban.dispatch.reminders.people import Whom
from duban.dispatch.reminders.sources import Matter as Reminder
from duban.dispatch.reminders.sources import Source
from duban.organisations.models import Person
from duban.supervision.reaching import heir

#: What each says, by its rule.
SAY = {
    "bulletin-sign": "请审签“{title}”。",
    "bulletin-returned": "“{title}”被退回修改。",
    "bulletin-signed": "“{title}”已审签完毕，可以编号印发。",
    "bulletin-sent": "{number}“{title}”已印发，请{unit}查看。",
}
#: What happened is told of for so many days, were the job away that long.
_TOLD_FOR = 5
_UNIT = ("liaison", "unit_head")


def matters(now: datetime) -> Iterator[Reminder]:
    """Yield what there is to tell at `now`; a bounded number of statements."""
    today = timezone.localdate(now)
    since = now - timedelta(days=_TOLD_FOR)
    in_hand = (BulletinState.SIGNING, BulletinState.RETURNED, BulletinState.SIGNED)
    for one in (
        Bulletin.objects.filter(state__in=in_hand).select_related("created_by").prefetch_related("signs__person")
    ):
        signs = list(one.signs.all())
        last = max((sign.round for sign in signs), default=0)
        if one.state == BulletinState.SIGNING:
            if step := first_waiting(signs):
                link = reverse("bulletins:sign", args=[one.pk])
                yield _reminder("bulletin-sign", one, f"{one.pk}:{step.pk}", (step.person,), link)
        else:
            rule = "bulletin-returned" if one.state == BulletinState.RETURNED else "bulletin-signed"
            yield _reminder(rule, one, f"{one.pk}:{last}", (one.created_by,), reverse("bulletins:paper", args=[one.pk]))
    sent = list(
        Delivery.objects.filter(opened_at=None, sent_at__gt=since).select_related(
            "bulletin", "unit__successor__successor"
        )
    )
    whom = Whom({heir(one.unit).pk for one in sent}, today)
    for delivery in sent:
        unit = heir(delivery.unit)
        yield _reminder(
            "bulletin-sent",
            delivery.bulletin,
            f"{delivery.pk}",
            whom(_UNIT, unit.pk),
            reverse("bulletins:paper", args=[delivery.bulletin_id]),
            unit=str(unit),
        )


def _reminder(rule: str, one: Bulletin, key: str, people: tuple[Person, ...], link: str, unit: str = "") -> Reminder:
    return Reminder(
        rule=rule,
        key=f"{rule}:{key}",
        subject=f"bulletins.bulletin:{one.pk}",
        sentence=SAY[rule].format(title=one.title[:150], number=one.number, unit=unit),
        link=link,
        people=tuple(dict.fromkeys(people)),
    )


#: The state in which a paper still is what a rule tells of.
_STILL = {
    "bulletin-sign": BulletinState.SIGNING,
    "bulletin-returned": BulletinState.RETURNED,
    "bulletin-signed": BulletinState.SIGNED,
}


def still(items: list[NoticeItem]) -> set[int]:
    """Return which items are still to be done; three statements."""
    numbers = {_number(item) for item in items}
    states = dict(Bulletin.objects.filter(pk__in=numbers).values_list("pk", "state"))
    waiting = Q(bulletin__in=numbers, verdict=SignOff.Verdict.WAITING)
    signing = set(SignOff.objects.filter(waiting).values_list("bulletin_id", "person_id"))
    unopened = set(Delivery.objects.filter(bulletin__in=numbers, opened_at=None).values_list("pk", flat=True))
    found = set()
    for item in items:
        if item.rule == "bulletin-sent":
            holds = int(item.key.rpartition(":")[2]) in unopened
        elif item.rule == "bulletin-sign":
            holds = states.get(_number(item)) == BulletinState.SIGNING and (_number(item), item.person_id) in signing
        else:
            holds = states.get(_number(item)) == _STILL.get(item.rule)
        if holds:
            found.add(item.pk)
    return found


def _number(item: NoticeItem) -> int:
    return int(item.subject.rpartition(":")[2])


SOURCE = Source("bulletins.bulletin", matters, still)
