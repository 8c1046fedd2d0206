"""Which tasks a unit breaks down, and how far it is."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from duban.organisations.models import Person, Unit
from duban.plans.models import Responsibility, Task
from duban.plans.models.entries import UnitRole
from duban.plans.states import LedgerState, TaskState


def tasks_of(unit: Unit, person: Person) -> QuerySet[Task]:
    """Return the tasks in force that `unit` leads or is responsible for and that are still to be done.

    Each bears the number of its measures (`measure_count`) and milestones (`milestone_count`).
    """
    answers = Responsibility.objects.filter(unit=unit, dropped=False, role__in=[UnitRole.LEAD, UnitRole.RESPONSIBLE])
    tasks = Task.objects.visible_to(person).filter(
        pk__in=answers.values("task_id"),
        dropped=False,
        ledger__state=LedgerState.ISSUED,
        state__in=[TaskState.TO_BREAK_DOWN, TaskState.IN_PROGRESS],
    )
    counted = tasks.annotate(
        measure_count=Count("measures", distinct=True), milestone_count=Count("milestones", distinct=True)
    )
    return counted.select_related("ledger").order_by("ledger__year", "order", "pk")
