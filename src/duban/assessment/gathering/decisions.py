"""Facts by decision: commendations and criticisms from above as entered, and what inspections led to."""

from __future__ import annotations

from collections.abc import Iterator

from duban.assessment.gathering.book import Book, Month, cut, short
from duban.assessment.models import Commendation
from duban.assessment.scoring.facts import Fact
from duban.assessment.states.decisions import CommendationState
from duban.supervision.models import Proposal
from duban.supervision.states.inspections import ProposalState

_P = Proposal.Kind
_KINDS = {_P.COMMEND: "commended", _P.ENCOURAGE: "commended", _P.CRITICISE: "criticised", _P.ACCOUNT: "criticised"}


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield what took effect in the month; two statements."""
    entered = Commendation.objects.filter(
        division=book.division, state=CommendationState.ENTERED, day__range=(month.first, month.last)
    )
    for row in entered.order_by("pk"):
        yield book.fact(
            month,
            row.kind,
            row.unit_id,
            f"commendation:{row.pk}",
            row.day,
            f"{short(row.day)}{row.who}{row.get_kind_display()}：{cut(row.title)}（{row.paper}）",
            link=book.link("assessment:commendation", row.pk),
            marks={"by": row.source},
        )
    proposals = Proposal.objects.filter(
        inspection__division=book.division, state=ProposalState.APPROVED, effective_on__range=(month.first, month.last)
    )
    for proposal in proposals.order_by("pk"):
        kind = _P(proposal.kind)
        day = proposal.effective_on
        if day is None:
            continue
        yield book.fact(
            month,
            _KINDS[kind],
            proposal.unit_id,
            f"proposal:{proposal.pk}",
            day,
            f"{short(day)}{proposal.organ}{kind.label}：{cut(proposal.text)}（{proposal.approval_basis}）",
            link=book.link("supervision:inspection", proposal.inspection_id),
            # What an inspection led to was decided at home: only what is entered as such comes from above.
            marks={"by": "bulletin"},
        )
