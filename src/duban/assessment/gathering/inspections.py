"""Facts of inspections: what was found and fed back, put right in time or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from duban.assessment.gathering.book import Book, Month, cut, day_of, short, timed
from duban.assessment.scoring.facts import Fact
from duban.plans.models.tasks import short_number
from duban.supervision.models import Finding
from duban.supervision.models.inspections import Severity
from duban.supervision.states.inspections import FindingState

#: What was not upheld never counts.
_NOT_UPHELD = (FindingState.RECORDED, FindingState.DROPPED, FindingState.REVOKED)


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield the findings that were fed back in the month and those put right, or due, in it; one statement.

    What is not yet fed back to its unit stays unknown (articles 16 and 17).
    """
    rows = Finding.objects.filter(part__inspection__division=book.division, part__fed_back_at__isnull=False)
    rows = rows.exclude(state__in=_NOT_UPHELD).filter(
        timed("part__fed_back_at", month)
        | timed("rectified_at", month)
        | Q(state=FindingState.DEMANDED, due_on__range=(month.first, month.last))
    )
    roles = book.roles(month)
    for row in rows.order_by("pk").values(
        "pk", "part_id", "part__unit_id", "part__fed_back_at", "part__due_on", "part__inspection__title", "text",
        "severity", "state", "due_on", "rectified_at", "task_id", "task__seq", "task__ledger__year",
    ):  # fmt: skip
        role = roles.get(row["task_id"], {}).get(row["part__unit_id"], "")
        yield from _of(book, month, row, role)


def _of(book: Book, month: Month, row: Mapping[str, Any], role: str) -> Iterator[Fact]:
    number = short_number(row["task__ledger__year"], row["task__seq"]) if row["task_id"] else ""
    name = f"{cut(row['part__inspection__title'])}，{Severity(row['severity']).label}问题“{cut(row['text'])}”"

    def fact(kind: str, day: Any, words: str) -> Fact:
        return book.fact(
            month, kind, row["part__unit_id"], f"finding:{row['pk']}:{kind}", day_of(day), f"{name}：{words}",
            link=book.link("supervision:part", row["part_id"]), role=role, task=number,
            marks={"severity": row["severity"]},
        )  # fmt: skip

    if month.has(row["part__fed_back_at"]):
        day = day_of(row["part__fed_back_at"])
        yield fact("finding", day, f"{short(day)}反馈")
    if row["state"] == FindingState.DEMANDED:
        if month.has(row["due_on"]) and row["due_on"] < month.closing:
            yield fact("finding_overdue", row["due_on"], f"{short(row['due_on'])}到期，没有整改到位")
    elif month.has(row["rectified_at"]):
        day, due = day_of(row["rectified_at"]), row["part__due_on"]
        if due is None or day <= due:
            yield fact("finding_rectified", day, f"{short(day)}报整改结果，按期")
        else:
            yield fact("finding_overdue", day, f"{short(day)}才报整改结果，迟于{short(due)}")
