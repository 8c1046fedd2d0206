"""What changed of a thing, in words that an event keeps: field by field, other things by their names."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.dispatch import Signal

from duban.audit.trail import Facts

#: Sent inside the action when what a unit or person is called has changed, with `instance`; what keeps names anew listens.
renamed = Signal()
#: Sent inside the action when a day of a division's calendar has changed, with `division`, `day`, `words` (what became of
#: it) and `by`; what counted days with it counts them anew.
calendar_changed = Signal()


def facts(thing: models.Model, names: tuple[str, ...]) -> Facts:
    """Return the fields `names` of `thing` as they stand."""
    return {name: _plain(getattr(thing, name)) for name in names}


def change(thing: models.Model, given: dict[str, Any]) -> tuple[Facts, Facts]:
    """Set the fields `given` of `thing` and return before and after of those that differ; nothing is saved."""
    before, after = {}, {}
    for name, value in given.items():
        old, new = _plain(getattr(thing, name)), _plain(value)
        if old != new or getattr(thing, name) != value:
            before[name], after[name] = old, new
            setattr(thing, name, value)
    return before, after


def _plain(value: Any) -> Any:
    return getattr(value, "name", str(value)) if isinstance(value, models.Model) else value
