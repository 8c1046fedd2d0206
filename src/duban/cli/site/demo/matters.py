"""The demo's matters: registered, assigned, answered and overdue, on days counted back from today."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from duban.organisations.holidays import calendar_of
from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.roles import Role
from duban.supervision.actions import clockwork, matter_steps, matters
from duban.supervision.models import Matter, MatterStep
from duban.supervision.states.matters import StepState

Row = dict[str, Any]


class Desk:
    """The demo's supervision office and the people of units, as they handle matters."""

    def __init__(self, code: str) -> None:
        self.division = Division.objects.get(code=code)
        self.calendar = calendar_of(self.division)
        self.today = timezone.localdate()
        self.units = {unit.name: unit for unit in self.division.units.all()}
        held = Post.objects.held(self.today).filter(division=self.division).select_related("person")
        posts = list(held.order_by("-order", "-pk"))
        self.office: Person = next(post.person for post in posts[::-1] if post.role == Role.SUPERVISION_OFFICE)
        self.of_unit = {post.unit_id: post.person for post in posts if post.role in (Role.UNIT_HEAD, Role.LIAISON)} | {
            post.unit_id: post.person for post in posts if post.role == Role.LIAISON
        }
        self.leaders = {post.person.name: post.person for post in posts if post.role == Role.LEADER}

    def at(self, ago: int, hour: int = 9) -> datetime:
        """Return an hour of the working day so many before today; of today not later than now."""
        day = self.calendar.shifted(self.calendar.on_or_before(self.today), -ago)
        return min(timezone.make_aware(datetime.combine(day, time(hour))), timezone.now())

    def load(self, row: Row) -> Matter:
        """Register one matter and do with it what its row says."""
        at = self.at(row["ago"])
        leader = self.leaders.get(row.get("person", ""))
        found = matters.register(
            division=self.division,
            source=row["source"],
            source_name=row.get("name", ""),
            source_person=row.get("person", ""),
            instructed_by=leader if row["source"] == "instruction" else None,
            title=row["title"],
            text=row["text"],
            urgency=row.get("urgency", "ordinary"),
            restricted=row.get("restricted", False),
            own_due=self.today + timedelta(days=row["own_in"]) if "own_in" in row else None,
            received_on=timezone.localdate(at),
            by=self.office,
            at=at,
        )
        if "approved" in row:
            name = row.get("approver") or row.get("person") or "韩叙平"
            found = matters.approve(
                matter=found, approved_by_name=name, approval_basis=row["approved"], by=self.office, at=at
            )
        if "lead" in row:
            supports = [self.units[name] for name in row.get("supports", ())]
            found = matters.assign(matter=found, lead=self.units[row["lead"]], supports=supports, by=self.office, at=at)
        for deed in row.get("does", ()):
            self._do(found, self.units[deed.get("unit", row["lead"])], deed)
        return found

    def _do(self, found: Matter, unit: Unit, deed: Row) -> None:
        at, by = self.at(deed["ago"], 15), self.of_unit[unit.pk]
        if "step" in deed:
            # A quarter that was over when the matter was assigned has no step.
            for step in MatterStep.objects.filter(matter=found, name=deed["step"], unit=unit, state=StepState.RUNNING):
                matter_steps.take(step=step, note=deed["note"], by=by, at=at)
        elif "answer" in deed:
            matters.answer(matter=found, unit=unit, text=deed["answer"], grade=deed.get("grade", ""), by=by, at=at)
        elif "return" in deed:
            matters.return_(matter=found, reason=deed["return"], by=self.office, at=at)
        elif "finish" in deed:
            matters.finish(matter=found, grade=deed["finish"], note=deed["note"], by=self.office, at=at)
        elif "extend" in deed:
            matter_steps.ask_extension(matter=found, number=deed["extend"], reason=deed["reason"], by=by, at=at)
        elif "pause_in" in deed:
            until = self.today + timedelta(days=deed["pause_in"])
            matter_steps.pause(matter=found, until=until, reason=deed["reason"], by=self.office, at=at)


def load_matters(rows: list[Row], code: str) -> list[Matter]:
    """Load the matters in the order of their days, and let their clocks run up to today."""
    desk = Desk(code)
    found = [desk.load(row) for row in sorted(rows, key=lambda row: -row["ago"])]
    clockwork.nightly()
    return found
