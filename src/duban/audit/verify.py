"""Goes over the chain of events and names the first number at which it does not hold.

Each event's digest is worked out anew from what its row says now. That finds an edit (the digest does not fit), a
removal (a number is missing), a changed order (the digest before is another one) and a tail that was cut off (the head
names a later event). Somebody who owns the database could write all of it anew; against that, note number and digest of
the head now and then outside of it (``duban audit verify`` prints them) and have them compared with ``--anchor``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef

from duban.audit.models import Event, Head
from duban.audit.trail import digest

#: How many events are held in memory at once.
CHUNK = 2_000
_FACTS = (
    *("at", "actor_id", "actor_name", "origin", "division", "action", "subject", "subject_name"),
    *("before", "after"),
)


class Kind(StrEnum):
    """What is wrong at a number."""

    EDITED = "edited"
    MISSING = "missing"
    ORDER = "order"
    TAIL = "tail"
    HEAD = "head"
    ANCHOR = "anchor"


_SAID = {
    Kind.EDITED: "第 {} 条的内容与它的摘要不符：这一条被改动过。",
    Kind.MISSING: "第 {} 条不见了：这一条（或从它起的几条）被删除过。",
    Kind.ORDER: "第 {} 条接不上前一条：前后记录被调换、替换或重写过。",
    Kind.TAIL: "链尾记着还有第 {} 条，表里却没有：最后的记录被删除过。",
    Kind.HEAD: "链尾与第 {} 条对不上：链尾被改动过。",
    Kind.ANCHOR: "第 {} 条的摘要与另行保存的不同：这一条以前的记录被整体重写过。",
}


@dataclass(frozen=True)
class Problem:
    """The first number at which the chain does not hold, and why."""

    number: int
    kind: Kind

    def __str__(self) -> str:
        return _SAID[self.kind].format(self.number)


@dataclass(frozen=True)
class Part:
    """How far a verification came: all events up to `checked` hold, of `total`; it is done, or goes on from there."""

    checked: int
    total: int
    digest: str
    done: bool
    problem: Problem | None = None


def verify_part(after: int = 0, *, most: int = 20_000) -> Part:
    """Verify up to `most` events behind number `after`, which an earlier part has verified."""
    head = Head.objects.filter(pk=1).first() or Head(number=0, digest="")
    previous = ""
    if after:
        previous = Event.objects.filter(number=after).values_list("digest", flat=True).first() or ""
    expected = after + 1
    until = min(head.number, after + most)
    rows = Event.objects.filter(number__gt=after, number__lte=until).order_by("number")
    for row in rows.values("number", "previous", "digest", *_FACTS).iterator(chunk_size=CHUNK):
        kind = _wrong(row, expected, previous)
        if kind is not None:
            number = expected if kind is Kind.MISSING else row["number"]
            return Part(expected - 1, head.number, previous, True, Problem(number, kind))
        previous = row["digest"]
        expected += 1
    if expected <= until:
        kind = Kind.MISSING if Event.objects.filter(number__gt=expected).exists() else Kind.TAIL
        return Part(expected - 1, head.number, previous, True, Problem(expected, kind))
    if until < head.number:
        return Part(until, head.number, previous, False)
    return Part(until, head.number, previous, True, _at_the_end(head, previous))


def verify(
    *, anchor: tuple[int, str] | None = None, progress: Callable[[int, int], None] = lambda checked, total: None
) -> Part:
    """Verify the whole chain and tell `progress` how far it is; `anchor` is a number and the digest noted for it."""
    part = Part(0, 0, "", False)
    while not part.done:
        part = verify_part(part.checked)
        progress(part.checked, part.total)
    if part.problem is None and anchor is not None:
        number, noted = anchor
        if not Event.objects.filter(number=number, digest=noted).exists():
            return Part(part.checked, part.total, part.digest, True, Problem(number, Kind.ANCHOR))
    return part


def holds(event: Event) -> bool:
    """Say whether one event's digest fits what its row says."""
    return digest({name: getattr(event, name) for name in _FACTS}, event.number, event.previous) == event.digest


def _wrong(row: dict[str, Any], expected: int, previous: str) -> Kind | None:
    if row["number"] != expected:
        return Kind.MISSING
    if digest({name: row[name] for name in _FACTS}, row["number"], row["previous"]) != row["digest"]:
        return Kind.EDITED
    if row["previous"] != previous:
        return Kind.ORDER
    return None


def _at_the_end(head: Head, last: str) -> Problem | None:
    if head.digest != last:
        return Problem(head.number, Kind.HEAD)
    # One statement, so that an event that is being written is seen with its head or not at all.
    behind = Event.objects.exclude(Exists(Head.objects.filter(pk=1, number__gte=OuterRef("number"))))
    if number := behind.order_by("number").values_list("number", flat=True).first():
        return Problem(number, Kind.HEAD)
    return None
