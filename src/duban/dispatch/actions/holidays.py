"""A division's own holidays and working days; rounds that have not opened follow them."""

from __future__ import annotations

from datetime import date

from duban.audit.trail import action, record
from duban.dispatch.actions.rounds import plan
from duban.dispatch.models import Schedule
from duban.organisations.access import require
from duban.organisations.changes import calendar_changed
from duban.organisations.models import Division, Holiday, Person
from duban.plans.states import LedgerState


@action
def set_holiday(*, division: Division, day: date, works: bool, name: str, by: Person) -> Holiday:
    """Say that `day` is worked or free in `division`, whatever the national calendar says."""
    require(by, "dispatch.change_holidays", division=division)
    was = Holiday.objects.filter(division=division, day=day).first()
    before = {"works": was.works, "name": was.name} if was else None
    after = {"works": works, "name": name.strip()[:50]}
    holiday, _ = Holiday.objects.update_or_create(division=division, day=day, defaults=after)
    record("dispatch.set_holiday", by=by, subject=holiday, before=before, after=after, division=division.code)
    _replan(division)
    words = f"{day.year}年{day.month}月{day.day}日改为{'上班' if works else '休息'}"
    calendar_changed.send(sender=set_holiday, division=division, day=day, words=words, by=by)
    return holiday


@action
def remove_holiday(*, holiday: Holiday, by: Person) -> None:
    """Let the national calendar hold again for a day."""
    division = holiday.division
    require(by, "dispatch.change_holidays", division=division)
    before = {"day": holiday.day, "works": holiday.works, "name": holiday.name}
    record("dispatch.remove_holiday", by=by, subject=holiday, before=before, division=division.code)
    day = holiday.day
    holiday.delete()
    _replan(division)
    words = f"{day.year}年{day.month}月{day.day}日恢复国家安排"
    calendar_changed.send(sender=remove_holiday, division=division, day=day, words=words, by=by)


def _replan(division: Division) -> None:
    schedules = Schedule.objects.filter(ledger__division=division, ledger__state=LedgerState.ISSUED)
    for schedule in schedules.select_related("ledger__division"):
        plan(schedule)
