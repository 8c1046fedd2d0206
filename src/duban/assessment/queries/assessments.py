"""The year's assessment: the ledgers that have one or can, the table of months and items, the figures to enter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from duban.assessment.models import Figure, Ranking, RankingRow
from duban.assessment.queries.rankings import ledgers_ranked
from duban.assessment.scoring.scheme import ScoringScheme
from duban.assessment.scoring.year import MONTH, MONTHS
from duban.assessment.states.rankings import RankingState
from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit
from duban.plans.models import Ledger


@dataclass(frozen=True)
class YearLine:
    """A ledger's year: its newest assessment that the person sees, and how many of its months are published."""

    ledger: Ledger
    ranking: Ranking | None
    months: int
    may_run: bool


def years(person: Person) -> list[YearLine]:
    """Return the years that a person may look at, the newest first: three statements."""
    access = access_of(person)
    ledgers = ledgers_ranked(person)
    found: dict[int, Ranking] = {}
    seen = Ranking.objects.visible_to(person).years().filter(ledger__in=ledgers).defer("scheme_text", "notes")
    for ranking in seen.order_by("ledger", "-version"):
        found.setdefault(ranking.ledger_id, ranking)
    months: dict[int, int] = {}
    published = Ranking.objects.months().filter(ledger__in=ledgers, state=RankingState.PUBLISHED)
    for number in published.values_list("ledger_id", flat=True):
        months[number] = months.get(number, 0) + 1
    lines = []
    for ledger in ledgers:
        newest = found.get(ledger.pk)
        runs = access.may("assessment.run", division=ledger.division)
        if newest is not None or (runs and months.get(ledger.pk)):
            if newest is not None:
                newest.ledger = ledger
            lines.append(YearLine(ledger, newest, months.get(ledger.pk, 0), runs))
    return lines


@dataclass(frozen=True)
class TableRow:
    """A unit in the year's table: its scores by month, and what each item brought."""

    row: RankingRow
    months: dict[int, Decimal]
    items: list[Decimal | None]


@dataclass(frozen=True)
class Table:
    """The year's table: the months and items that have a column, the units by group."""

    months: list[int]
    items: list[str]
    groups: list[tuple[str, list[TableRow]]]


def table(ranking: Ranking, rows: list[RankingRow]) -> Table:
    """Return the table of an assessment from its rows; no statement."""
    months: set[int] = set()
    titles: dict[str, str] = {}
    for row in rows:
        months |= {_month(fact) for fact in row.facts if fact["kind"] == MONTH}
        titles |= {item["name"]: item["title"] for item in row.items if item["name"] != MONTHS}
    names = [MONTHS, *titles]
    groups: dict[str, list[TableRow]] = {}
    for row in sorted(rows, key=lambda row: (row.group_order, row.place, row.order)):
        own = {_month(fact): Decimal(fact["value"]) for fact in row.facts if fact["kind"] == MONTH}
        points = {item["name"]: Decimal(item["points"]) for item in row.items}
        groups.setdefault(row.group_title, []).append(TableRow(row, own, [points.get(name) for name in names]))
    return Table(sorted(months), ["各月合计", *titles.values()], list(groups.items()))


def _month(fact: dict[str, Any]) -> int:
    return date.fromisoformat(fact["day"]).month


def figure_names(scheme: ScoringScheme) -> list[str]:
    """Return the figures that a scheme asks for in the year."""
    found: dict[str, None] = {}
    for item in scheme.of_period("year"):
        if "entered" in item.choice.kinds:
            for name in (item.choice.marks or {}).get("figure", (item.title,)):
                found[name] = None
    return list(found)


@dataclass(frozen=True)
class FigureRow:
    """A unit with its figures in the order of the columns: the name of the field, and what is entered."""

    unit: Any
    cells: list[tuple[str, str, Figure | None]]


def figure_rows(ledger: Ledger, names: list[str], today: date) -> list[FigureRow]:
    """Return the units of a ledger's division that are ranked, with their figures: two statements."""
    there = {(one.unit_id, one.name): one for one in Figure.objects.filter(ledger=ledger).select_related("entered_by")}
    units = Unit.objects.in_use(ledger.division, today).filter(group__isnull=False).select_related("group")
    return [
        FigureRow(
            unit, [(f"f{unit.pk}-{number}", name, there.get((unit.pk, name))) for number, name in enumerate(names)]
        )
        for unit in units
    ]
