"""From the TOML of a light scheme to a `LightScheme`; everything that is wrong is noted, not only the first thing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from duban.dispatch.curves import month_end
from duban.dispatch.schemes.lights.evaluating import OTHERWISE, OVERRIDE, SAYABLE, placeholders
from duban.dispatch.schemes.lights.facts import FACTS, Demand, Facts, Month, Override, Report
from duban.dispatch.schemes.lights.scheme import (
    ACTIONS,
    COLOURS,
    ROLES,
    SHAPES,
    Consequence,
    Example,
    Level,
    LightScheme,
    OverrideRule,
    Recovery,
    Rule,
    Test,
)
from duban.dispatch.schemes.problems import Reader, meant

KIND = "lights"
#: What an example's light may rest on beside the names of rules and recoveries.
GIVEN_RULES = (OTHERWISE, OVERRIDE)
BOUNDS = {"over": "超过", "at_least": "不少于", "under": "不到", "at_most": "不超过"}

_HEAD = ("kind", "name", "version", "title", "source")
_PARTS = ("otherwise", "otherwise_say", "level", "rule", "recovery", "override", "consequence", "example")
_OTHERWISE_SAY = "没有触发任何一条规则。"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
# The report for a month is due by the fifth of the next where an example does not say.
_REPORT_DAYS = 5


def read(reader: Reader) -> LightScheme:
    """Return the scheme; it is only usable where `reader` noted no problem."""
    reader.only(*_HEAD, *_PARTS)
    levels = _levels(reader)
    by_name = {level.name: level for level in levels}
    fallback = levels[0] if levels else Level("", "", "grey", "○", 0)

    def level_of(part: Reader, key: str) -> Level:
        return by_name.get(part.choice(key, by_name), fallback)

    rules = tuple(
        Rule(part.text("name"), level_of(part, "level"), _when(part, by_name), _say(part))
        for part in reader.tables("rule")
    )
    for part in reader.tables("rule"):
        part.only("name", "level", "when", "say")
    if not rules:
        reader.wrong("rule", "没有一条规则", "至少写一条 [[rule]]")
    recoveries = tuple(
        Recovery(
            part.text("name"),
            level_of(part, "after"),
            level_of(part, "at_best"),
            part.whole("months", default=1) or 1,
            _say(part),
        )
        for part in reader.tables("recovery")
    )
    for part in reader.tables("recovery"):
        part.only("name", "after", "at_best", "months", "say")
    names = [*GIVEN_RULES, *(rule.name for rule in rules), *(recovery.name for recovery in recoveries)]
    for name in {name for name in names if name and names.count(name) > 1}:
        reader.wrong("rule", f"名称“{name}”用了两次，或与自带的重名", "每条规则另起一个名称")
    return LightScheme(
        name=reader.text("name"),
        version=reader.text("version"),
        title=reader.text("title"),
        source=reader.text("source"),
        file=reader.file,
        levels=levels,
        rules=rules,
        otherwise=level_of(reader, "otherwise"),
        otherwise_say=_say(reader, "otherwise_say", default=_OTHERWISE_SAY),
        recoveries=recoveries,
        override=_override_rule(reader, by_name),
        consequences=tuple(
            _consequence(part, level_of(part, "level"), by_name) for part in reader.tables("consequence")
        ),
        examples=tuple(_example(part, by_name, names) for part in reader.tables("example")),
    )


def _levels(reader: Reader) -> tuple[Level, ...]:
    levels: list[Level] = []
    for part in reader.tables("level"):
        part.only("name", "word", "colour", "shape")
        level = Level(
            part.text("name"),
            part.text("word"),
            part.choice("colour", COLOURS),
            part.choice("shape", SHAPES),
            len(levels),
        )
        for other in levels:
            if other.name == level.name:
                part.wrong("name", f"“{level.name}”用了两次", "每种灯另起一个名称")
            elif other.word == level.word:
                part.wrong("word", f"“{level.word}”用了两次", "每种灯的字不同，黑白打印也分得清")
            elif (other.colour, other.shape) == (level.colour, level.shape):
                part.wrong("shape", f"与“{other.word}”的颜色形状都一样", "换一种形状，色弱的人也分得清")
        levels.append(level)
    if not levels:
        reader.wrong("level", "没有一种灯", "从好到坏写几个 [[level]]")
    return tuple(levels)


def _say(part: Reader, key: str = "say", *, default: str | None = None) -> str:
    say = part.text(key, default=default)
    try:
        unknown = [name for name in placeholders(say) if name not in SAYABLE]
    except ValueError:
        part.wrong(key, "花括号不成对", "写成 {behind} 这样")
        return ""
    for name in unknown:
        part.wrong(key, f"没有“{{{name}}}”这个数", meant(name, SAYABLE))
    return say


# -- conditions -------------------------------------------------------------------------------------------------------


def _when(part: Reader, levels: Mapping[str, Level]) -> tuple[Test, ...]:
    if "when" not in part.table:
        part.wrong("when", "没有写条件", "写成 when = { behind = { over = 30 } }；其余情况写在文件开头的 otherwise")
        return ()
    reader = part.inside("when", part.table["when"])
    reader.only(*FACTS)
    tests = tuple(_test(reader, key, levels) for key in reader.table if key in FACTS)
    if not reader.table:
        reader.wrong("", "一个条件也没有", f"可写 {'、'.join(FACTS)}")
    return tests


def _test(reader: Reader, key: str, levels: Mapping[str, Level]) -> Test:
    fact, value = FACTS[key], reader.table[key]
    if fact.kind != "number" and not isinstance(value, Mapping):
        value = {"is": value}
    elif not isinstance(value, Mapping):
        reader.wrong(key, "应写明怎样比", f"写成 {key} = {{ at_least = 10 }}；可写 {'、'.join(BOUNDS)}")
        return Test(key, {})
    part = reader.inside(key, value)
    running, times = part.whole("running", least=2), part.whole("times", least=2)
    if running and times:
        part.wrong("times", "running（连续几个月）和 times（全年几个月）只能写一个", "去掉一个")
    words: tuple[str | bool, ...] = ()
    bounds: dict[str, Decimal] = {}
    if fact.kind == "number":
        part.only(*BOUNDS, "running", "times")
        bounds = {bound: _number(part, bound) or Decimal(0) for bound in BOUNDS if bound in value}
        if not bounds:
            part.wrong("", "没有写和多少比", f"可写 {'、'.join(BOUNDS)}")
    else:
        part.only("is", "running", "times")
        words = _truth(part) if fact.kind == "truth" else _level_words(part, levels)
    return Test(key, bounds, words, running or 1, times or 1)


def _truth(part: Reader) -> tuple[bool, ...]:
    value = part.table.get("is")
    if not isinstance(value, bool):
        part.wrong("", "应是 true（是）或 false（否）", "写成 true 或 false")
        return (True,)
    return (value,)


def _level_words(part: Reader, levels: Mapping[str, Level]) -> tuple[str, ...]:
    value = part.table.get("is")
    wanted = Reader(part.file, {"is": [value] if isinstance(value, str) else value}, part.at, part.problems)
    return wanted.choices("is", levels)


def _number(part: Reader, key: str) -> Decimal | None:
    value = part.table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        part.wrong(key, "应是数", f"写成 {key} = 10")
        return None
    return Decimal(value)


# -- overrides and consequences ---------------------------------------------------------------------------------------


def _override_rule(reader: Reader, levels: Mapping[str, Level]) -> OverrideRule:
    if "override" not in reader.table:
        return OverrideRule()
    part = reader.inside("override", reader.table["override"])
    part.only("roles", "levels", "longest_days")
    return OverrideRule(
        part.choices("roles", ROLES),
        part.choices("levels", levels) or tuple(levels),
        part.whole("longest_days", default=31) or 31,
    )


def _consequence(part: Reader, level: Level, levels: Mapping[str, Level]) -> Consequence:
    part.only("level", "say", "running", "each", "points", "actions", "days")
    return Consequence(
        level=level,
        say=part.text("say"),
        running=part.whole("running", least=2) or 1,
        each=part.whole("each", least=2) or 1,
        points=_number(part, "points") or Decimal(0),
        actions=part.choices("actions", ACTIONS),
        days=part.whole("days"),
    )


# -- worked examples --------------------------------------------------------------------------------------------------


def _example(part: Reader, levels: Mapping[str, Level], rules: list[str]) -> Example:
    part.only(
        "title", "on", "month", "due", "start", "started", "to_be_listed", "listed", "done", "months", "demands",
        "overrides", "light", "rule", "points", "actions", "working",
    )  # fmt: skip
    on = _day(part, "on", needed=True) or date.min
    months, reports = _months(part)
    facts = Facts(
        due=_day(part, "due", needed=True) or date.max,
        months=months,
        reports=reports,
        start=_day(part, "start"),
        started_on=_day(part, "started"),
        to_be_listed=_yes(part, "to_be_listed"),
        listed_on=_day(part, "listed"),
        done_on=_day(part, "done"),
        demands=tuple(_demand(row, levels) for row in part.tables("demands")),
        overrides=tuple(_override(row, levels) for row in part.tables("overrides")),
    )
    month = part.text("month", default="") or None
    if month is not None and facts.judged(on) is None:
        part.wrong("month", "到那一天还没有月份可判", "改 on，或去掉 month")
        month = None
    elif month is not None and month not in [one.name for one in months]:
        part.wrong("month", f"months 里没有“{month}”", "写 months 里有的月份")
        month = None
    return Example(
        title=part.text("title"),
        on=on,
        facts=facts,
        level=part.choice("light", levels),
        month=month,
        rule=part.choice("rule", rules, default="") or None,
        points=_number(part, "points"),
        actions=part.choices("actions", ACTIONS) if "actions" in part.table else None,
        working=part.text("working", default=""),
    )


def _months(part: Reader) -> tuple[tuple[Month, ...], tuple[Report, ...]]:
    """Return the months and reports of an example; a second row of a month is a later report for it."""
    months: dict[str, Month] = {}
    reports: list[Report] = []
    for number, row in enumerate(part.tables("months"), 1):
        row.only("month", "expected", "report_due", "progress", "filed", "below_floor")
        name = row.text("month")
        if not _MONTH.fullmatch(name):
            row.wrong("month", f"“{name}”不是月份", '写成 month = "2026-03"')
            continue
        due = _day(row, "report_due") or month_end(name) + timedelta(days=_REPORT_DAYS)
        expected, progress = _number(row, "expected"), _number(row, "progress")
        month = months.setdefault(name, Month(name, expected, due))
        filed = _day(row, "filed")
        if progress is not None or filed:
            reports.append(Report(name, filed or month.report_due, progress, (number,), _yes(row, "below_floor")))
    return tuple(months[name] for name in sorted(months)), tuple(reports)


def _demand(row: Reader, levels: Mapping[str, Level]) -> Demand:
    row.only("level", "issued", "due", "met")
    return Demand(
        row.choice("level", levels),
        _day(row, "issued", needed=True) or date.max,
        _day(row, "due", needed=True) or date.max,
        _day(row, "met"),
    )


def _override(row: Reader, levels: Mapping[str, Level]) -> Override:
    row.only("level", "reason", "role", "since", "until")
    return Override(
        row.choice("level", levels),
        row.text("reason"),
        row.choice("role", ROLES),
        _day(row, "since", needed=True) or date.max,
        _day(row, "until", needed=True) or date.max,
    )


def _day(part: Reader, key: str, *, needed: bool = False) -> date | None:
    value = part.table.get(key)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if value is not None or needed:
        part.wrong(key, "缺少日期" if value is None else "应是日期", f"写成 {key} = 2026-03-31，不加引号")
    return None


def _yes(part: Reader, key: str) -> bool:
    value = part.table.get(key, False)
    if not isinstance(value, bool):
        part.wrong(key, "应是 true（是）或 false（否）", f"写成 {key} = true")
    return value is True
