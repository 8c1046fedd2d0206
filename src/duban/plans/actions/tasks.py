"""What a list shows of a task and what a search looks through, kept beside the task by the actions that change it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from duban.plans.models import Deadline, Indicator, Project, Responsibility, Section, Task
from duban.plans.models.entries import UnitRole
from duban.plans.searching import searchable

_KEPT = ("lead_names", "other_names", "indicator_count", "summary", "due", "due_stated")


def refresh(task: Task) -> None:
    """Keep for `task` what :func:`refresh_many` keeps."""
    refresh_many([task])


def refresh_many(tasks: Iterable[Task]) -> None:
    """Work out `lead_names`, `other_names`, `indicator_count`, `summary`, `due` and `due_stated` anew and save them.

    Everything is read from the database, in seven SQL statements however many tasks there are; the objects given get the new
    values too. Part of an action: whatever changes a task, its units, limits, indicators or projects calls it afterwards.
    """
    given: dict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        given[task.pk].append(task)
    rows = list(Task.objects.filter(pk__in=given).select_related("ledger", "sponsor"))
    units, unit_words = _units(list(given))
    counts, words = _promises(list(given))
    dues = _dues(list(given))
    headings = _headings({task.ledger_id for task in rows})
    for task in rows:
        leads, others = units.get(task.pk, ([], []))
        task.lead_names = _listed(leads, Task._meta.get_field("lead_names").max_length or 0)
        task.other_names = _listed(others, Task._meta.get_field("other_names").max_length or 0)
        task.indicator_count = counts.get(task.pk, 0)
        # A task whose words fix no day must be done within the year.
        task.due = dues.get(task.pk) or date(task.ledger.year, 12, 31)
        task.due_stated = task.pk in dues
        parts = [
            task.number,
            task.title,
            task.text,
            task.sponsor.name if task.sponsor else task.sponsor_text,
            headings.get(task.section_id or 0, ""),
            *unit_words.get(task.pk, ()),
            *words.get(task.pk, ()),
        ]
        task.summary = searchable("\n".join(dict.fromkeys(part for part in parts if part)))
        for copy in given[task.pk]:
            for name in _KEPT:
                setattr(copy, name, getattr(task, name))
    Task.objects.bulk_update(rows, _KEPT, batch_size=200)


def _units(ids: list[int]) -> tuple[dict[int, tuple[list[str], list[str]]], dict[int, list[str]]]:
    """Return the names in the lead and beside it, and all words for the units, by task.

    Where nobody leads, those responsible stand first. A word for a group (各镇街) stands for its members while all of them
    answer.
    """
    found = Responsibility.objects.filter(task__in=ids).select_related("unit", "person").order_by("order", "pk")
    by_task: dict[int, list[Responsibility]] = defaultdict(list)
    broken = set()
    for answer in found:
        by_task[answer.task_id].append(answer)
        if answer.dropped and answer.expanded_from_id:
            broken.add(answer.expanded_from_id)
    names: dict[int, tuple[list[str], list[str]]] = {}
    words: dict[int, list[str]] = {}
    for task_id, all_answers in by_task.items():
        answers = [answer for answer in all_answers if not answer.dropped]
        groups = {answer.pk for answer in answers if answer.is_group and answer.pk not in broken}
        expanded = {answer.expanded_from_id for answer in answers}
        listed: dict[str, list[str]] = defaultdict(list)
        said: list[str] = []
        for answer in answers:
            said += [answer.unit_text, answer.person.name if answer.person else ""]
            if answer.unit:
                said += [answer.unit.name, answer.unit.short_name]
            if answer.expanded_from_id in groups or (answer.is_group and answer.pk in broken & expanded):
                continue
            listed[answer.role].append(str(answer.unit or answer.unit_text))
        first, *rest = (listed[role] for role in (UnitRole.LEAD, UnitRole.RESPONSIBLE, UnitRole.SUPPORT))
        leads = first or rest[0]
        others = [name for names_of_role in rest for name in names_of_role if name not in leads]
        names[task_id] = (list(dict.fromkeys(leads)), list(dict.fromkeys(others)))
        words[task_id] = said
    return names, words


def _promises(ids: list[int]) -> tuple[dict[int, int], dict[int, list[str]]]:
    counts: dict[int, int] = defaultdict(int)
    words: dict[int, list[str]] = defaultdict(list)
    indicators = Indicator.objects.filter(task__in=ids, dropped=False).order_by("order", "pk")
    for task_id, name in indicators.values_list("task_id", "name"):
        counts[task_id or 0] += 1
        words[task_id or 0].append(name)
    projects = Project.objects.filter(task__in=ids, dropped=False).order_by("order", "pk")
    for task_id, name in projects.values_list("task_id", "name"):
        words[task_id or 0].append(name)
    return counts, words


def _dues(ids: list[int]) -> dict[int, date]:
    dues: dict[int, date] = {}
    limits = Deadline.objects.filter(task__in=ids, dropped=False, due__isnull=False).order_by()
    for task_id, due in limits.values_list("task_id", "due"):
        if due is not None:
            dues[task_id] = max(due, dues.get(task_id, due))
    return dues


def _headings(ledgers: set[int]) -> dict[int, str]:
    rows = {
        pk: (parent, f"{label}{title}")
        for pk, parent, label, title in Section.objects.filter(ledger__in=ledgers)
        .order_by()
        .values_list("pk", "parent_id", "label", "title")
    }
    found: dict[int, str] = {}
    for pk in rows:
        path, at = [], pk
        while at in rows:
            parent, heading = rows[at]
            path.append(heading)
            at = parent or 0
        found[pk] = "\n".join(reversed(path))
    return found


def _listed(names: list[str], room: int) -> str:
    """Return the names joined; where they do not fit, the first of them and how many there are."""
    text = "、".join(names)
    if len(text) <= room:
        return text
    end = f"等{len(names)}个单位"
    kept = text[: room - len(end)]
    return kept[: kept.rfind("、")] + end
