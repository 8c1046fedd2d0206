"""The demo: an invented district, loaded as people would have made it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from duban.audit.models import Event
from duban.bulletins.models import Bulletin
from duban.bulletins.queries.drafts import Draft, latest
from duban.bulletins.states import BulletinState
from duban.cli.main import main
from duban.cli.site.demo.loading import PASSWORD
from duban.dispatch.models import Report, TaskLight
from duban.dispatch.states import ReportState
from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.plans.models import Amendment, Ledger, Milestone, Paper
from duban.plans.snapshots import as_of
from duban.plans.states import AmendmentState, LedgerState, PaperState, TaskState
from factories.site import DivisionFactory, person_as

pytestmark = pytest.mark.django_db
DEMO = str(Path(__file__).parents[2] / "demo")


def load(folder: str = DEMO) -> Result:
    return CliRunner().invoke(main, ["demo", "load", folder])


def test_last_year_is_closed_this_year_runs_and_a_paper_waits_half_checked(client: Client) -> None:
    done = load()
    assert done.exit_code == 0, done.output
    states = dict(Ledger.objects.values_list("year", "state"))
    assert states == {2025: LedgerState.CLOSED, 2026: LedgerState.ISSUED}
    ledger = Ledger.objects.get(year=2026)
    assert len(as_of(ledger, date(2026, 1, 31))) == 30
    assert len(as_of(ledger, date(2026, 6, 1))) == 31, "one was added in May"
    assert ledger.tasks.filter(state=TaskState.IN_PROGRESS).exists()
    sponsored = ledger.tasks.exclude(sponsor=None)
    assert sponsored.count() > 20, "leaders sponsor the tasks of the units they oversee"
    assert not Amendment.objects.exclude(problem="").exists()
    assert Amendment.objects.filter(state=AmendmentState.REQUESTED).count() == 1, "one waits to be decided"
    over = set(Ledger.objects.get(year=2025).tasks.exclude(seq=None).values_list("state", flat=True))
    assert over == {TaskState.CLOSED_OUT, TaskState.WITHDRAWN, TaskState.IN_PROGRESS}, "what was not reached was begun"
    steps = Milestone.objects.filter(task__ledger=ledger)
    assert steps.exclude(done_on=None).count() > 15, "milestones were reached and told"
    assert steps.filter(done_on__gt=F("due")).exists(), "some late"
    assert steps.filter(done_on=None).exists(), "some are still ahead"
    waiting = Paper.objects.filter(state=PaperState.CHECKING).order_by("pk")
    half = waiting[0].tasks
    assert 0 < half.exclude(checked_at=None).count() < half.count()
    assert Unit.objects.count() > 60
    reports = Report.objects.filter(task__ledger=ledger)
    months = set(reports.filter(state=ReportState.VERIFIED).values_list("round__period_end__month", flat=True))
    assert months == set(range(1, 11)), "ten months are reported and verified"
    assert reports.filter(late=True).exists()
    assert reports.filter(round__name="2026年3月", task__number="10", state=ReportState.OPEN).exists(), (
        "some are missing"
    )
    assert not reports.filter(round__name="2026年5月", task__number="31").exclude(state=ReportState.VOID).exists()
    assert reports.filter(state=ReportState.AWAITING_VERIFICATION).exists(), "the office has something to verify"
    assert TaskLight.objects.filter(ledger=ledger).values("colour").distinct().count() > 2
    papers = dict(Bulletin.objects.order_by("pk").values_list("month__month", "state"))
    assert papers == {8: BulletinState.ARCHIVED, 9: BulletinState.ARCHIVED, 10: BulletinState.DRAFT}
    draft = Bulletin.objects.select_related("division", "ledger__division").get(state=BulletinState.DRAFT)
    changed = Draft.of(draft, latest(draft)).changes
    assert {change.name for change in changed} >= {"reports.handed_in"}, "a figure moved since it was drafted"
    assert {event.origin for event in Event.objects.exclude(action__startswith="plans.read")} == {"cli"}

    _pages_of_tasks_are_few_statements(client, ledger)
    client.logout()
    names = re.findall(r"^  \S+?　*\s*([a-z]{4,})\s", done.output, re.MULTILINE)
    people = Person.objects.filter(username__in=names)
    roles = set(people.values_list("posts__role", flat=True))
    assert roles == set(Role) - {Role.PUBLIC}
    answer = client.post(reverse("account_login"), {"login": names[0], "password": PASSWORD})
    assert answer["Location"] == "/"
    assert client.get(reverse("account_home")).status_code == 200, "nothing has to be changed first"

    before = (Event.objects.count(), Person.objects.count())
    again = load()
    assert again.exit_code == 0
    assert "没有改动" in again.output
    assert (Event.objects.count(), Person.objects.count()) == before


def _pages_of_tasks_are_few_statements(client: Client, ledger: Ledger) -> None:
    """The demo's tasks have all that a page can show: lights, milestones, issues, orders, inspections."""
    for who in ("guweizhen", "hanxuping"):
        client.force_login(Person.objects.get(username=who))
        client.get("/")  # the first page of a session writes down that somebody came
        for task in ledger.tasks.exclude(seq=None):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse("plans:task", args=[task.pk])).status_code == 200
            assert len(asked) <= 30, f"{who}, {task}"


def test_a_site_in_use_takes_no_demo() -> None:
    person_as(Role.ADMINISTRATOR, DivisionFactory(code="990203"))
    refused = load()
    assert refused.exit_code == 1
    assert "只能装入空的系统" in refused.output
    assert not Paper.objects.exists()


def test_a_folder_without_a_demo_is_told(tmp_path: Path) -> None:
    told = load(str(tmp_path))
    assert told.exit_code == 1
    assert "没有演示数据" in told.output
