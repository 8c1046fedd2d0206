"""The clock of a matter within an action: steps are made, started, counted anew and dropped, and what is next is kept.

Nothing here is an action of its own: whoever acts calls these before the matter is saved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property, lru_cache

from django.db.models import QuerySet
from django.utils import timezone

from duban.organisations.calendar import Calendar
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Person, Unit
from duban.supervision.clocks import files
from duban.supervision.clocks.counting import Counted, Limit, Pause, due
from duban.supervision.clocks.running import count, day_of, end_of, starts_at
from duban.supervision.clocks.scheme import ClockScheme, Step
from duban.supervision.models import (
    Matter,
    MatterExtension,
    MatterMark,
    MatterMove,
    MatterPause,
    MatterStep,
    MatterUnit,
)
from duban.supervision.states import check
from duban.supervision.states.matters import ExtensionState, MatterState, StepState

_OPEN = (StepState.WAITING, StepState.RUNNING)


@lru_cache(maxsize=64)
def scheme_in(text: str, name: str) -> ClockScheme:
    """Return the scheme in a matter's own text; each text is read once."""
    return files.read(text, name)


@dataclass
class Clock:
    """What a matter's steps are counted with."""

    matter: Matter
    #: Given where many matters are counted with one.
    calendar_given: Calendar | None = None

    @cached_property
    def scheme(self) -> ClockScheme:
        """The scheme as it was when the matter was assigned."""
        return scheme_in(self.matter.scheme_text, self.matter.scheme)

    @cached_property
    def calendar(self) -> Calendar:
        """The division's calendar."""
        return self.calendar_given or calendar_of(self.matter.division)

    @cached_property
    def pauses(self) -> list[Pause]:
        """The matter's pauses; one that goes on is taken to end on its day."""
        return [pause_of(row) for row in self.matter.pauses.all()]

    @cached_property
    def end(self) -> tuple[date, str] | None:
        """The day by which the scheme wants the matter over, whatever its limits."""
        return end_of(self.scheme.end, self.matter.received_on)

    def counted(self, row: MatterStep) -> Counted:
        """Return when a step that runs is due."""
        assert row.started_at
        return count(
            row.limit,
            row.fixed_on,
            timezone.localtime(row.started_at),
            self.calendar,
            pauses=self.pauses if row.pausable else (),
            end=self.end,
            words=row.fixed_words,
        )

    def wind(
        self,
        *,
        at: datetime,
        lead: Unit,
        supports: Iterable[Unit] = (),
        acts: Collection[str] | None = None,
        limits: Mapping[str, Limit] | None = None,
    ) -> None:
        """Make the steps of a new round that begins at `at`; `acts` narrows them, `limits` replaces those of some acts."""
        self.matter.round += 1
        MatterStep.objects.bulk_create(self.steps(at=at, lead=lead, supports=supports, acts=acts, limits=limits))

    def steps(
        self,
        *,
        at: datetime,
        lead: Unit,
        supports: Iterable[Unit] = (),
        acts: Collection[str] | None = None,
        limits: Mapping[str, Limit] | None = None,
    ) -> list[MatterStep]:
        """Return the steps of the matter's round, not saved; the arguments are those of :meth:`wind`."""
        units: dict[str, list[Unit | None]] = {"office": [None], "lead": [lead], "support": list(supports)}
        rows: list[MatterStep] = []
        received = self.matter.received_on if acts is None else timezone.localdate(at)
        for order, step in enumerate(self.scheme.steps):
            if acts is not None and step.act not in acts:
                continue
            for unit in units[step.who]:
                row = self._row(step, order, unit, at, (limits or {}).get(step.act))
                if row is None:
                    continue
                start = starts_at(step, received, timezone.localtime(at), {})
                if start is not None:
                    self._start(row, start)
                rows.append(row)
        return rows

    def _row(self, step: Step, order: int, unit: Unit | None, at: datetime, given: Limit | None) -> MatterStep | None:
        matter = self.matter
        row = MatterStep(
            matter=matter,
            round=matter.round,
            order=order,
            name=step.name,
            title=step.title,
            act=step.act,
            who=step.who,
            unit=unit,
            after=step.after,
            before=step.before,
            pausable=step.pausable,
            remind=list(step.remind),
            missed=[
                {"after": one.after, "say": one.say, "do": list(one.do), "notify": list(one.notify)}
                for one in step.missed
            ],
        )
        today = timezone.localdate(at)
        if given is not None:
            row.limit_number, row.limit_unit = given.number, given.unit
        elif step.act == "answer" and matter.own_due:
            row.fixed_on, row.fixed_words, row.pausable = matter.own_due, "来文要求的期限", False
        elif step.on:
            row.fixed_on, row.fixed_words = day_of(today.year, step.on), "办法定在这一天"
            row.pausable = False
            if row.fixed_on < today:
                return None
        else:
            limit = step.limit(matter.urgency)
            assert limit is not None
            row.limit_number, row.limit_unit = limit.number, limit.unit
        return row

    def _start(self, row: MatterStep, start: datetime) -> None:
        row.started_at = start
        counted = self.counted(row)
        row.due_at, row.due_on, row.counted = counted.due, counted.day, counted.how[:500]
        row.state = StepState.RUNNING

    def rows(self) -> QuerySet[MatterStep]:
        """Return the steps of the running round."""
        return self.matter.steps.filter(round=self.matter.round)

    def do(self, row: MatterStep, *, at: datetime, person: Person, note: str = "") -> None:
        """Have a step done, and those that wait for it start."""
        row.state = check("matter_step", "do", row.state, thing=f"“{row.title}”")
        row.done_at, row.done_by = at, person
        row.late = bool(row.due_at and at > row.due_at)
        row.note = note
        row.save(update_fields=["state", "done_at", "done_by", "late", "note"])
        self._no_more_time([row.pk], at=at, person=person)
        waiting = list(self.rows().filter(after=row.name, state=StepState.WAITING))
        for next_row in waiting:
            self._start(next_row, timezone.localtime(at))
            next_row.save(update_fields=["state", "started_at", "due_at", "due_on", "counted"])

    def let_go(self, *, at: datetime, person: Person, reason: str, **which: object) -> None:
        """Have open steps not be done any more; those that are over their day stay late."""
        rows = self.matter.steps.filter(state__in=_OPEN, **which)
        numbers = list(rows.values_list("pk", flat=True))
        rows.filter(due_on__lt=timezone.localdate(at)).update(late=True)
        MatterStep.objects.filter(pk__in=numbers).update(state=StepState.VOID, note=reason)
        self._no_more_time(numbers, at=at, person=person)

    def _no_more_time(self, steps: list[int], *, at: datetime, person: Person) -> None:
        # A request for more time on a step that is over would wait for ever.
        MatterExtension.objects.filter(step__in=steps, state=ExtensionState.ASKED).update(
            state=ExtensionState.REFUSED, decided_at=at, decided_by=person, decision="这一步已经办完，不再需要"
        )

    def recount(self, *, reason: str, at: datetime, person: Person | None) -> None:
        """Count the steps that run anew, and note which days moved, and why."""
        rows = list(self.matter.steps.filter(state=StepState.RUNNING))
        recount([(self, row) for row in rows], reason=reason, at=at, person=person)

    def keep(self, *, at: datetime) -> None:
        """Set who moves next on the matter and by when; the caller saves it.

        A matter that is paused waits for the office to resume it by the day named.
        """
        matter, today = self.matter, timezone.localdate(at)
        running = [
            pause
            for pause in matter.pauses.filter(resumed_at=None, until__gt=today)
            if matter.state in (MatterState.IN_PROGRESS, MatterState.ANSWERED)
        ]
        matter.paused_until = max((pause.until for pause in running), default=None)
        if matter.paused_until:
            matter.waits_for, matter.due_on = None, matter.paused_until
            return
        first = (
            self.rows().filter(state=StepState.RUNNING).select_related("unit").order_by("due_on", "order", "pk").first()
        )
        if first is not None:
            matter.waits_for, matter.due_on = first.unit, first.due_on


def recount(rows: list[tuple[Clock, MatterStep]], *, reason: str, at: datetime, person: Person | None) -> set[int]:
    """Count steps anew and note which days moved, and why; four statements however many there are.

    What followed from an earlier day did not happen where the day is later now. Return the matters whose days moved.
    """
    changed: list[MatterStep] = []
    moves: list[MatterMove] = []
    for clock, row in rows:
        was, counted = row.due_on, clock.counted(row)
        assert was
        if counted.due == row.due_at and counted.how[:500] == row.counted:
            continue
        row.due_at, row.due_on, row.counted = counted.due, counted.day, counted.how[:500]
        changed.append(row)
        if counted.day != was:
            moves.append(MatterMove(step=row, was=was, now=counted.day, reason=reason[:300], at=at, by=person))
    MatterStep.objects.bulk_update(changed, ["due_at", "due_on", "counted", "extra"], batch_size=1000)
    MatterMove.objects.bulk_create(moves, batch_size=1000)
    later = {move.step_id: move.now for move in moves if move.now > move.was}
    marks = MatterMark.objects.filter(step__in=later, withdrawn=False)
    over = [mark.pk for mark in marks if (mark.on - later[mark.step_id]).days <= mark.after]
    MatterMark.objects.filter(pk__in=over).update(withdrawn=True)
    return {move.step.matter_id for move in moves}


def pause_of(row: MatterPause) -> Pause:
    """Return a pause as clocks count it."""
    until = timezone.make_aware(datetime.combine(row.until, time()))
    ended = min(row.resumed_at, until) if row.resumed_at else until
    return Pause(timezone.localtime(row.started_at), timezone.localtime(ended))


def office_day(matter: Matter, limit: Limit, start: datetime) -> date:
    """Return by when the office decides or assigns."""
    return due(timezone.localtime(start), limit, calendar_of(matter.division)).day


def lead_of(matter: Matter) -> MatterUnit | None:
    """Return the unit that leads the matter now."""
    found = matter.units.filter(released_at=None, part=MatterUnit.Part.LEAD)
    return found.select_related("unit__successor").first()


SAVED = [
    *("state", "waits_for", "due_on", "paused_until", "round", "seconds", "scheme", "scheme_text"),
    *("assigned_at", "own_due", "grade", "closed_at", "closing_reason"),
    *("approved_at", "approved_by", "approved_by_name", "approval_basis"),
]
