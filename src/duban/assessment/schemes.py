"""The schemes that a month may be ranked by: those that come with the product, and what the office keeps of its own."""

from __future__ import annotations

from django.utils import timezone

from duban.assessment.actions.rankings import Scheme
from duban.assessment.office_scores import offered, text_of, usual
from duban.plans.models import Ledger


def choices(ledger: Ledger) -> list[tuple[str, str]]:
    """Return key and words of each scheme; the one that the office adopted for its last month stands first."""
    used = usual(ledger, timezone.localdate().replace(day=1))
    return sorted(offered(ledger, used).items(), key=lambda one: one[0] != used)


def chosen(ledger: Ledger, key: str) -> Scheme | None:
    """Return the scheme of that key; None where there is none."""
    found = text_of(ledger, key)
    return Scheme(found[0], found[2], found[1]) if found else None
