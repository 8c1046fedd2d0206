"""What must hold between the parts of a scoring scheme: weights, groups, bands, rows, factors, vetoes, the year."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise

from duban.assessment.scoring.facts import KINDS
from duban.assessment.scoring.numbers import ZERO, shown
from duban.assessment.scoring.scheme import BOUNDS, Bounds, Choice, Item, ScoringScheme
from duban.dispatch.schemes.problems import Reader, meant

#: Kinds of facts that are of a unit, not of its part in a task: asked for a role, they never answer.
ROLELESS = frozenset({"rating", "whistle_rating", "ballot", "entered", "veto"})


def check(reader: Reader, scheme: ScoringScheme) -> None:
    """Note what does not hold between the parts."""
    if not scheme.items:
        reader.wrong("item", "没有一项计分", "写几个 [[item]]")
    _once(reader, "item", [item.name for item in scheme.items])
    _groups(reader, scheme)
    _limits(reader, scheme)
    for number, item in enumerate(scheme.items, 1):
        _item(reader.inside("item", {}, f"第{number}个 item"), scheme, item)
    for number, multiplier in enumerate(scheme.multipliers, 1):
        part = reader.inside("multiplier", {}, f"第{number}个 multiplier")
        names = [item.name for item in scheme.items]
        for name in multiplier.items:
            if name not in names:
                part.wrong("items", f"没有“{name}”这一项", meant(name, names))
        if not multiplier.items:
            part.wrong("items", "没有写乘哪几项", 'items = ["项的名称"]')
    names = [item.name for item in scheme.of_period("month") if item.how != "count"]
    for name in scheme.needs:
        if name not in names:
            reader.wrong("needs", f"每月的、按比例或按档计分的项里没有“{name}”", meant(name, names))
    _vetoes(reader, scheme)
    _naming(reader, scheme)
    _year(reader, scheme)
    if len(scheme.sizes) > 1:
        _covered(reader, "size", [one.bounds for one in scheme.sizes])


def _once(reader: Reader, key: str, names: list[str]) -> None:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        reader.wrong(key, f"名称“{name}”用了两次", "每一个另起一个名称")


def _groups(reader: Reader, scheme: ScoringScheme) -> None:
    keys = [group.key for group in scheme.groups]
    _once(reader, "group", [name for group in scheme.groups for name in {group.key, *group.of}])
    if scheme.groups and scheme.compare == "all":
        reader.wrong("group", "写了不分组一起比，就不用写组", '去掉 [[group]]，或写 compare = "groups"')
    for number, item in enumerate(scheme.items, 1):
        for name in item.groups:
            if name not in keys:
                reader.wrong(
                    f"第{number}个 item 的 groups",
                    f"没有“{name}”这一组",
                    meant(name, keys) if keys else "先写 [[group]]",
                )
    if not scheme.total:
        return
    for key, title in [(group.key, f"“{group.title}”") for group in scheme.groups] or [("", "")]:
        weights = _weights(scheme, "month", key)
        if weights != scheme.total:
            reader.wrong(
                "total",
                f"{title}各项权重加上基础分是{shown(weights)}，写的总分是{shown(scheme.total)}",
                "改权重，或改 total；不要求加满的，去掉 total",
            )


def _weights(scheme: ScoringScheme, period: str, group: str) -> Decimal:
    """Return what the items with a weight come to for a group, with the base; bonuses and penalties stand beside."""
    found = [item.weight for item in scheme.of_period(period) if item.weight is not None and item.counts_in(group)]
    return sum(found, scheme.base if period == "month" else ZERO)


def _limits(reader: Reader, scheme: ScoringScheme) -> None:
    if scheme.cap is not None and scheme.floor is not None and scheme.floor >= scheme.cap:
        reader.wrong(
            "floor", f"下限{shown(scheme.floor)}不小于上限{shown(scheme.cap)}，人人一样多", "改小 floor 或改大 cap"
        )
    elif scheme.cap is not None and scheme.base > scheme.cap:
        reader.wrong("base", f"基础分{shown(scheme.base)}超过上限{shown(scheme.cap)}", "改小 base 或改大 cap")
    elif scheme.floor is not None and scheme.base < scheme.floor and scheme.base:
        reader.wrong("base", f"基础分{shown(scheme.base)}低于下限{shown(scheme.floor)}", "改大 base 或改小 floor")


def _item(part: Reader, scheme: ScoringScheme, item: Item) -> None:
    if item.cap is not None and item.floor is not None and item.floor >= item.cap:
        part.wrong("floor", f"下限{shown(item.floor)}不小于上限{shown(item.cap)}", "改小 floor 或改大 cap")
    if item.value_floor >= item.value_cap:
        part.wrong("value_floor", "不小于 value_cap，人人一样多", "改小 value_floor 或改大 value_cap")
    there = {"roles": scheme.roles, "difficulty": scheme.difficulty, "size": scheme.sizes}
    for factor in item.factors:
        if not there[factor]:
            how = "[[size]]" if factor == "size" else f"[{factor}]"
            part.wrong("factors", f"用了“{factor}”，办法却没有写这些系数", f"写上 {how}，或去掉")
    _reachable(part, item.choice)
    if item.how == "count":
        _rows(part, item)
    if item.how == "bands":
        if not item.bands:
            part.wrong("bands", "没有一档", "写几个 [[item.bands]]")
        _covered(part, "bands", [band.bounds for band in item.bands])
    _once(part, "raters", [rater.by for rater in item.raters])


def _rows(part: Reader, item: Item) -> None:
    for number, row in enumerate(item.rows, 1):
        _reachable(part, Choice(row.choice.kinds or item.choice.kinds, row.choice.roles))
        for earlier in item.rows[: number - 1]:
            if _covers(earlier.choice, row.choice):
                part.wrong(f"第{number}行 points", "前面已有一行包住了它，轮不到它", "把条件细的写在前面")
                break
        if not row.points:
            part.wrong(f"第{number}行 points", "写的是0分", "写上几分，或去掉这一行")
    for kind in item.choice.kinds:
        if item.rows and not any(not row.choice.kinds or kind in row.choice.kinds for row in item.rows):
            part.wrong("points", f"没有写“{KINDS[kind][0]}”几分", f'加一行 facts = ["{kind}"]，或从 facts 里去掉')


def _covers(wide: Choice, narrow: Choice) -> bool:
    """Tell whether whatever meets `narrow` meets `wide`."""
    kinds = not wide.kinds or (bool(narrow.kinds) and set(narrow.kinds) <= set(wide.kinds))
    roles = not wide.roles or (bool(narrow.roles) and set(narrow.roles) <= set(wide.roles))
    marks = narrow.marks or {}
    marked = all(mark in marks and set(marks[mark]) <= set(values) for mark, values in (wide.marks or {}).items())
    return kinds and roles and marked and (wide.value is None or wide.value == narrow.value)


def _reachable(part: Reader, choice: Choice) -> None:
    if choice.roles and choice.kinds and set(choice.kinds) <= ROLELESS:
        names = "、".join(KINDS[kind][0] for kind in choice.kinds)
        part.wrong("roles", f"“{names}”不分角色，这个条件不会成立", "去掉 roles")


def _covered(part: Reader, key: str, bands: Iterable[Bounds]) -> None:
    """Note gaps and overlaps between bands; below the lowest and above the highest there may be none."""
    found = sorted((one for one in bands if not one.empty), key=lambda one: (one.low is not None, one.low or ZERO))
    for one, other in pairwise(found):
        high, low = one.high, other.low
        if high is None or low is None or high > low or (high == low and one.high_in and other.low_in):
            part.wrong(key, f"{said(one)}和{said(other)}重叠", "让一档的上限正好是下一档的下限")
        elif high < low or not (one.high_in or other.low_in):
            part.wrong(
                key, f"{said(one)}和{said(other)}之间有空档", "让一档的上限正好是下一档的下限，且恰有一边含这个数"
            )


def said(bounds: Bounds) -> str:
    """Return bounds in words: 不少于5、不到10."""
    words = []
    if bounds.low is not None:
        words.append(f"{BOUNDS['at_least' if bounds.low_in else 'over']}{shown(bounds.low)}")
    if bounds.high is not None:
        words.append(f"{BOUNDS['at_most' if bounds.high_in else 'under']}{shown(bounds.high)}")
    return "、".join(words) or "任何数"


def _vetoes(reader: Reader, scheme: ScoringScheme) -> None:
    for number, veto in enumerate(scheme.vetoes, 1):
        part = reader.inside("veto", {}, f"第{number}个 veto")
        _reachable(part, veto.choice)
        if any(_covers(one.choice, veto.choice) and one.times <= veto.times for one in scheme.vetoes[: number - 1]):
            part.wrong("", "前面一个 veto 已经包住了它，轮不到它", "去掉它，或把条件细的写在前面")
    if scheme.vetoes and scheme.commend is None:
        reader.wrong("veto", "没有写谁受表扬，一票否决就不起作用", "写上 [commend]，或去掉 [[veto]]")


def _naming(reader: Reader, scheme: ScoringScheme) -> None:
    commend, criticise = scheme.commend, scheme.criticise
    if not commend or not criticise:
        return
    if (
        commend.count
        and criticise.count
        and min(commend.least_group, criticise.least_group) < commend.count + criticise.count
    ):
        both = commend.count + criticise.count
        reader.wrong(
            "criticise.least_group",
            f"前{commend.count}名表扬、后{criticise.count}名批评，不到{both}个单位的组里会有单位两头都占",
            f"两处都写 least_group = {both} 以上",
        )
    if commend.share and criticise.share and commend.share + criticise.share > 1:
        reader.wrong("criticise.share", "表扬和批评的比例加起来超过全组", "改小")
    if commend.bound is not None and criticise.bound is not None and commend.bound < criticise.bound:
        reader.wrong("criticise.below", "比表扬的线还高，有单位两头都占", "改小 below 或改大 at_least")


def _year(reader: Reader, scheme: ScoringScheme) -> None:
    items = scheme.of_period("year")
    if scheme.year is None:
        if items:
            reader.wrong("year", f"“{items[0].title}”只在年度计，却没有写年度怎样算", "写上 [year]")
        return
    if not items and scheme.year.share != 1:
        reader.wrong(
            "year.share", "没有只在年度计的项，各月占不满全年", '写 share = 1，或写几个 period = "year" 的 [[item]]'
        )
    if scheme.total and items:
        for key in [group.key for group in scheme.groups] or [""]:
            expected, weights = scheme.total * (1 - scheme.year.share), _weights(scheme, "year", key)
            if weights != expected:
                reader.wrong(
                    "year.share",
                    f"各月占{shown(scheme.year.share * 100)}%，年度各项应加起来是{shown(expected)}，写的是{shown(weights)}",
                    "改年度各项的权重，或改 share",
                )
                break
