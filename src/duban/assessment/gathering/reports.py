"""Facts of reports: handed in on time, late, not at all, returned, contradicted by an inspection, passed at once.

A report's facts are those of the month that it reports on, as they are known when they are gathered: what the office
finds of September's reports in October counts for September.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from duban.assessment.gathering.book import Book, Month, cut, day_of, short
from duban.assessment.scoring.facts import Fact
from duban.dispatch.models import Report, Verification
from duban.dispatch.states import ReportState
from duban.plans.models.tasks import short_number

_V = Verification.Verdict


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield the facts of the reports of a month; two statements."""
    reports = list(
        Report.objects.filter(round__ledger=book.ledger, round__period_end__range=(month.first, month.last))
        .exclude(state=ReportState.VOID)
        .order_by("pk")
        .values("pk", "task_id", "unit_id", "state", "late", "submitted_at", "round__name", "round__due_at",
                "task__title", "task__seq")
    )  # fmt: skip
    verdicts: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    found = Verification.objects.filter(report__in=[row["pk"] for row in reports]).order_by("pk")
    for verdict in found.values("pk", "report_id", "verdict", "reason", "at"):
        verdicts[verdict["report_id"]].append(verdict)
    roles = book.roles(month)
    for row in reports:
        yield from _of(book, month, row, verdicts[row["pk"]], roles.get(row["task_id"], {}).get(row["unit_id"], ""))


def _of(
    book: Book, month: Month, row: Mapping[str, Any], verdicts: list[Mapping[str, Any]], role: str
) -> Iterator[Fact]:
    number = short_number(book.ledger.year, row["task__seq"])
    name = f"{row['round__name']}填报 {number} {cut(row['task__title'])}"
    link = book.link("dispatch:report", row["pk"])

    def fact(kind: str, key: str, day: Any, words: str, value: Decimal = Decimal(1)) -> Fact:
        return book.fact(
            # What is found of the month's reports after its closing is the month's all the same.
            month, kind, row["unit_id"], f"report:{row['pk']}:{key}", min(day_of(day), month.closing), f"{name}：{words}",
            link=link, role=role, task=number, value=value,
        )  # fmt: skip

    due, handed_in = row["round__due_at"], row["submitted_at"]
    if handed_in is None or day_of(handed_in) > month.closing:
        # What is not due by the closing is neither late nor left out.
        if day_of(row["round__due_at"]) <= month.closing:
            late = f"，{short(day_of(handed_in))}才报" if handed_in else ""
            yield fact("report_omitted", "omitted", due, f"到{short(month.closing)}没有报{late}")
    elif row["late"]:
        yield fact("report_late", "late", handed_in, f"{short(day_of(handed_in))}报，迟于{short(day_of(due))}截止")
    else:
        yield fact("report_on_time", "on_time", handed_in, f"{short(day_of(handed_in))}报，按时")
    for verdict in verdicts:
        if verdict["verdict"] == _V.RETURN:
            words = f"{short(day_of(verdict['at']))}退回：{cut(verdict['reason'])}"
            yield fact("report_returned", f"returned:{verdict['pk']}", verdict["at"], words)
        elif verdict["verdict"] == _V.FOUND:
            words = f"{short(day_of(verdict['at']))}查实不符：{cut(verdict['reason'])}"
            yield fact("report_false", f"false:{verdict['pk']}", verdict["at"], words)
    if row["state"] == ReportState.VERIFIED:
        given = {verdict["verdict"] for verdict in verdicts}
        passed = not given & {_V.RETURN, _V.CORRECT, _V.FOUND}
        words = "一次核验通过" if passed else "退回、更正以后才通过"
        yield fact("report_quality", "quality", month.last, words, Decimal(1 if passed else 0))
