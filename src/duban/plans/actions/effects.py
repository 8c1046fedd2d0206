"""What an amendment does to the tables when it takes effect; called by :mod:`duban.plans.actions.amending` alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Max

from duban.organisations.models import Unit
from duban.plans import states
from duban.plans.actions.issuing import NotReady, take_in
from duban.plans.amounts import convert
from duban.plans.changes import OPEN, Changes, WrongChange, extended, extension_words, joining_role
from duban.plans.models import (
    Amendment,
    Curve,
    Deadline,
    Indicator,
    Ledger,
    Paper,
    Project,
    Responsibility,
    Section,
    Task,
)
from duban.plans.queries.issuing import drafts_of, leftovers
from duban.plans.snapshots import decimal_text
from duban.plans.states import AmendmentKind, PaperState, TaskState

_DECIMALS = ("value", "value_high", "floor")


def take_effect(amendment: Amendment, ledger: Ledger) -> list[Task]:
    """Do what the amendment says, and return the tasks that changed. Ledger and tasks are locked by the caller.

    Raises `WrongChange` where the task has gone on meanwhile so that it cannot be done.
    """
    task = amendment.task
    if task is not None and task.state not in OPEN:
        raise WrongChange(f"“{task}”现在是“{task.get_state_display()}”，这项调整已无从执行。请不同意或撤回。")
    return _EFFECTS[AmendmentKind(amendment.kind)](amendment, ledger)


def _adjust_indicators(amendment: Amendment, ledger: Ledger) -> list[Task]:
    task = _task(amendment)
    there = {indicator.pk: indicator for indicator in task.indicators.filter(dropped=False)}
    for row in amendment.changes["indicators"]:
        if row["id"] is None:
            _add_indicator(row, task, ledger)
            continue
        indicator = there.get(row["id"])
        if indicator is None:
            raise WrongChange(f"要调整的指标已不在“{task}”里，这项调整已无从执行。请不同意或撤回。")
        if row.get("drop"):
            indicator.dropped = True
        before = indicator.unit
        for field, value in _row_values(row).items():
            setattr(indicator, field, value)
        if indicator.unit != before:
            _convert_curve(indicator, before)
        indicator.version += 1
        indicator.save()
    return [task]


def _convert_curve(indicator: Indicator, before: str) -> None:
    """Have the curve of an indicator go on in its new unit; where nothing converts, it is linear again."""
    curve = Curve.objects.filter(indicator=indicator).first()
    if curve is None:
        return
    start = convert(curve.start_value, before, indicator.unit)
    if start is None:
        curve.delete()
        return
    converted = {month: convert(Decimal(text), before, indicator.unit) for month, text in curve.monthly.items()}
    curve.start_value = start
    curve.monthly = {month: decimal_text(value) for month, value in converted.items() if value is not None}
    curve.save(update_fields=["start_value", "monthly"])


def _extend(amendment: Amendment, ledger: Ledger) -> list[Task]:
    task = _task(amendment)
    due = date.fromisoformat(amendment.changes["due"])
    limits = list(task.deadlines.filter(dropped=False))
    gone = [limit for limit in limits if extended({"id": limit.pk, "due": limit.due}, amendment.changes, task.due)]
    latest = max((limit.due for limit in gone if limit.due), default=task.due)
    if latest and due <= latest:
        raise WrongChange(
            f"“{task}”的时限已是{latest:%Y年%-m月%-d日}，不早于要延到的{due:%Y年%-m月%-d日}。请不同意或撤回。"
        )
    for limit in gone:
        limit.dropped = True
        limit.version += 1
        limit.save(update_fields=["dropped", "version"])
    _add_deadline(task, extension_words(due), due)
    return [task]


def _change_units(amendment: Amendment, ledger: Ledger) -> list[Task]:
    task = _task(amendment)
    asked = {row["unit"]: row["role"] for row in amendment.changes["units"]}
    order = {row["unit"]: n for n, row in enumerate(amendment.changes["units"])}
    kept: set[int | None] = set()
    answers = list(task.responsibilities.filter(dropped=False, is_group=False).order_by("order", "pk"))
    # First those that go or change their role, so that no unit ever stands twice in one role.
    for answer in answers:
        if answer.unit_id not in asked or answer.unit_id in kept:
            answer.dropped = True
        else:
            kept.add(answer.unit_id)
            answer.role, answer.order = asked[answer.unit_id], order[answer.unit_id]
        answer.version += 1
    for answer in sorted(answers, key=lambda answer: not answer.dropped):
        answer.save(update_fields=["dropped", "role", "order", "version"])
    names = dict(Unit.objects.filter(pk__in=asked).values_list("pk", "name"))
    for unit, role in asked.items():
        if unit not in kept:
            Responsibility.objects.create(task=task, unit_id=unit, unit_text=names[unit], role=role, order=order[unit])
    return [task]


def _withdraw(amendment: Amendment, ledger: Ledger) -> list[Task]:
    task = _task(amendment)
    task.state = states.check("task", "withdraw", task.state, thing=f"“{task}”")
    task.save(update_fields=["state"])
    return [task]


def _merge(amendment: Amendment, ledger: Ledger) -> list[Task]:
    task = _task(amendment)
    into = Task.objects.select_for_update(of=("self",)).get(pk=amendment.changes["into"])
    if into.state not in OPEN:
        raise WrongChange(f"并入的任务“{into}”现在是“{into.get_state_display()}”，这项调整已无从执行。请不同意或撤回。")
    # What was promised goes on with the other task, and with it what is reported on it.
    for model in (Indicator, Project):
        last = model.objects.filter(task=into).aggregate(last=Max("order"))["last"] or 0
        moved = model.objects.filter(task=task, dropped=False)
        moved.update(task=into, order=F("order") + last + 1, version=F("version") + 1)
    there: set[int | None] = set(into.responsibilities.filter(dropped=False).values_list("unit_id", flat=True))
    last = into.responsibilities.aggregate(last=Max("order"))["last"] or 0
    for answer in task.responsibilities.filter(dropped=False, is_group=False).order_by("order", "pk"):
        if answer.unit_id not in there:
            there.add(answer.unit_id)
            last += 1
            Responsibility.objects.create(
                task=into,
                unit_id=answer.unit_id,
                unit_text=answer.unit_text,
                role=joining_role(answer.role),
                person_id=answer.person_id,
                order=last,
            )
    task.state = states.check("task", "withdraw", task.state, thing=f"“{task}”")
    task.merged_into = into
    task.save(update_fields=["state", "merged_into"])
    return [task, into]


def _add(amendment: Amendment, ledger: Ledger) -> list[Task]:
    if "paper" in amendment.changes:
        return _add_paper(amendment.changes, ledger)
    row = amendment.changes["task"]
    due = date.fromisoformat(row["due"]) if row["due"] else None
    # A task stands where its section's last task stands; the number is always the next.
    section = Section.objects.filter(pk=row["section"]).first() if row["section"] else None
    task = Task.objects.create(
        ledger=ledger,
        section=section,
        seq=ledger.next_number,
        order=ledger.next_number,
        number=row["number"],
        title=row["title"],
        text=row["text"],
        state=TaskState.TO_BREAK_DOWN,
        due=due or date(ledger.year, 12, 31),
        due_stated=bool(due),
    )
    ledger.next_number += 1
    ledger.save(update_fields=["next_number"])
    names = dict(Unit.objects.filter(pk__in=[unit["unit"] for unit in row["units"]]).values_list("pk", "name"))
    for n, unit in enumerate(row["units"]):
        Responsibility.objects.create(
            task=task, unit_id=unit["unit"], unit_text=names[unit["unit"]], role=unit["role"], order=n
        )
    if due:
        _add_deadline(task, row["due_text"] or f"{due.year}年{due.month}月{due.day}日前", due)
    for indicator in row["indicators"]:
        _add_indicator(indicator, task, ledger)
    amendment.task = task
    return [task]


def _add_paper(changes: Changes, ledger: Ledger) -> list[Task]:
    paper = Paper.objects.select_for_update().get(pk=changes["paper"])
    if paper.state != PaperState.CHECKED:
        raise WrongChange(f"《{paper}》现在是“{paper.get_state_display()}”，不能列入台账。请在核对完成后再申请。")
    if left := leftovers(ledger, [paper]):
        raise NotReady(left)
    tasks = list(drafts_of(ledger, [paper]))
    if not tasks:
        raise WrongChange(f"《{paper}》里没有可以列入的任务。")
    take_in(ledger, tasks, [paper])
    return tasks


def _task(amendment: Amendment) -> Task:
    if amendment.task is None:
        raise WrongChange("这项调整没有任务。请撤回后重新申请。")
    return amendment.task


def _add_deadline(task: Task, text: str, due: date) -> None:
    last = task.deadlines.aggregate(last=Max("order"))["last"]
    Deadline.objects.create(task=task, text=text, due=due, order=0 if last is None else last + 1)


def _add_indicator(row: dict[str, Any], task: Task, ledger: Ledger) -> None:
    last = task.indicators.aggregate(last=Max("order"))["last"]
    Indicator.objects.create(task=task, ledger=ledger, order=0 if last is None else last + 1, **_row_values(row))


def _row_values(row: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key not in ("id", "drop")}
    return {key: Decimal(value) if key in _DECIMALS and value is not None else value for key, value in kept.items()}


_EFFECTS: dict[AmendmentKind, Callable[[Amendment, Ledger], list[Task]]] = {
    AmendmentKind.ADJUST_INDICATORS: _adjust_indicators,
    AmendmentKind.EXTEND: _extend,
    AmendmentKind.CHANGE_UNITS: _change_units,
    AmendmentKind.WITHDRAW: _withdraw,
    AmendmentKind.MERGE: _merge,
    AmendmentKind.ADD: _add,
}
