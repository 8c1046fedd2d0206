"""The check of a paper: every correction as an action, each with its own undo.

All take the paper or one of its rows, the `version` of the row that the page showed, who does it, and the page's `key`
of the request (:class:`duban.plans.models.Correction`). What was read stays in a row's `read`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans import states
from duban.plans.actions.cleaning import Invalid, cleaned
from duban.plans.actions.correcting import REDO, UNDO, Correcting, Gone, correcting, last_own, paper_of, take_back
from duban.plans.actions.marking import MAKERS, marked_words, no_second, take_in, there_already
from duban.plans.facts import fact
from duban.plans.models import (
    CheckPlace,
    Correction,
    Deadline,
    Paper,
    PaperNote,
    Responsibility,
    Task,
)
from duban.plans.states import PaperState

LABELS = {
    "task": "任务",
    "responsibility": "单位",
    "deadline": "时限",
    "indicator": "指标",
    "project": "项目",
    "note": "提示",
}


class NotFinished(Refusal):
    """The check is not at its end: `left` says what is left."""

    def __init__(self, left: Left) -> None:
        parts = [
            f"{count} {name}"
            for count, name in (
                (left.tasks, "项任务未核对"),
                (left.units, "处单位未认定"),
                (left.notes, "条提示未处理"),
            )
            if count
        ]
        super().__init__(f"还不能完成核对：{'、'.join(parts)}。")
        self.left = left


@dataclass(frozen=True)
class Left:
    """What is left to check: tasks, places of unknown units, notes."""

    tasks: int
    units: int
    notes: int

    def __bool__(self) -> bool:
        return bool(self.tasks or self.units or self.notes)


def left_of(paper: Paper) -> Left:
    """Return what is left to check of a paper. A group counts as known once it has members."""
    tasks = paper.tasks.filter(dropped=False)
    unknown = Responsibility.objects.filter(task__in=tasks, dropped=False, unit=None)
    with_members = Responsibility.objects.filter(task__in=tasks, dropped=False, expanded_from__isnull=False)
    return Left(
        tasks.filter(checked_at=None).count(),
        unknown.exclude(pk__in=with_members.values("expanded_from")).count(),
        paper.notes.filter(answered_at=None).exclude(task__dropped=True).count(),
    )


@action
def accept(*, task: Task, version: int, by: Person, key: str = "", accepted: bool = True) -> None:
    """Say that a task is right as it stands, or take that back."""
    with correcting(paper_of(task), "accept" if accepted else "unaccept", by=by, key=key) as under_way:
        row = under_way.row("task", task.pk)
        under_way.current(row, version, {"title": None, "text": None})
        under_way.task = row
        under_way.sentence = f"{'核对了' if accepted else '取消核对'}“{row}”"
        if accepted and row.checked_at:
            return
        under_way.set(row, checked_at=timezone.now() if accepted else None, checked_by_id=by.pk if accepted else None)


@action
def edit(
    *,
    paper: Paper,
    entry: str,
    pk: int,
    version: int,
    fields: Mapping[str, Any],
    by: Person,
    base: Mapping[str, Any] | None = None,
    key: str = "",
) -> None:
    """Change fields of an entry (a key of `facts.MODELS`); `base` holds what the page showed in them.

    Raises `Invalid` where a value is none that the field takes, `Stale` where somebody changed it meanwhile.
    """
    with correcting(paper, "edit", by=by, key=key) as under_way:
        row = under_way.row(entry, pk)
        values = cleaned(row, fields, under_way.paper)
        under_way.current(row, version, values, base)
        under_way.task = row if isinstance(row, Task) else row.task
        before = {name: fact(row, name) for name in values}
        name = str(row)
        if isinstance(row, Responsibility):
            no_second(row, values)
        under_way.set(row, **values)
        changes = "，".join(
            f"{row._meta.get_field(field.removesuffix('_id')).verbose_name}“{_short(before[field])}”→“{_short(fact(row, field))}”"
            for field in values
            if before[field] != fact(row, field) and not field.startswith("span_")
        )
        under_way.sentence = f"改了{LABELS[entry]}“{name}”：{changes or '范围'}"
        if isinstance(row, Deadline) and row.due:
            _answer_notes(under_way, row, "date-", f"已定为{row.due:%Y年%-m月%-d日}")


@action
def add(
    *,
    paper: Paper,
    entry: str,
    by: Person,
    task: int | None = None,
    span: tuple[int, int] | None = None,
    fields: Mapping[str, Any] | None = None,
    key: str = "",
) -> list[int]:
    """Add an entry: read from the marked characters `span`, or given as `fields`, or both; return the new rows' numbers.

    Raises `NothingRead` where the marked words hold no such thing and `fields` do not say it.
    """
    with correcting(paper, "add", by=by, key=key) as under_way:
        marked = marked_words(under_way, span)
        holder = under_way.row("task", task) if task else None
        if entry not in MAKERS:
            raise Gone
        if holder is None and entry in ("responsibility", "deadline"):
            raise Invalid("请先选定一项任务，再加单位或时限。")
        rows = [there_already(row) for row in MAKERS[entry](under_way, holder, marked, dict(fields or {}))]
        for row in rows:
            if isinstance(row, Responsibility):
                no_second(row, {"unit_id": row.unit_id, "role": row.role})
            if row.pk:
                # Read there before: it comes to this task instead of standing twice.
                under_way.set(row, task_id=holder.pk if holder else None, dropped=False)
            else:
                under_way.add(row)
            if isinstance(row, Task):
                take_in(under_way, row)
        under_way.task = rows[0] if isinstance(rows[0], Task) else holder
        if entry == "responsibility" and holder is not None:
            _answer_notes(under_way, holder, "unit-missing", "已补责任单位")
        under_way.sentence = f"加了{LABELS[entry]}“{'、'.join(map(str, rows))}”"
        return [row.pk for row in rows]


@action
def drop(*, paper: Paper, entry: str, pk: int, version: int, by: Person, key: str = "", dropped: bool = True) -> None:
    """Take an entry out, or bring it back; what was read stays in the record either way."""
    with correcting(paper, "drop" if dropped else "restore", by=by, key=key) as under_way:
        row = under_way.row(entry, pk)
        if isinstance(row, PaperNote):
            raise Gone
        under_way.current(row, version, {"dropped": None})
        if isinstance(row, Responsibility) and not dropped:
            no_second(row, {})
        under_way.task = row if isinstance(row, Task) else row.task
        under_way.sentence = f"{'去掉' if dropped else '恢复'}了{LABELS[entry]}“{row}”"
        under_way.set(row, dropped=dropped)
        if isinstance(row, Responsibility):
            for member in row.members.filter(dropped=not dropped):
                under_way.set(member, dropped=dropped)


@action
def answer_note(*, note: PaperNote, answer: str, version: int, by: Person, key: str = "") -> None:
    """Answer a note; an empty answer opens it again."""
    with correcting(note.paper, "answer", by=by, key=key) as under_way:
        row = under_way.row("note", note.pk)
        answer = " ".join(answer.split())[:500]
        under_way.current(row, version, {"answer": answer})
        under_way.task = row.task
        under_way.sentence = (
            f"处理了提示“{_short(row.message, 40)}”：{answer}" if answer else f"重新打开提示“{_short(row.message, 40)}”"
        )
        under_way.set(
            row,
            answer=answer,
            answered_at=timezone.now() if answer else None,
            answered_by_id=by.pk if answer else None,
        )


@action
def undo(*, paper: Paper, by: Person, correction: int | None = None, key: str = "") -> Correction:
    """Take back a correction of the person's own, the last one by default; return it.

    Raises `NothingToUndo`, or `ChangedSince` where a later correction rests on it.
    """
    found = _own(paper, by, correction) if correction else last_own(paper, by)
    return _taken_back(paper, found, UNDO, f"撤销：{found.sentence}", by, key)


@action
def redo(*, paper: Paper, by: Person, key: str = "") -> Correction:
    """Do again what the person undid last. Raises `NothingToUndo` where something else was corrected since."""
    found = last_own(paper, by, undone=True)
    return _taken_back(paper, found, REDO, f"重做：{found.sentence.removeprefix('撤销：')}", by, key)


@action
def finish(*, paper: Paper, by: Person) -> Paper:
    """End the check. Raises `NotFinished`, which says what is left."""
    require(by, "plans.check", division=paper.division)
    paper = Paper.objects.select_for_update().defer("text", "reading").get(pk=paper.pk)
    target = PaperState(states.check("paper", "finish", paper.state, thing=f"“{paper}”"))
    if left := left_of(paper):
        raise NotFinished(left)
    paper.state, paper.checked_at, paper.checked_by = target, timezone.now(), by
    paper.save(update_fields=["state", "checked_at", "checked_by"])
    record("plans.check_finish", by=by, subject=paper, division=paper.division.code, after={"revision": paper.revision})
    return paper


@action
def reopen(*, paper: Paper, by: Person) -> Paper:
    """Go on checking a paper that was finished and is not issued yet."""
    require(by, "plans.check", division=paper.division)
    paper = Paper.objects.select_for_update().defer("text", "reading").get(pk=paper.pk)
    paper.state = PaperState(states.check("paper", "reopen", paper.state, thing=f"“{paper}”"))
    paper.checked_at = paper.checked_by = None
    paper.save(update_fields=["state", "checked_at", "checked_by"])
    record("plans.check_reopen", by=by, subject=paper, division=paper.division.code)
    return paper


def stand(*, paper: Paper, by: Person, task: int | None) -> None:
    """Remember where a person is in the check; no event, because nothing is changed."""
    place = CheckPlace.objects.filter(paper=paper, person=by).first()
    now = timezone.now()
    if place and place.task_id == task and (now - place.at).total_seconds() < 20:
        return
    if task is not None and not Task.objects.filter(pk=task, paper=paper).exists():
        task = None
    CheckPlace.objects.update_or_create(paper=paper, person=by, defaults={"task_id": task, "at": now})


# ---- what is shared ----


def _short(value: Any, length: int = 20) -> str:
    words = "" if value is None else str(value)
    return words if len(words) <= length else words[:length] + "…"


def _answer_notes(under_way: Correcting, row: Any, code: str, answer: str) -> None:
    """Answer the notes that asked for what was just given."""
    open_notes = under_way.paper.notes.filter(answered_at=None, code__startswith=code)
    for note in open_notes.filter(span_start__gte=row.span_start or 0, span_start__lt=row.span_end or 0):
        under_way.set(note, answer=answer, answered_at=timezone.now(), answered_by_id=under_way.by.pk)


def _own(paper: Paper, by: Person, number: int) -> Correction:
    found = paper.corrections.filter(pk=number, by=by, undone_by=None).first()
    if found is None:
        raise Gone
    return found


def _taken_back(paper: Paper, found: Correction, what: str, sentence: str, by: Person, key: str) -> Correction:
    with correcting(paper, what, by=by, key=key, undoes=found) as under_way:
        under_way.task = found.task
        under_way.sentence = sentence
        take_back(under_way, found)
    return found
