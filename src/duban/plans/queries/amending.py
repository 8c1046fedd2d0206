"""What the pages of amendments show, and the ledger of one day beside that of another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from duban.organisations.models import Person, Unit
from duban.plans.changes import projected, projected_target, target_of
from duban.plans.differences import Change, day_words, difference, of_break_down, row_words
from duban.plans.models import Amendment, Ledger, Section, Task, TaskVersion
from duban.plans.snapshots import Snapshot, as_of, of_task
from duban.plans.states import AmendmentKind, AmendmentState, TaskState


@dataclass(frozen=True)
class Panel:
    """One task before and after an amendment."""

    name: str
    changes: list[Change]
    task_id: int | None = None


@dataclass
class Difference:
    """One task on two days: what changed, and the versions between them, each with who and why."""

    task_id: int
    short_number: str
    title: str
    kind: str
    changes: list[Change]
    versions: list[TaskVersion] = field(default_factory=list)


def amendments(person: Person, **conditions: Any) -> QuerySet[Amendment]:
    """Return the amendments that the person sees, newest first; `conditions` are exact values of fields."""
    found = Amendment.objects.visible_to(person).filter(**conditions)
    return found.select_related("ledger", "task__ledger", "requested_by", "requested_for", "decided_by").distinct()


def panels(amendment: Amendment) -> list[Panel]:
    """Return what the amendment changes, task by task: what it did, or what it would do to the task as it is now."""
    if amendment.state == AmendmentState.EFFECTIVE:
        return _done(amendment)
    if amendment.kind == AmendmentKind.ADD:
        return [_addition(amendment)]
    if amendment.task is None:
        return []
    if amendment.state in (AmendmentState.REQUESTED, AmendmentState.APPROVED):
        now = of_task(amendment.task)
    else:
        now = TaskVersion.objects.get(task=amendment.task, number=amendment.base or 1).snapshot
    shown = [Panel(_name(now), difference(now, projected(amendment, now)), now["id"])]
    if into := target_of(amendment):
        shown.append(Panel(_name(into), difference(into, projected_target(now, into)), into["id"]))
    return shown


def compare(
    ledger: Ledger, person: Person, before: date, after: date, *, break_down: bool = False
) -> tuple[list[Difference], int]:
    """Return what differs between the ends of two days in the tasks that the person sees, in the ledger's order.

    With it comes the number of tasks of which only the break-down differs; they are left out unless `break_down` is set.
    """
    seen = set(Task.objects.visible_to(person).filter(ledger=ledger).values_list("pk", flat=True))
    old = {task["id"]: task for task in as_of(ledger, before, withdrawn=True)}
    new = {task["id"]: task for task in as_of(ledger, after, withdrawn=True)}
    between: dict[int, list[TaskVersion]] = defaultdict(list)
    versions = TaskVersion.objects.filter(ledger=ledger, valid_from__gt=before, valid_from__lte=after)
    for version in versions.select_related("amendment", "recorded_by").defer("snapshot").order_by("number"):
        between[version.task_id].append(version)
    found, only_broken_down = [], 0
    for pk in sorted(seen & (old.keys() | new.keys()), key=lambda pk: (new.get(pk) or old[pk])["order"]):
        was, now = old.get(pk), new.get(pk)
        changes = difference(was, now)
        kept = changes if break_down else [change for change in changes if not of_break_down(change)]
        if not kept:
            only_broken_down += bool(changes)
            continue
        task = now or was or {}
        kind = _kind(was, now)
        found.append(Difference(pk, task["short_number"], task["title"], kind, kept, _whys(between[pk])))
    return found, only_broken_down


def _done(amendment: Amendment) -> list[Panel]:
    made = amendment.versions.select_related("task").order_by("task_id", "number")
    shown = {}
    for version in made:
        # A change from an earlier day is written once for each later version: the first says what it did.
        if version.task_id not in shown:
            before = TaskVersion.objects.filter(task=version.task_id, number__lt=version.number)
            before = before.filter(valid_from__lte=version.valid_from).order_by("-valid_from", "-number")
            was = before.values_list("snapshot", flat=True).first()
            changes = difference(was, version.snapshot) if was else _facts(version.snapshot)
            shown[version.task_id] = Panel(_name(version.snapshot), changes, version.task_id)
    return list(shown.values())


def _addition(amendment: Amendment) -> Panel:
    if amendment.paper:
        titles = amendment.paper.tasks.filter(dropped=False).order_by("order").values_list("title", flat=True)
        changes = [Change("task", f"任务{n}", "", title) for n, title in enumerate(titles, 1)]
        return Panel(f"《{amendment.paper}》", changes)
    task = amendment.changes["task"]
    names = dict(Unit.objects.filter(pk__in=[row["unit"] for row in task["units"]]).values_list("pk", "name"))
    section = Section.objects.filter(pk=task["section"] or 0).first()
    snapshot = {
        "title": task["title"],
        "text": task["text"],
        "section": [str(section)] if section else [],
        "due": task["due"],
        "responsibilities": [
            {"role": row["role"], "unit": names.get(row["unit"], ""), "person": None} for row in task["units"]
        ],
        "indicators": task["indicators"],
    }
    return Panel(task["title"], _facts(snapshot))


def _facts(task: Snapshot) -> list[Change]:
    """Return what a new task says, with nothing before it."""
    said = {
        "title": ("任务", task["title"]),
        "section": ("章节", " / ".join(task["section"])),
        "text": ("内容", task["text"]),
        "due": ("完成时限", day_words(task["due"])),
        "responsibilities": (
            "责任单位",
            "；".join(row_words("responsibilities", row) for row in task["responsibilities"]),
        ),
        "indicators": ("指标", "；".join(row_words("indicators", row) for row in task["indicators"])),
    }
    return [Change(name, label, "", value) for name, (label, value) in said.items() if value]


def _whys(versions: list[TaskVersion]) -> list[TaskVersion]:
    """Return each reason once: an amendment from an earlier day is written onto every later version."""
    return list({version.amendment_id or -version.pk: version for version in versions}.values())


def _kind(before: Snapshot | None, after: Snapshot | None) -> str:
    if before is None:
        return "纳新"
    if after is None or (after["state"] == TaskState.WITHDRAWN != before["state"]):
        return "调出"
    return "变化"


def _name(task: Snapshot) -> str:
    return f"{task['short_number']} {task['title']}".strip()
