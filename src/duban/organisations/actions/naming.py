"""The names that papers use for units and groups, remembered."""

from __future__ import annotations

from duban.audit.trail import Actor, action, record
from duban.core.extract.units.resolve import canonical_key
from duban.organisations.access import require
from duban.organisations.actions.checks import locked, words_of
from duban.organisations.models import GroupName, Unit, UnitAlias, UnitGroup
from duban.organisations.refusals import NameTaken


@action
def remember_alias(*, unit: Unit, name: str, by: Actor) -> UnitAlias | None:
    """Keep `name` as another name of `unit`, so that papers which use it are understood; `None` where it is its name.

    Raises `NameTaken` where the words are another unit's name. An alias of another unit moves: who resolves it now
    knows better.
    """
    require(by, "organisations.change_units", division=unit.division)
    locked(unit.division)
    name = words_of(name, "别名", 100)
    if name in (unit.name, unit.short_name):
        return None
    if other := Unit.objects.filter(division=unit.division, name=name).exclude(pk=unit.pk).first():
        raise NameTaken(name, other.name)
    there = UnitAlias.objects.filter(division=unit.division, name=name).select_related("unit").first()
    before = {"unit": there.unit.name} if there else None
    if there and there.unit_id == unit.pk:
        return there
    alias, _ = UnitAlias.objects.update_or_create(
        division=unit.division, name=name, defaults={"unit": unit, "key": canonical_key(name)}
    )
    record(
        "organisations.remember_alias",
        by=by,
        subject=unit,
        division=unit.division.code,
        before=before,
        after={"name": name, "unit": unit.name},
    )
    return alias


@action
def forget_alias(*, unit: Unit, name: str, by: Actor) -> None:
    """Take back that `name` means `unit`."""
    require(by, "organisations.change_units", division=unit.division)
    if UnitAlias.objects.filter(unit=unit, name=name).delete()[0]:
        record("organisations.forget_alias", by=by, subject=unit, division=unit.division.code, before={"name": name})


@action
def remember_group_name(*, group: UnitGroup, name: str, by: Actor) -> GroupName | None:
    """Keep `name` as words that mean all units of `group`; `None` where it is the group's own name.

    Raises `NameTaken` where a unit is called so. Words of another group move.
    """
    require(by, "organisations.change_units", division=group.division)
    locked(group.division)
    name = words_of(name, "说法", 100)
    if name == group.name:
        return None
    if unit := Unit.objects.filter(division=group.division, name=name).first():
        raise NameTaken(name, unit.name)
    there = GroupName.objects.filter(division=group.division, name=name).select_related("group").first()
    if there and there.group_id == group.pk:
        return there
    said, _ = GroupName.objects.update_or_create(division=group.division, name=name, defaults={"group": group})
    record(
        "organisations.remember_group_name",
        by=by,
        subject=group,
        division=group.division.code,
        before={"group": there.group.name} if there else None,
        after={"name": name, "group": group.name},
    )
    return said


@action
def forget_group_name(*, group: UnitGroup, name: str, by: Actor) -> None:
    """Take back that `name` means all units of `group`."""
    require(by, "organisations.change_units", division=group.division)
    if GroupName.objects.filter(group=group, name=name).delete()[0]:
        record(
            "organisations.forget_group_name", by=by, subject=group, division=group.division.code, before={"name": name}
        )
