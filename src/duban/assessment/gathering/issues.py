"""Facts of issues: loops that were closed, days that passed while a unit had to move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from duban.assessment.gathering.book import Book, Month, cut, day_of, short, timed
from duban.assessment.scoring.facts import Fact
from duban.plans.models.tasks import short_number
from duban.supervision.models import Issue, IssueStep
from duban.supervision.states.issues import IssueState

#: The states in which the unit that answers for it moves next.
_AT_UNIT = (IssueState.ASSIGNED,)
_RESTRICTED = "一件限定知悉的问题"


def facts(book: Book, month: Month) -> Iterator[Fact]:
    """Yield what was closed in the month, and what went over its day in it; three statements.

    Whether it went over is told by its steps: the next one came after the day, or none came by the closing.
    """
    named = ("pk", "year", "seq", "title", "restricted", "unit_id", "task_id", "task__seq", "task__ledger__year")
    mine = Issue.objects.filter(division=book.division, unit__isnull=False).exclude(state=IssueState.DISMISSED)
    roles = book.roles(month)
    for row in (
        mine.filter(timed("closed_at", month), state=IssueState.CLOSED).order_by("pk").values(*named, "closed_at")
    ):
        day = day_of(row["closed_at"])
        yield _fact(book, month, row, "issue_closed", "closed", day, f"{short(day)}闭环", roles)
    due = IssueStep.objects.filter(due_on__range=(month.first, month.last), state__in=_AT_UNIT)
    rows = {
        row["pk"]: row
        for row in mine.filter(pk__in=due.filter(issue__division=book.division).values("issue_id")).values(*named)
    }
    steps: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    taken = IssueStep.objects.filter(issue__in=rows).order_by("pk")
    for one in taken.values("pk", "issue_id", "state", "due_on", "at"):
        steps[one["issue_id"]].append(one)
    for number, row in sorted(rows.items()):
        history: list[Mapping[str, Any] | None] = [*steps[number], None]
        for step, after in pairwise(history):
            if step is None or step["state"] not in _AT_UNIT or not month.has(step["due_on"]):
                continue
            moved = day_of(after["at"]) if after else None
            if moved > step["due_on"] if moved else step["due_on"] < month.closing:
                words = f"{short(step['due_on'])}到期，" + (f"{short(moved)}才有进展" if moved else "没有办")
                yield _fact(book, month, row, "issue_overdue", f"overdue:{step['pk']}", step["due_on"], words, roles)


def _fact(
    book: Book, month: Month, row: Mapping[str, Any], kind: str, key: str, day: Any, words: str,
    roles: dict[int, dict[int, str]],
) -> Fact:  # fmt: skip
    name = _RESTRICTED if row["restricted"] else f"{row['year']}-W{row['seq']:03d} {cut(row['title'])}"
    return book.fact(
        month, kind, row["unit_id"], f"issue:{row['pk']}:{key}", day, f"{name}：{words}",
        link=book.link("supervision:issue", row["pk"]),
        role=roles.get(row["task_id"], {}).get(row["unit_id"], ""),
        task=short_number(row["task__ledger__year"], row["task__seq"]) if row["task_id"] else "",
    )  # fmt: skip
