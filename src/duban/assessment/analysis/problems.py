"""Which kinds of problem recur: texts are sorted by the words they use (``problem_kinds.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

#: What units write where they have none.
_NONE = re.compile(r"\s*(目前|本月|当前)?(尚|暂)?(无|没有|未发现)?(其他|突出|明显|重大)?(问题|困难)?[\s。．.，,；;]*")
#: A kind recurs that is told of in so many months.
RECURS = 2
#: The kind of what names no kind.
OTHER = "other"


@dataclass(frozen=True)
class Told:
    """A problem that somebody told of: of which task and unit (0 where it names none), on which day, in which words."""

    text: str
    on: date
    task: int = 0
    unit: int = 0


@dataclass
class Kind:
    """A kind of problem over the months: how often it was told of in each, of which tasks and units."""

    name: str
    title: str
    months: list[int]
    tasks: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)

    @property
    def whole(self) -> int:
        """How often it was told of."""
        return sum(self.months)

    @property
    def spread(self) -> int:
        """In how many months."""
        return sum(count > 0 for count in self.months)

    @property
    def recurs(self) -> bool:
        """Whether it came in more than one month."""
        return self.spread >= RECURS


@cache
def _kinds() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    rows = tomllib.loads((files(__package__) / "problem_kinds.toml").read_text("utf-8"))["kind"]
    return tuple((row["name"], row["title"], re.compile("|".join(map(re.escape, row["words"])))) for row in rows)


def kinds_of(text: str) -> list[str]:
    """Return the kinds that a text names, `OTHER` where it names none, nothing where it says that there is no problem."""
    if says_none(text):
        return []
    return [name for name, _, words in _kinds() if words.search(text)] or [OTHER]


def says_none(text: str) -> bool:
    """Say whether a text is empty or says that there is no problem (无, 暂无问题, 没有困难)."""
    return bool(_NONE.fullmatch(text))


def sorted_by_kind(told: Iterable[Told], months: list[date]) -> list[Kind]:
    """Return the kinds told of in `months` (first days, in their order), the most frequent first."""
    titles = {name: title for name, title, _ in _kinds()} | {OTHER: "其他"}
    place = {(month.year, month.month): at for at, month in enumerate(months)}
    found = {name: Kind(name, title, [0] * len(months)) for name, title in titles.items()}
    for one in sorted(told, key=lambda one: (one.on, one.task, one.text), reverse=True):
        at = place.get((one.on.year, one.on.month))
        if at is None:
            continue
        for name in kinds_of(one.text):
            kind = found[name]
            kind.months[at] += 1
            kind.told.append(one)
            kind.tasks |= {one.task} - {0}
            kind.units |= {one.unit} - {0}
    order = list(titles)
    kept = [kind for kind in found.values() if kind.whole]
    return sorted(kept, key=lambda kind: (kind.name == OTHER, -kind.spread, -kind.whole, order.index(kind.name)))
