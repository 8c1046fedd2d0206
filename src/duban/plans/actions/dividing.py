"""Two tasks of one, and one of two."""

from __future__ import annotations

from typing import Any

from duban.audit.refusals import Refusal
from duban.audit.trail import action
from duban.organisations.models import Person
from duban.plans import passages
from duban.plans.actions import filling
from duban.plans.actions.correcting import Correcting, correcting, paper_of
from duban.plans.models import Responsibility, Task


class CannotCut(Refusal):
    """The task cannot be split at this character."""

    def __init__(self) -> None:
        super().__init__("不能在这里拆分：光标要在任务内容中间。内容改写过的，请把光标放在原文和内容里都有的一句前面。")


class CannotMerge(Refusal):
    """There is no task to merge with."""

    def __init__(self) -> None:
        super().__init__("前后没有可以合并的任务。")


@action
def split(*, task: Task, at: int, version: int, by: Person, key: str = "") -> int:
    """Cut a task in two at the paper's character `at`; return the number of the second.

    Limits, indicators and projects go with their words. Units go with theirs where they stand on both sides of the cut; where
    all stand on one side, as behind the last sentence, they answer for both. Raises `CannotCut`.
    """
    paper = paper_of(task)
    with correcting(paper, "split", by=by, key=key) as under_way:
        row: Task = under_way.row("task", task.pk)
        under_way.current(row, version, {"title": None, "text": None})
        start, end = row.span_start or 0, row.span_end or 0
        text = paper.text
        while at < end and text[at].isspace():
            at += 1
        parts = passages.cut(text, start, end, row.text, at) if start < at < end else None
        if parts is None:
            raise CannotCut
        second = Task(
            ledger_id=row.ledger_id,
            paper_id=row.paper_id,
            section_id=row.section_id,
            order=row.order + at - start,
            title=filling.short_title(parts[1]),
            text=parts[1],
            sponsor_id=row.sponsor_id,
            sponsor_text=row.sponsor_text,
            span_start=at,
            span_end=end,
        )
        under_way.add(second)
        changed: dict[str, Any] = {"text": parts[0], "span_end": at, "checked_at": None, "checked_by_id": None}
        # A title that was the text's first words stays theirs.
        if not (row.read or {}).get("titled", True) and row.title == (row.read or {}).get("title"):
            changed["title"] = filling.short_title(parts[0])
        under_way.set(row, **changed)
        for kind in (row.deadlines, row.indicators, row.projects):
            for entry in kind.all():
                if (entry.span_start or 0) >= at:
                    under_way.set(entry, task_id=second.pk)
        _split_units(under_way, row, second, at)
        for note in row.notes.filter(span_start__gte=at):
            under_way.set(note, task_id=second.pk)
        under_way.task = row
        under_way.sentence = f"把“{row}”拆成两项，第二项为“{second}”"
        return second.pk


@action
def merge(*, task: Task, version: int, by: Person, key: str = "", into_previous: bool = False) -> int:
    """Join a task with the next one (or the one before); return the number of the one that stays: the first.

    Raises `CannotMerge` where there is none.
    """
    with correcting(paper_of(task), "merge", by=by, key=key) as under_way:
        row: Task = under_way.row("task", task.pk)
        under_way.current(row, version, {"title": None, "text": None})
        beside = under_way.paper.tasks.filter(dropped=False).exclude(pk=row.pk)
        if into_previous:
            other = beside.filter(order__lte=row.order).order_by("-order", "-pk").first()
        else:
            other = beside.filter(order__gte=row.order).order_by("order", "pk").first()
        if other is None:
            raise CannotMerge
        first, second = (other, row) if into_previous else (row, other)
        own_title = second.title if (second.read or {}).get("titled") else ""
        joined = f"{first.text}{second.number + '.' if second.number and own_title else ''}{own_title}{'。' if own_title else ''}{second.text}"
        held = {(r.unit_id, r.role) for r in first.responsibilities.filter(dropped=False, unit__isnull=False)}
        under_way.set(second, dropped=True, merged_into_id=first.pk)
        under_way.set(
            first,
            text=joined,
            span_start=min(first.span_start or 0, second.span_start or 0),
            span_end=max(first.span_end or 0, second.span_end or 0),
            checked_at=None,
            checked_by_id=None,
        )
        for kind in (second.deadlines, second.indicators, second.projects, second.notes):
            for entry in kind.all():
                under_way.set(entry, task_id=first.pk)
        for unit in second.responsibilities.all():
            twice = unit.unit_id is not None and not unit.dropped and (unit.unit_id, unit.role) in held
            under_way.set(unit, task_id=first.pk, dropped=unit.dropped or twice)
        under_way.task = first
        under_way.sentence = f"把“{second}”并入“{first}”"
        return first.pk


def _split_units(under_way: Correcting, first: Task, second: Task, at: int) -> None:
    units = list(first.responsibilities.all())
    sides = {(unit.span_start or 0) >= at for unit in units if not unit.dropped}
    if len(sides) == 2:
        for unit in units:
            if (unit.span_start or 0) >= at:
                under_way.set(unit, task_id=second.pk)
        return
    copies: dict[int, Responsibility] = {}
    for unit in units:
        if unit.dropped:
            continue
        copy = Responsibility(
            task=second,
            unit_id=unit.unit_id,
            unit_text=unit.unit_text,
            role=unit.role,
            is_group=unit.is_group,
            expanded_from=copies.get(unit.expanded_from_id or 0),
            person_id=unit.person_id,
            span_start=unit.span_start,
            span_end=unit.span_end,
            rule=unit.rule,
            order=unit.order,
        )
        under_way.add(copy)
        copies[unit.pk] = copy
