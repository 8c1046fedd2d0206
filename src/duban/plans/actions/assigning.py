"""Who answers for many tasks at once: the sponsor, and the person in charge in a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.actions.tasks import refresh_many
from duban.plans.models import Ledger, Responsibility, Task
from duban.plans.snapshots import record_versions
from duban.plans.states import LedgerState, TaskState, WrongState


class NothingChosen(Refusal):
    """No task was chosen, or none that this concerns."""

    status = 422

    def __init__(self, what: str = "请先勾选任务，再指定。") -> None:
        super().__init__(what)


class NotInOffice(Refusal):
    """The person holds no post that fits."""

    status = 422

    def __init__(self, person: Person, where: str) -> None:
        super().__init__(f"{person}现在不是{where}，不能指定。请核对任职，或另选一人。")


@action
def assign_sponsor(*, ledger: Ledger, tasks: Iterable[int], sponsor: Person | None, by: Person) -> int:
    """Make `sponsor` the sponsor (包保领导) of the tasks, or take it from them; return how many changed.

    Raises `NothingChosen`, `NotInOffice` (not a leader of the division today), `WrongState` (the ledger is closed),
    `NotAllowed`.
    """
    chosen = _locked(ledger, tasks, by)
    if sponsor is not None and not _posts(sponsor).filter(division=ledger.division, role=Role.LEADER).exists():
        raise NotInOffice(sponsor, f"{ledger.division.name}的分管领导")
    changed = [task for task in chosen if task.sponsor_id != (sponsor.pk if sponsor else None)]
    for task in changed:
        before = task.sponsor.name if task.sponsor else ""
        task.sponsor = sponsor
        _record("plans.assign_sponsor", task, by, before, sponsor.name if sponsor else "")
    Task.objects.bulk_update(changed, ["sponsor"], batch_size=200)
    _finish(changed, "指定包保领导", by)
    return len(changed)


@action
def assign_person(*, ledger: Ledger, tasks: Iterable[int], unit: Unit, person: Person | None, by: Person) -> int:
    """Make `person` the one in charge within `unit` for those of the tasks that the unit answers for; return how many.

    Raises `NothingChosen` where the unit answers for none of them, `NotInOffice` (no post in the unit today), `WrongState`,
    `NotAllowed`.
    """
    chosen = {task.pk: task for task in _locked(ledger, tasks, by)}
    answers = Responsibility.objects.filter(task__in=chosen, unit=unit, dropped=False).select_related("person")
    if not answers:
        raise NothingChosen(f"勾选的任务里没有{unit}承担的。请重新勾选，或另选单位。")
    if person is not None and not _posts(person).filter(unit=unit).exists():
        raise NotInOffice(person, f"{unit}的人员")
    changed = [answer for answer in answers if answer.person_id != (person.pk if person else None)]
    for answer in changed:
        before = answer.person.name if answer.person else ""
        _record(
            "plans.assign_person", chosen[answer.task_id], by, before, person.name if person else "", unit=unit.name
        )
    ids = [answer.pk for answer in changed]
    Responsibility.objects.filter(pk__in=ids).update(person=person, version=F("version") + 1)
    touched = [chosen[pk] for pk in {answer.task_id for answer in changed}]
    _finish(touched, "指定责任人", by)
    return len(touched)


def _locked(ledger: Ledger, tasks: Iterable[int], by: Person) -> list[Task]:
    require(by, "plans.assign", division=ledger.division)
    if ledger.state == LedgerState.CLOSED:
        raise WrongState(f"“{ledger}”", ledger.get_state_display(), "改动")
    found = Task.objects.visible_to(by).filter(ledger=ledger, pk__in=list(tasks), dropped=False)
    ids = list(found.exclude(state=TaskState.WITHDRAWN).values_list("pk", flat=True))
    chosen = list(Task.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    if not chosen:
        raise NothingChosen
    names = Person.objects.in_bulk([task.sponsor_id for task in chosen if task.sponsor_id])
    for task in chosen:
        task.ledger, task.sponsor = ledger, names.get(task.sponsor_id or 0)
    return chosen


def _posts(person: Person) -> Any:
    today = timezone.localdate()
    return Post.objects.filter(Q(end=None) | Q(end__gt=today), person=person, start__lte=today)


def _record(what: str, task: Task, by: Person, before: str, after: str, **more: str) -> None:
    record(
        what,
        by=by,
        subject=task,
        before={"person": before, **more},
        after={"person": after, **more},
        division=task.ledger.division.code,
    )


def _finish(tasks: list[Task], reason: str, by: Person) -> None:
    """Raise the tasks' versions, keep what lists show, and write down what each task in force is from today."""
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(version=F("version") + 1)
    refresh_many(tasks)
    in_force = [task for task in tasks if task.state != TaskState.DRAFT]
    if in_force:
        record_versions(in_force, valid_from=timezone.localdate(), reason=reason, by=by)
