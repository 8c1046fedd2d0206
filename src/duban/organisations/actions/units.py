"""Units: added, changed, merged, ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, TypedDict, Unpack

from django.db.models import Max, ProtectedError

from duban.audit.trail import Actor, action, record
from duban.core.extract.units.resolve import canonical_key
from duban.organisations.access import require
from duban.organisations.actions.checks import ends_after, locked, words_of
from duban.organisations.actions.naming import forget_alias, remember_alias
from duban.organisations.changes import change, facts, renamed
from duban.organisations.models import Division, Unit, UnitAlias, UnitGroup
from duban.organisations.refusals import AlreadyEnded, InUse, Invalid, NameTaken, NotHere

FACTS = ("name", "short_name", "group", "parent", "successor", "order", "valid_from", "valid_to")
SINCE = date(2000, 1, 1)


class UnitFacts(TypedDict, total=False):
    """What may be said of a unit; what is left out stays as it is."""

    name: str
    short_name: str
    group: UnitGroup | None
    parent: Unit | None
    order: int
    valid_from: date


@action
def add_unit(
    *,
    division: Division,
    name: str,
    by: Actor,
    group: UnitGroup | None = None,
    short_name: str = "",
    parent: Unit | None = None,
    order: int | None = None,
    valid_from: date = SINCE,
    aliases: Collection[str] = (),
) -> Unit:
    """Add a unit to the division, behind the others unless `order` says otherwise.

    Raises `NameTaken` where there is one of that name, `NotHere` for a group or parent of another division.
    """
    require(by, "organisations.change_units", division=division)
    locked(division)
    if order is None:
        order = (Unit.objects.filter(division=division).aggregate(last=Max("order"))["last"] or 0) + 1
    unit = Unit(division=division, name="", order=order, valid_from=valid_from)
    change(unit, _checked(unit, {"name": name, "short_name": short_name, "group": group, "parent": parent}))
    unit.key = canonical_key(unit.name)
    unit.save()
    record("organisations.add_unit", by=by, subject=unit, division=division.code, after=facts(unit, FACTS))
    for alias in aliases:
        remember_alias(unit=unit, name=alias, by=by)
    return unit


@action
def change_unit(*, unit: Unit, by: Actor, aliases: Collection[str] | None = None, **given: Unpack[UnitFacts]) -> Unit:
    """Change what is said of a unit; `aliases`, where given, are all it has from now on.

    A unit that is renamed keeps its old name as an alias, since papers go on using it. Raises as :func:`add_unit`.
    """
    require(by, "organisations.change_units", division=unit.division)
    locked(unit.division)
    unit = Unit.objects.select_related("division", "group", "parent", "successor").get(pk=unit.pk)
    old = unit.name
    before, after = change(unit, _checked(unit, given))
    ends_after(unit.valid_from, unit.valid_to, unit.name)
    if after:
        unit.key = canonical_key(unit.name)
        unit.save()
        # Its new name is nobody's alias any more, nor its own.
        UnitAlias.objects.filter(division=unit.division, name=unit.name, unit=unit).delete()
        record(
            "organisations.change_unit", by=by, subject=unit, before=before, after=after, division=unit.division.code
        )
    if aliases is not None:
        wanted = {alias.strip() for alias in aliases if alias.strip()}
        for alias in unit.aliases.exclude(name__in=wanted):
            forget_alias(unit=unit, name=alias.name, by=by)
        for name in sorted(wanted):
            remember_alias(unit=unit, name=name, by=by)
    if unit.name != old:
        remember_alias(unit=unit, name=old, by=by)
    if {"name", "short_name"} & set(after):
        renamed.send(Unit, instance=unit)
    return unit


@action
def end_unit(*, unit: Unit, on: date, by: Actor, successor: Unit | None = None) -> Unit:
    """End a unit: `on` is the first day without it. Its names mean `successor` from then on, where there is one.

    Raises `AlreadyEnded`, `WrongDay`, `NotHere`, and `Invalid` where the successor is the unit itself or leads back to it.
    """
    require(by, "organisations.change_units", division=unit.division)
    locked(unit.division)
    unit = Unit.objects.select_related("division").get(pk=unit.pk)
    if unit.valid_to is not None:
        raise AlreadyEnded(unit.name, unit.valid_to)
    ends_after(unit.valid_from, on, unit.name)
    _check_successor(unit, successor)
    unit.valid_to, unit.successor = on, successor
    unit.save()
    record(
        "organisations.end_unit",
        by=by,
        subject=unit,
        before={"valid_to": None},
        after={"valid_to": on, "successor": successor.name if successor else None},
        division=unit.division.code,
    )
    return unit


@action
def merge_units(*, units: Sequence[Unit], into: Unit, on: date, by: Actor) -> Unit:
    """Merge units into one of the division that goes on: each ends `on` that day with `into` as successor.

    Raises as :func:`end_unit`; `Invalid` where there is nothing to merge.
    """
    require(by, "organisations.change_units", division=into.division)
    merged = [unit for unit in units if unit.pk != into.pk]
    if not merged:
        raise Invalid("没有选择要并入的单位。请至少选一个别的单位。")
    for unit in merged:
        end_unit(unit=unit, on=on, successor=into, by=by)
    record(
        "organisations.merge_units",
        by=by,
        subject=into,
        after={"units": [unit.name for unit in merged], "on": on},
        division=into.division.code,
    )
    return into


@action
def restore_unit(*, unit: Unit, by: Actor) -> Unit:
    """Take back that a unit has ended."""
    require(by, "organisations.change_units", division=unit.division)
    unit = Unit.objects.select_for_update(of=("self",)).select_related("division", "successor").get(pk=unit.pk)
    before, after = change(unit, {"valid_to": None, "successor": None})
    if after:
        unit.save()
        record(
            "organisations.restore_unit", by=by, subject=unit, before=before, after=after, division=unit.division.code
        )
    return unit


@action
def remove_unit(*, unit: Unit, by: Actor) -> None:
    """Remove a unit that was added by mistake. Raises `InUse` where a task, a person or a unit names it."""
    require(by, "organisations.change_units", division=unit.division)
    unit = Unit.objects.select_related("division", "group", "parent").get(pk=unit.pk)
    if unit.predecessors.exists() or unit.children.exists():
        raise InUse(unit.name)
    before = facts(unit, FACTS)
    record("organisations.remove_unit", by=by, subject=unit, before=before, division=unit.division.code)
    try:
        unit.delete()
    except ProtectedError:
        raise InUse(unit.name) from None


def _checked(unit: Unit, given: UnitFacts) -> dict[str, Any]:
    """Return what is given, without white space around names. Raises as the actions say."""
    found: dict[str, Any] = dict(given)
    division = unit.division
    if "name" in found:
        found["name"] = words_of(found["name"], "单位名称", 100, least=2)
    if "short_name" in found:
        found["short_name"] = words_of(found["short_name"], "简称", 50, least=0)
    others = Unit.objects.filter(division=division).exclude(pk=unit.pk)
    if (name := found.get("name")) is not None:
        if there := others.filter(name=name).first():
            raise NameTaken(name, there.name)
        if alias := UnitAlias.objects.filter(division=division, name=name).exclude(unit=unit.pk).first():
            raise NameTaken(name, alias.unit.name)
    if (short := found.get("short_name")) and (there := others.filter(short_name=short, valid_to=None).first()):
        raise NameTaken(short, there.name)
    for thing in (found.get("group"), found.get("parent")):
        if thing is not None and thing.division_id != division.pk:
            raise NotHere(thing.name, division.full_name)
    above = found.get("parent")
    for _ in range(20):
        if above is None:
            break
        if above.pk == unit.pk:
            raise Invalid(f"“{unit.name}”不能是自己的上级。请重新选择上级单位。")
        above = above.parent
    if not 0 <= found.get("order", 0) <= 2_000_000_000:
        raise Invalid("次序应是不小于 0 的整数。")
    return found


def _check_successor(unit: Unit, successor: Unit | None) -> None:
    if successor is None:
        return
    if successor.division_id != unit.division_id:
        raise NotHere(successor.name, unit.division.full_name)
    following: Unit | None = Unit.objects.get(pk=successor.pk)
    for _ in range(50):
        if following is None:
            return
        if following.pk == unit.pk:
            raise Invalid(f"“{unit.name}”不能并入自己。请选择并入的另一个单位。")
        following = following.successor
