"""What the facts of a unit bring in one item, with the arithmetic written out so that a person can redo it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from duban.assessment.scoring.factors import ONE, Factors
from duban.assessment.scoring.facts import BY, Fact
from duban.assessment.scoring.numbers import HUNDRED, ZERO, added, equals, percent, shown, times
from duban.assessment.scoring.results import Line
from duban.assessment.scoring.scheme import Band, Item, Row, ScoringScheme

#: How many terms of a sum are written out in an item; the lines have the others.
_TERMS = 6
#: What an item's facts bring: points, the lines, the working. None where nothing was there to count.
Brought = tuple[Decimal, list[Line], str] | None


@dataclass(frozen=True)
class Tally:
    """What an item brought a unit on its own. `points` are None where there was nothing to count."""

    points: Decimal | None
    lines: tuple[Line, ...]
    working: str


def tally(scheme: ScoringScheme, item: Item, facts: Sequence[Fact], multiplied: Sequence[tuple[str, Decimal]]) -> Tally:
    """Return what `facts`, all of them the item's and of one unit, bring; `multiplied` has what doubles the item."""
    live = [fact for fact in facts if not fact.forgiven]
    forgiven = [Line(fact, ZERO, f"容错（{fact.forgiven}），不计") for fact in facts if fact.forgiven]
    brought = _WAYS[item.how](scheme, item, live) if live else None
    if brought is None:
        empty = ZERO if item.how == "count" else None
        return Tally(empty, tuple(forgiven), "没有可计的，0分" if empty is not None else "")
    points, lines, working = brought
    for title, factor in multiplied:
        product = points * factor
        working += f"；{title}：{times(points, factor)} {equals(product)}"
        points = product
    points, bounded = bound(points, item.floor, item.cap)
    ordered = sorted([*lines, *forgiven], key=lambda line: (line.fact.day, line.fact.key)) if forgiven else lines
    return Tally(points, tuple(ordered), working + bounded)


def bound(points: Decimal, floor: Decimal | None, cap: Decimal | None) -> tuple[Decimal, str]:
    """Return the points within floor and cap, and the words for it where they bind."""
    if cap is not None and points > cap:
        return cap, f"；超过上限，按{shown(cap)}分"
    if floor is not None and points < floor:
        return floor, f"；低于下限，按{shown(floor)}分"
    return points, ""


def _ratio(scheme: ScoringScheme, item: Item, facts: Sequence[Fact]) -> Brought:
    weight = _weight(item)
    factors = Factors(scheme, item)
    parts = [(fact, _within(fact.value, item), *factors.of(fact)) for fact in facts]
    whole = sum((factor for _, _, factor, _ in parts), ZERO)
    reached = sum((value * factor for _, value, factor, _ in parts), ZERO)
    lines = []
    for fact, value, factor, why in parts:
        points, working = _part(weight, value, factor, whole, why)
        if value != fact.value:
            working = f"{percent(fact.value)}按{percent(value)}计；{working}"
        lines.append(Line(fact, points, working))
    mean = reached / whole
    product = f"{shown(weight)} × {percent(mean)} {equals(weight * mean)}"
    if len(parts) == 1:
        return weight * mean, lines, product
    if len(parts) <= _TERMS:
        terms = " + ".join(percent(v) if f == ONE else f"{percent(v)} × {shown(f)}" for _, v, f, _ in parts)
        above = f"({terms})"
    else:
        above = f"{len(parts)}件合计 {percent(reached)}"
    return weight * mean, lines, f"{above} ÷ {shown(whole)} {equals(mean * HUNDRED)} %；{product}"


def _share(scheme: ScoringScheme, item: Item, facts: Sequence[Fact]) -> Brought:
    assert item.good
    weight = _weight(item)
    factors = Factors(scheme, item)
    parts = [(fact, item.good.meets(fact), *factors.of(fact)) for fact in facts]
    whole = sum((factor for _, _, factor, _ in parts), ZERO)
    good = sum((factor for _, done, factor, _ in parts if done), ZERO)
    lines = []
    for fact, done, factor, why in parts:
        lines.append(Line(fact, *(_part(weight, ONE, factor, whole, why) if done else (ZERO, "没有做到，0分"))))
    count = sum(1 for _, done, _, _ in parts if done)
    product = f"{shown(weight)} × {percent(good / whole)} {equals(weight * good / whole)}"
    words = f"{len(parts)}件里做到{count}件"
    if item.factors:
        words += "，按系数"
    ratio = f"{shown(good)} ÷ {shown(whole)} {equals(good / whole * HUNDRED)} %"
    return weight * good / whole, lines, f"{words}：{ratio}；{product}"


def _count(scheme: ScoringScheme, item: Item, facts: Sequence[Fact]) -> Brought:
    factors = Factors(scheme, item)
    lines = []
    for fact in facts:
        row = row_of(item, fact)
        if row is None:
            lines.append(Line(fact, ZERO, "办法没有写这一种几分，0分"))
            continue
        points, working = _row_points(row, fact)
        factor, why = factors.of(fact)
        if factor != ONE:
            working = f"{times(points, factor)} {equals(points * factor)}{why}"
            points *= factor
        lines.append(Line(fact, points, working))
    amount = sum((line.points for line in lines), ZERO)
    found = Counter(line.points for line in lines if line.points)
    several = [
        f"{times(points, count)}" if count > 1 else shown(points) for points, count in sorted(found.items())[::-1]
    ]
    if len(found) > _TERMS:
        return amount, lines, f"{len(lines)}件合计 {shown(amount)}"
    if len(several) == 1 and "×" not in several[0]:
        return amount, lines, several[0]
    terms = " + ".join(f"({term})" if term.startswith("−") and number else term for number, term in enumerate(several))
    return amount, lines, f"{terms or '0'} {equals(amount)}"


def row_of(item: Item, fact: Fact) -> Row | None:
    """Return the first row of an item of `count` that says what a fact is worth."""
    return next((row for row in item.rows if row.choice.meets(fact)), None)


def _row_points(row: Row, fact: Fact) -> tuple[Decimal, str]:
    if not row.times_value:
        return row.points, f"{'+' if row.points > 0 else ''}{shown(row.points)}"
    points = row.points * fact.value
    return points, f"{times(row.points, fact.value)} {equals(points)}"


def band_of(item: Item, value: Decimal) -> Band | None:
    """Return the band of an item of `bands` that a value falls into."""
    return next((band for band in item.bands if band.bounds.holds(value)), None)


def _bands(scheme: ScoringScheme, item: Item, facts: Sequence[Fact]) -> Brought:
    if item.take == "total":
        amount = sum((fact.value for fact in facts), ZERO)
        points, said = _band_points(item, amount)
        lines = [Line(fact, points if len(facts) == 1 else ZERO, f"{shown(fact.value)}，并入合计") for fact in facts]
        return (
            points,
            lines,
            f"{added(fact.value for fact in facts) if len(facts) <= _TERMS else '合计'} {equals(amount)}，{said}",
        )
    factors = Factors(scheme, item)
    lines = []
    for fact in facts:
        points, said = _band_points(item, fact.value)
        factor, why = factors.of(fact)
        if factor != ONE:
            said += f"；{times(points, factor)} {equals(points * factor)}{why}"
        lines.append(Line(fact, points * factor, said))
    each = [line.points for line in lines]
    terms = added(each) if len(each) <= _TERMS else f"{len(each)}件合计 {shown(sum(each, ZERO))}"
    if len(each) == 1:
        return each[0], lines, lines[0].working
    if item.take == "best":
        return max(each), lines, f"取最高的 {shown(max(each))}"
    amount = sum(each, ZERO)
    if item.take == "mean":
        return amount / len(each), lines, f"({terms}) ÷ {len(each)} {equals(amount / len(each))}"
    return amount, lines, f"{terms} {equals(amount)}" if len(each) <= _TERMS else terms


def _band_points(item: Item, value: Decimal) -> tuple[Decimal, str]:
    band = band_of(item, value)
    return (
        (band.points, f"{shown(value)}这一档，{shown(band.points)}分")
        if band
        else (ZERO, f"{shown(value)}不在任何一档，0分")
    )


def _ballots(scheme: ScoringScheme, item: Item, facts: Sequence[Fact]) -> Brought:
    del scheme
    weight, number = _weight(item), len(facts)
    each = []
    lines = []
    for fact in facts:
        worth = max(item.first - item.step * (fact.value - ONE), ZERO)
        each.append(worth)
        said = f"第{shown(fact.value)}名：{shown(item.first)} − {shown(item.step)} × ({shown(fact.value)} − 1) {equals(worth)}"
        lines.append(Line(fact, weight * worth / item.first / number, said))
    mean = sum(each, ZERO) / number
    terms = added(each) if number <= _TERMS else f"{number}张票合计 {shown(sum(each, ZERO))}"
    working = f"({terms}) ÷ {number} {equals(mean)}" if number > 1 else shown(mean)
    if weight != item.first:
        working += f"；{shown(weight)} × {shown(mean)} ÷ {shown(item.first)} {equals(weight * mean / item.first)}"
    return weight * mean / item.first, lines, working


def _rating(scheme: ScoringScheme, item: Item, facts: Sequence[Fact]) -> Brought:
    del scheme
    weight = _weight(item)
    parts: Mapping[str, Decimal] = {rater.by: rater.part for rater in item.raters} or {"": ONE}
    by_rater: dict[str, list[Decimal]] = {by: [] for by in parts}
    for fact in facts:
        by = fact.marks.get("by", "") if item.raters else ""
        if by in by_rater:
            by_rater[by].append(_percent_value(fact.value))
    present = {by: values for by, values in by_rater.items() if values}
    if not present:
        return None
    whole = sum((parts[by] for by in present), ZERO)
    means = {by: sum(values, ZERO) / len(values) for by, values in present.items()}
    mean = sum((means[by] * parts[by] for by in present), ZERO) / whole
    lines = []
    for fact in facts:
        by = fact.marks.get("by", "") if item.raters else ""
        if by not in present:
            lines.append(Line(fact, ZERO, "办法不计这一类的评分"))
            continue
        value, number = _percent_value(fact.value), len(present[by])
        points = weight * value / HUNDRED * parts[by] / whole / number
        lines.append(Line(fact, points, f"{shown(value)}分，{BY.get(by, '') or ''}{number}人里的一人"))
    told = []
    for by, values in present.items():
        terms = added(values) if len(values) <= _TERMS else f"{len(values)}人合计 {shown(sum(values, ZERO))}"
        said = f"({terms}) ÷ {len(values)} {equals(means[by])}" if len(values) > 1 else shown(values[0])
        told.append(f"{BY.get(by, '')}{said}")
    working = "，".join(told)
    if len(parts) > 1:
        terms = " + ".join(times(means[by], parts[by]) for by in present)
        working += f"；({terms}) ÷ {shown(whole)} {equals(mean)}"
        if missing := [BY.get(by, by) for by in parts if by not in present]:
            working += f"（没有{'、'.join(missing)}的评分，按其余的折算）"
    points = weight * mean / HUNDRED
    return points, lines, f"{working}；{shown(weight)} × {percent(mean / HUNDRED)} {equals(points)}"


_WAYS: Mapping[str, Callable[[ScoringScheme, Item, Sequence[Fact]], Brought]] = {
    "ratio": _ratio,
    "share": _share,
    "count": _count,
    "bands": _bands,
    "ballots": _ballots,
    "rating": _rating,
}


def _weight(item: Item) -> Decimal:
    assert item.weight is not None
    return item.weight


def _within(value: Decimal, item: Item) -> Decimal:
    return min(max(value, item.value_floor), item.value_cap)


def _percent_value(value: Decimal) -> Decimal:
    return min(max(value, ZERO), HUNDRED)


@lru_cache(maxsize=65536)
def _part(weight: Decimal, value: Decimal, factor: Decimal, whole: Decimal, why: str) -> tuple[Decimal, str]:
    """Return a fact's part of a weighted mean, with its working; the same numbers come again and again."""
    points = weight * value * factor / whole
    words = f"{shown(weight)} × {percent(value)}"
    if factor != ONE:
        words += f" × {shown(factor)}"
    if whole != ONE:
        words += f" ÷ {shown(whole)}"
    return points, f"{words} {equals(points)}{why}"
