"""A district whose month is over, with papers drafted through the real action."""

from __future__ import annotations

from datetime import date
from typing import Any

from duban.bulletins.actions import drafting, signing
from duban.bulletins.issuing import archived
from duban.bulletins.models import Bulletin
from duban.dispatch.actions import lights
from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.plans import snapshots
from duban.plans.models import Task, TaskVersion
from factories.orders import Pressed, moment
from factories.site import ResponsibilityFactory, TaskFactory, UnitFactory, person_as

SEPTEMBER = date(2026, 9, 1)


class Papers(Pressed):
    """An issued ledger of three tasks with their lights at the end of September 2026; two are overdue."""

    def __init__(self) -> None:
        super().__init__()
        self.third: Unit = UnitFactory(division=self.division, name="区教育局")
        self.task.due = date(2026, 8, 20)
        self.task.save()
        self.schools = self._task("新建改扩建学校", self.third, date(2026, 12, 31))
        self.roads = self._task("畅通断头路", self.other, date(2026, 9, 10))
        for task in (self.task, self.schools, self.roads):
            TaskVersion.objects.create(
                task=task,
                ledger=self.ledger,
                number=1,
                valid_from=date(2026, 1, 20),
                reason="印发",
                snapshot=snapshots.of_task(task),
                recorded_by=self.clerk,
            )
        self.relight(date(2026, 8, 31), date(2026, 9, 30))

    def _task(self, title: str, unit: Unit, due: date) -> Task:
        task: Task = TaskFactory(ledger=self.ledger, section=self.task.section, title=title, due=due)
        ResponsibilityFactory(task=task, unit=unit, role="lead")
        return task

    def relight(self, *days: date) -> None:
        """Work the lights out anew, as the nightly job does."""
        lights.recompute(ledger=self.ledger, days=list(days))

    def bulletin(self, **facts: Any) -> Bulletin:
        """Draft the monthly bulletin of September."""
        given: dict[str, Any] = {
            "ledger": self.ledger,
            "kind": "monthly",
            "month": SEPTEMBER,
            "by": self.clerk,
            "at": moment(10, 9),
            **facts,
        }
        return drafting.draft(**given)

    def signed(self, **facts: Any) -> Bulletin:
        """Draft it and have it signed by the leader."""
        made = self.bulletin(**facts)
        signing.submit(bulletin=made, signers=[self.leader], by=self.clerk, at=moment(10, 9, 10))
        signing.sign(bulletin=made, by=self.leader, at=moment(10, 9, 11))
        return fresh(made)

    def issued(self, *units: Unit, **facts: Any) -> Bulletin:
        """Have it signed and issue it to units."""
        made = self.signed(**facts)
        signing.issue(bulletin=made, units=units, by=self.clerk, at=moment(10, 9, 15))
        archived(fresh(made), by=self.clerk)
        return fresh(made)

    def colleague(self) -> Person:
        """Somebody else of the office."""
        return person_as(Role.SUPERVISION_OFFICE, self.division, name="冯知白")


def fresh(bulletin: Bulletin) -> Bulletin:
    """Return the paper as it stands in the database."""
    return Bulletin.objects.select_related("division", "ledger__division", "section", "unit", "corrects").get(
        pk=bulletin.pk
    )
