"""The database itself refuses to change what was published: triggers on the rows of rankings, on SQLite and PostgreSQL.

Rows are never changed, and taken away only with a draft; of a published ranking only the state may go on to superseded.
They are put back after every migration, because SQLite loses them where Django makes a table anew.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_REFUSED = "公布的排名不能修改或删除"
_ROWS, _RANKINGS = "assessment_rankingrow", "assessment_ranking"
_FROZEN = "('ranking_published', 'ranking_superseded')"
#: What of a published ranking never changes.
_KEPT = (
    *(
        "ledger_id",
        "period",
        "month",
        "version",
        "closing",
        "scheme_name",
        "scheme_version",
        "scheme_title",
        "scheme_text",
    ),
    *("digest", "sealed", "notes", "computed_at", "computed_by_id", "correction", "shown_until", "shown_at"),
    *("shown_by_id", "approved_at", "approved_by_id", "approval_note", "published_at", "published_by_id"),
)


def _differs(operator: str, cast: str = "") -> str:
    return " OR ".join(f"OLD.{name}{cast} {operator} NEW.{name}{cast}" for name in _KEPT)


_GOES_BACK = f"(NEW.state NOT IN {_FROZEN}) OR (OLD.state = 'ranking_superseded' AND NEW.state <> OLD.state)"
_HELD = f"(SELECT state FROM {_RANKINGS} WHERE id = OLD.ranking_id) IN {_FROZEN}"
_SQLITE = {
    "ranking_row_no_update": f"BEFORE UPDATE ON {_ROWS} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "ranking_row_no_delete": f"BEFORE DELETE ON {_ROWS} WHEN {_HELD} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "ranking_no_update": f"BEFORE UPDATE ON {_RANKINGS} WHEN OLD.state IN {_FROZEN} AND ({_GOES_BACK} OR"
    f" {_differs('IS NOT')}) BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "ranking_no_delete": f"BEFORE DELETE ON {_RANKINGS} WHEN OLD.state IN {_FROZEN}"
    f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
}
_POSTGRESQL = {
    "ranking_row_no_update": f"BEFORE UPDATE ON {_ROWS} FOR EACH ROW EXECUTE FUNCTION ranking_refuse()",
    "ranking_row_no_delete": f"BEFORE DELETE ON {_ROWS} FOR EACH ROW EXECUTE FUNCTION ranking_row_held()",
    "ranking_no_update": f"BEFORE UPDATE ON {_RANKINGS} FOR EACH ROW WHEN (OLD.state IN {_FROZEN} AND ({_GOES_BACK} OR"
    f" {_differs('IS DISTINCT FROM', '::text')})) EXECUTE FUNCTION ranking_refuse()",
    "ranking_no_delete": f"BEFORE DELETE ON {_RANKINGS} FOR EACH ROW WHEN (OLD.state IN {_FROZEN})"
    " EXECUTE FUNCTION ranking_refuse()",
}
_FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION ranking_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE OR REPLACE FUNCTION ranking_row_held() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF {_HELD} THEN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END IF;"
    " RETURN OLD; END $$",
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; those that are there stay."""
    there = _there(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for function in _FUNCTIONS:
                cursor.execute(function)
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


def keep(sender: Any, using: str, **kwargs: Any) -> None:
    """Put the triggers back after migrations."""
    from django.db import connections

    connection = connections[using]
    if {_ROWS, _RANKINGS} <= set(connection.introspection.table_names()):
        install(connection)


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE


def _there(connection: BaseDatabaseWrapper) -> set[str]:
    asked = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        f" AND tgrelid IN (to_regclass('{_ROWS}'), to_regclass('{_RANKINGS}'))"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {row[0] for row in cursor.fetchall()}
