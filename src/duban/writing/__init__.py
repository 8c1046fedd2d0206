"""A ledger written down: JSON, JSON lines, a table for Excel or WPS, the workbook that an office sends on.

Every writer takes ledgers as they come and keeps none: a corpus of a country's reports fits into no memory.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duban.writing.as_csv import write_csv
    from duban.writing.as_json import json_bytes, jsonl_bytes
    from duban.writing.as_xlsx import write_xlsx
    from duban.writing.sheets import TooManyRows

__all__ = ["TooManyRows", "json_bytes", "jsonl_bytes", "write_csv", "write_xlsx"]

_HOME = {
    "write_csv": "duban.writing.as_csv",
    "json_bytes": "duban.writing.as_json",
    "jsonl_bytes": "duban.writing.as_json",
    "write_xlsx": "duban.writing.as_xlsx",
    "TooManyRows": "duban.writing.sheets",
}


# Imported when asked for: whoever writes JSON does not wait for the spreadsheet library.
def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
