"""Facts of orders: done in time, over their day, answers that were returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from duban.assessment.gathering.book import Book, Month, cut, day_of, short, timed
from duban.assessment.scoring.facts import Fact
from duban.supervision.models import OrderAnswer, OrderUnit
from duban.supervision.states.orders import OrderState

_LEVELS = {"blue": "蓝色", "orange": "橙色", "red": "红色"}


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield the facts of the orders whose day lies in the month, or that were done in it; two statements.

    An order is late in the month in which its day passed, in time in the month in which it is done.
    """
    answers: dict[int, list[Mapping[str, Any]]] = {}
    slips = OrderUnit.objects.filter(order__division=book.division).filter(
        Q(answer_by__range=(month.first, month.last)) | timed("closed_at", month) | timed("answers__decided_at", month)
    )
    rows = list(
        slips.exclude(state=OrderState.WITHDRAWN).distinct().order_by("pk")
        .values("pk", "order_id", "unit_id", "state", "answer_by", "closed_at", "order__level", "order__title",
                "order__word", "order__year", "order__seq", "order__task_id")
    )  # fmt: skip
    given = OrderAnswer.objects.filter(slip__in=[row["pk"] for row in rows]).order_by("number")
    for answer in given.values("pk", "slip_id", "answered_at", "late", "verdict", "remark", "decided_at"):
        answers.setdefault(answer["slip_id"], []).append(answer)
    roles = book.roles(month)
    for row in rows:
        role = roles.get(row["order__task_id"], {}).get(row["unit_id"], "")
        yield from _of(book, month, row, answers.get(row["pk"], []), role)


def _of(
    book: Book, month: Month, row: Mapping[str, Any], answers: list[Mapping[str, Any]], role: str
) -> Iterator[Fact]:
    name = f"{row['order__word']}〔{row['order__year']}〕{row['order__seq']}号 {cut(row['order__title'])}"
    link = book.link("supervision:order", row["order_id"])
    marks = {"grade": row["order__level"]}

    def fact(kind: str, key: str, day: Any, words: str) -> Fact:
        said = f"{_LEVELS.get(row['order__level'], '')}督办单 {name}：{words}"
        return book.fact(
            month,
            kind,
            row["unit_id"],
            f"order:{row['pk']}:{key}",
            day_of(day),
            said,
            link=link,
            role=role,
            marks=marks,
        )

    due = row["answer_by"]
    first = day_of(answers[0]["answered_at"]) if answers else None
    late = first > due if first else due < month.closing
    if late and month.has(due):
        yield fact(
            "order_late", "late", due, f"{short(due)}到期，" + (f"{short(first)}才答复" if first else "没有答复")
        )
    if not late and row["state"] == OrderState.ACCEPTED and month.has(row["closed_at"]):
        closed = day_of(row["closed_at"])
        yield fact("order_on_time", "on_time", closed, f"按时答复，{short(closed)}办结")
    for answer in answers:
        if answer["verdict"] == OrderAnswer.Verdict.RETURNED and month.has(answer["decided_at"]):
            day = day_of(answer["decided_at"])
            words = f"{short(day)}退回重办：{cut(answer['remark'])}"
            yield fact("order_returned", f"returned:{answer['pk']}", day, words)
