"""Case conferences: the list, one with its agenda and decisions, what waits of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Prefetch
from django.utils import timezone

from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.queries.desk import LOOK, SHOWN, Item, Link, Part, address
from duban.plans.queries.gates import if_any
from duban.supervision.models import AgendaItem, Conference, Decision, Issue
from duban.supervision.reaching import within
from duban.supervision.states.conferences import ConferenceState


def conferences(person: Person) -> Any:
    """Return the conferences that `person` sees: those to come by their day, then the others, the latest first."""
    seen = Conference.objects.visible_to(person).select_related("chair", "division")
    rows = list(seen.annotate(items=Count("agenda", distinct=True), decided=Count("decisions", distinct=True))[:200])
    to_come = [row for row in rows if row.state == ConferenceState.PLANNED]
    return [*sorted(to_come, key=lambda row: row.starts_at), *(row for row in rows if row not in to_come)]


def conference(person: Person, pk: int) -> Conference | None:
    """Return one with its agenda, units and decisions; None where `person` does not see it.

    Of the agenda a unit reads its own issues only.
    """
    issues = Issue.objects.visible_to(person)
    agenda = AgendaItem.objects.filter(issue__in=issues.order_by().values("pk")).select_related("issue__unit")
    decisions = Decision.objects.select_related("unit", "issue", "matter")
    access = access_of(person)
    if not access.may("supervision.read") or access.reach("supervision.read").units:
        units = access.reach("supervision.read").units
        decisions = decisions.filter(within("unit", units))
    return (
        Conference.objects.visible_to(person)
        .filter(pk=pk)
        .select_related("chair", "division", "held_by", "planned_by")
        .prefetch_related(Prefetch("agenda", agenda), Prefetch("decisions", decisions), "units")
        .first()
    )


def stuck(person: Person) -> Any:
    """Return the open issues that a conference may be about, the oldest first."""
    return Issue.objects.visible_to(person).open().select_related("unit").order_by("raised_at", "pk")


def waiting(person: Person, today: date) -> list[Part]:
    """Return the conferences to come: for the office to hold and keep, for others to go to."""
    access = access_of(person)
    if not access.may("supervision.read"):
        return []
    office = access.may("supervision.run")
    planned = Conference.objects.visible_to(person).filter(state=ConferenceState.PLANNED)
    rows = if_any(person, "supervision.conferences", planned)
    first = list(rows.select_related("chair").order_by("starts_at", "pk")[: SHOWN + 1])
    items = [
        Item(
            row.title,
            address("supervision:conference", row.pk),
            "记纪要" if office and timezone.localdate(row.starts_at) <= today else LOOK,
            f"{timezone.localtime(row.starts_at):%H:%M} {row.place}　{row.chair}召集",
            row.short_number,
            due=timezone.localdate(row.starts_at),
        )
        for row in first[:SHOWN]
    ]
    total = rows.count() if len(first) > SHOWN else len(first)
    return [Part("专班会商", items, total, [Link("全部", address("supervision:conferences"))] if items else [])]
