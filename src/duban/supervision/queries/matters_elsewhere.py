"""Matters on other pages: those of a task, and what waits for a person by the clock; one statement each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When

from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.models import Task
from duban.plans.queries.desk import LOOK, Item, Link, Part, address
from duban.supervision.clocks.scheme import ACTS
from duban.supervision.models import Matter, MatterExtension, MatterStep, MatterUnit
from duban.supervision.queries.first import first_of, total_of
from duban.supervision.reaching import within
from duban.supervision.states.matters import ExtensionState, MatterState, StepState

#: So many matters show on the page of a task.
ROWS = 20
#: What the office does next on a matter that is not at a unit.
_OFFICE_DOES = {
    MatterState.REGISTERED: "立项",
    MatterState.APPROVED: "交办",
    MatterState.ANSWERED: "审核",
}
_RUNNING = MatterStep.objects.filter(matter=OuterRef("pk"), round=OuterRef("round"), state=StepState.RUNNING).order_by(
    "due_on", "order", "pk"
)


# ---- the page of a task ----


@dataclass(frozen=True)
class OnTask:
    """A matter on the page of its task: who leads it, what comes next."""

    matter: Matter
    lead: str
    next: str


def of_task(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return the panel of a task's page: its matters, the newest first; None where one sees none and may register none."""
    lead = MatterUnit.objects.filter(matter=OuterRef("pk"), part=MatterUnit.Part.LEAD, released_at=None)
    found = Matter.objects.visible_to(person).filter(task=task).select_related("waits_for")
    if on is not None:
        found = found.filter(registered_at__date__lte=on)
    rows: Iterable[Any] = found.annotate(
        lead_name=Subquery(lead.values("unit__name")[:1]), next_title=Subquery(_RUNNING.values("title")[:1])
    ).order_by("-registered_at", "-pk")[:ROWS]
    lines = [OnTask(one, one.lead_name or "", _next(one)) for one in rows]
    empty = of_no_matter(task, person, on, today)
    return {"lines": lines, "task": task, "may_register": empty is not None, "today": today} if lines else empty


def of_no_matter(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return the panel of a task without matters, for those who may register one."""
    may = on is None and access_of(person).may("supervision.run", division=task.ledger.division)
    return {"lines": [], "task": task, "may_register": True, "today": today} if may else None


def _next(matter: Any) -> str:
    if matter.due_on is None:
        return ""
    if matter.paused_until:
        return "暂停中"
    return matter.next_title or _OFFICE_DOES.get(matter.state, "")


# ---- the workbench ----


def waiting(person: Person, today: date) -> list[Part]:
    """Return the matters in which the person's units move next, and for the office those that it moves and those overdue."""
    access = access_of(person)
    units = access.reach("supervision.answer").units
    found = []
    if units:
        found.append(_of_units(person, frozenset(units), today))
    if access.may("supervision.run"):
        found += _of_office(person, today)
    return found


def _of_units(person: Person, units: frozenset[int], today: date) -> Part:
    mine = _RUNNING.filter(within("unit", units))
    rows = first_of(
        Matter.objects.visible_to(person)
        .filter(state=MatterState.IN_PROGRESS, paused_until=None)
        .annotate(step_title=Subquery(mine.values("title")[:1]), step_due=Subquery(mine.values("due_on")[:1]))
        .filter(step_due__isnull=False),
        "step_due",
    )
    items = [
        Item(
            one.title,
            address("supervision:matter", one.pk),
            one.step_title,
            one.get_source_display(),
            one.short_number,
            due=one.step_due,
        )
        for one in rows
    ]
    late = any(item.due and item.due < today for item in items)
    return Part("要办的督查事项", items, total_of(rows), _links("when=open"), urgent=late)


def _of_office(person: Person, today: date) -> list[Part]:
    asked = MatterExtension.objects.filter(step__matter=OuterRef("pk"), state=ExtensionState.ASKED)
    ours = Q(waits_for=None, paused_until=None) | Q(asks=True)
    rows = first_of(
        Matter.objects.visible_to(person)
        .filter(access_of(person).reach("supervision.run").of_division())
        .open()
        .annotate(asks=Exists(asked), step_title=Subquery(_RUNNING.values("title")[:1]))
        .filter(ours | Q(due_on__lt=today))
        .annotate(ours=Case(When(ours, then=Value(1)), default=Value(0)))
        .select_related("waits_for"),
        "due_on",
        within="ours",
        values=2,
    )
    mine, theirs = [one for one in rows if one.ours], [one for one in rows if not one.ours]
    return [
        Part("要立项、交办、审核的督查事项", [_ours(one) for one in mine], total_of(mine), _links("unit=office")),
        Part(
            "逾期的督查事项",
            [_item(one, LOOK, f"{one.step_title or ''}，等{one.waits_for or '督查室'}".lstrip("，")) for one in theirs],
            total_of(theirs),
            _links("when=overdue"),
            urgent=True,
        ),
    ]


def _ours(one: Any) -> Item:
    if one.asks:
        return _item(one, "审批", "申请延期")
    return _item(one, _OFFICE_DOES.get(one.state, one.step_title or ACTS["note"]), one.get_source_display())


def _item(one: Any, verb: str, why: str) -> Item:
    return Item(one.title, address("supervision:matter", one.pk), verb, why, one.short_number, due=one.due_on)


def _links(query: str) -> list[Link]:
    return [Link("全部督查事项", address("supervision:matters", query=query))]
