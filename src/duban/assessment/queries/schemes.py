"""Scoring schemes on their pages: which ledger follows which, what the worked examples come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from duban.assessment.models import LedgerScoring, Ranking
from duban.assessment.scoring.checking import ranked
from duban.assessment.scoring.numbers import shown
from duban.assessment.scoring.results import GroupRanking
from duban.assessment.scoring.scheme import Example
from duban.assessment.scoring.scheme import ScoringScheme as Rules
from duban.dispatch.queries import office_schemes
from duban.organisations.models import Division
from duban.plans.models import Ledger
from duban.plans.states import LedgerState


@dataclass(frozen=True)
class Listed:
    """A scoring scheme in the list: its monthly items with their weights, and which ledgers follow it."""

    scheme: office_schemes.Listed[Rules]
    items: str
    used: list[LedgerScoring]


def listed(division: Division, found: list[office_schemes.Listed[Rules]]) -> list[Listed]:
    """Return schemes of the list with what they are used for: one statement."""
    used = uses(division)
    return [Listed(one, _items(one.rules), used.get(one.name, [])) for one in found]


def uses(division: Division) -> Mapping[str, list[LedgerScoring]]:
    """Return by the name of a scheme which ledgers follow it and from which month on, the newest first."""
    found: dict[str, list[LedgerScoring]] = defaultdict(list)
    rows = LedgerScoring.objects.filter(ledger__division=division).select_related("ledger", "scheme")
    for row in rows.order_by("-valid_from"):
        found[row.scheme.name if row.scheme else row.preset].append(row)
    return found


def _items(rules: Rules) -> str:
    base = [f"基础分{shown(rules.base)}"] if rules.base else []
    items = [
        f"{one.title}{shown(one.weight)}" if one.weight is not None else one.title for one in rules.of_period("month")
    ]
    return "、".join([*base, *items])


@dataclass(frozen=True)
class Worked:
    """A worked example with what it comes to."""

    example: Example
    groups: tuple[GroupRanking, ...]
    notes: tuple[str, ...]


def worked(rules: Rules) -> list[Worked]:
    """Return the worked examples of a scheme with all arithmetic."""
    found = []
    for example in rules.examples:
        result = ranked(rules, example)
        found.append(Worked(example, result.groups, result.notes))
    return found


@dataclass(frozen=True)
class Adoptable:
    """A ledger that a scheme may be adopted for, and the first of its months that is not ranked yet."""

    ledger: Ledger
    month: date


def adoptable(division: Division) -> list[Adoptable]:
    """Return the division's issued ledgers, the newest first: two statements."""
    ledgers = list(
        Ledger.objects.filter(division=division, state=LedgerState.ISSUED).select_related("division").order_by("-year")
    )
    last: dict[int, date] = {}
    rows = Ranking.objects.months().filter(ledger__in=ledgers).values_list("ledger_id", "month").order_by("month")
    for pk, month in rows:
        last[pk] = month
    return [Adoptable(one, _after(last.get(one.pk), one.year)) for one in ledgers]


def _after(last: date | None, year: int) -> date:
    return date(year, min(last.month + 1, 12), 1) if last else date(year, 1, 1)
