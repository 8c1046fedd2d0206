"""From the facts of a month to its ranking, each score with the arithmetic that made it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from duban.assessment.scoring.absence import Filled, filled
from duban.assessment.scoring.facts import KINDS, Fact, Unit
from duban.assessment.scoring.items import Tally, bound, tally
from duban.assessment.scoring.naming import named
from duban.assessment.scoring.numbers import EXACT, added, rounded, shown
from duban.assessment.scoring.results import GroupRanking, Item, Ranking, Score
from duban.assessment.scoring.scheme import Item as Rule
from duban.assessment.scoring.scheme import Multiplier, ScoringScheme

#: The key of the one group where all units are compared with each other.
ALL = "all"
#: How many facts are named in a sentence.
_NAMED = 3


@dataclass(frozen=True)
class Counted:
    """What was counted before places are given: the units of each group with the tallies of their items, and notes."""

    groups: Mapping[str, Sequence[Unit]]
    titles: Mapping[str, str]
    tallies: Mapping[int, Mapping[str, Tally]]
    vetoes: Mapping[int, str]
    notes: tuple[str, ...]


def rank(
    scheme: ScoringScheme,
    units: Iterable[Unit],
    facts: Iterable[Fact],
    *,
    closing: date,
    since: date | None = None,
    titles: Mapping[str, str] | None = None,
) -> Ranking:
    """Return the ranking of a month as of its `closing`; facts before `since` or after `closing` are noted, not counted.

    `titles` are the names of the groups by their keys, for groups that the scheme does not name itself.
    """
    with localcontext(EXACT):
        counted = count(scheme, units, facts, closing=closing, since=since, titles=titles)
        found, said = [], []
        for key, members in counted.groups.items():
            rules = [rule for rule in scheme.of_period("month") if rule.counts_in(key)]
            points, more = filled(rules, members, counted.tallies)
            said += [(counted.titles[key], note) for note in more]
            scores = [_score(scheme, unit, rules, counted, points[unit.number]) for unit in members]
            found.append(placed(scheme, key, counted.titles[key], scores))
        return Ranking(tuple(found), (*counted.notes, *of_groups(said)))


def of_groups(said: Iterable[tuple[str, str]]) -> list[str]:
    """Return what is to be noted of groups, given with the title of each; what holds of several is said once."""
    titles: dict[str, list[str]] = {}
    for title, note in said:
        titles.setdefault(note, []).append(title)
    return [f"{'、'.join(of_note)}：{note}" for note, of_note in titles.items()]


def count(
    scheme: ScoringScheme,
    units: Iterable[Unit],
    facts: Iterable[Fact],
    *,
    closing: date,
    since: date | None = None,
    titles: Mapping[str, str] | None = None,
    period: str = "month",
) -> Counted:
    """Return what each unit's facts bring in each item of the period, before absent items are filled and places given."""
    members, names, notes = _grouped(scheme, units, titles or {})
    group_of = {unit.number: key for key, of_group in members.items() for unit in of_group}
    by_unit, more = _sorted_out(facts, group_of, since, closing)
    tallies, vetoes = {}, {}
    for number, key in group_of.items():
        own: dict[str, list[Fact]] = defaultdict(list)
        for fact in by_unit.get(number, ()):
            own[fact.kind].append(fact)
        live = {kind: found for kind, of_kind in own.items() if (found := [one for one in of_kind if not one.forgiven])}
        multiplied = [one for one in scheme.multipliers if _applies(one, live)]
        rules = [rule for rule in scheme.of_period(period) if rule.counts_in(key)]
        tallies[number] = {
            rule.name: tally(
                scheme,
                rule,
                rule.choice.of(own),
                [(one.title, one.factor) for one in multiplied if rule.name in one.items],
            )
            for rule in rules
        }
        vetoes[number] = _vetoed(scheme, live)
    kept, idle = _kept(scheme, members, tallies) if period == "month" else (members, [])
    return Counted(kept, names, tallies, vetoes, (*notes, *more, *idle))


def _kept(
    scheme: ScoringScheme, members: Mapping[str, Sequence[Unit]], tallies: Mapping[int, Mapping[str, Tally]]
) -> tuple[dict[str, list[Unit]], list[str]]:
    """Return the units that have something of what the scheme needs, and notes on those that have not."""
    kept: dict[str, list[Unit]] = {}
    idle = []
    for key, of_group in members.items():
        for unit in of_group:
            own = tallies[unit.number]
            asked = [own[name].points for name in scheme.needs if name in own]
            if asked and all(points is None for points in asked):
                idle.append(unit.name)
            else:
                kept.setdefault(key, []).append(unit)
    titles = "、".join(scheme.item(name).title for name in scheme.needs)
    return kept, [f"{'、'.join(idle)}没有{titles}可计，不参加排名"] if idle else []


def placed(scheme: ScoringScheme, key: str, title: str, scores: Sequence[Score]) -> GroupRanking:
    """Return a group's ranking: best first, equal scores on one place (1, 2, 2, 4), who is commended and criticised."""
    ordered = sorted(scores, key=lambda score: (-score.total, score.unit.number))
    found: list[Score] = []
    for number, score in enumerate(ordered, 1):
        place = found[-1].place if found and found[-1].total == score.total else number
        found.append(Score(score.unit, score.total, place, score.items, score.working, score.vetoed))
    commended = named(scheme.commend, found, best=True)
    criticised = tuple(unit for unit in named(scheme.criticise, found, best=False) if unit not in commended)
    return GroupRanking(key, title, tuple(found), commended, criticised)


def totalled(scheme: ScoringScheme, base: Decimal, parts: Sequence[tuple[str, Decimal]]) -> tuple[Decimal, str]:
    """Return the sum of base and parts within the scheme's floor and cap, rounded for people, with its working."""
    named_parts = [("基础分", base), *parts] if base else list(parts)
    amount = sum((points for _, points in named_parts), Decimal(0))
    within, bounded = bound(amount, scheme.floor, scheme.cap)
    total = rounded(within, scheme.places)
    said = "，".join(f"{title} {shown(points)}" for title, points in named_parts)
    sums = added(points for _, points in named_parts)
    result = f"= {shown(amount)}" if rounded(amount, 4) == amount else f"≈ {shown(amount)}"
    working = f"{said}；{sums} {result}" if len(named_parts) > 1 else said or "0"
    working += bounded
    if total != within:
        working += f"；取{scheme.places}位小数，{total}" if scheme.places else f"；取整，{total}"
    return total, working


def parts_of(items: Sequence[Item]) -> list[tuple[str, Decimal]]:
    """Return what goes into the sum: what brought or cost something, and what could have and did not."""
    return [(item.title, item.points) for item in items if item.points or (item.full and item.lines)]


def _score(
    scheme: ScoringScheme, unit: Unit, rules: Sequence[Rule], counted: Counted, points: Mapping[str, Filled]
) -> Score:
    items = []
    for rule in rules:
        own, one = counted.tallies[unit.number][rule.name], points[rule.name]
        items.append(Item(rule.name, rule.title, one.points, one.full, one.working, own.lines, one.absent))
    total, working = totalled(scheme, scheme.base, parts_of(items))
    return Score(unit, total, 0, tuple(items), working, counted.vetoes[unit.number])


def _grouped(
    scheme: ScoringScheme, units: Iterable[Unit], titles: Mapping[str, str]
) -> tuple[dict[str, list[Unit]], dict[str, str], list[str]]:
    """Return the units of each group in order of their numbers, the groups' titles, and notes on units left out."""
    ordered = sorted({unit.number: unit for unit in units}.values(), key=lambda unit: unit.number)
    if scheme.compare == ALL:
        return ({ALL: ordered} if ordered else {}), {ALL: "全部单位"}, []
    declared = {name: group for group in scheme.groups for name in (group.key, *group.of)}
    members: dict[str, list[Unit]] = {group.key: [] for group in scheme.groups}
    names = {group.key: group.title for group in scheme.groups}
    left: dict[str, list[str]] = {}
    for unit in ordered:
        if scheme.groups and unit.group not in declared and titles.get(unit.group) not in declared:
            left.setdefault(unit.group, []).append(unit.name)
            continue
        group = declared.get(unit.group) or declared.get(titles.get(unit.group, ""))
        key = group.key if group else unit.group
        members.setdefault(key, []).append(unit)
        names.setdefault(key, titles.get(key, key) or "没有分组的单位")
    notes = [
        f"{'、'.join(of_group)}在“{titles.get(key, key) or '没有分组'}”，办法没有这一组，没有排名"
        for key, of_group in sorted(left.items())
    ]
    empty = [names[key] for key, of_group in members.items() if not of_group]
    notes += [f"办法里的“{title}”一个单位也没有" for title in empty]
    kept = {key: of_group for key, of_group in members.items() if of_group}
    order = (
        list(names)
        if scheme.groups
        else sorted(kept, key=lambda key: (list(titles).index(key) if key in titles else len(titles), key))
    )
    return {key: kept[key] for key in order if key in kept}, names, notes


def _sorted_out(
    facts: Iterable[Fact], known: Mapping[int, str], since: date | None, closing: date
) -> tuple[dict[int, list[Fact]], list[str]]:
    """Return the facts of each unit, each once, in one order whatever order they came in; and what was left out."""
    by_unit: dict[int, dict[str, Fact]] = defaultdict(dict)
    early = late = 0
    unknown: Counter[tuple[int, str]] = Counter()
    differing: set[tuple[int, str]] = set()
    for fact in facts:
        if fact.unit not in known:
            unknown[fact.unit, fact.kind] += 1
        elif fact.day > closing:
            late += 1
        elif since and fact.day < since:
            early += 1
        else:
            own = by_unit[fact.unit]
            other = own.setdefault(fact.key, fact)
            if other is not fact and other != fact:
                differing.add((fact.unit, fact.key))
                own[fact.key] = max(other, fact, key=_order)
    notes = [
        f"编号{unit}的单位不参加排名，它的{KINDS.get(kind, (kind, ''))[0]}{number}件没有计"
        for (unit, kind), number in sorted(unknown.items())
    ]
    notes += [f"{early}件事实早于{since:%Y-%m-%d}，没有计"] if since and early else []
    notes += [f"{late}件事实晚于截止日{closing:%Y-%m-%d}，没有计"] if late else []
    notes += [
        f"编号{unit}的单位有两件事实同是“{key}”而内容不同，只计了{by_unit[unit][key].words or '一件'}"
        for unit, key in sorted(differing)
    ]
    return {unit: sorted(own.values(), key=lambda fact: (fact.day, fact.key)) for unit, own in by_unit.items()}, notes


def _order(fact: Fact) -> tuple[object, ...]:
    marks = sorted(fact.marks.items())
    return (fact.day, fact.kind, fact.value, fact.role, fact.task, fact.words, fact.link, fact.forgiven, marks)


def _applies(one: Multiplier, live: Mapping[str, Sequence[Fact]]) -> bool:
    meets = len(one.choice.of(live))
    if one.quantity == "any":
        return meets > 0
    return meets > 0 and meets == sum(len(live[kind]) for kind in one.choice.kinds or live if kind in live)


def _vetoed(scheme: ScoringScheme, live: Mapping[str, Sequence[Fact]]) -> str:
    said = []
    for veto in scheme.vetoes:
        found = veto.choice.of(live)
        if len(found) >= veto.times:
            words = "；".join(fact.words for fact in found[:_NAMED] if fact.words)
            more = f"等{len(found)}件" if len(found) > _NAMED else ""
            said.append(f"{veto.say}：{words}{more}" if words else veto.say)
    return "；".join(said)
