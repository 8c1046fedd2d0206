"""The issue of a ledger (印发), the issue anew of its amended text, and the closing of its year."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans import states
from duban.plans.models import Amendment, Indicator, Ledger, LedgerVersion, Paper, Task
from duban.plans.queries.issuing import Leftover, drafts_of, leftovers, open_papers
from duban.plans.snapshots import Snapshot, decimal_text, digest, of_tasks, record_versions
from duban.plans.states import AmendmentState, LedgerState, TaskState

SCHEMA = "duban/issued-ledger@1"


class AlreadyIssued(Refusal):
    """Somebody else issued this version first."""

    def __init__(self, version: LedgerVersion) -> None:
        when = timezone.localtime(version.issued_at)
        number = f"，文号“{version.document_number}”" if version.document_number else ""
        super().__init__(
            f"本台账第{version.number}版已由{version.issued_by}于{when:%Y年%-m月%-d日 %H:%M}印发{number}。"
            "请到“印发版次”查看；如需改动，请走调整程序。"
        )
        self.version = version


class NotReady(Refusal):
    """Something is left to do before the ledger may be issued; `leftovers` lists it."""

    def __init__(self, left: list[Leftover]) -> None:
        said = "；".join(str(one) for one in left)
        super().__init__(f"还不能印发：{said}。请到核对页逐项处理后再印发。")
        self.leftovers = left


class NothingToIssue(Refusal):
    """The ledger holds no task."""

    def __init__(self) -> None:
        super().__init__("台账里还没有任务，无可印发。请先上传来文并核对。")


class WrongDay(Refusal):
    """A day is given that cannot be."""

    status = 422


class OpenAmendments(Refusal):
    """Amendments wait while the year is to be closed."""

    def __init__(self, waiting: list[Amendment]) -> None:
        said = "、".join(f"第{amendment.number}号" for amendment in waiting[:10])
        super().__init__(f"还有 {len(waiting)} 件调整没有办完（{said}），不能归档。请先审批、撤回或等其生效。")


@action
def issue(*, ledger: Ledger, document_number: str, issued_on: date, approver: str, by: Person) -> LedgerVersion:
    """Issue the ledger: give its tasks their short numbers, freeze version 1, let amendments begin.

    All papers must be checked. The row of the ledger is locked first: of two people one issues, the other is told who did.
    Raises `AlreadyIssued`, `NotReady`, `NothingToIssue`, `WrongDay`, `NotAllowed`.
    """
    ledger = Ledger.objects.select_for_update(of=("self",)).select_related("division").get(pk=ledger.pk)
    require(by, "plans.issue", division=ledger.division)
    if ledger.state != LedgerState.DRAFT and (first := ledger.versions.order_by("number").first()):
        raise AlreadyIssued(first)
    state = states.check("ledger", "issue", ledger.state, thing=f"“{ledger}”")
    _check_day(issued_on)
    # Who corrects a paper meanwhile waits for these rows, and finds it issued.
    papers = list(open_papers(ledger).select_for_update())
    if left := leftovers(ledger):
        raise NotReady(left)
    tasks = list(drafts_of(ledger))
    if not tasks:
        raise NothingToIssue
    ledger.state = state
    take_in(ledger, tasks, papers)
    record_versions(tasks, valid_from=issued_on, reason="印发", by=by)
    version = _freeze(ledger, document_number, issued_on, approver, by)
    record(
        "plans.issue",
        by=by,
        subject=ledger,
        before={"state": LedgerState.DRAFT},
        after={
            "state": state,
            "version": version.number,
            "document_number": document_number,
            "issued_on": issued_on,
            "approver": approver,
            "tasks": len(tasks),
            "digest": version.digest,
        },
        division=ledger.division.code,
    )
    return version


@action
def reissue(
    *, ledger: Ledger, number: int, document_number: str, issued_on: date, approver: str, by: Person
) -> LedgerVersion:
    """Issue the ledger as amended since: freeze it as it is now as version `number`.

    Raises `AlreadyIssued` where that version is there already, `WrongState` where the ledger is not in force.
    """
    ledger = Ledger.objects.select_for_update(of=("self",)).select_related("division").get(pk=ledger.pk)
    require(by, "plans.issue", division=ledger.division)
    if ledger.state != LedgerState.ISSUED:
        raise states.WrongState(f"“{ledger}”", ledger.get_state_display(), "重新印发")
    if there := ledger.versions.filter(number__gte=number).order_by("number").first():
        raise AlreadyIssued(there)
    _check_day(issued_on, not_before=ledger.versions.latest("number").issued_on)
    version = _freeze(ledger, document_number, issued_on, approver, by)
    record(
        "plans.reissue",
        by=by,
        subject=ledger,
        after={"version": version.number, "document_number": document_number, "digest": version.digest},
        division=ledger.division.code,
    )
    return version


@action
def close_year(*, ledger: Ledger, closed_on: date, approver: str, by: Person) -> LedgerVersion:
    """Close the year: freeze the ledger as it ends; nothing of it changes after that.

    Raises `OpenAmendments` while amendments wait, `WrongState` where the ledger is not in force.
    """
    ledger = Ledger.objects.select_for_update(of=("self",)).select_related("division").get(pk=ledger.pk)
    require(by, "plans.close_year", division=ledger.division)
    ledger.state = states.check("ledger", "close", ledger.state, thing=f"“{ledger}”")
    _check_day(closed_on, not_before=ledger.versions.latest("number").issued_on)
    waiting = ledger.amendments.filter(state__in=[AmendmentState.REQUESTED, AmendmentState.APPROVED])
    if waiting:
        raise OpenAmendments(list(waiting.order_by("number")))
    ledger.closed_on = closed_on
    ledger.save(update_fields=["state", "closed_on"])
    version = _freeze(ledger, "", closed_on, approver, by)
    record(
        "plans.close_year",
        by=by,
        subject=ledger,
        before={"state": LedgerState.ISSUED},
        after={"state": ledger.state, "closed_on": closed_on, "version": version.number, "digest": version.digest},
        division=ledger.division.code,
    )
    return version


def take_in(ledger: Ledger, tasks: list[Task], papers: list[Paper]) -> None:
    """Give draft tasks their numbers and places at the end of the locked ledger, and mark their papers issued.

    Part of an action: the caller has checked the papers and writes the versions.
    """
    for task in tasks:
        task.state = states.check("task", "issue", task.state, thing=f"“{task}”")
        task.seq = task.order = ledger.next_number
        ledger.next_number += 1
    Task.objects.bulk_update(tasks, ["state", "seq", "order"], batch_size=500)
    ledger.save(update_fields=["state", "next_number"])
    for paper in papers:
        paper.state = states.check("paper", "issue", paper.state, thing=f"《{paper}》")
        paper.save(update_fields=["state"])


def frozen(ledger: Ledger, **heading: Any) -> Snapshot:
    """Return the ledger as a version keeps it: its heading, the year's targets and all tasks that stand in it."""
    tasks = Task.objects.filter(ledger=ledger, dropped=False).exclude(state__in=[TaskState.DRAFT, TaskState.WITHDRAWN])
    targets = Indicator.objects.filter(ledger=ledger, task=None, dropped=False)
    return {
        "schema": SCHEMA,
        "division": {"code": ledger.division.code, "name": ledger.division.full_name},
        "year": ledger.year,
        "title": ledger.title,
        **heading,
        "targets": [
            {
                "name": target.name,
                "comparator": target.comparator,
                "value": decimal_text(target.value),
                "value_high": decimal_text(target.value_high) if target.value_high is not None else None,
                "unit": target.unit,
                "measure": target.measure,
                "text": target.text,
            }
            for target in targets
        ],
        "tasks": list(of_tasks(tasks).values()),
    }


def _freeze(ledger: Ledger, document_number: str, day: date, approver: str, by: Person) -> LedgerVersion:
    number = ledger.versions.count() + 1
    snapshot = frozen(
        ledger, version=number, document_number=document_number, issued_on=day.isoformat(), approver=approver
    )
    return LedgerVersion.objects.create(
        ledger=ledger,
        number=number,
        document_number=document_number,
        issued_on=day,
        approver=approver,
        issued_by=by,
        snapshot=snapshot,
        digest=digest(snapshot),
    )


def _check_day(day: date, *, not_before: date | None = None) -> None:
    if day > timezone.localdate():
        raise WrongDay(f"日期{day:%Y年%-m月%-d日}还没有到。请填今天或以前的日期。")
    if not_before is not None and day < not_before:
        raise WrongDay(f"日期{day:%Y年%-m月%-d日}早于上一版的印发日期{not_before:%Y年%-m月%-d日}。请核对后重填。")
