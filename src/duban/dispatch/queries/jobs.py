"""What the job process does: failures with their cause, what waits, and when each regular job runs next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django_q.models import Failure, OrmQ, Schedule, Success

#: What each job does, in words.
WORDS = {
    "duban.plans.actions.reading.read": "读来文",
    "duban.plans.nightly.run": "到期的调整生效",
    "duban.dispatch.nightly.run": "每夜亮灯",
    "duban.dispatch.relighting.light_tasks": "重算任务的灯",
    "duban.dispatch.relighting.light_days": "重算台账的灯",
    "duban.dispatch.regular.turn": "轮次到点开始、截止",
    "duban.dispatch.regular.remind": "催报和提醒",
    "duban.supervision.regular.press": "督办单到期升级",
}


@dataclass(frozen=True)
class Failed:
    """A job that failed: what it was for, how often it was tried, the last line of its cause.

    Where it will be tried `again`, nobody needs to decide yet.
    """

    pk: str
    what: str
    arguments: str
    at: datetime
    attempts: int
    cause: str
    detail: str
    again: bool


def failures() -> list[Failed]:
    """Return the failed jobs, the newest first: those that are given up, and those that will be tried again."""
    return [_failed(row) for row in Failure.objects.filter(attempt_count__gt=0).order_by("-started")[:200]]


def given_up() -> QuerySet[Failure]:
    """Return the jobs that were tried as often as they may be."""
    found: QuerySet[Failure] = Failure.objects.filter(attempt_count__gte=settings.Q_CLUSTER["max_attempts"])
    return found


def _failed(row: Failure) -> Failed:
    detail = str(row.result or "").strip()
    lines = detail.splitlines()
    return Failed(
        pk=row.pk,
        what=WORDS.get(row.func, row.func),
        arguments="、".join(str(value) for value in row.args or ())[:100],
        at=row.started,
        attempts=row.attempt_count,
        cause=(lines[-1] if lines else "没有记下原因")[:300],
        detail=detail[:5000],
        again=row.attempt_count < settings.Q_CLUSTER["max_attempts"],
    )


@dataclass(frozen=True)
class Regular:
    """A job that runs by the clock: when it ran last, and when it runs next."""

    what: str
    last: datetime | None
    next: datetime


def regular() -> list[Regular]:
    """Return the jobs that run by the clock."""
    rows = list(Schedule.objects.order_by("next_run"))
    last: dict[str, datetime] = {}
    for func, at in (
        Success.objects.filter(func__in=[row.func for row in rows]).order_by("started").values_list("func", "started")
    ):
        last[func] = at
    return [Regular(WORDS.get(row.func, row.name), last.get(row.func), row.next_run) for row in rows]


def waiting() -> int:
    """Return how many jobs wait or are being done."""
    return int(OrmQ.objects.count())
