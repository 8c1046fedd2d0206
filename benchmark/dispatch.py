"""What a month of reporting costs (`make bench-dispatch`): 200 liaisons at once, lights of a year, the overview.

A PostgreSQL 15 of its own and ``duban serve`` with two gunicorn workers, as an office runs it. `liaisons.py` lets locust play
200 liaisons who fill in all their tasks cell by cell and submit; afterwards each report in the database is compared with what
was typed: nothing lost, nothing doubled. Then the lights of 500 tasks at the ends of 12 months are worked out anew, and the
overview of that full year is asked for. Writes docs/performance-dispatch.md; leaves with 1 where a promise is broken.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
REPORT = ROOT / "docs" / "performance-dispatch.md"
LIAISONS, WORKERS, REQUESTS = 200, 2, 21
#: Milliseconds at the 95th percentile, seconds, SQL statements, milliseconds at the median.
P95, LIGHTS, STATEMENTS, MEDIAN = 1000, 5, 30, 200


# ---- in processes of their own, on the database that the environment names ----


def build(out: str) -> None:
    """Make the district with a year of verified reports and a round that is open now; write who is to type what."""
    import district
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from duban.dispatch.actions import rounds
    from duban.dispatch.models import Report, ReportValue, Round
    from duban.organisations.models import Person
    from duban.plans.models import Task

    district.UNITS = LIAISONS
    ledger = district.build()
    _deal(ledger)
    Task.objects.filter(ledger=ledger).update(state="in_progress")
    clerk = Person.objects.get(username="clerk")
    schedule = rounds.make_schedule(ledger=ledger, name="每月调度", by=clerk, needs_sign_off=True)
    now = timezone.now()
    first = date(ledger.year, 1, 1)
    for month in range(1, 13):
        start = first.replace(month=month)
        end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        facts = {"opens_at": now - timedelta(days=3), "due_at": now + timedelta(days=2)}
        facts["grace_until"] = facts["due_at"]
        round, _ = Round.objects.update_or_create(
            schedule=schedule,
            period_start=start,
            ledger=ledger,
            defaults={"name": f"{month}月", "period_end": end, **facts},
        )
        rounds.open_round(round=round, by=clerk)
        if month < 12:
            at = timezone.make_aware(timezone.datetime(end.year, end.month, end.day, 10))
            of_round = ReportValue.objects.filter(report__round=round).select_related("indicator")
            values = list(of_round)
            for value in values:
                value.value = (value.indicator.value * month / 13).quantize(value.indicator.value)
            ReportValue.objects.bulk_update(values, ["value"], batch_size=1000)
            Report.objects.filter(round=round).update(
                state="verified", progress="按计划推进。", started_at=at, submitted_at=at, submitted_by=clerk,
                signed_at=at, signed_by=clerk, verified_at=at, verified_by=clerk,
            )  # fmt: skip
    people = []
    for number in range(LIAISONS):
        person = Person.objects.get(username=f"liaison{number}")
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        unit = person.posts.get().unit_id
        reports = Report.objects.filter(round=round, unit=unit).order_by("pk")
        people.append(
            {
                "person": person.pk,
                "session": session.session_key,
                "grid": f"/rounds/{round.pk}/units/{unit}/",
                "reports": [
                    {"pk": one.pk, "cells": [f"value:{row.indicator_id}" for row in one.values.order_by("pk")]}
                    for one in reports
                ],
            }
        )
    Path(out).write_text(json.dumps([one for one in people if one["reports"]]), "utf-8")


def _deal(ledger: Any) -> None:
    """Let the units lead the tasks in turn, so that every liaison has something to report."""
    from duban.plans.models import Responsibility

    units = list(ledger.division.units.order_by("pk"))
    rows = Responsibility.objects.filter(task__ledger=ledger).order_by("task_id", "order")
    taken = {(row.task_id, row.unit_id) for row in rows if row.role != "lead"}
    leads = [row for row in rows if row.role == "lead"]
    for number, lead in enumerate(leads):
        # The next but fifty stands in where the unit helps with the task already.
        unit = next(
            one
            for one in (units[(number + step) % len(units)] for step in (0, 50, 100))
            if (lead.task_id, one.pk) not in taken
        )
        lead.unit, lead.unit_text = unit, unit.name
    Responsibility.objects.bulk_update(leads, ["unit", "unit_text"])


def typed(report: int, cell: str) -> str:
    """Return what is typed into a cell, so that it can be told afterwards whether it arrived."""
    if cell == "progress":
        return f"本月按计划推进，第{report}号填报。"
    return str((report * 31 + int(cell.partition(":")[2]) * 7) % 97 + 1)


def compare(out: str) -> dict[str, int]:
    """Return how many reports were to be filed, how many were, how many cells are not what was typed, what is doubled."""
    from django.db.models import Count

    from duban.dispatch.models import Report, ReportVersion

    people = json.loads(Path(out).read_text("utf-8"))
    expected = {one["pk"]: one["cells"] for person in people for one in person["reports"]}
    lost = filed = 0
    for report in Report.objects.filter(pk__in=expected).prefetch_related("values"):
        filed += report.state == "awaiting_sign_off"
        lost += report.progress != typed(report.pk, "progress")
        told = {f"value:{row.indicator_id}": row.value for row in report.values.all()}
        lost += sum(
            told[cell] is None or int(told[cell]) != int(typed(report.pk, cell)) for cell in expected[report.pk]
        )
    submitted = ReportVersion.objects.filter(report__in=expected, step="submit").values("report")
    doubled = submitted.annotate(n=Count("pk")).filter(n__gt=1).count()
    return {"liaisons": len(people), "reports": len(expected), "filed": filed, "lost": lost, "doubled": doubled}


def year() -> dict[str, Any]:
    """Return how long the lights of a year take, and what the overview costs then."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from duban.dispatch.actions import lights
    from duban.dispatch.models import TaskLight
    from duban.organisations.models import Person
    from duban.plans.models import Ledger

    ledger = Ledger.objects.get()
    TaskLight.objects.all().delete()
    ends = [date(ledger.year, month + 1, 1) - timedelta(days=1) for month in range(1, 12)] + [date(ledger.year, 12, 31)]
    started = time.perf_counter()
    rows = lights.recompute(ledger=ledger, days=ends)
    found: dict[str, Any] = {"lights": time.perf_counter() - started, "rows": rows, "tasks": ledger.tasks.count()}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Person.objects.get(username="clerk"), backend=settings.AUTHENTICATION_BACKENDS[1])
    address = f"/ledgers/{ledger.pk}/overview/"
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    statements = len(asked)  # the next request clears the log
    times = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        client.get(address)
        times.append(time.perf_counter() - started)
    return found | {"statements": statements, "median": statistics.median(times) * 1000}


# ---- the measurement ----


def _site() -> Any:
    spec = importlib.util.spec_from_file_location("bench_site", HERE / "site.py")
    assert spec
    assert spec.loader
    bench = importlib.util.module_from_spec(spec)
    sys.modules["bench_site"] = bench
    spec.loader.exec_module(bench)
    return bench


def _asked(environment: dict[str, str], *arguments: str) -> Any:
    said = subprocess.run(
        [sys.executable, __file__, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return json.loads(said.splitlines()[-1])


def main() -> int:
    """Make the database, let the liaisons file, measure, write the report."""
    bench = _site()
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder, bench.cluster() as (address, _):
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("DUBAN_")},
            "DUBAN_DATA": folder,
            "DUBAN_DATABASE_URL": address,
            "DUBAN_WEB_WORKERS": str(WORKERS),
            "DJANGO_SETTINGS_MODULE": "duban.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{HERE}",
        }
        for command in ("migrate", "-v0"), ("collectstatic", "--noinput", "-v0"):
            subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], env=environment, check=True)
        people = str(Path(folder, "people.json"))
        _asked(environment, "build", people)
        site = bench.Site(environment)
        with site.running():
            subprocess.run(
                [
                    *(sys.executable, "-m", "locust", "-f", str(HERE / "liaisons.py"), "--headless", "--only-summary"),
                    *("--host", f"http://127.0.0.1:{site.port}", "--users", str(LIAISONS), "--spawn-rate", "10"),
                    *("--csv", str(Path(folder, "told")), "--stop-timeout", "10"),
                ],
                env={**environment, "DUBAN_BENCH_PEOPLE": people},
                check=False,
                stdout=sys.stderr,
            )
        requests = requests_in(Path(folder, "told_stats.csv"))
        found = _asked(environment, "compare", people) | _asked(environment, "year")
    broken = list(promises(requests, found))
    REPORT.write_text(report(requests, found, broken), "utf-8")
    print(REPORT.read_text("utf-8"))
    return 1 if broken else 0


def requests_in(file: Path) -> list[dict[str, str]]:
    """Return locust's table: a row for each kind of request, the last for all."""
    import csv

    with file.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def promises(requests: list[dict[str, str]], found: dict[str, Any]) -> list[str]:
    """Return what is promised and not kept."""
    every = requests[-1]
    broken = []
    if int(every["Failure Count"]):
        broken.append(f"{every['Failure Count']} 个请求失败")
    if float(every["95%"]) > P95:
        broken.append(f"95% 的请求在 {every['95%']} ms 以内，承诺 {P95} ms")
    if found["filed"] != found["reports"] or found["lost"] or found["doubled"]:
        broken.append(
            f"交了 {found['filed']}/{found['reports']} 份，丢了 {found['lost']} 格，重了 {found['doubled']} 份"
        )
    if found["lights"] > LIGHTS:
        broken.append(f"算灯 {found['lights']:.1f} 秒，承诺 {LIGHTS} 秒")
    if found["statements"] > STATEMENTS or found["median"] > MEDIAN:
        broken.append(
            f"调度总览 {found['statements']} 条 SQL、{found['median']:.0f} ms，承诺 {STATEMENTS} 条、{MEDIAN} ms"
        )
    return broken


def report(requests: list[dict[str, str]], found: dict[str, Any], broken: list[str]) -> str:
    """Return the page in Markdown."""
    lines = [
        "# 填报、亮灯和总览的性能",
        "",
        "<!-- 由 make bench-dispatch 测量写成，请勿手改 -->",
        "",
        f"PostgreSQL 15，gunicorn {WORKERS} 个进程，{os.cpu_count()} 个处理器核，Python {platform.python_version()}；"
        "压测程序和网站在同一台机器上。时间是墙上的钟。",
        "",
        f"## {LIAISONS} 名联络员同时填报",
        "",
        f"{found['liaisons']} 个单位的联络员在 20 秒里先后打开填报表，一格一格地填（每格 5 到 15 秒），填完提交，共 {found['reports']} 份填报。",
        "",
        "| 请求 | 次数 | 失败 | 中位数（毫秒） | 95%（毫秒） | 最长（毫秒） |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {'合计' if row['Name'] == 'Aggregated' else row['Name']} | {row['Request Count']} | {row['Failure Count']} "
            f"| {float(row['50%']):.0f} | {float(row['95%']):.0f} | {float(row['100%']):.0f} |"
            for row in requests
        ),
        "",
        f"填完以后逐格核对：提交 {found['filed']} 份，和填的不一样的 {found['lost']} 格，重复提交的 {found['doubled']} 份。"
        f"承诺：不丢不重，95% 的请求在 {P95} 毫秒以内。",
        "",
        "## 亮灯和总览",
        "",
        "| 办什么 | 承诺 | 实测 |",
        "|---|--:|--:|",
        f"| {found['tasks']} 项任务、12 个月的灯全部重算（写 {found['rows']:,} 行） | {LIGHTS} 秒 | {found['lights']:.1f} 秒 |",
        f"| 调度总览，SQL 语句 | {STATEMENTS} 条 | {found['statements']} 条 |",
        f"| 调度总览，{REQUESTS} 次的中位数 | {MEDIAN} 毫秒 | {found['median']:.0f} 毫秒 |",
    ]
    if broken:
        lines += ["", "## 这一次没有做到的", "", *(f"- {one}" for one in broken)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build", out]:
            import django

            django.setup()
            build(out)
            print("{}")
        case ["compare", out]:
            import django

            django.setup()
            print(json.dumps(compare(out)))
        case ["year"]:
            import django

            django.setup()
            print(json.dumps(year()))
        case _:
            sys.exit(main())
