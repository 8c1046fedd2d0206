"""What the page of bulk assignment offers."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from duban.organisations.models import Person, Post
from duban.organisations.roles import Role
from duban.plans.models import Ledger, Responsibility, Task


@dataclass(frozen=True)
class Offers:
    """The chosen tasks, who may sponsor them, and for each unit that answers for some of them its people."""

    tasks: list[Task]
    sponsors: list[tuple[int, str]]
    units: list[tuple[int, str, int, list[tuple[int, str]]]]


def offers(ledger: Ledger, tasks: list[int], person: Person) -> Offers:
    """Return who can be made to answer for those of `tasks` that the person sees."""
    chosen = Task.objects.visible_to(person).filter(ledger=ledger, pk__in=tasks, dropped=False)
    today = timezone.localdate()
    posts = Post.objects.filter(Q(end=None) | Q(end__gt=today), start__lte=today, person__is_active=True)
    leaders = posts.filter(division=ledger.division_id, role=Role.LEADER).order_by("order", "pk")
    sponsors = {
        pk: f"{name}（{title}）" if title else name
        for pk, name, title in leaders.values_list("person_id", "person__name", "title")
    }
    answering = Responsibility.objects.filter(task__in=chosen, dropped=False, unit__isnull=False)
    names: dict[int, str] = {}
    counts: dict[int, set[int]] = {}
    for unit, name, task in answering.order_by("unit__order", "unit_id").values_list(
        "unit_id", "unit__name", "task_id"
    ):
        names[unit or 0] = name or ""
        counts.setdefault(unit or 0, set()).add(task)
    people: dict[int, dict[int, str]] = {}
    inside = posts.filter(unit__in=list(names)).order_by("order", "pk")
    for unit, pk, name, title in inside.values_list("unit_id", "person_id", "person__name", "title"):
        people.setdefault(unit or 0, {})[pk] = f"{name}（{title}）" if title else name
    return Offers(
        tasks=list(chosen.select_related("ledger").order_by("order", "pk")),
        sponsors=list(sponsors.items()),
        units=[(unit, name, len(counts[unit]), list(people.get(unit, {}).items())) for unit, name in names.items()],
    )
