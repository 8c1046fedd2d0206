"""A task's progress: from its indicators and milestones, and the reported percentage only where there is neither."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from duban.dispatch.curves import (
    HUNDRED,
    Goal,
    Milestone,
    Reading,
    Standing,
    by_days,
    latest,
    standing,
    weight_of,
)

Basis = Literal["indicators", "milestones", "both", "reported", "nothing"]


@dataclass(frozen=True)
class Work:
    """What a task's progress is worked out from.

    `indicators` holds each one's promise and reports by its id. `reported` are the percentages that units stated
    themselves (0 to 100); they count only where the task has neither indicator nor milestone.
    """

    start: date
    due: date
    indicators: Mapping[int, tuple[Goal, Sequence[Reading]]]
    milestones: Sequence[Milestone] = ()
    reported: Sequence[Reading] = ()
    _news: dict[date, list[date]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _stood: dict[tuple[date, date | None], TaskStanding] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def last_news(self, on: date, known_on: date) -> date | None:
        """Return the last day up to `known_on` on which anything about the days up to `on` became known; None before."""
        if on not in self._news:
            readings = [reading for _, given in self.indicators.values() for reading in given]
            days = {reading.filed_on for reading in (*readings, *self.reported) if reading.on <= on}
            days |= {one.known_on or one.done_on for one in self.milestones if one.done_on and one.done_on <= on}
            self._news[on] = sorted(days)
        known = bisect_right(self._news[on], known_on)
        return self._news[on][known - 1] if known else None


@dataclass(frozen=True)
class TaskStanding:
    """Where a task stands: percent done, percent expected, and what that came from.

    `worst` is the id of the indicator furthest behind. `unknown` are those of which nothing was reported that could be
    compared; they are left out. `reports` are the reports that were used.
    """

    progress: Decimal
    expected: Decimal
    basis: Basis
    indicators: Mapping[int, Standing]
    worst: int | None
    below_floor: tuple[int, ...]
    unknown: tuple[int, ...]
    reports: tuple[int, ...]

    @property
    def behind(self) -> Decimal:
        """Percentage points behind what is expected; negative where it is ahead."""
        return self.expected - self.progress

    @property
    def says_something(self) -> bool:
        """Whether there was anything to compare."""
        return self.basis != "indicators" or bool(self.indicators)


def task_standing(work: Work, on: date, *, known_on: date | None = None) -> TaskStanding:
    """Return where a task stands at the end of the day `on`, by the reports filed by `known_on` (`on` where not given).

    Each indicator is one part, all milestones together another; the task is their mean. A part counts at most 100, so
    that one that overshoots does not hide one that lags. What stood stays the same until something new is known, and is
    worked out once: the months of a year are looked at again on each day after them.
    """
    known = known_on or on
    key = (on, work.last_news(on, known))
    if key not in work._stood:
        work._stood[key] = _standing(work, on, known)
    return work._stood[key]


def _standing(work: Work, on: date, known: date) -> TaskStanding:
    found = {key: standing(goal, readings, on, known_on=known) for key, (goal, readings) in work.indicators.items()}
    stands = {key: one for key, one in found.items() if one is not None}
    parts = [(min(one.progress, HUNDRED), min(one.expected_progress, HUNDRED)) for one in stands.values()]
    reports = [one.report for one in stands.values() if one.report is not None]
    basis: Basis = "indicators" if work.indicators else "nothing"
    if work.milestones:
        basis = "both" if work.indicators else "milestones"
        parts.append(_by_milestones(work.milestones, on, known))
    elif not work.indicators and (stated := latest(work.reported, on, known_on=known)):
        basis = "reported"
        parts.append((min(stated.value, HUNDRED), by_days(work.start, work.due, on) * HUNDRED))
        reports.append(stated.report)
    elif not work.indicators:
        parts.append((Decimal(0), by_days(work.start, work.due, on) * HUNDRED))
    return TaskStanding(
        progress=_mean([done for done, _ in parts]),
        expected=_mean([due for _, due in parts]),
        basis=basis,
        indicators=stands,
        worst=max(stands, key=lambda key: stands[key].behind, default=None),
        below_floor=tuple(key for key, one in stands.items() if one.below_floor),
        unknown=tuple(key for key, one in found.items() if one is None),
        reports=tuple(dict.fromkeys(reports)),
    )


def _by_milestones(milestones: Sequence[Milestone], on: date, known: date) -> tuple[Decimal, Decimal]:
    done = weight_of(milestones, [step.done_by(on, known) for step in milestones])
    return done * HUNDRED, weight_of(milestones, [step.due <= on for step in milestones]) * HUNDRED


def _mean(values: Sequence[Decimal]) -> Decimal:
    if not values:
        return Decimal(0)
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP)
