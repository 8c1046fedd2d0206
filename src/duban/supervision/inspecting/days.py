"""Until when each step of an inspection is due, and how that was counted.

The 30 days of article 17 are calendar days; the others are working days, as offices usually set them.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from duban.organisations.holidays import calendar_of
from duban.organisations.models import Division
from duban.supervision.clocks.counting import Counted, Limit, due

#: Article 17: a unit asks for review within so long of its receipt, and the decision is due within so long of that.
REVIEW = Limit(30, "days")
#: To conclude after the last day on the spot, to sign for what was fed back, to verify, to report for approval.
CONCLUDE, RECEIVE = Limit(15, "working_days"), Limit(3, "working_days")
VERIFY, PROPOSE = Limit(10, "working_days"), Limit(10, "working_days")


def until(division: Division, start: datetime, limit: Limit) -> Counted:
    """Return the last day of a limit that began at `start`, by the division's calendar."""
    return due(timezone.localtime(start), limit, calendar_of(division))
