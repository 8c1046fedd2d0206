"""The year's ledger in pictures: where its tasks stand, who carries them, when they fall due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count

from duban.organisations.models import Person
from duban.plans.models import Ledger, Responsibility
from duban.plans.models.entries import UnitRole
from duban.plans.queries.asking import Asked
from duban.plans.queries.ledger import narrowed, section_counts, sections, standing
from duban.plans.states import TaskState


@dataclass(frozen=True)
class Load:
    """A unit and the number of its tasks in each role."""

    pk: int
    name: str
    lead: int
    responsible: int
    support: int

    @property
    def whole(self) -> int:
        """The tasks in any role."""
        return self.lead + self.responsible + self.support


@dataclass(frozen=True)
class Month:
    """The tasks due in a month: done and open, and of the open those whose paper names no day."""

    label: str
    first: date
    last: date
    done: int
    open: int
    unstated: int

    @property
    def whole(self) -> int:
        """All tasks due in the month."""
        return self.done + self.open


@dataclass(frozen=True)
class Charts:
    """What the pictures are drawn from, and what the tables beside them show."""

    tasks: int
    parts: list[tuple[int, str, int, int, int]]
    tree: list[dict[str, Any]]
    loads: list[Load]
    months: list[Month]


def charts(ledger: Ledger, asked: Asked, person: Person, *, today: date) -> Charts:
    """Return the numbers of the tasks that the address asks for, as they are today."""
    parts = sections(ledger)
    section = parts.get(asked.filters.section or 0)
    tasks = narrowed(standing(ledger, asked, person), ledger, asked.filters, person, today=today, section=section)
    tree = section_counts(parts, tasks)
    return Charts(
        tasks=tasks.count(),
        parts=[(part.pk, part.name, part.depth, part.tasks, part.own) for part in tree],
        tree=_nested(tree),
        loads=_loads(tasks),
        months=_months(tasks),
    )


def _nested(tree: list[Any]) -> list[dict[str, Any]]:
    """Return the sections as nested values; what stands in a section itself beside its parts is a part of its own."""
    nodes: dict[int, dict[str, Any]] = {
        part.pk: {"section": part.pk, "name": part.name, "value": part.tasks} for part in tree
    }
    top = []
    for part in tree:
        if part.parent in nodes:
            nodes[part.parent].setdefault("children", []).append(nodes[part.pk])
        else:
            top.append(nodes[part.pk])
    for part in tree:
        if part.own and nodes[part.pk].get("children"):
            nodes[part.pk]["children"].append({"section": part.pk, "name": "（本级）", "value": part.own})
    # One part that holds all others would be one box on a phone: its parts are what there is to see.
    while len(top) == 1 and top[0].get("children"):
        top = top[0]["children"]
    return top


def _loads(tasks: Any) -> list[Load]:
    answers = Responsibility.objects.filter(task__in=tasks.order_by(), dropped=False, unit__isnull=False)
    rows = answers.order_by().values_list("unit_id", "unit__name", "unit__short_name", "role").annotate(Count("pk"))
    names: dict[int, str] = {}
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for unit, name, short, role, count in rows:
        names[unit or 0] = short or name or ""
        counts[unit or 0][role] = count
    loads = [Load(pk, names[pk], *(counts[pk].get(role, 0) for role in UnitRole.values)) for pk in names]
    return sorted(loads, key=lambda load: (-load.lead, -load.whole, load.name))


def _months(tasks: Any) -> list[Month]:
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for due, state, stated in tasks.filter(due__isnull=False).order_by().values_list("due", "state", "due_stated"):
        month = counts[due.year, due.month]
        done = state == TaskState.CLOSED_OUT
        month[0 if done else 1] += 1
        month[2] += not done and not stated
    if not counts:
        return []
    first, last = min(counts), max(counts)
    months = []
    at = first
    while at <= last:
        done, open_tasks, unstated = counts.get(at, [0, 0, 0])
        following = (at[0] + at[1] // 12, at[1] % 12 + 1)
        begin, end = date(*at, 1), date(*following, 1) - timedelta(days=1)
        months.append(Month(f"{at[0]}年{at[1]}月", begin, end, done, open_tasks, unstated))
        at = following
    return months
