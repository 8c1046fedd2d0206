"""The reader: a document in, a ledger out. No Django, no clock, no database.

``from duban.core import parse``; the types are in :mod:`duban.core.types`, JSON in :mod:`duban.core.ledger`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duban.core.pipeline import parse as parse

__all__ = ["parse"]


def __getattr__(name: str) -> Any:  # what is not asked for is not loaded: start-up counts on a command line
    if name == "parse":
        from duban.core.pipeline import parse

        return parse
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
