"""What does not count (容错): asked for by a fact, with reason and paper; decided by somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from django.utils import timezone

from duban.assessment import refusals, states
from duban.assessment.models import Forgiveness, RankingRow, ScoreFile
from duban.assessment.states.decisions import ForgivenessState
from duban.audit.trail import action, record
from duban.dispatch.actions.evidence import stored
from duban.organisations.access import require
from duban.organisations.models import Person

Files = Iterable[tuple[BinaryIO, str]]


@action
def ask(
    *, row: RankingRow, fact: str, reason: str, paper: str, by: Person, files: Files = (), at: datetime | None = None
) -> Forgiveness:
    """Ask that a fact of a unit does not count, wherever it would. Raises `Missing`, `NoSuchFact`, `AlreadyForgiven`."""
    row = RankingRow.objects.select_related("ranking__ledger__division", "unit").get(pk=row.pk)
    ledger = row.ranking.ledger
    require(by, "assessment.run", division=ledger.division)
    if not reason.strip() or not paper.strip():
        raise refusals.Missing("容错", "理由和依据（文号、会议纪要）")
    known = next((one for one in row.facts if one["key"] == fact), None)
    if known is None:
        raise refusals.NoSuchFact
    live = (ForgivenessState.ASKED, ForgivenessState.GRANTED)
    if Forgiveness.objects.filter(ledger=ledger, fact=fact, state__in=live).exists():
        raise refusals.AlreadyForgiven
    made = Forgiveness.objects.create(
        ledger=ledger,
        unit=row.unit,
        fact=fact,
        fact_words=known["words"][:500],
        reason=reason.strip()[:500],
        paper=paper.strip()[:200],
        asked_at=at or timezone.now(),
        asked_by=by,
    )
    for file, name in files:
        kept = stored(ledger.division_id, file, name)
        ScoreFile.objects.create(stored=kept, name=name[-255:], forgiveness=made, added_by=by)
    _record("ask_forgiveness", made, by, fact=fact, reason=made.reason, paper=made.paper)
    return made


@action
def decide(
    *, forgiveness: Forgiveness, granted: bool, by: Person, decision: str = "", at: datetime | None = None
) -> Forgiveness:
    """Grant or refuse (with the reason) what somebody else asked for; scores follow when a ranking is computed again.

    Raises `OwnRequest`, `Missing`, `WrongState`, `NotAllowed`.
    """
    forgiveness = _locked(forgiveness, by, "assessment.approve")
    step = "grant" if granted else "refuse"
    target = states.check("forgiveness", step, forgiveness.state, thing=f"“{forgiveness}”")
    if forgiveness.asked_by_id == by.pk:
        raise refusals.OwnRequest
    if not granted and not decision.strip():
        raise refusals.Missing("不同意容错", "理由")
    forgiveness.state, forgiveness.decision = target, decision.strip()[:500]
    forgiveness.decided_at, forgiveness.decided_by = at or timezone.now(), by
    forgiveness.save()
    _record(f"{step}_forgiveness", forgiveness, by, decision=forgiveness.decision)
    return forgiveness


@action
def revoke(*, forgiveness: Forgiveness, reason: str, by: Person) -> Forgiveness:
    """Take back what was asked or granted, with the reason. Raises `Missing`, `WrongState`, `NotAllowed`."""
    forgiveness = _locked(forgiveness, by, "assessment.run")
    if not reason.strip():
        raise refusals.Missing("撤销容错", "理由")
    forgiveness.state = states.check("forgiveness", "revoke", forgiveness.state, thing=f"“{forgiveness}”")
    forgiveness.decision = reason.strip()[:500]
    forgiveness.save()
    _record("revoke_forgiveness", forgiveness, by, reason=reason.strip())
    return forgiveness


def _locked(forgiveness: Forgiveness, by: Person, permission: str) -> Forgiveness:
    whole = Forgiveness.objects.select_for_update(of=("self",)).select_related("ledger__division")
    found = whole.get(pk=forgiveness.pk)
    require(by, permission, division=found.ledger.division)
    return found


def _record(what: str, forgiveness: Forgiveness, by: Person, **more: object) -> None:
    record(
        f"assessment.{what}",
        by=by,
        subject=forgiveness,
        after={"state": forgiveness.state, **{key: value for key, value in more.items() if value}},
        division=forgiveness.ledger.division.code,
    )
