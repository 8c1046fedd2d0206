"""What an amendment may change, kind by kind: the forms of `Amendment.changes`, their rules, and what a task would be.

==================  ===================================================================================================
adjust_indicators   ``{"indicators": [{"id": 5, "value": "40"}, {"id": 6, "drop": true}, {"id": null, "name": …}]}``
extend              ``{"due": "2027-03-31", "deadline": 8}``, the limit that is extended; null for the last of the task
change_units        ``{"units": [{"unit": 3, "role": "lead"}, …]}``, all units of the task from then on
add                 ``{"task": {"number", "title", "text", "section", "due", "due_text", "units", "indicators"}}``, or
                    ``{"paper": 7}``, all checked drafts of a further paper
withdraw            ``{}``
merge               ``{"into": 12}``, the task that goes on
==================  ===================================================================================================

Amounts are decimal text, days ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.organisations.models import Unit
from duban.plans.models import Amendment, Ledger, Paper, Section, Task
from duban.plans.models.entries import Comparator, MeasureKind, UnitRole
from duban.plans.snapshots import Snapshot, decimal_text, of_task
from duban.plans.states import AmendmentKind, PaperState, TaskState

Changes = dict[str, Any]

INDICATOR_FIELDS = ("name", "comparator", "value", "value_high", "floor", "unit", "measure")
_AMOUNTS = ("value", "value_high", "floor")
#: The states of a task that amendments may still change.
OPEN = frozenset({TaskState.TO_BREAK_DOWN, TaskState.IN_PROGRESS, TaskState.CLOSE_OUT_REQUESTED})

#: What of a task each kind of amendment rests on: a change of it after the request is told at the approval.
RESTS_ON: dict[str, tuple[str, ...]] = {
    AmendmentKind.ADJUST_INDICATORS: ("state", "indicators"),
    AmendmentKind.EXTEND: ("state", "due", "deadlines"),
    AmendmentKind.CHANGE_UNITS: ("state", "responsibilities"),
    AmendmentKind.WITHDRAW: ("state", "title", "text", "due", "responsibilities", "indicators"),
    AmendmentKind.MERGE: ("state", "title", "text", "due", "responsibilities", "indicators", "projects"),
    AmendmentKind.ADD: (),
}


class WrongChange(Refusal):
    """What is asked for cannot be: the message says which part, and what would do."""

    status = 422


def checked(kind: str, changes: Changes, *, ledger: Ledger, task: Task | None) -> Changes:
    """Return `changes` in their canonical form. Raises `WrongChange` where they break a rule of their kind."""
    if kind == AmendmentKind.ADD:
        return _checked_add(changes, ledger)
    if task is None or task.ledger_id != ledger.pk:
        raise WrongChange("请先选定台账里的一项任务，再申请调整。")
    if task.state not in OPEN or task.dropped:
        raise WrongChange(f"“{task}”现在是“{task.get_state_display()}”，不能再调整。")
    return _CHECKS[AmendmentKind(kind)](changes, task)


def projected(amendment: Amendment, task: Snapshot) -> Snapshot:
    """Return what `task` would be with the amendment; rows still to be made have negative numbers."""
    changes = amendment.changes
    after = dict(task)
    match amendment.kind:
        case AmendmentKind.ADJUST_INDICATORS:
            after["indicators"] = _with_indicators(task["indicators"], changes["indicators"])
        case AmendmentKind.EXTEND:
            after |= _with_due(task, changes)
        case AmendmentKind.CHANGE_UNITS:
            after["responsibilities"] = _with_units(task["responsibilities"], changes["units"])
        case AmendmentKind.WITHDRAW:
            after["state"] = str(TaskState.WITHDRAWN)
        case AmendmentKind.MERGE:
            into = Task.objects.select_related("ledger").get(pk=changes["into"])
            after |= {"state": str(TaskState.WITHDRAWN), "merged_into": into.short_number}
            after |= {"indicators": [], "projects": []}
    return after


def projected_target(task: Snapshot, into: Snapshot) -> Snapshot:
    """Return what the task `into` would be once `task` is merged into it."""
    there = {(answer["unit_id"]) for answer in into["responsibilities"]}
    joining = [answer for answer in task["responsibilities"] if answer["unit_id"] not in there]
    return {
        **into,
        "indicators": [*into["indicators"], *task["indicators"]],
        "projects": [*into["projects"], *task["projects"]],
        "responsibilities": [
            *into["responsibilities"],
            *({**answer, "id": -n, "role": joining_role(answer["role"])} for n, answer in enumerate(joining, 1)),
        ],
    }


def joining_role(role: str) -> str:
    """Return the role in the task that goes on of a unit of the task that is merged: a lead answers, but leads no more."""
    return str(UnitRole.RESPONSIBLE) if role == UnitRole.LEAD else role


def extension_words(due: date) -> str:
    """Return how the ledger words an extended limit."""
    return f"延期至{due.year}年{due.month}月{due.day}日"


def day(text: Any, what: str) -> date:
    """Return the ISO day. Raises `WrongChange`."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise WrongChange(f"{what}“{text}”不是日期。请写成 2026-06-30 的样子。") from None


def amount(value: Any, what: str) -> Decimal:
    """Return the number. Raises `WrongChange`."""
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        raise WrongChange(f"{what}“{value}”不是数字。请只填数字，单位写在计量单位一栏。") from None
    if not found.is_finite() or abs(found) >= Decimal(10) ** 14 or found != round(found, 6):
        raise WrongChange(f"{what}“{value}”超出范围：整数部分至多14位，小数至多6位。")
    return found


def check_indicator(row: dict[str, Any]) -> None:
    """Raise `WrongChange` where the comparator, the two ends or the floor of an indicator do not go together."""
    name, comparator = row["name"], row["comparator"]
    value, high, floor = row["value"], row["value_high"], row["floor"]
    if comparator == Comparator.RANGE and (high is None or high < value):
        raise WrongChange(f"指标“{name}”是区间，上限须填，且不小于下限。")
    if comparator != Comparator.RANGE and high is not None:
        raise WrongChange(f"指标“{name}”不是区间，不填上限。")
    if floor is None:
        return
    if comparator == Comparator.AT_MOST and floor < value:
        raise WrongChange(f"指标“{name}”是“不超过”，底线{decimal_text(floor)}不能小于目标{decimal_text(value)}。")
    if comparator != Comparator.AT_MOST and floor > value:
        raise WrongChange(f"指标“{name}”的底线{decimal_text(floor)}不能高于目标{decimal_text(value)}。")


# -- the rules of each kind -------------------------------------------------------------------------------------------


def _checked_indicators(changes: Changes, task: Task) -> Changes:
    there = {indicator.pk: indicator for indicator in task.indicators.filter(dropped=False)}
    rows = []
    for row in changes.get("indicators", []):
        if row.get("id") is None:
            rows.append({"id": None, **_checked_indicator(row)})
            continue
        indicator = there.get(row["id"])
        if indicator is None:
            raise WrongChange("有一项指标已不在这项任务里。请刷新页面再填。")
        if row.get("drop"):
            rows.append({"id": indicator.pk, "drop": True})
            continue
        now: dict[str, Any] = {name: getattr(indicator, name) for name in INDICATOR_FIELDS}
        asked = _values({name: row[name] for name in INDICATOR_FIELDS if name in row}, indicator.name)
        changed = {name: value for name, value in asked.items() if value != now[name]}
        if changed:
            check_indicator(now | changed)
            rows.append({"id": indicator.pk, **_plain(changed)})
    if not rows:
        raise WrongChange("没有改动任何指标。请改动至少一项，再提交。")
    return {"indicators": rows}


def _checked_indicator(row: dict[str, Any]) -> dict[str, Any]:
    name = str(row.get("name", "")).strip()
    if not name:
        raise WrongChange("新增的指标要有名称。")
    full = {
        "comparator": Comparator.AT_LEAST,
        "value_high": None,
        "floor": None,
        "unit": "",
        "measure": MeasureKind.LEVEL,
    }
    values = full | _values({key: row[key] for key in INDICATOR_FIELDS if key in row}, name)
    if values.get("value") is None:
        raise WrongChange(f"指标“{name}”要有目标值。")
    check_indicator(values)
    return _plain({key: values[key] for key in INDICATOR_FIELDS})


def _values(row: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in row.items():
        if key in _AMOUNTS:
            label = {"value": "目标值", "value_high": "上限", "floor": "底线"}[key]
            found[key] = None if value in (None, "") else amount(value, f"指标“{name}”的{label}")
        elif key == "comparator" and value not in Comparator.values:
            raise WrongChange(f"指标“{name}”的比较方式“{value}”不认识。")
        elif key == "measure" and value not in MeasureKind.values:
            raise WrongChange(f"指标“{name}”的口径“{value}”不认识。")
        else:
            found[key] = str(value).strip()
    if "value" in found and found["value"] is None:
        raise WrongChange(f"指标“{name}”的目标值不能为空。要去掉这项指标，请选“去掉”。")
    return found


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: decimal_text(value) if isinstance(value, Decimal) else value for key, value in row.items()}


def _checked_due(changes: Changes, task: Task) -> Changes:
    due = day(changes.get("due"), "新的完成时限")
    limits = dict(task.deadlines.filter(dropped=False).exclude(due=None).values_list("pk", "due"))
    chosen = changes.get("deadline")
    if chosen is not None and chosen not in limits:
        raise WrongChange("所选的时限已不在这项任务里。请刷新页面再填。")
    now = limits[chosen] if chosen is not None else task.due
    if now and due <= now:
        raise WrongChange(f"新的完成时限{due:%Y年%-m月%-d日}没有晚于现在的{now:%Y年%-m月%-d日}。延期请填更晚的日期。")
    return {"due": due.isoformat(), "deadline": chosen}


def _checked_units(changes: Changes, task: Task) -> Changes:
    units = _units(changes.get("units", []), task.ledger)
    answers = task.responsibilities.filter(dropped=False, is_group=False)
    if {(row["unit"], row["role"]) for row in units} == set(answers.values_list("unit_id", "role")):
        raise WrongChange("责任单位没有变化。请改动以后再提交。")
    return {"units": units}


def _units(rows: list[dict[str, Any]], ledger: Ledger) -> list[dict[str, Any]]:
    current = Unit.objects.filter(division=ledger.division_id).filter(
        Q(valid_to=None) | Q(valid_to__gt=timezone.localdate())
    )
    known = dict(current.values_list("pk", "name"))
    found: list[dict[str, Any]] = []
    for row in rows:
        if row["unit"] not in known:
            raise WrongChange("有一个单位不在本区划的在用单位里。请从列表中选择。")
        if row["role"] not in UnitRole.values:
            raise WrongChange(f"“{known[row['unit']]}”的角色“{row['role']}”不认识。")
        if any(other["unit"] == row["unit"] for other in found):
            raise WrongChange(f"“{known[row['unit']]}”出现了两次。一个单位在一项任务里只担一个角色。")
        found.append({"unit": row["unit"], "role": row["role"]})
    if not any(row["role"] != UnitRole.SUPPORT for row in found):
        raise WrongChange("至少要有一个牵头或责任单位。")
    return found


def _checked_withdraw(changes: Changes, task: Task) -> Changes:
    return {}


def _checked_merge(changes: Changes, task: Task) -> Changes:
    into = Task.objects.in_ledger().filter(ledger=task.ledger_id, pk=changes.get("into") or 0).first()
    if into is None or into.pk == task.pk:
        raise WrongChange("请选择本台账里另一项在办的任务作为并入的任务。")
    if into.state not in OPEN:
        raise WrongChange(f"“{into}”现在是“{into.get_state_display()}”，不能再并入别的任务。")
    return {"into": into.pk}


def _checked_add(changes: Changes, ledger: Ledger) -> Changes:
    if "paper" in changes:
        paper = Paper.objects.filter(ledger=ledger, pk=changes["paper"], state=PaperState.CHECKED).first()
        if paper is None:
            raise WrongChange("这份来文还没有核对完成，或已经印发。请先在核对页完成核对。")
        return {"paper": paper.pk}
    row = changes.get("task", {})
    title = str(row.get("title", "")).strip()
    if not title:
        raise WrongChange("新任务要有名称。")
    section = row.get("section")
    if section is not None and not Section.objects.filter(ledger=ledger, pk=section).exists():
        raise WrongChange("所选章节不在本台账里。请重新选择。")
    due = row.get("due") or None
    return {
        "task": {
            "number": str(row.get("number", "")).strip()[:30],
            "title": title[:300],
            "text": str(row.get("text", "")).strip(),
            "section": section,
            "due": day(due, "完成时限").isoformat() if due else None,
            "due_text": str(row.get("due_text", "")).strip()[:100],
            "units": _units(row.get("units", []), ledger),
            "indicators": [_checked_indicator(indicator) for indicator in row.get("indicators", [])],
        }
    }


_CHECKS: dict[AmendmentKind, Callable[[Changes, Task], Changes]] = {
    AmendmentKind.ADJUST_INDICATORS: _checked_indicators,
    AmendmentKind.EXTEND: _checked_due,
    AmendmentKind.CHANGE_UNITS: _checked_units,
    AmendmentKind.WITHDRAW: _checked_withdraw,
    AmendmentKind.MERGE: _checked_merge,
}


def extended(row: dict[str, Any], changes: Changes, due: Any) -> bool:
    """Say whether a limit (its number, its day) gives way to the extension; `due` is the task's own day."""
    return bool(row["id"] == changes["deadline"] if changes["deadline"] is not None else row["due"] == due)


def _with_due(task: Snapshot, changes: Changes) -> Snapshot:
    kept = [row for row in task["deadlines"] if not extended(row, changes, task["due"])]
    new = {"id": -1, "text": extension_words(date.fromisoformat(changes["due"])), "due": changes["due"]}
    rows = [*kept, new]
    return {"due": max(row["due"] for row in rows if row["due"]), "due_stated": True, "deadlines": rows}


def _with_indicators(rows: list[Snapshot], changes: list[dict[str, Any]]) -> list[Snapshot]:
    asked = {row["id"]: row for row in changes if row["id"] is not None}
    found = []
    for row in rows:
        change = asked.get(row["id"], {})
        if not change.get("drop"):
            found.append({**row, **{key: change[key] for key in INDICATOR_FIELDS if key in change}})
    for n, new in enumerate((row for row in changes if row["id"] is None), 1):
        found.append({**new, "id": -n, "status": "target", "text": "", "curve": None})
    return found


def _with_units(rows: list[Snapshot], units: list[dict[str, Any]]) -> list[Snapshot]:
    there = {row["unit_id"]: row for row in rows}
    names = dict(Unit.objects.filter(pk__in=[unit["unit"] for unit in units]).values_list("pk", "name"))
    found = []
    for n, unit in enumerate(units, 1):
        new = {"id": -n, "unit": names[unit["unit"]], "unit_id": unit["unit"], "person": None, "person_id": None}
        found.append({**there.get(unit["unit"], new), "role": unit["role"]})
    return found


def target_of(amendment: Amendment) -> Snapshot | None:
    """Return what the task is now into which a merger would go; None for other kinds."""
    if amendment.kind != AmendmentKind.MERGE:
        return None
    return of_task(Task(pk=amendment.changes["into"]))
