"""What comes out: places, scores, items and lines, each with its arithmetic written out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from duban.assessment.scoring.facts import Fact, Unit


@dataclass(frozen=True, slots=True)
class Line:
    """What one fact brought: points before the item's cap and floor, and how they were worked out (−0.1 × 2 = −0.2)."""

    fact: Fact
    points: Decimal
    working: str


@dataclass(frozen=True)
class Item:
    """What one item of the scheme brought a unit. `working` has the arithmetic from the lines to the points.

    `absent` says how the scheme treats a unit without facts of the kind, "" where it has some.
    """

    name: str
    title: str
    points: Decimal
    full: Decimal | None
    working: str
    lines: tuple[Line, ...]
    absent: str = ""


@dataclass(frozen=True)
class Score:
    """A unit's score and place in its group. Equal scores share a place (1, 2, 2, 4).

    `vetoed` says why the unit takes no place among the commended (一票否决), "" where nothing does.
    """

    unit: Unit
    total: Decimal
    place: int
    items: tuple[Item, ...]
    working: str
    vetoed: str = ""


@dataclass(frozen=True)
class GroupRanking:
    """The scores of one group, the best first; who is commended and criticised by the scheme's rule."""

    group: str
    title: str
    scores: tuple[Score, ...]
    commended: tuple[int, ...] = ()
    criticised: tuple[int, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """A whole ranking: its groups, and what could not be counted, in Chinese sentences."""

    groups: tuple[GroupRanking, ...]
    notes: tuple[str, ...] = ()
