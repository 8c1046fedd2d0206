"""Workbooks of units and of people, taken in as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from duban.audit.trail import Actor, action, record
from duban.organisations.access import require
from duban.organisations.actions.checks import locked
from duban.organisations.imports import people, units
from duban.organisations.imports.plan import Changed, Kind, Plan, Unsuitable
from duban.organisations.models import Division

CarryOut: TypeAlias = Callable[[Division, bytes, Actor], Plan]


@action
def import_units(*, division: Division, data: bytes, by: Actor, seen: str | None = None) -> Plan:
    """Do what a workbook of units says, and return what that was.

    `seen` is the digest of the plan that was shown before. Raises `UnreadableWorkbook`, `Unsuitable` where a cell is
    wrong, `Changed` where it would do something else by now; nothing is done then.
    """
    require(by, "organisations.change_units", division=division)
    plan = _carried_out(units.carry_out, division, data, by, seen)
    _note("organisations.import_units", plan, division, by)
    return plan


@action
def import_people(*, division: Division, data: bytes, by: Actor, seen: str | None = None) -> Plan:
    """Do what a workbook of people and posts says; otherwise as :func:`import_units`."""
    require(by, "organisations.change_people", division=division)
    plan = _carried_out(people.carry_out, division, data, by, seen)
    _note("organisations.import_people", plan, division, by)
    return plan


def preview_units(*, division: Division, data: bytes, by: Actor) -> Plan:
    """Return what a workbook of units would do; nothing stays done. Raises `UnreadableWorkbook`, `NotAllowed`."""
    require(by, "organisations.change_units", division=division)
    return _preview(units.carry_out, division, data, by)


def preview_people(*, division: Division, data: bytes, by: Actor) -> Plan:
    """Return what a workbook of people would do; nothing stays done. Raises `UnreadableWorkbook`, `NotAllowed`."""
    require(by, "organisations.change_people", division=division)
    return _preview(people.carry_out, division, data, by)


@action
def note_export(*, what: str, rows: int, division: Division, by: Actor) -> None:
    """Leave an event about an export: `what` is ``units`` or ``people``."""
    require(by, "organisations.read", division=division)
    record(f"organisations.export_{what}", by=by, after={"rows": rows}, division=division.code)


class _Undone(Exception):  # noqa: N818 — nothing is wrong
    """Carries a plan out of the action that is rolled back."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan


def _preview(carry_out: CarryOut, division: Division, data: bytes, by: Actor) -> Plan:
    """Carry a workbook out through the real actions and take it all back: what they refuse is refused here too."""

    @action
    def tried() -> None:
        raise _Undone(carry_out(division, data, by))

    try:
        tried()
    except _Undone as undone:
        return undone.plan
    raise AssertionError("the trial came back")  # pragma: no cover — it always raises


def _carried_out(carry_out: CarryOut, division: Division, data: bytes, by: Actor, seen: str | None) -> Plan:
    locked(division)
    plan = carry_out(division, data, by)
    if plan.problems:
        raise Unsuitable(plan)
    if seen is not None and plan.digest != seen:
        raise Changed(plan)
    return plan


def _note(what: str, plan: Plan, division: Division, by: Actor) -> None:
    counts = {"added": Kind.ADD, "changed": Kind.CHANGE, "ended": Kind.END}
    record(
        what,
        by=by,
        after={"rows": len(plan.lines), **{name: plan.count(kind) for name, kind in counts.items()}},
        division=division.code,
    )
