"""The ledger's codes and values in the words of an office."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from duban.core.types import (
    Comparator,
    Deadline,
    DocType,
    Document,
    ExcludedWhy,
    Indicator,
    Level,
    MeasureKind,
    Project,
    Section,
    SectionRole,
    Source,
    Status,
    Task,
    UnitRole,
)

T = TypeVar("T", Indicator, Project)

LEVEL: dict[Level, str] = {"province": "省级", "city": "市级", "county": "县级", "town": "乡级"}
DOC_TYPE: dict[DocType, str] = {
    "report": "政府工作报告",
    "plan": "实施方案",
    "task_list": "任务分工",
    "campaign": "攻坚行动",
}
SECTION_ROLE: dict[SectionRole, str] = {
    "opening": "引言",
    "review": "工作回顾",
    "requirements": "总体要求",
    "targets": "主要目标",
    "tasks": "重点任务",
    "livelihood": "民生实事",
    "safeguards": "保障措施",
    "conduct": "政府自身建设",
    "closing": "结束语",
    "attachment": "附件",
}
UNIT_ROLE: dict[UnitRole, str] = {"lead": "牵头单位", "responsible": "责任单位", "support": "配合单位"}
COMPARATOR: dict[Comparator, str] = {">=": "不低于", "<=": "不超过", "~": "约", "=": "等于", "range": "区间"}
MEASURE: dict[MeasureKind, str] = {
    "level": "数量",
    "growth": "增长",
    "decline": "下降",
    "share": "占比",
    "change": "增减",
    "multiple": "倍数",
}
STATUS: dict[Status, str] = {"target": "目标", "achieved": "已完成"}
EXCLUDED_WHY: dict[ExcludedWhy, str] = {
    "date": "日期",
    "name": "名称、口号",
    "rank": "位次",
    "threshold": "门槛",
    "capacity": "单个事物的规模",
    "policy": "政策参数",
    "list": "序号",
    "address": "地址、路线",
    "project": "归入项目",
    "other": "其他",
}

_FALLS = re.compile("下降|降低|减少|压减|压缩|收窄|回落|缩小")
_PRINTED = re.compile("印发《(.+)》的通知$")
_SHORT = 20


class Promise(Protocol):
    """What is said of an indicator: one read from a paper, or one that stands in an issued ledger."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def comparator(self) -> Comparator: ...  # noqa: D102
    @property
    def value(self) -> float | Decimal: ...  # noqa: D102
    @property
    def value_high(self) -> float | Decimal | None: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def measure(self) -> MeasureKind: ...  # noqa: D102
    @property
    def status(self) -> Status: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


def number(value: float | Decimal) -> str:
    """Return the number as it would be written by hand: no exponent, no trailing zeros, no decimal point if whole."""
    digits = format(value if isinstance(value, Decimal) else Decimal(repr(value)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def full_date(day: date) -> str:
    """Return the day as 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def deadline(limit: Deadline, between: str = "") -> str:
    """Return the limit's words and, in brackets, the day they mean."""
    return f"{limit.text}{between}（{full_date(limit.due)}）" if limit.due else limit.text


def amount(indicator: Promise) -> str:
    """Return what is promised without the name: 增长不低于7.5%, 3—5个."""
    if indicator.value_high is not None:
        value = f"{number(indicator.value)}—{number(indicator.value_high)}"
    else:
        value = number(indicator.value)
    bound = COMPARATOR[indicator.comparator] if indicator.comparator in (">=", "<=", "~") else ""
    verb = _verb(indicator)
    return f"{'' if indicator.name.endswith(verb) else verb}{bound}{value}{indicator.unit}"


def _verb(indicator: Promise) -> str:
    if indicator.measure == "change":
        # The value has no sign: whether points are won or lost stands only in the words.
        return "降低" if _FALLS.search(indicator.text) else "提高"
    return {"growth": "增长", "decline": "下降"}.get(indicator.measure, "")


def indicator(of: Promise) -> str:
    """Return the indicator in one line."""
    done = "（已完成）" if of.status == "achieved" else ""
    return f"{of.name} {amount(of)}{done}"


def investment(project: Project) -> str:
    """Return the project and its amount in one line."""
    return f"{project.name} {number(project.value)}{project.unit}"


def units(task: Task, *roles: UnitRole) -> list[str]:
    """Return the task's units in these roles, as written, each once."""
    return once(answer.unit for answer in task.responsibilities if answer.role in roles)


def by_task(items: Iterable[T]) -> dict[str | None, list[T]]:
    """Return the indicators or projects under the task that they belong to."""
    grouped: dict[str | None, list[T]] = defaultdict(list)
    for item in items:
        grouped[item.task].append(item)
    return grouped


def once(items: Iterable[str]) -> list[str]:
    """Return the items in their order, each once."""
    return list(dict.fromkeys(items))


def task_name(task: Task) -> str:
    """Return the number and title as the paper has them; a task without a title is called by its first words."""
    name = task.title or shorten(task.text, _SHORT)
    if not task.number:
        return name
    if task.number.isascii():
        return f"{task.number}.{name}"
    return f"{task.number}{name}" if task.number.endswith("是") else f"{task.number}、{name}"


def heading(section: Section) -> str:
    """Return the section's label and title."""
    return f"{section.label or ''}{section.title}"


def path(task: Task, document: Document) -> list[str]:
    """Return the headings above the task, outermost first."""
    by_id = {section.id: section for section in document.sections}
    above: list[Section] = []
    at = by_id.get(task.section or "")
    while at is not None and at not in above:
        above.append(at)
        at = by_id.get(at.parent or "")
    return [heading(section) for section in reversed(above)]


def document_name(document: Document, source: Source) -> str:
    """Return the document's title, or the source's name where it has none."""
    return document.title or source.name


def short_name(document: Document, source: Source) -> str:
    """Return what people call the document: the paper that a notice prints, not the notice, and of which year."""
    name = document_name(document, source)
    printed = _PRINTED.search(name)
    name = printed.group(1) if printed else name
    # Ten years of reports all bear the same title.
    return name if not document.year or str(document.year) in name else f"{name}（{document.year}年）"


def shorten(text: str, most: int) -> str:
    """Return the text, or its first characters and an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"
