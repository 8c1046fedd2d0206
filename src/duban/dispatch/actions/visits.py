"""How long people sit at their reports: from opening them to handing them in, minutes in which nothing happens left out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from duban.dispatch.models import Round, Visit
from duban.organisations.models import Person, Unit

#: Who does nothing for so long has gone away; what comes after is another visit.
STILL = timedelta(minutes=30)
#: A workbook is filled in away from the site, so its time from handing out to handing in counts, up to so long.
BY_WORKBOOK = timedelta(hours=2)


def visited(
    *, round: Round, unit: Unit | int, by: Person, at: datetime | None = None, still: timedelta = STILL
) -> None:
    """Count the time of `by` at the reports of `unit` in `round` up to now; called at each thing that is done there.

    However many pages a person has open, it is one visit. A clock that was set back adds nothing.
    """
    at = at or timezone.now()
    number = unit if isinstance(unit, int) else unit.pk
    with transaction.atomic(savepoint=False):
        mine = Visit.objects.select_for_update().filter(round=round, unit=number, person=by)
        last = mine.order_by("-started_at", "-pk").first()
        if last is not None:
            seconds = int((at - last.started_at).total_seconds())
            if seconds <= last.seconds + still.total_seconds():
                if seconds > last.seconds:
                    last.seconds = seconds
                    last.save(update_fields=["seconds"])
                return
        Visit.objects.create(round=round, unit_id=number, person=by, started_at=at)
