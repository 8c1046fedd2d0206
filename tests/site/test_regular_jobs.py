"""The regular jobs: rounds open and close by the clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django_q.models import Schedule
from test_rounds import District

from duban.audit.models import Event
from duban.dispatch import regular
from duban.dispatch.actions import rounds
from duban.dispatch.models import Report, Round
from duban.dispatch.states import RoundState

pytestmark = pytest.mark.django_db


def test_rounds_open_and_close_by_the_clock_once() -> None:
    district = District()
    schedule = district.schedule(grace_hours=24)
    september = schedule.rounds.get(period_start=date(2026, 9, 1))
    at = september.opens_at + timedelta(minutes=5)
    assert rounds.turn(at) == (1, 0)
    assert rounds.turn(at) == (0, 0)
    assert Report.objects.filter(round=september).count() == 1
    assert rounds.turn(september.due_at + timedelta(hours=1))[1] == 0, "grace runs"
    assert rounds.turn(september.grace_until)[1] == 1
    september.refresh_from_db()
    assert september.state == RoundState.CLOSED
    assert Round.objects.filter(state=RoundState.OPEN).count() <= 1


def test_a_schedule_that_is_off_opens_nothing() -> None:
    district = District()
    schedule = district.schedule()
    rounds.change_schedule(schedule=schedule, active=False, by=district.clerk)
    first = schedule.rounds.order_by("period_start").first()
    assert first is not None
    assert rounds.turn(first.opens_at + timedelta(minutes=1)) == (0, 0)


def test_the_jobs_stand_in_the_schedule_once_and_act_as_jobs() -> None:
    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)
    entries = Schedule.objects.filter(name__in=regular.EVERY)
    assert sorted(entries.values_list("name", flat=True)) == sorted(regular.EVERY)
    district = District()
    round = district.schedule().rounds.order_by("period_start").last()
    assert round is not None
    Round.objects.exclude(pk=round.pk).delete()
    Round.objects.filter(pk=round.pk).update(opens_at=long_ago(round), grace_until=far(round), due_at=far(round))
    assert regular.turn() == (1, 0)
    assert Event.objects.get(action="dispatch.open_round").origin == "job"


def long_ago(round: Round) -> object:
    return round.opens_at - timedelta(days=3650)


def far(round: Round) -> object:
    return round.due_at + timedelta(days=3650)
