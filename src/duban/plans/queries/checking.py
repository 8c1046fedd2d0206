"""What the check page holds: every entry of a paper, what is left, who is there, what changed since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from duban.organisations.models import Division, Person, Post, Unit, UnitGroup
from duban.organisations.roles import Role
from duban.plans.actions.checking import left_of
from duban.plans.facts import MODELS, differs, fact
from duban.plans.models import (
    CheckPlace,
    Correction,
    Deadline,
    Indicator,
    Paper,
    PaperNote,
    Project,
    Responsibility,
    Task,
)
from duban.plans.models.entries import Comparator, MeasureKind, Status, UnitRole
from duban.plans.queries import paper_text
from duban.plans.questions import chosen

Json = dict[str, Any]

#: Somebody whose page has not asked for news this long is gone.
PRESENT_FOR = timedelta(seconds=40)
#: How many corrections the page lists.
LOGGED = 40
#: A page further behind than this is given everything anew.
FURTHEST_BEHIND = 300
#: Changes of these fields move marks on the text.
MOVING = {"dropped", "span_start", "span_end", "task_id", "status"}

FIELDS = {
    "task": ("number", "title", "text", "sponsor_id", "sponsor_text"),
    "responsibility": ("unit_id", "unit_text", "role", "person_id"),
    "deadline": ("text", "due"),
    "indicator": ("name", "comparator", "value", "value_high", "floor", "unit", "measure", "status", "text", "task_id"),
    "project": ("name", "value", "unit", "text", "task_id"),
    "note": ("code", "message", "answer"),
}


class _Rows:
    """The rows of a paper, or of some of its tasks, each kind in one statement."""

    def __init__(self, paper: Paper, tasks: Iterable[int] | None = None) -> None:
        own = Task.objects.filter(paper=paper)
        self.tasks = list((own if tasks is None else own.filter(pk__in=tasks)).select_related("checked_by"))
        ids = [task.pk for task in self.tasks]
        on_task = Q(task__paper=paper) if tasks is None else Q(task__in=ids)
        loose = Q(paper=paper) if tasks is None else Q(paper=paper) & (Q(task=None) | Q(task__in=ids))
        self.responsibilities = list(Responsibility.objects.filter(on_task))
        self.deadlines = list(Deadline.objects.filter(on_task))
        self.indicators = list(Indicator.objects.filter(loose))
        self.projects = list(Project.objects.filter(loose))
        self.notes = list(PaperNote.objects.filter(loose).select_related("answered_by"))

    def marks(self) -> list[paper_text.Mark]:
        """Return the marks of what stands in the text; what hangs on a dropped task does not."""
        standing = {task.pk for task in self.tasks if not task.dropped} | {None}
        marks = list(paper_text.marks_of(self.tasks, "task"))
        for rows, kind in (
            (self.responsibilities, "responsibility"),
            (self.deadlines, "deadline"),
            (self.indicators, "indicator"),
            (self.projects, "project"),
            (self.notes, "note"),
        ):
            marks += paper_text.marks_of((row for row in rows if row.task_id in standing), kind)  # type: ignore[arg-type]
        return marks


def today() -> date:
    """Return the day by which units are known."""
    return timezone.localdate()


def page(paper: Paper, person: Person) -> Json:
    """Return all that the check page opens with."""
    place = CheckPlace.objects.filter(paper=paper, person=person).first()
    rows = _Rows(paper)
    return {
        **_state(paper, rows, person),
        "whole": True,
        "at": place.task_id if place else None,
        "me": person.pk,
        "sections": sections(paper),
        "units": _units(paper.division),
        "groups": _groups(paper.division),
        "leaders": _leaders(paper.division),
        "choices": {
            "role": UnitRole.choices,
            "comparator": Comparator.choices,
            "measure": MeasureKind.choices,
            "status": Status.choices,
        },
        "html": paper_text.html(paper, rows.marks()),
    }


def changes(paper: Paper, since: int, person: Person) -> Json:
    """Return what changed after revision `since`: the tasks touched, whole, and the runs of text whose marks moved."""
    if since == paper.revision:
        return {"revision": paper.revision, "state": paper.state, "people": people(paper, person)}
    log = list(paper.corrections.filter(revision__gt=since).order_by("revision")[: FURTHEST_BEHIND + 1])
    if len(log) > FURTHEST_BEHIND:
        return {"revision": paper.revision, "reload": True}
    touched, ranges, moved = _touched(log)
    rows = _Rows(paper, touched)
    told = _state(paper, rows, person)
    if any(correction.what == "resolve" for correction in log):
        # A unit may have been made.
        told["units"] = _units(paper.division)
    if moved:
        ranges += [(task.span_start or 0, task.span_end or 0) for task in rows.tasks]
        told["runs"] = paper_text.runs_html(paper, _Rows(paper).marks(), ranges)
    return told


def sections(paper: Paper) -> list[Json]:
    """Return the sections of the paper's reading, for the choice of where a task belongs."""
    return paper_text.kept(
        paper,
        "sections",
        lambda: [
            {
                "id": section["id"],
                "label": section["label"] or "",
                "title": section["title"],
                "depth": section["depth"],
                "span": section["span"],
            }
            for document in chosen(paper)
            for section in document["sections"]
        ],
    )


def people(paper: Paper, person: Person) -> list[Json]:
    """Return who else is checking the paper now, and at which task."""
    present = CheckPlace.objects.filter(paper=paper, at__gt=timezone.now() - PRESENT_FOR).exclude(person=person)
    return [{"name": place.person.name, "task": place.task_id} for place in present.select_related("person")]


def _state(paper: Paper, rows: _Rows, person: Person) -> Json:
    left = left_of(paper)
    held = _held(rows)
    keys = {(s.span_start, s.span_end, s.depth): s.pk for s in paper.sections.all()}
    ids = {keys.get((*s["span"], s["depth"])): s["id"] for s in sections(paper)}
    return {
        "revision": paper.revision,
        "state": paper.state,
        "left": {"tasks": left.tasks, "units": left.units, "notes": left.notes},
        "tasks": [_task(task, held[task.pk], ids) for task in rows.tasks],
        "loose": held[None],
        "people": people(paper, person),
        "log": [_logged(c, person) for c in _recent(paper)],
    }


def _held(rows: _Rows) -> dict[int | None, Json]:
    """Return what hangs on each task, by its number; on none, under `None`."""
    kinds = {
        "responsibility": rows.responsibilities,
        "deadline": rows.deadlines,
        "indicator": rows.indicators,
        "project": rows.projects,
        "note": rows.notes,
    }
    held: dict[int | None, Json] = defaultdict(lambda: {kind: [] for kind in kinds})
    for kind, found in kinds.items():
        for row in found:  # type: ignore[attr-defined]
            held[row.task_id][kind].append(entry(kind, row))
    return held


def entry(kind: str, row: Any) -> Json:
    """Return a row as the page holds it: its fields, its place, its version, and what was read where that differs."""
    told: Json = {"id": row.pk, "version": row.version, **{name: fact(row, name) for name in FIELDS[kind]}}
    if row.span_start is not None:
        told["span"] = [row.span_start, row.span_end]
    if kind == "note":
        if row.answered_at:
            told["by"] = row.answered_by.name
        return told
    if row.dropped:
        told["dropped"] = True
    if row.read is None:
        told["added"] = True
    elif changed := differs(row):
        told["read"] = changed
    if kind == "responsibility":
        if row.is_group:
            told["group"] = True
        if row.expanded_from_id:
            told["from"] = row.expanded_from_id
    return told


def _task(task: Task, held: Json, section_ids: dict[int | None, str]) -> Json:
    told = entry("task", task)
    told["order"] = task.order
    told["section"] = section_ids.get(task.section_id) if task.section_id else None
    if "section_id" in told.get("read", {}):
        told["read"]["section"] = section_ids.get(told["read"].pop("section_id"))
    if task.checked_at:
        told["checked"] = task.checked_by.name if task.checked_by else ""
    if task.merged_into_id:
        told["merged"] = task.merged_into_id
    return {**told, **held}


def _recent(paper: Paper) -> list[Correction]:
    return list(paper.corrections.select_related("by", "undone_by").order_by("-revision")[:LOGGED])


def _logged(correction: Correction, person: Person) -> Json:
    return {
        "id": correction.pk,
        "revision": correction.revision,
        "what": correction.what,
        "sentence": correction.sentence,
        "by": correction.by.name,
        "own": correction.by_id == person.pk,
        "at": timezone.localtime(correction.at).strftime("%H:%M"),
        "task": correction.task_id,
        "undone": hasattr(correction, "undone_by"),
    }


def _touched(log: list[Correction]) -> tuple[set[int], list[tuple[int, int]], bool]:
    """Return the tasks that the corrections touched, the places of what moved, and whether anything moved."""
    tasks: set[int] = set()
    by_kind: dict[str, set[int]] = defaultdict(set)
    moved = False
    ranges: list[tuple[int, int]] = []
    for correction in log:
        for change in correction.changes:
            if change["model"] not in MODELS:
                continue
            by_kind[change["model"]].add(change["id"])
            before, after = change["before"], change["after"]
            moved = moved or before is None or bool(MOVING & after.keys())
            tasks.update(facts["task_id"] for facts in (before or {}, after) if facts.get("task_id"))
            if before and "span_start" in before | after:
                ranges.append((before.get("span_start") or 0, before.get("span_end") or 0))
    for kind, numbers in by_kind.items():
        rows = MODELS[kind]._default_manager.filter(pk__in=numbers)
        names = ("pk" if kind == "task" else "task_id", "span_start", "span_end")
        for task, start, end in rows.values_list(*names):
            if task:
                tasks.add(task)
            ranges.append((start or 0, end or 0))
    return tasks, ranges, moved


def _units(division: Division) -> list[Json]:
    today = timezone.localdate()
    units = Unit.objects.filter(division=division).exclude(valid_to__lte=today)
    return [
        {"id": u.pk, "name": u.name, **({"short": u.short_name} if u.short_name else {}), "group": u.group_id}
        for u in units
    ]


def _groups(division: Division) -> list[Json]:
    return [{"id": g.pk, "name": g.name} for g in UnitGroup.objects.filter(division=division)]


def _leaders(division: Division) -> list[Json]:
    today = timezone.localdate()
    posts = Post.objects.filter(division=division, role=Role.LEADER, start__lte=today).exclude(end__lte=today)
    return [{"id": p.person_id, "name": p.person.name, "title": p.title} for p in posts.select_related("person")]
