"""Whether there is anything of a kind at all: asked for all kinds in one statement, before a page reads each of them.

Most of what can wait for a person waits on few days: talks, reviews, conferences. An app enters, when it is ready, the rows
without which a part of the workbench is empty; the part then reads nothing on the other days.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from duban.organisations.models import Person

#: The rows of a kind, in all divisions: nothing that depends on the day or on who looks.
Rows = Callable[[], QuerySet[Any]]

GATES: dict[str, Rows] = {}


def add_gate(name: str, rows: Rows) -> None:
    """Enter a kind under a name, such as ``supervision.talks``; entered again it is replaced."""
    GATES[name] = rows


def anything(person: Person, name: str) -> bool:
    """Say whether there is any row of the kind `name`; asked once for a person object, that is once a request.

    Raises `KeyError` for a kind that was not entered.
    """
    found: dict[str, bool] | None = getattr(person, "_gates", None)
    if found is None:
        sql, params = _asks(tuple(GATES))
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            found = dict(zip(GATES, map(bool, cursor.fetchone() or ()), strict=True))
        person._gates = found  # type: ignore[attr-defined]
    return found[name]


@cache
def _asks(names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """Return the statement for all kinds; it is the same for everybody, so it is put together once."""
    parts: list[str] = []
    values: list[Any] = []
    for name in names:
        sql, params = GATES[name]().order_by().values("pk")[:1].query.sql_with_params()
        parts.append(f"EXISTS({sql})")
        values += params
    return f"SELECT {', '.join(parts)}", tuple(values)


def if_any(person: Person, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return `rows`; where there is none of the kind `name`, what costs no statement."""
    return rows if anything(person, name) else rows.none()
