"""The database itself refuses to change, delete or empty what the audit trail holds.

Triggers do it, on SQLite and on PostgreSQL. They are put back after every migration, because SQLite loses them where
Django makes a table anew. Whoever owns the database can still drop them: :mod:`duban.audit.verify` finds what they
did then.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_REFUSED = "审计记录只增不改，不能修改或删除"

_SQLITE = {
    "audit_event_no_update": f"BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "audit_event_no_delete": f"BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "audit_head_no_delete": f"BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "audit_head_forward": "BEFORE UPDATE ON audit_head WHEN NEW.number < OLD.number OR NEW.id <> OLD.id"
    f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
}
_POSTGRESQL = {
    "audit_event_no_change": "BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_event_no_truncate": "BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "audit_head_no_delete": "BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "audit_head_no_truncate": "BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "audit_head_forward": "BEFORE UPDATE ON audit_head FOR EACH ROW"
    " WHEN (NEW.number < OLD.number OR NEW.id <> OLD.id) EXECUTE FUNCTION audit_refuse()",
}
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END $$"
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; those that are there stay."""
    there = _there(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name, what in _wanted(connection).items():
            if name not in there:
                cursor.execute(f"CREATE TRIGGER {name} {what}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for migrations backwards, and for tests that empty their database."""
    with connection.cursor() as cursor:
        for name, what in _wanted(connection).items():
            table = what.split(" ON ")[1].split()[0]
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that should be there and are not, or are switched off."""
    return sorted(set(_wanted(connection)) - _there(connection))


def keep(sender: Any, using: str, **kwargs: Any) -> None:
    """Put the triggers back after migrations."""
    from django.db import connections

    connection = connections[using]
    tables = connection.introspection.table_names()
    if {"audit_event", "audit_head"} <= set(tables):
        install(connection)


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE


def _there(connection: BaseDatabaseWrapper) -> set[str]:
    asked = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        " AND tgrelid IN (to_regclass('audit_event'), to_regclass('audit_head'))"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {row[0] for row in cursor.fetchall()}
