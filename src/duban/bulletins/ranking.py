"""The month's ranking, as papers speak of it: what was published, else the draft, which papers then call so."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from duban.assessment.models import Distinction, Ranking
from duban.assessment.states.decisions import DistinctionState
from duban.assessment.states.rankings import OPEN, RankingState
from duban.bulletins.composing.facts import RankFact, RankingFacts
from duban.plans.models import Ledger


def ranking_of(ledger: Ledger, month: date, period: str = Ranking.Period.MONTH) -> RankingFacts | None:
    """Return the ranking of a month, or the year's assessment: what is published, else what is worked on; None without any.

    Who is commended and criticised is what was decided; of a draft, what is proposed too. Three statements.
    """
    found = list(
        Ranking.objects.filter(
            ledger=ledger, period=period, month=month.replace(day=1), state__in=(*OPEN, RankingState.PUBLISHED)
        )
        .defer("scheme_text", "notes")
        .order_by("version")
    )
    if not found:
        return None
    # A correction that is still worked on does not speak before it is published.
    chosen = next((one for one in found if one.state == RankingState.PUBLISHED), found[-1])
    published = chosen.state == RankingState.PUBLISHED
    decided = [DistinctionState.CONFIRMED] if published else [DistinctionState.CONFIRMED, DistinctionState.PROPOSED]
    named = set(Distinction.objects.filter(ranking=chosen, state__in=decided).order_by().values_list("unit_id", "kind"))
    rows = chosen.rows.values_list("unit_id", "group_title", "place", "score", "previous_place")
    return RankingFacts(
        pk=chosen.pk,
        state="published" if published else "draft",
        rows=tuple(
            RankFact(
                unit=unit,
                group=group,
                place=place,
                score=score.quantize(Decimal("0.01"), ROUND_HALF_UP),
                before=before,
                commended=(unit, Distinction.Kind.COMMEND) in named,
                criticised=(unit, Distinction.Kind.CRITICISE) in named,
            )
            for unit, group, place, score, before in rows
        ),
    )
