"""JSON, one ledger a file; JSON lines, one document a line."""

from __future__ import annotations

import json
from typing import Any

from duban.core.ledger import dumps, to_json
from duban.core.types import Ledger

DOCUMENT_SCHEMA = "duban/document@1"
_KEPT = frozenset({"name", "media_type", "sha256", "characters", "notes"})


def json_bytes(ledger: Ledger) -> bytes:
    """Return one ledger as JSON in the form ``duban/ledger@1``."""
    return _bytes(dumps(ledger))


def jsonl_bytes(ledger: Ledger) -> bytes:
    """Return one line per document; each stands alone, with its source's name and digest.

    The text of the source is left out: a corpus of whole texts beside their findings would be twice as large, and
    every finding brings its own words.
    """
    whole = to_json(ledger)
    source = {key: value for key, value in whole["source"].items() if key in _KEPT}
    lines: list[dict[str, Any]] = [
        {"schema": DOCUMENT_SCHEMA, "source": source, **document} for document in whole["documents"]
    ]
    return _bytes("".join(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines))


def _bytes(text: str) -> bytes:
    # Half of a surrogate pair (a file name that is not UTF-8) cannot be encoded; escaped as JSON does it is valid.
    return text.encode("utf-8", "backslashreplace")
