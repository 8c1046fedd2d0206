"""A district whose office runs matters, with people of two units and a leader."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.supervision.actions import matters
from duban.supervision.models import Matter
from factories.site import DivisionFactory, UnitFactory, person_as


def at(text: str) -> datetime:
    """Return a time here: ``2026-03-30 09:00``; nine in the morning where only the day is given."""
    moment = datetime.fromisoformat(text if " " in text else f"{text} 09:00")
    return timezone.make_aware(moment)


class Office:
    """A supervision office, a lead unit with its people, a supporting unit, a leader."""

    def __init__(self) -> None:
        self.division = DivisionFactory()
        self.clerk = person_as(Role.SUPERVISION_OFFICE, self.division, name="顾维桢")
        self.lead: Unit = UnitFactory(division=self.division, name="区住房城乡建设局")
        self.support: Unit = UnitFactory(division=self.division, name="区财政局")
        self.liaison = person_as(Role.LIAISON, self.division, self.lead, name="石敏学")
        self.helper = person_as(Role.LIAISON, self.division, self.support, name="冯知白")
        self.leader = person_as(Role.LEADER, self.division, name="韩旭平")

    def registered(self, on: str = "2026-03-30", **facts: Any) -> Matter:
        """Register a matter on a day, an instruction where nothing else is said."""
        given: dict[str, Any] = {
            "source": "instruction",
            "source_person": "韩旭平",
            "title": "老旧小区加装电梯进度慢",
            "text": "请区住建局限期拿出办法。",
            "received_on": date.fromisoformat(on[:10]),
            **facts,
        }
        return matters.register(division=self.division, by=self.clerk, at=at(on), **given)

    def approved(self, on: str = "2026-03-30", **facts: Any) -> Matter:
        """Register a matter and take it up on the same day."""
        found = self.registered(on, **facts)
        return matters.approve(
            matter=found, approved_by_name="韩旭平", approval_basis="批示原文", by=self.clerk, at=at(on)
        )

    def assigned(
        self, on: str = "2026-03-30", *, supports: tuple[Unit, ...] = (), scheme: str = "", **facts: Any
    ) -> Matter:
        """Register, take up and assign a matter on one day."""
        return matters.assign(
            matter=self.approved(on, **facts),
            lead=self.lead,
            supports=supports,
            scheme=scheme,
            by=self.clerk,
            at=at(on),
        )

    def answered(self, found: Matter, on: str, by: Person | None = None, **facts: Any) -> Matter:
        """Answer a matter for the lead unit."""
        given = {"text": "已经开工六部，其余四部六月底前开工。", **facts}
        matters.answer(matter=found, unit=self.lead, by=by or self.liaison, at=at(on), **given)
        found.refresh_from_db()
        return found
