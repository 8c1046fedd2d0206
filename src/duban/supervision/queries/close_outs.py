"""Close-outs: the office's queue, one request with the system's check, what a unit has to fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q

from duban.dispatch.checks import shown
from duban.dispatch.curves import meets
from duban.dispatch.models import Evidence
from duban.dispatch.states import ReportState
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.models import Milestone, Responsibility, Task
from duban.plans.models.entries import UnitRole
from duban.plans.queries.desk import SHOWN, Item, Link, Part, address
from duban.plans.queries.gates import if_any
from duban.plans.states import LedgerState, TaskState
from duban.supervision.loop import closing
from duban.supervision.models import Attachment, CloseOut, CloseOutItem
from duban.supervision.reaching import heirs, within
from duban.supervision.states.close_outs import WAITING, CloseOutState

#: What the queue can show, by its name in the address.
SHOWS = {
    "waiting": "待核验",
    "on_site": "待现场核查",
    "accepted": "已销号",
    "returned": "已退回",
    "reopened": "已恢复",
}
_STATES = {
    "waiting": WAITING,
    "on_site": (CloseOutState.ON_SITE,),
    "accepted": (CloseOutState.ACCEPTED,),
    "returned": (CloseOutState.RETURNED,),
    "reopened": (CloseOutState.REOPENED,),
}
#: So many requests show in the queue; what is closed out is found in the ledger too.
_LONGEST = 200


@dataclass(frozen=True)
class Queue:
    """The requests to look at, and how many there are under each view."""

    rows: list[CloseOut]
    counts: Mapping[str, int]

    def beside(self, one: CloseOut) -> tuple[CloseOut | None, CloseOut | None]:
        """Return those before and after `one`; where it left the queue, the first one is after it."""
        numbers = [row.pk for row in self.rows]
        if one.pk not in numbers:
            return None, self.rows[0] if self.rows else None
        at = numbers.index(one.pk)
        return self.rows[at - 1] if at else None, self.rows[at + 1] if at + 1 < len(numbers) else None


def queue(person: Person, show: str) -> Queue:
    """Return the queue: what waits by its day, what is decided the latest first; two statements."""
    seen = CloseOut.objects.visible_to(person)
    counts = seen.aggregate(**{name: Count("pk", filter=Q(state__in=states)) for name, states in _STATES.items()})
    rows = seen.filter(state__in=_STATES[show]).select_related("task__ledger", "unit")
    rows = rows.defer("task__text", "task__summary", "found")
    order = ("due_on", "pk") if show in ("waiting", "on_site") else ("-decided_at", "-pk")
    return Queue(list(rows.order_by(*order)[:_LONGEST]), counts)


def sheet(person: Person, pk: int) -> CloseOut | None:
    """Return a request that `person` sees, with all that it is judged by."""
    items = CloseOutItem.objects.select_related("indicator", "milestone").prefetch_related(
        Prefetch("evidence", Evidence.objects.select_related("stored", "report__round")),
        Prefetch("attachments", Attachment.objects.select_related("stored")),
    )
    return (
        CloseOut.objects.visible_to(person)
        .filter(pk=pk)
        .select_related("task__ledger__division", "unit__successor", "requested_by", "decided_by", "reopened_by")
        .prefetch_related(Prefetch("items", items))
        .first()
    )


@dataclass(frozen=True)
class Line:
    """One item of a request: what was promised, what was reached, what the last report said, and what shows it."""

    item: CloseOutItem
    name: str
    promise: str
    reached: str
    reported: str
    met: bool | None
    differs: bool


def lines(close_out: CloseOut, promised: Sequence[closing.Target]) -> list[Line]:
    """Return the items of a request beside what was promised and last reported."""
    targets = {target.indicator.pk: target for target in promised}
    found = []
    for item in close_out.items.all():
        if item.indicator is not None:
            target = targets.get(item.indicator.pk)
            unit = item.indicator.unit
            reached = f"{shown(item.value)}{unit}" if item.value is not None else ""
            met = meets(target.goal, item.value) if target and item.value is not None else None
            last = f"{target.shown}{unit}" if target and target.value is not None else ""
            differs = bool(target and target.value is not None and target.value != item.value)
            promise = target.promise if target else ""
            found.append(Line(item, item.indicator.name, promise, reached, last, met, differs))
        elif item.milestone is not None:
            by = f"{item.milestone.due:%Y-%m-%d}前"
            in_time = item.done_on is not None and item.done_on <= item.milestone.due
            found.append(
                Line(item, item.milestone.name, by, f"{item.done_on:%Y-%m-%d}完成", "", in_time or None, False)
            )
        else:
            found.append(Line(item, "任务", "", "", "", None, False))
    return found


@dataclass(frozen=True)
class Asked:
    """What a unit fills in of one indicator or milestone; `key` begins the names of its fields."""

    key: str
    name: str
    promise: str
    value: str
    unit: str
    reported: str
    milestone: Milestone | None
    target: closing.Target | None


def asked(task: Task, promised: Sequence[closing.Target]) -> list[Asked]:
    """Return what there is to account for, with the last reported values filled in."""
    found = [
        Asked(
            f"i{target.indicator.pk}",
            target.indicator.name,
            target.promise,
            target.shown,
            target.indicator.unit,
            f"{target.on:%-m月%-d日}报 {target.shown}{target.indicator.unit}" if target.on else "没有报过数",
            None,
            target,
        )
        for target in promised
    ]
    found += [
        Asked(f"m{step.pk}", f"节点：{step.name}", f"{step.due:%Y-%m-%d}前", step.done_on.isoformat() if step.done_on else "",
              "", "", step, None)
        for step in Milestone.objects.filter(task=task).order_by("due", "pk")
    ]  # fmt: skip
    return found or [Asked("t", "任务", "", "", "", "", None, None)]


def proofs(task: Task) -> Sequence[Evidence]:
    """Return the evidence of the task's reports that are handed in, the newest first."""
    found = Evidence.objects.filter(report__task=task, dropped=False)
    found = found.filter(report__state__in=(ReportState.VERIFIED, ReportState.AWAITING_VERIFICATION))
    return list(found.select_related("stored", "report__round").order_by("-pk")[:60])


def may_apply(task: Task, person: Person) -> bool:
    """Say whether `person` may ask for the task to be closed out now."""
    if task.ledger.state != LedgerState.ISSUED or task.state not in (TaskState.TO_BREAK_DOWN, TaskState.IN_PROGRESS):
        return False
    access, division = access_of(person), task.ledger.division
    if access.may("supervision.run", division=division):
        return True
    return access.may("supervision.answer", division=division, units=_answering(task))


def _answering(task: Task) -> Iterator[int]:
    """Yield who acts for the units that answer for a task; read when somebody of a unit is asked about."""
    answers = Responsibility.objects.filter(task=task, dropped=False, unit__isnull=False).exclude(role=UnitRole.SUPPORT)
    yield from heirs(*(answer.unit for answer in answers.select_related("unit__successor")))


def panel(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return the requests of a task, the latest first, and whether the person may ask; None where there is neither."""
    if on is not None:
        return None
    rows = list(
        CloseOut.objects.visible_to(person)
        .filter(task=task)
        .select_related("task__ledger", "unit", "decided_by", "requested_by")
        .order_by("-pk")
    )
    may = may_apply(task, person)
    return {"task": task, "rows": rows, "may": may} if rows or may else None


def of_none(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return the panel of a task that nobody asked to close out, for those who may."""
    may = on is None and may_apply(task, person)
    return {"task": task, "rows": [], "may": may} if may else None


def waiting(person: Person, today: date) -> list[Part]:
    """Return for the office the requests to verify, for a unit those that were returned and not asked for again."""
    access = access_of(person)
    found: list[Part] = []
    if access.may("supervision.run"):
        rows = CloseOut.objects.filter(
            access.reach("supervision.run").of_division("task__ledger__division"), state__in=WAITING
        )
        found.append(
            _part(person, "要核验的销号申请", rows.order_by("due_on", "pk"), "核验", "supervision:close_outs", "one")
        )
    if units := access.reach("supervision.answer").units:
        newer = CloseOut.objects.filter(state__in=(*WAITING, CloseOutState.ACCEPTED)).values("task")
        back = CloseOut.objects.filter(within("unit", units), state=CloseOutState.RETURNED).exclude(task__in=newer)
        back = back.filter(task__state=TaskState.IN_PROGRESS)
        found.append(
            _part(person, "退回的销号申请", back.order_by("-decided_at"), "重新申请", "supervision:close_out_apply", "")
        )
    return found


def _part(person: Person, title: str, rows: Any, verb: str, page: str, query: str) -> Part:
    rows = if_any(person, "supervision.close_outs", rows)
    first = list(rows.select_related("task__ledger", "unit").defer("task__text", "task__summary", "found")[: SHOWN + 1])
    items = [
        Item(
            row.task.title,
            address(page, query=f"{query}={row.pk}") if query else address(page, row.task_id),
            verb,
            f"{row.unit or '督查室'}申请" if query else f"退回：{row.decision[:60]}",
            row.task.short_number,
            due=row.due_on,
            since=row.decided_at.date() if row.decided_at else None,
        )
        for row in first[:SHOWN]
    ]
    total = rows.count() if len(first) > SHOWN else len(first)
    return Part(title, items, total, [Link("全部", address("supervision:close_outs"))] if items else [])
