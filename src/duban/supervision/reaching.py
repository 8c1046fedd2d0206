"""Who acts for a unit that was merged: what stood open at it goes on with its successor."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from duban.organisations.models import Unit

#: Mergers are followed over so many steps; the reform of a whole decade has fewer.
_STEPS = 3


def within(field: str, units: Iterable[int]) -> Q:
    """Return the condition that `field` (a path to a unit) is one of `units`, or one that was merged into them.

    The units are found by themselves: three joins on a hundred thousand rows would cost more than all else.
    """
    numbers = list(units)
    found = Q()
    for steps in range(_STEPS + 1):
        found |= Q(**{f"{'successor__' * steps}pk__in": numbers})
    return Q(**{f"{field}__in": Unit.objects.filter(found).values("pk")})


def heirs(*units: Unit | None) -> list[int]:
    """Return the numbers of the units and of those they were merged into; whoever works in any of them acts."""
    found: list[int] = []
    for unit in units:
        for _ in range(_STEPS + 1):
            if unit is None:
                break
            found.append(unit.pk)
            unit = unit.successor
    return found


def heir(unit: Unit) -> Unit:
    """Return the unit that acts for `unit` today: itself, or the last of those it was merged into."""
    for _ in range(_STEPS):
        if unit.successor is None:
            break
        unit = unit.successor
    return unit
