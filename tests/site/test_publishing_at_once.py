"""Two people who publish, or compute, at once: one does it, the other is told; on a database in a file, as a site has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import close_old_connections, connection

import migrated
from duban.assessment.actions import rankings
from duban.assessment.models import Ranking
from duban.assessment.states.rankings import RankingState
from duban.audit.refusals import Refusal
from factories.rankings import APPROVED, Ranked

ROOT = Path(__file__).parents[2]
SCRIPT = """
import django; django.setup()
import threading
from django.db import connection
from duban.assessment.actions import rankings
from duban.assessment.models import Ranking
from duban.audit.models import Event
from duban.audit.refusals import Refusal
from factories.rankings import APPROVED, Ranked
district = Ranked()
district.march()
ranking = district.approved()
district.decided(ranking)
gate, outcome = threading.Barrier(2), []
connection.close()
def press(by):
    gate.wait()
    try:
        rankings.publish(ranking=ranking, by=by, at=APPROVED)
        outcome.append("published")
    except Refusal as refusal:
        outcome.append(str(refusal))
    connection.close()
threads = [threading.Thread(target=press, args=[by]) for by in (district.clerk, district.head)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(sorted(outcome, key=len))
print(Ranking.objects.get().state, Event.objects.filter(action="assessment.publish_ranking").count())
"""


@pytest.mark.django_db
def test_of_two_who_publish_at_once_one_is_told(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the site of this test has its database in a file")
    shutil.copy(migrated.file(), tmp_path / "duban.sqlite3")
    place = {
        **os.environ,
        "DUBAN_DATA": str(tmp_path),
        "PYTHONWARNINGS": "ignore",
        "DJANGO_SETTINGS_MODULE": "duban.config.settings",
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("src", "tests")),
    }
    place.pop("DUBAN_DATABASE_URL", None)
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=place, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    said, state = done.stdout.splitlines()
    assert said == "['published', '2026年3月排名现在是“已公布”，不能公布。请刷新页面，按当前状态办理。']"
    assert state == "ranking_published 1"


def at_once(*steps: Callable[[], Any]) -> list[str]:
    """Take steps at the same time; return what each came to."""
    gate, outcome = threading.Barrier(len(steps)), []

    def press(step: Callable[[], Any]) -> None:
        gate.wait()
        try:
            step()
            outcome.append("done")
        except Refusal:
            outcome.append("told")
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=press, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcome)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="the in-memory database of tests has one connection")
def test_two_people_at_once_on_a_database_of_many_writers() -> None:
    district = Ranked()
    district.march()
    outcome = at_once(*(lambda by=by: district.computed(by=by) for by in (district.clerk, district.head)))  # type: ignore[misc]
    assert outcome == ["done", "told"]
    ranking = rankings.show(ranking=Ranking.objects.get(), until=APPROVED.date(), by=district.clerk, at=APPROVED)
    ranking = rankings.approve(ranking=ranking, by=district.leader, note="没有异议", at=APPROVED)
    district.decided(ranking)
    outcome = at_once(
        *(lambda by=by: rankings.publish(ranking=ranking, by=by) for by in (district.clerk, district.head))
    )  # type: ignore[misc]
    assert outcome == ["done", "told"]
    assert Ranking.objects.get().state == RankingState.PUBLISHED
    first, second = (
        lambda: rankings.correct(ranking=ranking, reason="更正", by=district.clerk),
        lambda: rankings.correct(ranking=ranking, reason="更正", by=district.head),
    )
    assert at_once(first, second) == ["done", "told"]
