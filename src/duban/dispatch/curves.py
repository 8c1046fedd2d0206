"""Expected progress (序时进度): how far an indicator should be on a day, and how far it is.

No official formula is known. Linear from start to due is the default; milestones with weights, or cumulative targets by
month, replace it. A day counts as over: on the day of the start the first day's share is expected, on the due day the
whole. Values are in the indicator's own unit, progress and gaps in percent of the way from the start value to the target.

`level` adds up from the start value to the target. `growth`, `share`, `decline`, `change` and `multiple` are states: what
is reported is compared with the target itself, however early in the year it is. What is promised as `<=` is behind where
the value is above its line.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from itertools import pairwise

from duban.core.types import Comparator, MeasureKind

HUNDRED = Decimal(100)
_NOUGHT = Decimal(0)
_HUNDREDTH = Decimal("0.01")
# As exact as values are kept; a thirtieth digit must not put a value under its line.
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True)
class Milestone:
    """A dated step; `weight` is its share in percent. Where none of a thing's milestones has a weight, all weigh the same.

    `known_on` is the day on which it was told that it was reached on `done_on`; that day itself where it is not said.
    """

    due: date
    weight: Decimal = _NOUGHT
    done_on: date | None = None
    known_on: date | None = None

    def done_by(self, day: date, known: date) -> bool:
        """Say whether it was reached by the end of `day`, as it was known on the day `known`."""
        return self.done_on is not None and self.done_on <= day and (self.known_on or self.done_on) <= known


@dataclass(frozen=True)
class Linear:
    """The same share every day."""


@dataclass(frozen=True)
class ByMilestones:
    """The weight of a milestone is expected on its due day, nothing in between."""

    milestones: tuple[Milestone, ...]


@dataclass(frozen=True)
class Monthly:
    """Targets at the end of each month, by month as ``2026-03``, in the indicator's unit; cumulative where it adds up.

    Between two of them what adds up runs evenly. A state is expected as of the last month that is over.
    """

    targets: Mapping[str, Decimal]


Curve = Linear | ByMilestones | Monthly


@dataclass(frozen=True)
class Goal:
    """What an indicator promises, from `start` to `due` (both included).

    `value` is the target, `high` the upper end of a ``range``, `floor` the lower of the two lines of 双底线 (what must not
    be missed), `base` the value that it starts from; all in the indicator's unit. ``~`` and ``=`` are read as at least.
    """

    value: Decimal
    start: date
    due: date
    comparator: Comparator = ">="
    measure: MeasureKind = "level"
    high: Decimal | None = None
    floor: Decimal | None = None
    base: Decimal = _NOUGHT
    curve: Curve = field(default_factory=Linear)

    @property
    def is_state(self) -> bool:
        """Whether it is compared with the target as a state instead of adding up."""
        return self.measure != "level"

    @property
    def at_most(self) -> bool:
        """Whether more is worse."""
        return self.comparator == "<="

    @property
    def is_allowance(self) -> bool:
        """Whether it is a sum that may be used up but not overdrawn, or a state that must stay under a line."""
        return self.at_most and (self.is_state or self.value >= self.base)


@dataclass(frozen=True)
class Reading:
    """A value that a report gave: for which day, how much (cumulative, in the indicator's unit), and when it was filed.

    Where it was reported in a unit that does not convert into the indicator's, it is not `comparable`: nothing can be said
    until the next one.
    """

    on: date
    value: Decimal
    filed_on: date
    report: int
    comparable: bool = True


@dataclass(frozen=True)
class Standing:
    """Where an indicator stands on a day.

    `value`, `expected` and `expected_floor` are in its unit; `progress`, `expected_progress` and `behind` in percent and
    percentage points, `behind` negative where it is ahead. Without a report `value` and `report` are empty, and what
    adds up stands at its start value.
    """

    value: Decimal | None
    expected: Decimal
    expected_floor: Decimal | None
    progress: Decimal
    expected_progress: Decimal
    behind: Decimal
    below_floor: bool
    met: bool
    report: int | None


# -- what is expected -------------------------------------------------------------------------------------------------


def expected(goal: Goal, on: date) -> Decimal:
    """Return the value that `goal` should have reached by the end of the day `on`, in its unit.

    For a ``range`` this is the lower end's line; for ``<=`` the most it may be.
    """
    if goal.is_state:
        return _state(goal, on)
    if isinstance(goal.curve, Monthly):
        return _exact(_between(_points(goal, goal.curve), on))
    return _exact(goal.base + (goal.value - goal.base) * elapsed(goal, on))


def expected_floor(goal: Goal, on: date) -> Decimal | None:
    """Return the floor's line on the day `on`, as far along as the target's; None where there is no floor."""
    if goal.floor is None or goal.is_state:
        return goal.floor
    way = goal.value - goal.base
    along = (expected(goal, on) - goal.base) / way if way else elapsed(goal, on)
    return _exact(goal.base + (goal.floor - goal.base) * along)


def elapsed(goal: Goal, on: date) -> Decimal:
    """Return the expected share of the way from start to due, 0 to 1: by days, or by the milestones due."""
    if isinstance(goal.curve, ByMilestones) and goal.curve.milestones:
        return weight_of(goal.curve.milestones, [step.due <= on for step in goal.curve.milestones])
    return by_days(goal.start, goal.due, on)


def by_days(start: date, due: date, on: date) -> Decimal:
    """Return the share of the days from `start` to `due` that are over at the end of `on`, 0 to 1."""
    if on >= due:
        return Decimal(1)
    if on < start:
        return _NOUGHT
    return Decimal((on - start).days + 1) / Decimal((due - start).days + 1)


def weight_of(milestones: Sequence[Milestone], which: Iterable[bool]) -> Decimal:
    """Return the share (0 to 1) that the chosen milestones have of all; without weights each counts the same."""
    weights = [step.weight for step in milestones]
    if not any(weights):
        weights = [Decimal(1)] * len(milestones)
    return sum((weight for weight, chosen in zip(weights, which, strict=True) if chosen), _NOUGHT) / sum(weights)


@cache
@lru_cache(maxsize=2048)
def month_end(month: str) -> date:
    """Return the last day of a month written as ``2026-03``. Raises `ValueError` where it is none."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def _points(goal: Goal, curve: Monthly) -> list[tuple[date, Decimal]]:
    """Return the corners of the line: the evening before the start, the months, and the target on the due day."""
    first = goal.start - timedelta(days=1)
    ends = {min(month_end(month), goal.due): value for month, value in sorted(curve.targets.items())}
    return sorted(
        ({first: goal.base, goal.due: goal.value} | {day: v for day, v in ends.items() if day > first}).items()
    )


def _between(points: Sequence[tuple[date, Decimal]], on: date) -> Decimal:
    if on <= points[0][0]:
        return points[0][1]
    for (before, low), (after, high) in pairwise(points):
        if on <= after:
            return low + (high - low) * Decimal((on - before).days) / Decimal((after - before).days)
    return points[-1][1]


def _state(goal: Goal, on: date) -> Decimal:
    if not isinstance(goal.curve, Monthly) or not goal.curve.targets or on >= goal.due:
        return goal.value
    ordered = sorted(goal.curve.targets.items())
    over = [value for month, value in ordered if month_end(month) <= on]
    return over[-1] if over else ordered[0][1]


# -- where it stands --------------------------------------------------------------------------------------------------


def latest(readings: Iterable[Reading], on: date, *, known_on: date | None = None) -> Reading | None:
    """Return the reading for the last day up to `on` that was filed by `known_on` (`on` where not given)."""
    known = known_on or on
    last: Reading | None = None
    for reading in readings:
        if reading.on <= on and reading.filed_on <= known and (last is None or _after(reading, last)):
            last = reading
    return last


def _after(one: Reading, other: Reading) -> bool:
    return (one.on, one.filed_on, one.report) > (other.on, other.filed_on, other.report)


def standing(goal: Goal, readings: Iterable[Reading], on: date, *, known_on: date | None = None) -> Standing | None:
    """Return where `goal` stands at the end of the day `on`, by the reports that were filed by `known_on`.

    None where nothing was reported and nothing can be said: a state, or something that must stay under a line; and where
    what was reported last cannot be compared.
    """
    reading = latest(readings, on, known_on=known_on)
    if reading is None and (goal.is_state or goal.is_allowance):
        return None
    if reading is not None and not reading.comparable:
        return None
    value = reading.value if reading else goal.base
    line, floor = expected(goal, on), expected_floor(goal, on)
    due_part = _way(goal, line)
    behind = _worse(goal, value, line) / _scale(goal) * HUNDRED
    progress = due_part - max(behind, _NOUGHT) if goal.is_allowance else _way(goal, value)
    return Standing(
        value=reading.value if reading else None,
        expected=line,
        expected_floor=floor,
        progress=_rounded(max(progress, _NOUGHT)),
        expected_progress=_rounded(due_part),
        behind=_rounded(behind),
        below_floor=floor is not None and (value > floor if goal.at_most else value < floor),
        met=reading is not None and meets(goal, value),
        report=reading.report if reading else None,
    )


def meets(goal: Goal, value: Decimal) -> bool:
    """Say whether `value` keeps the promise."""
    if goal.at_most:
        return value <= goal.value
    if goal.comparator == "range" and goal.high is not None and value > goal.high:
        return False
    # A level that starts above its target goes down to it.
    return value <= goal.value if goal.value < goal.base and not goal.is_state else value >= goal.value


def _worse(goal: Goal, value: Decimal, line: Decimal) -> Decimal:
    """Return by how much `value` is on the wrong side of `line`, in the indicator's unit; negative on the right side."""
    if goal.at_most or (goal.value < goal.base and not goal.is_state):
        return value - line
    if goal.comparator == "range" and goal.high is not None:
        return max(line - value, value - goal.high)
    return line - value


def _scale(goal: Goal) -> Decimal:
    return abs(goal.value - goal.base) or abs(goal.value) or Decimal(1)


def _way(goal: Goal, value: Decimal) -> Decimal:
    """Return how much of the way from start value to target `value` is, in percent."""
    way = goal.value - goal.base
    if not way:
        return HUNDRED if meets(goal, value) else _NOUGHT
    return (value - goal.base) / way * HUNDRED


def _exact(value: Decimal) -> Decimal:
    return value.quantize(_MILLIONTH, ROUND_HALF_UP)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_HUNDREDTH, ROUND_HALF_UP)
