"""The database itself refuses to change what was issued: triggers on papers, what they say, and their archived files.

Of an issued paper only the state may go on to archived. What it said, and the files with their digests, are never changed or
taken away, and nothing more is said under its number.
"""

from __future__ import annotations

from typing import Any

from duban.audit.guarding import Guard, refusing

_REFUSED = "印发的通报不能修改或删除"
_PAPERS, _VERSIONS, _FILES = "bulletins_bulletin", "bulletins_bulletinversion", "bulletins_archivedfile"
_ISSUED = "('bulletin_issued', 'bulletin_archived')"
#: What of an issued paper never changes.
_KEPT = (
    *("division_id", "ledger_id", "kind", "month", "first", "day", "section_id", "unit_id", "corrects_id", "title"),
    *("addressee", "copies", "masthead", "word", "year", "seq", "wording", "created_at", "created_by_id"),
    *("issued_at", "issued_by_id", "signatory"),
)


def _differs(operator: str, cast: str = "") -> str:
    return " OR ".join(f"OLD.{name}{cast} {operator} NEW.{name}{cast}" for name in _KEPT)


def _held(row: str) -> str:
    return f"(SELECT state FROM {_PAPERS} WHERE id = {row}.bulletin_id) IN {_ISSUED}"


def _of_issued(moment: str, table: str, row: str) -> str:
    return f"BEFORE {moment} ON {table} WHEN {_held(row)} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"


_GOES_BACK = f"(NEW.state NOT IN {_ISSUED}) OR (OLD.state = 'bulletin_archived' AND NEW.state <> OLD.state)"
_SQLITE = {
    "bulletin_no_update": f"BEFORE UPDATE ON {_PAPERS} WHEN OLD.state IN {_ISSUED} AND ({_GOES_BACK} OR"
    f" {_differs('IS NOT')}) BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "bulletin_no_delete": f"BEFORE DELETE ON {_PAPERS} WHEN OLD.state IN {_ISSUED}"
    f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "bulletin_version_no_insert": _of_issued("INSERT", _VERSIONS, "NEW"),
    "bulletin_version_no_update": _of_issued("UPDATE", _VERSIONS, "OLD"),
    "bulletin_version_no_delete": _of_issued("DELETE", _VERSIONS, "OLD"),
    "bulletin_file_no_update": f"BEFORE UPDATE ON {_FILES} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "bulletin_file_no_delete": f"BEFORE DELETE ON {_FILES} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
}
_POSTGRESQL = {
    "bulletin_no_update": f"BEFORE UPDATE ON {_PAPERS} FOR EACH ROW WHEN (OLD.state IN {_ISSUED} AND ({_GOES_BACK} OR"
    f" {_differs('IS DISTINCT FROM', '::text')})) EXECUTE FUNCTION bulletin_refuse()",
    "bulletin_no_delete": f"BEFORE DELETE ON {_PAPERS} FOR EACH ROW WHEN (OLD.state IN {_ISSUED})"
    " EXECUTE FUNCTION bulletin_refuse()",
    "bulletin_version_no_insert": f"BEFORE INSERT ON {_VERSIONS} FOR EACH ROW EXECUTE FUNCTION bulletin_held_new()",
    "bulletin_version_no_change": f"BEFORE UPDATE OR DELETE ON {_VERSIONS} FOR EACH ROW"
    " EXECUTE FUNCTION bulletin_held_old()",
    "bulletin_file_no_change": f"BEFORE UPDATE OR DELETE ON {_FILES} FOR EACH ROW EXECUTE FUNCTION bulletin_refuse()",
}


def _holding(function: str, row: str, goes_on: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF {_held(row)} THEN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END IF;"
        f" {goes_on} END $$"
    )


_GUARD = Guard(
    (_PAPERS, _VERSIONS, _FILES),
    _SQLITE,
    _POSTGRESQL,
    (
        refusing("bulletin_refuse", _REFUSED),
        _holding("bulletin_held_new", "NEW", "RETURN NEW;"),
        _holding("bulletin_held_old", "OLD", "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"),
    ),
)
install, remove = _GUARD.install, _GUARD.remove


def keep(sender: Any, using: str, **kwargs: Any) -> None:
    """Put the triggers back after migrations."""
    _GUARD.keep(using)
