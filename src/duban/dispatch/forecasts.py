"""A forecast: where an indicator will be on its due day if it goes on at its recent pace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from statistics import median
from typing import Literal

from duban.dispatch.curves import Goal, Reading, meets

#: How many of the last reports the pace is taken from, and the fewest that make one.
RECENT, FEWEST = 6, 3

Outlook = Literal["meets", "uncertain", "misses"]


@dataclass(frozen=True)
class Forecast:
    """The value on the due day in the indicator's unit, and the band it will probably lie in.

    `outlook` says whether the whole band keeps the promise, a part of it, or none. `reports` are those it was made from.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    pace: Decimal
    outlook: Outlook
    reports: tuple[int, ...]


def forecast(goal: Goal, readings: Iterable[Reading], on: date) -> Forecast | None:
    """Return the forecast of `goal` as of the day `on`; None with fewer than three reports, or once it is due.

    The pace (units a day) is the median of the slopes between any two of the last six reports (Theil–Sen), which one wild
    number does not move. The band goes on from the last report at the slopes a tenth from either end.
    """
    known = _recent(readings, on)
    if len(known) < FEWEST or known[-1].on >= goal.due:
        return None
    first = known[0].on
    days = [Decimal((reading.on - first).days) for reading in known]
    points = list(zip(days, [reading.value for reading in known], strict=True))
    slopes = sorted((high - low) / (after - before) for (before, low), (after, high) in combinations(points, 2))
    pace = median(slopes)
    start = median(value - pace * day for day, value in points)
    end = start + pace * (goal.due - first).days
    left, last = Decimal((goal.due - known[-1].on).days), known[-1].value
    low, high = (last + _part(slopes, share) * left for share in (Decimal("0.1"), Decimal("0.9")))
    low, high = min(low, end), max(high, end)
    return Forecast(
        value=_rounded(end),
        low=_rounded(low),
        high=_rounded(high),
        pace=pace,
        # As it is shown: what comes to the target but for a ten-thousandth does not miss it.
        outlook=_outlook(goal, _rounded(low), _rounded(high)),
        reports=tuple(reading.report for reading in known),
    )


def _recent(readings: Iterable[Reading], on: date) -> list[Reading]:
    """Return the last readings known on `on`, one for a day: the one filed last."""
    by_day: dict[date, Reading] = {}
    for reading in sorted(readings, key=lambda reading: (reading.on, reading.filed_on, reading.report)):
        if reading.on <= on and reading.filed_on <= on and reading.comparable:
            by_day[reading.on] = reading
    return list(by_day.values())[-RECENT:]


def _part(ordered: Sequence[Decimal], share: Decimal) -> Decimal:
    """Return the value that `share` of the ordered ones lie under, evenly between neighbours."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _outlook(goal: Goal, low: Decimal, high: Decimal) -> Outlook:
    ends = {meets(goal, low), meets(goal, high)}
    if ends == {True}:
        return "meets"
    # Both ends may lie outside a range that the band runs through.
    inside = goal.high is not None and low <= goal.value and high >= goal.high
    return "uncertain" if True in ends or inside else "misses"


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
