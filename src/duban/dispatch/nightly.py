"""What the job process does with lights every night."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django_q.models import Schedule

from duban.audit.trail import origin
from duban.dispatch.actions import lights

NAME = "dispatch.nightly"
#: After the amendments of the day took effect (`plans.nightly`).
AT = time(0, 30)


def run() -> int:
    """Work out the day's lights of all issued ledgers, and return how many changed."""
    with origin("job"):
        return lights.nightly()


def schedule(**_: Any) -> None:
    """Enter the job in the schedule, once; migrations call this when they are done."""
    first = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), AT))
    Schedule.objects.get_or_create(
        name=NAME,
        defaults={"func": f"{run.__module__}.{run.__name__}", "schedule_type": Schedule.DAILY, "next_run": first},
    )
