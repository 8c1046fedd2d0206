"""Worked examples of a scoring scheme: facts in, points and places out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from duban.assessment.scoring.facts import KINDS, MARKS, ROLES, VALUES, Fact, Unit
from duban.assessment.scoring.scheme import Example, ExampleFact, ScoringScheme
from duban.assessment.scoring.values import number
from duban.dispatch.schemes.problems import Reader, meant

EXAMPLE = (
    *("title", "units", "facts", "months", "scores", "places", "items"),
    *("vetoed", "commended", "criticised", "working"),
)
_FACT = ("unit", "fact", "times", "value", "role", "forgiven")
#: The day of all facts of an example: nothing depends on it.
DAY = date(2026, 3, 31)


def read_example(part: Reader, scheme: ScoringScheme) -> Example:
    """Return a worked example of the scheme."""
    part.only(*EXAMPLE)
    units = _units(part)
    return Example(
        title=part.text("title"),
        units=units,
        facts=tuple(_fact(one, units) for one in part.tables("facts")),
        months={
            unit: {
                int(month): _amount(row, month) for month in row.table if month.isdecimal() and 1 <= int(month) <= 12
            }
            for unit, row in _by_unit(part, "months", units).items()
        },
        scores=_numbers(part, "scores", units),
        places={unit: int(place) for unit, place in _numbers(part, "places", units).items()},
        items=_items(part, scheme, units),
        vetoed=_names(part, "vetoed", units),
        commended=_names(part, "commended", units),
        criticised=_names(part, "criticised", units),
        working=part.text("working", default=""),
    )


def units_of(example: Example) -> list[Unit]:
    """Return the units of an example, numbered in the order in which they are written."""
    return [Unit(index, name, group) for index, (name, group) in enumerate(example.units.items(), 1)]


def facts_of(example: Example) -> list[Fact]:
    """Return the facts of an example, each `times` over."""
    numbers = {unit.name: unit.number for unit in units_of(example)}
    return [
        Fact(
            kind=one.kind,
            unit=numbers[one.unit],
            key=f"example:{row}:{time}",
            day=DAY,
            words=KINDS[one.kind][0],
            role=one.role,
            value=one.value,
            marks=one.marks,
            forgiven=one.forgiven,
        )
        for row, one in enumerate(example.facts)
        for time in range(one.times)
        if one.unit in numbers and one.kind in KINDS
    ]


def _units(part: Reader) -> Mapping[str, str]:
    value = part.table.get("units")
    if isinstance(value, list) and value and all(isinstance(one, str) and one for one in value):
        return dict.fromkeys(value, "")
    if isinstance(value, Mapping) and value and all(isinstance(one, str) for one in value.values()):
        return {str(name): str(group) for name, group in value.items()}
    part.wrong("units", "没有写哪几个单位", 'units = ["甲局", "乙局"]，分组的写 units = { "甲局" = "departments" }')
    return {}


def _fact(part: Reader, units: Mapping[str, str]) -> ExampleFact:
    part.only(*_FACT, *MARKS)
    marks = {}
    for mark in MARKS:
        if mark in part.table:
            marks[mark] = part.text(mark)
    for mark, known in VALUES.items():
        if mark in marks:
            part.choice(mark, known)
    value = number(part, "value", default=Decimal(1))
    return ExampleFact(
        unit=part.choice("unit", units),
        kind=part.choice("fact", KINDS),
        times=part.whole("times", default=1) or 1,
        value=value if value is not None else Decimal(1),
        role=part.choice("role", ROLES, default=""),
        marks=marks,
        forgiven=part.text("forgiven", default=""),
    )


def _by_unit(part: Reader, key: str, units: Mapping[str, str]) -> dict[str, Reader]:
    """Return a reader for each unit's table under `key`."""
    if key not in part.table:
        return {}
    inside = part.inside(key, part.table[key])
    inside.only(*units)
    return {unit: inside.inside(unit, inside.table[unit]) for unit in inside.table if unit in units}


def _amount(part: Reader, key: str) -> Decimal:
    return number(part, key, needed=True) or Decimal(0)


def _numbers(part: Reader, key: str, units: Mapping[str, str]) -> dict[str, Decimal]:
    if key not in part.table:
        return {}
    inside = part.inside(key, part.table[key])
    inside.only(*units)
    return {unit: _amount(inside, unit) for unit in inside.table if unit in units}


def _items(part: Reader, scheme: ScoringScheme, units: Mapping[str, str]) -> dict[str, dict[str, Decimal]]:
    names = [item.name for item in scheme.items]
    found = {}
    for unit, inside in _by_unit(part, "items", units).items():
        inside.only(*names)
        found[unit] = {name: _amount(inside, name) for name in inside.table if name in names}
    return found


def _names(part: Reader, key: str, units: Mapping[str, str]) -> tuple[str, ...] | None:
    if key not in part.table:
        return None
    value = part.table[key]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        part.wrong(key, "应是一组单位", f'写成 {key} = ["甲局"]')
        return None
    for one in value:
        if one not in units:
            part.wrong(key, f"没有“{one}”", meant(one, units))
    return tuple(value)
