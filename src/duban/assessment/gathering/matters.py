"""Facts of matters and of proposals: steps over their day, answers in time, whether the proposer is satisfied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from duban.assessment.gathering.book import Book, Month, cut, day_of, short, timed
from duban.assessment.scoring.facts import Fact
from duban.supervision.models import MatterAnswer, MatterStep
from duban.supervision.models.matters import MatterSource
from duban.supervision.states.matters import StepState

_PROPOSALS = (MatterSource.DEPUTY_PROPOSAL, MatterSource.COMMITTEE_PROPOSAL)
_SATISFIED = {"satisfied": Decimal(1), "mostly": Decimal("0.5"), "unsatisfied": Decimal(0)}
_RESTRICTED = "一件限定知悉的督查事项"


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield the facts of matters; two statements.

    A step is late in the month in which its day passed; an answer is in time in the month in which it was given. What is
    restricted is not named: rankings are read by many.
    """
    named = ("matter__year", "matter__seq", "matter__title", "matter__source", "matter__restricted")
    steps = MatterStep.objects.filter(
        matter__division=book.division, unit__isnull=False, due_on__range=(month.first, month.last)
    )
    late = Q(late=True) | Q(state=StepState.RUNNING, due_on__lt=month.closing)
    for row in (
        steps.filter(late)
        .order_by("pk")
        .values("pk", "matter_id", "unit_id", "title", "due_on", "done_at", "who", *named)
    ):
        done = day_of(row["done_at"]) if row["done_at"] else None
        words = f"“{row['title']}”{short(row['due_on'])}到期，" + (f"{short(done)}才办" if done else "没有办")
        yield _fact(book, month, row, "late", f"late:{row['pk']}", row["due_on"], words, row["who"])
    answers = MatterAnswer.objects.filter(matter__division=book.division)
    answers = answers.filter(timed("answered_at", month) | timed("rated_at", month))
    for row in answers.order_by("pk").values(
        "pk",
        "matter_id",
        "unit_id",
        "late",
        "answered_at",
        "verdict",
        "satisfaction",
        "rated_at",
        "given_grade",
        *named,
    ):
        returned = row["verdict"] == MatterAnswer.Verdict.RETURNED
        if month.has(row["answered_at"]) and not row["late"] and not returned:
            day = day_of(row["answered_at"])
            yield _fact(book, month, row, "on_time", f"on_time:{row['pk']}", day, f"{short(day)}按时答复", "lead")
        if row["satisfaction"] in _SATISFIED and month.has(row["rated_at"]) and row["matter__source"] in _PROPOSALS:
            day, said = day_of(row["rated_at"]), MatterAnswer.Satisfaction(row["satisfaction"]).label
            value = _SATISFIED[row["satisfaction"]]
            yield _fact(book, month, row, "satisfied", f"satisfied:{row['pk']}", day, f"提出人{said}", "lead", value)


def _fact(
    book: Book, month: Month, row: Mapping[str, Any], what: str, key: str, day: Any, words: str, who: str,
    value: Decimal = Decimal(1),
) -> Fact:  # fmt: skip
    kind = f"{'proposal' if row['matter__source'] in _PROPOSALS else 'matter'}_{what}"
    number = f"{row['matter__year']}-D{row['matter__seq']:03d}"
    name = _RESTRICTED if row["matter__restricted"] else f"{number} {cut(row['matter__title'])}"
    return book.fact(
        month, kind, row["unit_id"], f"matter:{row['matter_id']}:{key}", day, f"{name}：{words}",
        link=book.link("supervision:matter", row["matter_id"]), role={"support": "supporting"}.get(who, "lead"),
        value=value,
        marks={"source": row["matter__source"]} | ({"grade": row["given_grade"]} if row.get("given_grade") else {}),
    )  # fmt: skip
