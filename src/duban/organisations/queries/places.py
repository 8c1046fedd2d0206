"""The divisions that a page can be about, and their tree."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from duban.organisations.access import access_of
from duban.organisations.models import Division, Person


def places(person: Person, action: str = "organisations.read") -> list[Division]:
    """Return the divisions in use in which `person` may take `action`, by their codes."""
    return list(Division.objects.visible_to(person, action).filter(valid_to=None).order_by("code"))


def place(person: Person, asked: str, action: str = "organisations.read") -> Division | None:
    """Return the division that is asked for, the person's own where none is; `None` where it is out of reach."""
    access = access_of(person)
    if not asked:
        own = next((post.division for post in access.posts if access.may(action, division=post.division)), None)
        return own or next(iter(places(person, action)), None)
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return Division.objects.visible_to(person, action).filter(pk=int(asked)).first()


@dataclass(frozen=True)
class Branch:
    """A division in the tree; `depth` counts from the highest that is shown."""

    division: Division
    depth: int
    units: int
    people: int


def tree(person: Person, *, ended: bool = False) -> list[Branch]:
    """Return the divisions that `person` sees as a tree read from the top, with their units and people in post."""
    found = Division.objects.visible_to(person)
    if not ended:
        found = found.filter(valid_to=None)
    counted = found.annotate(
        unit_count=Count("units", filter=Q(units__valid_to=None), distinct=True),
        people_count=Count("posts__person", filter=Q(posts__end=None, posts__person__is_active=True), distinct=True),
    )
    below: dict[int | None, list[Division]] = {}
    rows = list(counted.order_by("code", "valid_from"))
    shown = {division.pk for division in rows}
    for division in rows:
        below.setdefault(division.parent_id if division.parent_id in shown else None, []).append(division)
    branches: list[Branch] = []

    def walk(parent: int | None, depth: int) -> None:
        for division in below.get(parent, ()):
            branches.append(Branch(division, depth, division.unit_count, division.people_count))  # type: ignore[attr-defined]
            walk(division.pk, depth + 1)

    walk(None, 0)
    return branches


def chain(division: Division) -> list[Division]:
    """Return the divisions above, the highest first."""
    above: list[Division] = []
    parent = division.parent
    while parent is not None and len(above) < 5:
        above.insert(0, parent)
        parent = parent.parent
    return above
