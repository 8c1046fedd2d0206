"""Talks (约谈): planned, held with what was said and promised, or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person, Unit
from duban.plans.models import Task
from duban.supervision import states
from duban.supervision.actions.matters import register
from duban.supervision.models import Order, Talk, TalkPromise
from duban.supervision.models.matters import MatterSource
from duban.supervision.pressing.refusals import ReasonNeeded, WrongDay
from duban.supervision.states.orders import TalkState


@dataclass(frozen=True)
class Promise:
    """What was promised, and by when."""

    text: str
    due: date


@action
def plan(
    *,
    unit: Unit,
    people: str,
    subject: str,
    planned_for: date,
    held_by: str,
    by: Person,
    place: str = "",
    order: Order | None = None,
    task: Task | None = None,
    at: datetime | None = None,
) -> Talk:
    """Plan a talk with the people of a unit. Raises `ReasonNeeded`, `WrongDay` for a day that is over."""
    at = at or timezone.now()
    require(by, "supervision.run", division=unit.division)
    for text, what in ((people, "约谈对象"), (subject, "约谈事由"), (held_by, "约谈人")):
        if not text.strip():
            raise ReasonNeeded("安排约谈", what)
    if planned_for < timezone.localdate(at):
        raise WrongDay("约谈日期已经过了，请改正日期。没有安排。")
    talk = Talk.objects.create(
        division=unit.division,
        unit=unit,
        people=people.strip(),
        subject=subject.strip(),
        planned_for=planned_for,
        held_by=held_by.strip(),
        place=place.strip(),
        order=order,
        task=task or (order.task if order else None),
        planned_at=at,
        planned_by=by,
    )
    record(
        "supervision.plan_talk",
        by=by,
        subject=talk,
        after={"people": talk.people, "planned_for": planned_for, "held_by": talk.held_by},
        division=talk.division.code,
    )
    return talk


def _locked(talk: Talk) -> Talk:
    return (
        Talk.objects.select_for_update(of=("self",)).select_related("division", "unit", "task__ledger").get(pk=talk.pk)
    )


def _closed(talk: Talk, state: str, by: Person, at: datetime) -> None:
    talk.state, talk.closed_at, talk.closed_by = state, at, by
    talk.save()


@action
def hold(*, talk: Talk, notes: str, by: Person, promises: Sequence[Promise] = (), at: datetime | None = None) -> Talk:
    """Record that a talk was held, and register what was promised as matters. The same notes sent twice are one record.

    Raises `ReasonNeeded`, `WrongDay` for a promise whose day is over, `WrongState`.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    talk = _locked(talk)
    require(by, "supervision.run", division=talk.division)
    if talk.state == TalkState.HELD and (talk.closed_by_id, talk.notes) == (by.pk, notes.strip()):
        return talk
    state = states.check("talk", "hold", talk.state, thing=f"“{talk}”")
    if not notes.strip():
        raise ReasonNeeded("记录约谈", "谈话情况")
    if talk.planned_for > today:
        raise WrongDay(
            f"约谈安排在{talk.planned_for.month}月{talk.planned_for.day}日，还没有到。提前谈的，请取消后另行安排。"
        )
    for promise in promises:
        if promise.due < today:
            raise WrongDay(f"“{promise.text}”的完成期限已经过了，请改正日期。没有保存。")
    talk.notes = notes.strip()
    _closed(talk, state, by, at)
    for promise in promises:
        matter = register(
            division=talk.division,
            source=MatterSource.PROMISE,
            title=promise.text,
            text=f"{talk.planned_for.year}年{talk.planned_for.month}月{talk.planned_for.day}日约谈{talk.unit.name}（{talk.people}）时承诺。",
            received_on=today,
            source_name=f"约谈{talk.unit.name}"[:200],
            source_person=talk.people[:100],
            own_due=promise.due,
            task=talk.task,
            by=by,
            at=at,
        )
        TalkPromise.objects.create(talk=talk, text=promise.text, due=promise.due, matter=matter)
    record(
        "supervision.hold_talk",
        by=by,
        subject=talk,
        after={"notes": talk.notes, "promises": [f"{one.text}（{one.due}）" for one in promises]},
        division=talk.division.code,
    )
    return talk


@action
def cancel(*, talk: Talk, reason: str, by: Person, at: datetime | None = None) -> Talk:
    """Cancel a talk that has not been held, with a reason."""
    talk = _locked(talk)
    require(by, "supervision.run", division=talk.division)
    if talk.state == TalkState.CANCELLED:
        return talk
    state = states.check("talk", "cancel", talk.state, thing=f"“{talk}”")
    if not reason.strip():
        raise ReasonNeeded("取消约谈")
    talk.reason = reason.strip()
    _closed(talk, state, by, at or timezone.now())
    record("supervision.cancel_talk", by=by, subject=talk, after={"reason": talk.reason}, division=talk.division.code)
    return talk
