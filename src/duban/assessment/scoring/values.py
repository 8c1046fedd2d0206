"""Values of a scoring scheme's TOML: numbers, bounds, choices of facts; what is wrong is noted on the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from duban.assessment.scoring.facts import KINDS, MARKS, ROLES, VALUES
from duban.assessment.scoring.scheme import BOUNDS, Bounds, Choice
from duban.dispatch.schemes.problems import Reader, meant

#: The keys of a choice of facts.
CHOICE = ("facts", "roles", "marks", "value")


def number(
    part: Reader,
    key: str,
    *,
    default: Decimal | None = None,
    needed: bool = False,
    least: Decimal | None = None,
    positive: bool = False,
) -> Decimal | None:
    """Return a number; `default` where the key is not there, and a problem where it is `needed`."""
    if key not in part.table:
        if needed:
            part.wrong(key, "缺少数", f"写成 {key} = 10")
        return default
    value = part.table[key]
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        part.wrong(key, "应是数", f"写成 {key} = 10，不加引号")
        return default
    found = Decimal(value)
    if positive and found <= 0:
        part.wrong(key, f"应大于0，写的是{found}", "0和负数会把分数抹掉或除不开，不要这一项就整个去掉")
        return default
    if least is not None and found < least:
        part.wrong(key, f"不能小于{least}，写的是{found}", f"写成 {key} = {least} 以上的数")
        return default
    return found


def part_of_one(part: Reader, key: str, *, default: Decimal | None = None) -> Decimal | None:
    """Return a number above 0 and at most 1."""
    found = number(part, key, default=default, positive=True)
    if found is not None and found > 1:
        part.wrong(key, f"应在0到1之间，写的是{found}", f"六成写成 {key} = 0.6")
        return default
    return found


def yes(part: Reader, key: str) -> bool:
    """Return true or false; false where the key is not there."""
    value = part.table.get(key, False)
    if not isinstance(value, bool):
        part.wrong(key, "应是 true（是）或 false（否）", f"写成 {key} = true")
    return value is True


def bounds(part: Reader) -> Bounds:
    """Return the bounds that stand in a table under `at_least`, `over`, `under`, `at_most`."""
    found = {key: number(part, key) for key in BOUNDS if key in part.table}
    for one, other in (("at_least", "over"), ("under", "at_most")):
        if one in found and other in found:
            part.wrong(other, f"和 {one} 重复", "两个里留一个")
    low, high = found.get("at_least", found.get("over")), found.get("at_most", found.get("under"))
    read = Bounds(low, "at_least" in found, high, "at_most" in found)
    if read.empty:
        part.wrong("", "没有一个数能落在这里", "下限要小于上限")
    return read


def choice(part: Reader, *, of: Iterable[str] = KINDS, needed: bool = False) -> Choice:
    """Return the choice of facts that stands in a table; its kinds are of those given."""
    of = tuple(of)
    kinds = _kinds(part, of)
    if needed and "facts" not in part.table:
        part.wrong("facts", "没有写计哪些事实", 'facts = ["progress"]')
    value = None
    if "value" in part.table:
        inside = part.inside("value", part.table["value"])
        inside.only(*BOUNDS)
        value = bounds(inside)
        for kind in kinds or of:
            if not KINDS[kind][1] and not value.holds(Decimal(1)):
                part.wrong(
                    "value", f"“{KINDS[kind][0]}”只是有没有，它的数总是1，这个条件不会成立", "去掉 value，或换一类事实"
                )
    return Choice(kinds, part.choices("roles", ROLES), _marks(part), value)


def _kinds(part: Reader, of: tuple[str, ...]) -> tuple[str, ...]:
    found = part.choices("facts", KINDS)
    for kind in found:
        if kind not in of:
            part.wrong("facts", f"“{kind}”不在这一项计的事实里", meant(kind, of))
    return tuple(kind for kind in found if kind in of)


def _marks(part: Reader) -> Mapping[str, tuple[str, ...]] | None:
    if "marks" not in part.table:
        return None
    inside = part.inside("marks", part.table["marks"])
    inside.only(*MARKS)
    found = {}
    for mark, value in inside.table.items():
        if mark not in MARKS:
            continue
        values = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
        if not values or (isinstance(value, list) and len(values) < len(value)):
            inside.wrong(mark, "应是文字，或一组文字", f'写成 {mark} = "…"，或 {mark} = ["…", "…"]')
            continue
        for one in values:
            if mark in VALUES and one not in VALUES[mark]:
                inside.wrong(mark, f"没有“{one}”", meant(one, VALUES[mark]))
        found[mark] = tuple(values)
    return found
