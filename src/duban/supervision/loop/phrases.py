"""The ready phrases of leaders' instructions; they are data (phrases.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from duban.supervision.models.matters import Urgency


@dataclass(frozen=True)
class Phrase:
    """A phrase, and how pressing an instruction in its words is."""

    text: str
    urgency: Urgency


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return the phrases in the order in which they are offered."""
    rows = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text("utf-8"))["phrase"]
    return tuple(Phrase(row["text"], Urgency(row["urgency"])) for row in rows)
