"""The milestones of a task on its page: reached or not, shown by what, and what a person may do about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from duban.dispatch.actions.milestones import answering
from duban.dispatch.milestones import words_of
from duban.dispatch.models import MilestoneWord
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.models import Milestone, Task
from duban.plans.states import LedgerState, TaskState


@dataclass(frozen=True)
class Reached:
    """A milestone with the word that says when it was reached, where there is one; `late` by today or the day it was done."""

    milestone: Milestone
    word: MilestoneWord | None
    late: bool
    may_take_back: bool


@dataclass(frozen=True)
class MilestonesPanel:
    """All that the panel shows; `writes` says whether the person tells milestones of this task."""

    task: Task
    rows: list[Reached]
    done: int
    writes: bool
    today: date


def panel(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return what the panel of a task is rendered with; None on a past day, and for a task without milestones."""
    if on is not None:
        return None
    prefetch_related_objects([task], "milestones__measure")
    steps = list(task.milestones.all())
    if not steps:
        return None
    words = words_of(steps)
    access, division = access_of(person), task.ledger.division
    own = access.may("dispatch.report", division=division, units=answering(task))
    open_task = task.ledger.state == LedgerState.ISSUED and task.state in (
        TaskState.TO_BREAK_DOWN,
        TaskState.IN_PROGRESS,
    )
    takes_back = open_task and (own or access.may("dispatch.verify", division=division))
    rows = []
    for step in steps:
        word = words.get(step.pk) if step.done_on else None
        rows.append(
            Reached(
                milestone=step,
                word=word,
                late=step.due < (step.done_on or today),
                may_take_back=takes_back and word is not None and word.report_id is None,
            )
        )
    return {
        "steps": MilestonesPanel(
            task=task,
            rows=rows,
            done=sum(step.done_on is not None for step in steps),
            writes=own and open_task,
            today=today,
        )
    }


def words_seen(person: Person) -> QuerySet[MilestoneWord]:
    """Return the words about milestones of the tasks that `person` sees."""
    tasks = Task.objects.visible_to(person).order_by().values("pk")
    return MilestoneWord.objects.filter(milestone__task__in=tasks).select_related(
        "stored", "milestone__task__ledger__division"
    )
