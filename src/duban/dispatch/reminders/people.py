"""Whom to remind: the people of units, and the leaders who oversee them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from duban.dispatch.queries.rounds import people_of
from duban.organisations.models import Person, Post
from duban.organisations.roles import Role


class Whom:
    """Finds the people of units: liaisons, heads, and the leaders who oversee them; two statements for all units."""

    def __init__(self, units: Iterable[int], today: date) -> None:
        numbers = list(units)
        self._people = people_of(numbers, today)
        self._leaders: dict[int, list[Person]] = defaultdict(list)
        posts = Post.objects.held(today).filter(role=Role.LEADER, oversees__in=numbers, person__is_active=True)
        for post in posts.distinct().select_related("person").prefetch_related("oversees"):
            for unit in post.oversees.all():
                self._leaders[unit.pk].append(post.person)

    def __call__(self, to: Iterable[str], unit: int, sponsor: Person | None = None) -> tuple[Person, ...]:
        """Return those of `unit` that `to` names; the leader is the one who answers, or else those who oversee the unit."""
        found: list[Person] = []
        for who in to:
            if who == "leader":
                found += [sponsor] if sponsor and sponsor.is_active else self._leaders[unit]
            else:
                found += self._people[unit][who]
        return tuple(dict.fromkeys(found))
