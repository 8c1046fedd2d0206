"""What a scoring scheme says, once it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duban.assessment.scoring.facts import Fact

#: How an item comes to its points.
HOW = {
    "ratio": "按完成率",
    "share": "按做到的占比",
    "count": "逐件加减分",
    "bands": "按档计分",
    "ballots": "按名次票",
    "rating": "按评分",
}
#: The ways of counting that have a weight, and so something to give a unit without facts.
WEIGHTED = ("ratio", "share", "ballots", "rating")
#: What a unit without facts of an item gets.
ABSENT = {
    "zero": "不得分",
    "full": "得满分",
    "mean": "得本组其他单位的平均分",
    "rescale": "这一项不计，其他各项的权重按比例放大",
}
#: How the points of several facts of an item of bands become one.
TAKE = {"each": "逐件相加", "mean": "取平均", "best": "取最高", "total": "数先相加再看档"}
#: What a fact may be weighed by.
FACTORS = {"roles": "角色", "difficulty": "难易", "size": "规模"}
#: Who is compared with whom.
COMPARE = {"groups": "分组比", "all": "不分组，一起比"}
#: When an item counts.
PERIODS = {"month": "每月", "year": "只在年度"}
#: What a month without a score does to the year.
MISSING = {"skip": "没有分数的月不计", "zero": "没有分数的月按0分"}
#: Of which facts of a unit a condition must hold.
QUANTITIES = {"any": "有一件", "all": "每一件"}
#: The bounds of a number, as light schemes write them.
BOUNDS = {"at_least": "不少于", "over": "超过", "under": "不到", "at_most": "不超过"}


@dataclass(frozen=True)
class Bounds:
    """Between which numbers a value lies; an end that is open is None."""

    low: Decimal | None = None
    low_in: bool = True
    high: Decimal | None = None
    high_in: bool = False

    def holds(self, value: Decimal) -> bool:
        """Tell whether `value` lies between the ends."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_in)):
            return False
        return self.high is None or value < self.high or (value == self.high and self.high_in)

    @property
    def empty(self) -> bool:
        """Tell whether no number lies between the ends."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in))


@dataclass(frozen=True)
class Choice:
    """Which facts are meant: of these kinds, roles and marks, with a value in bounds; what is empty asks nothing."""

    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    marks: Mapping[str, tuple[str, ...]] | None = None
    value: Bounds | None = None

    def meets(self, fact: Fact) -> bool:
        """Tell whether a fact is meant."""
        return (not self.kinds or fact.kind in self.kinds) and self.meets_but_kind(fact)

    def meets_but_kind(self, fact: Fact) -> bool:
        """Tell whether a fact is meant, its kind aside."""
        if self.roles and fact.role not in self.roles:
            return False
        if self.marks and any(fact.marks.get(mark) not in values for mark, values in self.marks.items()):
            return False
        return self.value is None or self.value.holds(fact.value)

    def of(self, by_kind: Mapping[str, Sequence[Fact]]) -> list[Fact]:
        """Return the facts that are meant out of those given by kind, each kind's in order of day and key."""
        kinds = [kind for kind in (self.kinds or by_kind) if kind in by_kind]
        found = [fact for kind in kinds for fact in by_kind[kind]]
        if self.roles or self.marks or self.value is not None:
            found = [fact for fact in found if self.meets_but_kind(fact)]
        if len(kinds) > 1:
            found.sort(key=lambda fact: (fact.day, fact.key))
        return found


@dataclass(frozen=True)
class Row:
    """What a fact brings in an item of `count`: the points, times its value where `times_value`."""

    choice: Choice
    points: Decimal
    times_value: bool = False


@dataclass(frozen=True)
class Band:
    """What a value brings in an item of `bands`."""

    bounds: Bounds
    points: Decimal


@dataclass(frozen=True)
class Rater:
    """One kind of those who rate, by the mark `by`, and the part of the weight that is theirs."""

    by: str
    part: Decimal


@dataclass(frozen=True)
class Item:
    """One item of a scheme; what belongs to another way of counting is empty.

    `floor` and `cap` bound the item's points, `value_floor` and `value_cap` each fact's value.
    """

    name: str
    title: str
    how: str
    choice: Choice
    weight: Decimal | None = None
    floor: Decimal | None = None
    cap: Decimal | None = None
    value_floor: Decimal = Decimal(0)
    value_cap: Decimal = Decimal(1)
    absent: str = "zero"
    period: str = "month"
    groups: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    good: Choice | None = None
    rows: tuple[Row, ...] = ()
    bands: tuple[Band, ...] = ()
    take: str = "each"
    first: Decimal = Decimal(100)
    step: Decimal = Decimal(3)
    raters: tuple[Rater, ...] = ()
    #: Whether the answers that it counts are given without names; None leaves it to whoever opens a poll.
    anonymous: bool | None = None

    @property
    def full(self) -> Decimal | None:
        """The most that the item can bring; None where nothing bounds it."""
        if self.weight is None:
            return self.cap
        return self.weight if self.cap is None else min(self.weight, self.cap)

    def counts_in(self, group: str) -> bool:
        """Tell whether the item is for units of that group."""
        return not self.groups or group in self.groups


@dataclass(frozen=True)
class SizeFactor:
    """What a fact of a size (the mark `size`) is weighed by."""

    bounds: Bounds
    factor: Decimal


@dataclass(frozen=True)
class Multiplier:
    """Items whose points are multiplied for units of which a condition holds (doubled where only listed matters are)."""

    title: str
    items: tuple[str, ...]
    factor: Decimal
    choice: Choice
    quantity: str


@dataclass(frozen=True)
class Veto:
    """What keeps a unit from being commended (一票否决): so many facts of a kind."""

    choice: Choice
    times: int
    say: str


@dataclass(frozen=True)
class Naming:
    """Who is commended, or criticised, by rule: places of an end of the group, or scores on one side of a number.

    `count` and `share` say how many places, `bound` which score; where both are written, both must hold. Groups of fewer than
    `least_group` units are left out. Where `refill`, units after those vetoed move up.
    """

    count: int | None = None
    share: Decimal | None = None
    bound: Decimal | None = None
    least_group: int = 2
    refill: bool = False


@dataclass(frozen=True)
class Year:
    """How the months make the year: weights by month, the months' part of the year's score, what a missing month does."""

    share: Decimal
    weights: Mapping[int, Decimal]
    missing: str


@dataclass(frozen=True)
class Group:
    """A group that is compared: its key, what it is called, and the keys or names of unit groups that belong to it."""

    key: str
    title: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class ExampleFact:
    """A fact of a worked example, told in short; `times` of them."""

    unit: str
    kind: str
    times: int
    value: Decimal
    role: str
    marks: Mapping[str, str]
    forgiven: str


@dataclass(frozen=True)
class Example:
    """Facts in, points and places out, worked by hand. With `months`, what is worked is the year."""

    title: str
    units: Mapping[str, str]
    facts: tuple[ExampleFact, ...]
    months: Mapping[str, Mapping[int, Decimal]]
    scores: Mapping[str, Decimal]
    places: Mapping[str, int]
    items: Mapping[str, Mapping[str, Decimal]]
    vetoed: tuple[str, ...] | None
    commended: tuple[str, ...] | None
    criticised: tuple[str, ...] | None
    working: str = ""


@dataclass(frozen=True)
class ScoringScheme:
    """What counts for how much, who is compared with whom, and who is named.

    `total` is what the weights must come to, where the scheme declares it. Of the items in `needs` a unit must have one in
    which there is something to count, or it is not ranked: without, it would be first by having nothing to do.
    """

    name: str
    version: str
    title: str
    source: str
    file: str
    compare: str
    places: int
    base: Decimal
    cap: Decimal | None
    floor: Decimal | None
    total: Decimal | None
    needs: tuple[str, ...]
    groups: tuple[Group, ...]
    roles: Mapping[str, Decimal]
    difficulty: Mapping[str, Decimal]
    sizes: tuple[SizeFactor, ...]
    items: tuple[Item, ...]
    multipliers: tuple[Multiplier, ...]
    vetoes: tuple[Veto, ...]
    commend: Naming | None
    criticise: Naming | None
    year: Year | None
    examples: tuple[Example, ...]

    @property
    def id(self) -> str:
        """Name and version, as kept with every ranking: ``big-ranking@1``."""
        return f"{self.name}@{self.version}"

    def item(self, name: str) -> Item:
        """Return the item of that name. Raises `KeyError` where there is none."""
        return {item.name: item for item in self.items}[name]

    def of_period(self, period: str) -> tuple[Item, ...]:
        """Return the items that count each month, or only in the year."""
        return tuple(item for item in self.items if item.period == period)
