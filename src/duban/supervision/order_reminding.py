"""What there is to remind of on orders: sent to a unit, returned, soon due, late, answered, more time asked, leaders told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from duban.dispatch.models import NoticeItem
from duban.dispatch.reminders.people import Whom
from duban.dispatch.reminders.sources import Matter as Reminder
from duban.dispatch.reminders.sources import Source
from duban.organisations.models import Person, Post
from duban.organisations.roles import Role
from duban.supervision.models import OrderExtension, OrderLetter, OrderUnit
from duban.supervision.reaching import heir
from duban.supervision.states.orders import AT_UNIT, ExtensionState, OrderState

#: What each reminder says, by its rule.
SAY = {
    "order-sent": "{level}{number}“{title}”发给{unit}，{sign}前签收，{due}前答复。",
    "order-returned": "{number}“{title}”的答复被退回，请{unit}在{due}前重新答复。",
    "order-due": "{number}“{title}”{days}到答复期限（{due}），请{unit}答复。",
    "order-late": "{number}“{title}”已过答复期限（{due}），{unit}还没有答复。",
    "order-answered": "{unit}答复了{number}“{title}”，请在{due}前审核。",
    "order-extension": "{unit}申请{number}“{title}”延期，请审批。",
    "order-letter": "{unit}逾期未办“{title}”，已发{level}{number}，请督促。",
}
_UNIT, _HEAD = ("liaison", "unit_head"), ("liaison", "unit_head", "leader")
#: Days before the day to answer by on which the unit is reminded.
_AHEAD = (2, 0)
#: What happened is told of for so many days, were the job away that long.
_TOLD_FOR = 5


def matters(now: datetime) -> Iterator[Reminder]:
    """Yield what there is to remind of at `now`; a bounded number of statements."""
    today = timezone.localdate(now)
    since = now - timedelta(days=_TOLD_FOR)
    asked = Prefetch("extensions", OrderExtension.objects.filter(state=ExtensionState.ASKED), to_attr="asked")
    slips = list(
        OrderUnit.objects.open()
        .select_related("order__task__sponsor", "unit__successor__successor")
        .prefetch_related(asked, "answers")
    )
    whom = Whom({heir(slip.unit).pk for slip in slips}, today)
    office = _offices({slip.order.division_id for slip in slips}, today)
    for slip in slips:
        sponsor = slip.order.task.sponsor if slip.order.task else None
        unit = heir(slip.unit).pk
        told = office.get(slip.order.division_id, ())
        answers = list(slip.answers.all())
        if slip.state in AT_UNIT:
            if slip.state == OrderState.RETURNED and answers and (answers[-1].decided_at or now) > since:
                yield _reminder("order-returned", slip, f"{answers[-1].pk}", whom(_UNIT, unit))
            elif slip.state == OrderState.ISSUED and slip.order.issued_at > since:
                yield _reminder("order-sent", slip, f"{slip.pk}", whom(_UNIT, unit))
            left = (slip.answer_by - today).days
            if 0 <= left <= _AHEAD[0]:
                step = _AHEAD[0] if left > _AHEAD[1] else _AHEAD[1]
                days = f"还有{left}天" if left else "今天"
                yield _reminder("order-due", slip, f"{slip.pk}:{slip.answer_by:%Y%m%d}:{step}", whom(_UNIT, unit), days)
            elif -_TOLD_FOR <= left < 0:
                people = (*whom(_HEAD, unit, sponsor), *told)
                yield _reminder("order-late", slip, f"{slip.pk}:{slip.answer_by:%Y%m%d}", people)
        elif answers and answers[-1].answered_at > since:
            yield _reminder("order-answered", slip, f"{answers[-1].pk}", told)
        for one in slip.asked:  # type: ignore[attr-defined]
            yield _reminder("order-extension", slip, f"{one.pk}", told)
    letters = OrderLetter.objects.filter(sent_at__gt=since).select_related("leader", "order")
    by_order = {slip.order_id: slip for slip in slips}
    for letter in letters:
        if letter.order_id in by_order:
            yield _reminder("order-letter", by_order[letter.order_id], f"{letter.pk}", (letter.leader,))


def _offices(divisions: set[int], today: date) -> dict[int, tuple[Person, ...]]:
    found: dict[int, tuple[Person, ...]] = {}
    posts = Post.objects.held(today).filter(
        role=Role.SUPERVISION_OFFICE, division__in=divisions, person__is_active=True
    )
    for post in posts.select_related("person"):
        found[post.division_id] = (*found.get(post.division_id, ()), post.person)
    return found


def _reminder(rule: str, slip: OrderUnit, key: str, people: tuple[Person, ...], days: str = "") -> Reminder:
    order = slip.order
    due = slip.due_on if slip.state == OrderState.ANSWERED and slip.due_on else slip.answer_by
    said = SAY[rule].format(
        level=order.get_level_display(),
        number=order.number,
        title=order.title[:100],
        unit=heir(slip.unit),
        sign=_day(slip.sign_by),
        due=_day(due),
        days=days,
    )
    return Reminder(
        rule=rule,
        key=f"{rule}:{key}",
        subject=f"supervision.order:{slip.pk}",
        sentence=said,
        link=reverse("supervision:order", args=[order.pk]),
        people=tuple(dict.fromkeys(people)),
    )


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


#: The states in which a reminder still holds, by its rule; those that are not named hold while the unit moves next.
_STILL: dict[str, tuple[str, ...]] = {
    "order-sent": (OrderState.ISSUED,),
    "order-returned": (OrderState.RETURNED,),
    "order-answered": (OrderState.ANSWERED,),
}


def still(items: list[NoticeItem]) -> set[int]:
    """Return which items are still to be done; two statements."""
    numbers = {_number(item) for item in items}
    states = dict(OrderUnit.objects.filter(pk__in=numbers).values_list("pk", "state"))
    asked = set(
        OrderExtension.objects.filter(slip__in=numbers, state=ExtensionState.ASKED).values_list("slip_id", flat=True)
    )
    return {
        item.pk
        for item in items
        if (
            _number(item) in asked
            if item.rule == "order-extension"
            else states.get(_number(item), "") in _STILL.get(item.rule, AT_UNIT)
        )
    }


def _number(item: NoticeItem) -> int:
    return int(item.subject.rpartition(":")[2])


SOURCE = Source("supervision.order", matters, still)
