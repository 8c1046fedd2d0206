"""The demo's polls: one that is over and one that runs, answered through the action that people use."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from duban.assessment.actions import polls
from duban.assessment.models import Invitation, Poll
from duban.assessment.models.polls import digest_of
from duban.assessment.queries.polls import leaders
from duban.cli.site.demo.year import Cast
from duban.organisations.models import Person, Unit
from duban.plans.models import Ledger


def load_polls(found: list[dict[str, Any]], code: str) -> None:
    """Open the polls of the running year and take their answers."""
    cast = Cast(code)
    ledger = Ledger.objects.filter(division=cast.division).select_related("division").latest("year")
    for row in found:
        _load(row, ledger, cast)


def _load(row: dict[str, Any], ledger: Ledger, cast: Cast) -> None:
    now = timezone.now()
    units = list(
        Unit.objects.filter(division=cast.division, group__name=row["group"], valid_to=None).order_by("order", "pk")
    )
    opened, closes = now + timedelta(days=row["opened"]), now + timedelta(days=row["closes"])
    people = list(leaders(cast.division.pk, timezone.localdate())) if row["by_whom"] == "leader" else []
    poll, tokens = polls.open_poll(
        ledger=ledger, title=row["title"], text=row["text"], by_whom=row["by_whom"], kind=row["kind"], units=units,
        opens_at=opened, closes_at=closes, anonymous=row["anonymous"], people=people, links=row["links"],
        by=cast.people[row["by"]], at=opened,
    )  # fmt: skip
    asked: list[tuple[Invitation, Person | None]]
    if tokens:
        asked = [(Invitation.objects.get(digest=digest_of(token)), None) for token in tokens]
    else:
        asked = [(one, one.person) for one in poll.invitations.select_related("person").order_by("-pk")]
    for number, (invitation, person) in enumerate(asked[: row["answers"]]):
        marks = {
            unit.pk: Decimal(78 + (at * 7 + number * 5) % 19)
            for at, unit in enumerate(units)
            if (at + number) % 6 or poll.kind == Poll.Kind.BALLOT
        }
        polls.answer(invitation=invitation, marks=marks, by=person, at=opened + timedelta(hours=3 + number))
