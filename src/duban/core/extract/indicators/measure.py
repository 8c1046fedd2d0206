"""How a number is measured, and the words before it without the verb that says so."""

from __future__ import annotations

import re

from duban.core.extract.indicators.words import BOOK, COMPARE, COUNTED, LINK
from duban.core.extract.quantities.resolve import WHOLE_WORD, Quantity
from duban.core.types import Comparator, MeasureKind

GROWTH, DECLINE, TO, FROM = (BOOK[name].pattern for name in ("growth", "decline", "change-to", "change-from"))
AGAINST, CUT_BACK = BOOK["against"].pattern, BOOK["cut-back"].pattern
UNITS = {
    "%": "percent",
    "‰": "percent",
    "成": "percent",
    "个百分点": "points",
    "百分点": "points",
    "个点": "points",
    "倍": "times",
}
COUNTING = re.compile(
    r"(?:万|亿|千|百)?(?:个|家|项|处|所|条|座|户|人|名|件|场|次|套|间|台|辆|张|支|只|株|部|本|人次|种|款|盏|根|位|栋|片|块|类|届|份)(?:\(.{1,3}\))?$"
)


def unit_kind(q: Quantity) -> str:
    """Return percent, points, times, or amount for every other unit."""
    return UNITS.get(q.unit, "amount")


def counts_things(q: Quantity) -> bool:
    """Say whether the unit is a measure word for things or people."""
    return bool(COUNTING.search(q.unit))


def measure(left: str, q: Quantity, right: str) -> tuple[str, MeasureKind]:
    """Return the words before a number without the verb of change, and how the number is measured."""
    kind = unit_kind(q)
    left = left.rstrip(" ,:")
    if kind == "points":
        match = GROWTH.search(left) or DECLINE.search(left)
        return _plain(strip_compare(left[: match.start()] if match else _link(left))), "change"
    to = TO.search(left)
    if to:
        reached: MeasureKind = "share" if kind == "percent" else "multiple" if kind == "times" else "level"
        return _plain(strip_compare(left[: to.start()])), reached
    if kind in ("percent", "times"):
        return _rate(left, right, kind)
    match = GROWTH.search(left) or DECLINE.search(left)
    if match and match.start() > 1 and not COUNTED.search(left, match.start()):
        return _plain(left[: match.end()]), "level"  # 净增1663万元: the verb of an absolute change is part of the name
    return _plain(_link(left)), "level"


def _rate(left: str, right: str, kind: str) -> tuple[str, MeasureKind]:
    changes: tuple[tuple[re.Pattern[str], MeasureKind], ...] = ((DECLINE, "decline"), (GROWTH, "growth"))
    for pattern, change in changes:
        if match := pattern.search(left):
            if match.group().startswith("改善") and re.search(r"浓度|指数", left):
                change = "decline"
            return _plain(strip_compare(left[: match.start()])), change
    if re.match(r"(?:左右|以上)?的?(?:增长|增速|增幅)", right):
        return _plain(_link(left)), "growth"
    if kind == "times":
        return _plain(_link(left)), "multiple"
    cut = CUT_BACK.match(left)
    if cut and not re.search("率|比", left):
        return _plain(_link(left[cut.end() :])), "decline"
    return _plain(_link(left)), "share"


def strip_compare(words: str) -> str:
    """Take off the end what only says that one compares: 同比, 年均, 分别."""
    while match := COMPARE.search(words):
        words = words[: match.start()]
    return words


def _link(words: str) -> str:
    """Take off the end what stands between a name and its number: 达到, 为, 稳定在."""
    while match := LINK.search(words):
        words = words[: match.start()]
    return words


def _plain(words: str) -> str:
    """Take out what a change is measured against: 比上年, 较“十二五”末."""
    words = AGAINST.sub("", words).rstrip(" ,、")
    return re.sub(rf"{WHOLE_WORD}(?:预计|约|再|已|均|分别|累计|年均|总体|可比|同比|平均|又|也)+$", "", words)


def comparator(q: Quantity, left: str, behind: str) -> Comparator:
    """Return the comparator of a number, with what words further before it or behind its noun say."""
    if q.comparator != "=":
        return q.comparator
    if re.search(r"(?:控制在|不超过|以内)$", left):
        return "<="
    if re.search(r"至少|不少于|不低于|(?:超过?|突破|逾|高于)了?$", left):
        return ">="
    # 100张床位以上: the limit stands behind the noun
    if counts_things(q) and re.match(r"(?:床位|车位|泊位|学位|座位|岗位)(?:及)?以上", behind):
        return ">="
    return "="
