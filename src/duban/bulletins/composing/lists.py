"""The lists that a wording file goes through with ``each``: which things, of what kind, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from duban.bulletins.composing.facts import Facts, TaskFact
from duban.bulletins.composing.figures import commended, criticised


@dataclass(frozen=True)
class List:
    """One list: what its items are, what it is called, and the numbers of its items in order."""

    kind: str
    label: str
    of: Callable[[Facts], Iterable[int]]


def _worst_first(tasks: Iterable[TaskFact]) -> list[int]:
    return [task.pk for task in sorted(tasks, key=lambda task: (task.rank, task.number))]


def _sections(facts: Facts) -> list[int]:
    used = {task.section for task in facts.tasks}
    return [section.pk for section in facts.sections if section.pk in used]


LISTS: dict[str, List] = {
    "sections": List("section", "有任务的章节", _sections),
    "sections.behind": List(
        "section",
        "有滞后任务的章节",
        lambda f: [pk for pk in _sections(f) if any(task.section == pk and task.behind for task in f.tasks)],
    ),
    "tasks": List("task", "全部任务", lambda f: [task.pk for task in f.tasks]),
    "tasks.closed": List("task", "已销号的任务", lambda f: [task.pk for task in f.tasks if task.closed]),
    "tasks.red": List(
        "task", "亮红灯的任务", lambda f: _worst_first(t for t in f.tasks if t.behind and t.light == "red")
    ),
    "tasks.behind": List("task", "滞后的任务", lambda f: _worst_first(task for task in f.tasks if task.behind)),
    "tasks.better": List("task", "灯好转的任务", lambda f: _worst_first(t for t in f.tasks if t.turned > 0)),
    "units": List(
        "unit",
        "牵头任务的单位",
        lambda f: [pk for pk in f.units if any(pk in task.units for task in f.tasks)],
    ),
    "units.commended": List("unit", "表扬的单位", commended),
    "units.criticised": List("unit", "批评的单位", criticised),
    "orders.overdue": List("order", "逾期的督办单", lambda f: [slip.pk for slip in f.slips if slip.overdue]),
    "orders.open": List("order", "没有办结的督办单", lambda f: [slip.pk for slip in f.slips if slip.open]),
    "indicators.verified": List(
        "indicator", "有核验数的指标", lambda f: [one.pk for one in f.indicators if one.value is not None]
    ),
    "indicators.reached": List("indicator", "达标的指标", lambda f: [one.pk for one in f.indicators if one.reached]),
    "indicators.missed": List(
        "indicator",
        "没有达标的指标",
        lambda f: [one.pk for one in f.indicators if one.value is not None and not one.reached],
    ),
    "ranks": List("rank", "排名", lambda f: [row.unit for row in f.ranking.rows] if f.ranking else []),
}
