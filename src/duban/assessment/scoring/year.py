"""From the scores of the months, and what only the year knows, to the year's scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext

from duban.assessment.scoring.absence import filled
from duban.assessment.scoring.counting import count, of_groups, parts_of, placed, totalled
from duban.assessment.scoring.facts import Fact, Unit
from duban.assessment.scoring.numbers import EXACT, HUNDRED, ZERO, added, equals, percent, shown, times
from duban.assessment.scoring.results import Item, Line, Ranking, Score
from duban.assessment.scoring.scheme import ScoringScheme, Year

#: The kind of the facts that tell a month's score.
MONTH = "month"
#: The name of the item that stands for the months.
MONTHS = "months"
#: What holds where a scheme does not speak of the year: the plain mean of the months.
PLAIN = Year(share=Decimal(1), weights={}, missing="skip")


def totals(ranking: Ranking) -> dict[int, Decimal]:
    """Return the scores of a ranking by unit, as :func:`rank_year` takes them for a month."""
    return {score.unit.number: score.total for group in ranking.groups for score in group.scores}


def rank_year(
    scheme: ScoringScheme,
    units: Iterable[Unit],
    months: Mapping[int, Mapping[int, Decimal]],
    facts: Iterable[Fact],
    *,
    closing: date,
    since: date | None = None,
    titles: Mapping[str, str] | None = None,
) -> Ranking:
    """Return the year's ranking from each month's scores by unit, and the facts of items that only count in the year.

    Facts of the kind `MONTH` say where the scores of the months come from (:func:`scores_of`); they stand as lines.
    """
    facts = list(facts)
    sources = {(fact.unit, fact.day.month): fact for fact in facts if fact.kind == MONTH}
    rule = scheme.year or PLAIN
    with localcontext(EXACT):
        counted = count(scheme, units, facts, closing=closing, since=since, titles=titles, period="year")
        found, notes, said = [], list(counted.notes), []
        for key, members in counted.groups.items():
            rules = [item for item in scheme.of_period("year") if item.counts_in(key)]
            points, more = filled(rules, members, counted.tallies)
            said += [(counted.titles[key], note) for note in more]
            scores = []
            for unit in members:
                own_months = {m: row.get(unit.number) for m, row in months.items()}
                known = {m: sources[unit.number, m] for m in months if (unit.number, m) in sources}
                of_months, note = _months(scheme, rule, own_months, known)
                notes += [f"{unit.name}：{note}"] if note else []
                items = [of_months]
                for item in rules:
                    own, one = counted.tallies[unit.number][item.name], points[unit.number][item.name]
                    items.append(Item(item.name, item.title, one.points, one.full, one.working, own.lines, one.absent))
                total, working = totalled(scheme, ZERO, parts_of(items))
                scores.append(Score(unit, total, 0, tuple(items), working, counted.vetoes[unit.number]))
            found.append(placed(scheme, key, counted.titles[key], scores))
        return Ranking(tuple(found), (*notes, *of_groups(said)))


def scores_of(facts: Iterable[Fact]) -> dict[int, dict[int, Decimal]]:
    """Return the scores of the months by month and unit, as :func:`rank_year` takes them, from the facts that tell of them."""
    months: dict[int, dict[int, Decimal]] = {}
    for fact in facts:
        if fact.kind == MONTH:
            months.setdefault(fact.day.month, {})[fact.unit] = fact.value
    return months


def _months(
    scheme: ScoringScheme, rule: Year, scores: Mapping[int, Decimal | None], sources: Mapping[int, Fact]
) -> tuple[Item, str]:
    """Return the item of the months, and what is to be noted where none has a score."""
    full = scheme.total * rule.share if scheme.total else None
    weights = {month: rule.weights.get(month, Decimal(1)) for month in sorted(scores)}
    counted = {
        month: (score if score is not None else ZERO, weights[month])
        for month, score in sorted(scores.items())
        if weights[month] and (score is not None or rule.missing == "zero")
    }
    missing = [month for month, score in sorted(scores.items()) if score is None and weights[month]]
    said = ""
    if missing:
        way = "不计" if rule.missing == "skip" else "按0分"
        said = f"；{'、'.join(map(str, missing))}月没有分数，{way}"
    whole = sum((weight for _, weight in counted.values()), ZERO)
    if not whole:
        return Item(MONTHS, "各月", ZERO, full, "没有一个月有分数", ()), "没有一个月有分数，各月这一项记0分"
    mean = sum((score * weight for score, weight in counted.values()), ZERO) / whole
    if all(weight == 1 for _, weight in counted.values()):
        terms = added(score for score, _ in counted.values())
    else:
        terms = " + ".join(shown(s) if w == 1 else times(s, w) for s, w in counted.values())
    working = f"({terms}) ÷ {shown(whole)} {equals(mean)}" if len(counted) > 1 else shown(mean)
    if rule.share != 1:
        working += f"；{shown(mean)} × {percent(rule.share)} {equals(mean * rule.share)}"
    words = "、".join(map(str, counted))
    lines = tuple(
        Line(fact, score * weight / whole * rule.share, _part(score, weight, whole, rule))
        for month, (score, weight) in counted.items()
        if (fact := sources.get(month)) is not None
    )
    return Item(MONTHS, "各月", mean * rule.share, full, f"{words}月：{working}{said}", lines), ""


def _part(score: Decimal, weight: Decimal, whole: Decimal, rule: Year) -> str:
    """Return the arithmetic of one month's part."""
    weighted = shown(score) if weight == 1 else times(score, weight)
    share = "" if rule.share == 1 else f" × {percent(rule.share)}"
    return f"{weighted} ÷ {shown(whole)}{share} {equals(score * weight / whole * rule.share)}"


def share_words(rule: Year) -> str:
    """Return how the months make the year, in a sentence."""
    said = f"各月得分的{'加权平均' if rule.weights else '平均'}占全年的{shown(rule.share * HUNDRED)}%"
    if rule.weights:
        said += f"（{'、'.join(f'{month}月权重{shown(weight)}' for month, weight in sorted(rule.weights.items()))}，其余各月1）"
    return said
