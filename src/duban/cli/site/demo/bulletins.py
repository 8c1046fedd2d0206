"""The demo's bulletins: drafted, signed, issued and opened by those who do so; one still in hand, whose figures moved."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from duban.bulletins.actions import drafting, signing
from duban.bulletins.issuing import archived
from duban.bulletins.models import Bulletin
from duban.bulletins.queries.drafts import latest
from duban.cli.site.demo.year import Cast, Row
from duban.dispatch.actions import reports
from duban.dispatch.models import Report
from duban.dispatch.states import ReportState
from duban.organisations.models import Post
from duban.organisations.roles import Role
from duban.plans.models import Ledger

#: The hour at which things are done.
HOUR = time(9, 30)


def load_bulletins(found: Row, code: str, year: int) -> None:
    """Draft the bulletins of the demo; those whose days have come are issued."""
    cast = Cast(code)
    ledger = Ledger.objects.select_related("division").get(division=cast.division, year=year)
    for row in found["issued"]:
        if _at(year, row["month"], row["issued"]) <= timezone.now():
            _issue(row, found["signers"], ledger, cast)
    row = found["draft"]
    if _at(year, row["month"], row["drafted"]) <= timezone.now():
        _draft(row, ledger, cast)


def _at(year: int, month: int, day: int) -> datetime:
    """Return a moment on a day of the month after `month`."""
    of = date(year + (month == 12), month % 12 + 1, day)
    return timezone.make_aware(datetime.combine(of, HOUR))


def _issue(row: Row, signers: list[str], ledger: Ledger, cast: Cast) -> None:
    head, clerk, *_ = cast.clerks
    month, year = row["month"], ledger.year
    made = drafting.draft(
        ledger=ledger, kind="monthly", month=date(year, month, 1), by=clerk, at=_at(year, month, row["drafted"])
    )
    people = [cast.people[name] for name in signers]
    signing.submit(bulletin=made, signers=people, by=clerk, at=_at(year, month, row["drafted"]))
    for person in people:
        signing.sign(bulletin=made, by=person, opinion="同意", at=_at(year, month, row["signed"]))
    at = _at(year, month, row["issued"])
    units = [unit for unit in cast.units.values() if unit.valid_to is None]
    signing.issue(bulletin=made, units=units, by=head, at=at)
    issued = Bulletin.objects.select_related("division", "ledger__division", "section", "unit").get(pk=made.pk)
    archived(issued, by=head)
    for name in row["opened"]:
        post = Post.objects.filter(unit=cast.units[name], role=Role.LIAISON, end=None).select_related("person").first()
        if post:
            signing.open_(bulletin=issued, by=post.person, at=at)


def _draft(row: Row, ledger: Ledger, cast: Cast) -> None:
    head, clerk, *_ = cast.clerks
    year, month = ledger.year, row["month"]
    at = _at(year, month, row["drafted"])
    made = drafting.draft(ledger=ledger, kind="monthly", month=date(year, month, 1), by=clerk, at=at)
    body: dict[str, Any] = latest(made).body
    block = next(one for one in body["blocks"] if one["key"] == row["block"])
    drafting.edit(bulletin=made, block=block["id"], text=row["text"], seen=1, by=clerk, at=at)
    waiting = Report.objects.filter(
        round__ledger=ledger, round__period_end__month=month, state=ReportState.AWAITING_VERIFICATION
    ).order_by("pk")
    if waiting.count() > 1:
        reports.return_report(report=waiting[0], reason=row["returned"], by=head)
