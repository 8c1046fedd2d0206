"""What all sources ask about: the month, the units that are ranked, the tasks as they were, and what was reported of them."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from duban.assessment.scoring.facts import Fact
from duban.assessment.scoring.facts import Unit as Ranked
from duban.dispatch.models import Round
from duban.dispatch.progress import Work
from duban.dispatch.states import RoundState
from duban.dispatch.work import works
from duban.organisations.models import Unit
from duban.plans.models import Ledger, Task, TaskVersion
from duban.plans.snapshots import Snapshot, as_of
from duban.plans.states import TaskState

#: The roles of a unit in a task, the strongest first: a unit with two counts once, by the stronger.
ROLES = {"lead": "lead", "responsible": "responsible", "support": "supporting"}
#: Mergers are followed over so many steps.
_STEPS = 3
_LONGEST = 120


@dataclass(frozen=True)
class Month:
    """A month to be ranked: its first and last day, and the day as of which it is known."""

    first: date
    last: date
    closing: date

    def has(self, day: date | datetime | None) -> bool:
        """Say whether a day, or a time, lies in the month."""
        return day is not None and self.first <= day_of(day) <= self.last

    @property
    def times(self) -> tuple[datetime, datetime]:
        """The first moment of the month and the first after it, for conditions on times."""
        zone = timezone.get_current_timezone()
        after = self.last + timedelta(days=1)
        return (
            datetime(self.first.year, self.first.month, 1, tzinfo=zone),
            datetime(after.year, after.month, 1, tzinfo=zone),
        )

    @property
    def words(self) -> str:
        """The month in words."""
        return f"{self.first.year}年{self.first.month}月"


def day_of(value: date | datetime) -> date:
    """Return the day of a time, in local time."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def short(day: date) -> str:
    """Return a day within a year that is known: 9月5日."""
    return f"{day.month}月{day.day}日"


def cut(text: str) -> str:
    """Return words short enough to stand within a sentence."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def last_of(first: date) -> date:
    """Return the last day of the month of a day."""
    return date(first.year, first.month, monthrange(first.year, first.month)[1])


def month_of(ledger: Ledger, first: date) -> Month:
    """Return a month of a ledger: it closes at its end, or when the last of its rounds takes no more reports."""
    first = first.replace(day=1)
    return closings(ledger, first).get(first) or Month(first, last_of(first), last_of(first))


def closings(ledger: Ledger, first: date | None = None) -> dict[date, Month]:
    """Return the months of a ledger in which rounds were opened, or one of them, by their first day; one statement."""
    rounds = Round.objects.filter(ledger=ledger).exclude(state=RoundState.PLANNED)
    if first is not None:
        rounds = rounds.filter(period_end__range=(first, last_of(first)))
    found: dict[date, Month] = {}
    for end, until, closed in rounds.values_list("period_end", "grace_until", "closed_at"):
        start = end.replace(day=1)
        last = last_of(start)
        before = found[start].closing if start in found else last
        found[start] = Month(start, last, max(before, last, day_of(closed or until)))
    return found


@dataclass(frozen=True)
class TaskThen:
    """A task as it was at a month's end: its snapshot, the work behind its progress, the day it was closed out."""

    pk: int
    number: str
    title: str
    state: str
    due: date
    snapshot: Snapshot
    work: Work | None
    done_on: date | None
    #: Numbers of units with their role, each once.
    units: tuple[tuple[int, str], ...]


class Book:
    """A ledger's facts, read once for however many months: the statements do not grow with units or tasks."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.division = ledger.division
        self._then: dict[date, list[TaskThen]] = {}
        self._links: dict[tuple[str, int], str] = {}
        #: Units that were merged before a closing, and how many facts each handed on.
        self.inherited: dict[date, Counter[int]] = defaultdict(Counter)

    @cached_property
    def units(self) -> dict[int, Unit]:
        """All units of the division, by number."""
        found = Unit.objects.filter(division=self.division).select_related("group").order_by("order", "pk")
        return {unit.pk: unit for unit in found}

    def ranked(self, month: Month) -> list[Ranked]:
        """Return the units that stand in a group at the month's closing."""
        return [
            Ranked(unit.pk, unit.name, unit.group.code)
            for unit in self.units.values()
            if unit.group is not None
            and unit.valid_from <= month.last
            and (unit.valid_to is None or unit.valid_to > month.closing)
        ]

    def heir(self, number: int, month: Month) -> int:
        """Return the unit that answers at the closing for what `number` did: itself, or what it was merged into by then."""
        for _ in range(_STEPS):
            unit = self.units.get(number)
            if unit is None or unit.successor_id is None or unit.valid_to is None or unit.valid_to > month.closing:
                break
            number = unit.successor_id
        return number

    def fact(
        self,
        month: Month,
        kind: str,
        unit: int,
        key: str,
        day: date,
        words: str,
        *,
        link: str = "",
        role: str = "",
        task: str = "",
        value: Decimal = Decimal(1),
        marks: Mapping[str, str] | None = None,
    ) -> Fact:
        """Return a fact of `unit`; where that was merged by the closing it is its successor's, and says so."""
        heir = self.heir(unit, month)
        if heir != unit:
            self.inherited[month.closing][unit] += 1
            words = f"{words}（原{self.units[unit].name}）"
        return Fact(kind, heir, key, day, words, link, role, task, value, dict(marks or {}))

    def link(self, page: str, number: int, query: str = "") -> str:
        """Return the address of a page; each is worked out once."""
        if (page, number) not in self._links:
            self._links[page, number] = reverse(page, args=[number])
        found = self._links[page, number]
        return f"{found}?{query}" if query else found

    # ---- tasks ----

    def tasks(self, month: Month) -> list[TaskThen]:
        """Return the tasks that stood in the ledger at the month's end, as they were then."""
        if month.closing not in self._then:
            self._then[month.closing] = [self._one(found, month) for found in as_of(self.ledger, month.last)]
        return self._then[month.closing]

    def roles(self, month: Month) -> dict[int, dict[int, str]]:
        """Return the role of each unit in each task, by the numbers of task and unit."""
        return {task.pk: dict(task.units) for task in self.tasks(month)}

    def asked(self, month: Month) -> bool:
        """Say whether any report was asked for by the month's end: where none was, nobody is behind for having said nothing."""
        return any(end <= month.last for end in self._rounds)

    @cached_property
    def _rounds(self) -> list[date]:
        opened = Round.objects.filter(ledger=self.ledger, opened_at__isnull=False)
        return list(opened.values_list("period_end", flat=True).distinct())

    @cached_property
    def _works(self) -> Mapping[int, Work]:
        every = Task.objects.filter(ledger=self.ledger, seq__isnull=False).only("pk")
        return {one.task.pk: one.work for one in works(self.ledger, list(every))}

    @cached_property
    def _states(self) -> Mapping[int, list[tuple[date, str]]]:
        found: dict[int, list[tuple[date, str]]] = defaultdict(list)
        versions = TaskVersion.objects.filter(ledger=self.ledger).order_by("valid_from", "number")
        for task, day, state in versions.values_list("task_id", "valid_from", "snapshot__state"):
            found[task].append((day, state))
        return found

    def _one(self, found: Snapshot, month: Month) -> TaskThen:
        year = self.ledger.year
        due = date.fromisoformat(found["due"]) if found["due"] else date(year, 12, 31)
        work = self._works.get(found["id"])
        roles: dict[int, str] = {}
        for role in ROLES:
            for answer in found["responsibilities"]:
                if answer["role"] == role and answer["unit_id"]:
                    roles.setdefault(answer["unit_id"], ROLES[role])
        return TaskThen(
            pk=found["id"],
            number=found["short_number"],
            title=cut(found["title"]),
            state=found["state"],
            due=due,
            snapshot=found,
            work=_as_promised(work, found, due) if work else None,
            done_on=self._done_on(found["id"], month),
            units=tuple(roles.items()),
        )

    def _done_on(self, task: int, month: Month) -> date | None:
        """Return when the run of versions began in which the task is closed out at the closing; None where it is open."""
        since = None
        for day, state in self._states.get(task, ()):
            if day > month.closing:
                break
            if state != TaskState.CLOSED_OUT:
                since = None
            elif since is None:
                since = day
        return since


def _as_promised(work: Work, found: Snapshot, due: date) -> Work:
    """Return the work with the targets of the day of the snapshot: what was amended later does not count back."""
    then = {row["id"]: row for row in found["indicators"]}
    indicators = {}
    for number, (goal, readings) in work.indicators.items():
        row: dict[str, Any] | None = then.get(number)
        # What came later, or went to another task, was not promised here.
        if row is None:
            continue
        facts: dict[str, Any] = {
            "value": Decimal(row["value"]),
            "high": _amount(row["value_high"]),
            "floor": _amount(row["floor"]),
            "comparator": row["comparator"],
            "due": due,
            "start": min(goal.start, due),
        }
        same = all(getattr(goal, name) == value for name, value in facts.items())
        indicators[number] = (goal if same else replace(goal, **facts), readings)
    return replace(work, due=due, start=min(work.start, due), indicators=indicators)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def merged_words(book: Book, month: Month) -> list[str]:
    """Return a sentence for each unit whose facts count for its successor."""
    found = []
    for number, count in sorted(book.inherited[month.closing].items()):
        unit, heir = book.units[number], book.units[book.heir(number, month)]
        day = unit.valid_to
        when = f"{day.year}年{day.month}月{day.day}日" if day else ""
        found.append(f"{unit.name}已于{when}并入{heir.name}，它的 {count} 件事实计在{heir.name}。")
    return found


def timed(field: str, month: Month) -> Q:
    """Return the condition that the time in `field` lies in the month."""
    first, after = month.times
    return Q(**{f"{field}__gte": first, f"{field}__lt": after})
