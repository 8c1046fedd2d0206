"""Lights follow when a report is verified, the ledger is amended or a task broken down, and each night."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule
from test_lights import handed_in
from test_rounds import District

from duban.dispatch import nightly, relighting
from duban.dispatch.actions import lights, reports
from duban.dispatch.models import TaskLight
from duban.plans.snapshots import record_versions
from factories.site import TaskFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)


@pytest.fixture
def district(monkeypatch: pytest.MonkeyPatch) -> District:
    noon = timezone.make_aware(datetime(2026, 7, 1, 12))
    monkeypatch.setattr(timezone, "now", lambda: noon)
    return District()


def levels(district: District) -> list[str]:
    return list(TaskLight.objects.filter(task=district.task).order_by("valid_from").values_list("level", flat=True))


def test_a_correction_turns_the_light_of_today_once_it_is_committed(
    district: District, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        report = handed_in(district, 6, "26")
    assert levels(district) == ["green"]
    with django_capture_on_commit_callbacks(execute=True):
        change = reports.Change(district.cell, "26", "5")
        reports.correct(report=report, changes=[change], reason="只有5个取得施工许可", by=district.clerk)
        assert levels(district) == ["green"]
    assert levels(district) == ["failing"]


def test_however_many_tasks_change_the_ledger_has_one_job(
    district: District, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, list[int]]] = []
    monkeypatch.setattr(relighting, "enqueue", lambda job, ledger, tasks: asked.append((ledger, tasks)))
    tasks = [district.task, TaskFactory(ledger=district.ledger)]
    with django_capture_on_commit_callbacks(execute=True):
        for task in tasks:
            record_versions([task], valid_from=TODAY, reason="分解", by=district.clerk)
    assert asked == [(district.ledger.pk, [task.pk for task in tasks])]


def test_what_was_rolled_back_is_not_lit(
    district: District, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []
    monkeypatch.setattr(relighting, "enqueue", lambda job, ledger, tasks: asked.append(tasks))
    undone, kept = TaskFactory(ledger=district.ledger), TaskFactory(ledger=district.ledger)
    transaction.get_connection().run_on_commit.clear()
    with django_capture_on_commit_callbacks(execute=True):
        with suppress(ZeroDivisionError), transaction.atomic():
            record_versions([undone], valid_from=TODAY, reason="分解", by=district.clerk)
            raise ZeroDivisionError
        record_versions([kept], valid_from=TODAY, reason="分解", by=district.clerk)
    assert asked == [[kept.pk]]


def test_the_night_lights_every_issued_ledger_and_is_scheduled_once(district: District) -> None:
    assert nightly.run() == 1
    assert nightly.run() == 0
    nightly.schedule()
    assert Schedule.objects.filter(name=nightly.NAME).count() == 1


def test_a_scheme_that_holds_from_a_past_day_lights_the_days_since(
    district: District, django_capture_on_commit_callbacks: Any
) -> None:
    handed_in(district, 6, "20")
    with django_capture_on_commit_callbacks(execute=True):
        lights.adopt(ledger=district.ledger, preset="monthly", valid_from=date(2026, 5, 20), by=district.clerk)
    first, *_ = TaskLight.objects.filter(task=district.task).order_by("valid_from")
    assert first.valid_from == date(2026, 5, 20)
    assert first.scheme is not None
    assert first.scheme.name == "monthly"
