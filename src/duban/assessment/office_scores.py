"""Which scoring schemes a division has to choose from, and which one the months of a ledger are ranked by."""

from __future__ import annotations

from datetime import date

from duban.assessment.models import LedgerScoring, ScoringScheme
from duban.assessment.scoring import files
from duban.assessment.scoring.scheme import ScoringScheme as Rules
from duban.dispatch.office_schemes import OfficeShelf
from duban.dispatch.schemes.problems import WrongScheme
from duban.plans.models import Ledger

#: How offices keep scoring schemes.
OFFICE_SCORES: OfficeShelf[Rules] = OfficeShelf(
    files.SCORES, ScoringScheme, "assessment.change_schemes", "assessment.save_scoring_scheme", "assessment:scheme"
)


def usual(ledger: Ledger, month: date) -> str:
    """Return by what a month of a ledger is ranked: a preset's name, or name and version of an office's own."""
    uses = LedgerScoring.objects.filter(ledger=ledger, valid_from__lte=month).select_related("scheme")
    use = uses.order_by("-valid_from").first()
    return use.key if use else files.DEFAULT


def text_of(ledger: Ledger, key: str) -> tuple[str, str, str] | None:
    """Return name, version and text of the scheme chosen by `key`, for the ledger's division; None where there is none."""
    if key in files.presets():
        return key, files.presets()[key].version, files.text_of(key)
    name, _, version = key.partition("@")
    rows = ScoringScheme.objects.filter(division=ledger.division_id, name=name).order_by("-version")
    row = (rows.filter(version=version) if version.isdecimal() else rows).first()
    return (row.name, str(row.version), row.text) if row else None


def anonymity(ledger: Ledger, month: date, by_whom: str, kind: str) -> tuple[str, bool] | None:
    """Return the title of the item by which the scheme of a month says whether such answers are anonymous, and what it says.

    `by_whom` is one of `facts.BY`, `kind` the kind of fact that the answers become. None where the scheme leaves it open.
    """
    found = text_of(ledger, usual(ledger, month))
    try:
        rules = files.read(found[2], found[0]) if found else None
    except WrongScheme:
        return None
    for item in rules.items if rules else ():
        by = (item.choice.marks or {}).get("by") or tuple(rater.by for rater in item.raters)
        if item.anonymous is not None and kind in item.choice.kinds and (not by or by_whom in by):
            return item.title, item.anonymous
    return None


def offered(ledger: Ledger, *also: str) -> dict[str, str]:
    """Return the schemes that a ledger's months may be ranked by, key and words: presets, own in their latest version."""
    found = {one.name: f"{one.title}（自带）" for one in files.presets().values()}
    rows = {row.key: row for row in ScoringScheme.objects.filter(division=ledger.division_id)}
    last = {row.name: row.key for row in rows.values()}
    for key in dict.fromkeys([*last.values(), *also]):
        if key in rows:
            found[key] = str(rows[key])
    return found
