"""How much the order hangs on the weights: how often a unit keeps its place when every weight moves by a tenth."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import TypeVar

from duban.assessment.scoring.absence import amount, mean_of, scale_of
from duban.assessment.scoring.counting import Counted, count
from duban.assessment.scoring.facts import Fact, Unit
from duban.assessment.scoring.items import bound
from duban.assessment.scoring.numbers import EXACT, ZERO, rounded
from duban.assessment.scoring.scheme import Item, ScoringScheme

#: A weight as it is, and moved down and up, in tenths.
TENTHS, DOWN, UP = 10, 9, 11
#: How many ways to move the weights are tried: all of them where there are no more.
TRIES = 256
#: Tries are counted in whole numbers of so many decimal digits: there are many of them.
_DIGITS = 12


@dataclass(frozen=True)
class Steadiness:
    """How steady a unit's place is: the place it has, the share of tries that leave it there, its best and worst place."""

    unit: Unit
    place: int
    kept: Decimal
    best: int
    worst: int


@dataclass(frozen=True)
class Sensitivity:
    """The steadiness of each group's units, best place first; `tries` were made, `all_tried` tells whether that is all."""

    groups: Mapping[str, tuple[Steadiness, ...]]
    titles: Mapping[str, str]
    tries: int
    all_tried: bool


def sensitivity(
    scheme: ScoringScheme,
    units: Iterable[Unit],
    facts: Iterable[Fact],
    *,
    closing: date,
    since: date | None = None,
    titles: Mapping[str, str] | None = None,
) -> Sensitivity:
    """Return how steady each place is when the weight of every item is a tenth more or less, in all combinations or many.

    What an item brings grows with its weight: points, caps and floors of the item move together; the base stays.
    """
    with localcontext(EXACT):
        counted = count(scheme, units, facts, closing=closing, since=since, titles=titles)
        rules = scheme.of_period("month")
        moves, all_tried = _moves(scheme, len(rules))
        groups = {key: _steadiness(scheme, counted, key, rules, moves) for key in counted.groups}
    return Sensitivity(groups, counted.titles, len(moves), all_tried)


def _moves(scheme: ScoringScheme, number: int) -> tuple[list[tuple[int, ...]], bool]:
    """Return how many tenths of its weight each rule is given, try by try; the same for the same scheme, always."""
    if 2**number <= TRIES:
        return list(itertools.product((DOWN, UP), repeat=number)), True
    single = [
        tuple(tenths if index == moved else TENTHS for index in range(number))
        for moved in range(number)
        for tenths in (DOWN, UP)
    ]
    draw = random.Random(scheme.id)
    return single + [tuple(draw.choice((DOWN, UP)) for _ in range(number)) for _ in range(TRIES - len(single))], False


def _steadiness(
    scheme: ScoringScheme, counted: Counted, key: str, rules: Sequence[Item], moves: Sequence[tuple[int, ...]]
) -> tuple[Steadiness, ...]:
    members = counted.groups[key]
    columns = [(number, rule) for number, rule in enumerate(rules) if rule.counts_in(key)]
    rows = [[counted.tallies[unit.number][rule.name].points for _, rule in columns] for unit in members]
    means = [mean_of(row[index] for row in rows) for index in range(len(columns))]
    parts = [_parts(columns, row, means) for row in rows]
    standing = _places([_total(scheme, columns, row, means) for row in rows])
    tried = [_places(_moved(scheme, columns, parts, move)) for move in moves]
    found = []
    for index, unit in enumerate(members):
        seen, place = Counter(places[index] for places in tried), standing[index]
        kept = Decimal(seen[place]) / len(tried)
        found.append(Steadiness(unit, place, kept, min(*seen, place), max(*seen, place)))
    return tuple(sorted(found, key=lambda one: (one.place, one.unit.number)))


Number = TypeVar("Number", Decimal, int)


def _places(totals: Sequence[Number]) -> list[int]:
    """Return the place of each total, the highest first; equal ones share a place."""
    first: dict[Number, int] = {}
    for number, total in enumerate(sorted(totals, reverse=True), 1):
        first.setdefault(total, number)
    return [first[total] for total in totals]


#: An item's rule with its number among all rules.
Column = tuple[int, Item]


def _total(
    scheme: ScoringScheme,
    columns: Sequence[Column],
    row: Sequence[Decimal | None],
    means: Sequence[Decimal | None],
) -> Decimal:
    """Return the score as it stands, as :func:`~duban.assessment.scoring.counting.rank` gives it."""
    scale = scale_of([(rule, rule.weight, points) for (_, rule), points in zip(columns, row, strict=True)])
    total = scheme.base
    for (_, rule), points, mean in zip(columns, row, means, strict=True):
        total += amount(rule, points, mean, rule.full or ZERO, scale)
    return rounded(bound(total, scheme.floor, scheme.cap)[0], scheme.places)


@dataclass(frozen=True)
class Parts:
    """What a unit's items bring, in whole numbers: `weighted` grow with the weights left out, `others` do not.

    Each is the number of the rule and points; `left_out` are the numbers of the rules whose weights the others take over.
    """

    weighted: tuple[tuple[int, int], ...]
    others: tuple[tuple[int, int], ...]
    left_out: tuple[int, ...]


def _parts(columns: Sequence[Column], row: Sequence[Decimal | None], means: Sequence[Decimal | None]) -> Parts:
    scale = scale_of([(rule, rule.weight, points) for (_, rule), points in zip(columns, row, strict=True)])
    # Without anything to scale up nothing grows, whatever the weights are.
    fixed = (Decimal(1), Decimal(1)) if scale else None
    weighted: list[tuple[int, int]] = []
    others: list[tuple[int, int]] = []
    left_out: list[int] = []
    for (number, rule), points, mean in zip(columns, row, means, strict=True):
        if scale and points is None and rule.absent == "rescale":
            left_out.append(number)
            continue
        brought = _whole(amount(rule, points, mean, rule.full or ZERO, fixed))
        (weighted if rule.weight is not None and scale else others).append((number, brought))
    return Parts(tuple(weighted), tuple(others), tuple(left_out))


def _moved(scheme: ScoringScheme, columns: Sequence[Column], parts: Sequence[Parts], move: Sequence[int]) -> list[int]:
    """Return the totals of all units, rounded, where each rule's weight is so many tenths of its own."""
    weights = {number: _whole(rule.weight) * move[number] for number, rule in columns if rule.weight is not None}
    whole = sum(weights.values())
    kept: dict[tuple[int, ...], int] = {}
    base = _whole(scheme.base) * TENTHS
    low = _whole(scheme.floor) * TENTHS if scheme.floor is not None else None
    high = _whole(scheme.cap) * TENTHS if scheme.cap is not None else None
    step = _whole(Decimal(1).scaleb(-scheme.places)) * TENTHS
    totals = []
    for one in parts:
        total = sum(points * move[number] for number, points in one.weighted)
        if one.left_out:
            if one.left_out not in kept:
                kept[one.left_out] = whole - sum(weights[number] for number in one.left_out)
            total = total * whole // kept[one.left_out]
        total += base + sum(points * move[number] for number, points in one.others)
        if high is not None and total > high:
            total = high
        elif low is not None and total < low:
            total = low
        totals.append((2 * total + step) // (2 * step))
    return totals


def _whole(number: Decimal) -> int:
    return int(number.scaleb(_DIGITS).to_integral_value())
