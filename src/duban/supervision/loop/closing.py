"""The system's own check of a task that is to be closed out: what was promised against what was reported, what is open.

Each kind of thing that may still be open at a task enters a check here; the office sees them all, each with its link.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from duban.dispatch.checks import shown
from duban.dispatch.curves import Goal, Reading, latest, meets
from duban.dispatch.goals import goal_of, said
from duban.dispatch.models import Evidence, Report, ReportValue
from duban.dispatch.states import ReportState
from duban.dispatch.work import COUNTS, filed_on
from duban.plans.models import Indicator, Milestone, Task
from duban.plans.models.entries import Status
from duban.plans.queries.desk import address
from duban.plans.states import AmendmentState
from duban.supervision.models import Finding, Issue, Matter, OrderUnit


@dataclass(frozen=True)
class Found:
    """One line of the check: whether it is settled, in words, and where it can be looked into."""

    name: str
    ok: bool
    words: str
    url: str = ""


@dataclass(frozen=True)
class Target:
    """An indicator to account for: what it promises, and what was last reported of it."""

    indicator: Indicator
    goal: Goal
    promise: str
    value: Decimal | None
    on: date | None

    @property
    def met(self) -> bool:
        """Whether the last value that was reported keeps the promise."""
        return self.value is not None and meets(self.goal, self.value)

    @property
    def shown(self) -> str:
        """The value as people write it."""
        return "" if self.value is None else shown(self.value)


def targets(task: Task, today: date) -> list[Target]:
    """Return the indicators of a task that promise something, with the last values of signed reports; three statements."""
    rows = list(Indicator.objects.filter(task=task, dropped=False, status=Status.TARGET).select_related("curve"))
    readings: dict[int, list[Reading]] = defaultdict(list)
    values = ReportValue.objects.filter(indicator__in=rows, report__state__in=COUNTS, value__isnull=False)
    for value in values.select_related("report__round") if rows else ():
        filed = filed_on(value.report)
        if filed is not None and value.value is not None:
            end = value.report.round.period_end
            readings[value.indicator_id].append(Reading(end, value.value, filed, value.report_id))
    found = []
    for indicator in rows:
        last = latest(readings[indicator.pk], today)
        goal = goal_of(indicator, task, task.ledger.year)
        found.append(Target(indicator, goal, said(indicator), last.value if last else None, last.on if last else None))
    return found


def check(task: Task, today: date, promised: Sequence[Target] | None = None) -> list[Found]:
    """Return the whole check of a task: its promises (`promised` where they are at hand), its reports, what is open at it."""
    found: list[Found] = []
    for target in targets(task, today) if promised is None else promised:
        name = f"指标：{target.indicator.name}"
        value = f"最近报 {target.shown}{target.indicator.unit}" if target.value is not None else "没有报过数"
        url = reverse("dispatch:indicator", args=[target.indicator.pk])
        found.append(Found(name, target.met, f"目标{target.promise}，{value}", url))
    for step in Milestone.objects.filter(task=task).order_by("due", "pk"):
        words = f"{step.done_on:%Y-%m-%d}完成" if step.done_on else "没有记完成日期"
        found.append(
            Found(f"节点：{step.name}", step.done_on is not None, words, reverse("plans:task", args=[task.pk]))
        )
    found.append(_reports(task))
    found += [line for of in CHECKS for line in of(task)]
    return found


def _reports(task: Task) -> Found:
    waiting = Report.objects.filter(task=task).exclude(state__in=(ReportState.VERIFIED, ReportState.VOID))
    evidence = Evidence.objects.filter(report__task=task, report__state=ReportState.VERIFIED, dropped=False).count()
    words = f"核验过的填报有 {evidence} 件佐证"
    first = waiting.exclude(state=ReportState.OPEN).first()
    if first is not None:
        return Found("填报", False, f"有填报没有核验完；{words}", reverse("dispatch:report", args=[first.pk]))
    return Found("填报", evidence > 0, words if evidence else "填报里没有佐证，看申请所附")


def _open(name: str, rows: QuerySet[Any], words: str, url: Callable[[Any], str]) -> Iterable[Found]:
    count = rows.count()
    first = rows.first() if count else None
    yield Found(
        name, first is None, f"{count} {words}没有办完" if first else f"没有未了的{name}", url(first) if first else ""
    )


def _amendments(task: Task) -> Iterable[Found]:
    rows = task.amendments.filter(state__in=(AmendmentState.REQUESTED, AmendmentState.APPROVED))
    return _open("调整", rows, "件调整", lambda one: reverse("plans:amendment", args=[one.pk]))


def _issues(task: Task) -> Iterable[Found]:
    rows = Issue.objects.open().filter(task=task)
    return _open("问题", rows, "个问题", lambda one: reverse("supervision:issue", args=[one.pk]))


def _matters(task: Task) -> Iterable[Found]:
    rows = Matter.objects.open().filter(task=task)
    return _open("督查事项", rows, "件督查事项", lambda one: address("supervision:matter", one.pk))


def _orders(task: Task) -> Iterable[Found]:
    rows = OrderUnit.objects.open().filter(order__task=task).select_related("order")
    return _open("督办单", rows, "份督办单", lambda one: address("supervision:order", one.order_id))


def _findings(task: Task) -> Iterable[Found]:
    # Only those that were fed back: what is not yet told to the unit is not told here either.
    rows = Finding.objects.open().filter(task=task).select_related("part")
    return _open("督查发现", rows, "条督查发现", lambda one: address("supervision:inspection", one.part.inspection_id))


#: What may still be open at a task; each says so in one line.
CHECKS: list[Callable[[Task], Iterable[Found]]] = [_orders, _findings, _matters, _issues, _amendments]


def stored(found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return a check as a close-out keeps it."""
    return [asdict(line) for line in found]
