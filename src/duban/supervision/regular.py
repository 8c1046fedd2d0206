"""What the job process does again and again with orders: marks what is late, escalates by the rules.

A run that is killed has done some of them; the next does the others, none twice.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_q.models import Schedule

from duban.audit.trail import origin
from duban.supervision.actions import orders

NAME = "supervision.press"
#: Minutes between two runs.
MINUTES = 60


def press() -> tuple[int, int]:
    """Mark late orders and escalate those whose day has passed; return how many of each."""
    with origin("job"):
        return orders.press()


def schedule(**_: Any) -> None:
    """Enter the job in the schedule, once; migrations call this when they are done."""
    Schedule.objects.get_or_create(
        name=NAME,
        defaults={
            "func": f"{press.__module__}.{press.__name__}",
            "schedule_type": Schedule.MINUTES,
            "minutes": MINUTES,
            "next_run": timezone.now(),
        },
    )
