"""Units of measure: how many of one make one of another (万元 and 亿元, 亩 and 公顷); pure.

An indicator's unit may change by amendment in mid-year. What was reported before is then converted, or, where nothing
converts (个 into 平方米), not compared at all: apples are no pears.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_SCALES = {"十": Decimal(10), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10**4), "亿": Decimal(10**8)}
#: What is measured, and each unit of it in the first one's terms (GB 3100; 1 亩 is 1/15 公顷, 1 里 is 500 米).
_FAMILIES: tuple[dict[str, Decimal], ...] = (
    {"元": Decimal(1)},
    {"米": Decimal(1), "公里": Decimal(1000), "千米": Decimal(1000), "里": Decimal(500)},
    {
        "平方米": Decimal(1),
        "平米": Decimal(1),
        "㎡": Decimal(1),
        "公顷": Decimal(10**4),
        "亩": Decimal(10**4) / 15,
        "平方公里": Decimal(10**6),
        "平方千米": Decimal(10**6),
    },
    {"立方米": Decimal(1), "方": Decimal(1), "升": Decimal("0.001")},
    {
        "克": Decimal("0.001"),
        "千克": Decimal(1),
        "公斤": Decimal(1),
        "斤": Decimal("0.5"),
        "担": Decimal(50),
        "吨": Decimal(1000),
    },
    {"瓦": Decimal(1), "千瓦": Decimal(1000), "兆瓦": Decimal(10**6)},
    {"千瓦时": Decimal(1), "度": Decimal(1), "兆瓦时": Decimal(1000)},
    {"%": Decimal(1), "％": Decimal(1)},
    {"百分点": Decimal(1), "个百分点": Decimal(1)},
    {"人": Decimal(1), "名": Decimal(1)},
    {"天": Decimal(1), "日": Decimal(1), "小时": Decimal(1) / 24},
)
_KNOWN = {unit: (str(number), size) for number, family in enumerate(_FAMILIES) for unit, size in family.items()}
_MILLIONTH = Decimal("0.000001")


def factor(unit: str, wanted: str) -> Decimal | None:
    """Return how many `wanted` one `unit` is; None where the two measure different things."""
    if unit == wanted:
        return Decimal(1)
    (kind, size), (other, other_size) = _measured(unit), _measured(wanted)
    return size / other_size if kind == other else None


def convert(value: Decimal, unit: str, wanted: str) -> Decimal | None:
    """Return `value` in `wanted` instead of `unit`, as exact as values are kept; None where nothing converts."""
    times = factor(unit, wanted)
    if times is None:
        return None
    return value if times == 1 else (value * times).quantize(_MILLIONTH, ROUND_HALF_UP)


def is_percent(unit: str) -> bool:
    """Say whether a number of this unit is written with a percent sign."""
    return unit in ("%", "％", "百分点", "个百分点")


def _measured(unit: str) -> tuple[str, Decimal]:
    """Return what a unit measures and how large it is; what no table has measures itself."""
    size, rest = Decimal(1), unit
    while rest not in _KNOWN and len(rest) > 1 and rest[0] in _SCALES:
        size, rest = size * _SCALES[rest[0]], rest[1:]
    kind, base = _KNOWN.get(rest, (rest, Decimal(1)))
    return kind, size * base
