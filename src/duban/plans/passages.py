"""Passages of a paper: words a person marked, read by the core; and where a task's text stands in its paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from duban.core.extract.deadlines import resolve as deadlines
from duban.core.extract.indicators import resolve as indicators
from duban.core.extract.projects import resolve as projects
from duban.core.extract.quantities.resolve import Quantities
from duban.core.extract.units import resolve as units
from duban.core.text import NormalisedText, normalise, squeeze
from duban.core.types import Source, Span


@dataclass(frozen=True)
class Marked:
    """One thing read from marked words: the facts of the row, and the characters of the paper it stands on."""

    facts: dict[str, Any]
    span: Span


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def words(text: str, start: int, end: int) -> str:
    """Return the characters of a range without layout white space, as the core quotes them."""
    return squeeze(text[start:end])


def read_indicators(text: str, start: int, end: int, *, place: str = "") -> list[Marked]:
    """Return the indicators that the core reads in the marked words, in their order."""
    part = _part(text, start, end)
    found = Quantities(part.text, 0, len(part.text)).found
    return [
        Marked(
            {
                "name": squeeze(item.name)[:200],
                "comparator": item.comparator if item.quantity.high is not None or item.comparator != "range" else "=",
                "value": _decimal(item.quantity.value),
                "value_high": _decimal(item.quantity.high) if item.comparator == "range" else None,
                "unit": item.quantity.unit[:30],
                "measure": item.measure,
            },
            _home(part, item.start, item.end, start),
        )
        for item in indicators.find(part.text, 0, len(part.text), found, place)
    ]


def read_deadline(text: str, start: int, end: int, *, year: int) -> date | None:
    """Return the last day that the marked words allow, `None` where they fix none."""
    part = _part(text, start, end)
    found = deadlines.column(part.text, 0, len(part.text), year)
    return next((limit.due for limit in found if limit.due), None)


def read_units(text: str, start: int, end: int) -> list[Span]:
    """Return the units named in the marked words, one span each."""
    part = _part(text, start, end)
    found, _ = units.listed(part.text, 0, len(part.text), "responsible")
    return [_home(part, unit.start, unit.end, start) for unit in found]


def read_projects(text: str, start: int, end: int) -> list[Marked]:
    """Return the projects that the core reads in the marked words."""
    part = _part(text, start, end)
    return [
        Marked(
            {"name": squeeze(item.name)[:200], "value": _decimal(item.value), "unit": item.unit[:30]},
            _home(part, item.start, item.end, start),
        )
        for item in projects.find(part.text, 0, len(part.text))
    ]


def locate(text: str, start: int, end: int, body: str) -> tuple[int, int] | None:
    """Return where `body`, a text without layout white space, stands in ``text[start:end]``; `None` where it does not."""
    places = [at for at in range(start, end) if not text[at].isspace()]
    bare = "".join(text[at] for at in places)
    wanted = "".join(body.split())
    at = bare.find(wanted)
    if at < 0 or not wanted:
        return None
    return places[at], places[at + len(wanted) - 1] + 1


def cut(text: str, start: int, end: int, body: str, at: int) -> tuple[str, str] | None:
    """Return `body`, the text of a task on ``text[start:end]``, in two at the paper's character `at`.

    A body that a person rewrote is cut before the words that follow `at` in the paper. `None` where `at` lies outside of
    the body, or its words stand nowhere in it, or twice.
    """
    place = locate(text, start, end, body)
    if place is not None:
        if not place[0] < at < place[1]:
            return None
        first, second = words(text, place[0], at), words(text, at, place[1])
    else:
        following = words(text, at, min(at + 16, end))[:8]
        if not following or body.count(following) != 1:
            return None
        first, second = body[: body.index(following)].rstrip(), body[body.index(following) :]
    return (first, second) if first and second else None


def _part(text: str, start: int, end: int) -> NormalisedText:
    return normalise(Source("-", "text/plain", "", text[start:end], lines="layout"))


def _home(part: NormalisedText, start: int, end: int, offset: int) -> Span:
    span = part.home(start, end)
    return Span(span.start + offset, span.end + offset)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None or abs(value) >= 10**14 else Decimal(repr(value))
