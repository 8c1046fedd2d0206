"""Amendments to an issued ledger: asked for, decided, taking effect from a day."""

from __future__ import annotations

from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max
from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import SYSTEM, Actor, action, record
from duban.organisations.access import NotAllowed, access_of, require
from duban.organisations.models import Person, Unit
from duban.plans import states
from duban.plans.actions.effects import take_effect
from duban.plans.actions.tasks import refresh_many
from duban.plans.attachments import checked_name
from duban.plans.changes import RESTS_ON, Changes, checked
from duban.plans.differences import Change, difference, of_break_down
from duban.plans.models import Amendment, Ledger, Paper, Task, TaskVersion
from duban.plans.snapshots import record_versions
from duban.plans.states import AmendmentKind, AmendmentState, LedgerState


class NoReason(Refusal):
    """A request or a decision lacks the words that it needs."""

    status = 422


class AlreadyRequested(Refusal):
    """The same is asked for already."""

    def __init__(self, there: Amendment) -> None:
        super().__init__(
            f"这项任务的“{there.get_kind_display()}”已有申请（第{there.number}号），正等审批。请先办完或撤回那一件。"
        )


class OwnRequest(Refusal):
    """Nobody decides on what they asked for themselves."""

    status = 403

    def __init__(self) -> None:
        super().__init__("这项调整是您自己申请的，不能由您审批。请督查室另一位同事审批。")


class TaskChanged(Refusal):
    """The task has changed since the request; `changes` says how, `latest` is the number of its version now."""

    def __init__(self, amendment: Amendment, latest: TaskVersion, changes: list[Change]) -> None:
        said = "；".join(f"{change.label}由“{change.before}”变为“{change.after}”" for change in changes[:5])
        super().__init__(
            f"第{amendment.number}号申请以后，这项任务又有变化（第{amendment.base}版到第{latest.number}版）：{said}。"
            "请看过前后两版，确认仍按申请办理后再批准，或者不同意。"
        )
        self.latest, self.changes = latest, changes


class WrongEffectiveDay(Refusal):
    """An amendment cannot take effect from this day."""

    status = 422


@action
def request(
    *,
    ledger: Ledger,
    kind: str,
    changes: Changes,
    reason: str,
    by: Person,
    task: Task | None = None,
    effective_on: date | None = None,
    attachment: UploadedFile[bytes] | None = None,
    at: datetime | None = None,
) -> Amendment:
    """Ask for an amendment. People of a unit ask for the tasks that the unit answers for; the office for any.

    `changes` has the form of its kind (:mod:`duban.plans.changes`); `effective_on` is the day proposed;
    `at` is when it was asked where that is entered afterwards. Raises `WrongChange`,
    `AlreadyRequested`, `NoReason`, `WrongAttachment`, `NotAllowed`, `WrongState`.
    """
    ledger = _locked(ledger)
    if task is not None:
        task = Task.objects.select_related("ledger").get(pk=task.pk)
    unit = _asking_unit(by, ledger, task, changes)
    if not reason.strip():
        raise NoReason("请写明调整的理由。")
    changes = checked(kind, changes, ledger=ledger, task=task)
    _check_effective(ledger, effective_on)
    if task is not None:
        waiting = Amendment.objects.filter(task=task, kind=kind, state=AmendmentState.REQUESTED).first()
        if waiting:
            raise AlreadyRequested(waiting)
    last = ledger.amendments.aggregate(last=Max("number"))["last"] or 0
    amendment = Amendment(
        ledger=ledger,
        task=task,
        number=last + 1,
        kind=kind,
        changes=changes,
        base=_latest(task).number if task else None,
        reason=reason.strip(),
        paper=Paper.objects.get(pk=changes["paper"]) if "paper" in changes else None,
        requested_by=by,
        requested_for=unit,
        effective_on=effective_on,
        requested_at=at or timezone.now(),
    )
    if attachment is not None:
        amendment.attachment_name = str(attachment.name)[:255]
        amendment.attachment.save(checked_name(attachment), attachment, save=False)
    amendment.save()
    _record("plans.request_amendment", amendment, by, after={"kind": kind, "changes": changes, "reason": reason})
    return amendment


@action
def approve(
    *,
    amendment: Amendment,
    effective_on: date,
    by: Person,
    decision: str = "",
    seen: int | None = None,
    at: datetime | None = None,
) -> Amendment:
    """Approve a request, to take effect from `effective_on`: at once where that is today or past, else by the nightly job.

    Whoever asked does not approve: what the office asks for, another clerk approves. Where the task has changed since the
    request in what the request rests on, `seen` must be the number of the task's version that the approver looked at.
    `at` is when it was decided where that is entered afterwards.
    Raises `OwnRequest`, `TaskChanged`, `WrongState`, `WrongEffectiveDay`, `BeforeTheLedger`, `WrongChange`, `NotAllowed`.
    """
    ledger, amendment = _deciding(amendment, by)
    amendment.state = states.check("amendment", "approve", amendment.state, thing=f"第{amendment.number}号申请")
    if amendment.requested_by_id == by.pk:
        raise OwnRequest
    _check_effective(ledger, effective_on)
    if (stale := changed_since(amendment)) and stale[0].number != seen:
        raise TaskChanged(amendment, *stale)
    amendment.decided_by, amendment.decided_at = by, at or timezone.now()
    amendment.decision, amendment.effective_on = decision.strip(), effective_on
    amendment.save()
    _record("plans.approve_amendment", amendment, by, after={"effective_on": effective_on, "decision": decision})
    if effective_on <= timezone.localdate():
        _apply(amendment, ledger, by)
    return amendment


@action
def reject(*, amendment: Amendment, decision: str, by: Person, at: datetime | None = None) -> Amendment:
    """Turn a request down, with the reason; `at` as in :func:`approve`. Raises `OwnRequest`, `NoReason`, `WrongState`, `NotAllowed`."""
    _, amendment = _deciding(amendment, by)
    amendment.state = states.check("amendment", "reject", amendment.state, thing=f"第{amendment.number}号申请")
    if amendment.requested_by_id == by.pk:
        raise OwnRequest
    if not decision.strip():
        raise NoReason("不同意的，请写明意见，好让申请人知道怎样改。")
    amendment.decided_by, amendment.decided_at, amendment.decision = by, at or timezone.now(), decision.strip()
    amendment.save()
    _record("plans.reject_amendment", amendment, by, after={"decision": decision})
    return amendment


@action
def cancel(*, amendment: Amendment, by: Person) -> Amendment:
    """Take a request back: whoever asked, before it is decided; the office, what it asked for or approved itself.

    Raises `NotAllowed`, `WrongState` (also once it has taken effect).
    """
    amendment = (
        Amendment.objects.select_for_update(of=("self",)).select_related("ledger__division").get(pk=amendment.pk)
    )
    office = access_of(by).may("plans.approve_amendment", division=amendment.ledger.division)
    if amendment.state == AmendmentState.APPROVED or amendment.requested_by_id != by.pk:
        own = amendment.requested_for_id is None or amendment.state == AmendmentState.APPROVED
        if not (office and own):
            raise NotAllowed("plans.approve_amendment")
    amendment.state = states.check("amendment", "cancel", amendment.state, thing=f"第{amendment.number}号申请")
    amendment.save(update_fields=["state"])
    _record("plans.cancel_amendment", amendment, by)
    return amendment


def apply_due(today: date | None = None) -> list[Amendment]:
    """Let every approved amendment take effect whose day has come; the job that runs each night, as often as one likes.

    Each is an action of its own. One that can no longer be done keeps waiting with the reason (`problem`), for a person to
    decide; the others go on. Returns those that took effect.
    """
    today = today or timezone.localdate()
    waiting = Amendment.objects.filter(state=AmendmentState.APPROVED, effective_on__lte=today)
    done = []
    for pk in waiting.order_by("effective_on", "pk").values_list("pk", flat=True):
        try:
            applied = _apply_one(pk)
        except Refusal as refusal:
            _note_problem(pk, str(refusal))
        else:
            if applied:
                done.append(applied)
    return done


def changed_since(amendment: Amendment) -> tuple[TaskVersion, list[Change]] | None:
    """Return the task's latest version and what changed since the request in what it rests on; None where nothing did."""
    if amendment.task_id is None:
        return None
    latest = _latest(amendment.task_id)
    if amendment.base is None or latest.number == amendment.base:
        return None
    base = TaskVersion.objects.get(task_id=amendment.task_id, number=amendment.base).snapshot
    fields = RESTS_ON[amendment.kind]
    changes = difference(base, base | {field: latest.snapshot[field] for field in fields})
    changes = [change for change in changes if not of_break_down(change)]
    return (latest, changes) if changes else None


@action
def _apply_one(pk: int) -> Amendment | None:
    ledger_id = Amendment.objects.values_list("ledger_id", flat=True).get(pk=pk)
    ledger = _locked(Ledger(pk=ledger_id))
    amendment = Amendment.objects.select_for_update(of=("self",)).select_related("task", "decided_by").get(pk=pk)
    if amendment.state != AmendmentState.APPROVED:
        return None
    _apply(amendment, ledger, SYSTEM)
    return amendment


@action
def _note_problem(pk: int, problem: str) -> None:
    amendment = Amendment.objects.select_related("ledger__division").get(pk=pk)
    if amendment.problem == problem[:500]:
        return
    amendment.problem = problem[:500]
    amendment.save(update_fields=["problem"])
    _record("plans.amendment_stuck", amendment, SYSTEM, after={"problem": problem})


def _apply(amendment: Amendment, ledger: Ledger, by: Actor) -> None:
    if amendment.decided_by is None or amendment.effective_on is None:
        raise states.WrongState(f"第{amendment.number}号申请", amendment.get_state_display(), "生效")
    if amendment.task_id:
        amendment.task = Task.objects.select_for_update(of=("self",)).get(pk=amendment.task_id)
    amendment.state = states.check("amendment", "apply", amendment.state, thing=f"第{amendment.number}号申请")
    tasks = take_effect(amendment, ledger)
    refresh_many(tasks)
    amendment.applied_at, amendment.problem = timezone.now(), ""
    amendment.save()
    record_versions(
        tasks,
        valid_from=amendment.effective_on,
        reason=AmendmentKind(amendment.kind).label,
        by=amendment.decided_by,
        amendment=amendment,
        # A change of units names all units from its day on, whoever answered then.
        whole=("responsibilities",) if amendment.kind == AmendmentKind.CHANGE_UNITS else (),
    )
    _record("plans.apply_amendment", amendment, by, after={"tasks": [task.pk for task in tasks]})


def _locked(ledger: Ledger) -> Ledger:
    found = Ledger.objects.select_for_update(of=("self",)).select_related("division").get(pk=ledger.pk)
    if found.state != LedgerState.ISSUED:
        raise states.WrongState(f"“{found}”", found.get_state_display(), "调整")
    return found


def _deciding(amendment: Amendment, by: Person) -> tuple[Ledger, Amendment]:
    ledger = _locked(Ledger(pk=amendment.ledger_id))
    require(by, "plans.approve_amendment", division=ledger.division)
    found = Amendment.objects.select_for_update(of=("self",)).select_related("task", "ledger__division")
    return ledger, found.get(pk=amendment.pk)


def _asking_unit(by: Person, ledger: Ledger, task: Task | None, changes: Changes) -> Unit | None:
    """Return the unit that `by` asks for; None where it is the office. Raises `NotAllowed`."""
    access = access_of(by)
    if access.may("plans.request_amendment", division=ledger.division):
        return None
    if task is not None:
        answering = set(task.responsibilities.filter(dropped=False).values_list("unit_id", flat=True))
    else:
        answering = {row["unit"] for row in changes.get("task", {}).get("units", [])}
    own = answering & access.reach("plans.request_amendment").units
    if not own:
        raise NotAllowed("plans.request_amendment")
    return Unit.objects.filter(pk__in=own).order_by("order", "pk").first()


def _check_effective(ledger: Ledger, day: date | None) -> None:
    if day is None:
        return
    first = ledger.versions.order_by("number").first()
    if first and day < first.issued_on:
        raise WrongEffectiveDay(
            f"生效日期{day:%Y年%-m月%-d日}早于台账的印发日期{first.issued_on:%Y年%-m月%-d日}。请改填之后的日期。"
        )
    if day.year > ledger.year + 1:
        raise WrongEffectiveDay(f"生效日期{day:%Y年%-m月%-d日}离台账的年份太远。请核对后重填。")


def _latest(task: Task | int) -> TaskVersion:
    # The newest number is always what the task is now, from whatever day it holds.
    return TaskVersion.objects.filter(task=task).latest("number")


def _record(what: str, amendment: Amendment, by: Actor, *, after: Changes | None = None) -> None:
    record(
        what,
        by=by,
        subject=amendment,
        name=f"{amendment}{f' {amendment.task}' if amendment.task else ''}",
        after={"state": amendment.state, **(after or {})},
        division=amendment.ledger.division.code,
    )
