"""The facts of an entry: what may be corrected, what was read, and how the two differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from duban.audit.trail import plain
from duban.plans.models import Deadline, Indicator, PaperNote, Project, Responsibility, Task

#: The models that a correction may touch, by the name that the page and the corrections call them.
MODELS: dict[str, type[Task | Responsibility | Deadline | Indicator | Project | PaperNote]] = {
    "task": Task,
    "responsibility": Responsibility,
    "deadline": Deadline,
    "indicator": Indicator,
    "project": Project,
    "note": PaperNote,
}
NAMES = {model: name for name, model in MODELS.items()}

#: What was read of an entry, kept in its `read` when the row is made; spans apart.
READ_FIELDS: dict[str, tuple[str, ...]] = {
    "task": ("number", "title", "text", "section_id", "sponsor_text"),
    "responsibility": ("unit_text", "role"),
    "deadline": ("text", "due"),
    "indicator": ("name", "comparator", "value", "value_high", "floor", "unit", "measure", "status"),
    "project": ("name", "value", "unit"),
}


def fact(row: Any, field: str) -> Any:
    """Return a field's value as JSON holds it; a decimal without the noughts at its end."""
    value = getattr(row, field)
    return number(value) if isinstance(value, Decimal) else plain(value)


def number(value: Decimal) -> str:
    """Return a decimal as people write it: 12.5, 60, never 6E+1."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_read(row: Any) -> dict[str, Any]:
    """Return the facts of a row that is being made from a reading."""
    return {field: fact(row, field) for field in READ_FIELDS[NAMES[type(row)]]}


def differs(row: Any) -> dict[str, Any]:
    """Return what was read where a person changed it: ``{"name": "the name as read"}``; empty for what they added."""
    if not row.read:
        return {}
    return {
        field: row.read[field]
        for field in READ_FIELDS[NAMES[type(row)]]
        if field in row.read and fact(row, field) != row.read[field]
    }
