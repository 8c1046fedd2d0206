"""What the clocks of supervision cost (`make bench-clocks`): 20,000 matters with 100,000 steps in a PostgreSQL 15 of its own.

Measured is the time on the wall: the nightly run that finds a year of missed steps, the run after it that finds nothing, a
holiday that moves and has open steps counted anew, the reminders of one morning; and each board as the clerk and a liaison get
it, its SQL statements and the median of 21 requests. Writes docs/performance-clocks.md; leaves with 1 where a promise is
broken.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
REPORT = ROOT / "docs" / "performance-clocks.md"
MATTERS, UNITS, REQUESTS = 20_000, 90, 21
#: Seconds, SQL statements and milliseconds that are promised.
NIGHT, STATEMENTS, MEDIAN = 30, 30, 200
TODAY = date(2026, 11, 20)
BOARDS = (
    ("在办", "/matters/", "clerk"),
    ("逾期", "/matters/?when=overdue", "clerk"),
    ("本周", "/matters/?when=week", "clerk"),
    ("全部，按期限", "/matters/?when=all&sort=due", "clerk"),
    ("第200页", "/matters/?when=all&page=200", "clerk"),
    ("找文字", "/matters/?when=all&q=第99", "clerk"),
    ("一个单位的", "/matters/?unit={unit}", "clerk"),
    ("日历", "/matters/calendar/?month=2026-11", "clerk"),
    ("一件事项", "/matters/{matter}/", "clerk"),
    ("在办，联络员", "/matters/", "liaison"),
    ("日历，联络员", "/matters/calendar/?month=2026-11", "liaison"),
)


def build() -> dict[str, Any]:
    """Put the matters into the database as the actions would have left them."""
    from django.utils import timezone

    from duban.core.extract.units.resolve import canonical_key
    from duban.organisations.holidays import calendar_of
    from duban.organisations.models import Division, Person, Post, Unit
    from duban.organisations.roles import Role
    from duban.supervision.actions.clock import Clock
    from duban.supervision.clocks import files
    from duban.supervision.models import Matter, MatterAnswer, MatterStep, MatterUnit
    from duban.supervision.states.matters import StepState

    chance = random.Random(2026)
    division = Division.objects.create(code="990102", name="兰桥区", full_name="江临市兰桥区", level="county")
    units = Unit.objects.bulk_create(
        Unit(division=division, name=f"区第{n}局", key=canonical_key(f"区第{n}局"), order=n)
        for n in range(1, UNITS + 1)
    )
    people = {}
    for name, role, unit in (("clerk", Role.SUPERVISION_OFFICE, None), ("liaison", Role.LIAISON, units[0])):
        people[name] = Person.objects.create(username=name, name=name, password_changed_at=timezone.now())
        Post.objects.create(person=people[name], division=division, unit=unit, role=role, start=date(2020, 1, 1))
    clerk, calendar = people["clerk"], calendar_of(division)
    sources = ("deputy_proposal", "committee_proposal", "livelihood", "livelihood", "instruction")
    matters, parts, steps, answers = [], [], [], []
    texts = {name: files.text_of(files.sources()[name].scheme) for name in sources}
    for seq in range(1, MATTERS + 1):
        source = sources[seq % len(sources)]
        days = chance.randint(0, 20) if source == "livelihood" else chance.randint(0, 310)
        at = moment(date(2026, 1, 4) + timedelta(days=days))
        rules = files.presets()[files.sources()[source].scheme]
        lead, *supports = chance.sample(units, 3)
        matter = Matter(
            division=division, year=2026, seq=seq, source=source, title=f"督查事项第{seq}件", text="请抓紧办理，按时报告。",
            received_on=at.date(), state="in_progress", approved_by_name="韩叙平", approval_basis="批示", approved_at=at,
            approved_by=clerk, registered_by=clerk, registered_at=at, assigned_at=at, scheme=rules.id,
            scheme_text=texts[source], round=1, waits_for=lead,
        )  # fmt: skip
        clock = Clock(matter, calendar)
        clock.pauses = []
        rows = clock.steps(at=at, lead=lead, supports=() if source == "instruction" else supports)
        over = chance.random() < 0.3
        for row in rows:
            row.matter = matter
            if row.state == StepState.RUNNING and (over or (row.act in ("note", "talk") and chance.random() < 0.5)):
                row.state, row.done_at, row.done_by = StepState.DONE, at + timedelta(days=3), clerk
            elif over:
                row.state = StepState.VOID
        running = [row.due_on for row in rows if row.state == StepState.RUNNING]
        if over or not running:
            matter.state, matter.closed_at, matter.waits_for = "done", at + timedelta(days=9), None
            for row in rows:
                row.state = row.state if row.state == StepState.DONE else StepState.VOID
            answers.append(MatterAnswer(
                matter=matter, round=1, unit=lead, text="已办。", answered_at=at + timedelta(days=3), answered_by=clerk,
                verdict="accepted", judged_at=at + timedelta(days=9), judged_by=clerk,
            ))  # fmt: skip
        else:
            matter.due_on = min(running)
        matters.append(matter)
        steps += rows
        parts.append(MatterUnit(matter=matter, unit=lead, part="lead", assigned_at=at))
        parts += [MatterUnit(matter=matter, unit=unit, part="support", assigned_at=at) for unit in supports]
    for model, found in ((Matter, matters), (MatterUnit, parts), (MatterStep, steps), (MatterAnswer, answers)):
        model.objects.bulk_create(found, batch_size=2000)  # type: ignore[attr-defined]
    return {"steps": len(steps), "unit": units[0].pk, "matter": next(one.pk for one in matters if one.due_on)}


def moment(day: date) -> datetime:
    from django.utils import timezone

    return timezone.make_aware(datetime(day.year, day.month, day.day, 9))


def timed(do: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    result = do()
    return time.perf_counter() - started, result


def measure() -> dict[str, Any]:
    """Run the clocks and ask for the boards in this process, on the database that the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duban.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from duban.dispatch.actions import holidays
    from duban.organisations.models import Division, Person
    from duban.supervision import reminding
    from duban.supervision.actions import clockwork

    facts = build()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    at = moment(TODAY)
    found: dict[str, Any] = {"steps": facts["steps"]}
    found["night"], found["marks"] = timed(lambda: clockwork.nightly(at))
    found["again"], found["again_marks"] = timed(lambda: clockwork.nightly(at))
    clerk, division = Person.objects.get(username="clerk"), Division.objects.get()
    found["holiday"], _ = timed(
        lambda: holidays.set_holiday(division=division, day=date(2026, 11, 24), works=False, name="区庆", by=clerk)
    )
    found["reminders"], told = timed(lambda: list(reminding.matters(at)))
    found["told"] = len(told)
    found["boards"] = []
    for name, path, who in BOARDS:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(Person.objects.get(username=who), backend=settings.AUTHENTICATION_BACKENDS[1])
        address = path.format(**facts)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200, address
        statements = len(asked)  # before the next request forgets them
        times = [timed(partial(client.get, address))[0] for _ in range(REQUESTS)]
        found["boards"].append([name, statements, statistics.median(times) * 1000])
    return found


def main() -> int:
    """Make the database, measure in a process of its own, write the report."""
    spec = importlib.util.spec_from_file_location("bench_site", HERE / "site.py")
    assert spec
    assert spec.loader
    bench = importlib.util.module_from_spec(spec)
    sys.modules["bench_site"] = bench
    spec.loader.exec_module(bench)
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder, bench.cluster() as (address, _):
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("DUBAN_")},
            "DUBAN_DATA": folder,
            "DUBAN_DATABASE_URL": address,
            "PYTHONPATH": str(ROOT / "src"),
        }
        for command in ("migrate", "-v0"), ("collectstatic", "--noinput", "-v0"):
            subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], env=environment, check=True)
        asked = [sys.executable, __file__, "measure"]
        said = subprocess.run(asked, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = json.loads(said.splitlines()[-1])
    REPORT.write_text(report(found), "utf-8")
    print(REPORT.read_text("utf-8"))
    kept = found["night"] < NIGHT and found["again_marks"] == 0
    kept = kept and all(count <= STATEMENTS and median <= MEDIAN for _, count, median in found["boards"])
    return 0 if kept else 1


def report(found: dict[str, Any]) -> str:
    """Return the page in Markdown."""
    lines = [
        "# 督查事项计时的性能",
        "",
        "<!-- 由 make bench-clocks 测量写成，请勿手改 -->",
        "",
        f"{MATTERS:,} 件事项、{found['steps']:,} 个步骤，PostgreSQL 15，Python {platform.python_version()}，"
        f"{os.cpu_count()} 个处理器核。时间是墙上的钟。",
        "",
        "| 办什么 | 秒 | 说明 |",
        "|---|---:|---|",
        f"| 每夜的计时，第一次 | {found['night']:.1f} | 承诺 {NIGHT} 秒以内；一年积下的 {found['marks']:,} 条逾期记录一次记完 |",
        f"| 紧接着再跑一次 | {found['again']:.1f} | 新记 {found['again_marks']} 条：跑几次都一样 |",
        f"| 节假日变动，重算期限 | {found['holiday']:.1f} | |",
        f"| 找出一早要提醒的 | {found['reminders']:.1f} | {found['told']:,} 件 |",
        "",
        f"页面：每页不超过 {STATEMENTS} 条 SQL，{REQUESTS} 次请求的中位数不超过 {MEDIAN} 毫秒。",
        "",
        "| 页面 | SQL（条） | 中位数（毫秒） |",
        "|---|---:|---:|",
        *(f"| {name} | {count} | {median:.0f} |" for name, count, median in found["boards"]),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        print(json.dumps(measure()))
    else:
        sys.exit(main())
