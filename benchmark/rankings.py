"""What a ranking costs (`make bench-rankings`): 200 units, 500 tasks and a year of monthly reports on SQLite.

Measured is the whole computation of all twelve months, kept, and the published page as the office and a unit get it: its SQL
statements and the median of 21 requests. Processor time stands beside the time on the wall, which other work on the machine
prolongs. Writes docs/performance-rankings.md; leaves with 1 where a promise is broken.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
REPORT = ROOT / "docs" / "performance-rankings.md"
UNITS, TASKS, GROUPS, YEAR, REQUESTS = 200, 500, 4, 2025, 21
#: Seconds, SQL statements and milliseconds that are promised.
COMPUTED, STATEMENTS, MEDIAN = 10, 30, 150


def at(day: date) -> datetime:
    """Return nine in the morning of a day."""
    from django.utils import timezone

    return timezone.make_aware(datetime(day.year, day.month, day.day, 9))


def build() -> dict[str, Any]:
    """Put a year into the database as the actions would have left it."""
    from django.utils import timezone

    from duban.core.extract.units.resolve import canonical_key
    from duban.dispatch.actions.rounds import plan
    from duban.dispatch.models import Report, ReportValue, Round, Schedule, TaskLight, Verification
    from duban.organisations.models import Division, Person, Post, Unit, UnitGroup
    from duban.organisations.roles import Role
    from duban.plans.models import Indicator, Ledger, Responsibility, Task, TaskVersion
    from duban.plans.snapshots import of_tasks

    chance = random.Random(2026)
    division = Division.objects.create(code="990102", name="兰桥区", full_name="江临市兰桥区", level="county")
    groups = [
        UnitGroup.objects.create(division=division, code=f"g{n}", name=f"第{n}组", order=n) for n in range(GROUPS)
    ]
    units = Unit.objects.bulk_create(
        Unit(division=division, group=groups[n % GROUPS], name=f"区第{n}局", key=canonical_key(f"区第{n}局"), order=n)
        for n in range(UNITS)
    )
    people = {}
    for name, role, unit in (("clerk", Role.SUPERVISION_OFFICE, None), ("liaison", Role.LIAISON, units[0])):
        people[name] = Person.objects.create(username=name, name=name, password_changed_at=timezone.now())
        Post.objects.create(person=people[name], division=division, unit=unit, role=role, start=date(2020, 1, 1))
    clerk = people["clerk"]
    ledger = Ledger.objects.create(division=division, year=YEAR, title=f"兰桥区{YEAR}年总台账", state="issued")
    due = [date(YEAR, chance.choice((6, 9, 12, 12, 12)), 28) for _ in range(TASKS)]
    tasks = Task.objects.bulk_create(
        Task(ledger=ledger, seq=n + 1, order=n, title=f"第{n + 1}项任务", text="新开工项目52个。", state="in_progress",
             due=due[n], due_stated=True)
        for n in range(TASKS)
    )  # fmt: skip
    leads = []
    answers = []
    for task in tasks:
        chosen = chance.sample(units, 3)
        leads.append(chosen[0])
        answers += [
            Responsibility(task=task, unit=unit, unit_text=unit.name, role=role, order=order)
            for order, (unit, role) in enumerate(zip(chosen, ("lead", "responsible", "support"), strict=True))
        ]
    Responsibility.objects.bulk_create(answers)
    indicators = Indicator.objects.bulk_create(
        Indicator(task=task, ledger=ledger, name="新开工项目", comparator=">=", value=52, unit="个") for task in tasks
    )
    snapshots = of_tasks(tasks)
    TaskVersion.objects.bulk_create(
        TaskVersion(task=task, ledger=ledger, number=1, valid_from=date(YEAR, 1, 5), reason="印发",
                    snapshot=snapshots[task.pk], recorded_by=clerk)
        for task in tasks
    )  # fmt: skip
    plan(Schedule.objects.create(ledger=ledger, name="每月调度"))
    for month, round in enumerate(Round.objects.order_by("period_start"), 1):
        round.state, round.opened_at, round.closed_at = "closed", round.opens_at, round.grace_until
        round.save()
        reports = []
        for task, lead in zip(tasks, leads, strict=True):
            luck = chance.random()
            handed_in = None if luck < 0.03 else round.due_at + timedelta(hours=2 if luck < 0.1 else -20)
            reports.append(
                Report(round=round, task=task, unit=lead, state="verified" if handed_in else "open", progress="进展。",
                       submitted_at=handed_in, submitted_by=clerk if handed_in else None,
                       late=bool(handed_in and handed_in > round.due_at))
            )  # fmt: skip
        reports = Report.objects.bulk_create(reports)
        filed = [
            (report, indicator) for report, indicator in zip(reports, indicators, strict=True) if report.submitted_at
        ]
        ReportValue.objects.bulk_create(
            ReportValue(report=report, indicator=indicator, value=Decimal(month * 4 + chance.randint(-3, 4)), unit="个")
            for report, indicator in filed
        )
        Verification.objects.bulk_create(
            Verification(
                report=report, verdict="return" if chance.random() < 0.05 else "accept", reason="数字不符", by=clerk
            )
            for report, _ in filed
        )
        TaskLight.objects.bulk_create(
            TaskLight(task=task, ledger=ledger, valid_from=round.period_end, level="green", rule="r",
                      colour=chance.choice(("green", "yellow", "red")), why={"shape": "●", "word": "正常"})
            for task in tasks
        )  # fmt: skip
    return {"ledger": ledger, **people}


def computed(given: dict[str, Any]) -> tuple[float, float, list[int]]:
    """Compute the twelve months; return seconds on the wall, of the processor, and the SQL statements of each."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from duban.assessment.actions import rankings
    from duban.assessment.gathering.book import Book
    from duban.assessment.scoring.files import DEFAULT, text_of

    scheme, statements = rankings.Scheme(DEFAULT, text_of(DEFAULT)), []
    book = Book(given["ledger"])
    wall, processor = time.perf_counter(), time.process_time()
    for month in range(1, 13):
        with CaptureQueriesContext(connection) as asked:
            rankings.compute_month(
                ledger=given["ledger"], month=date(YEAR, month, 1), scheme=scheme, by=given["clerk"], book=book
            )
        statements.append(len(asked))
    return time.perf_counter() - wall, time.process_time() - processor, statements


def pages(given: dict[str, Any]) -> list[tuple[str, int, float]]:
    """Return name, SQL statements and the median in milliseconds of processor time of each page, published."""
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from duban.assessment.models import Ranking

    now = timezone.now()
    last = Ranking.objects.latest("month")
    Ranking.objects.filter(pk=last.pk).update(
        state="ranking_published", published_at=now, published_by=given["clerk"], approved_at=now,
        approved_by=given["clerk"],
    )  # fmt: skip
    row = last.rows.all()[0]
    found = []
    for name, where, who in (
        ("排名，督查室", f"/rankings/{last.pk}/", "clerk"),
        ("排名，单位", f"/rankings/{last.pk}/", "liaison"),
        ("一个单位的来历", f"/rankings/rows/{row.pk}/", "liaison"),
        ("各月", "/rankings/", "clerk"),
    ):
        client = Client(SERVER_NAME="localhost")
        client.force_login(given[who], backend="allauth.account.auth_backends.AuthenticationBackend")
        asked: list[str] = []

        def counted(execute: Any, sql: str, params: Any, many: bool, context: Any, asked: list[str] = asked) -> Any:
            asked.append(sql)
            return execute(sql, params, many, context)

        # The client ends its connection with the request; what wraps it stays.
        with connection.execute_wrapper(counted):
            answer = client.get(where)
        assert answer.status_code == 200, (where, answer.status_code)
        times = []
        for _ in range(REQUESTS):
            start = time.process_time()
            client.get(where)
            times.append((time.process_time() - start) * 1000)
        found.append((name, len(asked), statistics.median(times)))
    return found


def main() -> int:
    """Measure in a database of its own; write the page; say whether the promises hold."""
    if len(sys.argv) < 2:
        with tempfile.TemporaryDirectory() as folder:
            place = {**os.environ, "DUBAN_DATA": folder, "DJANGO_SETTINGS_MODULE": "duban.config.settings",
                     "PYTHONPATH": str(ROOT / "src")}  # fmt: skip
            subprocess.run([sys.executable, "-m", "duban", "migrate"], env=place, check=True, capture_output=True)
            return subprocess.run([sys.executable, __file__, "inside"], env=place).returncode
    import django

    django.setup()
    given = build()
    wall, processor, statements = computed(given)
    seen = pages(given)
    holds = processor <= COMPUTED and all(count <= STATEMENTS and median <= MEDIAN for _, count, median in seen)
    lines = [
        "# 排名的速度",
        "",
        "<!-- 由 make bench-rankings 测量写成，请勿手改 -->",
        "",
        f"{UNITS} 个单位、{TASKS} 项任务（各有牵头、责任、配合单位）、12 个月的填报，SQLite，Python {platform.python_version()}。",
        "",
        "| 量什么 | 承诺 | 量得 |",
        "|---|---|---|",
        f"| 12 个月全部算出并存下，处理器时间 | {COMPUTED} 秒以内 | {processor:.1f} 秒（墙上 {wall:.1f} 秒） |",
        f"| 一个月的 SQL 语句 | | 第一个月 {statements[0]} 条，以后最多 {max(statements[1:])} 条 |",
        *(
            f"| {name} | {STATEMENTS} 条、{MEDIAN} 毫秒以内 | {count} 条，处理器时间中位数 {median:.0f} 毫秒 |"
            for name, count, median in seen
        ),
    ]
    REPORT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
