"""The page of one task: what it is today or was on a day, its passage in the paper, what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Model, prefetch_related_objects
from django.db.models.functions import Substr

from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.differences import Change, difference
from duban.plans.models import Deadline, Indicator, Paper, Project, Responsibility, Task, TaskVersion
from duban.plans.models.entries import Comparator, UnitRole
from duban.plans.queries.ledger import due_words
from duban.plans.queries.records import promised
from duban.plans.snapshots import Snapshot, of_task, task_on
from duban.plans.states import TaskState
from duban.writing import words

#: How many characters of the paper stand before and after the passage.
CONTEXT = 160
#: What may be marked, the first of several on the same words being the one that shows.
KINDS = {"indicator": "指标", "deadline": "时限", "responsibility": "单位", "project": "项目"}


@dataclass(frozen=True)
class Piece:
    """Words of a passage that are marked alike; `kind` is empty for plain words."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Passage:
    """Where the task stands in its paper: what comes before and after, and its own words with their marks."""

    paper_id: int
    paper: str
    before: str
    pieces: list[Piece]
    after: str
    kinds: list[tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """A version of the task: from when, who, why, and what it changed."""

    version: TaskVersion
    changes: list[Change]


@dataclass(frozen=True)
class Bar:
    """A measure or a milestone on the time line, in the drawing's own units; a milestone has no width."""

    y: int
    x: float
    width: float
    name: str
    said: str
    done: bool = False


@dataclass
class TimeLine:
    """A drawing of the break-down: bars and points between two months, with today and the last day."""

    width: int
    height: int
    months: list[tuple[float, str]]
    bars: list[Bar] = field(default_factory=list)
    points: list[Bar] = field(default_factory=list)
    today: float | None = None
    due: float | None = None


@dataclass(frozen=True)
class TaskPage:
    """All that the page of a task shows."""

    task: Task
    now: Snapshot
    state: str
    due: str
    overdue: bool
    units: list[tuple[str, list[dict[str, Any]]]]
    indicators: list[dict[str, Any]]
    milestones: list[dict[str, Any]]
    line: TimeLine | None
    passage: Passage | None
    steps: list[Step]


def task_page(task: Task, person: Person, *, on: date | None, today: date) -> TaskPage | None:
    """Return what the page shows of `task` (with its ledger) on the day; None where it was not yet in the ledger."""
    now = task_on(task, on) if on else of_task(task)
    if now is None:
        return None
    done: dict[int, date] = {}
    if now["milestones"]:
        # The panels of later apps ask for the same.
        prefetch_related_objects([task], "milestones__measure")
        day = on or today
        done = {step.pk: step.done_on for step in task.milestones.all() if step.done_on and step.done_on <= day}
    due = date.fromisoformat(now["due"]) if now["due"] else None
    milestones = [
        {**row, "due": date.fromisoformat(row["due"]), "done": done.get(row["id"])} for row in now["milestones"]
    ]
    return TaskPage(
        task=task,
        now=now,
        state=str(TaskState(now["state"]).label),
        due=due_words(due, now["due_stated"], 0) if due else "",
        overdue=bool(due and due < (on or today) and now["state"] not in (TaskState.CLOSED_OUT, TaskState.WITHDRAWN)),
        units=[
            (str(role.label), rows)
            for role in UnitRole
            if (rows := [row for row in now["responsibilities"] if row["role"] == role])
        ],
        indicators=[
            {"name": one.name, "amount": words.amount(one), "floor": _floor(one.floor, one.comparator, one.unit),
             "done": one.status == "achieved", "text": one.text}
            for one in promised(now["indicators"])
        ],
        milestones=milestones,
        line=_line(now, milestones, due, on or today),
        passage=None if on else _passage(task, person),
        steps=_steps(task, on),
    )  # fmt: skip


def _floor(floor: Any, comparator: str, unit: str) -> str:
    if floor is None:
        return ""
    return f"{'不高于' if comparator == Comparator.AT_MOST else '不低于'}{words.number(floor)}{unit}"


def _steps(task: Task, on: date | None) -> list[Step]:
    """Return the versions, newest first, each with what it changed since the one that held before it.

    A change that holds from an earlier day was written once for each later version too; it is told once, where it begins.
    """
    versions = task.versions.select_related("recorded_by", "amendment").order_by("valid_from", "number")
    if on:
        versions = versions.filter(valid_from__lte=on)
    steps: list[Step] = []
    before: Snapshot | None = None
    for version in versions:
        changes = difference(before, version.snapshot) if before is not None else []
        if before is None or changes or version.amendment_id:
            steps.append(Step(version, changes))
        before = version.snapshot
    return steps[::-1]


def _passage(task: Task, person: Person) -> Passage | None:
    """Return the task's passage; who reads the own unit's tasks only gets nothing of what stands around it."""
    if task.paper_id is None or task.span_start is None or task.span_end is None:
        return None
    room = CONTEXT if access_of(person).reach("plans.read").covers_division(task.ledger.division) else 0
    start, end = task.span_start, task.span_end
    first = max(0, start - room)
    found = (
        Paper.objects.filter(pk=task.paper_id)
        .annotate(part=Substr("text", first + 1, end + room - first))
        .order_by()
        .values_list("name", "title", "part")
    )
    if not found:
        return None
    name, title, part = found[0]
    marks = _marks(task)
    body = part[start - first : end - first]
    return Passage(
        paper_id=task.paper_id,
        paper=title or name,
        before=_from_line(part[: start - first]),
        pieces=_pieces(body, [(a - start, b - start, kind) for a, b, kind in marks]),
        after=part[end - first :].rstrip(),
        kinds=[(kind, name) for kind, name in KINDS.items() if any(mark[2] == kind for mark in marks)],
    )


def _from_line(text: str) -> str:
    """Return the text from its first whole line or sentence on: words cut in two help nobody."""
    for end in ("\n", "。", "；"):
        if 0 <= (at := text.find(end)) < len(text) - 1:
            return text[at + 1 :].lstrip()
    return text


def _marks(task: Task) -> list[tuple[int, int, str]]:
    """Return the spans of the paper that are marked, with what each is.

    Said in SQL: putting the four parts together by querysets takes longer than all else that the passage needs.
    """
    models: dict[str, type[Model]] = {
        "indicator": Indicator, "deadline": Deadline, "responsibility": Responsibility, "project": Project
    }  # fmt: skip
    parts = [
        f"SELECT span_start, span_end, '{kind}' FROM {connection.ops.quote_name(model._meta.db_table)} "
        "WHERE task_id = %s AND NOT dropped AND span_start IS NOT NULL AND span_end IS NOT NULL"
        for kind, model in models.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), [task.pk] * len(parts))
        return [(start, end, kind) for start, end, kind in cursor.fetchall()]


def _pieces(text: str, marks: list[tuple[int, int, str]]) -> list[Piece]:
    edges = {0, len(text)}
    for start, end, _ in marks:
        edges |= {min(max(start, 0), len(text)), min(max(end, 0), len(text))}
    order = list(KINDS)
    pieces = []
    for start, end in pairwise(sorted(edges)):
        kinds = [kind for a, b, kind in marks if a <= start and end <= b]
        pieces.append(Piece(text[start:end], min(kinds, key=order.index) if kinds else ""))
    return pieces


def _line(now: Snapshot, milestones: list[dict[str, Any]], due: date | None, day: date) -> TimeLine | None:
    """Return the drawing of measures and milestones; None where there is neither."""
    measures = [
        (row, date.fromisoformat(row["start"] or row["due"]), date.fromisoformat(row["due"] or row["start"]))
        for row in now["measures"]
        if row["start"] or row["due"]
    ]
    days = [at for _, start, end in measures for at in (start, end)] + [row["due"] for row in milestones]
    if not days:
        return None
    days += [due] if due else []
    first = min(days).replace(day=1)
    last = (max(days).replace(day=28) + timedelta(days=4)).replace(day=1)
    width, left, row_height, top = 960, 8, 28, 28
    scale = (width - 2 * left) / (last - first).days

    def x(at: date) -> float:
        return round(float(left + (at - first).days * scale), 1)

    line = TimeLine(width, top + row_height * (len(measures) + bool(milestones)) + 8, [])
    at = first
    while at < last:
        line.months.append((x(at), f"{at.year}年{at.month}月" if at == first or at.month == 1 else f"{at.month}月"))
        at = (at.replace(day=28) + timedelta(days=4)).replace(day=1)
    for number, (row, start, end) in enumerate(measures):
        wide = max(x(end + timedelta(days=1)) - x(start), 3)
        said = f"{row['text']}：{start:%Y年%-m月%-d日}至{end:%Y年%-m月%-d日}"
        line.bars.append(Bar(top + number * row_height, x(start), round(wide, 1), row["text"], said))
    for row in milestones:
        said = f"{row['name']}：{row['due']:%Y年%-m月%-d日}"
        said += f"，{row['done']:%Y年%-m月%-d日}完成" if row["done"] else ""
        line.points.append(
            Bar(top + len(measures) * row_height, x(row["due"]), 0, row["name"], said, bool(row["done"]))
        )
    line.today = x(day) if first <= day < last else None
    line.due = x(due) if due else None
    return line
