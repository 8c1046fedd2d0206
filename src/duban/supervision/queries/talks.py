"""What the pages of talks show, and what waits of them."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, QuerySet

from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.queries.desk import SHOWN, Item, Part, address
from duban.plans.queries.gates import if_any
from duban.supervision.models import Talk
from duban.supervision.states.orders import TalkState

#: Talks within so many days stand on the workbench.
SOON = 7


def listed(person: Person, state: str = "") -> QuerySet[Talk]:
    """Return the talks that a person sees, those to come first."""
    found = Talk.objects.visible_to(person).select_related("unit", "order", "task__ledger")
    if state in TalkState.values:
        found = found.filter(state=state)
    return found.annotate(promised=Count("promises")).order_by("-planned_for", "-pk")


def waiting(person: Person, today: date) -> list[Part]:
    """Return the talks that the office holds soon, or should have."""
    office = access_of(person).reach("supervision.run").of_division()
    soon = if_any(
        person,
        "supervision.talks",
        Talk.objects.filter(office, state=TalkState.PLANNED, planned_for__lte=today + timedelta(days=SOON)),
    )
    rows = list(soon.select_related("unit").order_by("planned_for", "pk")[: SHOWN + 1])
    items = [
        Item(
            f"约谈{talk.unit}",
            address("supervision:talk", talk.pk),
            "记录" if talk.planned_for <= today else "查看",
            talk.subject,
            due=talk.planned_for,
        )
        for talk in rows[:SHOWN]
    ]
    return [Part("近日的约谈", items, len(rows) if len(rows) <= SHOWN else soon.count())]
