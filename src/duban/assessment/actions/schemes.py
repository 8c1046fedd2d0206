"""Scoring schemes: the months of a ledger are ranked by one from a month on."""

from __future__ import annotations

from datetime import date

from duban.assessment import refusals
from duban.assessment.models import LedgerScoring, ScoringScheme, month_words
from duban.assessment.scoring import files
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans.models import Ledger
from duban.plans.states import LedgerState


@action
def adopt_scoring(
    *, ledger: Ledger, month: date, by: Person, preset: str = "", scheme: ScoringScheme | None = None
) -> LedgerScoring:
    """Rank the months of a ledger from one on by a preset, or by a scheme of its office.

    What was computed before keeps the scheme that it was computed by. Raises `NotInLedger`, `UnknownScheme`, `NotAllowed`.
    """
    require(by, "assessment.change_schemes", division=ledger.division)
    if month.year != ledger.year or ledger.state == LedgerState.DRAFT:
        raise refusals.NotInLedger(month_words(month), ledger)
    if scheme is not None and scheme.division_id != ledger.division_id:
        raise refusals.UnknownScheme(scheme.name)
    if scheme is None and preset not in files.presets():
        raise refusals.UnknownScheme(preset)
    use, _ = LedgerScoring.objects.update_or_create(
        ledger=ledger,
        valid_from=month.replace(day=1),
        defaults={"scheme": scheme, "preset": "" if scheme else preset, "adopted_by": by},
    )
    after = {"scheme": use.key, "valid_from": use.valid_from}
    record("assessment.adopt_scoring_scheme", by=by, subject=ledger, after=after, division=ledger.division.code)
    return use
