"""The demo's orders and talks: sent, signed for, answered and pressed by those who do so, counted back from today."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from duban.cli.site.demo.reporting import Months
from duban.cli.site.demo.year import Cast, Row
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.models import Ledger
from duban.supervision.actions import orders, talks
from duban.supervision.models import OrderUnit
from duban.supervision.models.orders import Basis, Level

#: The hour at which things are done.
HOUR = time(9, 30)


def load_orders(found: Row, year: Row, ledger: Ledger, code: str) -> None:
    """Send the orders of the demo and take their steps; what is overdue is then pressed by the rules."""
    cast = Cast(code)
    months = Months(year, ledger, cast)
    clerk, second, *_ = cast.clerks
    # Numbers go by the day on which an order was sent.
    for row in sorted(found["order"], key=lambda row: -row["ago"]):
        task = ledger.tasks.get(number=row["task"]) if "task" in row else None
        made = orders.issue(
            division=cast.division,
            units=[cast.units[name] for name in row["units"]],
            title=task.title if task else row["title"],
            grounds=row["grounds"],
            demand=row.get("demand", found["demand"]),
            level=row.get("level", Level.BLUE),
            basis=Basis.TASK if task else Basis.FREE,
            task=task,
            signatory=clerk.name,
            by=second,
            at=_at(row["ago"]),
        )
        for step in row["steps"]:
            for slip in made.units.select_related("unit"):
                if step.get("unit", slip.unit.name) == slip.unit.name:
                    _take(step, slip, months, clerk)
    orders.press()
    for row in found["talk"]:
        _talk(row, cast, clerk)


def _take(step: dict[str, Any], slip: OrderUnit, months: Months, clerk: Person) -> None:
    at, text = _at(step["ago"]), step.get("text", "")
    liaison = months.person(slip.unit, Role.LIAISON)
    match step["do"]:
        case "sign":
            orders.sign(slip=slip, by=liaison, at=at)
        case "answer":
            orders.answer(slip=slip, text=text, seen=slip.answers.count(), by=liaison, at=at)
        case "extend":
            wanted = OrderUnit.objects.get(pk=slip.pk).answer_by + timedelta(days=step["days"])
            orders.ask_extension(slip=slip, wanted=wanted, reason=text, by=liaison, at=at)
        case "accept":
            orders.accept(slip=slip, remark=step["remark"], by=clerk, at=at)
        case "return":
            orders.return_(slip=slip, reason=text, days=step["days"], by=clerk, at=at)
        case "withdraw":
            orders.withdraw(slip=slip, reason=text, by=clerk, at=at)


def _talk(row: Row, cast: Cast, clerk: Person) -> None:
    on = timezone.localdate() - timedelta(days=row["ago"] - row["planned"])
    talk = talks.plan(
        unit=cast.units[row["unit"]],
        people=row["people"],
        subject=row["subject"],
        planned_for=on,
        held_by=row["held_by"],
        place=row["place"],
        by=clerk,
        at=_at(row["ago"]),
    )
    if "notes" in row:
        promises = [talks.Promise(one["text"], on + timedelta(days=one["days"])) for one in row["promises"]]
        talks.hold(talk=talk, notes=row["notes"], promises=promises, by=clerk, at=_at(row["ago"] - row["planned"]))


def _at(ago: int) -> datetime:
    day = timezone.localdate() - timedelta(days=ago)
    return timezone.make_aware(datetime.combine(day, HOUR))
