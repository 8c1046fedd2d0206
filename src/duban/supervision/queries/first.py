"""The first of what waits, with how much there is in all: one statement."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber

from duban.plans.queries.desk import SHOWN


def first_of(found: QuerySet[Any], due: str, *, within: str = "", values: int = 1) -> list[Any]:
    """Return the first rows by the day `due`, for each of the `values` of the annotation `within`; each says the `total`.

    The first of all values are cut off at once instead of filtered: a filter on what a window says costs a query around it.
    """
    parts = [within] if within else None
    rows = found.annotate(
        place=Window(RowNumber(), partition_by=parts, order_by=(due, "pk")),
        total=Window(Count("pk"), partition_by=parts),
    ).order_by("place")[: SHOWN * values]
    first = [row for row in rows if row.place <= SHOWN]
    return sorted(first, key=lambda row: (getattr(row, due) or date.max, row.pk))


def total_of(rows: list[Any]) -> int:
    """Return how many there are in all of what `first_of` gave for one value."""
    return rows[0].total if rows else 0
