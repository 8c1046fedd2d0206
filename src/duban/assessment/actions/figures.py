"""Figures that only the year knows: entered together, all or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from duban.assessment import refusals
from duban.assessment.models import Figure
from duban.assessment.scoring.numbers import shown
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person, Unit
from duban.plans.models import Ledger

_MOST = Decimal(99999)


@action
def enter(
    *,
    ledger: Ledger,
    values: Mapping[tuple[int, str], Decimal | None],
    paper: str,
    by: Person,
    at: datetime | None = None,
) -> int:
    """Enter figures by unit and name; None takes one away. Return how many changed.

    A published assessment keeps what it was computed from. Raises `Missing`, `NotInDivision`, `BadFigure`, `NotAllowed`.
    """
    require(by, "assessment.run", division=ledger.division)
    at = at or timezone.now()
    ledger = Ledger.objects.select_for_update(of=("self",)).select_related("division").get(pk=ledger.pk)
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in={unit for unit, _ in values})}
    there = {(one.unit_id, one.name): one for one in Figure.objects.filter(ledger=ledger)}
    changes: dict[tuple[int, str], tuple[Decimal | None, Decimal | None]] = {}
    for (number, name), value in values.items():
        unit = units.get(number)
        if unit is None or unit.division_id != ledger.division_id:
            raise refusals.NotInDivision(unit or number)
        if value is not None and abs(value) > _MOST:
            raise refusals.BadFigure(f"{unit}“{name}”的{shown(value)}太大了，请核对。")
        kept = there[number, name].value if (number, name) in there else None
        if kept != value:
            changes[number, name] = (kept, value)
    if changes and not paper.strip():
        raise refusals.Missing("录入", "依据（文号或者来文）")
    for (number, name), (kept, value) in changes.items():
        if value is None:
            there[number, name].delete()
        else:
            Figure.objects.update_or_create(
                ledger=ledger, unit=units[number], name=name,
                defaults={"value": value, "paper": paper.strip()[:200], "entered_at": at, "entered_by": by},
            )  # fmt: skip
        record(
            "assessment.enter_figure",
            by=by,
            subject=ledger,
            before={"value": None if kept is None else str(kept)},
            after={
                "unit": units[number].name,
                "figure": name,
                "value": None if value is None else str(value),
                "paper": paper.strip(),
            },
            division=ledger.division.code,
        )
    return len(changes)
