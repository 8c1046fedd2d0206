"""Divisions: added below another, changed, ended, restored."""

from __future__ import annotations

import re
from datetime import date

from django.db.models import Q

from duban.audit.trail import Actor, action, record
from duban.organisations.access import NotAllowed, require
from duban.organisations.actions.checks import ends_after, locked, words_of
from duban.organisations.changes import change, facts
from duban.organisations.models import Division
from duban.organisations.models.divisions import Level
from duban.organisations.refusals import AlreadyEnded, CodeTaken, Invalid

FACTS = ("code", "name", "full_name", "level", "office", "parent", "valid_from", "valid_to")
SINCE = date(2000, 1, 1)
_LEVELS = list(Level)


@action
def add_division(
    *,
    code: str,
    name: str,
    full_name: str,
    level: str,
    by: Actor,
    parent: Division | None = None,
    office: str = "",
    valid_from: date = SINCE,
) -> Division:
    """Add a division below `parent`; only the system itself adds one without.

    Raises `NotAllowed`, `Invalid`, `CodeTaken` where the code is in use on that day.
    """
    if parent is None:
        require(by, "organisations.change_divisions")
        if by.pk is not None:
            raise NotAllowed("organisations.change_divisions")
    else:
        require(by, "organisations.change_divisions", division=parent)
        locked(parent)
    division = Division(
        code=code.strip(),
        name=words_of(name, "区划名称", 50, least=2),
        full_name=words_of(full_name, "区划全称", 100, least=2),
        level=level,
        office=words_of(office, "主管机构", 100, least=0),
        parent=parent,
        valid_from=valid_from,
    )
    _check(division)
    division.save()
    record("organisations.add_division", by=by, subject=division, after=facts(division, FACTS), division=division.code)
    return division


@action
def change_division(*, division: Division, by: Actor, name: str, full_name: str, office: str) -> Division:
    """Change what a division is called. Its code and level stay: a division that gets others is ended, a new one added."""
    require(by, "organisations.change_divisions", division=division)
    given = {
        "name": words_of(name, "区划名称", 50, least=2),
        "full_name": words_of(full_name, "区划全称", 100, least=2),
        "office": words_of(office, "主管机构", 100, least=0),
    }
    before, after = change(division, given)
    if after:
        division.save()
        record(
            "organisations.change_division",
            by=by,
            subject=division,
            before=before,
            after=after,
            division=division.code,
        )
    return division


@action
def end_division(*, division: Division, on: date, by: Actor) -> Division:
    """End a division: `on` is the first day without it (GB/T 2260 changes over the years).

    Raises `AlreadyEnded`, `WrongDay`, and `Invalid` while divisions below it go on.
    """
    require(by, "organisations.change_divisions", division=division)
    locked(division)
    division.refresh_from_db()
    if division.valid_to is not None:
        raise AlreadyEnded(division.full_name, division.valid_to)
    ends_after(division.valid_from, on, division.full_name)
    if below := list(division.children.filter(valid_to=None)[:4]):
        named = "、".join(child.name for child in below[:3]) + ("等" if len(below) > 3 else "")
        raise Invalid(f"“{division.full_name}”下还有在用的区划：{named}。请先停用它们。")
    division.valid_to = on
    division.save()
    record(
        "organisations.end_division",
        by=by,
        subject=division,
        before={"valid_to": None},
        after={"valid_to": on},
        division=division.code,
    )
    return division


@action
def restore_division(*, division: Division, by: Actor) -> Division:
    """Take back that a division has ended.

    Raises `Invalid` while the division above has ended, `CodeTaken` where its code has gone to another one meanwhile.
    """
    require(by, "organisations.change_divisions", division=division)
    locked(division)
    division = Division.objects.select_related("parent").get(pk=division.pk)
    if division.parent is not None and division.parent.valid_to is not None:
        raise Invalid(f"上级“{division.parent.full_name}”已停用。请先恢复上级。")
    later = Division.objects.filter(code=division.code).exclude(pk=division.pk)
    if there := later.filter(Q(valid_to=None) | Q(valid_to__gt=division.valid_from)).first():
        raise CodeTaken(division.code, there.full_name)
    before, after = change(division, {"valid_to": None})
    if after:
        division.save()
        record(
            "organisations.restore_division",
            by=by,
            subject=division,
            before=before,
            after=after,
            division=division.code,
        )
    return division


def _check(division: Division) -> None:
    if not re.fullmatch(r"\d{6}|\d{9}|\d{12}", division.code):
        raise Invalid(f"区划代码“{division.code}”应为 6、9 或 12 位数字（GB/T 2260）。")
    if division.level not in _LEVELS:
        raise Invalid("请选择区划的层级：省级、市级、县级或镇街。")
    parent = division.parent
    if parent is not None and _LEVELS.index(Level(parent.level)) >= _LEVELS.index(Level(division.level)):
        raise Invalid(
            f"{division.get_level_display()}的区划不能放在{parent.get_level_display()}的“{parent.name}”之下。请核对层级。"
        )
    for there in Division.objects.filter(code=division.code):
        if there.valid_to is None or there.valid_to > division.valid_from:
            raise CodeTaken(division.code, there.full_name)
