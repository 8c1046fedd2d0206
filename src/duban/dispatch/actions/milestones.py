"""Milestones reached: told on a task's page with evidence, or in a report; and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO

from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.dispatch.actions.evidence import BadEvidence, stored
from duban.dispatch.keeping import settle
from duban.dispatch.milestones import check_day, counting
from duban.dispatch.models import MilestoneWord
from duban.organisations.access import NotAllowed, access_of, require
from duban.organisations.models import Person
from duban.plans.models import Milestone, Task
from duban.plans.models.entries import UnitRole
from duban.plans.states import LedgerState, TaskState


class MilestoneRefused(Refusal):
    """The milestone cannot be told as reached, or no more; the sentence says why."""

    status = 422


def answering(task: Task) -> Iterator[int]:
    """Return the units that answer for a task: they tell its milestones. They are read when they are asked for."""
    answers = task.responsibilities.filter(dropped=False, unit__isnull=False).exclude(role=UnitRole.SUPPORT)
    yield from (unit for unit in answers.values_list("unit_id", flat=True) if unit is not None)


@action
def complete(
    *,
    milestone: Milestone,
    done_on: date,
    by: Person,
    file: BinaryIO | None = None,
    name: str = "",
    link: str = "",
    at: datetime | None = None,
) -> MilestoneWord:
    """Tell a milestone as reached on a day, with a file or a link that shows it. Told twice alike, it is one word.

    Raises `MilestoneRefused`, `BadValue` for a day that cannot be, `BadEvidence`.
    """
    at = at or timezone.now()
    milestone = _locked(milestone)
    task = milestone.task
    require(by, "dispatch.report", division=task.ledger.division, units=answering(task))
    if task.ledger.state != LedgerState.ISSUED or task.state not in (TaskState.TO_BREAK_DOWN, TaskState.IN_PROGRESS):
        raise MilestoneRefused(f"“{task}”现在是“{task.get_state_display()}”，不再记节点。")
    check_day(milestone.name, done_on, task.ledger.year, at)
    if milestone.done_on is not None:
        last = counting([milestone]).last()
        if last is not None and milestone.done_on == done_on:
            return last
        raise MilestoneRefused(f"“{milestone}”已于{milestone.done_on}完成。日期不对的，先撤销，再记。")
    if link and not link.startswith(("http://", "https://")):
        raise BadEvidence(link[:50], "不是网址，应以 http:// 或 https:// 开头。")
    row = stored(task.ledger.division_id, file, name) if file else None
    word = MilestoneWord.objects.create(
        milestone=milestone,
        done_on=done_on,
        stored=row,
        link="" if row else link,
        name=(name if row else link)[-255:],
        by=by,
        at=at,
    )
    record(
        "dispatch.complete_milestone",
        by=by,
        subject=task,
        after={"milestone": milestone.name, "done_on": done_on, "sha256": row.sha256 if row else "", "link": word.link},
        division=task.ledger.division.code,
    )
    settle([milestone.pk])
    return word


@action
def take_back(*, word: MilestoneWord, by: Person) -> None:
    """Take a word back that was given on the task's page: the milestone is open again. The unit's people may, and the office.

    Raises `MilestoneRefused` for what a report says: that is returned or corrected.
    """
    milestone = _locked(word.milestone)
    word = MilestoneWord.objects.select_for_update(of=("self",)).get(pk=word.pk)
    task, access = milestone.task, access_of(by)
    division = task.ledger.division
    if not access.may("dispatch.verify", division=division) and not access.may(
        "dispatch.report", division=division, units=answering(task)
    ):
        raise NotAllowed("dispatch.report")
    if word.report_id is not None:
        raise MilestoneRefused("这个节点是在填报里报的。请退回或更正那份填报。")
    if word.dropped:
        return
    word.dropped = True
    word.save(update_fields=["dropped"])
    record(
        "dispatch.reopen_milestone",
        by=by,
        subject=task,
        before={"milestone": milestone.name, "done_on": word.done_on},
        division=division.code,
    )
    settle([milestone.pk])


def _locked(milestone: Milestone) -> Milestone:
    found = Milestone.objects.select_for_update(of=("self",)).select_related("task__ledger__division")
    return found.get(pk=milestone.pk)
