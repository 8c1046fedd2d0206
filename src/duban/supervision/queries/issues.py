"""The board and the list of issues, one issue with its history, what waits of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Prefetch, Q
from django.utils import timezone

from duban.dispatch.models import Report
from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.plans.models import Task
from duban.plans.queries.desk import SHOWN, Item, Link, Part, address
from duban.supervision.models import Attachment, Issue, IssueOrigin, IssueStep
from duban.supervision.models.issues import IssueQuerySet
from duban.supervision.reaching import heirs, within
from duban.supervision.states.issues import ENDED, IssueState

ROWS = 50
#: How a board is divided.
BOARDS = {"clock": "期限", "unit": "责任单位", "sponsor": "协调领导", "age": "多久了"}
#: How old an issue is at least, in days, the oldest first.
AGES = ((90, "三个月以上"), (30, "一到三个月"), (7, "一周到一个月"), (0, "一周以内"))
SHOWS = {"open": "没有闭环的", "late": "逾期的", "mine": "等我办的", "ended": "已了结的", "all": "全部"}
SORTS = {
    "age": (F("raised_at").asc(), "pk"),
    "due": (F("due_on").asc(nulls_last=True), "pk"),
    "unit": (F("unit__order").asc(nulls_first=True), "unit__name", "raised_at"),
    "number": ("year", "seq"),
}


@dataclass(frozen=True)
class Filters:
    """What is shown of the issues; `show` is one of `SHOWS`, `board` one of `BOARDS` or empty for the list."""

    words: str = ""
    show: str = "open"
    state: str = ""
    origin: str = ""
    unit: str = ""
    sponsor: str = ""
    sort: str = "age"
    board: str = "clock"

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """Return what an address asks for; what it cannot mean is left out."""
        show, state, origin, sort = (given.get(name, "") for name in ("show", "state", "origin", "sort"))
        unit, sponsor = (given.get(name, "") for name in ("unit", "sponsor"))
        board = given.get("board", "clock")
        return cls(
            words=given.get("q", "").strip()[:100],
            show=show if show in SHOWS else "open",
            state=state if state in IssueState.values else "",
            origin=origin if origin in IssueOrigin.values else "",
            unit=unit if unit.isdecimal() and len(unit) < 19 else "",
            sponsor=sponsor if sponsor.isdecimal() and len(sponsor) < 19 else "",
            sort=sort if sort.removeprefix("-") in SORTS else "age",
            board=board if board in BOARDS or board == "list" else "clock",
        )

    @property
    def query(self) -> str:
        """The address's query for the same list."""
        given = {"q": self.words, "show": self.show, "state": self.state, "origin": self.origin, "unit": self.unit}
        given |= {"sponsor": self.sponsor, "sort": self.sort, "board": self.board}
        return urlencode({name: value for name, value in given.items() if value})

    def __bool__(self) -> bool:
        return bool(self.words or self.state or self.origin or self.unit or self.sponsor)


@dataclass(frozen=True)
class Card:
    """An issue on a board or in a list: how old it is and how long is left, in days."""

    issue: Issue
    age: int
    left: int | None

    @property
    def late(self) -> bool:
        """Whether its day has passed."""
        return self.left is not None and self.left < 0


@dataclass
class Group:
    """Cards under one head; those that have waited longest come first."""

    label: str
    cards: list[Card] = field(default_factory=list)
    tone: str = ""

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(card.late for card in self.cards)


def issues(person: Person, filters: Filters, today: date) -> IssueQuerySet:
    """Return the issues that `person` sees and the filters ask for, in the order asked for."""
    found = Issue.objects.visible_to(person)
    match filters.show:
        case "open":
            found = found.open()
        case "late":
            found = found.open().filter(due_on__lt=today)
        case "mine":
            found = found.open().filter(moves(person))
        case "ended":
            found = found.filter(state__in=ENDED)
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.origin:
        found = found.filter(origin=filters.origin)
    if filters.unit:
        found = found.filter(within("unit", [int(filters.unit)]))
    if filters.sponsor:
        found = found.filter(sponsor=int(filters.sponsor))
    if words := filters.words:
        asked = Q(title__icontains=words) | Q(text__icontains=words) | Q(next_step__icontains=words)
        asked |= Q(task__title__icontains=words) | Q(unit__name__icontains=words)
        if words.upper().count("-W") == 1 and words.upper().split("-W")[1].isdecimal():
            year, seq = words.upper().split("-W")
            asked |= Q(year=year if year.isdecimal() else 0, seq=int(seq[:9]))
        found = found.filter(asked)
    order = SORTS[filters.sort.removeprefix("-")]
    found = found.select_related("unit", "sponsor", "waits_for", "raised_for", "task__ledger", "division")
    found = found.defer("task__text", "task__summary").order_by(*order)
    return found.reverse() if filters.sort.startswith("-") else found


def moves(person: Person) -> Q:
    """Return the condition that `person` moves next: for the unit, or in the office where no unit is waited for."""
    access = access_of(person)
    return within("waits_for", access.reach("supervision.answer").units) | (
        Q(waits_for=None) & access.reach("supervision.run").of_division()
    )


def cards(rows: Any, today: date) -> list[Card]:
    """Return the issues with their ages."""
    return [
        Card(
            issue,
            (today - timezone.localdate(issue.raised_at)).days,
            (issue.due_on - today).days if issue.due_on else None,
        )
        for issue in rows
    ]


def page(person: Person, filters: Filters, today: date, number: str) -> tuple[Page[Issue], list[Card]]:
    """Return a page of the list."""
    found = Paginator(issues(person, filters, today), ROWS).get_page(number)
    return found, cards(found.object_list, today)


def board(person: Person, filters: Filters, today: date) -> list[Group]:
    """Return the issues as a board, divided as the filters say, the oldest first in each part."""
    every = cards(issues(person, filters, today), today)
    match filters.board:
        case "age":
            groups = [Group(label) for _, label in AGES]
            for card in every:
                groups[next(n for n, (days, _) in enumerate(AGES) if card.age >= days or not days)].cards.append(card)
            return [group for group in groups if group.cards]
        case "unit":
            return _by(every, lambda issue: str(issue.unit) if issue.unit else "还没有交办")
        case "sponsor":
            return _by(every, lambda issue: str(issue.sponsor) if issue.sponsor else "没有协调领导")
    return _by_clock(every, today)


def _by(every: list[Card], of: Any) -> list[Group]:
    groups: dict[str, Group] = {}
    for card in every:
        label = of(card.issue)
        groups.setdefault(label, Group(label)).cards.append(card)
    # Whom to press first: the most overdue, then the most.
    return sorted(groups.values(), key=lambda group: (-group.late, -len(group.cards)))


def _by_clock(every: list[Card], today: date) -> list[Group]:
    sunday = (today + timedelta(days=6 - today.weekday()) - today).days
    late, now, week, later, ended = (
        Group("逾期", tone="bad"), Group("今天到期", tone="warn"), Group("本周"), Group("以后"), Group("已了结"),
    )  # fmt: skip
    for card in every:
        if card.left is None:
            ended.cards.append(card)
        elif card.left < 0:
            late.cards.append(card)
        elif card.left == 0:
            now.cards.append(card)
        elif card.left <= sunday:
            week.cards.append(card)
        else:
            later.cards.append(card)
    return [late, now, week, later, *([ended] if ended.cards else [])]


def counts(person: Person, today: date) -> dict[str, int]:
    """Return how many issues there are under each of `SHOWS`; one statement."""
    over = Q(state__in=ENDED)
    return Issue.objects.visible_to(person).aggregate(
        open=Count("pk", filter=~over),
        late=Count("pk", filter=~over & Q(due_on__lt=today)),
        mine=Count("pk", filter=~over & moves(person)),
        ended=Count("pk", filter=over),
        all=Count("pk"),
    )


@dataclass(frozen=True)
class May:
    """What a person may do with an issue now."""

    run: bool
    own: bool
    raiser: bool
    office_confirms: bool

    @property
    def confirms(self) -> bool:
        """Whether the person has the word on whether it is solved."""
        return self.raiser or self.office_confirms


def may(issue: Issue, person: Person) -> May:
    """Return what `person` may do with the issue."""
    access = access_of(person)
    run = access.may("supervision.run", division=issue.division)

    def of(unit: Unit | None) -> bool:
        if unit is None:
            return False
        return access.may("supervision.answer", division=issue.division, units=heirs(unit))

    return May(run, of(issue.unit), of(issue.raised_for), run and issue.raised_for is None)


def history(issue: Issue) -> list[IssueStep]:
    """Return the steps of an issue with their files; two statements."""
    files = Prefetch("attachments", Attachment.objects.select_related("stored"))
    return list(issue.steps.select_related("by").prefetch_related(files))


# ---- the page of a task ----


def panel(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return the open issues of a task, and how many are closed; None where there never was one, or on a past day."""
    if on is not None:
        return None
    found = list(
        Issue.objects.visible_to(person)
        .filter(task=task)
        .select_related("unit", "sponsor", "waits_for", "raised_for", "division")
        .order_by("raised_at", "pk")
    )
    if not found:
        return None
    still = [issue for issue in found if issue.state not in ENDED]
    return {"cards": cards(still, today), "ended": len(found) - len(still)}


def report_panel(report: Report, person: Person) -> dict[str, Any] | None:
    """Return the issue that a report led to, or that it could; None where it speaks of no problem."""
    if not report.problems.strip() and not report.asks.strip():
        return None
    access, division = access_of(person), report.task.ledger.division
    found = Issue.objects.visible_to(person).filter(report=report).select_related("division", "unit", "waits_for")
    may = access.may("supervision.run", division=division)
    may |= access.may("supervision.answer", division=division, units=heirs(report.unit))
    there = found.first()
    if there is None and not may:
        return None
    return {"report": report, "issue": there}


# ---- the workbench ----

_VERBS = {
    IssueState.FOUND: "交办",
    IssueState.ASSIGNED: "办理",
    IssueState.COORDINATING: "协调",
    IssueState.RESOLVED: "确认",
    IssueState.CONFIRMED: "销号",
}


def waiting(person: Person, today: date) -> list[Part]:
    """Return the issues in which the person moves next, and for a leader those that they coordinate."""
    access = access_of(person)
    found: list[Part] = []
    if access.may("supervision.answer") or access.may("supervision.run"):
        mine = Issue.objects.visible_to(person).open().filter(moves(person))
        found.append(_part("要办的问题", mine, "show=mine", verbs=True))
    if Role.LEADER in access.roles:
        led = Issue.objects.visible_to(person).open().filter(sponsor=person)
        found.append(_part("我协调的问题", led, f"sponsor={person.pk}", verbs=False))
    return found


def _part(title: str, rows: IssueQuerySet, query: str, *, verbs: bool) -> Part:
    first = list(rows.select_related("waits_for").order_by("due_on", "pk")[: SHOWN + 1])
    items = [
        Item(
            issue.title,
            address("supervision:issue", issue.pk),
            _VERBS[IssueState(issue.state)] if verbs else "查看",
            f"{issue.who}：{issue.next_step}",
            issue.short_number,
            due=issue.due_on,
        )
        for issue in first[:SHOWN]
    ]
    total = rows.count() if len(first) > SHOWN else len(first)
    return Part(title, items, total, [Link("全部", address("supervision:issues", query=query))] if items else [])
