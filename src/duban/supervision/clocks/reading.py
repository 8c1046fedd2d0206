"""From the TOML of a clock scheme to a `ClockScheme`; everything that is wrong is noted, not only the first thing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time

from duban.dispatch.schemes.lights.scheme import ACTIONS
from duban.dispatch.schemes.problems import Reader
from duban.supervision.clocks.counting import UNITS, Limit
from duban.supervision.clocks.scheme import (
    ACTS,
    APPROVERS,
    BEFORE,
    STARTS,
    TOLD,
    URGENCIES,
    WHO,
    ClockScheme,
    End,
    Example,
    ExtensionRule,
    Grade,
    Missed,
    Second,
    Step,
)

KIND = "clock"
#: Where a matter comes from; the names are those of `duban.supervision.models.matters.MatterSource`.
SOURCES = (
    *("instruction", "meeting", "upper_order", "deputy_proposal", "committee_proposal"),
    *("livelihood", "lead", "finding", "conference", "promise"),
)
_HEAD = ("kind", "name", "version", "title", "source", "for")
_PARTS = ("step", "end", "turn_down", "redo", "extension", "second", "grade", "example")
_STEP = ("name", "title", "act", "who", "from", "after", "limit", "on", "pausable", "before", "remind", "missed")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def read(reader: Reader) -> ClockScheme:
    """Return the scheme; it is only usable where `reader` noted no problem."""
    reader.only(*_HEAD, *_PARTS)
    steps = tuple(_step(part) for part in reader.tables("step"))
    _check_steps(reader, steps)
    return ClockScheme(
        name=reader.text("name"),
        version=reader.text("version"),
        title=reader.text("title"),
        source=reader.text("source"),
        file=reader.file,
        sources=reader.choices("for", SOURCES),
        steps=steps,
        end=_end(reader),
        turn_down=_part_limit(reader, "turn_down"),
        redo=_part_limit(reader, "redo", needed=True) or Limit(1, "days"),
        extension=_extension(reader, steps),
        second=_second(reader),
        grades=_grades(reader),
        examples=tuple(_example(part, steps) for part in reader.tables("example")),
    )


def _step(part: Reader) -> Step:
    part.only(*_STEP)
    after = part.text("after", default="")
    if after and "from" in part.table:
        part.wrong("from", "已写了 after，不能再写 from", "两个里去掉一个")
    on = _month_day(part, "on") if "on" in part.table else None
    limits = _limits(part) if "limit" in part.table else {}
    if bool(limits) == bool(on) and ("limit" not in part.table or on):
        part.wrong(
            "limit", "limit 和 on 要写一个，且只写一个", 'limit = { number = 7, unit = "days" }，或 on = "12-31"'
        )
    return Step(
        name=part.text("name"),
        title=part.text("title"),
        act=part.choice("act", ACTS, default="note"),
        who=part.choice("who", WHO),
        start=part.choice("from", STARTS, default="assigned"),
        after=after,
        limits=limits,
        on=on,
        pausable=_yes(part, "pausable", default=True),
        before=part.choice("before", BEFORE, default=""),
        remind=_days(part, "remind"),
        missed=tuple(sorted((_missed(one) for one in part.tables("missed")), key=lambda one: one.after)),
    )


def _check_steps(reader: Reader, steps: tuple[Step, ...]) -> None:
    """Note what does not hold between the steps: whatever happens, somebody moves next until a day."""
    names = [step.name for step in steps]
    for name in {name for name in names if name and names.count(name) > 1}:
        reader.wrong("step", f"名称“{name}”用了两次", "每一步另起一个名称")
    seen: set[str] = set()
    for step in steps:
        if step.after and step.after not in seen:
            reader.wrong(
                "step", f"“{step.name}”写在“{step.after}”之后，前面却没有这一步", "先写前一步，再写后一步，名称要一致"
            )
        seen.add(step.name)
    if steps and not any(not step.after for step in steps):
        reader.wrong("step", "没有一步从收到或交办起算", "第一步不写 after")
    for act, who, say in (("answer", ("lead",), "答复"), ("review", ("office",), "审核办结")):
        found = [step for step in steps if step.act == act]
        if len(found) != 1 or found[0].who not in who:
            reader.wrong(
                "step",
                f'“{say}”（act = "{act}"）要有一步，由{WHO[who[0]]}办',
                f'写一个 act = "{act}"、who = "{who[0]}" 的 [[step]]',
            )
    by_name = {step.name: step for step in steps}
    for step in steps:
        if step.act in ("review", "satisfaction") and not _follows(step, by_name, "answer"):
            reader.wrong("step", f"“{step.name}”应在答复之后起算", "写上 after = 答复那一步的名称")
        if step.before and _follows(step, by_name, "answer" if step.before == "answer" else "review"):
            reader.wrong("step", f"“{step.name}”要在{BEFORE[step.before]}前办，却排在它之后", "去掉 before，或改 after")


def _follows(step: Step, by_name: Mapping[str, Step], act: str) -> bool:
    tried = set()
    while step.after in by_name and step.after not in tried:
        tried.add(step.after)
        step = by_name[step.after]
        if step.act == act:
            return True
    return False


def _limits(part: Reader) -> dict[str, Limit]:
    reader = part.inside("limit", part.table["limit"])
    if "number" in reader.table or "unit" in reader.table:
        limit = _limit(reader)
        return dict.fromkeys(URGENCIES, limit)
    reader.only(*URGENCIES)
    found = {}
    for name in URGENCIES:
        if name in reader.table:
            found[name] = _limit(reader.inside(name, reader.table[name]))
        else:
            reader.wrong(name, "缺少这种缓急的时限", "三种都写：urgent（特急）、ordinary（一般）、hard（疑难）")
    return found


def _limit(part: Reader) -> Limit:
    part.only("number", "unit")
    number = part.whole("number")
    if number is None:
        part.wrong("number", "缺少数", "写成 number = 7")
    unit = part.choice("unit", UNITS)
    return Limit(number or 1, unit)  # type: ignore[arg-type]


def _part_limit(reader: Reader, key: str, *, needed: bool = False) -> Limit | None:
    if key not in reader.table:
        if needed:
            reader.wrong(key, "缺少这一项", f'写成 [{key}] limit = {{ number = 5, unit = "working_days" }}')
        return None
    part = reader.inside(key, reader.table[key])
    part.only("limit")
    return _limit(part.inside("limit", part.table.get("limit")))


def _missed(part: Reader) -> Missed:
    part.only("after", "say", "notify", "do")
    return Missed(
        after=part.whole("after", least=0, default=0) or 0,
        say=part.text("say"),
        notify=part.choices("notify", TOLD),
        do=part.choices("do", ACTIONS),
    )


def _end(reader: Reader) -> End | None:
    if "end" not in reader.table:
        return None
    part = reader.inside("end", reader.table["end"])
    part.only("by", "received_until", "say")
    until = _month_day(part, "received_until") if "received_until" in part.table else (12, 31)
    return End(_month_day(part, "by"), until, part.text("say"))


def _extension(reader: Reader, steps: tuple[Step, ...]) -> ExtensionRule | None:
    if "extension" not in reader.table:
        return None
    part = reader.inside("extension", reader.table["extension"])
    part.only("times", "at_most", "approver", "ask_before")
    at_most = _limit(part.inside("at_most", part.table.get("at_most")))
    answer = next((step for step in steps if step.act == "answer"), None)
    units = {limit.unit for limit in answer.limits.values()} if answer else set()
    if answer and units != {at_most.unit}:
        part.wrong("at_most", "和答复那一步的时限不是一种单位", "两处写同一种单位；答复定在某一天的，不写 extension")
    return ExtensionRule(
        times=part.whole("times", default=1) or 1,
        at_most=at_most,
        approver=part.choice("approver", APPROVERS, default="office"),
        ask_before=part.whole("ask_before", least=0, default=0) or 0,
    )


def _second(reader: Reader) -> Second | None:
    if "second" not in reader.table:
        return None
    part = reader.inside("second", reader.table["second"])
    part.only("times", "limit")
    return Second(part.whole("times", default=1) or 1, _limit(part.inside("limit", part.table.get("limit"))))


def _grades(reader: Reader) -> tuple[Grade, ...]:
    found = []
    for part in reader.tables("grade"):
        part.only("name", "words")
        found.append(Grade(part.text("name"), part.text("words", default="")))
    names = [grade.name for grade in found]
    for name in {name for name in names if names.count(name) > 1}:
        reader.wrong("grade", f"“{name}”用了两次", "每一等另起一个名称")
    return tuple(found)


def _example(part: Reader, steps: tuple[Step, ...]) -> Example:
    part.only(
        *("title", "received", "assigned", "urgency", "done", "paused", "extended", "holidays", "due"),
        *("turn_down", "seen", "missed", "working"),
    )
    names = tuple(step.name for step in steps)
    received = _day(part, "received")
    return Example(
        title=part.text("title"),
        received=received,
        assigned=_moment(part, "assigned", received),
        urgency=part.choice("urgency", URGENCIES, default="ordinary"),
        done={name: _as_moment(value) for name, value in _by_step(part, "done", names).items()},
        paused=_paused(part),
        extended={name: value for name, value in _named(part, "extended", names).items() if isinstance(value, int)},
        holidays=_holidays(part),
        due=_by_step(part, "due", names),
        turn_down=_day(part, "turn_down") if "turn_down" in part.table else None,
        seen=_day(part, "seen") if "seen" in part.table else None,
        missed=part.choices("missed", names),
        working=part.text("working", default=""),
    )


def _named(part: Reader, key: str, names: tuple[str, ...]) -> Mapping[str, object]:
    if key not in part.table:
        return {}
    reader = part.inside(key, part.table[key])
    reader.only(*names)
    return {name: value for name, value in reader.table.items() if name in names}


def _by_step(part: Reader, key: str, names: tuple[str, ...]) -> dict[str, date | datetime]:
    found: dict[str, date | datetime] = {}
    for name, value in _named(part, key, names).items():
        if isinstance(value, date):
            found[name] = value
        else:
            part.wrong(f"{key}.{name}", "应是日期", f"写成 {key} = {{ {name} = 2026-03-31 }}，不加引号")
    return found


def _paused(part: Reader) -> tuple[tuple[date, date], ...]:
    rows = part.table.get("paused", [])
    found = []
    for row in rows if isinstance(rows, list) else [rows]:
        if isinstance(row, list) and len(row) == 2 and all(isinstance(one, date) for one in row) and row[0] < row[1]:
            found.append((row[0], row[1]))
        else:
            part.wrong("paused", "应是成对的日期，先开始后恢复", "写成 paused = [[2026-03-05, 2026-03-12]]")
    return tuple(found)


def _holidays(part: Reader) -> dict[date, bool]:
    """Return the days by which an example's calendar differs from the national one: true where worked."""
    if "holidays" not in part.table:
        return {}
    reader = part.inside("holidays", part.table["holidays"])
    found = {}
    for key, value in reader.table.items():
        try:
            found[date.fromisoformat(key)] = value is True
        except ValueError:
            reader.wrong(key, "应是日期", 'holidays = { "2026-03-05" = false }，false 是休息，true 是上班')
    return found


def _day(part: Reader, key: str) -> date:
    value = part.table.get(key)
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    part.wrong(key, "缺少日期" if value is None else "应是日期", f"写成 {key} = 2026-03-31，不加引号")
    return date(2026, 1, 1)


def _moment(part: Reader, key: str, other: date) -> datetime:
    value = part.table.get(key, other)
    if not isinstance(value, date):
        part.wrong(key, "应是日期，或日期和时刻", f"写成 {key} = 2026-03-31，或 {key} = 2026-03-31T09:00:00")
        value = other
    return _as_moment(value)


def _as_moment(value: date | datetime) -> datetime:
    """Return a time; a day without one is taken at nine in the morning."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(9))


def _month_day(part: Reader, key: str) -> tuple[int, int]:
    value = part.table.get(key)
    if isinstance(value, str) and _MONTH_DAY.fullmatch(value):
        month, day = map(int, value.split("-"))
        if day <= (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
            return month, day
    part.wrong(key, "应是月和日", f'写成 {key} = "12-31"')
    return 12, 31


def _days(part: Reader, key: str) -> tuple[int, ...]:
    value = part.table.get(key, [])
    if isinstance(value, list) and all(isinstance(one, int) and not isinstance(one, bool) and one > 0 for one in value):
        return tuple(sorted(value, reverse=True))
    part.wrong(key, "应是一组天数", f"写成 {key} = [3, 1]")
    return ()


def _yes(part: Reader, key: str, *, default: bool) -> bool:
    value = part.table.get(key, default)
    if not isinstance(value, bool):
        part.wrong(key, "应是 true（是）或 false（否）", f"写成 {key} = true")
    return value is True
