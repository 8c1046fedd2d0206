"""Close-outs: applied for item by item, drawn for the spot, accepted with number and date, returned, opened again."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import action, record
from duban.dispatch.actions.evidence import stored
from duban.dispatch.models import Evidence
from duban.organisations.access import access_of, require
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Person, Unit
from duban.plans.actions import closing as tasks
from duban.plans.models import Indicator, Ledger, Milestone, Responsibility, Task
from duban.plans.models.entries import Status, UnitRole
from duban.plans.states import TaskState
from duban.supervision import states
from duban.supervision.loop import closing, refusals
from duban.supervision.models import Attachment, CloseOut, CloseOutItem
from duban.supervision.reaching import heirs
from duban.supervision.states.close_outs import CloseOutState

#: Working days that the office has to verify a request, and to be on site where it is drawn.
TO_VERIFY, TO_VISIT = 10, 10


@dataclass(frozen=True)
class Account:
    """What a unit says of one indicator or milestone (of the task itself where both are empty), and what shows it."""

    indicator: Indicator | None = None
    milestone: Milestone | None = None
    value: Decimal | None = None
    done_on: date | None = None
    basis: str = ""
    evidence: Sequence[int] = ()
    files: Sequence[tuple[BinaryIO, str]] = field(default=())

    @property
    def name(self) -> str:
        """What it is about."""
        return f"“{self.indicator or self.milestone or '任务'}”"


@action
def apply(
    *, task: Task, statement: str, accounts: Sequence[Account], by: Person, at: datetime | None = None
) -> CloseOut:
    """Ask for a task to be closed out, with an account and evidence of each indicator and milestone.

    People of a unit that leads the task or answers for it ask, or the office. The system's check is kept as it was then;
    what it finds open does not refuse the request, it is for the office to see. `at` is when it was asked where that is
    entered afterwards. Raises `NotEvident`, `Missing`, `BadEvidence`, `WrongState`, `NotAllowed`.
    """
    task = Task.objects.select_related("ledger__division").get(pk=task.pk)
    unit = _asking_unit(task, by)
    if not statement.strip():
        raise refusals.Missing("申请销号", "完成情况")
    _complete(task, accounts)
    at = at or timezone.now()
    day = timezone.localdate(at)
    tasks.request_close_out(task=task, by=by, on=day)
    close_out = CloseOut.objects.create(
        task=task,
        unit=unit,
        statement=statement.strip(),
        found=closing.stored(closing.check(task, day)),
        requested_at=at,
        requested_by=by,
        due_on=calendar_of(task.ledger.division).shifted(day, TO_VERIFY),
    )
    for account in accounts:
        _keep(close_out, account, by)
    _record("supervision.close_out_apply", close_out, by, statement=statement.strip())
    return close_out


@action
def take_back(*, close_out: CloseOut, by: Person) -> CloseOut:
    """Take a request back before it is decided, to mend it. Raises `WrongState`, `NotAllowed`."""
    close_out = _locked(close_out)
    require(by, "supervision.answer", division=close_out.task.ledger.division, units=heirs(close_out.unit))
    close_out.state = _next(close_out, "take_back")
    close_out.due_on = None
    close_out.save()
    tasks.take_back_close_out(task=close_out.task, by=by)
    _record("supervision.close_out_take_back", close_out, by)
    return close_out


@action
def sample(*, close_out: CloseOut, by: Person, due_on: date | None = None) -> CloseOut:
    """Draw a request to be looked at on site before it is decided. Raises `PastDay`, `WrongState`, `NotAllowed`."""
    close_out = _run(close_out, by)
    today = timezone.localdate()
    due_on = due_on or calendar_of(close_out.task.ledger.division).shifted(today, TO_VISIT)
    if due_on < today:
        raise refusals.PastDay(due_on)
    close_out.state = _next(close_out, "sample")
    close_out.sampled, close_out.due_on = True, due_on
    close_out.save()
    _record("supervision.close_out_sample", close_out, by, due_on=due_on)
    return close_out


@action
def draw(*, ledger: Ledger, percent: int, by: Person) -> list[CloseOut]:
    """Draw `percent` of a ledger's requests that wait to be looked at on site, by chance, one at least; return them.

    The seed is the ledger and the day, so that a draw can be gone through again. Raises `NothingChosen`, `NotAllowed`.
    """
    require(by, "supervision.run", division=ledger.division)
    waiting = list(CloseOut.objects.filter(task__ledger=ledger, state=CloseOutState.REQUESTED).order_by("pk"))
    if not waiting:
        raise refusals.NothingChosen("要抽的销号申请，现在没有待核验的")
    number = max(1, round(len(waiting) * percent / 100))
    chosen = random.Random(f"{ledger.pk}:{timezone.localdate()}").sample(waiting, min(number, len(waiting)))
    return [sample(close_out=one, by=by) for one in sorted(chosen, key=lambda one: one.pk)]


@action
def accept(
    *,
    close_out: CloseOut,
    by: Person,
    decision: str = "",
    closed_on: date | None = None,
    site_on: date | None = None,
    site_note: str = "",
    at: datetime | None = None,
) -> CloseOut:
    """Close the task out from `closed_on` (today where not given): it gets its number, and its light is done.

    Where the system's check, run again, finds something open, `decision` must say why all the same; what was drawn needs the
    day on site and what was seen. Raises `NotSettled`, `NotSeen`, `WrongState`, `WrongDay`, `NotAllowed`.
    """
    close_out = _run(close_out, by)
    target = _next(close_out, "accept")
    at = at or timezone.now()
    today = timezone.localdate(at)
    found = closing.check(close_out.task, today)
    left = [f"{line.name}（{line.words}）" for line in found if not line.ok]
    if left and not decision.strip():
        raise refusals.NotSettled(left)
    if site_on and site_note.strip():
        close_out.site_on, close_out.site_note = site_on, site_note.strip()
    if close_out.sampled and not (close_out.site_on and close_out.site_note):
        raise refusals.NotSeen
    _accept(close_out, target, found, decision, closed_on or today, by, at)
    return close_out


@action
def return_close_out(
    *,
    close_out: CloseOut,
    reason: str,
    by: Person,
    site_on: date | None = None,
    site_note: str = "",
    at: datetime | None = None,
) -> CloseOut:
    """Return a request with the reason; the task is in progress again. Raises `Missing`, `WrongState`, `NotAllowed`."""
    close_out = _run(close_out, by)
    if not reason.strip():
        raise refusals.Missing("退回销号申请", "理由")
    close_out.state = _next(close_out, "return")
    if site_on and site_note.strip():
        close_out.site_on, close_out.site_note = site_on, site_note.strip()
    close_out.due_on, close_out.decision = None, reason.strip()[:500]
    close_out.decided_at, close_out.decided_by = at or timezone.now(), by
    close_out.save()
    # A task that was withdrawn meanwhile has no way back.
    if close_out.task.state == TaskState.CLOSE_OUT_REQUESTED:
        tasks.return_close_out(task=close_out.task, by=by, on=timezone.localdate(close_out.decided_at))
    _record("supervision.close_out_return", close_out, by, reason=reason.strip())
    return close_out


@action
def reopen(*, close_out: CloseOut, reason: str, by: Person, on: date | None = None) -> CloseOut:
    """Put a task back into work that proves not to be done; the number stays with what was closed then.

    Raises `Missing`, `WrongState` (also where the year is closed), `NotAllowed`.
    """
    close_out = _run(close_out, by)
    if not reason.strip():
        raise refusals.Missing("恢复任务", "查实未完成的情况")
    close_out.state = _next(close_out, "reopen")
    close_out.reopened_at, close_out.reopened_by = timezone.now(), by
    close_out.reopened_because = reason.strip()[:500]
    close_out.save()
    tasks.reopen(task=close_out.task, by=by, on=on)
    _record("supervision.close_out_reopen", close_out, by, reason=reason.strip(), number=close_out.number)
    return close_out


@dataclass(frozen=True)
class Entered:
    """A task that was closed out on paper: when, and what was reached by what it rests on."""

    task: Task
    verified_on: date
    closed_on: date
    accounts: Sequence[Account]
    statement: str


@action
def enter(*, ledger: Ledger, rows: Iterable[Entered], basis: str, by: Person) -> list[CloseOut]:
    """Enter tasks of a ledger that were closed out before this system was used, all or none; the office does.

    `basis` says what they rest on (a paper, its number); the check is kept and refuses nothing.
    Raises `Missing`, `NotEvident`, `WrongState`, `WrongDay`, `NotAllowed`.
    """
    require(by, "supervision.run", division=ledger.division)
    if not basis.strip():
        raise refusals.Missing("补录销号", "依据")
    made = []
    for row in rows:
        at = timezone.make_aware(datetime.combine(row.verified_on, datetime.min.time().replace(hour=10)))
        close_out = apply(task=row.task, statement=row.statement, accounts=row.accounts, by=by, at=at)
        target = _next(close_out, "accept")
        found = closing.check(close_out.task, row.closed_on)
        _accept(close_out, target, found, f"补录：{basis.strip()}", row.closed_on, by, at)
        made.append(close_out)
    record(
        "supervision.close_out_enter",
        by=by,
        subject=ledger,
        after={"tasks": len(made), "basis": basis.strip()},
        division=ledger.division.code,
    )
    return made


# ---- what the steps share ----


def _accept(
    close_out: CloseOut, target: str, found: list[closing.Found], decision: str, day: date, by: Person, at: datetime
) -> None:
    ledger = Ledger.objects.select_for_update(of=("self",)).get(pk=close_out.task.ledger_id)
    last = CloseOut.objects.filter(task__ledger=ledger).aggregate(last=Max("seq"))["last"] or 0
    close_out.state, close_out.seq, close_out.closed_on, close_out.due_on = target, last + 1, day, None
    close_out.found, close_out.decision = closing.stored(found), decision.strip()[:500]
    close_out.decided_at, close_out.decided_by = at, by
    close_out.save()
    reached = {item.milestone_id: item.done_on for item in close_out.items.exclude(milestone=None)}
    days = {pk: done for pk, done in reached.items() if pk is not None and done is not None}
    tasks.close_out(task=close_out.task, by=by, on=day, reached=days)
    _record("supervision.close_out_accept", close_out, by, number=close_out.number, closed_on=day, decision=decision)


def _asking_unit(task: Task, by: Person) -> Unit | None:
    """Return the unit that `by` asks for; None where it is the office. Raises `NotAllowed`."""
    answers = Responsibility.objects.filter(task=task, dropped=False, unit__isnull=False)
    leading = answers.exclude(role=UnitRole.SUPPORT).select_related("unit__successor").order_by("role", "order", "pk")
    access = access_of(by)
    for answer in leading:
        if access.may("supervision.answer", division=task.ledger.division, units=heirs(answer.unit)):
            return answer.unit
    require(by, "supervision.run", division=task.ledger.division)
    return None


def _complete(task: Task, accounts: Sequence[Account]) -> None:
    """Raise `NotEvident` unless each indicator and milestone is accounted for, with something that shows it."""
    indicators = Indicator.objects.filter(task=task, dropped=False, status=Status.TARGET)
    wanted: dict[tuple[str, int], str] = {("i", one.pk): f"“{one}”" for one in indicators}
    wanted |= {("m", one.pk): f"“{one}”" for one in Milestone.objects.filter(task=task)}
    if not wanted:
        wanted[("t", 0)] = "任务"
    given = {_key(account): account for account in accounts}
    missing = []
    for key, name in wanted.items():
        account = given.get(key)
        reached = account and (account.value is not None or account.done_on is not None or key[0] == "t")
        if account is None or not reached:
            missing.append(f"{name}没有填完成情况")
        elif not (account.files or account.evidence or account.basis.strip()):
            missing.append(f"{name}没有佐证")
    if missing:
        raise refusals.NotEvident(missing)


def _key(account: Account) -> tuple[str, int]:
    if account.indicator:
        return "i", account.indicator.pk
    return ("m", account.milestone.pk) if account.milestone else ("t", 0)


def _keep(close_out: CloseOut, account: Account, by: Person) -> None:
    item = CloseOutItem.objects.create(
        close_out=close_out,
        indicator=account.indicator,
        milestone=account.milestone,
        value=account.value,
        done_on=account.done_on,
        basis=account.basis.strip()[:300],
    )
    if account.evidence:
        # What belongs to another task shows nothing here.
        item.evidence.set(
            Evidence.objects.filter(report__task=close_out.task_id, dropped=False, pk__in=account.evidence)
        )
    for file, name in account.files:
        row = stored(close_out.task.ledger.division_id, file, name)
        Attachment.objects.create(stored=row, name=name[-255:], close_out_item=item, added_by=by)


def _locked(close_out: CloseOut) -> CloseOut:
    whole = CloseOut.objects.select_for_update(of=("self",))
    return whole.select_related("task__ledger__division", "unit__successor").get(pk=close_out.pk)


def _run(close_out: CloseOut, by: Person) -> CloseOut:
    close_out = _locked(close_out)
    require(by, "supervision.run", division=close_out.task.ledger.division)
    return close_out


def _next(close_out: CloseOut, step: str) -> str:
    return states.check("close_out", step, close_out.state, thing=f"“{close_out.task}”的销号申请")


def _record(what: str, close_out: CloseOut, by: Person, **more: object) -> None:
    record(
        what,
        by=by,
        subject=close_out,
        name=f"{close_out.task.short_number} {close_out}",
        after={"state": close_out.state, **{key: value for key, value in more.items() if value}},
        division=close_out.task.ledger.division.code,
    )
