"""What the frame around every page shows: the entries of the side bar, and the ledgers to switch between.

Who sees an entry is what the guard at its view says; there is no second list of it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from duban import __version__
from duban.organisations.access import Anyone, access_of
from duban.organisations.guard import destination
from duban.plans.models import Ledger
from duban.plans.queries.waiting import own_ledgers


@dataclass(frozen=True)
class Entry:
    """An entry of the side bar. `under` are the beginnings of the paths that belong to it, ``*`` for any part."""

    label: str
    icon: str
    name: str
    under: tuple[str, ...]


ENTRIES = (
    Entry("工作台", "home", "plans:workbench", ()),
    Entry("台账", "list-tree", "plans:ledgers", ("/ledgers/", "/tasks/", "/units/")),
    Entry("填报", "edit", "dispatch:reporting", ("/reporting/", "/sign-off/", "/reports/", "/rounds/*/units/")),
    Entry(
        "调度",
        "calendar",
        "dispatch:rounds",
        (
            *("/rounds/", "/schedules/", "/holidays/", "/notices/log/"),
            *("/ledgers/*/overview/", "/ledgers/*/burden/", "/ledgers/*/schedules/"),
        ),
    ),
    Entry(
        "督查督办",
        "gavel",
        "supervision:matters",
        (
            *("/matters/", "/supervision/", "/orders/", "/talks/", "/inspections/", "/reviews/", "/spot/"),
            *("/issues/", "/whistles/", "/conferences/", "/close-outs/", "/leading/"),
        ),
    ),
    Entry("排名考核", "trophy", "assessment:rankings", ("/rankings/", "/scoring/", "/ratings/", "/assessments/")),
    Entry("通报", "file-certificate", "bulletins:papers", ("/bulletins/",)),
    Entry("分析", "chart-dots", "assessment:analysis", ("/analysis/",)),
    Entry("亮灯办法", "target", "dispatch:schemes", ("/schemes/",)),
    Entry("来文", "file-text", "plans:papers", ("/papers/",)),
    Entry("调整", "adjustments", "plans:amendments", ("/amendments/", "/ledgers/*/amendments/", "/tasks/*/amend/")),
    Entry("组织机构", "sitemap", "organisations:units", ("/organisations/",)),
    Entry("后台任务", "history", "dispatch:jobs", ("/jobs/",)),
    Entry("审计", "shield-check", "audit:events", ("/audit/",)),
)


@dataclass(frozen=True)
class Shown:
    """An entry as one page shows it."""

    label: str
    icon: str
    url: str
    current: bool


def entries(person: Anyone, path: str) -> list[Shown]:
    """Return the entries that `person` may open; the one that `path` belongs to is current."""
    access = access_of(person)
    open_to = [
        (entry, place[0])
        for entry in ENTRIES
        if (place := destination(entry.name)) and (place[1] is None or access.may(place[1]))
    ]
    # The closest wins: a unit's page of a round belongs to 填报 for the unit's people, to 调度 for the office.
    fits = [
        max([len(part) for part in entry.under if fnmatch(path, f"{part}*")] + [len(url) if path == url else 0])
        for entry, url in open_to
    ]
    closest = max(fits, default=0)
    return [
        Shown(entry.label, entry.icon, url, bool(closest) and index == fits.index(closest))
        for index, (entry, url) in enumerate(open_to)
    ]


def ledgers(person: Anyone) -> list[Ledger]:
    """Return the newest ledgers of the person's own division that `person` may open, the newest first."""
    access = access_of(person)
    if access.division is None or not access.may("plans.read") or destination("plans:ledgers") is None:
        return []
    return own_ledgers(person)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what ``base.html`` shows around a page; nothing is read from the database unless it is shown."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"version": __version__}
    return {
        "version": __version__,
        "frame_entries": SimpleLazyObject(lambda: entries(person, request.path)),
        "frame_ledgers": SimpleLazyObject(lambda: ledgers(person)),
        "frame_access": access_of(person),
        "frame_search": (destination("plans:search") or ("",))[0],
    }
