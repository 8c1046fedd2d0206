"""A task on its way out of the ledger (对账销号): asked for, given back, closed out, opened again.

What is asked for and how it is verified is supervision's; here the task changes its state, and a version says from when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils import timezone

from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans import states
from duban.plans.actions.issuing import WrongDay
from duban.plans.models import Milestone, Task
from duban.plans.models.entries import UnitRole
from duban.plans.snapshots import record_version
from duban.plans.states import LedgerState


@action
def request_close_out(*, task: Task, by: Person, on: date | None = None) -> Task:
    """Ask for the task to be closed out: people of a unit that leads it or answers for it, or the office.

    Raises `WrongState`, `WrongDay`, `NotAllowed`.
    """
    return _stepped(task, "request_close_out", by, on)


@action
def return_close_out(*, task: Task, by: Person, on: date | None = None) -> Task:
    """Give the task back to its units: it is not done. Raises `WrongState`, `WrongDay`, `NotAllowed`."""
    return _stepped(task, "return_close_out", by, on)


@action
def take_back_close_out(*, task: Task, by: Person, on: date | None = None) -> Task:
    """Take the request back, as those who may ask. Raises `WrongState`, `WrongDay`, `NotAllowed`."""
    return _stepped(task, "take_back_close_out", by, on)


@action
def close_out(*, task: Task, by: Person, on: date | None = None, reached: Mapping[int, date] | None = None) -> Task:
    """Close the task out from a day on; `reached` are the days of milestones that nobody had entered yet.

    Raises `WrongState`, `WrongDay`, `NotAllowed`.
    """
    for milestone in Milestone.objects.select_for_update().filter(task=task, pk__in=reached or {}, done_on=None):
        milestone.done_on = (reached or {})[milestone.pk]
        milestone.save(update_fields=["done_on"])
    return _stepped(task, "close_out", by, on)


@action
def reopen(*, task: Task, by: Person, on: date | None = None) -> Task:
    """Put a closed-out task back into work. Raises `WrongState`, `WrongDay`, `NotAllowed`."""
    return _stepped(task, "reopen", by, on)


def _stepped(task: Task, step: str, by: Person, on: date | None) -> Task:
    task = Task.objects.select_for_update(of=("self",)).select_related("ledger__division").get(pk=task.pk)
    transition = states.TRANSITIONS["task"][step]
    answers = task.responsibilities.filter(dropped=False, unit__isnull=False).exclude(role=UnitRole.SUPPORT)
    units = [unit for unit in answers.values_list("unit_id", flat=True) if unit]
    require(by, transition.permission, division=task.ledger.division, units=units)
    if task.ledger.state != LedgerState.ISSUED:
        raise states.WrongState(f"“{task.ledger}”", task.ledger.get_state_display(), transition.name)
    day = on or timezone.localdate()
    if day > timezone.localdate():
        raise WrongDay(f"日期{day:%Y-%m-%d}还没有到。请填今天或以前的日期。")
    before = task.state
    task.state = states.check("task", step, task.state, thing=f"“{task}”")
    task.save(update_fields=["state"])
    record_version(task, valid_from=day, reason=transition.name, by=by)
    what = {
        "request_close_out": "plans.request_close_out",
        "return_close_out": "plans.return_close_out",
        "take_back_close_out": "plans.take_back_close_out",
        "close_out": "plans.close_out",
        "reopen": "plans.reopen",
    }[step]
    record(
        what,
        by=by,
        subject=task,
        before={"state": before},
        after={"state": task.state, "on": day},
        division=task.ledger.division.code,
    )
    return task
