"""Commendations and criticisms from above: entered with the paper that says so, revoked with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import BinaryIO

from django.utils import timezone

from duban.assessment import refusals, states
from duban.assessment.models import Commendation, ScoreFile
from duban.assessment.states.decisions import CommendationState
from duban.audit.trail import action, record
from duban.dispatch.actions.evidence import stored
from duban.organisations.access import require
from duban.organisations.models import Division, Person, Unit

Files = Iterable[tuple[BinaryIO, str]]


@action
def enter(
    *,
    division: Division,
    unit: Unit,
    kind: str,
    source: str,
    who: str,
    day: date,
    title: str,
    paper: str,
    by: Person,
    files: Files = (),
    at: datetime | None = None,
) -> Commendation:
    """Enter what somebody above decided of a unit; it counts in the month of its day.

    Raises `Missing`, `NotInDivision`, `ToCome`, `AlreadyEntered`, `BadEvidence`, `NotAllowed`.
    """
    require(by, "assessment.run", division=division)
    at = at or timezone.now()
    lacking = [
        words for words, given in (("谁作出的", who), ("事由", title), ("文号或依据", paper)) if not given.strip()
    ]
    if lacking:
        raise refusals.Missing("录入表扬、批评", "、".join(lacking))
    if unit.division_id != division.pk:
        raise refusals.NotInDivision(unit)
    if day > timezone.localdate(at):
        raise refusals.ToCome(day)
    facts = {"unit": unit, "kind": kind, "day": day, "paper": paper.strip()[:200], "title": title.strip()[:300]}
    if Commendation.objects.filter(state=CommendationState.ENTERED, **facts).exists():
        raise refusals.AlreadyEntered
    made = Commendation.objects.create(
        division=division, source=source, who=who.strip()[:100], entered_at=at, entered_by=by, **facts
    )
    for file, name in files:
        kept = stored(division.pk, file, name)
        ScoreFile.objects.create(stored=kept, name=name[-255:], commendation=made, added_by=by)
    _record("enter_commendation", made, by, who=made.who, paper=made.paper, day=day)
    return made


@action
def revoke(*, commendation: Commendation, reason: str, by: Person) -> Commendation:
    """Take an entry back, with the reason; published rankings stay as they are. Raises `Missing`, `WrongState`."""
    whole = Commendation.objects.select_for_update(of=("self",)).select_related("division", "unit")
    commendation = whole.get(pk=commendation.pk)
    require(by, "assessment.run", division=commendation.division)
    target = states.check("commendation", "revoke", commendation.state, thing=f"“{commendation}”")
    if not reason.strip():
        raise refusals.Missing("撤销", "理由")
    commendation.state, commendation.revoked_because = target, reason.strip()[:300]
    commendation.revoked_at, commendation.revoked_by = timezone.now(), by
    commendation.save()
    _record("revoke_commendation", commendation, by, reason=commendation.revoked_because)
    return commendation


def _record(what: str, commendation: Commendation, by: Person, **more: object) -> None:
    record(
        f"assessment.{what}",
        by=by,
        subject=commendation,
        after={"state": commendation.state, **{key: value for key, value in more.items() if value}},
        division=commendation.division.code,
    )
