"""Composes a paper anew from what the database holds now, in the words that it was drafted in."""

from __future__ import annotations

from duban.bulletins.composing.composer import Composer
from duban.bulletins.composing.wording import read
from duban.bulletins.gathering import Period, facts_for
from duban.bulletins.models import Bulletin


def composer_for(bulletin: Bulletin) -> Composer:
    """Return what composes the paper as of its day; read from the database once for a paper object."""
    kept: tuple[object, Composer] | None = getattr(bulletin, "_composer", None)
    about = (bulletin.first, bulletin.day, bulletin.wording)
    if kept is None or kept[0] != about:
        wording = read(bulletin.wording, bulletin.kind)
        period = Period(bulletin.first, bulletin.day)
        facts = facts_for(bulletin.kind, bulletin.ledger, period, section=bulletin.section, unit=bulletin.unit)
        kept = (about, Composer(wording, facts))
        bulletin._composer = kept  # type: ignore[attr-defined]
    return kept[1]
