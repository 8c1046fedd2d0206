"""Workers that die in the middle of a job, jobs that fail, two who do one thing at once: on a database as the site has it.

The worker runs as ``duban jobs`` on a database in a file, so that what is killed is really gone.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

import migrated

# The migrated database is there to be copied.
pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
DISTRICT = """
from datetime import date, timedelta
from django.utils import timezone
from django_q.models import Schedule
# Only what the test puts in line is done.
Schedule.objects.all().delete()
from duban.dispatch.models import Round
from factories.rounds import District
district = District()
district.another("完善工作机制")
schedule = district.schedule()
now = timezone.now()
september = schedule.rounds.get(period_start=date(2026, 9, 1))
schedule.rounds.exclude(pk=september.pk).delete()
Round.objects.update(opens_at=now - timedelta(days=1), due_at=now + timedelta(days=5), grace_until=now + timedelta(days=5))
"""


class Site:
    """A site in a folder of its own, without its worker until one is started."""

    def __init__(self, empty: Path, folder: Path) -> None:
        shutil.copy(empty, folder / "duban.sqlite3")
        self.folder = folder
        self.place = {
            **os.environ,
            "DUBAN_DATA": str(folder),
            "DUBAN_JOB_WORKERS": "2",
            "PYTHONWARNINGS": "ignore",
            "DJANGO_SETTINGS_MODULE": "killed_settings",
            "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("src", "tests")),
        }
        for name in ("DUBAN_JOBS", "DUBAN_DATABASE_URL"):
            self.place.pop(name, None)
        self.run(DISTRICT)

    def run(self, text: str) -> str:
        """Run Python in the site; return what it prints."""
        start = "import django; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", start + text], env=self.place, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def put(self, job: str) -> None:
        """Put a job in line, in the transaction of an action as the site does."""
        self.run(
            f"from django.db import transaction; from duban.plans.jobs import enqueue; from factories import slow_jobs\n"
            f"with transaction.atomic(): enqueue(slow_jobs.{job}, {str(self.folder)!r})"
        )

    def marks(self, name: str) -> list[Path]:
        return list(self.folder.glob(f"{name}-*"))

    def wait(self, what: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, (self.folder / "console.txt").read_text()
            time.sleep(0.1)

    def counted(self) -> tuple[str, int]:
        """Return the state of the round and the number of reports, at once."""
        with sqlite3.connect(self.folder / "duban.sqlite3") as database:
            [(state,)] = database.execute("SELECT state FROM dispatch_round").fetchall()
            [(count,)] = database.execute("SELECT count(*) FROM dispatch_report").fetchall()
        database.close()
        return state, count

    def is_empty(self) -> bool:
        return self.run("from django_q.models import OrmQ; print(OrmQ.objects.count())") == "0\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    if connection.vendor != "sqlite":
        pytest.skip("the site of this test has its database in a file")
    return Site(migrated.file(), tmp_path)


@pytest.fixture
def working(site: Site) -> Iterator[Site]:
    with (site.folder / "console.txt").open("w") as console:
        worker = subprocess.Popen(
            [sys.executable, "-m", "duban", "jobs"], env=site.place, stdout=console, stderr=subprocess.STDOUT
        )
        try:
            yield site
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(30)


def test_a_job_whose_worker_is_killed_is_taken_up_again_and_done_once(working: Site) -> None:
    working.put("turn")
    working.wait(lambda: bool(working.marks("begun")))
    [begun] = working.marks("begun")
    os.kill(int(begun.name.removeprefix("begun-")), signal.SIGKILL)
    assert working.counted() == ("planned", 0), "nothing half-done is left"
    working.wait(lambda: len(working.marks("begun")) == 2)
    working.wait(working.is_empty)
    assert working.counted() == ("open", 2)
    after = working.run(
        "from duban.audit.models import Event; from django_q.models import Task; task = Task.objects.get()\n"
        "print(Event.objects.filter(action='dispatch.open_round').count(), task.success, task.attempt_count)"
    )
    assert after == "1 True 2\n"


def test_what_kills_every_worker_or_fails_is_tried_three_times_and_shown(working: Site) -> None:
    working.put("dies")
    working.put("fails")
    working.wait(lambda: len(working.marks("died")) == 3 and len(working.marks("failed")) == 3)
    working.wait(working.is_empty)
    page = working.run(
        "from django.test import Client; from duban.organisations.models import Person\n"
        "client = Client(SERVER_NAME='localhost')\n"
        "client.force_login(Person.objects.filter(posts__role='supervision_office').first())\n"
        "print(client.get('/jobs/').content.decode())"
    )
    assert page.count('value="retry"') == 2
    assert "台账读不出来" in page
    assert "办到一半中断了" in page
    time.sleep(4)
    assert (len(working.marks("died")), len(working.marks("failed"))) == (3, 3), "and then no more"


def test_a_worker_that_is_killed_while_it_waits_holds_nothing_up(working: Site) -> None:
    # Of two workers who wait, the one that did nothing last is the first to be given something.
    by: list[int] = []
    for done in (1, 2):
        working.put("passes")
        working.wait(lambda done=done: len(working.marks("passed")) == done)  # type: ignore[misc]
        last = max(working.marks("passed"), key=lambda mark: mark.name.split("-")[2])
        by.append(int(last.name.split("-")[1]))
    for pid in dict.fromkeys(by):
        os.kill(pid, signal.SIGKILL)
    working.put("passes")
    working.wait(lambda: len(working.marks("passed")) == 3, 20)
    working.wait(working.is_empty)


def test_two_people_who_open_a_round_at_once_open_one(site: Site) -> None:
    told = site.run(
        "import threading\n"
        "from django.db import connection\n"
        "from duban.dispatch.actions.rounds import open_round\n"
        "from duban.dispatch.models import Report, Round\n"
        "from duban.organisations.models import Division, Person\n"
        "from factories.site import person_as\n"
        "person_as('supervision_office', Division.objects.get(), username='zhaoduban')\n"
        "people = list(Person.objects.filter(posts__role='supervision_office'))\n"
        "round, gate, outcome = Round.objects.get(), threading.Barrier(2), []\n"
        "connection.close()\n"
        "def press(by):\n"
        "    gate.wait()\n"
        "    outcome.append(open_round(round=round, by=by))\n"
        "    connection.close()\n"
        "threads = [threading.Thread(target=press, args=[by]) for by in people]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "print(len(people), outcome, Report.objects.count())"
    )
    assert told == "2 [2, 2] 2\n"
