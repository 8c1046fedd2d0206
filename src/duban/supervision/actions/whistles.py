"""Whistles: blown by a town about an issue, answered by the departments called, rated by the town."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Person, Unit
from duban.plans.models import Task
from duban.supervision import states
from duban.supervision.actions import issues
from duban.supervision.loop import refusals, whistling
from duban.supervision.models import Issue, IssueOrigin, Matter, Whistle, WhistleCall
from duban.supervision.reaching import heirs


@action
def blow(
    *,
    unit: Unit,
    departments: Sequence[Unit],
    urgency: str,
    title: str,
    text: str,
    by: Person,
    place: str = "",
    issue: Issue | None = None,
    task: Task | None = None,
    matter: Matter | None = None,
    at: datetime | None = None,
) -> Whistle:
    """Call departments to help `unit`; the first named leads, and the issue waits for it until the limit of `urgency`.

    Without `issue` a new one is raised of `title`, which `unit` confirms in the end.
    Raises `NothingChosen`, `NotInDivision`, `Missing`, `WrongState`, `NotAllowed`.
    """
    require(by, "supervision.answer", division=unit.division, units=heirs(unit))
    if not departments:
        raise refusals.NothingChosen("要叫的部门")
    for one in departments:
        if one.division_id != unit.division_id or one.successor_id or one.pk == unit.pk:
            raise refusals.NotInDivision(one)
    if not text.strip():
        raise refusals.Missing("吹哨", "要部门做什么")
    at = at or timezone.now()
    if issue is None:
        issue = issues.raise_issue(
            division=unit.division, origin=IssueOrigin.WHISTLE, title=title, text=text, task=task, matter=matter,
            unit=unit, by=by, at=at,
        )  # fmt: skip
    counted = whistling.due(urgency, timezone.localtime(at), calendar_of(unit.division))
    whistle = Whistle.objects.create(
        issue=issue, unit=unit, urgency=urgency, text=text.strip(), place=place.strip(), blown_by=by, blown_at=at
    )
    WhistleCall.objects.bulk_create(
        WhistleCall(whistle=whistle, unit=one, due_at=counted.due, how=counted.how) for one in departments
    )
    names = "、".join(str(one) for one in departments)
    issues.hand_over(
        issue=issue, step="whistle", unit=departments[0], next_step="到场报到，会同办理",
        due_on=counted.day, by=by, text=f"叫{names}：{text.strip()}", at=at,
    )  # fmt: skip
    whistle.issue.refresh_from_db()
    _record("supervision.whistle_blow", whistle, by, departments=names, due_at=counted.due)
    return whistle


@action
def answer(*, call: WhistleCall, text: str, by: Person, at: datetime | None = None) -> WhistleCall:
    """Report to the town: who came and what is done. After the limit it counts as late. Raises `Missing`, `WrongState`, `NotAllowed`."""
    call = _locked(call)
    require(by, "supervision.answer", division=call.unit.division, units=heirs(call.unit))
    if not text.strip():
        raise refusals.Missing("报到", "谁来、办了什么")
    call.state = states.check("call", "answer", call.state, thing=f"“{call.unit}”的报到")
    at = at or timezone.now()
    call.answered_at, call.answered_by, call.answer = at, by, text.strip()
    call.late = call.late or at > call.due_at
    call.save()
    _record("supervision.whistle_answer", call.whistle, by, unit=call.unit.name, text=text.strip(), late=call.late)
    return call


@action
def rate(*, call: WhistleCall, stars: int, by: Person, text: str = "", at: datetime | None = None) -> WhistleCall:
    """Rate a department that turned up: one to five stars, fewer than three with the reason.

    Raises `TooManyStars`, `Missing`, `WrongState`, `NotAllowed`.
    """
    call = _of_town(call, by)
    if not 1 <= stars <= 5:
        raise refusals.TooManyStars
    if stars < 3 and not text.strip():
        raise refusals.Missing("三星以下的评价", "理由")
    call.state = states.check("call", "rate", call.state, thing=f"“{call.unit}”的报到")
    call.stars, call.rating, call.rated_at, call.rated_by = stars, text.strip()[:300], at or timezone.now(), by
    call.save()
    _record("supervision.whistle_rate", call.whistle, by, unit=call.unit.name, stars=stars, text=call.rating)
    return call


@action
def call_again(*, call: WhistleCall, reason: str, by: Person, at: datetime | None = None) -> WhistleCall:
    """Call a department again that came and did not do it; the clock begins anew. Raises `Missing`, `WrongState`, `NotAllowed`."""
    call = _of_town(call, by)
    if not reason.strip():
        raise refusals.Missing("再次吹哨", "哪里没有办成")
    call.state = states.check("call", "call_again", call.state, thing=f"“{call.unit}”的报到")
    at = at or timezone.now()
    counted = whistling.due(call.whistle.urgency, timezone.localtime(at), calendar_of(call.whistle.unit.division))
    call.due_at, call.how = counted.due, counted.how
    call.answered_at = call.answered_by = None
    call.answer = ""
    call.again += 1
    call.save()
    _record("supervision.whistle_call_again", call.whistle, by, unit=call.unit.name, reason=reason.strip())
    return call


@action
def cancel(*, call: WhistleCall, by: Person) -> WhistleCall:
    """Take a call back before the department turned up. Raises `WrongState`, `NotAllowed`."""
    call = _of_town(call, by)
    call.state = states.check("call", "cancel", call.state, thing=f"“{call.unit}”的报到")
    call.save(update_fields=["state"])
    _record("supervision.whistle_cancel", call.whistle, by, unit=call.unit.name)
    return call


def _locked(call: WhistleCall) -> WhistleCall:
    whole = WhistleCall.objects.select_for_update(of=("self",))
    return whole.select_related("unit__division", "unit__successor", "whistle__unit__division", "whistle__issue").get(
        pk=call.pk
    )


def _of_town(call: WhistleCall, by: Person) -> WhistleCall:
    call = _locked(call)
    require(by, "supervision.answer", division=call.whistle.unit.division, units=heirs(call.whistle.unit))
    return call


def _record(what: str, whistle: Whistle, by: Person, **more: object) -> None:
    record(
        what,
        by=by,
        subject=whistle,
        name=f"{whistle.issue.short_number} {whistle}",
        after=dict(more),
        division=whistle.unit.division.code,
    )
