"""A district that is inspected: a verified report that says more than there is, a group, a visit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from duban.dispatch.actions import reports
from duban.dispatch.models import Report
from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.supervision.actions import inspection_conclusions as conclusions
from duban.supervision.actions import inspection_spot as spot
from duban.supervision.actions import inspection_visits as visits
from duban.supervision.actions import inspections
from duban.supervision.models import CheckItem, Finding, GroupMember, InspectedUnit, Inspection
from factories.rounds import District
from factories.site import UnitFactory, person_as


def key() -> str:
    """A request's key as a phone makes it."""
    return str(uuid4())


class Inspected(District):
    """A district whose unit reported 47 of 52, verified, and an office of two people."""

    def __init__(self) -> None:
        super().__init__()
        self.today = timezone.localdate()
        self.clerk.name = "王督办"
        self.clerk.save()
        self.leader = person_as(Role.SUPERVISION_OFFICE, self.division, name="赵组长")
        self.other: Unit = UnitFactory(division=self.division, name="区商务局")

    def verified(self, month: int = 10, value: str = "47") -> Report:
        """The unit's report of a month, verified by the office."""
        report = self.month(month)
        self.filled(report, value, "新开工区级以上重点项目47个。")
        reports.submit(report=report, by=self.liaison, at=self.before(report))
        reports.sign_off(report=report, by=self.head, at=self.before(report))
        reports.accept(report=report, by=self.clerk, at=self.before(report))
        report.refresh_from_db()
        return report

    def plan(self, *, by: Person | None = None, **facts: Any) -> Inspection:
        """A plan that may be approved: the unit, unannounced, from today for a week."""
        facts = {
            "title": "重大项目建设暗访",
            "announced": False,
            "units": [self.unit],
            "content": "新开工项目是否真开工",
            "scope": "2026年以来新开工的区级以上重点项目",
            "contents": ["upper"],
            "methods": ["visit"],
            "starts_on": self.today,
            "ends_on": self.today + timedelta(days=7),
            **facts,
        }
        made = inspections.plan(division=self.division, by=by or self.clerk, **facts)
        inspections.add_member(inspection=made, person=self.leader, part=GroupMember.Part.LEADER, by=self.clerk)
        return made

    def approved(self, **facts: Any) -> Inspection:
        """An inspection whose plan the head of government approved."""
        made = self.plan(**facts)
        return inspections.approve(
            inspection=made, approved_by_name="李区长", basis="10月8日批示", because="确有必要", by=self.clerk
        )

    def begun(self, **facts: Any) -> Inspection:
        """An inspection on the spot, with the district's task on its list."""
        made = self.approved(**facts)
        visit = visits.add_visit(
            inspection=made, unit=made.units.first().unit, place="临港产业园", day=self.today, by=self.clerk
        )
        visits.add_item(visit=visit, task=self.task, by=self.clerk)
        return inspections.begin(inspection=made, by=self.clerk)

    def item(self, inspection: Inspection) -> CheckItem:
        """The item of its list."""
        return CheckItem.objects.get(visit__inspection=inspection)

    def seen(self, inspection: Inspection, found: str = "38", **said: Any) -> CheckItem:
        """Enter on the spot that less was counted than reported."""
        item = self.item(inspection)
        figures = {str(figure.pk): found for figure in item.figures.all()}
        said = {"result": "differs", "finding": "9个项目没有开工", "severity": "serious", "figures": figures, **said}
        return spot.enter(item=item, key=key(), said=said, by=self.leader)

    def concluded(self, **facts: Any) -> Inspection:
        """An inspection with a finding and a conclusion, not fed back yet."""
        made = self.begun(**facts)
        self.seen(made)
        made = inspections.finish(inspection=made, by=self.clerk)
        part = made.units.get()
        return conclusions.conclude(
            inspection=made,
            conclusion="多数项目按期开工，9个项目虚报开工。",
            parts={part.pk: "填报新开工47个，实地核查38个。"},
            by=self.clerk,
        )

    def demand(self, part: InspectedUnit, due: date | None = None) -> dict[int, tuple[str, date]]:
        """What is demanded for each finding of a part."""
        return {
            finding.pk: ("9个项目12月底前开工", due or self.today + timedelta(days=20))
            for finding in Finding.objects.filter(part=part, state="recorded")
        }

    def fed_back(self, **facts: Any) -> InspectedUnit:
        """The unit's part, fed back."""
        made = self.concluded(**facts)
        part = made.units.get()
        return conclusions.feed_back(part=part, demands=self.demand(part), by=self.clerk)

    def received(self, **facts: Any) -> InspectedUnit:
        """The unit's part, signed for by its head."""
        return conclusions.receive(part=self.fed_back(**facts), by=self.head)
