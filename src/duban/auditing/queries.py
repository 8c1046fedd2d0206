"""What the auditor's pages show.

A page of events costs the same among a thousand and a million: each filter has an index in the order shown, the next
page begins where the last ended (no offset), and words are looked for in a bounded stretch at a time.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import IContains
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from duban.audit.models import Event, Head
from duban.auditing import labels
from duban.organisations.access import access_of
from duban.organisations.models import Division, Person

PAGE = 50
#: So many events are looked through for words at once: about half a second on a small machine.
STRETCH = 50_000
#: What an export holds at most.
MOST = 200_000


@dataclass(frozen=True)
class Filters:
    """What is asked for, as the address bar has it. `before` and `after` are keys of events: where a page begins."""

    since: str = ""
    until: str = ""
    actor: str = ""
    action: str = ""
    subject: str = ""
    words: str = ""
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, given: Any) -> Filters:
        """Return the filters of a query string."""
        return cls(**{name: given.get(name, "").strip()[:100] for name in cls.__dataclass_fields__})

    def query(self, **other: str) -> str:
        """Return the query string of these filters, from the first page unless `other` says otherwise."""
        asked = replace(self, **{"before": "", "after": "", **other})
        return urlencode({name: value for name in self.__dataclass_fields__ if (value := getattr(asked, name))})

    def said(self) -> dict[str, str]:
        """Return the filters that are set, for the event that an export leaves."""
        return {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name))}

    @property
    def any(self) -> bool:
        """Say whether something is asked for."""
        return bool(self.query())


@dataclass(frozen=True)
class Page:
    """Events, the latest first, and where the pages beside begin (empty where there is none).

    `searched_to` is set where words were looked for and the stretch ended before the page was full: all since then is
    looked through.
    """

    events: list[Event]
    older: str = ""
    newer: str = ""
    searched_to: datetime | None = None


def page(person: Person, filters: Filters) -> Page:
    """Return one page of the events that `person` may read."""
    ascending = bool(filters.after)
    key = _key(filters.after or filters.before)
    stretch_end: tuple[datetime, int] | None = None
    streams = []
    for events in _by_division(person, filters, key, ascending):
        if filters.words:
            events, end = _stretch(events, ascending)
            if end is not None:
                nearer = max if not ascending else min
                stretch_end = end if stretch_end is None else nearer(stretch_end, end)
            events = events.filter(_about(filters.words))
        streams.append(list(events[: PAGE + 1]))
    sign = -1 if not ascending else 1
    merged: Iterator[Event] = heapq.merge(
        *streams, key=lambda event: (sign * event.at.timestamp(), sign * event.number)
    )
    if stretch_end is not None:
        merged = iter([event for event in merged if _within((event.at, event.number), stretch_end, ascending)])
    found = [event for event, _ in zip(merged, range(PAGE + 1), strict=False)]
    more = len(found) > PAGE
    found = found[:PAGE]
    if ascending:
        found.reverse()
        return Page(
            found,
            older=_written(found[-1].at, found[-1].number) if found else filters.after,
            newer=_written(found[0].at, found[0].number) if more else "",
        )
    older = _written(found[-1].at, found[-1].number) if more else ""
    searched_to = None
    if not more and stretch_end is not None:
        older, searched_to = _written(*stretch_end), stretch_end[0]
    newer = _written(found[0].at, found[0].number) if found and filters.before else ""
    return Page(found, older, newer, searched_to)


def all_of(person: Person, filters: Filters, *, up_to: int) -> Iterator[Event]:
    """Yield the events up to a number that the filters let through, the latest first, `MOST` at most, few in memory."""
    streams = []
    for events in _by_division(person, filters, None, ascending=False):
        events = events.filter(number__lte=up_to)
        if filters.words:
            events = events.filter(_about(filters.words))
        streams.append(events.iterator(chunk_size=1000))
    merged = heapq.merge(*streams, key=lambda event: (-event.at.timestamp(), -event.number))
    for event, _ in zip(merged, range(MOST), strict=False):
        yield event


def one(person: Person, number: int) -> Event | None:
    """Return an event that `person` may read."""
    return Event.objects.filter(division__in=_codes(person), number=number).first()


@dataclass(frozen=True)
class Difference:
    """A field of an event before and after, as text."""

    label: str
    before: str
    after: str
    had: bool
    has: bool

    @property
    def changed(self) -> bool:
        """Say whether the two differ."""
        return (self.had, self.before) != (self.has, self.after)


def differences(event: Event) -> list[Difference]:
    """Return what an event changed, field by field."""
    before, after = event.before or {}, event.after or {}
    return [
        Difference(
            labels.field(event.subject, name),
            _shown(before.get(name)),
            _shown(after.get(name)),
            name in before,
            name in after,
        )
        for name in dict.fromkeys([*before, *after])
    ]


def summary(event: Event) -> str:
    """Return in a line what an event changed: ``简称：（空）→区财政局``."""
    parts = []
    for change in differences(event):
        if change.had and change.has:
            parts.append(f"{change.label}：{change.before or '（空）'}→{change.after or '（空）'}")
        elif change.has and change.after:
            parts.append(f"{change.label}：{change.after}")
        elif change.had and change.before:
            parts.append(f"去掉{change.label}：{change.before}")
    text = "；".join(parts)
    return text if len(text) <= 160 else text[:159] + "…"


@dataclass(frozen=True)
class State:
    """Where the chain ends, and what its last verification found."""

    head: Head
    verified: Event | None = None
    since: int = 0
    problem: str = field(default="")


def state() -> State:
    """Return the state of the chain."""
    head = Head.objects.filter(pk=1).first() or Head(number=0, digest="")
    last = Event.objects.filter(division="", action="audit.verify").order_by("-at", "-number").first()
    if last is None:
        return State(head, None, head.number)
    after = last.after or {}
    return State(head, last, head.number - int(after.get("checked", 0)), str(after.get("problem") or ""))


def actors(person: Person) -> list[str]:
    """Return the names of those who may have acted in the person's divisions, for the field's suggestions."""
    posts = access_of(person).reach("audit.read").of_division("posts__division")
    names = Person.objects.filter(posts, username__isnull=False).distinct().values_list("name", flat=True)
    return ["系统", "未登录", *sorted(set(names))]


def divisions(person: Person) -> list[Division]:
    """Return the divisions whose events the person may read."""
    return list(Division.objects.filter(access_of(person).reach("audit.read").of_division("")))


def _codes(person: Person) -> list[str]:
    """Return the codes of the person's divisions, and the empty one: what the system does belongs to no division."""
    return [*dict.fromkeys(division.code for division in divisions(person)), ""]


def _by_division(
    person: Person, filters: Filters, key: tuple[datetime, int] | None, ascending: bool
) -> Iterator[QuerySet[Event]]:
    """Give the events asked for, division by division, each in the order of an index."""
    asked = Q()
    if since := parse_day(filters.since):
        asked &= Q(at__gte=since)
    if until := parse_day(filters.until):
        asked &= Q(at__lt=until + timedelta(days=1))
    if filters.actor:
        asked &= Q(actor_name=filters.actor)
    if filters.action:
        asked &= Q(action=filters.action)
    if filters.subject:
        asked &= Q(subject=filters.subject)
    if key is not None:
        at, number = key
        # The first half says the same once more, so that the database enters the index at the key.
        asked &= (
            Q(at__gte=at) & (Q(at__gt=at) | Q(number__gt=number))
            if ascending
            else Q(at__lte=at) & (Q(at__lt=at) | Q(number__lt=number))
        )
    order = ("at", "number") if ascending else ("-at", "-number")
    for code in _codes(person):
        yield Event.objects.filter(asked, division=code).order_by(*order)


def _stretch(events: QuerySet[Event], ascending: bool) -> tuple[QuerySet[Event], tuple[datetime, int] | None]:
    """Return the first events of a query, and the key of the last where there are more behind it."""
    end = events.values_list("at", "number")[STRETCH - 1 : STRETCH].first()
    if end is None:
        return events, None
    return events.filter(at__gte=end[0]) if not ascending else events.filter(at__lte=end[0]), end


def _within(key: tuple[datetime, int], end: tuple[datetime, int], ascending: bool) -> bool:
    return key <= end if ascending else key >= end


def _about(words: str) -> Q:
    """Return the condition that an event has the words in its subject's name, its action, or its facts."""
    found = Q(subject_name__icontains=words) | Q(actor_name__icontains=words) | Q(origin__startswith=words)
    if codes := [code for code, label in labels.actions().items() if words in label or words == code]:
        found |= Q(action__in=codes)
    # SQLite keeps JSON as it was written, with \\u escapes; PostgreSQL gives it back as characters.
    written = json.dumps(words)[1:-1] if connection.vendor == "sqlite" else json.dumps(words, ensure_ascii=False)[1:-1]
    for name in ("before", "after"):
        found |= Q(IContains(Cast(name, TextField()), Value(written)))
    return found


def _shown(value: Any) -> str:
    match value:
        case None | "":
            return ""
        case True:
            return "是"
        case False:
            return "否"
        case str() | int() | float():
            return str(value)
        case list() if all(isinstance(item, str | int | float) for item in value):
            return "、".join(map(str, value))
        case dict() if all(isinstance(said, str | int | float) for said in value.values()):
            return "，".join(f"{labels.field('', name)} {said}" for name, said in value.items())
        case _:
            return json.dumps(value, ensure_ascii=False, indent=1)


def parse_day(text: str) -> datetime | None:
    """Return the beginning of a day written as 2026-03-05, `None` where it is none."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def _written(at: datetime, number: int) -> str:
    return f"{at.timestamp():.6f}_{number}"


def _key(text: str) -> tuple[datetime, int] | None:
    moment, _, number = text.partition("_")
    try:
        whole, _, part = moment.partition(".")
        at = datetime.fromtimestamp(int(whole), tz=timezone.get_default_timezone())
        return at + timedelta(microseconds=int(part.ljust(6, "0")[:6] or 0)), int(number)
    except (ValueError, OverflowError, OSError):
        return None
