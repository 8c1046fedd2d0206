"""Polls for the list, their page, and the workbench."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Avg, Count, Max, Min, Q, QuerySet
from django.utils import timezone

from duban.assessment.models import Invitation, Mark, Poll
from duban.assessment.models.polls import FEWEST
from duban.organisations.access import access_of
from duban.organisations.models import Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.queries.desk import SHOWN, Item, Link, Part, address
from duban.plans.queries.gates import if_any


@dataclass(frozen=True)
class Line:
    """A poll in the list: how many were asked and have answered, and the person's own invitation that waits."""

    poll: Poll
    asked: int
    answered: int
    mine: Invitation | None
    state: str
    tone: str


@dataclass(frozen=True)
class Result:
    """What a poll says of a unit: how many judged it, the mean and the bounds; `hidden` where too few did."""

    unit: Unit
    answers: int
    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None
    hidden: bool


def state_of(poll: Poll, at: datetime) -> tuple[str, str]:
    """Return in what state a poll is, in words, and the tone of the word."""
    if poll.cancelled_at is not None:
        return "已取消", ""
    if poll.is_over(at):
        return "已结束", "good"
    return ("正在评", "warn") if poll.is_open(at) else ("还没开始", "")


def lines(person: Person, at: datetime) -> list[Line]:
    """Return the polls that a person sees, those that run first; three statements."""
    polls = list(
        Poll.objects.visible_to(person)
        .select_related("ledger__division")
        .annotate(
            asked=Count("invitations", distinct=True),
            answered=Count("invitations", filter=Q(invitations__used=True), distinct=True),
        )
    )
    mine = {one.poll_id: one for one in Invitation.objects.asked_of(person).filter(poll__in=polls).order_by("used")}
    found = []
    for poll in polls:
        state, tone = state_of(poll, at)
        found.append(Line(poll, poll.asked, poll.answered, mine.get(poll.pk), state, tone))  # type: ignore[attr-defined]
    return sorted(found, key=lambda line: (not line.poll.is_open(at), -line.poll.closes_at.timestamp()))


def results(poll: Poll) -> list[Result]:
    """Return what the answers come to, the best first; two statements. Only for a poll that is over."""
    rows = {
        row["unit"]: row
        for row in Mark.objects.filter(sheet__poll=poll)
        .order_by()
        .values("unit")
        .annotate(n=Count("pk"), mean=Avg("value"), low=Min("value"), high=Max("value"))
    }
    found = []
    for unit in poll.units.order_by("group__order", "order", "pk"):
        row = rows.get(unit.pk)
        count = row["n"] if row else 0
        hidden = poll.anonymous and count < FEWEST
        if row is None or hidden:
            found.append(Result(unit, count, None, None, None, hidden))
        else:
            mean = round(Decimal(row["mean"]), 2)
            low, high = (None, None) if poll.anonymous else (row["low"], row["high"])
            found.append(Result(unit, count, mean, low, high, False))
    best_first = 1 if poll.kind == Poll.Kind.BALLOT else -1
    return sorted(found, key=lambda one: (one.mean is None, best_first * (one.mean or 0)))


def leaders(division: int, day: date) -> QuerySet[Person]:
    """Return the leaders of a division who can be asked."""
    posts = Post.objects.held(day).filter(division=division, role=Role.LEADER)
    return Person.objects.filter(pk__in=posts.values("person"), is_active=True).order_by("pk")


def open_invitations() -> QuerySet[Invitation]:
    """Return the invitations by name that nobody has answered, of all divisions."""
    return Invitation.objects.filter(used=False, digest="", poll__cancelled_at=None, poll__closes_at__gt=timezone.now())


def _gate() -> QuerySet[Invitation]:
    # What does not depend on the hour, for the statement is kept.
    return Invitation.objects.filter(used=False, digest="", poll__cancelled_at=None)


GATE = ("assessment.polls", _gate)


def waiting(person: Person, today: date) -> list[Part]:
    """Return the polls that wait for a person's answer; one statement, none where nobody is asked."""
    del today
    if not access_of(person).may("assessment.rate"):
        return []
    asked = open_invitations().filter(poll__opens_at__lte=timezone.now()) & Invitation.objects.asked_of(person)
    rows = list(if_any(person, GATE[0], asked).select_related("poll__ledger").order_by("poll__closes_at")[: SHOWN + 1])
    items = [
        Item(
            one.poll.title, address("assessment:poll", one.poll_id), "去评", one.poll.period,
            due=timezone.localtime(one.poll.closes_at).date(),
        )
        for one in rows
    ]  # fmt: skip
    if not items:
        return []
    return [Part("评议", items[:SHOWN], len(items), [Link("全部评议", address("assessment:polls"))])]
