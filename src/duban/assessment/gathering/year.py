"""The facts of a year: the scores of its published months, and what its own items count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from duban.assessment import refusals
from duban.assessment.freezing import thawed_fact
from duban.assessment.gathering import polls
from duban.assessment.gathering.book import Book, Month, day_of, last_of, merged_words, month_of
from duban.assessment.gathering.gather import Gathered
from duban.assessment.models import Figure, Ranking, RankingRow
from duban.assessment.scoring.facts import Fact
from duban.assessment.scoring.numbers import shown
from duban.assessment.scoring.scheme import ScoringScheme
from duban.assessment.scoring.year import MONTH
from duban.assessment.states.rankings import RankingState


def gather_year(book: Book, scheme: ScoringScheme) -> Gathered:
    """Return the units and facts of the year, as of the last month that is published; eight statements and the book's.

    What the months were published with counts, not what was learnt since. A unit that was merged keeps no score of its own;
    its months are not its successor's. Raises `NoMonths`.
    """
    published = list(
        Ranking.objects.months()
        .filter(ledger=book.ledger, state=RankingState.PUBLISHED)
        .defer("scheme_text", "notes")
        .order_by("month")
    )
    if not published:
        raise refusals.NoMonths(book.ledger.year)
    last = month_of(book.ledger, published[-1].month)
    ranked = set(RankingRow.objects.filter(ranking__in=published).values_list("unit_id", flat=True))
    # Who was ranked in no month has nothing to be compared by.
    units = tuple(unit for unit in book.ranked(last) if unit.number in ranked)
    numbers = {unit.number for unit in units}
    found: dict[tuple[int, str], Fact] = {}
    for fact in _facts(book, scheme, published, last):
        if fact.unit in numbers:
            found.setdefault((fact.unit, fact.key), fact)
    facts = tuple(sorted(found.values(), key=lambda fact: (fact.unit, fact.kind, fact.day, fact.key)))
    left_out = [unit.name for unit in book.ranked(last) if unit.number not in ranked]
    notes = [f"{'、'.join(left_out)}没有一个月参加排名，不参加年度考核。"] if left_out else []
    return Gathered(last, units, facts, (*merged_words(book, last), *notes))


def _facts(book: Book, scheme: ScoringScheme, published: list[Ranking], last: Month) -> Iterator[Fact]:
    wanted = {kind for item in scheme.of_period("year") for kind in item.choice.kinds}
    wanted |= {kind for veto in scheme.vetoes for kind in veto.choice.kinds}
    rows = RankingRow.objects.filter(ranking__in=published).order_by("ranking__month", "pk")
    names = {ranking.pk: ranking for ranking in published}
    for row in rows.defer("items", "working"):
        ranking = names[row.ranking_id]
        yield Fact(
            MONTH, row.unit_id, f"month:{ranking.pk}:{row.unit_id}", last_of(ranking.month),
            f"{ranking.name}第{row.place}名，得分{shown(row.score)}", book.link("assessment:row", row.pk), value=row.score,
        )  # fmt: skip
        for kept in row.facts:
            if kept["kind"] in wanted:
                yield thawed_fact(kept, row.unit_id)
    if "entered" in wanted:
        for figure in Figure.objects.filter(ledger=book.ledger).order_by("pk"):
            yield book.fact(
                last, "entered", figure.unit_id, f"figure:{figure.pk}", _day(last, figure),
                f"{figure.name}：{shown(figure.value)}（{figure.paper}）", value=figure.value, marks={"figure": figure.name},
            )  # fmt: skip
    yield from polls.of_year(book, last)


def _day(month: Month, figure: Figure) -> date:
    """Return the day that a figure counts on: when it was entered, within what the year closes with."""
    return min(day_of(figure.entered_at), month.closing)
