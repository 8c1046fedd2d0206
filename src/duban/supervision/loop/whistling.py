"""How soon departments must turn up when a town whistles: a scheme like others, a readable file with its worked examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from duban.dispatch.schemes.problems import Problem, Reader
from duban.dispatch.schemes.shelf import Kind, Shelf
from duban.supervision.clocks import counting

#: How pressing a whistle is, by the names of `duban.supervision.models.whistles.Urgency`.
URGENCIES = ("emergency", "law", "public")
_UNITS = ("hours", "working_days")
DEFAULT = "whistles"


@dataclass(frozen=True)
class WhistleLimit:
    """How soon, and what the limit is for."""

    limit: counting.Limit
    meaning: str


@dataclass(frozen=True)
class Example:
    """When a whistle was blown, and when one must have turned up, worked by hand."""

    title: str
    urgency: str
    blown: datetime
    due: datetime


@dataclass(frozen=True)
class WhistleScheme:
    """The limits of each urgency."""

    name: str
    version: str
    title: str
    source: str
    file: str
    limits: Mapping[str, WhistleLimit]
    examples: tuple[Example, ...]


def _read(reader: Reader) -> WhistleScheme:
    """Return the scheme; it is only usable where `reader` noted no problem."""
    reader.only("kind", "name", "version", "title", "source", "limit", "example")
    limits: dict[str, WhistleLimit] = {}
    for part in reader.tables("limit"):
        part.only("urgency", "limit", "meaning")
        inside = part.inside("limit", part.table.get("limit", {}))
        inside.only("number", "unit")
        number, unit = inside.whole("number"), inside.choice("unit", _UNITS)
        limit = counting.Limit(number or 1, "hours" if unit == "hours" else "working_days")
        limits[part.choice("urgency", URGENCIES)] = WhistleLimit(limit, part.text("meaning"))
    if missing := [one for one in URGENCIES if one not in limits]:
        reader.wrong("limit", f"没有写{'、'.join(missing)}的时限", "每种紧急程度写一个 [[limit]]")
    return WhistleScheme(
        name=reader.text("name"),
        version=reader.text("version"),
        title=reader.text("title"),
        source=reader.text("source"),
        file=reader.file,
        limits=limits,
        examples=tuple(_example(part) for part in reader.tables("example")),
    )


def _example(part: Reader) -> Example:
    part.only("title", "urgency", "blown", "due")
    return Example(part.text("title"), part.choice("urgency", URGENCIES), _moment(part, "blown"), _moment(part, "due"))


def _moment(part: Reader, key: str) -> datetime:
    value = part.table.get(key)
    if isinstance(value, datetime):
        return value
    part.wrong(key, "不是几日几时", f"写成 {key} = 2026-03-05T09:00:00，不加引号")
    return datetime(2026, 1, 1)


def _check(scheme: WhistleScheme) -> list[Problem]:
    """Return what does not hold: each example counted on the calendar."""
    # The table of holidays comes with the site; whoever only reads documents has none.
    from duban.organisations.calendar import Calendar

    if not scheme.examples:
        do = "写几个 [[example]]：几时吹哨，几时前要到，手工算一遍"
        return [Problem(scheme.file, "example", "没有一个算例", do)]
    found = []
    for one in scheme.examples:
        counted = counting.due(one.blown, scheme.limits[one.urgency].limit, Calendar())
        if counted.due != one.due:
            what = f"写的是{one.due}，按办法是{counted.due}"
            found.append(Problem(scheme.file, f"算例“{one.title}”", what, f"重算一遍：改算例，或改时限。{counted.how}"))
    return found


def _described(scheme: WhistleScheme) -> Iterator[tuple[str, list[str]]]:
    yield "时限", [f"{limit.limit}：{limit.meaning}" for limit in scheme.limits.values()]
    yield (
        "算例",
        [f"{one.title}：{one.blown:%Y-%m-%d %H:%M} 吹哨，{one.due:%Y-%m-%d %H:%M} 前到" for one in scheme.examples],
    )


WHISTLES: Shelf[WhistleScheme] = Shelf(
    Kind(
        name="whistle",
        title="吹哨时限",
        package="duban.supervision.loop",
        read=_read,
        check=_check,
        unproved=lambda scheme: [
            limit.meaning
            for name, limit in scheme.limits.items()
            if name not in {one.urgency for one in scheme.examples}
        ],
        described=_described,
        examples=lambda scheme: len(scheme.examples),
        default=DEFAULT,
    )
)


def limits() -> Mapping[str, WhistleLimit]:
    """Return the limit of each urgency."""
    return WHISTLES.presets()[DEFAULT].limits


def due(urgency: str, start: datetime, calendar: counting.Calendar) -> counting.Counted:
    """Return when a department must have turned up, and how that was counted. `start` is a local time."""
    return counting.due(start, limits()[urgency].limit, calendar)
