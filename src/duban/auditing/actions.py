"""What auditors do leaves events too."""

from __future__ import annotations

from duban.audit.trail import action, record
from duban.audit.verify import Part
from duban.organisations.access import access_of, require
from duban.organisations.models import Person


@action
def note_export(*, filters: dict[str, str], file_format: str, by: Person) -> None:
    """Leave an event about an export of the audit trail, before it is handed out."""
    require(by, "audit.read")
    division = access_of(by).division
    record(
        "audit.export",
        by=by,
        after={"filters": filters, "format": file_format},
        division=division.code if division else "",
    )


@action
def note_verification(*, part: Part, by: Person) -> None:
    """Leave an event about a verification that has come to its end; it is the whole trail's, not one division's."""
    require(by, "audit.read")
    record(
        "audit.verify",
        by=by,
        after={"checked": part.checked, "digest": part.digest, "problem": str(part.problem or "")},
    )
