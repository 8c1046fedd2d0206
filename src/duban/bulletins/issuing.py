"""Makes the files of an issued paper and has them archived."""

from __future__ import annotations

from duban.audit.trail import SYSTEM, Actor
from duban.bulletins import papers
from duban.bulletins.actions import signing
from duban.bulletins.models import ArchivedFile, Bulletin
from duban.bulletins.queries.drafts import latest
from duban.bulletins.queries.words import template_of


def archived(bulletin: Bulletin, by: Actor = SYSTEM) -> list[ArchivedFile]:
    """Return the frozen files of an issued paper; they are made outside of a transaction, which they would hold for seconds."""
    if there := list(bulletin.files.all()):
        return there
    template = template_of(bulletin.division, bulletin.kind)
    found = papers.paper_of(bulletin, latest(bulletin).body)
    files = papers.files_of(found, template.file.read() if template else None)
    return signing.archive(bulletin=bulletin, files=files, by=by)
