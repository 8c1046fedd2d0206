"""What later apps remind people of; they enter it here when they are ready, and reminders ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from duban.dispatch.models import NoticeItem
from duban.organisations.models import Person


@dataclass(frozen=True)
class Matter:
    """One thing to remind people of: by which rule, about what, on which occasion, and whom.

    `key` tells the occasion: whoever was told of it once is not told again. `subject` is the thing (``dispatch.report:17``).
    """

    rule: str
    key: str
    subject: str
    sentence: str
    link: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Source:
    """What one part of a later app reminds of.

    `subject` is how the subjects of its things begin, without the colon (``supervision.matter``). `matters` gives what there
    is to remind of at a time, in a bounded number of statements; `still` which items are still to be done, by their number.
    """

    subject: str
    matters: Callable[[datetime], Iterable[Matter]]
    still: Callable[[list[NoticeItem]], set[int]]


#: What has been entered, by the beginning of its subjects.
SOURCES: dict[str, Source] = {}


def add_source(source: Source) -> None:
    """Enter what a later app reminds of; entered again for the same things it is replaced."""
    SOURCES[source.subject] = source
