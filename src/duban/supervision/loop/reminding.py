"""What there is to remind of on issues and whistles: it has come to a unit, its day is near or past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from duban.dispatch.models import NoticeItem
from duban.dispatch.reminders.people import Whom
from duban.dispatch.reminders.sources import Matter as Reminder
from duban.dispatch.reminders.sources import Source
from duban.organisations.models import Person
from duban.supervision.models import Issue, WhistleCall
from duban.supervision.reaching import heir
from duban.supervision.states.whistles import CallState

#: What happened is told of for so many days, were the job away that long.
_TOLD_FOR = 5
#: So many days before its day an issue is spoken of again.
_BEFORE = 2
_UNIT = ("liaison", "unit_head")
_PRESSED = ("liaison", "unit_head", "leader")


def issues(now: datetime) -> Iterator[Reminder]:
    """Yield the issues that came to a unit lately, are due soon, or are late; four statements."""
    today = timezone.localdate(now)
    rows: list[Any] = list(
        Issue.objects.open()
        .filter(waits_for__isnull=False)
        .select_related("waits_for__successor__successor", "sponsor")
        .annotate(step=Max("steps__pk"), moved_at=Max("steps__at"))
        .order_by("pk")
    )
    units = {row.pk: heir(row.waits_for) for row in rows if row.waits_for}
    whom = Whom({unit.pk for unit in units.values()}, today)
    for row in rows:
        unit, left = units[row.pk], (row.due_on - today).days if row.due_on else 0
        words = f"“{row.title[:100]}”等{unit}：{row.next_step[:60]}，{row.due_on:%-m月%-d日}到期"
        if left < 0:
            told = whom(_PRESSED, unit.pk, row.sponsor)
            yield _of_issue(row, "issue-late", f"{row.due_on:%Y%m%d}", f"{words}，已逾期。", told)
        elif 0 < left <= _BEFORE:
            told = whom(_UNIT, unit.pk)
            yield _of_issue(row, "issue-due", f"{row.due_on:%Y%m%d}", f"{words}，还有{left}天。", told)
        if row.moved_at > now - timedelta(days=_TOLD_FOR):
            yield _of_issue(row, "issue-given", f"{row.step}", f"{words}。", whom(_UNIT, unit.pk))


def _of_issue(issue: Issue, rule: str, occasion: str, sentence: str, people: tuple[Person, ...]) -> Reminder:
    return Reminder(
        rule=rule,
        key=f"{rule}:{issue.pk}:{occasion}",
        subject=f"supervision.issue:{issue.pk}",
        sentence=sentence,
        link=reverse("supervision:issue", args=[issue.pk]),
        people=people,
    )


def calls(now: datetime) -> Iterator[Reminder]:
    """Yield the departments that are called and have not turned up; when late, their leader hears of it; three statements."""
    rows = list(
        WhistleCall.objects.filter(state=CallState.CALLED)
        .select_related("unit__successor__successor", "whistle__unit", "whistle__issue")
        .order_by("pk")
    )
    units = {row.pk: heir(row.unit) for row in rows}
    whom = Whom({unit.pk for unit in units.values()}, timezone.localdate(now))
    for row in rows:
        unit, due = units[row.pk], timezone.localtime(row.due_at)
        words = f"{row.whistle.unit}吹哨叫{unit}：“{row.whistle.issue.title[:80]}”，{due:%-m月%-d日 %H:%M}前报到"
        late = now > row.due_at
        rule = "whistle-late" if late else "whistle-called"
        yield Reminder(
            rule=rule,
            key=f"{rule}:{row.pk}:{row.again}",
            subject=f"supervision.whistlecall:{row.pk}",
            sentence=f"{words}，已经逾时。" if late else f"{words}。",
            link=reverse("supervision:whistle", args=[row.whistle_id]),
            people=whom(_PRESSED if late else _UNIT, unit.pk),
        )


def issues_still(items: list[NoticeItem]) -> set[int]:
    """Return which items tell of an issue that still waits for a unit."""
    numbers = {_number(item) for item in items}
    waiting = set(Issue.objects.open().filter(pk__in=numbers, waits_for__isnull=False).values_list("pk", flat=True))
    return {item.pk for item in items if _number(item) in waiting}


def calls_still(items: list[NoticeItem]) -> set[int]:
    """Return which items tell of a department that has still not turned up."""
    numbers = {_number(item) for item in items}
    called = set(WhistleCall.objects.filter(pk__in=numbers, state=CallState.CALLED).values_list("pk", flat=True))
    return {item.pk for item in items if _number(item) in called}


def _number(item: NoticeItem) -> int:
    return int(item.subject.rpartition(":")[2])


ISSUES = Source("supervision.issue", issues, issues_still)
CALLS = Source("supervision.whistlecall", calls, calls_still)
