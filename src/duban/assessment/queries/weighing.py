"""What the office found of a ledger's tasks, units and projects, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from duban.assessment.models import ListedUnit, ProjectProgress
from duban.organisations.models import Unit
from duban.plans.models import Ledger, Project, Task
from duban.plans.states import TaskState


@dataclass(frozen=True)
class UnitLine:
    """A unit that is ranked, and the row that says that it answers for listed matters only."""

    unit: Unit
    listed: ListedUnit | None


def tasks(ledger: Ledger, wanted: str) -> QuerySet[Task]:
    """Return the ledger's tasks with what was found of them; `wanted` are words of the title, or a number."""
    found = Task.objects.in_ledger().filter(ledger=ledger).exclude(state=TaskState.WITHDRAWN)
    found = found.select_related("difficulty__entered_by", "ledger").defer("summary", "text")
    if wanted:
        number = wanted.rpartition("-")[2]
        asked = Q(title__icontains=wanted)
        found = found.filter(asked | Q(seq=int(number)) if number.isdecimal() and len(number) < 5 else asked)
    return found.order_by("order", "pk")


def projects(ledger: Ledger, wanted: str) -> QuerySet[Project]:
    """Return the ledger's projects with the stages they have reached; `wanted` are words of the name."""
    found = Project.objects.filter(ledger=ledger, dropped=False, task__seq__isnull=False)
    found = found.exclude(task__state=TaskState.WITHDRAWN).select_related("task__ledger", "stages__entered_by")
    return (found.filter(name__icontains=wanted) if wanted else found).order_by("task__order", "order", "pk")


def categories(ledger: Ledger) -> list[str]:
    """Return the categories of projects that were used, to be offered."""
    used = ProjectProgress.objects.filter(project__ledger__division=ledger.division).exclude(category="")
    return sorted(set(used.values_list("category", flat=True)))


def unit_lines(ledger: Ledger, today: date) -> list[UnitLine]:
    """Return the units that are ranked, each with what was found; two statements."""
    listed = {row.unit_id: row for row in ListedUnit.objects.filter(ledger=ledger).select_related("entered_by")}
    units = Unit.objects.in_use(ledger.division, today).filter(group__isnull=False).select_related("group")
    return [UnitLine(unit, listed.get(unit.pk)) for unit in units]
