"""A person's own notices, and the log of all that was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from duban.dispatch.models import Notice, NoticeItem
from duban.dispatch.reminders.channels import SITE
from duban.dispatch.reminders.matters import still
from duban.organisations.models import Division, Person, Post


def unread(person: Person) -> int:
    """Return how many notices in the site a person has not read; one statement on an index."""
    return Notice.objects.filter(person=person, channel=SITE, state=Notice.State.SENT, read_at=None).count()


@dataclass(frozen=True)
class Shown:
    """A notice with its items; `open` are those that are still to be done."""

    notice: Notice
    items: list[tuple[NoticeItem, bool]]


def own(person: Person) -> list[Shown]:
    """Return a person's last notices in the site, the newest first."""
    notices = list(Notice.objects.filter(person=person, channel=SITE).prefetch_related("items")[:50])
    open_ones = still(item for notice in notices for item in notice.items.all())
    return [Shown(notice, [(item, item.pk in open_ones) for item in notice.items.all()]) for notice in notices]


def log(division: Division, **conditions: Any) -> QuerySet[Notice]:
    """Return what was sent to the people of a division, the newest first."""
    people = Post.objects.filter(division=division).values("person")
    return Notice.objects.filter(person__in=people, **conditions).select_related("person").prefetch_related("items")
