"""The facts of every unit of a ledger for a month, from all sources, with what is forgiven marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from duban.assessment.gathering import (
    decisions,
    inspections,
    issues,
    matters,
    orders,
    polls,
    projects,
    reports,
    tasks,
    whistles,
)
from duban.assessment.gathering.book import Book, Month, merged_words
from duban.assessment.gathering.weights import Weights
from duban.assessment.models import Forgiveness
from duban.assessment.scoring.facts import Fact, Unit
from duban.assessment.states.decisions import ForgivenessState

#: A source gives the facts of a month, in a number of statements that does not grow with units or tasks.
Source = Callable[[Book, Month], Iterator[Fact]]
SOURCES: tuple[Source, ...] = (
    tasks.facts,
    reports.facts,
    orders.facts,
    matters.facts,
    inspections.facts,
    issues.facts,
    whistles.facts,
    decisions.facts,
    polls.facts,
    projects.facts,
)


@dataclass(frozen=True)
class Gathered:
    """What a month's ranking is computed from: the units, their facts, and what is to be said of it."""

    month: Month
    units: tuple[Unit, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]


def gather(book: Book, month: Month) -> Gathered:
    """Return units and facts of a month as of its closing, in an order that does not depend on the database.

    Facts of units that are not ranked (outside of any group) are left out and said.
    """
    units = tuple(book.ranked(month))
    ranked = {unit.number for unit in units}
    forgiven = {
        row.fact: f"{row.reason}（{row.paper}）"
        for row in Forgiveness.objects.filter(ledger=book.ledger, state=ForgivenessState.GRANTED)
    }
    weights = Weights(book)
    book.inherited[month.closing].clear()
    found: dict[str, Fact] = {}
    outside: dict[int, int] = {}
    for source in SOURCES:
        for fact in source(book, month):
            if fact.unit not in ranked:
                outside[fact.unit] = outside.get(fact.unit, 0) + 1
                continue
            why = forgiven.get(fact.key, "")
            marks = weights.marks(fact)
            # Facts with one key are one fact.
            found.setdefault(
                fact.key, replace(fact, forgiven=why, marks={**fact.marks, **marks}) if why or marks else fact
            )
    notes = merged_words(book, month)
    for number, count in sorted(outside.items()):
        unit = book.units.get(number)
        why = "已停用" if unit and unit.valid_to and unit.valid_to <= month.closing else "没有分组"
        notes.append(f"{unit.name if unit else f'单位 {number}'}{why}，不参加排名，它的 {count} 件事实没有计入。")
    facts = tuple(sorted(found.values(), key=lambda fact: (fact.unit, fact.kind, fact.day, fact.key)))
    return Gathered(month, units, facts, tuple(notes))
