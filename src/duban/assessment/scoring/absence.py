"""What a unit gets in an item where it has nothing to count, so that few tasks and many stay comparable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duban.assessment.scoring.facts import Unit
from duban.assessment.scoring.items import Tally
from duban.assessment.scoring.numbers import ZERO, equals, shown
from duban.assessment.scoring.scheme import Item


@dataclass(frozen=True)
class Filled:
    """The points of an item as they go into the score, out of how many, with the working; `absent` says why where empty."""

    points: Decimal
    full: Decimal | None
    working: str
    absent: str = ""


def filled(
    rules: Sequence[Item], units: Sequence[Unit], tallies: Mapping[int, Mapping[str, Tally]]
) -> tuple[dict[int, dict[str, Filled]], list[str]]:
    """Return each unit's points by item, with absent items treated as the scheme says, and what there is to note."""
    columns = {rule.name: [tallies[unit.number][rule.name].points for unit in units] for rule in rules}
    means = {name: mean_of(column) for name, column in columns.items()}
    notes = [
        f"“{rule.title}”各单位都没有可计的，没有平均分，按满分计"
        for rule in rules
        if rule.absent == "mean" and means[rule.name] is None and units
    ]
    found = {}
    for unit in units:
        own = tallies[unit.number]
        scale = scale_of([(rule, rule.weight, own[rule.name].points) for rule in rules])
        if scale is None and any(rule.absent == "rescale" for rule in rules):
            notes.append(f"{unit.name}没有一项有权重的可计，无从放大，各项按本组平均分计，本组也没有的按满分计")
        found[unit.number] = {rule.name: _one(rule, own[rule.name], means[rule.name], scale) for rule in rules}
    return found, notes


def mean_of(points: Iterable[Decimal | None]) -> Decimal | None:
    """Return the mean of the points that are there; None where none are."""
    known = sorted(one for one in points if one is not None)
    return sum(known, ZERO) / len(known) if known else None


#: The weights of all items, and of those that are not left out; None where nothing that has a weight is left.
Scale = tuple[Decimal, Decimal] | None


def scale_of(items: Sequence[tuple[Item, Decimal | None, Decimal | None]]) -> Scale:
    """Return by what the weights grow for those left out, from each item's rule, weight and points."""
    whole = sum((weight for _, weight, _ in items if weight is not None), ZERO)
    left_out = [
        weight for rule, weight, points in items if weight is not None and points is None and rule.absent == "rescale"
    ]
    kept = whole - sum(left_out, ZERO)
    return (whole, kept) if kept else None


def amount(rule: Item, points: Decimal | None, mean: Decimal | None, full: Decimal, scale: Scale) -> Decimal:
    """Return what an item adds to a score, from what it brought on its own, the group's mean and the most there is."""
    if points is None:
        if rule.absent == "zero" or (rule.absent == "rescale" and scale is not None):
            return ZERO
        points = full if rule.absent == "full" or mean is None else mean
    if rule.weight is None or scale is None or scale[0] == scale[1]:
        return points
    return points * scale[0] / scale[1]


def _one(rule: Item, own: Tally, mean: Decimal | None, scale: Scale) -> Filled:
    points = amount(rule, own.points, mean, rule.full or ZERO, scale)
    if own.points is None and rule.absent == "rescale" and scale is not None:
        return Filled(ZERO, ZERO, "", "没有可计的，这一项不计，其他各项的权重按比例放大")
    before, working, absent = (own.points, own.working, "") if own.points is not None else _missing(rule, mean)
    full = rule.full
    if rule.weight is not None and scale is not None and scale[0] != scale[1]:
        whole, kept = map(shown, scale)
        full = full * scale[0] / scale[1] if full is not None else None
        working += f"；有的项不计，权重放大：{shown(before)} × {whole} ÷ {kept} {equals(points)}"
    return Filled(points, full, working, absent)


def _missing(rule: Item, mean: Decimal | None) -> tuple[Decimal, str, str]:
    """Return what stands for an item without facts, its working, and the words for why."""
    if rule.absent == "zero":
        return ZERO, "0分", "没有可计的，不得分"
    if rule.absent == "full" or mean is None:
        full = rule.full or ZERO
        return full, f"按满分 {shown(full)}", "没有可计的，得满分"
    return mean, f"按本组平均 {shown(mean)}", "没有可计的，得本组其他单位的平均分"
