"""Facts of projects at the month's end: how much of the year's planned investment is done, and which stages are reached.

Investment is what is reported of an indicator in money, named 投资, of a task that has projects. Stages are what the office
entered (`assessment.models.weighing`): started this year is new, before it continued, until in production or in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from duban.assessment.gathering.book import Book, Month, TaskThen, short
from duban.assessment.models import ProjectProgress
from duban.assessment.models.weighing import STAGES
from duban.assessment.scoring.facts import Fact
from duban.dispatch.checks import shown
from duban.dispatch.curves import standing
from duban.plans.amounts import convert

_MONEY = ("万元", "亿元")
_WORD = "投资"


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield what each task's projects come to by the month's end; one statement besides those of the book."""
    reached = {
        row.project_id: row
        for row in ProjectProgress.objects.filter(project__ledger=book.ledger, started_on__lte=month.last)
    }
    for task in book.tasks(month):
        if task.snapshot["projects"]:
            yield from _investment(book, month, task)
            for project in task.snapshot["projects"]:
                if project["id"] in reached:
                    yield from _stages(book, month, task, project, reached[project["id"]])


def _investment(book: Book, month: Month, task: TaskThen) -> Iterator[Fact]:
    if task.work is None:
        return
    for row in task.snapshot["indicators"]:
        if _WORD not in row["name"] or row["unit"] not in _MONEY or row["id"] not in task.work.indicators:
            continue
        goal, readings = task.work.indicators[row["id"]]
        stands = standing(goal, readings, month.last, known_on=month.closing)
        if stands is None or stands.value is None or not goal.value:
            continue
        share = (stands.value / goal.value).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        words = f"{row['name']}{shown(stands.value)}{row['unit']}，年度计划{shown(goal.value)}{row['unit']}"
        for unit, role in task.units:
            yield book.fact(
                month, "investment", unit, f"investment:{row['id']}:{month.first:%Y%m}:{unit}", month.last,
                f"{task.number} {task.title}：{words}", link=book.link("dispatch:indicator", row["id"]), role=role,
                task=task.number, value=share,
            )  # fmt: skip


def _stages(book: Book, month: Month, task: TaskThen, project: dict[str, Any], row: ProjectProgress) -> Iterator[Fact]:
    amount = convert(Decimal(project["value"]), project["unit"], "亿元") or Decimal(0)
    size = f"{shown(amount)}亿元" if amount else "没有写明投资额"
    said: list[tuple[str, date, str, Decimal]] = []
    start = row.started_on
    later = [
        ("project_in_production", row.in_production_on, STAGES["in_production_on"]),
        ("project_in_use", row.in_use_on, STAGES["in_use_on"]),
    ]
    before = [day for _, day, _ in later if day is not None and day < date(book.ledger.year, 1, 1)]
    if start is None or before:
        return
    if start.year == book.ledger.year:
        said.append(("project_new", start, f"{short(start)}新开工，{size}", amount))
    else:
        said.append(("project_continued", start, f"{start.year}年开工，续建，{size}", amount))
    said += [(kind, day, f"{short(day)}{words}", Decimal(1)) for kind, day, words in later if day and day <= month.last]
    marks = {"kind": row.category} if row.category else {}
    if amount:
        marks["size"] = shown(amount)
    for kind, day, words, value in said:
        for unit, role in task.units:
            yield book.fact(
                month, kind, unit, f"project:{project['id']}:{kind}:{month.first:%Y%m}:{unit}", day,
                f"{task.number} {project['name']}：{words}（{row.paper}）", link=book.link("plans:task", task.pk), role=role,
                task=task.number, value=value, marks=marks,
            )  # fmt: skip
