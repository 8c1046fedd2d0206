"""The rules of orders, read from ``rules.toml``: days of each level, and what follows when they have passed. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

#: To whom a letter goes.
WHO = {"sponsor": "包保领导或分管领导", "first": "主要领导"}
#: The states in which the unit moves next.
AT_UNIT = ("issued", "signed", "returned")


@dataclass(frozen=True)
class LevelRule:
    """A level: working days to sign and to answer, the level that follows, whom a letter tells of it."""

    name: str
    sign: int
    answer: int
    next: str
    letter: tuple[str, ...]
    advice: str


@dataclass(frozen=True)
class Step:
    """What follows on a day: what is marked as late (``sign``, ``answer`` or nothing), and what then happens."""

    late: Literal["", "sign", "answer"] = ""
    then: Literal["nothing", "escalate", "propose"] = "nothing"
    to: str = ""
    letter: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """All rules. `review`, `returned` and `extension` are working days, `longest` days."""

    levels: Mapping[str, LevelRule]
    review: int
    returned: int
    extension: int
    times: int
    longest: int
    examples: tuple[dict[str, Any], ...]

    def step(
        self,
        *,
        level: str,
        state: str,
        sign_by: date,
        answer_by: date,
        today: date,
        automatic: bool = True,
        extension: bool = False,
    ) -> Step:
        """Return what follows for an order at a unit on `today`; its last day still counts as in time.

        `extension` says that more time was asked for in time and the office has not decided.
        """
        if state not in AT_UNIT:
            return Step()
        if today > answer_by and not extension:
            rule = self.levels[level]
            escalates = automatic and rule.next
            letter = self.levels[rule.next].letter if rule.next else ()
            return Step("answer", "escalate" if escalates else "propose", rule.next, letter)
        return Step("sign" if state == "issued" and today > sign_by else "")


@cache
def rules() -> Rules:
    """Return the rules of the file. Raises `ValueError` for a rule that says what nobody understands."""
    read = tomllib.loads(resources.files(__package__).joinpath("rules.toml").read_text("utf-8"))
    levels = {
        row["name"]: LevelRule(
            row["name"], row["sign"], row["answer"], row["next"], tuple(row["letter"]), row["advice"]
        )
        for row in read["level"]
    }
    for rule in levels.values():
        if (rule.next and rule.next not in levels) or set(rule.letter) - set(WHO) or rule.sign > rule.answer:
            raise ValueError(f"{rule.name}: {rule}")
    return Rules(
        levels=levels,
        review=read["review"]["days"],
        returned=read["returned"]["days"],
        extension=read["extension"]["days"],
        times=read["extension"]["times"],
        longest=read["extension"]["longest"],
        examples=tuple(read["example"]),
    )
