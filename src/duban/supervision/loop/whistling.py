"""How soon departments must turn up when a town whistles: the limits are data (whistles.toml), each with its examples."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from duban.supervision.clocks import counting


@dataclass(frozen=True)
class WhistleLimit:
    """How soon, what the limit is for, and pairs of when a whistle was blown and when one must have turned up."""

    limit: counting.Limit
    meaning: str
    examples: tuple[tuple[datetime, datetime], ...]


@cache
def limits() -> dict[str, WhistleLimit]:
    """Return the limit of each urgency."""
    rows = tomllib.loads((Path(__file__).parent / "whistles.toml").read_text("utf-8"))["limit"]
    return {
        row["urgency"]: WhistleLimit(
            counting.Limit(row["number"], row["unit"]),
            row["meaning"],
            tuple((datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row["examples"]),
        )
        for row in rows
    }


def due(urgency: str, start: datetime, calendar: counting.Calendar) -> counting.Counted:
    """Return when a department must have turned up, and how that was counted. `start` is a local time."""
    return counting.due(start, limits()[urgency].limit, calendar)
