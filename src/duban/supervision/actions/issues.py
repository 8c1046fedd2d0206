"""Issues in their loop: raised, assigned, coordinated, resolved, confirmed by whoever raised them, closed or reopened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import BinaryIO

from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import action, record
from duban.dispatch.actions.evidence import stored
from duban.dispatch.models import Report
from duban.organisations.access import access_of, require
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.models import Responsibility, Task
from duban.plans.models.entries import UnitRole
from duban.plans.states import WrongState
from duban.supervision import states
from duban.supervision.loop import refusals
from duban.supervision.models import Attachment, Issue, IssueOrigin, IssueStep, Matter
from duban.supervision.reaching import heirs
from duban.supervision.states.issues import TRANSITIONS

#: Working days that the office has to pass on what was found, that the raiser has to confirm, that the office has to close.
TO_ASSIGN, TO_CONFIRM, TO_CLOSE, TO_COORDINATE = 2, 5, 3, 5
#: A title made from a report's words is cut to so many characters.
_TITLE = 60
Files = Iterable[tuple[BinaryIO, str]]


@action
def raise_issue(
    *,
    division: Division,
    origin: str,
    title: str,
    text: str = "",
    by: Person,
    task: Task | None = None,
    report: Report | None = None,
    matter: Matter | None = None,
    unit: Unit | None = None,
    resident_name: str = "",
    resident_contact: str = "",
    restricted: bool = False,
    files: Files = (),
    at: datetime | None = None,
) -> Issue:
    """Raise an issue; the office has `TO_ASSIGN` working days to pass it on.

    `unit` is the unit that raises it and will confirm; its own people raise it, or the office for it. Without a unit the
    office raises it, for itself, an inspection or a resident. `at` is when it was found where that is entered afterwards.
    Raises `Missing`, `BadEvidence`, `NotAllowed`.
    """
    access = access_of(by)
    if unit is None or not access.may("supervision.answer", division=division, units=heirs(unit)):
        require(by, "supervision.run", division=division)
    if not title.strip():
        raise refusals.Missing("提出问题", "是什么问题")
    at = at or timezone.now()
    day = timezone.localdate(at)
    # Numbers of one division are given out one after the other.
    division = Division.objects.select_for_update(of=("self",)).get(pk=division.pk)
    last = Issue.objects.filter(division=division, year=day.year).aggregate(last=Max("seq"))["last"] or 0
    of_resident = origin == IssueOrigin.RESIDENT
    issue = Issue.objects.create(
        division=division,
        task=task,
        report=report,
        matter=matter,
        year=day.year,
        seq=last + 1,
        origin=origin,
        title=title.strip()[:200],
        text=text.strip(),
        raised_for=unit,
        raised_by=by,
        raised_at=at,
        resident_name=resident_name.strip() if of_resident else "",
        resident_contact=resident_contact.strip() if of_resident else "",
        restricted=restricted,
        sponsor=_sponsor(task, None, day),
        next_step="督查室交办",
        due_on=_after(division, TO_ASSIGN, day),
    )
    step = _written(issue, "raise", "提出", by, "", at)
    _keep(step, files, by)
    _record("supervision.issue_raise", issue, by, origin=origin)
    return issue


@action
def from_report(*, report: Report, by: Person, title: str = "") -> Issue:
    """Make an issue of what a report says of problems and asks for; the unit that filed it confirms later.

    Raises `AlreadyRaised`, `NothingReported`, `NotAllowed`.
    """
    report = Report.objects.select_related("task__ledger__division", "unit").get(pk=report.pk)
    if there := Issue.objects.filter(report=report).first():
        raise refusals.AlreadyRaised(there.short_number)
    said = [words.strip() for words in (report.problems, report.asks) if words.strip()]
    if not said:
        raise refusals.NothingReported
    parts = [f"存在问题：{report.problems.strip()}"] if report.problems.strip() else []
    parts += [f"需协调事项：{report.asks.strip()}"] if report.asks.strip() else []
    return raise_issue(
        division=report.task.ledger.division,
        origin=IssueOrigin.REPORT,
        title=title.strip() or _headline(said[0]),
        text="\n".join(parts),
        task=report.task,
        report=report,
        unit=report.unit,
        by=by,
    )


@action
def assign(
    *,
    issue: Issue,
    unit: Unit,
    next_step: str,
    due_on: date,
    by: Person,
    sponsor: Person | None = None,
    text: str = "",
    at: datetime | None = None,
) -> Issue:
    """Give an issue to a unit, with what it does next and by when; also to another unit than before.

    Without `sponsor` the leader coordinates who answers for the task, or who oversees the unit.
    Raises `Missing`, `PastDay`, `NotInDivision`, `WrongState`, `NotAllowed`.
    """
    issue = _run(issue, by)
    at = at or timezone.now()
    _check_unit(issue, unit)
    _check_step("交办", next_step, due_on, at)
    if sponsor is not None and not _leads(sponsor, issue.division_id, timezone.localdate(at)):
        raise refusals.NotInDivision(sponsor)
    _move(issue, "assign")
    issue.unit = issue.waits_for = unit
    issue.sponsor = sponsor or _sponsor(issue.task, unit, timezone.localdate(at))
    issue.next_step, issue.due_on = next_step.strip(), due_on
    return _done(issue, "assign", by, text, at)


@action
def dismiss(*, issue: Issue, reason: str, by: Person, at: datetime | None = None) -> Issue:
    """End an issue that is none, or is followed elsewhere. Raises `Missing`, `WrongState`, `NotAllowed`."""
    issue = _run(issue, by)
    _need("不予受理", "理由", reason)
    _move(issue, "dismiss")
    return _end(issue, "dismiss", by, reason, at or timezone.now())


@action
def ask_help(*, issue: Issue, text: str, by: Person, at: datetime | None = None) -> Issue:
    """Say that the unit cannot solve it alone; the office coordinates. Raises `Missing`, `WrongState`, `NotAllowed`."""
    issue = _own(issue, by)
    _need("提请协调", "要协调什么", text)
    _move(issue, "ask_help")
    at = at or timezone.now()
    issue.waits_for, issue.next_step = None, "督查室牵头协调"
    issue.due_on = _after(issue.division, TO_COORDINATE, timezone.localdate(at))
    return _done(issue, "ask_help", by, text, at)


@action
def coordinate(
    *, issue: Issue, next_step: str, due_on: date, by: Person, text: str = "", at: datetime | None = None
) -> Issue:
    """Take the coordination in hand: the office moves next. Raises `Missing`, `PastDay`, `WrongState`, `NotAllowed`."""
    issue = _run(issue, by)
    at = at or timezone.now()
    _check_step("协调", next_step, due_on, at)
    _move(issue, "coordinate")
    issue.waits_for, issue.next_step, issue.due_on = None, next_step.strip(), due_on
    return _done(issue, "coordinate", by, text, at)


@action
def resolve(*, issue: Issue, text: str, by: Person, files: Files = (), at: datetime | None = None) -> Issue:
    """Say that and how it is solved; whoever raised it has `TO_CONFIRM` working days for their word.

    Raises `Missing`, `BadEvidence`, `WrongState`, `NotAllowed`.
    """
    issue = _own(issue, by)
    _need("报告已解决", "怎样解决的", text)
    _move(issue, "resolve")
    at = at or timezone.now()
    issue.waits_for, issue.next_step = issue.raised_for, "确认是否解决"
    issue.due_on = _after(issue.division, TO_CONFIRM, timezone.localdate(at))
    issue = _done(issue, "resolve", by, text, at)
    _keep(issue.steps.latest("pk"), files, by)
    return issue


@action
def confirm(*, issue: Issue, by: Person, text: str = "", at: datetime | None = None) -> Issue:
    """Confirm that it is solved: whoever raised it. Raises `NotTheRaiser`, `WrongState`, `NotAllowed`."""
    issue, step = _raiser(issue, by, "confirm")
    _move(issue, step)
    at = at or timezone.now()
    issue.waits_for, issue.next_step = None, "督查室销号"
    issue.due_on = _after(issue.division, TO_CLOSE, timezone.localdate(at))
    return _done(issue, step, by, text, at)


@action
def refuse(*, issue: Issue, reason: str, by: Person, at: datetime | None = None) -> Issue:
    """Say that it is not solved: whoever raised it; the unit goes on. Raises `Missing`, `NotTheRaiser`, `WrongState`, `NotAllowed`."""
    issue, step = _raiser(issue, by, "refuse")
    _need("退回", "哪里没有解决", reason)
    _move(issue, step)
    at = at or timezone.now()
    issue.waits_for, issue.next_step = issue.unit, "按提出方的意见继续解决"
    issue.due_on = _after(issue.division, TO_CONFIRM, timezone.localdate(at))
    return _done(issue, step, by, reason, at)


@action
def close(*, issue: Issue, by: Person, text: str = "", at: datetime | None = None) -> Issue:
    """Close an issue that was confirmed. Raises `WrongState`, `NotAllowed`."""
    issue = _run(issue, by)
    _move(issue, "close")
    return _end(issue, "close", by, text, at or timezone.now())


@action
def reopen(*, issue: Issue, reason: str, next_step: str, due_on: date, by: Person, at: datetime | None = None) -> Issue:
    """Open a confirmed or closed issue again, because it came back or was not solved; its unit goes on.

    Raises `Missing`, `PastDay`, `WrongState`, `NotAllowed`.
    """
    issue = _run(issue, by)
    at = at or timezone.now()
    _need("重开", "理由", reason)
    _check_step("重开", next_step, due_on, at)
    _move(issue, "reopen")
    issue.waits_for, issue.next_step, issue.due_on = issue.unit, next_step.strip(), due_on
    issue.closed_at = None
    issue.reopened += 1
    return _done(issue, "reopen", by, reason, at)


@action
def go_on(*, issue: Issue, text: str, by: Person, next_step: str = "", at: datetime | None = None) -> Issue:
    """Note how far the unit has come, and what it does next where that changes; the day stays. Raises `Missing`, `WrongState`, `NotAllowed`."""
    issue = _own(issue, by)
    _need("记进展", "进展", text)
    if issue.state not in TRANSITIONS["issue"]["resolve"].sources:
        raise WrongState(f"“{issue}”", issue.get_state_display(), "记进展")
    issue.next_step = next_step.strip() or issue.next_step
    return _done(issue, "go_on", by, text, at or timezone.now())


# ---- what the steps share ----


def locked(issue: Issue) -> Issue:
    """Return the issue anew, its row locked; the caller is an action."""
    whole = Issue.objects.select_for_update(of=("self",))
    return whole.select_related("division", "task__sponsor", "unit__successor", "raised_for__successor").get(
        pk=issue.pk
    )


@action
def hand_over(
    *, issue: Issue, step: str, unit: Unit, next_step: str, due_on: date, by: Person, text: str, at: datetime
) -> Issue:
    """Let an issue take `step` and wait for `unit`; part of other actions, which have asked whether `by` may."""
    issue = locked(issue)
    _move(issue, step)
    issue.unit = issue.unit or unit
    issue.waits_for, issue.next_step, issue.due_on = unit, next_step, due_on
    issue.sponsor = issue.sponsor or _sponsor(issue.task, unit, timezone.localdate(at))
    return _done(issue, step, by, text, at)


def _run(issue: Issue, by: Person) -> Issue:
    issue = locked(issue)
    require(by, "supervision.run", division=issue.division)
    return issue


def _own(issue: Issue, by: Person) -> Issue:
    issue = locked(issue)
    require(by, "supervision.answer", division=issue.division, units=heirs(issue.unit))
    return issue


def _raiser(issue: Issue, by: Person, step: str) -> tuple[Issue, str]:
    """Return the issue and the step by which `by`, as the one who raised it, has their word."""
    issue = locked(issue)
    if issue.raised_for is None:
        require(by, "supervision.run", division=issue.division)
        return issue, f"{step}_for"
    if not access_of(by).may("supervision.answer", division=issue.division, units=heirs(issue.raised_for)):
        raise refusals.NotTheRaiser(str(issue.raised_for))
    return issue, step


def _move(issue: Issue, step: str) -> None:
    issue.state = states.check("issue", step, issue.state, thing=f"“{issue}”")


def _end(issue: Issue, step: str, by: Person, text: str, at: datetime) -> Issue:
    issue.waits_for, issue.next_step, issue.due_on, issue.closed_at = None, "", None, at
    return _done(issue, step, by, text, at)


def _done(issue: Issue, step: str, by: Person, text: str, at: datetime) -> Issue:
    issue.save()
    name = TRANSITIONS["issue"][step].name if step in TRANSITIONS["issue"] else "记进展"
    _written(issue, step, name, by, text.strip(), at)
    # To confirm for somebody else is the same deed.
    _record(f"supervision.issue_{step.removesuffix('_for')}", issue, by, text=text.strip())
    return issue


def _written(issue: Issue, step: str, name: str, by: Person, text: str, at: datetime) -> IssueStep:
    return IssueStep.objects.create(
        issue=issue,
        step=step,
        name=name,
        state=issue.state,
        text=text,
        who="" if issue.closed_at else issue.who,
        next_step=issue.next_step,
        due_on=issue.due_on,
        by=by,
        at=at,
    )


def _keep(step: IssueStep, files: Files, by: Person) -> None:
    for file, name in files:
        row = stored(step.issue.division_id, file, name)
        Attachment.objects.create(stored=row, name=name[-255:], issue_step=step, added_by=by)


def _record(what: str, issue: Issue, by: Person, **more: object) -> None:
    after = {"state": issue.state, "waits_for": issue.who, "next_step": issue.next_step, "due_on": issue.due_on}
    record(
        what,
        by=by,
        subject=issue,
        name=f"{issue.short_number} {issue}",
        after={**after, **{key: value for key, value in more.items() if value}},
        division=issue.division.code,
    )


def _need(step: str, what: str, given: str) -> None:
    if not given.strip():
        raise refusals.Missing(step, what)


def _check_step(step: str, next_step: str, due_on: date, at: datetime) -> None:
    _need(step, "下一步做什么", next_step)
    if due_on < timezone.localdate(at):
        raise refusals.PastDay(due_on)


def _check_unit(issue: Issue, unit: Unit) -> None:
    if unit.division_id != issue.division_id or unit.successor_id:
        raise refusals.NotInDivision(unit)


def _after(division: Division, days: int, day: date) -> date:
    return calendar_of(division).shifted(day, days)


def _leads(person: Person, division: int, day: date) -> bool:
    return Post.objects.held(day).filter(person=person, division=division, role=Role.LEADER).exists()


def _sponsor(task: Task | None, unit: Unit | None, day: date) -> Person | None:
    """Return the leader who answers for the task, or else oversees the unit (of a task without a sponsor its lead)."""
    if task is not None and task.sponsor_id:
        return task.sponsor
    if unit is None and task is not None:
        lead = Responsibility.objects.filter(task=task, dropped=False, role=UnitRole.LEAD, unit__isnull=False)
        unit_id = lead.values_list("unit_id", flat=True).first()
    else:
        unit_id = unit.pk if unit else None
    if unit_id is None:
        return None
    post = Post.objects.held(day).filter(role=Role.LEADER, oversees=unit_id).select_related("person").first()
    return post.person if post else None


def _headline(words: str) -> str:
    """Return the first sentence of a report's words as a title."""
    first = words.split("\n", 1)[0]
    for mark in "。；;":
        first = first.split(mark, 1)[0]
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1]}…"
