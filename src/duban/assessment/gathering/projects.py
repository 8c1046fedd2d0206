"""Facts of projects, as far as a ledger has them: how much of the year's planned investment is done.

A ledger knows projects by name and amount and no stages, so that only what is reported of investment counts: an indicator
in money, named 投资, of a task that has projects.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from duban.assessment.gathering.book import Book, Month
from duban.assessment.scoring.facts import Fact
from duban.dispatch.checks import shown
from duban.dispatch.curves import standing

_MONEY = ("万元", "亿元")
_WORD = "投资"


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield the investment done by the month's end of each task with projects; no statement besides those of the book."""
    for task in book.tasks(month):
        if not task.snapshot["projects"] or task.work is None:
            continue
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
