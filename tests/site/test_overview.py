"""The overview of a month, the burden on units, holidays and failed jobs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ
from pytest_django import DjangoAssertNumQueries
from test_rounds import District

from duban.dispatch.actions import lights, reports, rounds
from duban.dispatch.models import Report
from duban.dispatch.queries import overview
from duban.organisations.models import Holiday, Person
from duban.organisations.roles import Role
from factories.site import ResponsibilityFactory, TaskFactory, UnitFactory, person_as

pytestmark = pytest.mark.django_db


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def district() -> District:
    return District()


def test_a_light_that_turned_is_counted_and_drilled_down_to(district: District) -> None:
    for number, value in ((8, "35"), (9, "35")):
        report = district.month(number)
        district.filled(report, value, f"{number}月累计{value}个。")
        reports.submit(report=report, by=district.liaison, at=district.before(report))
        reports.sign_off(report=report, by=district.head, at=district.before(report))
    lights.recompute(ledger=district.ledger, days=[date(2026, 8, 31), date(2026, 9, 30)])
    found = overview.overview(district.ledger, district.clerk, "unit", date(2026, 9, 1))
    [group] = found.groups
    assert (group.name, group.asked, group.handed_in, len(group.lines)) == ("区发展改革局", 1, 1, 1)
    [line] = group.lines
    assert line.now is not None
    assert line.before is not None
    page = signed(district.clerk).get(
        reverse("dispatch:overview", args=[district.ledger.pk]), {"month": "2026-09", "by": "unit", "of": group.key}
    )
    assert line.now.word in page.content.decode()
    assert district.task.title in page.content.decode()


def test_the_overview_takes_few_statements_however_many_tasks(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        task = TaskFactory(ledger=district.ledger, title=f"任务{number}", sponsor=district.head)
        ResponsibilityFactory(task=task, unit=UnitFactory(division=district.division))
    district.schedule()
    rounds.open_round(round=district.ledger.rounds.get(period_start=date(2026, 9, 1)), by=district.clerk)
    lights.recompute(ledger=district.ledger, days=[date(2026, 8, 31), date(2026, 9, 30)])
    client = signed(district.clerk)
    for by in overview.BYS:
        with django_assert_max_num_queries(30):
            answer = client.get(reverse("dispatch:overview", args=[district.ledger.pk]), {"by": by, "month": "2026-09"})
        assert answer.status_code == 200
    export = client.get(reverse("dispatch:overview", args=[district.ledger.pk]), {"form": "xlsx"})
    assert export["Content-Type"].endswith("sheet")


def test_minutes_from_the_first_word_to_the_last_are_counted(district: District) -> None:
    report = district.month(9)
    district.filled(report, "38", "累计新开工38个。")
    reports.submit(report=report, by=district.liaison, at=district.before(report) + timedelta(minutes=25))
    page = signed(district.clerk).get(reverse("dispatch:burden", args=[district.ledger.pk])).content.decode()
    assert "<strong>25</strong>分钟" in page
    assert "<strong>5</strong>格" in page


def test_a_local_holiday_moves_what_has_not_opened(district: District) -> None:
    schedule = district.schedule()
    due = timezone.localtime(schedule.rounds.get(period_start=date(2026, 9, 1)).due_at).date()
    client = signed(district.clerk)
    client.post(reverse("dispatch:holiday_set"), {"day": due.isoformat(), "works": "0", "name": "区庆"})
    moved = timezone.localtime(schedule.rounds.get(period_start=date(2026, 9, 1)).due_at).date()
    assert moved < due
    page = client.get(reverse("dispatch:holidays")).content.decode()
    assert "区庆" in page
    assert "国庆节" in client.get(reverse("dispatch:holidays"), {"year": 2026}).content.decode()
    client.post(reverse("dispatch:holiday_remove", args=[Holiday.objects.get().pk]))
    assert timezone.localtime(schedule.rounds.get(period_start=date(2026, 9, 1)).due_at).date() == due
    assert signed(district.liaison).get(reverse("dispatch:holidays")).status_code == 403


def failed(number: str) -> Failure:
    now = timezone.now()
    return Failure.objects.create(
        id=number, name="x", func="duban.dispatch.regular.turn", args=(), kwargs={}, started=now, stopped=now,
        success=False, attempt_count=3, result="Traceback\nOperationalError: 数据库没有响应",
    )  # fmt: skip


def test_a_failed_job_is_done_again_or_put_aside(district: District) -> None:
    administrator = signed(person_as(Role.ADMINISTRATOR, district.division))
    failed("a" * 32)
    failed("b" * 32)
    page = administrator.get(reverse("dispatch:jobs")).content.decode()
    assert "OperationalError: 数据库没有响应" in page
    assert "轮次到点开始、截止" in page
    administrator.post(reverse("dispatch:job_decide", args=["a" * 32]), {"do": "dismiss"})
    assert list(Failure.objects.values_list("pk", flat=True)) == ["b" * 32]
    signed(district.clerk).post(reverse("dispatch:job_decide", args=["b" * 32]), {"do": "retry"})
    assert not Failure.objects.exists()
    assert OrmQ.objects.count() <= 1
    assert administrator.post(reverse("dispatch:job_decide", args=["b" * 32]), {"do": "retry"}).status_code == 404
    assert signed(district.liaison).get(reverse("dispatch:jobs")).status_code == 403
    assert Report.objects.count() == 0
