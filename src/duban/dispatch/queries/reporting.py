"""Where a unit's people stand: the rounds that ask them, and what waits for their head."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Q

from duban.dispatch.models import Report, Round
from duban.dispatch.queries.grid import Line, lines
from duban.dispatch.states import ReportState
from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit

#: So many rounds that are over are offered; older ones are reached by their task.
_PAST = 24


@dataclass(frozen=True)
class Asked:
    """A round and a unit that it asks, and how many of its reports are in which state."""

    round: Round
    unit: Unit
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many reports there are."""
        return sum(self.counts.values())

    @property
    def to_fill(self) -> int:
        """How many wait for a liaison."""
        return self.counts.get(ReportState.OPEN, 0) + self.counts.get(ReportState.RETURNED, 0)

    @property
    def returned(self) -> int:
        """How many the office returned."""
        return self.counts.get(ReportState.RETURNED, 0)

    @property
    def to_sign(self) -> int:
        """How many wait for the unit's head."""
        return self.counts.get(ReportState.AWAITING_SIGN_OFF, 0)

    @property
    def to_do(self) -> bool:
        """Whether something waits for the unit."""
        return bool(self.returned or self.to_sign or (self.round.may_report and self.to_fill))


def asked(person: Person) -> list[Asked]:
    """Return the rounds that ask the person's units: what is to be filled in first, by due time, then what waits to be signed, then what is done, newest first."""
    names = {unit.pk: unit for unit in access_of(person).units("dispatch.report")}
    found: dict[tuple[int, int], dict[str, int]] = {}
    rows = (
        Report.objects.filter(unit__in=names)
        .exclude(state=ReportState.VOID)
        .order_by()
        .values_list("round", "unit", "state")
        .annotate(number=Count("pk"))
    )
    for round, unit, state, number in rows:
        found.setdefault((round, unit), {})[state] = number
    rounds = Round.objects.select_related("schedule", "ledger").in_bulk([round for round, _ in found])
    every = [Asked(rounds[round], names[unit], counts) for (round, unit), counts in found.items()]
    waiting = sorted(
        (one for one in every if one.to_do), key=lambda one: (not one.to_fill, one.round.due_at, one.unit.order)
    )
    done = sorted((one for one in every if not one.to_do), key=lambda one: one.round.period_end, reverse=True)
    return [*waiting, *done[:_PAST]]


def to_sign(person: Person) -> list[tuple[Round, Unit, list[Line]]]:
    """Return what waits for the sign-off of `person`, by round and unit."""
    names = {unit.pk: unit for unit in access_of(person).units("dispatch.sign_off")}
    waiting = Q(unit__in=names, state=ReportState.AWAITING_SIGN_OFF)
    pairs = Report.objects.filter(waiting).order_by("round__due_at", "unit").values_list("round", "unit").distinct()
    found = []
    rounds = Round.objects.select_related("schedule", "ledger").in_bulk([round for round, _ in pairs])
    for round_id, unit_id in pairs:
        round, unit = rounds[round_id], names[unit_id]
        waits = [line for line in lines(round, unit, person) if line.report.state == ReportState.AWAITING_SIGN_OFF]
        found.append((round, unit, waits))
    return found
