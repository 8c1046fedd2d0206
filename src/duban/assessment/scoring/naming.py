"""Who of a group is commended and who is criticised, by the scheme's rule."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from duban.assessment.scoring.results import Score
from duban.assessment.scoring.scheme import Naming

#: Equal scores may make the named so many times as many as the rule wants.
_CROWD = 2


def named(rule: Naming | None, scores: Sequence[Score], *, best: bool) -> tuple[int, ...]:
    """Return the numbers of the units that a rule names, at the best or the worst end; scores stand best first.

    Nobody is named in a group that is too small, or where all scores are equal. Equal scores at the last place that counts
    are named together, unless more than twice as many as the rule wants would be named: then none of those equal ones is,
    and who is named among them is for people to decide. A unit vetoed is never commended.
    """
    if rule is None or len(scores) < rule.least_group or scores[0].total == scores[-1].total:
        return ()
    standing = [score for score in scores if not (best and rule.refill and score.vetoed)]
    found: list[Score] = []
    for score in standing:
        ahead = sum(1 for other in standing if _before(other.total, score.total, best=best))
        if not _within(rule, score.total, ahead + 1, len(scores), best=best) or (best and score.vetoed):
            continue
        found.append(score)
    if rule.count is not None and len(found) > _CROWD * rule.count:
        edge = found[-1].total if best else found[0].total
        found = [score for score in found if score.total != edge]
    return tuple(score.unit.number for score in found)


def _before(other: Decimal, total: Decimal, *, best: bool) -> bool:
    return other > total if best else other < total


def _within(rule: Naming, total: Decimal, place: int, size: int, *, best: bool) -> bool:
    if rule.count is not None and place > rule.count:
        return False
    if rule.share is not None and place > int(size * rule.share):
        return False
    return rule.bound is None or (total >= rule.bound if best else total < rule.bound)
