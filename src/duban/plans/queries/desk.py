"""What a workbench is made of: parts of things that wait, figures, changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Window
from django.urls import NoReverseMatch, reverse

from duban.plans.models import Task
from duban.plans.models.tasks import TaskQuerySet
from duban.plans.states import LedgerState, TaskState

#: So many things of a part show; the rest are counted and linked.
SHOWN = 6
#: The verb of a click that only shows.
LOOK = "查看"
#: What is due within so many days is due soon.
SOON = 30
#: The states of a task on which somebody still works.
OPEN = (TaskState.TO_BREAK_DOWN, TaskState.IN_PROGRESS, TaskState.CLOSE_OUT_REQUESTED)


@dataclass(frozen=True)
class Item:
    """One thing: what it is, where a click leads, what that click does (`verb`), and why it waits.

    `due` is the day by which it is to be done, `since` the day from which it has waited.
    """

    title: str
    url: str
    verb: str = LOOK
    why: str = ""
    number: str = ""
    due: date | None = None
    since: date | None = None

    @property
    def acts(self) -> bool:
        """Say whether a click does something, rather than show."""
        return bool(self.url) and self.verb != LOOK


@dataclass(frozen=True)
class Link:
    """Where else a part leads."""

    label: str
    url: str


@dataclass(frozen=True)
class Part:
    """Things of one kind: the first of them, how many there are, and what to say where there are none.

    A part without items and without `empty` does not show. `urgent` marks what is late, `total` 0 is not said.
    """

    title: str
    items: Sequence[Item] = ()
    total: int = 0
    links: Sequence[Link] = ()
    empty: str = ""
    urgent: bool = False

    def __bool__(self) -> bool:
        return bool(self.items or self.empty)

    @property
    def acts(self) -> bool:
        """Say whether a click does something with any of them."""
        return any(item.acts for item in self.items)

    @property
    def left_off(self) -> int:
        """How many do not show."""
        return max(self.total - len(self.items), 0)


@dataclass(frozen=True)
class Figure:
    """A number of the month's state, and where it can be looked into."""

    label: str
    value: int
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Month:
    """How far the tasks of one ledger are, for those whose page it is."""

    title: str
    figures: Sequence[Figure]


def address(name: str, *args: Any, query: str = "") -> str:
    """Return the address of a page with a query string; empty where the site has no such page."""
    try:
        found = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{found}?{query}" if query else found


def in_force(tasks: TaskQuerySet) -> TaskQuerySet:
    """Return those of `tasks` on which somebody still works, in ledgers that are in force; the first due first."""
    return tasks.filter(dropped=False, state__in=OPEN, ledger__state=LedgerState.ISSUED).order_by(
        "due", "ledger__year", "order", "pk"
    )


def task_part(
    title: str,
    tasks: TaskQuerySet,
    *,
    links: Sequence[Link] = (),
    empty: str = "",
    urgent: bool = False,
    page: str = "plans:task",
    verb: str = LOOK,
    query: str = "",
    shown: int = SHOWN,
) -> Part:
    """Return a part with the first `shown` of `tasks`, which lead to `page`, and how many there are: one statement."""
    names = ("pk", "ledger__year", "seq", "title", "lead_names", "due", "total")
    first = tasks.annotate(total=Window(Count("pk"))).values_list(*names)[:shown]
    items, total = [], 0
    for pk, year, seq, name, leads, due, total in first:  # noqa: B007
        number = f"{year}-{seq:03d}" if seq else ""
        items.append(Item(name, address(page, pk, query=query), verb, leads, number, due))
    return Part(title, items, total, links, empty, urgent)


def tasks_seen(person: Any) -> TaskQuerySet:
    """Return the tasks that `person` sees."""
    return Task.objects.visible_to(person)
