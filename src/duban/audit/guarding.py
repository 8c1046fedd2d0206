"""Triggers by which the database itself refuses a change, on SQLite and PostgreSQL.

They are put back after every migration, because SQLite loses them where Django makes a table anew. Whoever owns the database
can still drop them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def refusing(function: str, words: str) -> str:
    """Return the PostgreSQL function that refuses with `words`; triggers name it."""
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = 'restrict_violation'; END $$"
    )


@dataclass(frozen=True)
class Guard:
    """The triggers over some tables, by name for each database, and the functions that those of PostgreSQL call."""

    tables: tuple[str, ...]
    sqlite: Mapping[str, str]
    postgresql: Mapping[str, str]
    functions: Sequence[str]

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put the triggers in place; those that are there stay."""
        there = self._there(connection)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                for function in self.functions:
                    cursor.execute(function)
            for name, what in self._wanted(connection).items():
                if name not in there:
                    cursor.execute(f"CREATE TRIGGER {name} {what}")

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """Take the triggers away: for migrations, and for tests that empty their database."""
        with connection.cursor() as cursor:
            for name, what in self._wanted(connection).items():
                table = what.split(" ON ")[1].split()[0]
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")

    def missing(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Return the names of the triggers that should be there and are not, or are switched off."""
        return sorted(set(self._wanted(connection)) - self._there(connection))

    def keep(self, using: str) -> None:
        """Put the triggers back after migrations, once the tables are there."""
        connection = connections[using]
        if set(self.tables) <= set(connection.introspection.table_names()):
            self.install(connection)

    def _wanted(self, connection: BaseDatabaseWrapper) -> Mapping[str, str]:
        return self.postgresql if connection.vendor == "postgresql" else self.sqlite

    def _there(self, connection: BaseDatabaseWrapper) -> set[str]:
        classes = ", ".join(f"to_regclass('{table}')" for table in self.tables)
        asked = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
            f" AND tgrelid IN ({classes})"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        with connection.cursor() as cursor:
            cursor.execute(asked)
            return {row[0] for row in cursor.fetchall()}
