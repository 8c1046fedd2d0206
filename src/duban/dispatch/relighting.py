"""Lights are worked out again when what they follow from has changed: a job, once the change is committed.

A change that is lost between the commit and the job is caught up by the nightly job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from threading import local
from typing import Any

from django.db import transaction
from django.utils import timezone

from duban.audit.trail import SYSTEM, origin
from duban.dispatch.models import TaskLight
from duban.plans.jobs import enqueue
from duban.plans.models import Ledger, Task
from duban.plans.states import LedgerState

#: Tasks and the ledger of each that wait for the commit of this thread's transaction.
_waiting = local()
#: So many days are worked out in one job.
DAYS = 31


def relight(tasks: Mapping[int, int]) -> None:
    """Have the lights of `tasks` (their ledger's number by their own) worked out for today when the transaction commits.

    However often a transaction asks, each ledger has one job.
    """
    waiting: dict[int, int] = _waiting.__dict__.setdefault("tasks", {})
    if not any(call is _enqueue for _, call, *_ in transaction.get_connection().run_on_commit):
        # What waited belonged to a transaction that was rolled back.
        waiting.clear()
    waiting.update(tasks)
    transaction.on_commit(_enqueue, robust=True)


def relight_since(ledger: Ledger, first: date) -> None:
    """Have all lights of a ledger worked out from a past day on when the transaction commits: another scheme holds."""
    today = timezone.localdate()
    starts = [first + timedelta(days=days) for days in range(0, (today - first).days + 1, DAYS)]
    for start in starts:
        last = min(start + timedelta(days=DAYS - 1), today)
        days = [(start + timedelta(days=day)).isoformat() for day in range((last - start).days + 1)]
        transaction.on_commit(lambda days=days: enqueue(light_days, ledger.pk, days), robust=True)  # type: ignore[misc]


def on_change(sender: type, *, tasks: Mapping[int, int], **kwargs: Any) -> None:
    """Listen to changes of the ledger: open reports follow it, and lights."""
    # The actions keep versions of reports, which ask for this module.
    from duban.dispatch.actions.rounds import follow_ledger

    follow_ledger(tasks=tasks, by=SYSTEM)
    relight(tasks)


def light_tasks(ledger_id: int, tasks: Sequence[int]) -> int:
    """Work out today's lights of `tasks`, as a job; of the whole ledger where it has none yet. Return the rows written."""
    ledger = _issued(ledger_id)
    if ledger is None:
        return 0
    chosen = Task.objects.in_ledger().filter(pk__in=tasks) if TaskLight.objects.filter(ledger=ledger).exists() else None
    with origin("job"):
        return _recompute(ledger, [timezone.localdate()], chosen)


def light_days(ledger_id: int, days: Sequence[str]) -> int:
    """Work out all lights of a ledger for `days` (ISO 8601), as a job. Return the rows written."""
    ledger = _issued(ledger_id)
    if ledger is None:
        return 0
    with origin("job"):
        return _recompute(ledger, [date.fromisoformat(day) for day in days], None)


def _recompute(ledger: Ledger, days: list[date], tasks: Any) -> int:
    # The actions keep versions of reports, which ask for this module.
    from duban.dispatch.actions.lights import recompute

    return recompute(ledger=ledger, days=days, tasks=tasks)


def _issued(pk: int) -> Ledger | None:
    return Ledger.objects.filter(pk=pk, state=LedgerState.ISSUED).select_related("division").first()


def _enqueue() -> None:
    waiting: dict[int, int] = _waiting.__dict__.pop("tasks", {})
    by_ledger: dict[int, list[int]] = defaultdict(list)
    for task, ledger in waiting.items():
        by_ledger[ledger].append(task)
    for ledger, tasks in by_ledger.items():
        enqueue(light_tasks, ledger, sorted(tasks))
