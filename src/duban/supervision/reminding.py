"""What there is to remind of on matters: given to a unit, returned, soon due, missed, answered, more time asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from duban.dispatch.models import NoticeItem
from duban.dispatch.reminders.people import Whom
from duban.dispatch.reminders.sources import Matter as Reminder
from duban.dispatch.reminders.sources import Source
from duban.organisations.models import Person, Post, Unit
from duban.organisations.roles import Role
from duban.supervision.models import Matter, MatterExtension, MatterMark, MatterStep
from duban.supervision.reaching import heir
from duban.supervision.states.matters import ExtensionState, MatterState, StepState

#: What each reminder says, by its rule.
SAY = {
    "matter-given": "“{title}”交{unit}办理：{step}，{due}到期。",
    "matter-again": "“{title}”退回{unit}重办，{due}到期。",
    "matter-due": "“{title}”的“{step}”还有{days}天到期（{due}），由{unit}办。",
    "matter-missed": "“{title}”的“{step}”已逾期，由{unit}办。{say}",
    "matter-review": "“{title}”的“{step}”等督查室办，{due}到期。",
    "matter-extension": "“{title}”申请延期{more}，等审批。",
}
#: What happened is told of for so many days, were the job away that long; a day before a limit for so many.
_TOLD_FOR, _AFTER = 5, 2
#: A limit is told of at most so many days ahead.
_AHEAD = 60
_OFFICE = "office"


def matters(now: datetime) -> Iterator[Reminder]:
    """Yield what there is to remind of at `now`; a bounded number of statements."""
    today = timezone.localdate(now)
    since = now - timedelta(days=_TOLD_FOR)
    running = MatterStep.objects.filter(
        state=StepState.RUNNING, matter__state__in=(MatterState.IN_PROGRESS, MatterState.ANSWERED)
    ).select_related("matter__instructed_by", "unit__successor__successor")
    begun = list(running.filter(started_at__gt=since).order_by("matter_id", "due_on", "order"))
    soon = list(running.filter(pk__in=_soon(today)))
    marks = list(
        MatterMark.objects.filter(withdrawn=False, on__range=(today - timedelta(days=_TOLD_FOR), today))
        .filter(step__state=StepState.RUNNING)
        .select_related("step__matter__instructed_by", "step__unit__successor__successor")
    )
    asked = list(MatterExtension.objects.filter(state=ExtensionState.ASKED).select_related("step__matter"))
    steps = [*begun, *soon, *(mark.step for mark in marks)]
    whom = Whom({now_is(step.unit).pk for step in steps if step.unit}, today)
    office = _offices({step.matter.division_id for step in [*steps, *(one.step for one in asked)]}, today)

    def people(to: Iterable[str], step: MatterStep) -> tuple[Person, ...]:
        found: list[Person] = []
        for who in to:
            if who == _OFFICE:
                found += office[step.matter.division_id]
            elif step.unit:
                found += whom([who], now_is(step.unit).pk, step.matter.instructed_by if who == "leader" else None)
        return tuple(dict.fromkeys(found))

    given: set[tuple[int, int, int | None]] = set()
    for step in begun:
        place = (step.matter_id, step.round, step.unit_id)
        if step.unit is None:
            yield _reminder("matter-review", step, f"{step.pk}", people([_OFFICE], step))
        elif place not in given:
            given.add(place)
            assert step.started_at
            assert step.matter.assigned_at
            rule = "matter-again" if step.started_at > step.matter.assigned_at else "matter-given"
            yield _reminder(rule, step, f"{step.matter_id}:{step.round}:{step.unit_id}", people(_UNIT, step))
    for step in soon:
        assert step.due_on
        days = (step.due_on - today).days
        key = f"{step.pk}:{step.due_on:%Y%m%d}:{_which(step.remind, days)}"
        yield _reminder("matter-due", step, key, people(_UNIT if step.unit else [_OFFICE], step), days=days)
    for mark in marks:
        yield _reminder("matter-missed", mark.step, f"{mark.pk}", people(mark.notify, mark.step), say=mark.say)
    for one in asked:
        told = tuple(office[one.step.matter.division_id])
        yield _reminder("matter-extension", one.step, f"{one.pk}", told, more=one.words)


_UNIT = ("liaison", "unit_head")


def now_is(unit: Unit) -> Unit:
    """Return the unit that acts for `unit` today."""
    return heir(unit)


def _soon(today: date) -> list[int]:
    """Return the steps that their scheme reminds of today, or did in the last days."""
    ahead = MatterStep.objects.filter(
        state=StepState.RUNNING, due_on__range=(today + timedelta(days=1), today + timedelta(days=_AHEAD))
    ).exclude(remind=[])
    return [
        pk
        for pk, due_on, remind in ahead.values_list("pk", "due_on", "remind")
        if due_on and _which(remind, (due_on - today).days)
    ]


def _which(remind: list[int], days: int) -> int:
    """Return for which of the days before a limit it is time with `days` left; 0 for none."""
    return next((one for one in sorted(remind) if 0 <= one - days <= _AFTER), 0)


def _offices(divisions: set[int], today: date) -> dict[int, list[Person]]:
    found: dict[int, list[Person]] = defaultdict(list)
    posts = Post.objects.held(today).filter(
        role=Role.SUPERVISION_OFFICE, division__in=divisions, person__is_active=True
    )
    for post in posts.select_related("person"):
        found[post.division_id].append(post.person)
    return found


def _reminder(rule: str, step: MatterStep, key: str, people: tuple[Person, ...], **words: object) -> Reminder:
    matter, due = step.matter, step.due_on
    day = f"{due.month}月{due.day}日" if due else ""
    said = SAY[rule].format(title=matter.title[:100], step=step.title, unit=step.unit or "督查室", due=day, **words)
    return Reminder(
        rule=rule,
        key=f"{rule}:{key}",
        subject=f"supervision.matter:{matter.pk}",
        sentence=said,
        link=reverse("supervision:matter", args=[matter.pk]),
        people=people,
    )


def still(items: list[NoticeItem]) -> set[int]:
    """Return which items are still to be done: those whose matter is open, and waits for a unit where they told one."""
    numbers = {_number(item) for item in items}
    open_ones = dict(Matter.objects.filter(pk__in=numbers).filter(~Q(due_on=None)).values_list("pk", "state"))
    office = {"matter-review": MatterState.ANSWERED}
    return {
        item.pk
        for item in items
        if _number(item) in open_ones and open_ones[_number(item)] == office.get(item.rule, MatterState.IN_PROGRESS)
    }


def _number(item: NoticeItem) -> int:
    return int(item.subject.rpartition(":")[2])


SOURCE = Source("supervision.matter", matters, still)
