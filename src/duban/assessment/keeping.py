"""The database itself refuses to change what was published: triggers on the rows of rankings, on SQLite and PostgreSQL.

Rows are never changed, and taken away only with a draft; of a published ranking only the state may go on to superseded.
They are put back after every migration, because SQLite loses them where Django makes a table anew.
"""

from __future__ import annotations

from typing import Any

from duban.audit.guarding import Guard, refusing

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
_HOLDS_ROWS = (
    "CREATE OR REPLACE FUNCTION ranking_row_held() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF {_HELD} THEN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END IF;"
    " RETURN OLD; END $$"
)
_GUARD = Guard((_ROWS, _RANKINGS), _SQLITE, _POSTGRESQL, (refusing("ranking_refuse", _REFUSED), _HOLDS_ROWS))
install, remove = _GUARD.install, _GUARD.remove


def keep(sender: Any, using: str, **kwargs: Any) -> None:
    """Put the triggers back after migrations."""
    _GUARD.keep(using)
