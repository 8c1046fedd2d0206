"""The clocks of all matters together: what is missed every night, and what is counted anew when the calendar changes.

Matters are taken a batch at a time, each batch in a transaction of its own: a run that is killed leaves whole batches done
and the rest undone, and the next run does the rest. What is there already is not done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from duban.audit.trail import SYSTEM, Actor, action, record
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Division, Person
from duban.supervision.actions.clock import Clock, office_day, recount
from duban.supervision.clocks import files
from duban.supervision.clocks.running import consequences
from duban.supervision.clocks.scheme import Missed
from duban.supervision.models import Matter, MatterMark, MatterStep
from duban.supervision.states.matters import MatterState, StepState

#: So many matters are done in one transaction.
BATCH = 2000


def nightly(now: datetime | None = None) -> int:
    """Do what the schemes say about missed steps, and let pauses that are over end; return how many marks were made.

    The job calls it; any number of runs on one day do what one does.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    over = Matter.objects.filter(paused_until__lte=today).order_by("pk").values_list("pk", flat=True)
    for batch in _batches(over):
        wake(matters=batch, by=SYSTEM, now=now)
    late = MatterStep.objects.filter(state=StepState.RUNNING, due_on__lt=today).order_by("matter_id")
    return sum(
        mark(matters=batch, by=SYSTEM, now=now)
        for batch in _batches(late.values_list("matter_id", flat=True).distinct())
    )


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(list(numbers))
    while batch := list(islice(rest, BATCH)):
        yield batch


def _hold(matters: list[int]) -> None:
    """Hold the matters until the action is over, in one order, so that two runs do not wait for each other."""
    list(Matter.objects.select_for_update().filter(pk__in=matters).order_by("pk").values_list("pk", flat=True))


@action
def mark(*, matters: list[int], by: Actor, now: datetime) -> int:
    """Mark the missed steps of some matters with what their scheme says; return how many marks are new."""
    today = timezone.localdate(now)
    _hold(matters)
    late = MatterStep.objects.filter(matter__in=matters, state=StepState.RUNNING, due_on__lt=today)
    steps = [(pk, due_on, missed) for pk, due_on, missed in late.values_list("pk", "due_on", "missed") if due_on]
    there = set(MatterMark.objects.filter(step__in=late.values("pk"), withdrawn=False).values_list("step_id", "after"))
    made = [
        MatterMark(
            step_id=pk,
            after=one.after,
            # The day on which it followed, however late the run came.
            on=due_on + timedelta(days=one.after + 1),
            due_on=due_on,
            say=one.say,
            do=list(one.do),
            notify=list(one.notify),
        )
        for pk, due_on, missed in steps
        for one in consequences((Missed(**row) for row in missed), due_on, today)
        if (pk, one.after) not in there
    ]
    MatterMark.objects.bulk_create(made, batch_size=2000)
    if made:
        record("supervision.run_clock", by=by, name="督查事项逾期", after={"marks": len(made), "matters": len(matters)})
    return len(made)


@action
def wake(*, matters: list[int], by: Actor, now: datetime) -> None:
    """Let matters whose pause is over wait for whoever moves next."""
    _hold(matters)
    found = list(Matter.objects.filter(pk__in=matters))
    for one in found:
        one.paused_until = None
    keep(found)
    record("supervision.run_clock", by=by, name="暂停到期", after={"woken": matters})


def keep(matters: list[Matter]) -> None:
    """Set and save who moves next on matters that are not paused, and by when: two statements."""
    steps = MatterStep.objects.filter(matter=OuterRef("pk"), round=OuterRef("round"), state=StepState.RUNNING)
    first = steps.order_by("due_on", "order", "pk")
    rows = Matter.objects.filter(pk__in=[one.pk for one in matters]).annotate(
        next_unit=Subquery(first.values("unit")[:1]), next_day=Subquery(first.values("due_on")[:1])
    )
    next_ones = {pk: (unit, day) for pk, unit, day in rows.values_list("pk", "next_unit", "next_day")}
    for one in matters:
        unit, day = next_ones[one.pk]
        if day is not None and one.paused_until is None:
            one.waits_for_id, one.due_on = unit, day
    Matter.objects.bulk_update(matters, ["waits_for", "due_on", "paused_until"], batch_size=1000)


@action
def count_anew(*, division: Division, day: date, reason: str, by: Person, at: datetime | None = None) -> int:
    """Count the open steps of a division anew whose time has the changed `day` in it; return how many matters moved.

    Steps that end on a day of the year or of the paper stay. Why a day moved is kept with the step.
    """
    at = at or timezone.now()
    calendar = calendar_of(division)
    begun = timezone.make_aware(datetime.combine(day, time.max))
    steps = MatterStep.objects.filter(
        matter__division=division, state=StepState.RUNNING, fixed_on=None, started_at__lte=begun, due_on__gte=day
    ).exclude(limit_unit="hours")
    _hold(list(steps.values_list("matter_id", flat=True).distinct()))
    rows = list(steps.select_related("matter").prefetch_related("matter__pauses"))
    clocks = {row.matter_id: Clock(row.matter, calendar) for row in rows}
    moved = recount([(clocks[row.matter_id], row) for row in rows], reason=reason, at=at, person=by)
    keep([clocks[pk].matter for pk in moved])
    _decide_anew(division, day)
    if moved:
        after = {"reason": reason, "matters": len(moved)}
        record("supervision.count_anew", by=by, subject=division, after=after, division=division.code)
    return len(moved)


def _decide_anew(division: Division, day: date) -> None:
    """Count anew by when the office decides on matters and assigns them."""
    waiting = list(
        Matter.objects.filter(division=division, due_on__gte=day)
        .filter(state__in=(MatterState.REGISTERED, MatterState.APPROVED))
        .select_related("division")
    )
    for one in waiting:
        asks = files.sources()[one.source]
        limit, start = (asks.assign, one.approved_at) if one.approved_at else (asks.decide, one.registered_at)
        one.due_on = office_day(one, limit, start)
    Matter.objects.bulk_update(waiting, ["due_on"], batch_size=1000)
