"""What supervision does when something below it changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from duban.organisations.changes import calendar_changed
from duban.organisations.models import Division, Person
from duban.supervision.actions import clockwork


def recount(sender: object, *, division: Division, day: date, words: str, by: Person, **_: Any) -> None:
    """Count anew what the changed day lies within; part of the action that changed it."""
    clockwork.count_anew(division=division, day=day, reason=words, by=by)


def listen() -> None:
    """Begin to listen; called once, when the app is ready."""
    calendar_changed.connect(recount, dispatch_uid="supervision.clocks")
