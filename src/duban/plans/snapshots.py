"""What a task is, as one canonical value; what it was on any day; and the versions that keep it.

A snapshot holds what was promised and who answers for it. What is reported later (a milestone's day of completion, progress)
carries its own date and stands elsewhere. Names are those of the day of the snapshot, numbers beside them (`unit_id`) tell
which unit or person is meant.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, OuterRef, QuerySet, Subquery

from duban.audit.refusals import Refusal
from duban.organisations.models import Person
from duban.plans.models import (
    Amendment,
    Deadline,
    Indicator,
    Ledger,
    Measure,
    Milestone,
    Project,
    Responsibility,
    Section,
    Task,
    TaskVersion,
)
from duban.plans.models.tasks import short_number
from duban.plans.signals import changed
from duban.plans.states import TaskState

#: A task as plain JSON values: days as ISO 8601, amounts as decimal text without trailing zeros.
Snapshot = dict[str, Any]
Rows = dict[int, list[Snapshot]]


class BeforeTheLedger(Refusal):
    """A change is to hold from a day on which the task did not stand in the ledger."""

    status = 422

    def __init__(self, task: str, day: date) -> None:
        super().__init__(f"“{task}”在{day:%Y年%-m月%-d日}还未列入台账，不能从这一天起变更。请改填列入台账之后的日期。")


def of_task(task: Task) -> Snapshot:
    """Return what `task` is now, read anew from the database."""
    return of_tasks([task])[task.pk]


def of_tasks(tasks: Iterable[Task | int]) -> dict[int, Snapshot]:
    """Return what each task is now, by the task's number, in eight SQL statements however many they are."""
    ids = [task if isinstance(task, int) else task.pk for task in tasks]
    # Values instead of objects: the page of a task reads this too, and objects of five tables take twice as long.
    rows = sorted(
        Task.objects.filter(pk__in=ids)
        .order_by()
        .values("pk", "seq", "order", "ledger", "section", "number", "title", "text", "state", "due", "due_stated",
                "sponsor", "sponsor_text", "merged_into", year=F("ledger__year"), sponsor_name=F("sponsor__name"),
                merged_year=F("merged_into__ledger__year"), merged_seq=F("merged_into__seq")),
        key=lambda row: (row["order"], row["pk"]),
    )  # fmt: skip
    paths = _section_paths({row["ledger"] for row in rows})
    parts = {
        "responsibilities": _responsibilities(ids),
        "deadlines": _deadlines(ids),
        "indicators": _indicators(ids),
        "projects": _projects(ids),
        "measures": _measures(ids),
        "milestones": _milestones(ids),
    }
    return {
        row["pk"]: {
            "id": row["pk"],
            "short_number": short_number(row["year"], row["seq"]),
            "seq": row["seq"],
            "order": row["order"],
            "section_id": row["section"],
            "section": paths.get(row["section"] or 0, []),
            "number": row["number"],
            "title": row["title"],
            "text": row["text"],
            "state": row["state"],
            "due": _day(row["due"]),
            "due_stated": row["due_stated"],
            "sponsor": row["sponsor_name"] if row["sponsor"] else row["sponsor_text"],
            "sponsor_id": row["sponsor"],
            "merged_into": short_number(row["merged_year"], row["merged_seq"]) if row["merged_into"] else None,
            **{name: of.get(row["pk"], []) for name, of in parts.items()},
        }
        for row in rows
    }


def canonical(value: Any) -> bytes:
    """Return `value` as the one JSON text that stands for it: keys sorted, no white space, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Any) -> str:
    """Return the SM3 of the canonical form, 64 hexadecimal digits."""
    return hashlib.new("sm3", canonical(value)).hexdigest()


def decimal_text(value: Decimal) -> str:
    """Return the number as it would be written by hand: no exponent, no trailing zeros."""
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


# -- versions ---------------------------------------------------------------------------------------------------------


def record_version(
    task: Task, *, valid_from: date, reason: str, by: Person, amendment: Amendment | None = None
) -> TaskVersion:
    """Keep what `task` is now as its version from `valid_from` on (see :func:`record_versions`)."""
    return record_versions([task], valid_from=valid_from, reason=reason, by=by, amendment=amendment)[-1]


def record_versions(
    tasks: Iterable[Task],
    *,
    valid_from: date,
    reason: str,
    by: Person,
    amendment: Amendment | None = None,
    whole: Collection[str] = (),
) -> list[TaskVersion]:
    """Keep what each task is now as its version from `valid_from` on; the caller holds the locks on the tasks.

    Versions are only ever added. Where a change holds from a day before the latest version, it is carried onto what the task
    was on that day and onto every later version, each written again under a new number: so any day shows the change, and
    the latest day what the task is now. `whole` names lists that the change sets as a whole, so that nothing of what stood there
    on an earlier day stays. Raises `BeforeTheLedger` where the task has no version that old.
    """
    now = of_tasks(tasks)
    latest = {version.task_id: version for version in _latest(list(now))}
    counts = TaskVersion.objects.filter(task__in=list(now)).values("task_id").annotate(last=Max("number"))
    last = {row["task_id"]: row["last"] for row in counts.order_by()}
    ledgers = dict(Task.objects.filter(pk__in=list(now)).values_list("pk", "ledger_id"))
    made: list[TaskVersion] = []
    for task_id, snapshot in now.items():
        before = latest.get(task_id)
        if before is None or before.valid_from <= valid_from:
            steps = [(valid_from, snapshot)]
        else:
            steps = _carried_back(task_id, before.snapshot, snapshot, valid_from, whole)
        for number, (day, content) in enumerate(steps, last.get(task_id, 0) + 1):
            made.append(
                TaskVersion(
                    task_id=task_id,
                    ledger_id=ledgers[task_id],
                    number=number,
                    valid_from=day,
                    amendment=amendment,
                    reason=reason,
                    snapshot=content,
                    recorded_by=by,
                )
            )
    kept = TaskVersion.objects.bulk_create(made)
    changed.send(sender=Task, tasks=ledgers)
    return kept


def as_of(ledger: Ledger, day: date, *, withdrawn: bool = False) -> list[Snapshot]:
    """Return the tasks of the ledger as they were at the end of `day`, in the ledger's order.

    A task is what its version says that starts last on or before the day. Tasks withdrawn by then are left out unless
    `withdrawn` is set.
    """
    versions = versions_on(ledger, day).values_list("snapshot", flat=True)
    found = [snapshot for snapshot in versions if withdrawn or snapshot["state"] != TaskState.WITHDRAWN]
    return sorted(found, key=lambda snapshot: (snapshot["order"], snapshot["id"]))


def versions_on(ledger: Ledger, day: date) -> QuerySet[TaskVersion]:
    """Return the version of each of the ledger's tasks that holds on `day`."""
    return TaskVersion.objects.filter(pk__in=_newest(Task.objects.filter(ledger=ledger), until=day)).order_by("task_id")


def task_on(task: Task | int, day: date) -> Snapshot | None:
    """Return what the task was at the end of `day`; None where it was not yet in the ledger."""
    pk = task if isinstance(task, int) else task.pk
    found = TaskVersion.objects.filter(task_id=pk, valid_from__lte=day).order_by("-valid_from", "-number")
    return found.values_list("snapshot", flat=True).first()


def _latest(ids: list[int]) -> QuerySet[TaskVersion]:
    return TaskVersion.objects.filter(pk__in=_newest(Task.objects.filter(pk__in=ids)))


def _newest(tasks: QuerySet[Task], until: date | None = None) -> QuerySet[Any, Any]:
    versions = TaskVersion.objects.filter(task=OuterRef("pk")).order_by("-valid_from", "-number")
    if until is not None:
        versions = versions.filter(valid_from__lte=until)
    return tasks.order_by().annotate(newest=Subquery(versions.values("pk")[:1])).values("newest")


def _carried_back(
    task_id: int, before: Snapshot, after: Snapshot, day: date, whole: Collection[str]
) -> list[tuple[date, Snapshot]]:
    then = task_on(task_id, day)
    if then is None:
        raise BeforeTheLedger(after["title"], day)
    steps = [(day, carried(then, before, after, whole))]
    later = TaskVersion.objects.filter(task_id=task_id, valid_from__gt=day).order_by("valid_from", "number")
    # Of several versions from one day the last holds.
    for start, content in dict(later.values_list("valid_from", "snapshot")).items():
        steps.append((start, carried(content, before, after, whole)))
    return steps


def carried(onto: Snapshot, before: Snapshot, after: Snapshot, whole: Collection[str] = ()) -> Snapshot:
    """Return `onto` with what changed between `before` and `after` changed in it as well.

    Fields are set to their new value; the rows of a list (indicators, measures …) are told apart by their number and changed
    field by field, so that what `onto` has otherwise stays. Lists named in `whole` are set like fields.
    """
    changed = dict(onto)
    for key, value in after.items():
        old = before.get(key)
        if old == value and key in before:
            continue
        listed = [row for rows in (value, old, onto.get(key)) if isinstance(rows, list) for row in rows]
        if key not in whole and listed and all(isinstance(row, dict) and "id" in row for row in listed):
            changed[key] = _carried_rows(onto.get(key) or [], old or [], value or [])
        else:
            changed[key] = value
    return changed


def _carried_rows(onto: list[Snapshot], before: list[Snapshot], after: list[Snapshot]) -> list[Snapshot]:
    there = {row["id"]: row for row in onto}
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in after}
    rows = []
    for number, row in new.items():
        if number in there:
            rows.append(carried(there[number], old.get(number, {}), row))
        elif number not in old:
            rows.append(row)
    rows += [row for number, row in there.items() if number not in new and number not in old]
    return rows


# -- the parts of a task ----------------------------------------------------------------------------------------------


def _section_paths(ledgers: set[int]) -> dict[int, list[str]]:
    found = Section.objects.filter(ledger__in=ledgers).order_by().values_list("pk", "parent_id", "label", "title")
    sections = {pk: (parent, f"{label}{title}") for pk, parent, label, title in found}
    paths: dict[int, list[str]] = {}
    for pk in sections:
        path: list[str] = []
        at: int | None = pk
        while at in sections:
            at, name = sections[at]
            path.append(name)
        paths[pk] = path[::-1]
    return paths


#: The columns of an indicator's or a measure's curve, joined to it.
_CURVE = ("curve__kind", "curve__start", "curve__start_value", "curve__monthly")


def _curve(
    kind: str | None, start: date | None, start_value: Decimal | None, monthly: dict[str, str] | None
) -> Snapshot | None:
    if kind is None or start_value is None:
        return None
    return {
        "kind": kind,
        "start": _day(start),
        "start_value": decimal_text(start_value),
        "monthly": dict(sorted((monthly or {}).items())),
    }


# The parts are put in order here: for the compiler of a queryset, order costs more than sorting a handful of rows does.


def _responsibilities(ids: list[int]) -> Rows:
    rows: Rows = defaultdict(list)
    # A word for a group stands for its members; they have rows of their own.
    found = Responsibility.objects.filter(task__in=ids, dropped=False, is_group=False).order_by()
    for _, pk, task_id, name, said, unit_id, role, person, person_id in sorted(
        found.values_list(
            "order", "pk", "task_id", "unit__name", "unit_text", "unit_id", "role", "person__name", "person_id"
        ),
        key=_in_order,
    ):
        rows[task_id].append(
            {
                "id": pk,
                "unit": name if unit_id else said,
                "unit_id": unit_id,
                "role": role,
                "person": person,
                "person_id": person_id,
            }
        )
    return rows


def _deadlines(ids: list[int]) -> Rows:
    rows: Rows = defaultdict(list)
    found = Deadline.objects.filter(task__in=ids, dropped=False).order_by()
    for _, pk, task_id, text, due in sorted(found.values_list("order", "pk", "task_id", "text", "due"), key=_in_order):
        rows[task_id].append({"id": pk, "text": text, "due": _day(due)})
    return rows


def _indicators(ids: list[int]) -> Rows:
    rows: Rows = defaultdict(list)
    found = Indicator.objects.filter(task__in=ids, dropped=False).order_by()
    for _, pk, task_id, name, comparator, value, high, floor, unit, measure, status, text, *curve in sorted(
        found.values_list(
            *("order", "pk", "task_id", "name", "comparator", "value", "value_high", "floor"),
            *("unit", "measure", "status", "text", *_CURVE),
        ),
        key=_in_order,
    ):
        rows[task_id or 0].append(
            {
                "id": pk,
                "name": name,
                "comparator": comparator,
                "value": decimal_text(value),
                "value_high": _amount(high),
                "floor": _amount(floor),
                "unit": unit,
                "measure": measure,
                "status": status,
                "text": text,
                "curve": _curve(*curve),
            }
        )
    return rows


def _projects(ids: list[int]) -> Rows:
    rows: Rows = defaultdict(list)
    found = Project.objects.filter(task__in=ids, dropped=False).order_by()
    for _, pk, task_id, name, value, unit, text in sorted(
        found.values_list("order", "pk", "task_id", "name", "value", "unit", "text"), key=_in_order
    ):
        rows[task_id or 0].append({"id": pk, "name": name, "value": decimal_text(value), "unit": unit, "text": text})
    return rows


def _measures(ids: list[int]) -> Rows:
    rows: Rows = defaultdict(list)
    found = Measure.objects.filter(task__in=ids).order_by()
    for _, pk, task_id, text, unit, unit_id, person, person_id, start, due, *curve in sorted(
        found.values_list(
            *("order", "pk", "task_id", "text", "unit__name", "unit_id", "person__name", "person_id", "start", "due"),
            *_CURVE,
        ),
        key=_in_order,
    ):
        rows[task_id].append(
            {
                "id": pk,
                "text": text,
                "unit": unit,
                "unit_id": unit_id,
                "person": person,
                "person_id": person_id,
                "start": _day(start),
                "due": _day(due),
                "curve": _curve(*curve),
            }
        )
    return rows


def _milestones(ids: list[int]) -> Rows:
    rows: Rows = defaultdict(list)
    found = Milestone.objects.filter(task__in=ids).order_by()
    for due, _, pk, task_id, measure_id, name, weight in sorted(
        found.values_list("due", "order", "pk", "task_id", "measure_id", "name", "weight"), key=lambda row: row[:3]
    ):
        rows[task_id].append(
            {
                "id": pk,
                "measure_id": measure_id,
                "name": name,
                "due": _day(due),
                "weight": decimal_text(weight),
            }
        )
    return rows


def _in_order(row: tuple[Any, ...]) -> tuple[int, int]:
    """Return the order and the number of a row that begins with them."""
    order, pk = row[:2]
    return order, pk


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _amount(value: Decimal | None) -> str | None:
    return decimal_text(value) if value is not None else None
