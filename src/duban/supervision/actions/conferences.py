"""Case conferences: called about stuck issues, held with minutes, whose decisions become matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Division, Person, Unit
from duban.supervision import states
from duban.supervision.actions import issues as issue_steps
from duban.supervision.actions import matters
from duban.supervision.loop import refusals
from duban.supervision.models import AgendaItem, Conference, Decision, Issue
from duban.supervision.models.matters import MatterSource
from duban.supervision.states.issues import TRANSITIONS


@dataclass(frozen=True)
class Decided:
    """What was decided: who does what by when, and about which issue of the agenda."""

    text: str
    unit: Unit
    due_on: date
    issue: Issue | None = None


@action
def call(
    *,
    division: Division,
    title: str,
    starts_at: datetime,
    chair: Person,
    issues: Sequence[Issue],
    units: Sequence[Unit],
    by: Person,
    place: str = "",
    others: str = "",
) -> Conference:
    """Call a conference about issues; those that are at work wait from now on for it, by its day.

    Raises `NothingChosen`, `Missing`, `PastDay`, `NotInDivision`, `NotAllowed`.
    """
    require(by, "supervision.run", division=division)
    if not title.strip():
        raise refusals.Missing("会商", "名称")
    if not issues:
        raise refusals.NothingChosen("要会商的问题")
    for unit in units:
        if unit.division_id != division.pk or unit.successor_id:
            raise refusals.NotInDivision(unit)
    day = timezone.localtime(starts_at).date()
    if day < timezone.localdate():
        raise refusals.PastDay(day)
    division = Division.objects.select_for_update(of=("self",)).get(pk=division.pk)
    last = Conference.objects.filter(division=division, year=day.year).aggregate(last=Max("seq"))["last"] or 0
    conference = Conference.objects.create(
        division=division, year=day.year, seq=last + 1, title=title.strip()[:200], starts_at=starts_at,
        place=place.strip()[:200], chair=chair, others=others.strip()[:500], planned_by=by,
    )  # fmt: skip
    conference.units.set(units)
    for order, issue in enumerate(issues):
        AgendaItem.objects.create(conference=conference, issue=issue, order=order)
        if issue.state in TRANSITIONS["issue"]["coordinate"].sources:
            issue_steps.coordinate(
                issue=issue,
                next_step=f"{day:%-m月%-d日}专班会商",
                due_on=day,
                by=by,
                text=f"列入{conference.short_number}",
            )
    _record("supervision.conference_call", conference, by, issues=[issue.pk for issue in issues], day=day)
    return conference


@action
def hold(
    *,
    conference: Conference,
    minutes: str,
    conclusions: Mapping[int, str],
    decisions: Sequence[Decided],
    by: Person,
    basis: str = "",
) -> Conference:
    """Keep the minutes of a conference: each issue's conclusion by its number, and what was decided, each a matter.

    A matter that the chair decided is taken up by that decision (article 11) and given to its unit at once; the issue it is
    about waits for that unit until its day. Raises `Missing`, `PastDay`, `NotInDivision`, `WrongState`, `NotAllowed`.
    """
    conference = _locked(conference)
    require(by, "supervision.run", division=conference.division)
    if not minutes.strip():
        raise refusals.Missing("会商纪要", "纪要")
    conference.state = states.check("conference", "hold", conference.state, thing=f"“{conference}”")
    for item in conference.agenda.select_related("issue"):
        said = conclusions.get(item.issue_id, "").strip()
        if not said:
            raise refusals.Missing("会商纪要", f"“{item.issue}”的结论")
        item.conclusion = said
        item.save(update_fields=["conclusion"])
    conference.minutes, conference.held_at, conference.held_by = minutes.strip(), timezone.now(), by
    conference.save()
    for decided in decisions:
        _follow(conference, decided, basis, by)
    _record("supervision.conference_hold", conference, by, decisions=len(decisions))
    return conference


@action
def cancel(*, conference: Conference, reason: str, by: Person) -> Conference:
    """Call a conference off, with the reason; the office moves on with its issues. Raises `Missing`, `WrongState`, `NotAllowed`."""
    conference = _locked(conference)
    require(by, "supervision.run", division=conference.division)
    if not reason.strip():
        raise refusals.Missing("取消会商", "理由")
    conference.state = states.check("conference", "cancel", conference.state, thing=f"“{conference}”")
    conference.reason = reason.strip()[:300]
    conference.save(update_fields=["state", "reason"])
    _record("supervision.conference_cancel", conference, by, reason=reason.strip())
    return conference


def _follow(conference: Conference, decided: Decided, basis: str, by: Person) -> None:
    today = timezone.localdate()
    if not decided.text.strip():
        raise refusals.Missing("议定事项", "做什么")
    if decided.due_on < today:
        raise refusals.PastDay(decided.due_on)
    if decided.unit.division_id != conference.division_id or decided.unit.successor_id:
        raise refusals.NotInDivision(decided.unit)
    matter = matters.register(
        division=conference.division,
        source=MatterSource.CONFERENCE,
        source_name=conference.title,
        source_person=conference.chair.name,
        title=decided.text.strip(),
        text=f"{conference.short_number} {conference.title}议定。",
        received_on=today,
        own_due=decided.due_on,
        task=decided.issue.task if decided.issue else None,
        restricted=bool(decided.issue and decided.issue.restricted),
        by=by,
    )
    matters.approve(
        matter=matter,
        approved_by_name=conference.chair.name,
        approval_basis=basis.strip() or f"{conference.short_number} 会商纪要",
        by=by,
    )
    matters.assign(matter=matter, lead=decided.unit, own_due=decided.due_on, by=by)
    Decision.objects.create(
        conference=conference,
        issue=decided.issue,
        text=decided.text.strip()[:300],
        unit=decided.unit,
        due_on=decided.due_on,
        matter=matter,
    )
    if decided.issue and decided.issue.state in TRANSITIONS["issue"]["assign"].sources:
        issue_steps.assign(
            issue=decided.issue, unit=decided.unit, next_step=decided.text.strip()[:200], due_on=decided.due_on, by=by,
            text=f"{conference.short_number} 议定，{matter.short_number}", sponsor=None,
        )  # fmt: skip


def _locked(conference: Conference) -> Conference:
    whole = Conference.objects.select_for_update(of=("self",))
    return whole.select_related("division", "chair").get(pk=conference.pk)


def _record(what: str, conference: Conference, by: Person, **more: object) -> None:
    record(
        what,
        by=by,
        subject=conference,
        name=f"{conference.short_number} {conference}",
        after={"state": conference.state, **more},
        division=conference.division.code,
    )
