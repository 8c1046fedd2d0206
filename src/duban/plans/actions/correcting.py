"""How a correction is made: locked, told apart from what was read, logged, and undone.

Every correction of the check runs in :func:`correcting`. It holds the paper's row, so that corrections of one paper
come one after another; each counts up the paper's `revision`, by which other clerks' pages fetch it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from duban.audit.refusals import Refusal
from duban.audit.trail import record
from duban.organisations.access import require
from duban.organisations.actions import forget_alias, forget_group_name, remember_alias, remember_group_name
from duban.organisations.models import Person, Unit, UnitGroup
from duban.plans.actions.tasks import refresh_many
from duban.plans.facts import MODELS, NAMES, fact
from duban.plans.models import Correction, Paper, Task
from duban.plans.states import PaperState

UNDO, REDO = "undo", "redo"
#: Fields that no list and no search shows: a change of these alone leaves what is derived of a task as it is.
SILENT = {"checked_at", "checked_by_id", "answer", "answered_at", "answered_by_id"}


class Stale(Refusal):
    """Somebody changed the row since the page showed it: `present` is what it holds now, `by` who changed it."""

    def __init__(self, row: models.Model, fields: Mapping[str, Any]) -> None:
        last = last_change(row)
        self.by = last.by.name if last else ""
        self.present = {name: fact(row, name) for name in fields}
        self.version: int = row.version  # type: ignore[attr-defined]
        super().__init__(f"{self.by or '有人'}刚改过这一条。请看现在的内容，决定用哪一个。")


class Gone(Refusal):
    """The row is not one of this paper (any more)."""

    status = 404

    def __init__(self) -> None:
        super().__init__("这一条已不在这份来文里。请刷新页面。")


class ChangedSince(Refusal):
    """A correction cannot be undone because a later one rests on it."""

    def __init__(self, sentence: str, by: str) -> None:
        super().__init__(
            f"“{sentence}”之后{by or '又'}改过同一处，不能直接撤销。请先撤销后面的修改，或直接改成想要的内容。"
        )


class NothingToUndo(Refusal):
    """The person has made no correction here that could be undone."""

    def __init__(self) -> None:
        super().__init__("没有可以撤销的修改。")


class AlreadyDone(Refusal):
    """The request was sent twice and done the first time: `correction`."""

    def __init__(self, correction: Correction) -> None:
        super().__init__("这一修改已经保存。")
        self.correction = correction


class NotChecking(Refusal):
    """The paper is not being checked."""

    def __init__(self, paper: Paper) -> None:
        how = "请先点“继续核对”再改。" if paper.state == PaperState.CHECKED else "印发后的内容通过调整来改。"
        super().__init__(f"这份来文现在是“{paper.get_state_display()}”，不能在核对页修改。{how}")


@dataclass
class Correcting:
    """A correction under way: what it has changed so far."""

    paper: Paper
    by: Person
    sentence: str = ""
    task: Task | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)

    def row(self, name: str, pk: int) -> Any:
        """Return the row `name` (a key of `facts.MODELS`) of this paper. Raises `Gone`."""
        rows = MODELS[name]._default_manager.filter(pk=pk)
        path = "paper" if name in ("task", "indicator", "project", "note") else "task__paper"
        found = rows.filter(**{path: self.paper}).first()
        if found is None:
            raise Gone
        return found

    def current(self, row: Any, version: int, fields: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> None:
        """Raise `Stale` unless the row is as the page showed it.

        An older version is good enough where the fields that are to change (`base`: what the page showed in them) have
        not changed: two clerks may fill in different fields of one row.
        """
        if row.version == version:
            return
        if base and all(name in base and fact(row, name) == base[name] for name in fields):
            return
        raise Stale(row, fields)

    def set(self, row: Any, **fields: Any) -> bool:
        """Change fields of a row (foreign keys by their ``_id`` names); say whether anything changed."""
        before = {name: fact(row, name) for name in fields}
        for name, value in fields.items():
            setattr(row, name, value)
        after = {name: fact(row, name) for name in fields}
        changed = [name for name in fields if before[name] != after[name]]
        if not changed:
            return False
        row.version += 1
        row.save(update_fields=[*changed, "version"])
        self._noted(row, {name: before[name] for name in changed}, {name: after[name] for name in changed})
        return True

    def add(self, row: Any) -> Any:
        """Save a row that is new."""
        row.save()
        self._noted(row, None, {"dropped": False})
        return row

    def remembered(self, kind: str, pk: int, words: str, *, kept: bool = True) -> None:
        """Note that `words` were kept (or forgotten) as an ``alias`` of a unit or a ``group_name``, beside the paper."""
        self.changes.append(
            {
                "model": kind,
                "id": pk,
                "before": {"words": None if kept else words},
                "after": {"words": words if kept else None},
            }
        )

    def _noted(self, row: Any, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        self.changes.append({"model": NAMES[type(row)], "id": row.pk, "before": before, "after": after})
        if before is not None and SILENT.issuperset(after):
            return
        task_id = row.pk if isinstance(row, Task) else row.task_id
        for one in (task_id, (before or {}).get("task_id")):
            if one:
                self.touched.add(one)


@contextmanager
def correcting(
    paper: Paper, what: str, *, by: Person, key: str = "", undoes: Correction | None = None
) -> Iterator[Correcting]:
    """Run one correction of `paper`; part of an action. Nothing is logged where nothing changed.

    Raises `NotAllowed`, `NotChecking`, and `AlreadyDone` where a correction with the same `key` is there.
    """
    require(by, "plans.check", division=paper.division)
    held = Paper.objects.select_for_update().defer("text", "reading").get(pk=paper.pk)
    if key and (done := Correction.objects.filter(paper=held, key=key).first()):
        raise AlreadyDone(done)
    if held.state != PaperState.CHECKING:
        raise NotChecking(held)
    under_way = Correcting(held, by)
    yield under_way
    if not under_way.changes:
        return
    held.revision += 1
    held.save(update_fields=["revision"])
    paper.revision = held.revision
    correction = Correction.objects.create(
        paper=held,
        task=under_way.task,
        revision=held.revision,
        what=what,
        sentence=under_way.sentence[:300],
        changes=under_way.changes,
        key=key,
        by=by,
        undoes=undoes,
    )
    refresh_many(Task.objects.filter(pk__in=under_way.touched))
    record(
        f"plans.check_{what}",
        by=by,
        subject=held,
        name=under_way.sentence,
        division=held.division.code,
        before={"changes": [[c["model"], c["id"], c["before"]] for c in correction.changes]},
        after={"changes": [[c["model"], c["id"], c["after"]] for c in correction.changes]},
    )


def last_change(row: models.Model) -> Correction | None:
    """Return the last correction that touched the row."""
    name = NAMES[type(row)]  # type: ignore[index]
    paper_id = row.paper_id if hasattr(row, "paper_id") else row.task.paper_id  # type: ignore[attr-defined]
    recent = Correction.objects.filter(paper_id=paper_id).order_by("-revision").select_related("by")[:200]
    return next((c for c in recent if any(x["model"] == name and x["id"] == row.pk for x in c.changes)), None)


def last_own(paper: Paper, by: Person, *, undone: bool = False) -> Correction:
    """Return the person's last correction that still holds; with `undone`, the last undoing that does (to redo).

    Raises `NothingToUndo`.
    """
    own = paper.corrections.filter(by=by, undone_by=None)
    if undone:
        own = own.filter(what=UNDO)
        # Once something new was corrected, what was undone before it is no longer redone.
        last = paper.corrections.filter(by=by).exclude(what__in=[UNDO, REDO]).order_by("-revision").first()
        own = own.filter(revision__gt=last.revision) if last else own
    else:
        own = own.exclude(what=UNDO)
    found = own.order_by("-revision").first()
    if found is None:
        raise NothingToUndo
    return found


def take_back(under_way: Correcting, correction: Correction) -> None:
    """Give every field that `correction` changed its value from before. Raises `ChangedSince` where one differs now."""
    for change in reversed(correction.changes):
        if change["model"] not in MODELS:
            _forget_or_recall(under_way, change)
            continue
        row = under_way.row(change["model"], change["id"])
        present = {name: fact(row, name) for name in change["after"]}
        if present != change["after"]:
            last = last_change(row)
            raise ChangedSince(correction.sentence, last.by.name if last else "")
        before = {"dropped": True} if change["before"] is None else change["before"]
        under_way.set(row, **{name: _value(row, name, value) for name, value in before.items()})


def _forget_or_recall(under_way: Correcting, change: dict[str, Any]) -> None:
    kind, pk = change["model"], change["id"]
    kept, words = change["after"]["words"] is not None, change["after"]["words"] or change["before"]["words"]
    owner: Unit | UnitGroup | None = (Unit if kind == "alias" else UnitGroup)._default_manager.filter(pk=pk).first()
    if isinstance(owner, Unit):
        (forget_alias if kept else remember_alias)(unit=owner, name=words, by=under_way.by)
    elif owner is not None:
        (forget_group_name if kept else remember_group_name)(group=owner, name=words, by=under_way.by)
    under_way.remembered(kind, pk, words, kept=not kept)


def _value(row: models.Model, name: str, value: Any) -> Any:
    """Return a value of the log as the field holds it."""
    concrete = next(f for f in row._meta.concrete_fields if f.attname == name)
    return concrete.to_python(value)


def paper_of(task: Task) -> Paper:
    """Return the paper of a task. Raises `Gone` for a task that came from none."""
    if task.paper is None:
        raise Gone
    return task.paper
