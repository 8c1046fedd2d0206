"""A scoring scheme in Chinese sentences, for those who do not read its file."""

from __future__ import annotations

from collections.abc import Iterator

from duban.assessment.scoring.consistency import said
from duban.assessment.scoring.facts import BY, DIFFICULTIES, KINDS, MARKS, ROLES, VALUES
from duban.assessment.scoring.numbers import shown
from duban.assessment.scoring.scheme import (
    ABSENT,
    COMPARE,
    FACTORS,
    MISSING,
    QUANTITIES,
    TAKE,
    Choice,
    Item,
    Multiplier,
    Naming,
    Row,
    ScoringScheme,
    Veto,
)
from duban.assessment.scoring.year import share_words


def described(scheme: ScoringScheme) -> Iterator[tuple[str, list[str]]]:
    """Give the parts of a scheme, each with its heading and lines."""
    yield "怎样比", list(_frame(scheme))
    month, year = scheme.of_period("month"), scheme.of_period("year")
    yield "每月计分", [f"{number}. {_item(item)}" for number, item in enumerate(month, 1)]
    if year:
        yield "只在年度计分", [f"{number}. {_item(item)}" for number, item in enumerate(year, 1)]
    if factors := list(_factors(scheme)):
        yield "系数", factors
    if scheme.multipliers:
        yield "加倍", [_multiplier(scheme, one) for one in scheme.multipliers]
    yield "一票否决、容错", [*map(_veto, scheme.vetoes), "经批准容错的事实不计，在明细里写明理由"]
    named = [f"{word}：{_naming(rule, best=best)}" for word, rule, best in _rules(scheme) if rule]
    yield "表扬和批评", named or ["办法不定谁受表扬、谁受批评"]
    if scheme.year:
        yield "年度", [share_words(scheme.year), MISSING[scheme.year.missing]]
    yield "算例", [f"{one.title}{f'。{one.working}' if one.working else ''}" for one in scheme.examples]


def _rules(scheme: ScoringScheme) -> tuple[tuple[str, Naming | None, bool], ...]:
    return (("表扬", scheme.commend, True), ("批评", scheme.criticise, False))


def _frame(scheme: ScoringScheme) -> Iterator[str]:
    groups = "、".join(group.title for group in scheme.groups)
    if scheme.needs:
        items = "、".join(scheme.item(name).title for name in scheme.needs)
        yield f"{items}都没有可计的单位，这个月不参加排名"
    yield f"{COMPARE[scheme.compare]}{f'：{groups}' if groups else ''}"
    parts = [f"基础分{shown(scheme.base)}"] if scheme.base else []
    parts += [f"上限{shown(scheme.cap)}"] if scheme.cap is not None else []
    parts += [f"下限{shown(scheme.floor)}"] if scheme.floor is not None else []
    if parts:
        yield "，".join(parts)
    rounding = f"四舍五入到{scheme.places}位小数" if scheme.places else "四舍五入取整"
    yield f"中间不取整，总分{rounding}；分数相同的名次相同（1、2、2、4）"


def _item(item: Item) -> str:
    head = f"{item.title}"
    if item.weight is not None:
        head += f"，{shown(item.weight)}分"
    parts = [_how(item)]
    parts += [f"乘{'、'.join(FACTORS[name] for name in item.factors)}系数"] if item.factors else []
    if item.cap is not None and item.floor is not None:
        parts.append(f"这一项在{shown(item.floor)}到{shown(item.cap)}分之间")
    elif item.cap is not None:
        parts.append(f"这一项最多{shown(item.cap)}分")
    elif item.floor is not None:
        parts.append(f"这一项最低{shown(item.floor)}分")
    if item.how != "count":
        parts.append(f"没有可计的单位{ABSENT[item.absent]}")
    if item.groups:
        parts.append(f"只对{'、'.join(item.groups)}")
    return f"{head}：{'；'.join(parts)}"


def _how(item: Item) -> str:
    what = choice_words(item.choice)
    if item.how == "ratio":
        return f"{what}的平均，{_between(item)}，乘权重"
    if item.how == "share":
        assert item.good
        return f"{what}里，{choice_words(item.good)}所占的比例，乘权重"
    if item.how == "count":
        return "；".join(_row(item, row) for row in item.rows)
    if item.how == "bands":
        bands = "，".join(f"{said(band.bounds)}的{shown(band.points)}分" for band in item.bands)
        return f"{what}按数分档，{TAKE[item.take]}：{bands}"
    if item.how == "ballots":
        return f"第1名{shown(item.first)}分，每后一名少{shown(item.step)}分，取各张票的平均{_of_weight(item)}"
    parts = "、".join(f"{BY[rater.by]}{shown(rater.part)}" for rater in item.raters)
    return f"{what}（0到100分）的平均{f'，各类的比重：{parts}' if parts else ''}，按权重折算"


def _of_weight(item: Item) -> str:
    return "" if item.weight == item.first else "，按权重折算"


def _between(item: Item) -> str:
    low = f"低于{shown(item.value_floor * 100)}%的按{shown(item.value_floor * 100)}%，" if item.value_floor else ""
    return f"{low}超过{shown(item.value_cap * 100)}%的按{shown(item.value_cap * 100)}%计"


def _row(item: Item, row: Row) -> str:
    marks = {**(item.choice.marks or {}), **(row.choice.marks or {})}
    chosen = Choice(
        row.choice.kinds or item.choice.kinds, row.choice.roles or item.choice.roles, marks, row.choice.value
    )
    sign = "+" if row.points > 0 else ""
    if row.times_value:
        return f"{choice_words(chosen)}，每1加减{sign}{shown(row.points)}分"
    return f"{choice_words(chosen)}，每件{sign}{shown(row.points)}分"


def choice_words(choice: Choice) -> str:
    """Return which facts are meant: 任务办结（牵头）, 受到表扬（领导）."""
    words = "、".join(KINDS[kind][0] for kind in choice.kinds) or "其中"
    asked = ["、".join(ROLES[role] for role in choice.roles)] if choice.roles else []
    for mark, values in (choice.marks or {}).items():
        known = VALUES.get(mark, {})
        if mark == "listed_only":
            asked.append(MARKS[mark])
        else:
            said_values = "、".join(known.get(value, value) for value in values)
            asked.append(said_values if mark == "by" else f"{MARKS[mark]}：{said_values}")
    if choice.value is not None:
        asked.append(f"数{said(choice.value)}")
    return f"{words}（{'；'.join(asked)}）" if asked else words


def _factors(scheme: ScoringScheme) -> Iterator[str]:
    if scheme.roles:
        yield f"角色：{'、'.join(f'{ROLES[role]}{shown(factor)}' for role, factor in scheme.roles.items())}"
    if scheme.difficulty:
        yield f"难易：{'、'.join(f'{DIFFICULTIES[name]}{shown(factor)}' for name, factor in scheme.difficulty.items())}"
    if scheme.sizes:
        yield f"规模（亿元）：{'、'.join(f'{said(one.bounds)}的{shown(one.factor)}' for one in scheme.sizes)}"


def _multiplier(scheme: ScoringScheme, one: Multiplier) -> str:
    items = "、".join(scheme.item(name).title for name in one.items)
    return f"{one.title}：{QUANTITIES[one.quantity]}{choice_words(one.choice)}的单位，{items}乘{shown(one.factor)}"


def _veto(veto: Veto) -> str:
    often = f"{veto.times}次" if veto.times > 1 else ""
    return f"{choice_words(veto.choice)}{often}：{veto.say}，不受表扬"


def _naming(rule: Naming, *, best: bool) -> str:
    parts = [f"{'前' if best else '后'}{rule.count}名"] if rule.count else []
    parts += [f"{'前' if best else '后'}{shown(rule.share * 100)}%（不足1个的不评）"] if rule.share else []
    parts += [f"{'不少于' if best else '不到'}{shown(rule.bound)}分"] if rule.bound is not None else []
    words = "，并且".join(parts)
    return f"{words}；不到{rule.least_group}个单位的组不评{'；被否决的由后面的递补' if rule.refill else ''}"
