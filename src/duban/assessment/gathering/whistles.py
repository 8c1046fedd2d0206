"""Facts of whistles: departments that turned up in time or not, and what the caller thought of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from duban.assessment.gathering.book import Book, Month, cut, day_of, short, timed
from duban.assessment.scoring.facts import Fact
from duban.supervision.models import WhistleCall
from duban.supervision.states.whistles import CallState

#: One to five stars as points of a hundred.
_STAR = 20


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield the calls that were due in the month and those rated in it; one statement."""
    calls = WhistleCall.objects.filter(whistle__issue__division=book.division).exclude(state=CallState.CANCELLED)
    for row in (
        calls.filter(timed("due_at", month) | timed("rated_at", month))
        .order_by("pk")
        .values("pk", "unit_id", "state", "due_at", "late", "answered_at", "stars", "rating", "rated_at", "whistle_id",
                "whistle__unit__name", "whistle__issue__title", "whistle__issue__restricted")
    ):  # fmt: skip
        yield from _of(book, month, row)


def _of(book: Book, month: Month, row: Mapping[str, Any]) -> Iterator[Fact]:
    what = "一件限定知悉的问题" if row["whistle__issue__restricted"] else f"“{cut(row['whistle__issue__title'])}”"
    name = f"{row['whistle__unit__name']}吹哨{what}"

    def fact(kind: str, day: Any, words: str, value: Decimal = Decimal(1)) -> Fact:
        return book.fact(
            month, kind, row["unit_id"], f"whistle:{row['pk']}:{kind}", day_of(day), f"{name}：{words}",
            link=book.link("supervision:whistle", row["whistle_id"]), value=value,
        )  # fmt: skip

    if month.has(row["due_at"]):
        limit = f"{timezone.localtime(row['due_at']):%-m月%-d日 %H:%M}"
        came = row["answered_at"]
        if came and not row["late"]:
            yield fact("whistle_on_time", came, f"{limit}前报到")
        elif came or day_of(row["due_at"]) <= month.closing:
            said = f"{short(day_of(came))}才报到" if came else "没有报到"
            yield fact("whistle_late", row["due_at"], f"应在{limit}前报到，{said}")
    if row["stars"] and month.has(row["rated_at"]):
        said = f"：{cut(row['rating'])}" if row["rating"] else ""
        yield fact("whistle_rating", row["rated_at"], f"评价{row['stars']}星{said}", Decimal(row["stars"] * _STAR))
