"""Orders in a district, sent through the real action."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.supervision.actions import orders
from duban.supervision.models import Order, OrderUnit
from factories.rounds import District
from factories.site import UnitFactory, person_as

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


class Pressed(District):
    """A district with a second unit and a leader who oversees the first; orders are sent on 2 March 2026, a Monday."""

    def __init__(self) -> None:
        super().__init__()
        self.other: Unit = UnitFactory(division=self.division, name="区财政局")
        self.other_head = person_as(Role.UNIT_HEAD, self.division, self.other, name="方守正")
        self.first_leader = person_as(Role.LEADER, self.division, name="韩叙平")
        self.leader: Person = person_as(Role.LEADER, self.division, name="许文澜")
        post = self.leader.posts.get()
        post.title, post.order = "副区长", 5
        post.save()
        post.oversees.add(self.unit)

    def order(self, *units: Unit, **facts: Any) -> Order:
        given: dict[str, Any] = {
            "division": self.division,
            "units": units or (self.unit,),
            "title": self.task.title,
            "grounds": "截至2月底，新开工项目只有3个，序时进度落后12个百分点。",
            "demand": "查明原因，倒排工期，3月底前补齐缺口。",
            "basis": "task",
            "task": self.task,
            "by": self.clerk,
            "at": moment(3, 2),
            **facts,
        }
        return orders.issue(**given)

    def slip(self, *units: Unit, **facts: Any) -> OrderUnit:
        return self.order(*units, **facts).units.get()
