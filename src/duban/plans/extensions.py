"""What later apps show on the pages of the ledger, which may not import them: columns, panels of a task, what waits.

An app enters what it adds when it is ready (``AppConfig.ready``), and nothing anywhere else: the page, its filter and
totals, the view by unit, the exports, the page of a task and the workbench ask here. A column costs one SQL statement a page,
and one more for its totals; where it returns nothing for a ledger, the ledger shows as if it were not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import QuerySet
from django.utils.safestring import SafeString

from duban.organisations.models import Person
from duban.plans.models import Ledger, Task
from duban.plans.queries.desk import Part


@dataclass(frozen=True)
class Value:
    """What a column says of one task: `code` is what it is called in the address and in files, `words` in Chinese.

    `why` says in a sentence where it comes from, `draw` gives the content of its cell when a page shows it, `rank` orders the
    choices of the filter. `more` are further codes by which the task is found, with their words, `mark` stands beside it in
    the list.
    """

    code: str
    words: str
    why: str
    draw: Callable[[], SafeString]
    rank: int = 0
    more: tuple[tuple[str, str], ...] = ()
    mark: SafeString | None = None

    @property
    def html(self) -> SafeString:
        """The value as pages show it."""
        return self.draw()

    @property
    def cell(self) -> str:
        """The content of the cell in a list."""
        return f"{self.html}{self.mark or ''}"


@dataclass(frozen=True)
class Column:
    """A column: `name` in the address and in files, `label` as its head.

    `values` returns what it says of a ledger's tasks at the end of a day by the task's number; `chosen` the numbers of the
    tasks that one of the codes fits, as a query that becomes part of another.
    """

    name: str
    label: str
    values: Callable[[Ledger, date], Mapping[int, Value]]
    chosen: Callable[[Ledger, Iterable[str], date], QuerySet[Any, int | None]]


#: What a panel is rendered with; None where it has nothing to show. It is given the task (with its ledger and division), who
#: looks, the past day asked for or None, and today.
Context = Callable[[Task, Person, date | None, date], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A panel on a task's page, above its facts: a template, and what it is rendered with.

    `rows` are the foreign keys to a task (``supervision.Issue.task``) that the panel is about. Where none of them points to
    the task, which one statement finds out for all panels, `otherwise` says what is shown in place of `context`.
    """

    template: str
    context: Context
    rows: tuple[str, ...] = ()
    otherwise: Context | None = None


#: What waits for a person today, as parts of the workbench: none for those whom it does not concern. Its items are best
#: given with `due`, by which the workbench orders, and with a `verb` where a click does something.
Waiting = Callable[[Person, date], list[Part]]


@dataclass(frozen=True)
class Landing:
    """A page that stands in the place of the workbench for those for whom `context` gives something."""

    template: str
    context: Callable[[Person, date], dict[str, Any] | None]


@dataclass(frozen=True)
class Bulk:
    """What may be done with the tasks that are chosen in the list: the page at `name` is sent their numbers as ``task``."""

    label: str
    icon: str
    name: str
    permission: str


#: What has been entered, columns and what waits by their names.
COLUMNS: dict[str, Column] = {}
PANELS: dict[str, Panel] = {}
WAITING: dict[str, Waiting] = {}
LANDINGS: dict[str, Landing] = {}
BULK: dict[str, Bulk] = {}


def add_column(column: Column) -> None:
    """Enter a column; entered again under its name it is replaced."""
    COLUMNS[column.name] = column


def add_panel(panel: Panel) -> None:
    """Enter a panel; entered again with its template it is replaced."""
    PANELS[panel.template] = panel


def add_waiting(name: str, waiting: Waiting) -> None:
    """Enter what waits for people under a name, such as ``supervision.orders``; entered again it is replaced."""
    WAITING[name] = waiting


def add_landing(landing: Landing) -> None:
    """Enter a page in the place of the workbench; entered again with its template it is replaced."""
    LANDINGS[landing.template] = landing


def add_bulk(bulk: Bulk) -> None:
    """Enter what may be done with chosen tasks; entered again with its page it is replaced."""
    BULK[bulk.name] = bulk


@dataclass(frozen=True)
class Choice:
    """A value that a filter offers, with the number of tasks it fits."""

    code: str
    words: str
    html: SafeString | str
    count: int


@dataclass(frozen=True)
class Added:
    """What the columns say of one ledger on one day; only those that say something."""

    values: Mapping[str, Mapping[int, Value]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values)

    @property
    def labels(self) -> dict[str, str]:
        """The heads of the columns by their names."""
        return {name: COLUMNS[name].label for name in self.values}

    def of(self, task: int) -> dict[str, Value]:
        """Return what is said of a task, by column."""
        return {name: said[task] for name, said in self.values.items() if task in said}

    def choices(self, tasks: Iterable[int] | None = None) -> dict[str, list[Choice]]:
        """Return for each column the values that occur, the best rank first, counted over `tasks` (all where not given)."""
        numbers = None if tasks is None else list(tasks)
        return {name: _choices(said, numbers) for name, said in self.values.items()}

    @cached_property
    def words(self) -> dict[str, dict[str, str]]:
        """The words of each code that occurs, by column."""
        return {name: {one.code: one.words for one in found} for name, found in self.choices().items()}


#: Where no column says anything.
NOTHING = Added()


def _choices(said: Mapping[int, Value], tasks: list[int] | None) -> list[Choice]:
    values = said.values() if tasks is None else [said[task] for task in tasks if task in said]
    counts: Counter[str] = Counter()
    first: dict[str, tuple[int, str, SafeString | str]] = {}
    for value in values:
        counts[value.code] += 1
        if value.code not in first:
            first[value.code] = (value.rank, value.words, value.html)
        for code, words in value.more:
            counts[code] += 1
            first.setdefault(code, (1000, words, words))
    ordered = sorted(first.items(), key=lambda one: one[1][0])
    return [Choice(code, words, html, counts[code]) for code, (_, words, html) in ordered]


def panels_of(task: Task, person: Person, on: date | None, today: date) -> list[tuple[str, dict[str, Any]]]:
    """Return the panels that have something to show of a task: their templates, and what each is rendered with."""
    keys = [key for panel in PANELS.values() for key in panel.rows]
    with connection.cursor() as cursor:
        cursor.execute(_asks(tuple(keys)), [task.pk] * len(keys))
        there = dict(zip(keys, cursor.fetchone() or (), strict=True))
    found = []
    for panel in PANELS.values():
        context = panel.context if not panel.rows or any(there[key] for key in panel.rows) else panel.otherwise
        if context and (more := context(task, person, on, today)) is not None:
            found.append((panel.template, more))
    return found


@cache
def _asks(keys: tuple[str, ...]) -> str:
    """Return the statement that tells for each foreign key whether a row points to a task.

    Said in SQL: putting it together by querysets for each page takes longer than the database takes to answer.
    """
    quoted = connection.ops.quote_name
    asked = []
    for key in keys:
        app, model, name = key.split(".")
        of = apps.get_model(app, model)._meta
        column = of.get_field(name).column
        asked.append(f"EXISTS(SELECT 1 FROM {quoted(of.db_table)} WHERE {quoted(column)} = %s)")
    return f"SELECT {', '.join(asked)}"


def added_to(ledger: Ledger, day: date) -> Added:
    """Return what all columns say of a ledger at the end of a day: one statement for each column."""
    found = {name: column.values(ledger, day) for name, column in COLUMNS.items()}
    return Added({name: said for name, said in found.items() if said})
