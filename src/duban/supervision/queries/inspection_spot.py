"""What the people of a group see on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from duban.organisations.models import Person
from duban.supervision.models import CheckItem, Finding, GroupMember, Inspection, Review, SpotPhoto, SpotVoice, Visit
from duban.supervision.states.inspections import FindingState, InspectionState


def own_visits(person: Person) -> QuerySet[Visit]:
    """Return the visits of the inspections on the spot in whose group `person` is."""
    mine = GroupMember.objects.filter(person=person, stepped_back_at=None)
    return Visit.objects.filter(
        inspection__in=mine.values("inspection"),
        inspection__state__in=(InspectionState.ON_SITE, InspectionState.CONCLUDING),
    ).select_related("inspection__division", "unit")


@dataclass(frozen=True)
class Day:
    """The visits of some days under one heading."""

    heading: str
    visits: list[Visit]


def visits(person: Person, today: date) -> list[Day]:
    """Return the person's visits: today's, those left over with something to do, those to come, those done."""
    rows = list(
        own_visits(person)
        .annotate(asked=Count("items"), done=Count("items", filter=~Q(items__result="")))
        .order_by("day", "order", "pk")
    )
    groups: dict[str, list[Visit]] = {"今天": [], "还没有查完": [], "以后": [], "查完的": []}
    for visit in rows:
        whole = visit.done == visit.asked
        if visit.day == today:
            groups["今天"].append(visit)
        elif visit.day > today:
            groups["以后"].append(visit)
        else:
            groups["查完的" if whole else "还没有查完"].append(visit)
    return [Day(heading, found) for heading, found in groups.items() if found]


def photos_seen(person: Person) -> QuerySet[SpotPhoto]:
    """Return the photos that `person` may look at."""
    return SpotPhoto.objects.filter(item__in=_items_seen(person))


def voices_seen(person: Person) -> QuerySet[SpotVoice]:
    """Return the voice notes that `person` may listen to."""
    return SpotVoice.objects.filter(item__in=_items_seen(person))


def _items_seen(person: Person) -> QuerySet[CheckItem]:
    """Return the items of inspections that `person` sees in full, and those of findings that were fed back."""
    full = Inspection.objects.visible_to(person)
    told = Finding.objects.visible_to(person).exclude(state__in=(FindingState.RECORDED, FindingState.DROPPED))
    seen = CheckItem.objects.filter(Q(visit__inspection__in=full) | Q(found__in=told))
    return seen.order_by().values("pk")  # type: ignore[return-value]


def files_of_inspections(person: Person) -> Q:
    """Return the condition that a file belongs to something of an inspection that `person` sees."""
    told = Finding.objects.visible_to(person)
    return (
        Q(photo__in=photos_seen(person))
        | Q(voice__in=voices_seen(person))
        | Q(finding__in=told)
        | Q(review__in=Review.objects.visible_to(person))
    )
