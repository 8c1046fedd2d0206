"""Does a scoring scheme do what it says: its worked examples, counted."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from duban.assessment.scoring.counting import rank
from duban.assessment.scoring.examples import DAY, facts_of, units_of
from duban.assessment.scoring.facts import Fact
from duban.assessment.scoring.items import band_of, row_of
from duban.assessment.scoring.numbers import rounded, shown
from duban.assessment.scoring.results import Ranking, Score
from duban.assessment.scoring.scheme import Example, Item, ScoringScheme
from duban.assessment.scoring.year import rank_year
from duban.dispatch.schemes.problems import Problem


def check(scheme: ScoringScheme) -> list[Problem]:
    """Return what does not hold, in Chinese; empty where everything does."""
    if not scheme.examples:
        do = "写几个 [[example]]：哪几个单位、各有什么事实，手工算出各得几分、第几名"
        return [Problem(scheme.file, "example", "没有一个算例", do)]
    return [problem for example in scheme.examples for problem in _example(scheme, example)]


def ranked(scheme: ScoringScheme, example: Example) -> Ranking:
    """Return the ranking of an example: of the year where it has months, of a month otherwise."""
    units, facts = units_of(example), facts_of(example)
    if not example.months:
        return rank(scheme, units, facts, closing=DAY)
    numbers = {unit.name: unit.number for unit in units}
    months: dict[int, dict[int, Decimal]] = {}
    for name, scores in example.months.items():
        for month, score in scores.items():
            months.setdefault(month, {})[numbers[name]] = score
    return rank_year(scheme, units, months, facts, closing=DAY)


def unproved(scheme: ScoringScheme) -> list[str]:
    """Return the parts of a scheme that no worked example comes to, in words."""
    facts = [fact for example in scheme.examples for fact in facts_of(example)]
    live = [fact for fact in facts if not fact.forgiven]
    found = []
    for item in scheme.items:
        if not any(item.choice.meets(fact) for fact in live):
            found.append(item.title)
        else:
            found += [f"{item.title}的{words}" for words in _parts(item, live)]
    scores = [
        score for example in scheme.examples for group in ranked(scheme, example).groups for score in group.scores
    ]
    absent = {item.name for score in scores for item in score.items if item.absent}
    found += [
        f"{item.title}没有可计的时候"
        for item in scheme.items
        if item.weight and item.name not in absent and item.absent != "zero"
    ]
    found += [one.title for one in scheme.multipliers if not any(one.choice.meets(fact) for fact in live)]
    found += [veto.say for veto in scheme.vetoes if not any(veto.choice.meets(fact) for fact in live)]
    if scheme.commend and not any(example.commended for example in scheme.examples):
        found.append("表扬谁")
    if scheme.criticise and not any(example.criticised for example in scheme.examples):
        found.append("批评谁")
    if scheme.year and not any(example.months for example in scheme.examples):
        found.append("年度怎样算")
    return found


def _parts(item: Item, live: list[Fact]) -> Iterator[str]:
    """Give the rows and bands of an item that no fact comes to."""
    own = [fact for fact in live if item.choice.meets(fact)]
    rows = {id(row_of(item, fact)) for fact in own}
    yield from (f"第{number}行" for number, row in enumerate(item.rows, 1) if id(row) not in rows)
    values = [sum((fact.value for fact in own), Decimal(0))] if item.take == "total" else [fact.value for fact in own]
    bands = {id(band_of(item, value)) for value in values}
    yield from (f"第{number}档" for number, band in enumerate(item.bands, 1) if id(band) not in bands)


def _example(scheme: ScoringScheme, example: Example) -> Iterator[Problem]:
    ranking = ranked(scheme, example)
    found = {score.unit.name: score for group in ranking.groups for score in group.scores}
    names = {score.unit.number: name for name, score in found.items()}

    def wrong(what: str, why: str) -> Problem:
        return Problem(scheme.file, f"算例“{example.title}”", what, f"重算一遍：改算例，或改办法。算法是：{why}")

    if not (example.scores or example.places or example.items):
        yield Problem(scheme.file, f"算例“{example.title}”", "没有写各得几分、第几名", "写上 scores 或 places")
    for name in {*example.scores, *example.places, *example.items} - set(found):
        yield wrong(f"“{name}”没有参加排名", "；".join(ranking.notes) or "没有这个组")
    for name, score in found.items():
        yield from (wrong(what, why) for what, why in _score(example, name, score))
    for key, word, named in (
        ("commended", "表扬", {names[number] for group in ranking.groups for number in group.commended}),
        ("criticised", "批评", {names[number] for group in ranking.groups for number in group.criticised}),
        ("vetoed", "一票否决", {name for name, score in found.items() if score.vetoed}),
    ):
        expected = getattr(example, key)
        if expected is not None and set(expected) != named:
            yield wrong(f"写的{word}是{_list(expected)}，按办法是{_list(named)}", "看办法里这一部分的条件")


def _score(example: Example, name: str, score: Score) -> Iterator[tuple[str, str]]:
    if name in example.scores and example.scores[name] != score.total:
        yield f"“{name}”写的是{shown(example.scores[name])}分，按办法是{shown(score.total)}分", score.working
    if name in example.places and example.places[name] != score.place:
        yield f"“{name}”写的是第{example.places[name]}名，按办法是第{score.place}名", f"它得{shown(score.total)}分"
    items = {item.name: item for item in score.items}
    for key, expected in example.items.get(name, {}).items():
        item = items.get(key)
        if item is None:
            yield f"“{name}”写了“{key}”的分，这一项却不计它", "看这一项的 groups 和 period"
        elif rounded(item.points, 4) != rounded(expected, 4):
            working = item.working or item.absent
            yield f"“{name}”的“{item.title}”写的是{shown(expected)}分，按办法是{shown(item.points)}分", working


def _list(names: object) -> str:
    return "、".join(sorted(names)) or "没有"  # type: ignore[call-overload]
