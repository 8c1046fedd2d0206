"""What the actions on matters and their steps share."""

from __future__ import annotations

from typing import Any

from duban.audit.trail import Actor, record
from duban.organisations.access import require
from duban.organisations.models import Person, Unit
from duban.supervision.matter_refusals import NotHandling
from duban.supervision.models import Matter, MatterUnit
from duban.supervision.reaching import heirs


def locked(matter: Matter) -> Matter:
    """Return the matter as it stands, held until the action is over."""
    return Matter.objects.select_for_update(of=("self",)).select_related("division", "task").get(pk=matter.pk)


def named(matter: Matter) -> str:
    """Return what refusals call a matter."""
    return f"“{matter.title}”"


def part_of(matter: Matter, unit: Unit, by: Person) -> MatterUnit:
    """Return the part of the unit for which `by` acts: its own, or that of a unit merged into it. Raises `NotHandling`."""
    found = matter.units.filter(released_at=None).select_related("unit__successor__successor")
    for part in found:
        acting = heirs(part.unit)
        if unit.pk in acting:
            require(by, "supervision.answer", division=matter.division, units=acting)
            return part
    raise NotHandling(unit)


def noted(what: str, matter: Matter, who: Actor, **facts: Any) -> None:
    """Record an event of a matter that `who` caused."""
    record(f"supervision.{what}", by=who, subject=matter, division=matter.division.code, **facts)
