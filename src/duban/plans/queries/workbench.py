"""The workbench: what waits for a person in all their posts, the state of the month, what changed since the last visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from duban.accounts.queries import last_visit
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.extensions import WAITING
from duban.plans.models import Ledger
from duban.plans.queries import waiting, watching
from duban.plans.queries.desk import Item, Month, Part
from duban.plans.queries.since import Done, since

#: At a first visit the changes of so many days show.
AT_FIRST = timedelta(days=7)
#: Who has which parts is decided by each: it gives none to those whose posts it does not concern.
_PARTS: tuple[Callable[[Person, date, Ledger | None], list[Part]], ...] = (
    waiting.of_office,
    waiting.of_leader,
    waiting.of_units,
    watching.of_upper_level,
    watching.of_administrator,
    watching.of_auditor,
)


@dataclass(frozen=True)
class Workbench:
    """What the workbench shows. `first` is the thing to do next; `visited` is None at a first visit."""

    parts: list[Part]
    quiet: list[Part]
    first: Item | None
    months: list[Month]
    changes: list[Done]
    visited: datetime | None
    follows: bool


def workbench(person: Person, *, today: date) -> Workbench:
    """Return the workbench of `person`: the parts of all posts held today, those in which something waits before the others.

    What later apps enter runs against a clock, so it comes first, the part with the earliest day before the others.
    """
    follows = access_of(person).may("plans.read")
    ledger = waiting.newest(person) if follows else None
    clocked = [part for of in WAITING.values() for part in of(person, today) if part]
    clocked.sort(key=lambda part: min((_day(item, today) for item in part.items), default=date.max))
    parts = [*clocked, *(part for of in _PARTS for part in of(person, today, ledger) if part)]
    busy = [part for part in parts if part.items]
    to_do = [item for part in busy for item in part.items if item.acts]
    visited = last_visit(person)
    return Workbench(
        parts=busy,
        quiet=[part for part in parts if not part.items],
        # What has waited and what is due stand on one line of days.
        first=min(to_do, key=lambda item: _day(item, today), default=None),
        months=waiting.months(person, today, ledger),
        changes=since(person, visited or timezone.now() - AT_FIRST) if follows else [],
        visited=visited,
        follows=follows,
    )


def _day(item: Item, today: date) -> date:
    return item.since or item.due or today
