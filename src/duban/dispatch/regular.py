"""What the job process does again and again: rounds open and close, reminders go out.

Each run looks at what the clock says now, so that a run that was lost is made up for by the next, and one that is done
twice changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_q.models import Schedule

from duban.audit.trail import origin
from duban.dispatch.actions import reminders, rounds

#: Minutes between two runs of each job, by its name.
EVERY = {"dispatch.turn": 10, "dispatch.remind": 30}


def turn() -> tuple[int, int]:
    """Open the rounds whose time has come and close those whose grace is over; return how many of each."""
    with origin("job"):
        return rounds.turn()


def remind() -> tuple[int, int]:
    """Make the reminders of now and send what may go out; return how many of each."""
    with origin("job"):
        return reminders.remind()


def schedule(**_: Any) -> None:
    """Enter the jobs in the schedule, once; migrations call this when they are done."""
    for name, minutes in EVERY.items():
        Schedule.objects.get_or_create(
            name=name,
            defaults={
                "func": f"{__name__}.{name.removeprefix('dispatch.')}",
                "schedule_type": Schedule.MINUTES,
                "minutes": minutes,
                "next_run": timezone.now(),
            },
        )
