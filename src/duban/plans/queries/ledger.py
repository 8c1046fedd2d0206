"""The ledger page: which tasks, in which order, with which totals, today or on a past day."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit, UnitGroup
from duban.plans import extensions
from duban.plans.extensions import NOTHING, Added, Choice
from duban.plans.models import Ledger, Responsibility, SavedView, Task
from duban.plans.models.entries import UnitRole
from duban.plans.models.tasks import TaskQuerySet
from duban.plans.queries.asking import Asked, Filters
from duban.plans.searching import searchable
from duban.plans.snapshots import Snapshot, as_of
from duban.plans.states import LedgerState, TaskState

#: Rows of a page of the table.
PAGE = 100
_NUMBER = re.compile(r"(?:(\d{4})-)?(\d{1,5})")
_OVER = (TaskState.CLOSED_OUT, TaskState.WITHDRAWN)
STATES: dict[str, str] = {state.value: str(state.label) for state in TaskState}

#: A row of a table, under the names of `asking.COLUMNS` and a few more; all values are what the page shows.
Row = dict[str, Any]


@dataclass
class Part:
    """A section in the tree: `tasks` counts those under it as filtered, its parts included, `own` without them."""

    pk: int
    name: str
    depth: int
    parent: int | None
    tasks: int = 0
    own: int = 0
    below: set[int] = field(default_factory=set)
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Totals:
    """What the whole filtered list adds up to."""

    tasks: int
    indicators: int
    states: list[tuple[str, str, int]]
    added: dict[str, list[Choice]] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """A ledger as asked for: one page of rows, the tree, the totals."""

    rows: list[Row]
    tree: list[Part]
    totals: Totals
    page: int
    pages: int
    section: Part | None

    @property
    def first(self) -> int:
        """The place of the first row shown, counted from 1."""
        return (self.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


@dataclass(frozen=True)
class Choices:
    """What the filters offer."""

    units: list[tuple[int, str]]
    groups: list[tuple[int, str]]
    sponsors: list[tuple[int, str]]
    views: list[tuple[int, str, str]]


@dataclass
class UnitLoad:
    """A unit with the tasks that it leads (or answers for first where nobody leads) and its load in each role."""

    pk: int
    name: str
    group: str
    tasks: list[Row] = field(default_factory=list)
    roles: dict[str, int] = field(default_factory=dict)
    added: dict[str, list[Choice]] = field(default_factory=dict)

    @property
    def load(self) -> int:
        """The tasks of the unit in any role."""
        return sum(self.roles.values())

    @property
    def words(self) -> str:
        """The load by role in one line: 牵头 12、配合 3."""
        return "、".join(f"{role.label} {self.roles[role]}" for role in UnitRole if role in self.roles)


def listed(ledger: Ledger, asked: Asked, person: Person, *, today: date, added: Added = NOTHING) -> Listed:
    """Return the page of the ledger that is asked for: at most `PAGE` rows unless the whole is.

    `added` is what the columns of later apps say of the ledger on the day.
    """
    parts = sections(ledger)
    section = parts.get(asked.filters.section or 0)
    if asked.on is None:
        tasks = narrowed(standing(ledger, asked, person), ledger, asked.filters, person, today=today, section=None)
        counted = _counts(tasks)
    else:
        found = snapshots_on(ledger, asked, person, section=None)
        counted = _counts_of(found)
    tree = _tree(parts, counted)
    shown: Iterable[int] = ()
    if asked.on is None:
        inside = tasks.filter(section__in=section.below) if section else tasks
        if added:
            shown = inside.order_by().values_list("pk", flat=True)
    else:
        within = [one for one in found if section is None or one["section_id"] in section.below]
        shown = [one["id"] for one in within]
    totals = _totals(counted, section, added.choices(shown))
    pages = max(1, -(-totals.tasks // PAGE))
    page = min(asked.page, pages)
    window = slice(None) if asked.whole else slice((page - 1) * PAGE, page * PAGE)
    if asked.on is None:
        rows = _rows(ordered(inside, asked), ledger, asked, parts, today, window)
    else:
        rows = [snapshot_row(one, asked.on, ledger.year) for one in in_order(within, asked)[window]]
    for row in rows:
        row.update(added.of(row["pk"]))
    return Listed(rows, tree, totals, 1 if asked.whole else page, 1 if asked.whole else pages, section)


def by_unit(ledger: Ledger, asked: Asked, person: Person, *, today: date, added: Added = NOTHING) -> list[UnitLoad]:
    """Return the filtered tasks under the units that lead them, the most loaded unit first.

    A task with several leads stands under each. Words not resolved to a unit stand under no unit and come last.
    """
    parts = sections(ledger)
    section = parts.get(asked.filters.section or 0)
    answers: Iterable[tuple[int, int | None, str]]
    if asked.on is None:
        tasks = narrowed(standing(ledger, asked, person), ledger, asked.filters, person, today=today, section=section)
        rows = _rows(ordered(tasks, asked), ledger, asked, parts, today, slice(None))
        answering = Responsibility.objects.filter(task__ledger=ledger, dropped=False, unit__isnull=False)
        answers = answering.order_by("order", "pk").values_list("task_id", "unit_id", "role")
    else:
        found = in_order(snapshots_on(ledger, asked, person, section=section), asked)
        rows = [snapshot_row(one, asked.on, ledger.year) for one in found]
        answers = [
            (one["id"], answer["unit_id"], answer["role"])
            for one in found
            for answer in one["responsibilities"]
            if answer["unit_id"]
        ]
    of_task: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for task_id, unit_id, role in answers:
        of_task[task_id].append((unit_id or 0, role))
    units = {
        pk: UnitLoad(pk, short or name, group or "")
        for pk, name, short, group in Unit.objects.filter(division=ledger.division_id)
        .order_by("group__order", "order", "pk")
        .values_list("pk", "name", "short_name", "group__name")
    }
    nobody = UnitLoad(0, "没有认定单位", "")
    for row in rows:
        row.update(added.of(row["pk"]))
        held = of_task[row["pk"]]
        first = {unit for unit, role in held if role == UnitRole.LEAD} or {
            unit for unit, role in held if role == UnitRole.RESPONSIBLE
        }
        for unit, role in held:
            if unit in units:
                units[unit].roles[role] = units[unit].roles.get(role, 0) + 1
        for unit in first & units.keys():
            units[unit].tasks.append(row)
        if not first & units.keys():
            nobody.tasks.append(row)
    for one in (*units.values(), nobody):
        one.added = added.choices(row["pk"] for row in one.tasks)
    # A sort of Python keeps the order of equals: units of one load stand as the office orders them.
    loaded = sorted((unit for unit in units.values() if unit.roles), key=lambda unit: (-len(unit.tasks), -unit.load))
    return loaded + ([nobody] if nobody.tasks else [])


def standing(ledger: Ledger, asked: Asked, person: Person) -> TaskQuerySet:
    """Return the tasks of the ledger that the page starts from.

    Those that stand in it; in a ledger not yet issued its drafts; in what states the filter names those.
    """
    tasks = Task.objects.visible_to(person).filter(ledger=ledger, dropped=False)
    if asked.filters.states:
        return tasks.filter(state__in=asked.filters.states)
    if ledger.state == LedgerState.DRAFT:
        return tasks
    return tasks.exclude(state__in=[TaskState.DRAFT, TaskState.WITHDRAWN])


def narrowed(
    tasks: TaskQuerySet, ledger: Ledger, filters: Filters, person: Person, *, today: date, section: Part | None
) -> TaskQuerySet:
    """Return those of `tasks` that the filters let through; the section's parts belong to it."""
    if section is not None:
        tasks = tasks.filter(section__in=section.below)
    if (answering := _answering(filters, person)) is not None:
        tasks = tasks.filter(pk__in=answering.values("task_id"))
    if filters.sponsor is not None:
        tasks = tasks.filter(sponsor=filters.sponsor) if filters.sponsor else tasks.filter(sponsor=None)
    if filters.due_from:
        tasks = tasks.filter(due__gte=filters.due_from)
    if filters.due_to:
        tasks = tasks.filter(due__lte=filters.due_to)
    if filters.overdue:
        tasks = tasks.filter(due__lt=today).exclude(state__in=_OVER)
    if filters.indicators is not None:
        tasks = tasks.filter(indicator_count__gt=0) if filters.indicators else tasks.filter(indicator_count=0)
    if filters.lacks:
        tasks = tasks.filter(due_stated=False) if filters.lacks == "due" else tasks.filter(lead_names="")
    for name, codes in filters.added:
        tasks = tasks.filter(pk__in=extensions.COLUMNS[name].chosen(ledger, codes, today))
    return with_words(tasks, filters.words, ledger.year)


def with_words(tasks: TaskQuerySet, words: Iterable[str], year: int | None = None) -> TaskQuerySet:
    """Return those in which all the words are found; a short number (2026-017, or 17 of the year's ledger) is a word too."""
    for word in words:
        found = Q(summary__contains=searchable(word))
        if (match := _NUMBER.fullmatch(word)) and (match[1] or year):
            found |= Q(seq=int(match[2]), ledger__year=int(match[1] or year or 0))
        tasks = tasks.filter(found)
    return tasks


def ordered(tasks: TaskQuerySet, asked: Asked) -> TaskQuerySet:
    """Return the tasks in the order asked for; equals stand in the ledger's order."""
    column = {
        "title": "title",
        "leads": "lead_names",
        "due": "due",
        "indicators": "indicator_count",
        "sponsor": "sponsor_shown",
        "state": "state",
    }.get(asked.sort)
    if column is None:
        return tasks.order_by("-order", "-pk") if asked.descending else tasks.order_by("order", "pk")
    if column == "sponsor_shown":
        tasks = tasks.annotate(sponsor_shown=Coalesce("sponsor__name", "sponsor_text"))
    by = F(column).desc(nulls_last=True) if asked.descending else F(column).asc(nulls_last=True)
    return tasks.order_by(by, "order", "pk")


def sections(ledger: Ledger) -> dict[int, Part]:
    """Return the sections of the ledger in their order, each with those below it (itself included) and its headings."""
    rows = ledger.sections.order_by("order", "pk").values_list("pk", "parent_id", "label", "title", "depth")
    parts = {pk: Part(pk, f"{label}{title}", depth, parent) for pk, parent, label, title, depth in rows}
    for part in parts.values():
        path, at = [], part
        while True:
            at.below.add(part.pk)
            path.append(at.name)
            if at.parent not in parts:
                break
            at = parts[at.parent]
        part.path = tuple(reversed(path))
    return parts


def choices(ledger: Ledger, person: Person) -> Choices:
    """Return what the filters of the ledger's page offer."""
    units = Unit.objects.filter(division=ledger.division_id).order_by("group__order", "order", "pk")
    groups = UnitGroup.objects.filter(division=ledger.division_id)
    sponsors = Person.objects.filter(pk__in=Task.objects.filter(ledger=ledger, sponsor__isnull=False).values("sponsor"))
    return Choices(
        units=[(pk, short or name) for pk, name, short in units.values_list("pk", "name", "short_name")],
        groups=list(groups.values_list("pk", "name")),
        sponsors=list(sponsors.order_by("pk").values_list("pk", "name")),
        views=list(SavedView.objects.filter(person=person, page="ledger").values_list("pk", "name", "query")),
    )


def section_counts(parts: dict[int, Part], tasks: TaskQuerySet) -> list[Part]:
    """Return the sections under which any of the tasks stand, counted."""
    return _tree(parts, _counts(tasks))


# -- a past day --------------------------------------------------------------------------------------------------------


def snapshots_on(ledger: Ledger, asked: Asked, person: Person, *, section: Part | None) -> list[Snapshot]:
    """Return what the filtered tasks were on the day asked for, in the ledger's order.

    Which tasks a person sees is what they may see today.
    """
    assert asked.on is not None
    filters = asked.filters
    seen = set(Task.objects.visible_to(person).filter(ledger=ledger).order_by().values_list("pk", flat=True))
    for name, codes in filters.added:
        seen &= {pk or 0 for pk in extensions.COLUMNS[name].chosen(ledger, codes, asked.on)}
    answering = _answering_units(filters, person)
    found = []
    for one in as_of(ledger, asked.on, withdrawn=TaskState.WITHDRAWN in filters.states):
        if one["id"] in seen and _passes(one, filters, asked.on, ledger.year, answering):
            found.append(one)
    return [one for one in found if section is None or one["section_id"] in section.below]


def snapshot_row(one: Snapshot, day: date, year: int) -> Row:
    """Return the row of a task as its snapshot has it; `day` says what is overdue, `year` is the ledger's."""
    leads, others = snapshot_units(one)
    due = date.fromisoformat(one["due"]) if one["due"] else None
    row = {
        "pk": one["id"],
        "number": one["short_number"],
        "section": " › ".join(one["section"][-2:]),
        "section_id": one["section_id"],
        "title": one["title"],
        "text": one["text"],
        "leads": "、".join(leads),
        "others": "、".join(others),
        "due": due,
        "indicators": len(one["indicators"]),
        "sponsor": one["sponsor"],
        "state": one["state"],
    }
    return _shown(row, one["due_stated"], year, day)


def snapshot_units(one: Snapshot) -> tuple[list[str], list[str]]:
    """Return the units in the lead (those responsible where nobody leads) and all others, as a list shows them."""
    named: dict[str, list[str]] = {role: [] for role in UnitRole.values}
    for answer in one["responsibilities"]:
        named[answer["role"]].append(answer["unit"])
    leads = named[UnitRole.LEAD] or named[UnitRole.RESPONSIBLE]
    others = [name for role in (UnitRole.RESPONSIBLE, UnitRole.SUPPORT) for name in named[role] if name not in leads]
    return list(dict.fromkeys(leads)), list(dict.fromkeys(others))


def _passes(one: Snapshot, filters: Filters, day: date, year: int, units: set[int] | None) -> bool:
    """Say whether a snapshot passes the same filters that `narrowed` states in SQL; a test keeps the two together."""
    due = one["due"] or ""
    if filters.states and one["state"] not in filters.states:
        return False
    if units is not None or filters.role:
        roles = (filters.role,) if filters.role else UnitRole.values
        if not any(
            answer["role"] in roles and (units is None or answer["unit_id"] in units)
            for answer in one["responsibilities"]
        ):
            return False
    if filters.sponsor is not None and (one["sponsor_id"] or 0) != filters.sponsor:
        return False
    if (filters.due_from or filters.due_to or filters.overdue) and not due:
        return False
    if filters.due_from and due < filters.due_from.isoformat():
        return False
    if filters.due_to and due > filters.due_to.isoformat():
        return False
    if filters.overdue and (due >= day.isoformat() or one["state"] in _OVER):
        return False
    if filters.indicators is not None and bool(one["indicators"]) != filters.indicators:
        return False
    if filters.lacks and (one["due_stated"] if filters.lacks == "due" else snapshot_units(one)[0]):
        return False
    return not filters.words or _has_words(one, filters.words, year)


def _has_words(one: Snapshot, words: Sequence[str], year: int) -> bool:
    parts = [one["number"], one["title"], one["text"], one["sponsor"], *one["section"]]
    for answer in one["responsibilities"]:
        parts += [answer["unit"], answer["person"]]
    parts += [row["name"] for row in (*one["indicators"], *one["projects"])]
    text = searchable("\n".join(part for part in parts if part))
    for word in words:
        match = _NUMBER.fullmatch(word)
        numbered = match and int(match[1] or year) == year and int(match[2]) == one["seq"]
        if not numbered and searchable(word) not in text:
            return False
    return True


def in_order(found: list[Snapshot], asked: Asked) -> list[Snapshot]:
    """Return the snapshots in the order asked for; equals stand in the ledger's order."""
    key: Any = {
        "title": lambda one: one["title"],
        "leads": lambda one: "、".join(snapshot_units(one)[0]),
        "due": lambda one: one["due"] or "9999",
        "indicators": lambda one: len(one["indicators"]),
        "sponsor": lambda one: one["sponsor"],
        "state": lambda one: one["state"],
    }.get(asked.sort)
    if key is None:
        return found[::-1] if asked.descending else found
    return sorted(found, key=key, reverse=asked.descending)


# -- parts -------------------------------------------------------------------------------------------------------------


def _answering_units(filters: Filters, person: Person) -> set[int] | None:
    """Return the units that must answer; None where the filters name none.

    A role alone means, to people of a unit, their own unit's role.
    """
    units: set[int] | None = None
    if filters.unit is not None:
        units = {filters.unit}
    if filters.group is not None:
        members = set(Unit.objects.filter(group=filters.group).values_list("pk", flat=True))
        units = members if units is None else units & members
    if units is None and filters.role:
        reach = access_of(person).reach("plans.read")
        if reach.units and not reach.divisions and not reach.below:
            units = set(reach.units)
    return units


def _answering(filters: Filters, person: Person) -> Any:
    units = _answering_units(filters, person)
    if units is None and not filters.role:
        return None
    answering = Responsibility.objects.filter(dropped=False)
    if units is not None:
        answering = answering.filter(unit__in=units)
    return answering.filter(role=filters.role) if filters.role else answering


#: By section and state: how many tasks, how many indicators.
_Counts = dict[tuple[int, str], tuple[int, int]]


def _counts(tasks: TaskQuerySet) -> _Counts:
    rows = tasks.order_by().values_list("section_id", "state").annotate(Count("pk"), Sum("indicator_count"))
    return {(section or 0, state): (count, indicators or 0) for section, state, count, indicators in rows}


def _counts_of(found: Iterable[Snapshot]) -> _Counts:
    counted: _Counts = {}
    for one in found:
        key = (one["section_id"] or 0, one["state"])
        count, indicators = counted.get(key, (0, 0))
        counted[key] = (count + 1, indicators + len(one["indicators"]))
    return counted


def _tree(parts: dict[int, Part], counted: _Counts) -> list[Part]:
    own: dict[int, int] = defaultdict(int)
    for (section, _), (count, _) in counted.items():
        own[section] += count
    for part in parts.values():
        part.tasks, part.own = sum(own[pk] for pk in part.below), own[part.pk]
    return [part for part in parts.values() if part.tasks]


def _totals(counted: _Counts, section: Part | None, added: dict[str, list[Choice]]) -> Totals:
    tasks = indicators = 0
    states: dict[str, int] = defaultdict(int)
    for (place, state), (count, promised) in counted.items():
        if section is None or place in section.below:
            tasks += count
            indicators += promised
            states[state] += count
    of_states = [(code, name, states[code]) for code, name in STATES.items() if states[code]]
    return Totals(tasks, indicators, of_states, added)


def _rows(
    tasks: TaskQuerySet, ledger: Ledger, asked: Asked, parts: dict[int, Part], today: date, window: slice
) -> list[Row]:
    names = ["pk", "seq", "section_id", "title", "state", "due", "due_stated", "lead_names", "other_names"]
    names += ["indicator_count", "sponsor_text", "sponsor__name"]
    # The text is long: it is read where its column shows.
    if "text" in asked.columns:
        names.append("text")
    rows = []
    for values in tasks.values_list(*names)[window]:
        pk, seq, section, title, state, due, stated, leads, others, indicators, said, sponsor, *text = values
        part = parts.get(section)
        row = {
            "pk": pk,
            "number": f"{ledger.year}-{seq:03d}" if seq else "",
            "section": " › ".join(part.path[-2:]) if part else "",
            "section_id": section,
            "title": title,
            "text": text[0] if text else "",
            "leads": leads,
            "others": others,
            "due": due,
            "indicators": indicators,
            "sponsor": sponsor or said,
            "state": state,
        }
        rows.append(_shown(row, stated, ledger.year, today))
    return rows


def _shown(row: Row, due_stated: bool, year: int, day: date) -> Row:
    """Put the words of the page in place of the values; `day` says what is overdue."""
    due, state = row["due"], row["state"]
    row["overdue"] = due is not None and due < day and state not in _OVER
    row["due"] = due_words(due, due_stated, year) if due else ""
    row["indicators"] = str(row["indicators"] or "")
    row["state"] = STATES[state]
    return row


def due_words(due: date, stated: bool, year: int) -> str:
    """Return the last day as a list says it: 6月30日, with its year where that is not the ledger's.

    A day that the paper does not name is the year's end, and says so.
    """
    if not stated:
        return f"{due.year}年底"
    return f"{due.month}月{due.day}日" if due.year == year else f"{due.year}年{due.month}月{due.day}日"
