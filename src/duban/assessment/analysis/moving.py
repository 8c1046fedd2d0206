"""What moved and what stalls, from the lights that tasks showed at the ends of months."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: Colours of tasks that are behind.
BEHIND = ("red", "orange", "yellow")
#: How bad each colour is; other colours are neither good nor bad.
_RANK = {"blue": 0, "green": 1, "yellow": 3, "orange": 4, "red": 5}
#: A task stalls whose progress has not grown for so many months.
STALLS = 2
_DONE = Decimal(100)


@dataclass(frozen=True)
class Lit:
    """What a task showed from a day on: light, progress and expected progress in %, the indicators that will miss."""

    since: date
    colour: str
    word: str
    shape: str
    progress: Decimal | None = None
    expected: Decimal | None = None
    misses: tuple[int, ...] = ()

    @property
    def rank(self) -> int:
        """How bad it is."""
        return _RANK.get(self.colour, 2)


class History:
    """The lights of one task, in their order."""

    def __init__(self, rows: Iterable[Lit] = ()) -> None:
        self.rows = sorted(rows, key=lambda row: row.since)
        self._days = [row.since for row in self.rows]

    def on(self, day: date) -> Lit | None:
        """Return what it showed at the end of `day`; None before its first light."""
        at = bisect_right(self._days, day)
        return self.rows[at - 1] if at else None

    def stalled(self, ends: Sequence[date]) -> int:
        """Return for how many months up to the last of `ends` the progress has not grown; 0 once it is done."""
        last = self.on(ends[-1])
        if last is None or last.progress is None or last.progress >= _DONE:
            return 0
        months = 0
        for end in reversed(ends[:-1]):
            before = self.on(end)
            if before is None or before.progress is None or before.progress < last.progress:
                break
            months += 1
        return months


@dataclass(frozen=True)
class Move:
    """How a task went in a month: its light and progress at the end of it and of the month before, how long it stalls."""

    task: int
    now: Lit | None
    before: Lit | None
    stalled: int

    @property
    def change(self) -> int:
        """By how much the light got worse (above 0) or better (below)."""
        if self.now is None or self.before is None:
            return 0
        return self.now.rank - self.before.rank

    @property
    def gained(self) -> Decimal | None:
        """By how many points of progress it went on; None where either end has none."""
        if self.now is None or self.now.progress is None:
            return None
        if self.before is None or self.before.progress is None:
            return None
        return self.now.progress - self.before.progress

    @property
    def behind(self) -> bool:
        """Whether its light says that it is behind."""
        return self.now is not None and self.now.colour in BEHIND

    @property
    def stalls(self) -> bool:
        """Whether it is behind or has not moved for months."""
        return self.behind or self.stalled >= STALLS


def moves(histories: dict[int, History], ends: Sequence[date]) -> dict[int, Move]:
    """Return how each task went in the last month of `ends` (ends of months in their order, the one before at least)."""
    return {
        task: Move(
            task,
            history.on(ends[-1]),
            history.on(ends[-2]) if len(ends) > 1 else None,
            history.stalled(ends),
        )
        for task, history in histories.items()
    }
