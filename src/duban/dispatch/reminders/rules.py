"""The rules of reminders, read from ``rules.toml``: whom to remind of what, and on which day. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

EVENTS = ("before_due", "due", "overdue", "returned", "sign_off", "light")
WHO = {"liaison": "联络员", "unit_head": "单位负责人", "leader": "包保领导"}


@dataclass(frozen=True)
class Step:
    """Whom to remind from a day on; `colours` narrows it to lights that turned to one of them."""

    days: int
    to: tuple[str, ...]
    colours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One rule. `until` is the last day on which it still reminds of something that it missed."""

    name: str
    event: str
    meaning: str
    say: str
    steps: tuple[Step, ...]
    until: int | None
    examples: tuple[dict[str, Any], ...]

    def step(self, days: int, colour: str = "") -> Step | None:
        """Return the step that holds when `days` are left (before it is due) or over (after), or None.

        A step that was missed is made up for until the next one holds, so that it does not matter how often this is
        asked.
        """
        if self.until is not None and days > self.until:
            return None
        fitting = [step for step in self.steps if not step.colours or colour in step.colours]
        if self.event == "before_due":
            return min((step for step in fitting if step.days >= days > 0), key=lambda step: step.days, default=None)
        return max((step for step in fitting if step.days <= days), key=lambda step: step.days, default=None)


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules in the order of the file. Raises `ValueError` for a rule that says what nobody understands."""
    text = resources.files(__package__).joinpath("rules.toml").read_text("utf-8")
    return tuple(_rule(row) for row in tomllib.loads(text)["rule"])


def _rule(row: dict[str, Any]) -> Rule:
    steps = tuple(Step(step["days"], tuple(step["to"]), tuple(step.get("colours", ()))) for step in row["step"])
    unknown = {who for step in steps for who in step.to} - set(WHO)
    if row["event"] not in EVENTS or unknown:
        raise ValueError(f"{row['name']}: {row['event']} {unknown}")
    return Rule(row["name"], row["event"], row["meaning"], row["say"], steps, row.get("until"), tuple(row["example"]))
