"""Which reports of a round the office looks into: drawn, and the rest accepted together."""

from __future__ import annotations

from duban.audit.trail import action, record
from duban.dispatch.actions.reports import accept
from duban.dispatch.actions.rounds import draw_sample
from duban.dispatch.models import Report, Round
from duban.dispatch.states import ReportState
from duban.organisations.access import require
from duban.organisations.models import Person


@action
def draw(*, round: Round, by: Person) -> int:
    """Draw the round's sample from what waits for verification: its schedule's percentage, warnings first.

    The seed is the round's number, so that anybody can draw it again; what was drawn before stays. Return how many are
    in the sample now.
    """
    require(by, "dispatch.verify", division=round.ledger.division)
    handed_in = (ReportState.AWAITING_VERIFICATION, ReportState.VERIFIED)
    reports = list(Report.objects.select_for_update().filter(round=round, state__in=handed_in).order_by("pk"))
    drawn = draw_sample(reports, round.schedule.sample_percent, seed=round.pk)
    numbers = sorted({report.pk for report in (*drawn, *reports) if report in drawn or report.sampled})
    Report.objects.filter(pk__in=numbers).update(sampled=True)
    record(
        "dispatch.draw_sample",
        by=by,
        subject=round,
        after={"percent": round.schedule.sample_percent, "of": len(reports), "seed": round.pk, "reports": numbers},
        division=round.ledger.division.code,
    )
    return len(numbers)


@action
def accept_rest(*, round: Round, by: Person) -> int:
    """Accept what waits for verification, was not drawn and shows nothing odd. Return how many."""
    require(by, "dispatch.verify", division=round.ledger.division)
    waiting = Report.objects.filter(round=round, state=ReportState.AWAITING_VERIFICATION, sampled=False)
    rest = [report for report in waiting.order_by("pk") if not report.warnings]
    for report in rest:
        accept(report=report, by=by)
    return len(rest)
