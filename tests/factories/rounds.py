"""A district whose units report: ledger, task, people, rounds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from duban.dispatch.actions import reports, rounds
from duban.dispatch.actions.reports import Change
from duban.dispatch.models import Report, Schedule
from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.plans.models import Ledger, Task
from factories.site import (
    DivisionFactory,
    IndicatorFactory,
    LedgerFactory,
    ResponsibilityFactory,
    TaskFactory,
    UnitFactory,
    person_as,
)


class District:
    """An issued ledger with one task of one indicator, its unit's people, and a clerk."""

    def __init__(self) -> None:
        self.division = DivisionFactory()
        self.unit: Unit = UnitFactory(division=self.division, name="区发展改革局")
        self.ledger: Ledger = LedgerFactory(division=self.division)
        self.task = TaskFactory(ledger=self.ledger, title="强化重大项目牵引")
        ResponsibilityFactory(task=self.task, unit=self.unit, role="lead")
        self.indicator = IndicatorFactory(task=self.task, name="新开工区级以上重点项目", value=52, unit="个")
        self.clerk = person_as(Role.SUPERVISION_OFFICE, self.division)
        self.liaison = person_as(Role.LIAISON, self.division, self.unit, name="石敏学")
        self.second = person_as(Role.LIAISON, self.division, self.unit, name="冯知白")
        self.head = person_as(Role.UNIT_HEAD, self.division, self.unit)
        self.cell = f"value:{self.indicator.pk}"

    def schedule(self, **facts: Any) -> Schedule:
        return rounds.make_schedule(ledger=self.ledger, name="每月调度", by=self.clerk, **facts)

    def month(self, number: int, **facts: Any) -> Report:
        """Open the round of a month and return the unit's report in it."""
        schedule = Schedule.objects.first() or self.schedule(**facts)
        round = schedule.rounds.get(period_start=date(2026, number, 1))
        rounds.open_round(round=round, by=self.clerk)
        return Report.objects.get(round=round, task=self.task, unit=self.unit)

    def filled(self, report: Report, value: str, text: str, by: Person | None = None) -> reports.Saved:
        present = Report.objects.get(pk=report.pk)
        return reports.save(
            report=report,
            changes=[Change(self.cell, "", value), Change("progress", present.progress, text)],
            by=by or self.liaison,
            at=self.before(report),
        )

    def before(self, report: Report) -> datetime:
        """A time before the report is due."""
        return report.round.due_at - timedelta(hours=3)

    def another(self, title: str, *indicators: tuple[str, str, int]) -> Task:
        """Add a task in the unit's lead, with indicators by name, unit and target."""
        task: Task = TaskFactory(ledger=self.ledger, title=title)
        ResponsibilityFactory(task=task, unit=self.unit, role="lead")
        for name, unit, value in indicators:
            IndicatorFactory(task=task, name=name, unit=unit, value=value)
        return task
