"""The demo's months: rounds opened and closed, reports filed, signed and verified by those who do so, lights by month."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from duban.cli.site.demo.year import Cast, Row
from duban.dispatch.actions import lights, milestones, reports, rounds
from duban.dispatch.actions.reports import Change
from duban.dispatch.models import Report, Round
from duban.organisations.models import Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.models import Ledger, Milestone, Task, TaskVersion

#: What the office wrote when it gave back a report of the last month.
RETURNED = "数字与统计台账对不上，请核实后重报。"
#: In the last month every so-manieth report waits to be verified, so that there is something to do.
WAITS = 4


class Months:
    """The running year of the demo, month by month."""

    def __init__(self, year: Row, ledger: Ledger, cast: Cast) -> None:
        self.year, self.ledger, self.cast = year, ledger, cast
        self.head, self.clerk, *_ = cast.clerks
        self.filed = {(row["task"], row["unit"], row["month"]): row for row in year["report"]}
        self.missing = {(row["task"], row["unit"], row["month"]) for row in year.get("missing", ())}

    @cached_property
    def values(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """The values by month of each indicator, by task, name and measure (empty where the name is enough)."""
        return {
            (row["task"], row["indicator"], row.get("measure", "")): row["values"]
            for row in self.year["reported"]
            if "task" in row
        }

    @cached_property
    def first_days(self) -> dict[int, date]:
        """The day on which each task entered the ledger."""
        found: dict[int, date] = {}
        for task, day in TaskVersion.objects.filter(ledger=self.ledger).values_list("task_id", "valid_from"):
            found[task] = min(day, found.get(task, day))
        return found

    @cached_property
    def people(self) -> dict[tuple[int, str], Person]:
        """The liaison and the head of each unit, by unit and role."""
        posts = Post.objects.filter(role__in=(Role.LIAISON, Role.UNIT_HEAD), end=None).select_related("person")
        return {(post.unit_id or 0, post.role): post.person for post in posts.order_by("-order", "-pk")}

    def person(self, unit: Unit, role: Role) -> Person:
        """Return who acts for a unit in a role; its head stands in for a liaison it has not."""
        return self.people.get((unit.pk, role)) or self.people[unit.pk, Role.UNIT_HEAD]

    def load(self, today: date) -> None:
        """Load the months whose rounds opened by `today`."""
        schedule = rounds.make_schedule(
            ledger=self.ledger,
            name="每月调度",
            by=self.head,
            opens_before=10,
            due_after=-5,
            grace_hours=48,
            sample_percent=30,
        )
        planned = {round.period_start.month: round for round in schedule.rounds.all()}
        begun = [row for row in self.year["round"] if row["opens"] <= today]
        for row in begun:
            self._month(planned[row["month"]], row, last=row is begun[-1])
        self._milestones(today)
        lights.recompute(ledger=self.ledger, days=self._judged(today, begun), by=self.head)
        # The round of today, as the job would open it.
        rounds.turn()

    def _milestones(self, today: date) -> None:
        """Tell the milestones that were reached by the day before `today`, each on the morning after."""
        for row in self.year.get("breakdown", ()):
            reached = {one["name"]: one["done_on"] for one in row.get("milestones", ()) if "done_on" in one}
            steps = Milestone.objects.filter(task__ledger=self.ledger, task__number=row["task"], name__in=reached)
            for step in steps.order_by("due", "pk"):
                day = reached[step.name]
                if day < today:
                    by = self.cast.people[row["by"]]
                    milestones.complete(milestone=step, done_on=day, by=by, at=_at(day + timedelta(days=1), 9))

    def _judged(self, today: date, begun: list[Row]) -> Iterator[date]:
        for row in begun:
            yield min(today, date(self.ledger.year, row["month"], monthrange(self.ledger.year, row["month"])[1]))
        yield today

    def _month(self, round: Round, row: Row, *, last: bool) -> None:
        opens, due = _at(row["opens"], 9), _at(row["due"], 17)
        if (round.opens_at, round.due_at) != (opens, due):
            rounds.move_round(round=round, opens_at=opens, due_at=due, reason="按年初印发的填报时间", by=self.head)
        rounds.open_round(round=round, by=self.head, at=opens)
        for task in self._not_yet(row["opens"]):
            rounds.void_reports(task=task, by=self.head)
        filed = Report.objects.filter(round=round).exclude(state="void").select_related("task", "unit").order_by("pk")
        for number, report in enumerate(filed):
            self._report(report, row, number if last else None)
        rounds.close_round(round=round, by=self.head, at=due + timedelta(hours=48))

    def _not_yet(self, day: date) -> list[Task]:
        late = [task for task, first in self.first_days.items() if first > day]
        # Issue itself came a day before the first round.
        return list(Task.objects.in_ledger().filter(pk__in=late)) if late else []

    def _report(self, report: Report, row: Row, waits: int | None) -> None:
        key = report.task.number, report.unit.name, row["month"]
        if key in self.missing:
            return
        told = self.filed.get(key)
        day = told["filed"] if told else row["due"] - timedelta(days=1)
        at = _at(day, 10) + timedelta(minutes=7 * (report.pk % 30))
        liaison, head = self.person(report.unit, Role.LIAISON), self.person(report.unit, Role.UNIT_HEAD)
        changes = list(self._changes(report, row["month"], told))
        # Filling in takes time, which is counted as the unit's burden.
        began = at - timedelta(minutes=6 + 3 * len(changes) + report.pk % 9)
        reports.save(report=report, changes=changes, by=liaison, at=began)
        report.refresh_from_db()
        if reports.missing(report):
            # Who brings the figure brought none this month, so that the others cannot hand in either.
            return
        reports.submit(report=report, by=liaison, at=at)
        if waits is not None and waits % (WAITS * 4) == 1:
            return
        signed = at + timedelta(hours=2)
        reports.sign_off(report=report, by=head, at=signed)
        if waits is not None and waits % WAITS == 0:
            return
        if waits is not None and waits % (WAITS * 4) == 2:
            reports.return_report(report=report, reason=RETURNED, by=self.clerk)
            return
        reports.accept(report=report, by=self.clerk, at=max(signed, _at(row["due"], 17)) + timedelta(days=2))

    def _changes(self, report: Report, month: int, told: Row | None) -> Iterator[Change]:
        for value in report.values.select_related("indicator"):
            indicator = value.indicator
            number = report.task.number
            known = self.values.get((number, indicator.name, "")) or self.values.get(
                (number, indicator.name, indicator.measure), {}
            )
            if str(month) in known:
                yield Change(f"value:{indicator.pk}", "", str(Decimal(str(known[str(month)]))))
        if reports.asks_percentage(report):
            # The year's data tell figures only; what has none goes by the calendar.
            yield Change("percentage", "", str(min(100, round(month * 100 / 60) * 5)))
        if told:
            yield Change("progress", "", told["text"])
            yield Change("problems", "", told.get("problem", ""))
            yield Change("next_step", "", told.get("next_step", ""))
        else:
            # A unit beside the one that the year's data speak of.
            yield Change("progress", "", f"{month}月按分工参与“{report.task.title}”，承担的事项按进度推进。")


def load_months(year: Row, ledger: Ledger, code: str) -> None:
    """Load the reports of a year."""
    ledger.refresh_from_db()
    Months(year, ledger, Cast(code)).load(timezone.localdate())


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
