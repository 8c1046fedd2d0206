"""Schemes of offices, whatever their kind: a text becomes a version once its own examples come out."""

from __future__ import annotations

from typing import Any

from duban.audit.trail import action, record
from duban.dispatch.models.schemes import OfficeScheme
from duban.dispatch.office_schemes import OfficeShelf, SchemeUnproved
from duban.organisations.access import require
from duban.organisations.models import Division, Person


@action
def keep_own(*, kept: OfficeShelf[Any], division: Division, text: str, by: Person) -> Any:
    """Keep an office's scheme as a new version, once its own examples come out; return its row.

    A text that is word for word the last version is that version. Raises `WrongScheme` with all that is wrong in the
    file and `SchemeUnproved`.
    """
    require(by, kept.permission, division=division)
    scheme = kept.shelf.read(text, kept.title)
    if problems := [*kept.shelf.of_office(scheme), *kept.shelf.kind.check(scheme)]:
        raise SchemeUnproved(kept.title, problems)
    return keep_version(kept=kept, division=division, text=text, by=by)


@action
def keep_version(*, kept: OfficeShelf[Any], division: Division, text: str, by: Person) -> Any:
    """Keep a text that holds, that of a preset or an office's own, as a version of the division's; return its row."""
    require(by, kept.permission, division=division)
    scheme = kept.shelf.read(text, kept.title)
    # Versions are counted one after the other.
    division = Division.objects.select_for_update().get(pk=division.pk)
    rows = kept.model._default_manager.filter(division=division, name=scheme.name)
    last: OfficeScheme | None = rows.order_by("-version").first()
    if last and last.text == text:
        return last
    made = kept.model._default_manager.create(
        division=division,
        name=scheme.name,
        title=scheme.title,
        version=last.version + 1 if last else 1,
        text=text,
        created_by=by,
    )
    after = {"name": made.name, "version": made.version}
    record(kept.event, by=by, subject=made, after=after, division=division.code)
    return made
