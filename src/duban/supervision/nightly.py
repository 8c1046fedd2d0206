"""What the job process does with the clocks of matters every night."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django_q.models import Schedule

from duban.audit.trail import origin
from duban.supervision.actions import clockwork

NAME = "supervision.clocks"
#: After the day's lights (`dispatch.nightly`), before the reminders of the morning.
AT = time(1, 0)


def run() -> int:
    """Do what is to be done about the steps that were missed, and return how much it was."""
    with origin("job"):
        return clockwork.nightly()


def schedule(**_: Any) -> None:
    """Enter the job in the schedule, once; migrations call this when they are done."""
    first = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), AT))
    Schedule.objects.get_or_create(
        name=NAME,
        defaults={"func": f"{run.__module__}.{run.__name__}", "schedule_type": Schedule.DAILY, "next_run": first},
    )
