"""What a clock scheme says, once it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from duban.supervision.clocks.counting import Limit

#: What a step is, and so by which deed it is done.
ACTS = {
    "assign": "交办",
    "note": "报送",
    "talk": "与提出人沟通",
    "answer": "答复",
    "satisfaction": "征求提出人意见",
    "review": "审核办结",
}
#: Who must take a step.
WHO = {"office": "督查室", "lead": "主办单位", "support": "协办单位"}
#: Where a step's limit starts where it does not follow another step.
STARTS = {"received": "收到", "assigned": "交办"}
#: What a step must be done before.
BEFORE = {"answer": "答复", "finish": "办结"}
#: How pressing a matter is; the names are those of `duban.supervision.models.matters.Urgency`.
URGENCIES = {"urgent": "特急", "ordinary": "一般", "hard": "疑难"}
#: Who is told when a step is missed.
TOLD = {"liaison": "联络员", "unit_head": "单位负责人", "office": "督查室", "leader": "分管领导"}
#: Who grants an extension.
APPROVERS = {"office": "督查室", "head": "政府主要负责人"}


@dataclass(frozen=True)
class Missed:
    """What follows where a step is still open `after` days past its limit: who is told, what is done."""

    after: int
    say: str
    notify: tuple[str, ...] = ()
    do: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of a matter. Its limit is one for all, one for each urgency, or a day of the year (`on`, month and day).

    It starts when the matter is received or assigned (`start`), or when the step `after` is done.
    """

    name: str
    title: str
    act: str
    who: str
    start: str
    after: str
    limits: Mapping[str, Limit]
    on: tuple[int, int] | None
    pausable: bool
    before: str
    remind: tuple[int, ...]
    missed: tuple[Missed, ...]

    def limit(self, urgency: str) -> Limit | None:
        """Return the limit for matters of that urgency; None where the step ends on a day of the year."""
        return self.limits.get(urgency)


@dataclass(frozen=True)
class End:
    """Whatever was received until a day of the year is over by another day of it (年底清零)."""

    by: tuple[int, int]
    received_until: tuple[int, int]
    say: str


@dataclass(frozen=True)
class ExtensionRule:
    """How often a limit may be extended, by how much in all, who grants it, and how long before the limit to ask."""

    times: int
    at_most: Limit
    approver: str
    ask_before: int


@dataclass(frozen=True)
class Second:
    """The second handling where the proposer is not satisfied: how often, and how long it may take."""

    times: int
    limit: Limit


@dataclass(frozen=True)
class Grade:
    """A grade of how a matter was handled."""

    name: str
    words: str


@dataclass(frozen=True)
class Example:
    """Facts in, due days out, worked by hand; `seen` is the day on which `missed` is looked at."""

    title: str
    received: date
    assigned: datetime
    urgency: str = "ordinary"
    done: Mapping[str, datetime] = field(default_factory=dict)
    paused: tuple[tuple[date, date], ...] = ()
    extended: Mapping[str, int] = field(default_factory=dict)
    holidays: Mapping[date, bool] = field(default_factory=dict)
    due: Mapping[str, datetime | date] = field(default_factory=dict)
    turn_down: date | None = None
    seen: date | None = None
    missed: tuple[str, ...] = ()
    working: str = ""


@dataclass(frozen=True)
class ClockScheme:
    """By when who does what on a matter, and what follows where it is missed."""

    name: str
    version: str
    title: str
    source: str
    file: str
    sources: tuple[str, ...]
    steps: tuple[Step, ...]
    end: End | None
    turn_down: Limit | None
    redo: Limit
    extension: ExtensionRule | None
    second: Second | None
    grades: tuple[Grade, ...]
    examples: tuple[Example, ...]

    @property
    def id(self) -> str:
        """Name and version, as kept with every matter: ``instructions@1``."""
        return f"{self.name}@{self.version}"

    def step(self, name: str) -> Step:
        """Return the step of that name. Raises `KeyError` where there is none."""
        return {step.name: step for step in self.steps}[name]

    def of_act(self, act: str) -> list[Step]:
        """Return the steps of an act."""
        return [step for step in self.steps if step.act == act]

    @property
    def answer(self) -> Step:
        """The step that answers the matter; every scheme has one."""
        return self.of_act("answer")[0]
