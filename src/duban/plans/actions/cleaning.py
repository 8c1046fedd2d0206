"""From what a page sends to what a field takes: one function a field, one Chinese sentence where it does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import TextChoices

from duban.audit.refusals import Refusal
from duban.core.text import fold
from duban.organisations.models import Person, Unit
from duban.plans import passages
from duban.plans.actions import filling
from duban.plans.facts import NAMES
from duban.plans.models import Indicator, Paper, Task
from duban.plans.models.entries import Comparator, MeasureKind, Status, UnitRole

Values = dict[str, Any]
Clean = Callable[[Any, Paper], Values]
LARGEST = Decimal(10) ** 14


class Invalid(Refusal):
    """A value is none that the field takes."""

    status = 422


def cleaned(row: Any, fields: Mapping[str, Any], paper: Paper) -> Values:
    """Return the column values for the `fields` that a page sent for `row`. Raises `Invalid`; unknown fields are too."""
    cleaners = CLEANERS[NAMES[type(row)]]
    values: Values = {}
    for name, value in fields.items():
        if name not in cleaners:
            raise Invalid(f"没有“{name}”这一项。请刷新页面。")
        values |= cleaners[name](value, paper)
    if isinstance(row, Indicator):
        _range(row, values)
    if isinstance(row, Task) and "span_start" in values:
        values["text"] = passages.words(paper.text, values["span_start"], values["span_end"])
    return values


def _words(name: str, label: str, length: int, *, needed: bool = False) -> Clean:
    def clean(value: Any, _: Paper) -> Values:
        words = str(value or "").strip()
        if needed and not words:
            raise Invalid(f"{label}不能为空。")
        if len(words) > length:
            raise Invalid(f"{label}不能超过 {length} 个字，现为 {len(words)} 个字。")
        return {name: words}

    return clean


def _number(name: str, label: str, *, needed: bool = False) -> Clean:
    def clean(value: Any, _: Paper) -> Values:
        words = fold(str("" if value is None else value)).strip().replace(",", "")
        if not words:
            if needed:
                raise Invalid(f"请填{label}。")
            return {name: None}
        try:
            number = Decimal(words)
        except InvalidOperation:
            raise Invalid(f"{label}应是一个数，如 60 或 6.5，现为“{words[:20]}”。") from None
        if not number.is_finite() or abs(number) >= LARGEST:
            raise Invalid(f"{label}过大。")
        return {name: number.quantize(Decimal("0.000001"))}

    return clean


def _choice(name: str, label: str, choices: type[TextChoices]) -> Clean:
    def clean(value: Any, _: Paper) -> Values:
        if value not in choices.values:
            raise Invalid(f"{label}只能是{'、'.join(map(str, choices.labels))}。")
        return {name: value}

    return clean


def _due(value: Any, _: Paper) -> Values:
    if not value:
        return {"due": None}
    try:
        return {"due": date.fromisoformat(str(value))}
    except ValueError:
        raise Invalid("截止日期应是 2026-06-30 这样的日期。") from None


def _unit(value: Any, paper: Paper) -> Values:
    if not value:
        return {"unit_id": None}
    unit = Unit.objects.filter(pk=_pk(value), division=paper.division_id).first()
    if unit is None:
        raise Invalid("本区划没有这个单位。请重新选择。")
    return {"unit_id": unit.pk}


def _person(name: str) -> Clean:
    def clean(value: Any, paper: Paper) -> Values:
        if not value:
            return {name: None}
        person = Person.objects.filter(pk=_pk(value), posts__division=paper.division_id).first()
        if person is None:
            raise Invalid("本区划没有这个人。请重新选择。")
        return {name: person.pk}

    return clean


def _task(value: Any, paper: Paper) -> Values:
    if not value:
        return {"task_id": None}
    if not paper.tasks.filter(pk=_pk(value), dropped=False).exists():
        raise Invalid("这份来文里没有这项任务。请刷新页面。")
    return {"task_id": _pk(value)}


def _section(value: Any, paper: Paper) -> Values:
    """Take the id of a section of the reading (``s3.1``); its row is made where it is missing."""
    if not value:
        return {"section_id": None}
    for document in filling.read_documents(paper):
        if any(section.id == value for section in document.sections):
            return {"section_id": filling.section_row(paper, document, str(value)).pk}
    raise Invalid("这份来文里没有这一节。请刷新页面。")


def _span(value: Any, paper: Paper) -> Values:
    match value:
        case [int(start), int(end)] if 0 <= start < end <= len(paper.text):
            start, end = passages.tidy(paper.text, start, end)
            if start < end:
                return {"span_start": start, "span_end": end}
    raise Invalid("请在左边的原文里标出范围。")


def _pk(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Invalid("选择无效。请刷新页面。") from None


def _range(row: Indicator, values: Values) -> None:
    """Keep the two ends of a range together: an upper end means a range, a range needs its upper end above its lower."""
    if not {"comparator", "value", "value_high"} & values.keys():
        return
    comparator = values.get("comparator", row.comparator)
    high = values.get("value_high", row.value_high)
    low = values.get("value", row.value)
    if comparator != Comparator.RANGE:
        if values.get("value_high") is not None and "comparator" not in values:
            values["comparator"] = Comparator.RANGE.value
        else:
            if row.value_high is not None or "value_high" in values:
                values["value_high"] = None
            return
    if high is None:
        if "value_high" in values and "comparator" not in values:
            values["comparator"] = Comparator.EQUAL.value
            return
        # The upper end is typed next.
        high = values["value_high"] = low
    if low is not None and high < low:
        raise Invalid("区间的上限不能小于下限。")


CLEANERS: dict[str, dict[str, Clean]] = {
    "task": {
        "number": _words("number", "编号", 30),
        "title": _words("title", "任务名称", 300, needed=True),
        "text": _words("text", "内容", 20_000),
        "section": _section,
        "sponsor": _person("sponsor_id"),
        "sponsor_text": _words("sponsor_text", "原文的领导", 100),
        "span": _span,
    },
    "responsibility": {
        "unit": _unit,
        "role": _choice("role", "角色", UnitRole),
        "person": _person("person_id"),
    },
    "deadline": {"text": _words("text", "时限的原文", 100), "due": _due, "span": _span},
    "indicator": {
        "name": _words("name", "指标名称", 200, needed=True),
        "comparator": _choice("comparator", "比较方式", Comparator),
        "value": _number("value", "目标值", needed=True),
        "value_high": _number("value_high", "上限"),
        "floor": _number("floor", "底线"),
        "unit": _words("unit", "计量单位", 30),
        "measure": _choice("measure", "口径", MeasureKind),
        "status": _choice("status", "状态", Status),
        "task": _task,
        "span": _span,
    },
    "project": {
        "name": _words("name", "项目名称", 200, needed=True),
        "value": _number("value", "金额", needed=True),
        "unit": _words("unit", "计量单位", 30, needed=True),
        "task": _task,
        "span": _span,
    },
    "note": {},
}
