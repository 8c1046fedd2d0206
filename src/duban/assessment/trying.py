"""What a scoring scheme would make of months that are over, beside what they are ranked by: places won and lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duban.assessment.freezing import thawed_fact
from duban.assessment.gathering.book import Book, month_of
from duban.assessment.gathering.gather import gather
from duban.assessment.models import Ranking, RankingRow, month_words
from duban.assessment.office_scores import text_of, usual
from duban.assessment.scoring.counting import rank
from duban.assessment.scoring.facts import Fact, Unit
from duban.assessment.scoring.files import read
from duban.assessment.scoring.results import Ranking as Result
from duban.assessment.scoring.scheme import ScoringScheme
from duban.assessment.scoring.sensitivity import Sensitivity, sensitivity
from duban.dispatch.models import Round
from duban.dispatch.schemes.problems import WrongScheme
from duban.dispatch.states import RoundState
from duban.organisations.models import Division, UnitGroup
from duban.plans.models import Ledger
from duban.plans.states import LedgerState


@dataclass(frozen=True)
class Inputs:
    """What a month is ranked from: the units, their facts, the closing, the groups' titles, the scheme's title and text."""

    units: Sequence[Unit]
    facts: Sequence[Fact]
    closing: date
    titles: dict[str, str]
    scheme: ScoringScheme
    kept: bool


@dataclass(frozen=True)
class Move:
    """A unit in its group: place and score by the scheme in force and by the one that is tried; None where it has none."""

    unit: str
    before: int | None
    before_score: Decimal | None
    after: int | None
    after_score: Decimal | None

    @property
    def lost(self) -> int:
        """How many places it loses."""
        return -(self.won or 0)

    @property
    def won(self) -> int | None:
        """How many places it wins (over 0) or loses (under 0); None where it stands in one of the two only."""
        return None if self.before is None or self.after is None else self.before - self.after


@dataclass(frozen=True)
class Group:
    """A group of a month, by its places under the scheme that is tried."""

    title: str
    moves: list[Move]


@dataclass(frozen=True)
class Trial:
    """A month by both schemes; `kept` tells whether the facts are those of a ranking that was computed."""

    ledger: Ledger
    month: date
    scheme: str
    kept: bool
    groups: list[Group]
    notes: tuple[str, ...]

    @property
    def words(self) -> str:
        """The month in words."""
        return month_words(self.month)

    @property
    def moves(self) -> list[Move]:
        """The units of all groups."""
        return [move for group in self.groups for move in group.moves]

    @property
    def changed(self) -> int:
        """How many units stand on another place, or in one of the two rankings only."""
        return sum(1 for move in self.moves if move.won != 0)

    @property
    def furthest(self) -> list[Move]:
        """The units that win or lose most."""
        moved = sorted((move for move in self.moves if move.won), key=lambda move: -abs(move.won or 0))
        return [move for move in moved if abs(move.won or 0) == abs(moved[0].won or 0)][:3]


def months_over(ledger: Ledger, today: date) -> list[date]:
    """Return the months of a ledger in which reports were due and that are closed, the newest first: two statements."""
    if ledger.state == LedgerState.DRAFT:
        return []
    rounds = Round.objects.filter(ledger=ledger, period_end__lt=today).exclude(state=RoundState.PLANNED)
    months = {end.replace(day=1) for end in rounds.values_list("period_end", flat=True)}
    kept = set(Ranking.objects.months().filter(ledger=ledger).values_list("month", flat=True))
    return sorted((month for month in months | kept if month.year == ledger.year), reverse=True)


def last_month(division: Division, today: date) -> tuple[Ledger, date] | None:
    """Return the newest month of the division that can be ranked, with its ledger."""
    for ledger in _ledgers(division, today.year):
        for month in months_over(ledger, today):
            if month_of(ledger, month).closing < today:
                return ledger, month
    return None


def last_year(division: Division, today: date) -> list[tuple[Ledger, date]]:
    """Return the months of the year before, the first one first."""
    found = [ledger for ledger in _ledgers(division, today.year - 1) if ledger.year == today.year - 1]
    return [(ledger, month) for ledger in found[:1] for month in sorted(months_over(ledger, today))]


def _ledgers(division: Division, year: int) -> list[Ledger]:
    found = Ledger.objects.filter(division=division, year__lte=year).exclude(state=LedgerState.DRAFT)
    return list(found.select_related("division").order_by("-year", "pk"))


def tried(rules: ScoringScheme, months: Iterable[tuple[Ledger, date]]) -> list[Trial]:
    """Return each month by its own scheme and by `rules`. Months in which no unit is ranked are left out."""
    books: dict[int, Book] = {}
    found = []
    for ledger, month in months:
        inputs = _inputs(ledger, month, books)
        if inputs is None:
            continue
        before, after = _ranked(inputs, inputs.scheme), _ranked(inputs, rules)
        if after.groups or before.groups:
            groups = _groups(before, after)
            found.append(Trial(ledger, month, inputs.scheme.title, inputs.kept, groups, after.notes))
    return found


def steadiness(ranking: Ranking) -> Sensitivity | None:
    """Return how steady the places of a kept ranking are; None where its scheme can no longer be read."""
    inputs = _kept_inputs(ranking)
    if inputs is None:
        return None
    return sensitivity(inputs.scheme, inputs.units, inputs.facts, closing=inputs.closing, titles=inputs.titles)


def _ranked(inputs: Inputs, rules: ScoringScheme) -> Result:
    return rank(rules, inputs.units, inputs.facts, closing=inputs.closing, titles=inputs.titles)


def _inputs(ledger: Ledger, month: date, books: dict[int, Book]) -> Inputs | None:
    kept = Ranking.objects.months().filter(ledger=ledger, month=month).order_by("-version").first()
    if kept is not None:
        return _kept_inputs(kept)
    text = text_of(ledger, usual(ledger, month))
    assert text, "what was adopted is never deleted"
    book = books.setdefault(ledger.pk, Book(ledger))
    found = gather(book, month_of(ledger, month))
    groups = UnitGroup.objects.filter(division=ledger.division).order_by("order", "pk")
    titles = dict(groups.values_list("code", "name"))
    return Inputs(found.units, found.facts, found.month.closing, titles, read(text[2], text[0]), kept=False)


def _kept_inputs(ranking: Ranking) -> Inputs | None:
    try:
        scheme = read(ranking.scheme_text, ranking.scheme_name)
    except WrongScheme:
        # A later program may read a scheme otherwise.
        return None
    rows = list(RankingRow.objects.filter(ranking=ranking).defer("items", "working"))
    return Inputs(
        units=[Unit(row.unit_id, row.unit_name, row.group) for row in rows],
        facts=[thawed_fact(fact, row.unit_id) for row in rows for fact in row.facts],
        closing=ranking.closing,
        titles={row.group: row.group_title for row in rows},
        scheme=scheme,
        kept=True,
    )


def _groups(before: Result, after: Result) -> list[Group]:
    """Return the groups of the scheme that is tried, then those that only the other one has."""
    was = {score.unit.number: score for group in before.groups for score in group.scores}
    found, seen = [], set()
    for group in after.groups:
        moves = []
        for score in group.scores:
            old = was.get(score.unit.number)
            seen.add(score.unit.number)
            old_place, old_total = (old.place, old.total) if old else (None, None)
            moves.append(Move(score.unit.name, old_place, old_total, score.place, score.total))
        found.append(Group(group.title, moves))
    left = [
        Move(score.unit.name, score.place, score.total, None, None)
        for number, score in was.items()
        if number not in seen
    ]
    return [*found, Group("试算时不参加排名", left)] if left else found
