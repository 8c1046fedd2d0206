"""Facts of polls: what those who were asked thought of each unit, one fact a poll and unit, never traceable to a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Avg, Count, Q
from django.utils import timezone

from duban.assessment.gathering.book import Book, Month, cut, day_of
from duban.assessment.models import Mark
from duban.assessment.models.polls import FEWEST, Poll
from duban.assessment.scoring.facts import BY, Fact
from duban.assessment.scoring.numbers import shown


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield what the polls of the month came to that are over; one statement."""
    yield from _of(book, month, Q(sheet__poll__month=month.first))


def of_year(book: Book, month: Month) -> Iterator[Fact]:
    """Yield what the polls of the whole year came to; `month` is the one that the year closes with."""
    yield from _of(book, month, Q(sheet__poll__month=None))


def _of(book: Book, month: Month, which: Q) -> Iterator[Fact]:
    rows = (
        Mark.objects.filter(which, sheet__poll__ledger=book.ledger, sheet__poll__cancelled_at=None)
        .filter(sheet__poll__closes_at__lte=timezone.now())
        .order_by()
        .values("sheet__poll", "sheet__poll__title", "sheet__poll__by", "sheet__poll__kind", "sheet__poll__anonymous",
                "sheet__poll__closes_at", "unit")
        .annotate(mean=Avg("value"), answers=Count("pk"))
        .order_by("sheet__poll", "unit")
    )  # fmt: skip
    for row in rows:
        if row["sheet__poll__anonymous"] and row["answers"] < FEWEST:
            continue
        poll, unit, mean = row["sheet__poll"], row["unit"], round(row["mean"], 4)
        kind = row["sheet__poll__kind"]
        what = "平均名次" if kind == Poll.Kind.BALLOT else "平均"
        words = (
            f"{BY[row['sheet__poll__by']]}评议“{cut(row['sheet__poll__title'])}”{row['answers']}份，{what}{shown(mean)}"
        )
        yield book.fact(
            month, kind, unit, f"poll:{poll}:{unit}", _day(month, day_of(row["sheet__poll__closes_at"])), words,
            link=book.link("assessment:poll", poll), value=mean, marks={"by": row["sheet__poll__by"]},
        )  # fmt: skip


def _day(month: Month, closed: date) -> date:
    """Return the day on which it counts: its last, within the month."""
    return min(max(closed, month.first), month.last)
