"""Leaders' instructions (批示): a few words on a task or an issue, which become a matter with its clock."""

from __future__ import annotations

from django.utils import timezone

from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans.models import Task
from duban.supervision.actions import matters
from duban.supervision.loop import refusals
from duban.supervision.models import Issue, Matter
from duban.supervision.models.matters import MatterSource, Urgency


@action
def instruct(
    *, text: str, by: Person, task: Task | None = None, issue: Issue | None = None, urgency: str = Urgency.ORDINARY
) -> Matter:
    """Instruct on a task or an issue: a matter is registered in the leader's words, which the office takes up and assigns.

    An issue without a matter is linked to it. Raises `Missing`, `AlreadyInstructed`, `NotAllowed`.
    """
    about: Issue | Task
    if issue is not None:
        about, division = issue, issue.division
    elif task is not None:
        about, division = task, task.ledger.division
    else:
        raise refusals.Missing("批示", "对哪一件")
    if not text.strip():
        raise refusals.Missing("批示", "内容")
    require(by, "supervision.instruct", division=division)
    today = timezone.localdate()
    title = f"批示：{about}"[:300]
    given = Matter.objects.filter(instructed_by=by, received_on=today, title=title, text=text.strip())
    if there := given.first():
        raise refusals.AlreadyInstructed(there.short_number)
    matter = matters.register(
        division=division,
        source=MatterSource.INSTRUCTION,
        title=title,
        text=text.strip(),
        received_on=today,
        instructed_by=by,
        urgency=urgency,
        restricted=bool(issue and issue.restricted),
        task=task or (issue.task if issue else None),
        by=by,
    )
    if issue and issue.matter_id is None:
        issue = Issue.objects.select_for_update().get(pk=issue.pk)
        issue.matter = matter
        issue.save(update_fields=["matter"])
    record(
        "supervision.instruct",
        by=by,
        subject=about,
        after={"text": text.strip(), "matter": matter.short_number},
        division=division.code,
    )
    return matter
