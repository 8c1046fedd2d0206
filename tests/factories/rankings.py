"""A district whose units are ranked: two departments and a town with a task each, reports of a month, a scheme."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from duban.assessment.actions import distinctions, rankings
from duban.assessment.actions.rankings import Scheme
from duban.assessment.models import Distinction, Ranking, RankingRow
from duban.dispatch.actions import reports, rounds
from duban.dispatch.actions.reports import Change
from duban.dispatch.models import Report, Round, Schedule
from duban.organisations.models import Unit
from duban.organisations.roles import Role
from duban.plans.actions.issuing import issue
from duban.plans.models import Ledger, Task
from duban.plans.states import LedgerState
from factories.issued import draft_of, paper_of
from factories.site import DivisionFactory, LedgerFactory, UnitFactory, UnitGroupFactory, person_as

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: Reports in time bring a point, late ones take one away, omitted ones five.
TEXT = """
kind = "scoring"
name = "lanqiao-reports"
version = "1"
title = "填报考核"
source = "兰桥区填报考核办法"
base = 80
floor = 0
places = 2

[[item]]
name = "reports"
title = "填报"
how = "count"
facts = ["report_on_time", "report_late", "report_omitted", "report_returned", "report_false"]

[[item.points]]
facts = ["report_on_time"]
points = 1

[[item.points]]
facts = ["report_late"]
points = -1

[[item.points]]
facts = ["report_omitted"]
points = -5

[[item.points]]
facts = ["report_returned", "report_false"]
points = -2

[[item]]
name = "named"
title = "表扬批评"
how = "count"
facts = ["commended", "criticised"]

[[item.points]]
facts = ["commended"]
points = 3

[[item.points]]
facts = ["criticised"]
points = -3

[[veto]]
facts = ["veto"]
say = "有一票否决情形"

[commend]
first = 1

[criticise]
last = 1
"""
#: What an office's own scheme must show of itself.
EXAMPLE = """
[[example]]
title = "按时一件"
units = ["甲局", "乙局"]
facts = [{ unit = "甲局", fact = "report_on_time" }, { unit = "乙局", fact = "report_late" }]
scores = { "甲局" = 81, "乙局" = 79 }
places = { "甲局" = 1, "乙局" = 2 }
working = "80 + 1；80 − 1"
"""
SCHEME = Scheme("lanqiao-reports", TEXT)
MONTH = date(2026, 3, 1)


def moment(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


#: When things are done with the ranking of March.
COMPUTED, SHOWN, APPROVED = moment(4, 2), moment(4, 3), moment(4, 8)
UNTIL = date(2026, 4, 7)


class Ranked:
    """A ledger in force since January of a task for each of three units; the first two are compared with each other."""

    def __init__(self) -> None:
        self.division = DivisionFactory()
        departments = UnitGroupFactory(division=self.division)
        towns = UnitGroupFactory(division=self.division, code="towns", name="镇街")
        self.first: Unit = UnitFactory(division=self.division, name="区发展改革局", group=departments, order=1)
        self.second: Unit = UnitFactory(division=self.division, name="区财政局", group=departments, order=2)
        self.town: Unit = UnitFactory(division=self.division, name="柳溪街道", group=towns, order=3)
        self.clerk = person_as(Role.SUPERVISION_OFFICE, self.division, name="王督办")
        self.head = person_as(Role.SUPERVISION_OFFICE, self.division, name="李主任")
        self.leader = person_as(Role.LEADER, self.division, name="许文澜")
        self.liaisons = {unit: person_as(Role.LIAISON, self.division, unit) for unit in self.units}
        self.heads = {unit: person_as(Role.UNIT_HEAD, self.division, unit) for unit in self.units}
        self.ledger: Ledger = LedgerFactory(division=self.division, state=LedgerState.DRAFT)
        paper = paper_of(self.ledger, self.clerk)
        for number, unit in enumerate(self.units, 1):
            draft_of(paper, f"第{number}项任务", unit=unit, due=date(2026, 12, 31))
        issue(
            ledger=self.ledger, document_number="兰政发〔2026〕1号", issued_on=date(2026, 1, 5), approver="李区长",
            by=self.clerk,
        )  # fmt: skip
        self.ledger.refresh_from_db()

    @property
    def units(self) -> tuple[Unit, Unit, Unit]:
        return self.first, self.second, self.town

    def task(self, unit: Unit) -> Task:
        return Task.objects.get(ledger=self.ledger, responsibilities__unit=unit)

    def round(self, number: int = 3) -> Round:
        """Open the round of a month."""
        schedule = Schedule.objects.first() or rounds.make_schedule(
            ledger=self.ledger, name="每月调度", by=self.clerk, needs_sign_off=False
        )
        found: Round = schedule.rounds.get(period_start=date(2026, number, 1))
        rounds.open_round(round=found, by=self.clerk)
        found.refresh_from_db()
        return found

    def reported(self, unit: Unit, number: int = 3, *, late: bool = False) -> Report:
        """Hand in the unit's report of a month, in time or a day late."""
        report = Report.objects.select_related("round").get(
            unit=unit, round__period_start=date(2026, number, 1), task__ledger=self.ledger
        )
        value = report.values.get()
        at = report.round.due_at - timedelta(hours=3)
        changes = [Change(f"value:{value.indicator_id}", "", "12"), Change("progress", "", "已开工12个，均按图施工。")]
        reports.save(report=report, changes=changes, by=self.liaisons[unit], at=at)
        if late:
            at += timedelta(hours=20)
        return reports.submit(report=report, by=self.liaisons[unit], at=at)

    def march(self) -> None:
        """The month as most tests know it: the first in time, the second late, the town not at all."""
        found = self.round()
        self.reported(self.first)
        self.reported(self.second, late=True)
        rounds.close_round(round=found, by=self.clerk, at=moment(4, 1, 18))

    # ---- the ranking of March ----

    def computed(self, **facts: Any) -> Ranking:
        given = {"ledger": self.ledger, "month": MONTH, "scheme": SCHEME, "by": self.clerk, "at": COMPUTED} | facts
        return rankings.compute_month(**given)

    def shown(self, **facts: Any) -> Ranking:
        given = {"ranking": self.computed(), "until": UNTIL, "by": self.clerk, "at": SHOWN} | facts
        return rankings.show(**given)

    def approved(self, ranking: Ranking | None = None) -> Ranking:
        return rankings.approve(ranking=ranking or self.shown(), by=self.leader, at=APPROVED)

    def published(self, ranking: Ranking | None = None) -> Ranking:
        ranking = self.approved(ranking)
        self.decided(ranking)
        return rankings.publish(ranking=ranking, by=self.clerk, at=APPROVED)

    def decided(self, ranking: Ranking) -> None:
        for one in Distinction.objects.filter(ranking=ranking, state="distinction_proposed"):
            distinctions.decide(distinction=one, confirmed=True, reason="按办法", by=self.clerk)

    def row(self, ranking: Ranking, unit: Unit) -> RankingRow:
        return RankingRow.objects.select_related("ranking").get(ranking=ranking, unit=unit)

    def scores(self, ranking: Ranking) -> dict[str, tuple[int, str]]:
        """Place and score of each unit."""
        return {row.unit_name: (row.place, f"{row.score.normalize():f}") for row in ranking.rows.all()}
