"""Who may decide a review: those of the office who took no part in the conclusion, and people of the upper levels."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from duban.organisations.models import Division, Person, Post
from duban.organisations.roles import Role
from duban.supervision.models import ConclusionHand, Review


def deciders(review: Review) -> QuerySet[Person]:
    """Return the people of the office who may decide `review`; nobody where recusal leaves nobody."""
    inspection = review.part.inspection
    hands = ConclusionHand.objects.filter(inspection=inspection)
    today = timezone.localdate()
    office = Post.objects.held(today).filter(role=Role.SUPERVISION_OFFICE, division=inspection.division_id)
    of_unit = Post.objects.held(today).filter(unit=review.part.unit_id)
    return (
        Person.objects.filter(is_active=True, username__isnull=False, pk__in=office.values("person"))
        .exclude(pk__in=hands.values("person"))
        .exclude(pk__in=of_unit.values("person"))
        .order_by("pk")
    )


def from_above(division: Division) -> QuerySet[Person]:
    """Return the people of the upper levels' supervision who may be named to decide a review in `division`."""
    above, one = [], division.parent
    while one is not None:
        above.append(one.pk)
        one = one.parent
    # An upper level's people may also hold their post at the division that they look after.
    held = Post.objects.held(timezone.localdate()).filter(
        Q(division__in=above) | Q(division=division), role=Role.UPPER_LEVEL
    )
    return Person.objects.filter(is_active=True, username__isnull=False, pk__in=held.values("person")).order_by("pk")
