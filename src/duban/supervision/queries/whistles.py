"""Whistles: those of a town, the calls that a department owes, how they are answered and rated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Avg, Count, Prefetch, Q
from django.utils import timezone

from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit
from duban.plans.queries.desk import SHOWN, Item, Link, Part, address
from duban.plans.queries.gates import if_any
from duban.supervision.models import Issue, Whistle, WhistleCall
from duban.supervision.reaching import heirs, within
from duban.supervision.states.whistles import CallState


@dataclass(frozen=True)
class Called:
    """A call, and what the person may do with it."""

    call: WhistleCall
    left: str
    late: bool
    answers: bool
    rates: bool


@dataclass(frozen=True)
class Blown:
    """A whistle with its calls."""

    whistle: Whistle
    calls: list[Called]

    @property
    def open(self) -> bool:
        """Whether a call still waits for somebody."""
        return any(one.call.state in (CallState.CALLED, CallState.ANSWERED) for one in self.calls)


@dataclass(frozen=True)
class Record:
    """How a department answered: how many calls, how many late, and its mean rating."""

    unit: Unit
    calls: int
    waiting: int
    late: int
    stars: float | None


def seen(person: Person) -> list[Whistle]:
    """Return the whistles about issues that `person` sees, the newest first."""
    calls = Prefetch("calls", WhistleCall.objects.select_related("unit__successor"))
    found = Whistle.objects.filter(issue__in=Issue.objects.visible_to(person).order_by().values("pk"))
    return list(
        found.select_related("issue", "unit__division", "unit__successor", "blown_by").prefetch_related(calls)[:200]
    )


def blown(whistle: Whistle, person: Person, now: datetime) -> Blown:
    """Return a whistle with what `person` may do with each of its calls."""
    access, division = access_of(person), whistle.unit.division
    town = access.may("supervision.answer", division=division, units=heirs(whistle.unit))
    calls = []
    for call in whistle.calls.all():
        own = access.may("supervision.answer", division=division, units=heirs(call.unit))
        late = call.late or (call.state == CallState.CALLED and now > call.due_at)
        calls.append(
            Called(
                call,
                _left(call, now),
                late,
                own and call.state == CallState.CALLED,
                town and call.state == CallState.ANSWERED,
            )
        )
    return Blown(whistle, calls)


def _left(call: WhistleCall, now: datetime) -> str:
    if call.state != CallState.CALLED:
        return ""
    hours = int((call.due_at - now).total_seconds() // 3600)
    words = f"{abs(hours) // 24}天{abs(hours) % 24}小时" if abs(hours) >= 24 else f"{abs(hours)}小时"
    return f"逾时{words}" if hours < 0 else f"还有{words}"


def records(person: Person) -> list[Record]:
    """Return how each department answered the calls that `person` sees, the worst first; two statements."""
    calls = WhistleCall.objects.filter(whistle__issue__in=Issue.objects.visible_to(person).order_by().values("pk"))
    calls = calls.exclude(state=CallState.CANCELLED)
    over = Q(state=CallState.CALLED, due_at__lt=timezone.now())
    rows = list(
        calls.order_by()
        .values("unit")
        .annotate(
            number=Count("pk"),
            waiting=Count("pk", filter=Q(state=CallState.CALLED)),
            overdue=Count("pk", filter=Q(late=True) | over),
            mean=Avg("stars"),
        )
        .order_by("-overdue", "mean", "-number")
    )
    units = Unit.objects.in_bulk([row["unit"] for row in rows])
    return [Record(units[row["unit"]], row["number"], row["waiting"], row["overdue"], row["mean"]) for row in rows]


def waiting(person: Person, today: date) -> list[Part]:
    """Return the calls that the person's unit has to answer, and those that it has to rate."""
    units = access_of(person).reach("supervision.answer").units
    if not units:
        return []
    owed = WhistleCall.objects.filter(within("unit", units), state=CallState.CALLED)
    to_rate = WhistleCall.objects.filter(within("whistle__unit", units), state=CallState.ANSWERED)
    found = []
    for title, rows, verb in (("吹哨：要去报到", owed, "报到"), ("吹哨：要评价", to_rate, "评价")):
        rows = if_any(person, "supervision.calls", rows)
        first = list(rows.select_related("whistle__issue", "whistle__unit", "unit").order_by("due_at")[: SHOWN + 1])
        items = [
            Item(
                call.whistle.issue.title,
                address("supervision:whistle", call.whistle_id),
                verb,
                f"{call.whistle.unit}吹哨" if verb == "报到" else f"{call.unit}已报到",
                due=timezone.localdate(call.due_at) if verb == "报到" else None,
                since=None if verb == "报到" else timezone.localdate(call.answered_at),
            )
            for call in first[:SHOWN]
        ]
        total = rows.count() if len(first) > SHOWN else len(first)
        found.append(Part(title, items, total, [Link("全部吹哨", address("supervision:whistles"))] if items else []))
    return found
