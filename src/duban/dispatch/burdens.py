"""What else is asked of units in a year beside reports (减负): later apps, which ask it, enter here how it is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from duban.plans.models import Ledger


@dataclass(frozen=True)
class Asked:
    """A column of the page: its head, with the unit of what is counted, and how often each unit was asked in the ledger's year."""

    label: str
    count: Callable[[Ledger], Mapping[int, int]]


#: What has been entered, by name.
ASKED: dict[str, Asked] = {}


def add_asked(name: str, asked: Asked) -> None:
    """Enter what is asked of units, such as ``supervision.inspections``; entered again it is replaced. One statement each."""
    ASKED[name] = asked
