"""The database itself refuses to change, delete or empty what the audit trail holds.

Triggers do it, on SQLite and on PostgreSQL. They are put back after every migration, because SQLite loses them where
Django makes a table anew. Whoever owns the database can still drop them: :mod:`duban.audit.verify` finds what they
did then.
"""

from __future__ import annotations

from typing import Any

from duban.audit.guarding import Guard, refusing

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
_GUARD = Guard(("audit_event", "audit_head"), _SQLITE, _POSTGRESQL, (refusing("audit_refuse", _REFUSED),))
install, remove, missing = _GUARD.install, _GUARD.remove, _GUARD.missing


def keep(sender: Any, using: str, **kwargs: Any) -> None:
    """Put the triggers back after migrations."""
    _GUARD.keep(using)
