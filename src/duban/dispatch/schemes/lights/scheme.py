"""What a light scheme says, once it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duban.dispatch.schemes.lights.facts import Facts, Override

#: Colours and shapes of lights; a light is told by shape and word as well as by colour.
COLOURS = {"green": "绿", "yellow": "黄", "orange": "橙", "red": "红", "blue": "蓝", "grey": "灰"}
SHAPES = ("●", "▲", "■", "✓", "◆", "▼", "○")

#: What a light may lead to.
ACTIONS = {
    "tracking": "跟踪督办",
    "explanation": "书面说明",
    "letter": "发提醒函",
    "slip": "发督办单",
    "talk": "约谈",
    "criticism": "通报批评",
    "bonus_withheld": "不发阶段奖励",
    "accountability": "提请问责",
}

#: Who may set a light by hand; the names are those of `duban.organisations.roles.Role`.
ROLES = {"supervision_office": "督查室", "leader": "分管领导", "unit_head": "单位负责人", "upper_level": "上级督查"}


@dataclass(frozen=True)
class Level:
    """A light: its name in the file, the word, colour and shape it shows; `severity` is 0 for the best."""

    name: str
    word: str
    colour: str
    shape: str
    severity: int

    def __str__(self) -> str:
        return f"{self.shape} {self.word}"


@dataclass(frozen=True)
class Test:
    """What one fact must be. `bounds` holds ``over``, ``at_least``, ``under``, ``at_most`` of a number.

    `words` are the levels, or the truth, that it must be. `running` asks it of so many months, the last one included;
    `times` of so many months of the year, of which the last is one.
    """

    fact: str
    bounds: Mapping[str, Decimal]
    words: tuple[str | bool, ...] = ()
    running: int = 1
    times: int = 1


@dataclass(frozen=True)
class Rule:
    """If all the tests hold, this level. Rules are asked in order, the first that holds decides."""

    name: str
    level: Level
    when: tuple[Test, ...]
    say: str


@dataclass(frozen=True)
class Recovery:
    """For `months` months after a light of level `after`, it gets at best `at_best`."""

    name: str
    after: Level
    at_best: Level
    months: int
    say: str


@dataclass(frozen=True)
class Consequence:
    """What a light leads to: `points` (negative is a deduction) and `actions`; `days` is how long a demand may take.

    With `running` it takes so many months of that level on end, with `each` every so many of the year (the 2nd, 4th …).
    """

    level: Level
    say: str
    running: int = 1
    each: int = 1
    points: Decimal = Decimal(0)
    actions: tuple[str, ...] = ()
    days: int | None = None


@dataclass(frozen=True)
class OverrideRule:
    """Who may set a light by hand, to which levels, and for how many days at the longest. No role: nobody may."""

    roles: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    longest_days: int = 31

    def problem(self, override: Override) -> str:
        """Return in Chinese why an override is not allowed, empty where it is."""
        days = (override.until - override.since).days + 1
        if override.role not in self.roles:
            allowed = "、".join(ROLES[role] for role in self.roles) or "任何人都不能"
            return f"这个办法里能改灯的是：{allowed}。请由其办理，或改用别的办法。"
        if override.level not in self.levels:
            return "这个办法不许手工改成这种灯。请另选一种。"
        if not override.reason.strip():
            return "没有写改灯的理由。请写明依据。"
        if days < 1:
            return f"截止日{override.until:%Y年%-m月%-d日}早于开始日{override.since:%Y年%-m月%-d日}。请核对日期。"
        if days > self.longest_days:
            return f"改灯{days}天，最长{self.longest_days}天。请缩短，到期仍有必要再办一次。"
        return ""


@dataclass(frozen=True)
class Example:
    """Facts in, light out, worked by hand. `rule`, `points` and `actions` are checked where they are given."""

    title: str
    on: date
    facts: Facts
    level: str
    month: str | None = None
    rule: str | None = None
    points: Decimal | None = None
    actions: tuple[str, ...] | None = None
    working: str = ""


@dataclass(frozen=True)
class LightScheme:
    """How lights are given. `levels` are in order from the best to the worst; `otherwise` is given where no rule holds."""

    name: str
    version: str
    title: str
    source: str
    file: str
    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]
    otherwise: Level
    otherwise_say: str
    recoveries: tuple[Recovery, ...]
    override: OverrideRule
    consequences: tuple[Consequence, ...]
    examples: tuple[Example, ...]

    @property
    def id(self) -> str:
        """Name and version, as kept with every light: ``deviation@1``."""
        return f"{self.name}@{self.version}"

    def level(self, name: str) -> Level:
        """Return the level of that name. Raises `KeyError` where there is none."""
        return {level.name: level for level in self.levels}[name]
