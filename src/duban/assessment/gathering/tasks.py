"""Facts of tasks at the month's closing: progress against the expected, indicators due, done or missed, lights, the break-down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models.fields.json import KT

from duban.assessment.gathering.book import Book, Month, TaskThen, short
from duban.assessment.scoring.facts import Fact
from duban.dispatch.curves import Goal, standing
from duban.dispatch.models import TaskLight
from duban.dispatch.progress import TaskStanding, task_standing
from duban.plans.states import TaskState

_RATIO = Decimal("0.0001")
_HUNDRED = Decimal(100)


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield what each unit of each task reached or missed; one statement besides those of the book.

    How far a task is counts only once reports were asked for.
    """
    lamps, asked = _lamps(book, month.closing), book.asked(month)
    for task in book.tasks(month):
        if not task.units:
            continue
        stands = task_standing(task.work, month.last, known_on=month.closing) if task.work else None
        found = list(_said(task, stands if asked else None, month))
        if task.pk in lamps:
            colour, said = lamps[task.pk]
            words = f"{month.first.month}月底亮灯：{said}"
            found.append(("light", month.last, words, Decimal(1), {"light": colour}))
        link = book.link("plans:task", task.pk, f"on={month.last.isoformat()}")
        first = _first(task)
        for kind, day, words, value, more in found:
            for unit, role in task.units:
                # Who has to break a task down is who leads it.
                if kind in _OF_LEAD and unit != first:
                    continue
                yield book.fact(
                    month,
                    kind,
                    unit,
                    f"task:{task.pk}:{kind}:{month.first:%Y%m}:{unit}",
                    day,
                    f"{task.number} {task.title}：{words}",
                    link=link,
                    role=role,
                    task=task.number,
                    value=value,
                    marks=more,
                )


_OF_LEAD = ("breakdown_missing", "stage_goals_missing")
Said = tuple[str, date, str, Decimal, dict[str, str]]


def _first(task: TaskThen) -> int:
    """Return the unit that leads a task; the first of those responsible where none leads."""
    order = ("lead", "responsible", "supporting")
    return min(task.units, key=lambda one: order.index(one[1]))[0]


def _said(task: TaskThen, stands: TaskStanding | None, month: Month) -> Iterator[Said]:
    done = task.done_on
    if done is not None and month.has(done):
        yield "done", done, f"{short(done)}销号", Decimal(1), {}
        early = (task.due - done).days
        if early > 0:
            yield "early", done, f"{short(done)}销号，比时限早{early}天", Decimal(early), {}
    if month.has(task.due) and (done is None or done > task.due) and not _all_met(task, month):
        late = f"{short(done)}才销号" if done else "没有完成"
        yield "missed", task.due, f"{short(task.due)}到期，{late}", Decimal(1), {}
    if task.work is not None and (month.has(task.due) or (done is not None and month.has(done))):
        yield from _due(task, month)
    if done is None:
        if stands is not None and stands.says_something and stands.basis != "nothing":
            yield from _progress(stands, month)
        if task.state == TaskState.TO_BREAK_DOWN:
            yield "breakdown_missing", month.last, "还没有分解", Decimal(1), {}
        if not _has_stages(task):
            yield "stage_goals_missing", month.last, "没有节点，也没有按月目标", Decimal(1), {}


def _progress(stands: TaskStanding, month: Month) -> Iterator[Said]:
    """Yield how far the task is to how far it should be; where nothing is expected yet it is on par."""
    ratio = stands.progress / stands.expected if stands.expected else Decimal(1)
    words = f"{month.first.month}月底进度{_percent(stands.progress)}，序时应达{_percent(stands.expected)}"
    yield "progress", month.last, words, _rounded(ratio), {}


def _due(task: TaskThen, month: Month) -> Iterator[Said]:
    """Yield how many of the indicators are met when the task is due or done, and by how much all are exceeded."""
    found = [
        (goal, standing(goal, readings, month.last, known_on=month.closing)) for goal, readings in _indicators(task)
    ]
    if not found:
        return
    met = [one for _, one in found if one is not None and one.met]
    share = _rounded(Decimal(len(met)) / len(found))
    yield "target", min(task.due, month.last), f"到期指标{len(found)}个，完成{len(met)}个", share, {}
    over = [
        one.value / goal.value - 1
        for goal, one in found
        if one is not None and one.value is not None and _adds_up(goal) and goal.value
    ]
    # One indicator over does not make up for another that is not: the least counts.
    if len(over) == len(found) and min(over) > 0:
        least = _rounded(min(over))
        yield "over", month.last, f"各指标都超额，最少的超{_percent(least * _HUNDRED)}", least, {}


def _indicators(task: TaskThen) -> list[tuple[Goal, Any]]:
    return list(task.work.indicators.values()) if task.work else []


def _adds_up(goal: Goal) -> bool:
    return not goal.is_state and not goal.at_most and goal.comparator != "range" and goal.value > goal.base


def _all_met(task: TaskThen, month: Month) -> bool:
    """Say whether all that a task promised was reached by its due day, though it was not closed out."""
    if task.work is None or not (task.work.indicators or task.work.milestones):
        return False
    stands = [standing(goal, readings, task.due, known_on=month.closing) for goal, readings in _indicators(task)]
    steps = [step.done_by(task.due, month.closing) for step in task.work.milestones]
    return all(one is not None and one.met for one in stands) and all(steps)


def _has_stages(task: TaskThen) -> bool:
    rows = [*task.snapshot["indicators"], *task.snapshot["measures"]]
    monthly = any((row.get("curve") or {}).get("monthly") for row in rows)
    return bool(task.snapshot["milestones"]) or monthly


def _lamps(book: Book, day: date) -> dict[int, tuple[str, str]]:
    """Return what each task showed on a day: colour, and shape with word."""
    found: dict[int, tuple[str, str]] = {}
    rows = TaskLight.objects.filter(ledger=book.ledger, valid_from__lte=day).order_by("task_id", "valid_from")
    for task, colour, shape, word in rows.values_list("task_id", "colour", KT("why__shape"), KT("why__word")):
        found[task] = (colour, f"{shape or ''}{word or ''}")
    return found


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}%" if value else "0%"


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_RATIO, ROUND_HALF_UP)
