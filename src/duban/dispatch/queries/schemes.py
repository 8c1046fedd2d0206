"""Light schemes: those that come with the product, an office's own, which ledger follows which, what a change would change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from duban.dispatch.lamps import lamp
from duban.dispatch.lighting import Lighting
from duban.dispatch.models import LedgerScheme
from duban.dispatch.queries import office_schemes
from duban.dispatch.schemes.lights.evaluating import Light
from duban.dispatch.schemes.lights.scheme import LightScheme as Rules
from duban.dispatch.work import works
from duban.organisations.models import Division
from duban.plans.models import Ledger, Task
from duban.plans.states import LedgerState


@dataclass(frozen=True)
class Listed:
    """A light scheme in the list: its lamps, and which ledgers follow it from when."""

    scheme: office_schemes.Listed[Rules]
    lamps: list[SafeString]
    used: list[LedgerScheme]


def lit(division: Division, found: list[office_schemes.Listed[Rules]]) -> list[Listed]:
    """Return schemes of the list with their lamps and the ledgers that follow them: one statement."""
    used = defaultdict(list)
    for use in _uses(division):
        used[use.scheme.name].append(use)
    return [Listed(one, lamps(one.rules), used[one.name]) for one in found]


def uses_of(division: Division, name: str) -> list[LedgerScheme]:
    """Return which ledgers follow a scheme, in any version, the newest use first."""
    return list(_uses(division).filter(scheme__name=name))


def _uses(division: Division) -> QuerySet[LedgerScheme]:
    found = LedgerScheme.objects.filter(ledger__division=division)
    return found.select_related("ledger", "scheme").order_by("-valid_from")


def lamps(rules: Rules) -> list[SafeString]:
    """Return the lamps of a scheme, the best first."""
    return [lamp(level.colour, level.shape, level.word) for level in rules.levels]


# -- a text that is being written --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A task whose light would be another one."""

    task: Task
    before: SafeString
    after: SafeString
    why: str


@dataclass(frozen=True)
class Preview:
    """What a scheme would change of a ledger on a day: the lights before and after, and task by task."""

    ledger: Ledger
    day: date
    tasks: int
    before: list[tuple[SafeString, int]]
    after: list[tuple[SafeString, int]]
    changes: list[Change]


def preview(ledger: Ledger, rules: Rules, day: date) -> Preview:
    """Return what the lights of `ledger` on the day would be by `rules`, beside what they are by the scheme in force."""
    lighting = Lighting(ledger)
    present, _ = lighting.book.on(day)
    found = works(ledger)
    now = [lighting.light(one, day, present) for one in found]
    then = [lighting.light(one, day, rules) for one in found]
    return Preview(
        ledger=ledger,
        day=day,
        tasks=len(found),
        before=list(_counted(now)),
        after=list(_counted(then)),
        changes=[
            Change(one.task, _lit(before), _lit(after), after.why)
            for one, before, after in zip(found, now, then, strict=True)
            if (before.level.word, before.level.colour) != (after.level.word, after.level.colour)
        ],
    )


def ledgers_of(division: Division) -> list[Ledger]:
    """Return the division's issued ledgers, the newest first: those that a scheme can be adopted for."""
    found = Ledger.objects.filter(division=division, state=LedgerState.ISSUED).select_related("division")
    return list(found.order_by("-year"))


def _counted(lights: list[Light]) -> Iterator[tuple[SafeString, int]]:
    levels = {light.level.name: light for light in lights}
    counts = Counter(light.level.name for light in lights)
    for name in sorted(counts, key=lambda name: -levels[name].level.severity):
        yield _lit(levels[name]), counts[name]


def _lit(light: Light) -> SafeString:
    return lamp(light.level.colour, light.level.shape, light.level.word)
