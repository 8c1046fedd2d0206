"""What papers speak of, as of one day: plain values, read from the database by :mod:`duban.bulletins.gathering`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

#: Colours from the worst to the best; what is worse than green is behind.
WORST_FIRST = ("red", "orange", "yellow", "grey", "green", "blue")
BEHIND = ("red", "orange", "yellow")


@dataclass(frozen=True)
class SectionFact:
    """A part of the ledger: the lowest heading that stands over tasks; `role` is what the paper's reader called it."""

    pk: int
    name: str
    role: str = ""


@dataclass(frozen=True)
class UnitFact:
    """A unit, by the name that papers use."""

    pk: int
    name: str
    group: str = ""


@dataclass(frozen=True)
class IndicatorFact:
    """A promise in numbers and the last value that was verified for it by the day."""

    pk: int
    task: int
    name: str
    unit: str
    target: Decimal
    promised: str
    value: Decimal | None = None
    reached: bool = False
    source: str = ""


@dataclass(frozen=True)
class TaskFact:
    """A task as its version of the day says, with its light then and a month before."""

    pk: int
    number: str
    title: str
    section: int
    units: tuple[int, ...] = ()
    light: str = ""
    word: str = ""
    before: str = ""
    why: str = ""
    due: date | None = None
    progress: Decimal | None = None
    expected: Decimal | None = None
    closed: bool = False
    sponsor: str = ""
    problems: str = ""
    has_project: bool = False

    @property
    def rank(self) -> int:
        """How bad its light is: the lower the worse."""
        return WORST_FIRST.index(self.light) if self.light in WORST_FIRST else WORST_FIRST.index("grey")

    @property
    def behind(self) -> bool:
        """Say whether it is behind."""
        return self.light in BEHIND and not self.closed

    @property
    def turned(self) -> int:
        """Whether its light got worse (below 0) or better (above 0) within the month; 0 where it was not there before."""
        if self.before not in WORST_FIRST or self.light not in WORST_FIRST:
            return 0
        return self.rank - WORST_FIRST.index(self.before)


@dataclass(frozen=True)
class ReportFact:
    """A report that a unit owed for the month."""

    task: int
    unit: int
    handed_in: bool
    late: bool
    returned: bool


@dataclass(frozen=True)
class SlipFact:
    """An order at one unit, as it stood on the day."""

    pk: int
    order: int
    number: str
    title: str
    unit: int
    level: str
    level_words: str
    issued_on: date
    answer_by: date
    open: bool
    overdue: bool
    task: int = 0


@dataclass(frozen=True)
class IssueFact:
    """A problem of the list, as it stood on the day."""

    pk: int
    title: str
    unit: int
    task: int
    raised_on: date
    closed_on: date | None
    overdue: bool

    @property
    def open(self) -> bool:
        """Say whether it was still open."""
        return self.closed_on is None


@dataclass(frozen=True)
class FindingFact:
    """What an inspection found at a unit, fed back by the day."""

    pk: int
    inspection: int
    unit: int
    task: int
    open: bool


@dataclass(frozen=True)
class RankFact:
    """A unit in the month's ranking: its place in its group and its score; `before` is its place a month earlier."""

    unit: int
    group: str
    place: int
    score: Decimal
    before: int | None = None
    commended: bool = False
    criticised: bool = False


@dataclass(frozen=True)
class RankingFacts:
    """The ranking that a paper rests on: `state` is ``published`` or ``draft``."""

    pk: int
    state: str
    rows: tuple[RankFact, ...]


@dataclass(frozen=True)
class Facts:
    """All that papers of one ledger and month are composed from, as of `day`.

    `levels` are the codes by which the ledger page finds the tasks of a colour.
    """

    ledger: int
    division: str
    office: str
    year: int
    first: date
    day: date
    sections: tuple[SectionFact, ...] = ()
    units: Mapping[int, UnitFact] = field(default_factory=dict)
    tasks: tuple[TaskFact, ...] = ()
    indicators: tuple[IndicatorFact, ...] = ()
    reports: tuple[ReportFact, ...] = ()
    slips: tuple[SlipFact, ...] = ()
    issues: tuple[IssueFact, ...] = ()
    findings: tuple[FindingFact, ...] = ()
    inspections: tuple[int, ...] = ()
    ranking: RankingFacts | None = None
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    today: date | None = None
