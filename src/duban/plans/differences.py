"""What changed between two snapshots of a task, in the words of an office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from duban.plans.models.entries import Comparator, MeasureKind, Status, UnitRole
from duban.plans.models.measures import CurveKind
from duban.plans.snapshots import Snapshot
from duban.plans.states import TaskState


@dataclass(frozen=True)
class Change:
    """One changed field: its name, its Chinese label, and what it said before and after (empty where there was nothing)."""

    field: str
    label: str
    before: str
    after: str


_FIELDS = {
    "title": "任务",
    "text": "内容",
    "section": "章节",
    "state": "状态",
    "due": "完成时限",
    "sponsor": "包保领导",
    "merged_into": "并入任务",
}
_LISTS = {
    "responsibilities": "责任单位",
    "deadlines": "原文时限",
    "indicators": "指标",
    "projects": "项目",
    "measures": "举措",
    "milestones": "节点",
}
#: The fields of a list's rows that are compared, with their labels; the rest identify or repeat.
_ROW_FIELDS = {
    "responsibilities": {"unit": "单位", "role": "角色", "person": "责任人"},
    "deadlines": {"text": "说法", "due": "日期"},
    "indicators": {
        "name": "名称",
        "comparator": "比较",
        "value": "目标值",
        "value_high": "上限",
        "floor": "底线",
        "unit": "计量单位",
        "measure": "口径",
        "status": "状态",
        "curve": "序时进度",
    },
    "projects": {"name": "名称", "value": "金额", "unit": "计量单位"},
    "measures": {
        "text": "内容",
        "unit": "单位",
        "person": "责任人",
        "start": "开始日期",
        "due": "完成日期",
        "curve": "序时进度",
    },
    "milestones": {"name": "名称", "due": "完成日期", "weight": "权重"},
}
_CHOICES = {
    ("task", "state"): TaskState,
    ("responsibilities", "role"): UnitRole,
    ("indicators", "comparator"): Comparator,
    ("indicators", "measure"): MeasureKind,
    ("indicators", "status"): Status,
}


_BROKEN_DOWN = frozenset({"measures", "milestones"})


def difference(before: Snapshot | None, after: Snapshot | None) -> list[Change]:
    """Return what changed; None stands for a task that is not in the ledger."""
    if before is None or after is None:
        there = before or after
        if there is None:
            return []
        name = there["title"]
        return [Change("task", "任务", name if before else "", name if after else "")]
    changes = [
        Change(field, label, _words("task", field, before.get(field)), _words("task", field, after.get(field)))
        for field, label in _FIELDS.items()
        if before.get(field) != after.get(field)
    ]
    for field in _LISTS:
        changes += _row_changes(field, before.get(field, []), after.get(field, []))
    return changes


def of_break_down(change: Change) -> bool:
    """Say whether a change comes of a task's break-down: nothing of what was promised, or who answers for it, is touched."""
    started = change.field == "state" and change.after == TaskState.IN_PROGRESS.label
    return change.field.split(".")[0] in _BROKEN_DOWN or change.field.endswith(".curve") or started


def row_words(field: str, row: Snapshot) -> str:
    """Return a row of one of a snapshot's lists in one line: 新开工项目 不低于52个, 牵头：区财政局."""
    match field:
        case "responsibilities":
            person = f"（{row['person']}）" if row["person"] else ""
            return f"{UnitRole(row['role']).label}：{row['unit']}{person}"
        case "deadlines":
            return f"{row['text']}（{day_words(row['due'])}）" if row["due"] else row["text"]
        case "indicators":
            return f"{row['name']} {amount(row)}"
        case "projects":
            return f"{row['name']} {row['value']}{row['unit']}"
        case "measures":
            tail = "，".join(said for said in (row["unit"], row["person"], day_words(row["due"])) if said)
            return f"{row['text']}（{tail}）" if tail else row["text"]
        case _:
            return f"{row['name']} {day_words(row['due'])}（{row['weight']}%）"


def day_words(text: str | None) -> str:
    """Return a day of a snapshot (2026-03-05) as offices write it: 2026年3月5日."""
    return f"{date.fromisoformat(text):%Y年%-m月%-d日}" if text else ""


def amount(indicator: Snapshot) -> str:
    """Return what an indicator's snapshot promises: 不低于52个, 3—5个, with the floor in brackets where there is one."""
    if indicator["value_high"] is not None:
        said = f"{indicator['value']}—{indicator['value_high']}"
    else:
        bound = Comparator(indicator["comparator"])
        said = ("" if bound is Comparator.EQUAL else bound.label) + indicator["value"]
    verb = {"growth": "增长", "decline": "下降"}.get(indicator["measure"], "")
    floor = f"（底线{indicator['floor']}{indicator['unit']}）" if indicator["floor"] is not None else ""
    return f"{verb}{said}{indicator['unit']}{floor}"


def _row_changes(field: str, before: list[Snapshot], after: list[Snapshot]) -> Iterator[Change]:
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in after}
    what = _LISTS[field]
    for number, row in old.items():
        if number not in new:
            yield Change(field, f"{what}（去掉）", row_words(field, row), "")
            continue
        name = row.get("name") or row.get("text") or row.get("unit") or ""
        for part, label in _ROW_FIELDS[field].items():
            if row.get(part) != new[number].get(part):
                was, now = _words(field, part, row.get(part)), _words(field, part, new[number].get(part))
                yield Change(f"{field}.{part}", f"{what}“{name}”的{label}", was, now)
    for number, row in new.items():
        if number not in old:
            yield Change(field, f"{what}（新增）", "", row_words(field, row))


def _words(of: str, field: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if choices := _CHOICES.get((of, field)):
        return str(choices(value).label)
    if field == "section":
        return " / ".join(value)
    if field == "curve":
        return _curve_words(value)
    if field in ("due", "start"):
        return day_words(value)
    return str(value)


def _curve_words(curve: Snapshot) -> str:
    said = [str(CurveKind(curve["kind"]).label)]
    if curve["start"]:
        said.append(f"自{day_words(curve['start'])}起")
    if curve["start_value"] != "0":
        said.append(f"起点{curve['start_value']}")
    said += [f"{month}：{value}" for month, value in curve["monthly"].items()]
    return "，".join(said)
