"""Ranges of text that do not overlap, found by place without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable


class Intervals:
    """A growing set of disjoint half-open ranges."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._ranges: list[tuple[int, int]] = []
        for start, end in sorted(ranges):
            if self._ranges and start < self._ranges[-1][1]:  # an overlap is one range
                self._ranges[-1] = (self._ranges[-1][0], max(end, self._ranges[-1][1]))
            else:
                self._ranges.append((start, end))

    def __contains__(self, place: int) -> bool:
        """Say whether a place lies in one of the ranges."""
        index = bisect_right(self._ranges, (place, 1 << 62)) - 1
        return index >= 0 and place < self._ranges[index][1]

    def overlaps(self, start: int, end: int) -> bool:
        """Say whether a range shares a place with one of them."""
        index = bisect_left(self._ranges, (end, -1)) - 1
        return index >= 0 and start < self._ranges[index][1]

    def add(self, start: int, end: int) -> None:
        """Add a range that overlaps none."""
        insort(self._ranges, (start, end))
