"""Who is commended and criticised: the rule proposes, people decide with a reason, and name others by hand."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from duban.assessment import refusals, states
from duban.assessment.models import Distinction, Ranking, RankingRow
from duban.assessment.states.decisions import DistinctionState
from duban.assessment.states.rankings import OPEN
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans.states import WrongState


@action
def decide(
    *, distinction: Distinction, confirmed: bool, reason: str, by: Person, at: datetime | None = None
) -> Distinction:
    """Decide that a unit is named, or is not, with the reason. Raises `Missing`, `WrongState`, `NotAllowed`."""
    ranking = _open(distinction.ranking_id, by)
    distinction = Distinction.objects.select_for_update(of=("self",)).select_related("unit").get(pk=distinction.pk)
    step = "confirm" if confirmed else "drop"
    distinction.state = states.check("distinction", step, distinction.state, thing=f"“{distinction}”")
    if not reason.strip():
        raise refusals.Missing("决定表扬、批评", "理由")
    distinction.reason = reason.strip()[:500]
    distinction.decided_at, distinction.decided_by = at or timezone.now(), by
    distinction.save()
    _record(f"{step}_distinction", ranking, distinction, by)
    return distinction


@action
def confirm_all(*, ranking: Ranking, reason: str, by: Person, at: datetime | None = None) -> list[Distinction]:
    """Confirm whatever the rule proposes and nobody decided yet, with one reason. Raises `Missing`, `WrongState`."""
    ranking = _open(ranking.pk, by)
    waiting = Distinction.objects.filter(ranking=ranking, state=DistinctionState.PROPOSED).order_by("pk")
    return [decide(distinction=one, confirmed=True, reason=reason, by=by, at=at) for one in waiting]


@action
def name_unit(*, row: RankingRow, kind: str, reason: str, by: Person, at: datetime | None = None) -> Distinction:
    """Name a unit that the rule does not, with the reason; it is decided with that. Raises `Missing`, `WrongState`."""
    ranking = _open(row.ranking_id, by)
    if not reason.strip():
        raise refusals.Missing("另加表扬、批评", "理由")
    there = Distinction.objects.filter(ranking=ranking, unit=row.unit_id, kind=kind).first()
    if there is not None:
        return decide(distinction=there, confirmed=True, reason=reason, by=by, at=at)
    made = Distinction.objects.create(
        ranking=ranking,
        unit_id=row.unit_id,
        kind=kind,
        by_rule=False,
        state=DistinctionState.CONFIRMED,
        reason=reason.strip()[:500],
        decided_at=at or timezone.now(),
        decided_by=by,
    )
    _record("name_unit", ranking, made, by)
    return made


def _open(pk: int, by: Person) -> Ranking:
    ranking = Ranking.objects.select_for_update(of=("self",)).select_related("ledger__division").get(pk=pk)
    require(by, "assessment.run", division=ranking.ledger.division)
    if ranking.state not in OPEN:
        raise WrongState(str(ranking), ranking.get_state_display(), "改表扬、批评")
    return ranking


def _record(what: str, ranking: Ranking, distinction: Distinction, by: Person) -> None:
    record(
        f"assessment.{what}",
        by=by,
        subject=distinction,
        name=f"{ranking} {distinction}",
        after={"state": distinction.state, "reason": distinction.reason},
        division=ranking.ledger.division.code,
    )
