"""A month's ranking, and the year's, from the facts of the database: gathered, ranked by a scheme, ready to be kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from duban.assessment import freezing
from duban.assessment.gathering.book import Book, Month
from duban.assessment.gathering.gather import gather
from duban.assessment.gathering.year import gather_year
from duban.assessment.models import Ranking, RankingRow
from duban.assessment.scoring.counting import rank
from duban.assessment.scoring.facts import Fact, Unit
from duban.assessment.scoring.files import read
from duban.assessment.scoring.numbers import shown
from duban.assessment.scoring.results import Ranking as Result
from duban.assessment.scoring.scheme import ScoringScheme
from duban.assessment.scoring.year import rank_year, scores_of
from duban.organisations.models import UnitGroup


@dataclass(frozen=True)
class Computed:
    """What a computation came to."""

    month: Month
    rows: tuple[freezing.FrozenRow, ...]
    digest: str
    sealed: str
    notes: tuple[str, ...]
    commended: tuple[int, ...]
    criticised: tuple[int, ...]


def compute(book: Book, month: Month, scheme: ScoringScheme, text: str) -> Computed:
    """Return the ranking of a month by a scheme; `text` is the scheme's file, which goes into the digest."""
    found = gather(book, month)
    result = rank(scheme, found.units, found.facts, closing=month.closing, titles=_titles(book))
    return _kept(month, text, result, found.facts, found.notes)


def compute_whole_year(book: Book, scheme: ScoringScheme, text: str) -> Computed:
    """Return the year's assessment by a scheme, from the months that are published and what only the year knows.

    Raises `NoMonths`.
    """
    found = gather_year(book, scheme)
    result = rank_year(
        scheme, found.units, scores_of(found.facts), found.facts, closing=found.month.closing, titles=_titles(book)
    )
    return _kept(found.month, text, result, found.facts, found.notes)


def _titles(book: Book) -> dict[str, str]:
    groups = UnitGroup.objects.filter(division=book.division).order_by("order", "pk")
    return dict(groups.values_list("code", "name"))


def _kept(month: Month, text: str, result: Result, facts: Sequence[Fact], notes: Sequence[str]) -> Computed:
    rows = rows_of(result, facts)
    return Computed(
        month=month,
        rows=rows,
        digest=freezing.input_digest(
            scheme=text,
            closing=month.closing,
            units=((Unit(row.unit, row.unit_name, row.group), row.facts) for row in rows),
        ),
        sealed=freezing.result_digest(
            freezing.result_of(
                unit=row.unit, group=row.group, place=row.place, score=row.score, vetoed=row.vetoed,
                working=row.working, items=row.items,
            )
            for row in rows
        ),
        notes=(*notes, *result.notes),
        commended=tuple(number for group in result.groups for number in group.commended),
        criticised=tuple(number for group in result.groups for number in group.criticised),
    )  # fmt: skip


def rows_of(result: Result, facts: Sequence[Fact]) -> tuple[freezing.FrozenRow, ...]:
    """Return the rows of a ranking, group by group, each with all facts of its unit."""
    of: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        of[fact.unit].append(fact)
    return tuple(
        freezing.frozen_row(
            score, of[score.unit.number], group=group.group, title=group.title, group_order=number, order=order
        )
        for number, group in enumerate(result.groups)
        for order, score in enumerate(group.scores)
    )


@dataclass(frozen=True)
class Verified:
    """Whether a kept ranking is what it was: its inputs, its results, and the results worked out again from the inputs."""

    inputs: bool
    results: bool
    recounted: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was changed and everything comes out again."""
        return self.inputs and self.results and not self.recounted


def verify(ranking: Ranking) -> Verified:
    """Work both digests of a kept ranking out again, and its scores anew from the facts and the scheme it kept."""
    rows = list(RankingRow.objects.filter(ranking=ranking))
    inputs = freezing.input_digest(
        scheme=ranking.scheme_text,
        closing=ranking.closing,
        units=((Unit(row.unit_id, row.unit_name, row.group), row.facts) for row in rows),
    )
    results = freezing.result_digest(
        freezing.result_of(
            unit=row.unit_id, group=row.group, place=row.place, score=row.score, vetoed=row.vetoed,
            working=row.working, items=row.items,
        )
        for row in rows
    )  # fmt: skip
    return Verified(inputs == ranking.digest, results == ranking.sealed, tuple(_recounted(ranking, rows)))


def _recounted(ranking: Ranking, rows: Sequence[RankingRow]) -> list[str]:
    """Return a sentence for each unit whose place or score comes out otherwise than it was kept."""
    scheme = read(ranking.scheme_text, ranking.scheme_name)
    units = [Unit(row.unit_id, row.unit_name, row.group) for row in rows]
    facts = [freezing.thawed_fact(fact, row.unit_id) for row in rows for fact in row.facts]
    titles = {row.group: row.group_title for row in rows}
    if ranking.is_year:
        result = rank_year(scheme, units, scores_of(facts), facts, closing=ranking.closing, titles=titles)
    else:
        result = rank(scheme, units, facts, closing=ranking.closing, titles=titles)
    again: dict[int, tuple[int, Decimal]] = {
        score.unit.number: (score.place, score.total) for group in result.groups for score in group.scores
    }
    found = []
    for row in rows:
        place, total = again.get(row.unit_id, (0, Decimal(0)))
        if (place, total) != (row.place, row.score):
            found.append(
                f"{row.unit_name}：记的是第{row.place}名 {shown(row.score)}分，重算是第{place}名 {shown(total)}分"
            )
    return found
