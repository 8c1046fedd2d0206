"""From the TOML of a scoring scheme to a `ScoringScheme`; everything that is wrong is noted, not only the first thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from duban.assessment.scoring import consistency
from duban.assessment.scoring.examples import read_example
from duban.assessment.scoring.facts import BY, DIFFICULTIES, KINDS, ROLES
from duban.assessment.scoring.numbers import HUNDRED, ZERO
from duban.assessment.scoring.scheme import (
    ABSENT,
    BOUNDS,
    COMPARE,
    FACTORS,
    HOW,
    MISSING,
    PERIODS,
    QUANTITIES,
    TAKE,
    WEIGHTED,
    Band,
    Choice,
    Group,
    Item,
    Multiplier,
    Naming,
    Rater,
    Row,
    ScoringScheme,
    SizeFactor,
    Veto,
    Year,
)
from duban.assessment.scoring.values import CHOICE, bounds, choice, number, part_of_one, yes
from duban.dispatch.schemes.problems import Reader

KIND = "scoring"
_HEAD = ("kind", "name", "version", "title", "source", "compare", "places", "base", "cap", "floor", "total", "needs")
_PARTS = ("group", "roles", "difficulty", "size", "item", "multiplier", "veto", "commend", "criticise", "year")
_ITEM = ("name", "title", "how", *CHOICE, "absent", "period", "groups", "floor", "cap")
#: The keys that only some ways of counting have.
_OWN = {
    "ratio": ("weight", "factors", "value_floor", "value_cap"),
    "share": ("weight", "factors", "good"),
    "count": ("factors", "points"),
    "bands": ("factors", "bands", "take"),
    "ballots": ("weight", "first", "step", "anonymous"),
    "rating": ("weight", "raters", "anonymous"),
}
_MOST_PLACES = 4
_MONTHS = range(1, 13)


def read(reader: Reader) -> ScoringScheme:
    """Return the scheme; it is only usable where `reader` noted no problem."""
    reader.only(*_HEAD, *_PARTS, "example")
    groups = tuple(_group(part) for part in reader.tables("group"))
    scheme = ScoringScheme(
        name=reader.text("name"),
        version=reader.text("version"),
        title=reader.text("title"),
        source=reader.text("source"),
        file=reader.file,
        compare=reader.choice("compare", COMPARE, default="groups"),
        places=_places(reader),
        base=number(reader, "base", default=ZERO) or ZERO,
        cap=number(reader, "cap"),
        floor=number(reader, "floor"),
        total=number(reader, "total", positive=True),
        needs=_texts(reader, "needs"),
        groups=groups,
        roles=_factors(reader, "roles", tuple(ROLES)),
        difficulty=_factors(reader, "difficulty", tuple(DIFFICULTIES)),
        sizes=tuple(_size(part) for part in reader.tables("size")),
        items=tuple(_item(part) for part in reader.tables("item")),
        multipliers=tuple(_multiplier(part) for part in reader.tables("multiplier")),
        vetoes=tuple(_veto(part) for part in reader.tables("veto")),
        commend=_naming(reader, "commend", "first", "at_least"),
        criticise=_naming(reader, "criticise", "last", "below"),
        year=_year(reader),
        examples=(),
    )
    consistency.check(reader, scheme)
    return replace(scheme, examples=tuple(read_example(part, scheme) for part in reader.tables("example")))


def _places(reader: Reader) -> int:
    places = reader.whole("places", least=0, default=2)
    if places is None or places > _MOST_PLACES:
        reader.wrong("places", f"最多{_MOST_PLACES}位小数", "写成 places = 2")
        return 2
    return places


def _group(part: Reader) -> Group:
    part.only("key", "title", "of")
    of = part.table.get("of", [])
    if not isinstance(of, list) or not all(isinstance(one, str) and one for one in of):
        part.wrong("of", "应是一组文字", 'of = ["departments", "区直部门"]')
        of = []
    return Group(part.text("key"), part.text("title"), tuple(of))


def _factors(reader: Reader, key: str, allowed: tuple[str, ...]) -> Mapping[str, Decimal]:
    if key not in reader.table:
        return {}
    part = reader.inside(key, reader.table[key])
    part.only(*allowed)
    found = {name: number(part, name, positive=True) for name in part.table if name in allowed}
    return {name: factor for name, factor in found.items() if factor is not None}


def _size(part: Reader) -> SizeFactor:
    part.only(*BOUNDS, "factor")
    return SizeFactor(bounds(part), number(part, "factor", needed=True, positive=True) or Decimal(1))


def _item(part: Reader) -> Item:
    how = part.choice("how", HOW)
    part.only(*_ITEM, *_OWN.get(how, ()))
    chosen = choice(part, needed=True)
    if how in ("ratio", "bands", "rating"):
        for kind in chosen.kinds:
            if not KINDS[kind][1]:
                part.wrong("facts", f"“{KINDS[kind][0]}”只是有没有，没有数可算", '改用 how = "count" 或 "share"')
    weight = number(part, "weight", needed=True, positive=True) if how in WEIGHTED else None
    factors = part.choices("factors", FACTORS)
    return Item(
        name=part.text("name"),
        title=part.text("title"),
        how=how,
        choice=chosen,
        weight=weight if weight is not None else (Decimal(1) if how in WEIGHTED else None),
        floor=number(part, "floor"),
        cap=number(part, "cap"),
        value_floor=number(part, "value_floor", default=ZERO) or ZERO,
        value_cap=number(part, "value_cap", default=Decimal(1), positive=True) or Decimal(1),
        absent=_absent(part, how),
        period=part.choice("period", PERIODS, default="month"),
        groups=_texts(part, "groups"),
        factors=factors,
        good=_good(part, chosen.kinds) if how == "share" else None,
        rows=_rows(part, chosen.kinds) if how == "count" else (),
        bands=tuple(_band(one) for one in part.tables("bands")),
        take=part.choice("take", TAKE, default="each"),
        first=number(part, "first", default=HUNDRED, positive=True) or HUNDRED,
        step=number(part, "step", default=Decimal(3), least=ZERO) or ZERO,
        raters=tuple(_rater(one) for one in part.tables("raters")),
        anonymous=yes(part, "anonymous") if "anonymous" in part.table else None,
    )


def _absent(part: Reader, how: str) -> str:
    absent = part.choice("absent", ABSENT, default="zero")
    if how == "count" and "absent" in part.table:
        part.wrong("absent", "逐件加减分的，没有事实就是0分，不用写", "去掉 absent")
    if how == "bands" and absent == "rescale":
        part.wrong("absent", "按档计分的没有权重，不能放大", "写 zero、full 或 mean")
    if how == "bands" and absent in ("full", "mean") and "cap" not in part.table:
        part.wrong("absent", "没有上限，不知道满分是多少", "写上 cap")
    return absent


def _texts(part: Reader, key: str) -> tuple[str, ...]:
    value = part.table.get(key, [])
    if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
        return tuple(value)
    part.wrong(key, "应是一组文字", f'写成 {key} = ["…", "…"]')
    return ()


def _good(part: Reader, kinds: tuple[str, ...]) -> Choice:
    if "good" not in part.table:
        part.wrong("good", "没有写哪些算做到", 'good = { facts = ["report_on_time"] }')
        return choice(part.inside("good", {}), of=kinds)
    inside = part.inside("good", part.table["good"])
    inside.only(*CHOICE)
    if not inside.table:
        part.wrong("good", "没有写条件，人人都是满分", 'good = { facts = ["report_on_time"] }')
    return choice(inside, of=kinds)


def _rows(part: Reader, kinds: tuple[str, ...]) -> tuple[Row, ...]:
    points = part.table.get("points")
    if isinstance(points, int | Decimal) and not isinstance(points, bool):
        return (Row(choice(part.inside("points", {}), of=kinds), number(part, "points") or ZERO),)
    if not points:
        part.wrong("points", "没有写几分", "写成 points = 1，或几个 [[item.points]]")
        return ()
    return tuple(_row(one, kinds) for one in part.tables("points"))


def _row(part: Reader, kinds: tuple[str, ...]) -> Row:
    part.only(*CHOICE, "points", "times_value")
    chosen = choice(part, of=kinds)
    times_value = yes(part, "times_value")
    for kind in chosen.kinds or kinds:
        if times_value and not KINDS[kind][1]:
            part.wrong("times_value", f"“{KINDS[kind][0]}”只是有没有，没有数可乘", "去掉 times_value")
    return Row(chosen, number(part, "points", needed=True) or ZERO, times_value)


def _band(part: Reader) -> Band:
    part.only(*BOUNDS, "points")
    return Band(bounds(part), number(part, "points", needed=True) or ZERO)


def _rater(part: Reader) -> Rater:
    part.only("by", "part")
    return Rater(part.choice("by", BY), number(part, "part", needed=True, positive=True) or Decimal(1))


def _multiplier(part: Reader) -> Multiplier:
    part.only("title", "items", "factor", "when", "of")
    when = part.inside("when", part.table.get("when"))
    when.only(*CHOICE)
    if not when.table:
        part.wrong("when", "没有写条件", 'when = { marks = { listed_only = "yes" } }')
    return Multiplier(
        title=part.text("title"),
        items=_texts(part, "items"),
        factor=number(part, "factor", needed=True, positive=True) or Decimal(1),
        choice=choice(when),
        quantity=part.choice("of", QUANTITIES, default="any"),
    )


def _veto(part: Reader) -> Veto:
    part.only(*CHOICE, "times", "say")
    return Veto(choice(part, needed=True), part.whole("times", default=1) or 1, part.text("say"))


def _naming(reader: Reader, key: str, count: str, bound: str) -> Naming | None:
    if key not in reader.table:
        return None
    part = reader.inside(key, reader.table[key])
    best = key == "commend"
    part.only(count, "share", bound, "least_group", *(("refill",) if best else ()))
    if not {count, "share", bound} & set(part.table):
        part.wrong(count, "没有写几名、几成或者几分", f"写成 {count} = 3，或 share = 0.2，或 {bound} = 60")
    return Naming(
        count=part.whole(count),
        share=part_of_one(part, "share"),
        bound=number(part, bound),
        least_group=part.whole("least_group", least=2, default=2) or 2,
        refill=yes(part, "refill"),
    )


def _year(reader: Reader) -> Year | None:
    if "year" not in reader.table:
        return None
    part = reader.inside("year", reader.table["year"])
    part.only("share", "weights", "missing")
    weights = {}
    inside = part.inside("weights", part.table.get("weights", {}))
    for key in inside.table:
        if key.isdecimal() and int(key) in _MONTHS:
            weights[int(key)] = number(inside, key, least=ZERO) or ZERO
        else:
            inside.wrong(key, "应是1到12月", "写成 weights = { 6 = 2, 12 = 2 }，没有写的月是1")
    if len(weights) == len(_MONTHS) and not any(weights.values()):
        part.wrong("weights", "十二个月都是0，没有数可除", "至少一个月大于0")
    return Year(
        share=part_of_one(part, "share", default=Decimal(1)) or Decimal(1),
        weights=weights,
        missing=part.choice("missing", MISSING, default="skip"),
    )
