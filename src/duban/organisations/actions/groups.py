"""Groups of units: added, changed, removed."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.db.models import Max

from duban.audit.trail import Actor, action, record
from duban.organisations.access import require
from duban.organisations.actions.checks import locked, words_of
from duban.organisations.actions.naming import forget_group_name, remember_group_name
from duban.organisations.changes import change, facts
from duban.organisations.models import Division, UnitGroup
from duban.organisations.refusals import CodeTaken, InUse, Invalid, NameTaken

FACTS = ("code", "name", "order")


@action
def add_group(
    *, division: Division, code: str, name: str, by: Actor, order: int | None = None, names: Collection[str] = ()
) -> UnitGroup:
    """Add a group of units, behind the others; `names` are phrases that mean all its units.

    Raises `CodeTaken`, `NameTaken`, `Invalid`.
    """
    require(by, "organisations.change_units", division=division)
    locked(division)
    if order is None:
        order = (UnitGroup.objects.filter(division=division).aggregate(last=Max("order"))["last"] or 0) + 1
    group = UnitGroup(division=division, code=code.strip(), name=words_of(name, "分组名称", 50), order=order)
    _check(group)
    group.save()
    record("organisations.add_group", by=by, subject=group, after=facts(group, FACTS), division=division.code)
    for said in names:
        remember_group_name(group=group, name=said, by=by)
    return group


@action
def change_group(
    *, group: UnitGroup, by: Actor, name: str, order: int, names: Collection[str] | None = None
) -> UnitGroup:
    """Rename a group or move it among the others; `names`, where given, are all its phrases from now on.

    Its code stays: files and settings use it. Raises `NameTaken`.
    """
    require(by, "organisations.change_units", division=group.division)
    locked(group.division)
    before, after = change(group, {"name": words_of(name, "分组名称", 50), "order": order})
    _check(group)
    if after:
        group.save()
        record(
            "organisations.change_group",
            by=by,
            subject=group,
            before=before,
            after=after,
            division=group.division.code,
        )
    if names is not None:
        for gone in group.names.exclude(name__in=names):
            forget_group_name(group=group, name=gone.name, by=by)
        for said in names:
            remember_group_name(group=group, name=said, by=by)
    return group


@action
def remove_group(*, group: UnitGroup, by: Actor) -> None:
    """Remove a group that holds no unit. Raises `InUse`."""
    require(by, "organisations.change_units", division=group.division)
    if group.units.exists():
        raise InUse(group.name)
    before = {**facts(group, FACTS), "names": [said.name for said in group.names.all()]}
    record("organisations.remove_group", by=by, subject=group, before=before, division=group.division.code)
    group.delete()


def _check(group: UnitGroup) -> None:
    if not re.fullmatch(r"[a-z0-9_-]{1,30}", group.code):
        raise Invalid(f"分组代码“{group.code}”应由 1 到 30 个小写字母、数字、短横线组成，如 towns。")
    if not 0 <= group.order <= 2_000_000_000:
        raise Invalid("次序应是不小于 0 的整数。")
    others = UnitGroup.objects.filter(division=group.division).exclude(pk=group.pk)
    if there := others.filter(code=group.code).first():
        raise CodeTaken(group.code, there.name)
    if there := others.filter(name=group.name).first():
        raise NameTaken(group.name, there.name)
