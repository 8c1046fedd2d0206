"""Results as plain JSON that never changes, back again, and the digests by which anybody can tell.

A fact is kept as ``{"kind", "key", "day", "words", "link", "role", "task", "value", "marks", "forgiven"}`` in its unit's row, an
item as ``{"name", "title", "points", "full", "working", "absent", "lines": [{"fact": key, "points", "working"}]}``.
Numbers are decimal text, days ISO 8601.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from duban.assessment.scoring.facts import Fact, Unit
from duban.assessment.scoring.results import Item, Line, Score
from duban.plans.snapshots import decimal_text, digest

Row = dict[str, Any]


@dataclass(frozen=True)
class FrozenRow:
    """A unit's row, ready to be kept."""

    unit: int
    unit_name: str
    group: str
    group_title: str
    group_order: int
    order: int
    place: int
    score: Decimal
    vetoed: str
    working: str
    facts: list[Row]
    items: list[Row]


def frozen_fact(fact: Fact) -> Row:
    """Return a fact as JSON."""
    return {
        "kind": fact.kind,
        "key": fact.key,
        "day": fact.day.isoformat(),
        "words": fact.words,
        "link": fact.link,
        "role": fact.role,
        "task": fact.task,
        "value": decimal_text(fact.value),
        "marks": dict(fact.marks),
        "forgiven": fact.forgiven,
    }


def thawed_fact(row: Row, unit: int) -> Fact:
    """Return the fact that was kept."""
    return Fact(
        kind=row["kind"],
        unit=unit,
        key=row["key"],
        day=date.fromisoformat(row["day"]),
        words=row["words"],
        link=row["link"],
        role=row["role"],
        task=row["task"],
        value=Decimal(row["value"]),
        marks=row["marks"],
        forgiven=row["forgiven"],
    )


def frozen_items(items: Iterable[Item]) -> list[Row]:
    """Return the items of a score as JSON; their lines name the facts by key."""
    return [
        {
            "name": item.name,
            "title": item.title,
            "points": decimal_text(item.points),
            "full": None if item.full is None else decimal_text(item.full),
            "working": item.working,
            "absent": item.absent,
            "lines": [
                {"fact": line.fact.key, "points": decimal_text(line.points), "working": line.working}
                for line in item.lines
            ],
        }
        for item in items
    ]


def thawed_items(rows: Iterable[Row], facts: Iterable[Row], unit: int) -> tuple[Item, ...]:
    """Return the items that were kept, each line with its fact."""
    known = {row["key"]: thawed_fact(row, unit) for row in facts}
    return tuple(
        Item(
            name=row["name"],
            title=row["title"],
            points=Decimal(row["points"]),
            full=None if row["full"] is None else Decimal(row["full"]),
            working=row["working"],
            lines=tuple(Line(known[line["fact"]], Decimal(line["points"]), line["working"]) for line in row["lines"]),
            absent=row["absent"],
        )
        for row in rows
    )


def frozen_row(
    score: Score, facts: Sequence[Fact], *, group: str, title: str, group_order: int, order: int
) -> FrozenRow:
    """Return a unit's row from its score and all facts that went in for it."""
    return FrozenRow(
        unit=score.unit.number,
        unit_name=score.unit.name,
        group=group,
        group_title=title,
        group_order=group_order,
        order=order,
        place=score.place,
        score=score.total,
        vetoed=score.vetoed,
        working=score.working,
        facts=[frozen_fact(fact) for fact in facts],
        items=frozen_items(score.items),
    )


def input_digest(*, scheme: str, closing: date, units: Iterable[tuple[Unit, Sequence[Row]]]) -> str:
    """Return the SM3 over the scheme's text, the closing, the units with their groups, and every fact."""
    return digest(
        {
            "scheme": scheme,
            "closing": closing.isoformat(),
            "units": sorted(
                (
                    {"unit": unit.number, "name": unit.name, "group": unit.group, "facts": list(facts)}
                    for unit, facts in units
                ),
                key=lambda one: one["unit"],
            ),
        }
    )


def result_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the SM3 over what came out: ``{"unit", "group", "place", "score", "vetoed", "working", "items"}`` of each unit."""
    return digest(sorted((dict(row) for row in rows), key=lambda row: row["unit"]))


def result_of(
    *, unit: int, group: str, place: int, score: Decimal, vetoed: str, working: str, items: Sequence[Row]
) -> Row:
    """Return what :func:`result_digest` asks of a unit."""
    return {
        "unit": unit,
        "group": group,
        "place": place,
        "score": decimal_text(score),
        "vetoed": vetoed,
        "working": working,
        "items": list(items),
    }
