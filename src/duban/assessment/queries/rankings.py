"""The months of a ledger, one ranking with its groups, one unit's row with where each point comes from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Q

from duban.assessment.gathering.book import closings, last_of
from duban.assessment.models import Distinction, Forgiveness, Objection, Ranking, RankingRow
from duban.assessment.scoring.facts import KINDS, ROLES
from duban.assessment.states.decisions import DistinctionState, ForgivenessState, ObjectionState
from duban.assessment.states.rankings import RankingState
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.models import Ledger
from duban.plans.states import LedgerState
from duban.supervision.reaching import heirs, within

#: Columns of a ranking that lists do not need.
_HEAVY = ("scheme_text", "notes")


@dataclass(frozen=True)
class May:
    """What a person may do with the rankings of a division."""

    run: bool
    approve: bool
    #: The units that the person acts for.
    units: frozenset[int]

    @classmethod
    def of(cls, person: Person, ledger: Ledger) -> May:
        """Return what `person` may do with the rankings of `ledger`."""
        access = access_of(person)
        return cls(
            run=access.may("assessment.run", division=ledger.division),
            approve=access.reach("assessment.approve").covers_division(ledger.division),
            units=access.reach("assessment.read").units,
        )

    @property
    def whole(self) -> bool:
        """Whether all of a ranking is seen before it is published."""
        return self.run or self.approve


@dataclass(frozen=True)
class Ends:
    """First and last of a group."""

    title: str
    first: str
    last: str
    size: int


class Standing(NamedTuple):
    """A row as the list of months needs it."""

    group: str
    place: int
    name: str


@dataclass(frozen=True)
class MonthLine:
    """A month in the list: its newest version that is seen, the ends of its groups, the own unit's rows."""

    ranking: Ranking
    ends: list[Ends]
    own: list[RankingRow]
    objections: int


def months(person: Person, ledger: Ledger) -> list[MonthLine]:
    """Return the months of a ledger that `person` sees, the newest first: five statements."""
    may = May.of(person, ledger)
    found: dict[date, Ranking] = {}
    seen = Ranking.objects.visible_to(person).months().filter(ledger=ledger).defer(*_HEAVY)
    for ranking in seen.order_by("-month", "-version"):
        ranking.ledger = ledger
        found.setdefault(ranking.month, ranking)
    numbers = [one.pk for one in found.values()]
    rows: dict[int, list[Standing]] = defaultdict(list)
    kept = RankingRow.objects.filter(ranking__in=numbers).order_by("group_order", "place", "order")
    # Values instead of objects: a year of a large district has thousands of rows.
    for ranking_pk, title, place, name in kept.values_list("ranking_id", "group_title", "place", "unit_name"):
        rows[ranking_pk].append(Standing(title, place, name))
    own: dict[int, list[RankingRow]] = defaultdict(list)
    if may.units:
        for row in kept.filter(within("unit", may.units)).defer("facts", "items", "working"):
            own[row.ranking_id].append(row)
    waiting = dict(
        Objection.objects.visible_to(person)
        .filter(ranking__in=numbers, state=ObjectionState.RAISED)
        .values_list("ranking_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    lines = []
    for ranking in found.values():
        whole = may.whole or ranking.is_frozen or ranking.places_shown
        ends = _ends(rows[ranking.pk]) if whole else []
        lines.append(MonthLine(ranking, ends, own[ranking.pk], waiting.get(ranking.pk, 0)))
    return lines


def _ends(rows: Sequence[Standing]) -> list[Ends]:
    groups: dict[str, list[Standing]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    found = []
    for title, members in groups.items():
        last = max(row.place for row in members)
        firsts = [row.name for row in members if row.place == 1]
        lasts = [row.name for row in members if row.place == last and last > 1]
        found.append(Ends(title, _some(firsts), _some(lasts), len(members)))
    return found


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:2]) + (f"等{len(names)}个" if len(names) > 2 else "")


@dataclass(frozen=True)
class Due:
    """A month that is over and has no ranking yet, or one that is still to close; whether a round asked for reports on it."""

    month: date
    closing: date
    over: bool
    reported: bool


def to_compute(ledger: Ledger, today: date) -> list[Due]:
    """Return the months of the ledger that have begun and no ranking, the newest first: two statements."""
    if ledger.state == LedgerState.DRAFT:
        return []
    there = set(Ranking.objects.months().filter(ledger=ledger).values_list("month", flat=True))
    rounds = closings(ledger)
    found = []
    for number in range(12, 0, -1):
        month = date(ledger.year, number, 1)
        if month > today or month in there:
            continue
        closing = rounds[month].closing if month in rounds else last_of(month)
        found.append(Due(month, closing, today > closing, month in rounds))
    return found


# ---- one ranking ----


@dataclass(frozen=True)
class Place:
    """A row as the page shows it; `full` where its arithmetic may be opened."""

    row: RankingRow
    own: bool
    full: bool
    marks: list[Distinction] = field(default_factory=list)

    @property
    def change(self) -> str:
        """Which way its place went: up, down, same, or new."""
        moved = self.row.moved
        if moved is None:
            return "new"
        return "up" if moved > 0 else "down" if moved < 0 else "same"

    @property
    def places(self) -> int:
        """How many places it won or lost."""
        return abs(self.row.moved or 0)

    @property
    def gain(self) -> Decimal | None:
        """How much its score grew since the month before."""
        return None if self.row.previous_score is None else self.row.score - self.row.previous_score


@dataclass(frozen=True)
class Group:
    """A group with what is shown of it."""

    key: str
    title: str
    places: list[Place]
    size: int


@dataclass(frozen=True)
class Page:
    """A ranking as one person sees it."""

    ranking: Ranking
    may: May
    groups: list[Group]
    versions: list[Ranking]
    objections: Counter[str]
    undecided: int

    @property
    def objected(self) -> int:
        """How many objections there are."""
        return sum(self.objections.values())

    @cached_property
    def hidden(self) -> bool:
        """Whether places of other units stay hidden for now."""
        return not (self.may.whole or self.ranking.is_frozen or self.ranking.places_shown)

    @cached_property
    def own(self) -> list[Place]:
        """The rows of the person's own units."""
        return [place for group in self.groups for place in group.places if place.own]


def page(ranking: Ranking, person: Person) -> Page:
    """Return a ranking as `person` may see it: five statements."""
    may = May.of(person, ranking.ledger)
    whole = may.whole or ranking.is_frozen
    rows = list(
        RankingRow.objects.filter(ranking=ranking)
        .defer("facts", "items", "working")
        .select_related("unit__successor")
        .order_by("group_order", "place", "order", "pk")
    )
    marks: dict[int, list[Distinction]] = defaultdict(list)
    named = Distinction.objects.visible_to(person).filter(ranking=ranking).exclude(state=DistinctionState.DROPPED)
    for mark in named:
        marks[mark.unit_id].append(mark)
    groups: dict[str, Group] = {}
    for row in rows:
        row.ranking = ranking
        own = bool(may.units & set(heirs(row.unit)))
        group = groups.setdefault(row.group, Group(row.group, row.group_title, [], 0))
        groups[row.group] = Group(group.key, group.title, group.places, group.size + 1)
        if whole or own or ranking.places_shown:
            group.places.append(Place(row, own, whole or own, marks[row.unit_id]))
    versions = (
        Ranking.objects.visible_to(person)
        .filter(ledger=ranking.ledger_id, period=ranking.period, month=ranking.month)
        .defer(*_HEAVY)
    )
    objections = Counter(
        Objection.objects.visible_to(person).filter(ranking=ranking).values_list("state", flat=True).order_by()
    )
    undecided = sum(mark.state == DistinctionState.PROPOSED for found in marks.values() for mark in found)
    shown = [group for group in groups.values() if group.places]
    return Page(ranking, may, shown, list(versions.order_by("-version")), objections, undecided)


# ---- one row ----


@dataclass(frozen=True)
class Line:
    """One fact in an item: what it says, what it brought and how."""

    fact: dict[str, Any]
    points: Decimal
    working: str
    objected: bool = False

    @property
    def kind(self) -> str:
        """What the kind is called."""
        kind: str = self.fact["kind"]
        return KINDS.get(kind, (kind, ""))[0]

    @property
    def role(self) -> str:
        """The unit's role in words."""
        return ROLES.get(self.fact["role"], "")


@dataclass(frozen=True)
class Item:
    """One item with its lines."""

    name: str
    title: str
    points: Decimal
    full: Decimal | None
    working: str
    absent: str
    lines: list[Line]
    objected: bool = False

    @property
    def share(self) -> int | None:
        """How much of what can be had, in percent, for the bar; None where there is no end."""
        if self.full is None or self.full <= 0:
            return None
        return max(0, min(100, round(self.points / self.full * 100)))


@dataclass(frozen=True)
class Sheet:
    """A unit's row with all its arithmetic."""

    row: RankingRow
    items: list[Item]
    others: list[dict[str, Any]]
    own: bool
    linked: bool
    may_object: bool
    may_forgive: bool
    asked: dict[str, str]


def sheet(row: RankingRow, person: Person, today: date) -> Sheet:
    """Return where each point of a row comes from: three statements."""
    ranking = row.ranking
    may = May.of(person, ranking.ledger)
    acting = set(heirs(row.unit))
    own = bool(may.units & acting)
    objected = set(
        Objection.objects.filter(ranking=ranking, unit=row.unit_id, state=ObjectionState.RAISED).values_list(
            "item", "fact"
        )
    )
    live = (ForgivenessState.ASKED, ForgivenessState.GRANTED)
    asked = dict(
        Forgiveness.objects.filter(ledger=ranking.ledger_id, unit=row.unit_id, state__in=live).values_list(
            "fact", "state"
        )
    )
    facts = {fact["key"]: fact for fact in row.facts}
    counted: set[str] = set()
    items = []
    for one in row.items:
        lines = [
            Line(facts[line["fact"]], Decimal(line["points"]), line["working"], (one["name"], line["fact"]) in objected)
            for line in one["lines"]
        ]
        counted |= {line["fact"] for line in one["lines"]}
        full = None if one["full"] is None else Decimal(one["full"])
        items.append(
            Item(one["name"], one["title"], Decimal(one["points"]), full, one["working"], one["absent"], lines,
                 (one["name"], "") in objected)
        )  # fmt: skip
    access = access_of(person)
    objectable = ranking.state == RankingState.SHOWN and bool(
        ranking.shown_until is None or today <= ranking.shown_until
    )
    return Sheet(
        row=row,
        items=items,
        others=[fact for key, fact in facts.items() if key not in counted],
        own=own,
        linked=own or may.whole or bool(access.reach("supervision.read").covers_division(ranking.ledger.division)),
        may_object=objectable and bool(access.reach("assessment.object").units & acting),
        may_forgive=may.run,
        asked=asked,
    )


# ---- versions beside each other ----


@dataclass(frozen=True)
class Moved:
    """A unit in two versions: places, scores, and which facts came, went or changed."""

    name: str
    group: str
    before: RankingRow | None
    after: RankingRow | None
    came: list[dict[str, Any]]
    went: list[dict[str, Any]]
    changed: list[tuple[dict[str, Any], dict[str, Any]]]

    @property
    def differs(self) -> bool:
        """Whether place or score is another."""
        if self.before is None or self.after is None:
            return True
        return (self.before.place, self.before.score) != (self.after.place, self.after.score)


def compared(before: Ranking, after: Ranking) -> list[Moved]:
    """Return the units whose facts, score or place differ between two versions; two statements."""
    old = {row.unit_id: row for row in RankingRow.objects.filter(ranking=before)}
    new = {row.unit_id: row for row in RankingRow.objects.filter(ranking=after)}
    found = []
    for unit in [*new, *(unit for unit in old if unit not in new)]:
        first, second = old.get(unit), new.get(unit)
        there = {fact["key"]: fact for fact in (first.facts if first else [])}
        now = {fact["key"]: fact for fact in (second.facts if second else [])}
        row = second or first
        if row is None:
            continue
        one = Moved(
            row.unit_name,
            row.group_title,
            first,
            second,
            [fact for key, fact in now.items() if key not in there],
            [fact for key, fact in there.items() if key not in now],
            [(there[key], fact) for key, fact in now.items() if key in there and there[key] != fact],
        )
        if one.differs or one.came or one.went or one.changed:
            found.append(one)
    return found


# ---- a unit over months and years ----


@dataclass(frozen=True)
class Trend:
    """A unit's published places and scores, month by month, the oldest first, with each month's other versions left out."""

    rows: list[RankingRow]
    sizes: dict[tuple[int, str], int]

    @cached_property
    def lines(self) -> list[tuple[RankingRow, int, RankingRow | None]]:
        """Each row with the size of its group and the row of the same month a year before, the newest first."""
        by_month = {row.ranking.month: row for row in self.rows}
        found = []
        for row in reversed(self.rows):
            month = row.ranking.month
            before = by_month.get(date(month.year - 1, month.month, 1))
            found.append((row, self.sizes.get((row.ranking_id, row.group), 0), before))
        return found

    @cached_property
    def chart(self) -> dict[str, Any]:
        """The option of the chart: places as a line that rises when the place is better, one line a year."""
        years: dict[int, dict[int, RankingRow]] = defaultdict(dict)
        for row in self.rows:
            years[row.ranking.month.year][row.ranking.month.month] = row
        series: list[dict[str, Any]] = []
        for index, (year, of) in enumerate(sorted(years.items(), reverse=True)):
            series.append(
                {
                    "name": f"{year}年名次",
                    "type": "line",
                    "connectNulls": False,
                    "symbolSize": 7,
                    "showAllSymbol": True,
                    "lineStyle": {"width": 3 if index == 0 else 2, "type": "solid" if index == 0 else "dashed"},
                    "data": [of[number].place if number in of else None for number in range(1, 13)],
                }
            )
        most = max((row.place for row in self.rows), default=1)
        return {
            "tooltip": {"trigger": "axis"},
            "legend": {"bottom": 0},
            "grid": {"left": 48, "right": 16, "top": 24, "bottom": 56},
            "xAxis": {"type": "category", "data": [f"{number}月" for number in range(1, 13)]},
            "yAxis": {
                "type": "value", "inverse": True, "min": 1, "max": max(most, 2), "minInterval": 1, "name": "名次",
                "nameLocation": "start",
            },
            "series": series,
        }  # fmt: skip


def trend(person: Person, unit: int) -> Trend:
    """Return the published rows of a unit that `person` sees: two statements."""
    seen = Ranking.objects.visible_to(person).months().filter(state=RankingState.PUBLISHED)
    rows = list(
        RankingRow.objects.filter(unit=unit, ranking__in=seen)
        .defer("facts", "items")
        .select_related("ranking__ledger")
        .order_by("ranking__month")
    )
    sizes: dict[tuple[int, str], int] = {
        (ranking, group): count
        for ranking, group, count in RankingRow.objects.filter(ranking__in=[row.ranking_id for row in rows])
        .values_list("ranking_id", "group")
        .annotate(count=Count("pk"))
        .order_by()
    }
    return Trend(rows, sizes)


def visible(person: Person) -> Any:
    """Return the rankings that `person` sees, with their ledger and division."""
    return Ranking.objects.visible_to(person).select_related("ledger__division")


def ledgers_ranked(person: Person) -> list[Ledger]:
    """Return the ledgers whose rankings `person` may see, the newest first."""
    issued = Q(state__in=[LedgerState.ISSUED, LedgerState.CLOSED])
    found = Ledger.objects.visible_to(person).filter(issued).select_related("division__parent__parent")
    return list(found.order_by("-year", "pk"))


def objections_of(person: Person, states: Iterable[str] = (), ranking: int | None = None) -> list[Objection]:
    """Return the objections that `person` sees, those that wait first; two statements."""
    found = Objection.objects.visible_to(person)
    if states:
        found = found.filter(state__in=list(states))
    if ranking:
        found = found.filter(ranking=ranking)
    rows = found.select_related("ranking__ledger__division", "unit__successor", "raised_by", "answered_by")
    return list(
        rows.defer("ranking__scheme_text", "ranking__notes").prefetch_related("files").order_by("-raised_at")[:300]
    )
