"""What the job process does every night."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django_q.models import Schedule

from duban.audit.trail import origin
from duban.plans.actions.amending import apply_due

NAME = "plans.nightly"
#: Early in the day, so that whoever comes to work finds the day's ledger.
AT = time(0, 10)


def run() -> int:
    """Let the amendments of the day take effect, and return how many did."""
    with origin("job"):
        return len(apply_due())


def schedule(**_: Any) -> None:
    """Enter the job in the schedule, once; migrations call this when they are done."""
    first = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), AT))
    Schedule.objects.get_or_create(
        name=NAME,
        defaults={"func": f"{run.__module__}.{run.__name__}", "schedule_type": Schedule.DAILY, "next_run": first},
    )
