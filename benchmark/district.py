"""An invented district in full size, put into the database at once: what site.py measures on.

python district.py build                 one district: 500 tasks, 90 units, 2,000 indicators, 12 months of history
python district.py multiply DISTRICTS    as many of it, copied inside the database
python district.py facts                 the numbers of its ledger, of a task and of a part with 100 tasks
python district.py statements [PERSON PATH]…  how many SQL statements each page takes

The rows are those that the actions would have left; the actions themselves would take an hour for 160 districts.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duban.config.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from duban.core.extract.units.resolve import canonical_key
from duban.organisations.models import Division, Person, Post, Unit, UnitGroup
from duban.organisations.roles import Role
from duban.plans.actions.tasks import refresh_many
from duban.plans.models import (
    Deadline,
    Indicator,
    Ledger,
    LedgerVersion,
    Measure,
    Milestone,
    Paper,
    Responsibility,
    Section,
    Task,
    TaskVersion,
)
from duban.plans.snapshots import digest, of_tasks

TASKS, UNITS, INDICATORS, YEAR = 500, 90, 2000, 2026
PASSWORD = "Lanqiao-2026-bench"
PEOPLE = {
    "clerk": Role.SUPERVISION_OFFICE,
    "leader": Role.LEADER,
    "administrator": Role.ADMINISTRATOR,
    "auditor": Role.AUDITOR,
}
#: Further from each other than the numbers of one district are long.
STRIDE = 1_000_000
#: Whose rows a district consists of, those that others point to first.
COPIED: tuple[type[models.Model], ...] = (
    Division, UnitGroup, Unit, Person, Post, Ledger, LedgerVersion, Section, Paper, Task, Responsibility, Deadline,
    Indicator, Measure, Milestone, TaskVersion,
)  # fmt: skip

FIELDS = ("产业", "项目", "城建", "农业", "教育", "医疗", "文旅", "环保", "科技", "政务")
THINGS = ("园区", "道路", "学校", "医院", "管网", "公园", "厂房", "基站", "粮库", "码头", "市场", "水库")
ACTS = ("新建", "改造", "引进", "培育", "建成", "整治", "推进", "提升")
PLACES = ("石桥", "东湾", "西坡", "南塘", "北岭", "柳溪", "云台", "河口")


@transaction.atomic
def build() -> Ledger:
    """Make the district with its people, its issued ledger, and a year of versions."""
    chance = random.Random(2026)
    division = Division.objects.create(code="990102", name="兰桥区", full_name="江临市兰桥区", level="county")
    groups = [
        UnitGroup.objects.create(division=division, code=code, name=name, order=order)
        for order, (code, name) in enumerate([("departments", "区直部门"), ("towns", "镇街"), ("parks", "园区")])
    ]
    units = [_unit(division, groups, number) for number in range(UNITS)]
    Unit.objects.bulk_create(units)
    people = {name: _person(name, division, role) for name, role in PEOPLE.items()}
    people["liaison"] = _person("liaison", division, Role.LIAISON, units[0])
    for number, unit in enumerate(units):
        _person(f"liaison{number}", division, Role.LIAISON, unit)
    clerk, leader = people["clerk"], people["leader"]
    ledger = Ledger.objects.create(
        division=division, year=YEAR, title=f"兰桥区{YEAR}年总台账", state="issued", next_number=TASKS + 1
    )
    sections = _sections(ledger)
    paper, spans = _paper(division, ledger, clerk, chance)
    tasks = []
    for number, (title, text, start, end) in enumerate(spans, 1):
        done = number % 11 == 0
        tasks.append(
            Task(
                ledger=ledger, section=sections[(number - 1) * len(sections) // TASKS], paper=paper, seq=number,
                order=number, number=str(number), title=title, text=text, span_start=start, span_end=end,
                state="closed_out" if done else "in_progress" if number % 5 else "to_break_down",
                sponsor=leader if number % 3 == 0 else None, checked_at=timezone.now(), checked_by=clerk,
            )
        )  # fmt: skip
    Task.objects.bulk_create(tasks)
    _entries(tasks, units, ledger, paper, chance)
    refresh_many(tasks)
    _history(ledger, tasks, clerk, chance)
    return ledger


def _unit(division: Division, groups: list[UnitGroup], number: int) -> Unit:
    kind = 0 if number < 50 else 1 if number < 80 else 2
    end = ("局", "镇", "园区管理委员会")[kind]
    name = f"区{FIELDS[number % 10]}第{number + 1}{end}" if kind == 0 else f"{PLACES[number % 8]}第{number + 1}{end}"
    return Unit(division=division, group=groups[kind], name=name, key=canonical_key(name), order=number)


def _person(username: str, division: Division, role: Role, unit: Unit | None = None) -> Person:
    person = Person(username=username, name=f"{role.label}{username[-2:]}")
    if username in (*PEOPLE, "liaison"):
        person.set_password(PASSWORD)
    person.password_changed_at = timezone.now()
    person.save()
    Post.objects.create(person=person, division=division, unit=unit, role=role, start=date(2020, 1, 1))
    return person


def _sections(ledger: Ledger) -> list[Section]:
    leaves = []
    for number in range(5):
        top = Section.objects.create(
            ledger=ledger, label=f"{'一二三四五'[number]}、", title=f"抓好{FIELDS[number]}工作", role="tasks",
            depth=1, order=number * 10,
        )  # fmt: skip
        for part in range(8):
            title = f"扎实推进{FIELDS[number]}的第{part + 1}个方面"
            leaves.append(
                Section.objects.create(
                    ledger=ledger, parent=top, label=f"({'一二三四五六七八'[part]})", title=title, role="tasks", depth=2,
                    order=number * 10 + part + 1,
                )
            )  # fmt: skip
    return leaves


def _paper(
    division: Division, ledger: Ledger, clerk: Person, chance: random.Random
) -> tuple[Paper, list[tuple[str, str, int, int]]]:
    parts, spans, at = ["兰桥区重点工作任务实施方案\n"], [], 14
    for number in range(1, TASKS + 1):
        place, act, thing = chance.choice(PLACES), chance.choice(ACTS), chance.choice(THINGS)
        title = f"{act}{place}{thing}"
        body = "".join(
            f"{chance.choice(ACTS)}{chance.choice(PLACES)}{chance.choice(THINGS)}{chance.randint(2, 90)}个，"
            for _ in range(4)
        )
        text = f"{body}确保6月底前完成年度任务的一半以上，年底前全面完成。"
        line = f"{number}.{title}。{text}\n"
        spans.append((title, text, at, at + len(line) - 1))
        parts.append(line)
        at += len(line)
    whole = "".join(parts)
    paper = Paper.objects.create(
        division=division, ledger=ledger, year=YEAR, name="实施方案.docx", title="兰桥区重点工作任务实施方案",
        file="papers/plan.docx", size=100_000, sha256="0" * 64, sm3="0" * 64, state="issued", text=whole,
        uploaded_by=clerk, checked_at=timezone.now(), checked_by=clerk,
    )  # fmt: skip
    return paper, spans


def _entries(tasks: list[Task], units: list[Unit], ledger: Ledger, paper: Paper, chance: random.Random) -> None:
    answers, limits, promises, measures = [], [], [], []
    for task in tasks:
        chosen = chance.sample(units, 3)
        for order, (unit, role) in enumerate(zip(chosen, ("lead", "responsible", "support"), strict=True)):
            answers.append(Responsibility(task=task, unit=unit, unit_text=unit.name, role=role, order=order))
        if chance.random() < 0.7:
            due = date(YEAR, chance.randint(3, 12), 28)
            limits.append(Deadline(task=task, text=f"{due.month}月底前", due=due))
        start = task.span_start or 0
        for order in range(INDICATORS // TASKS):
            thing = chance.choice(THINGS)
            promises.append(
                Indicator(
                    task=task, ledger=ledger, paper=paper, name=f"{chance.choice(ACTS)}{thing}数量",
                    comparator=chance.choice([">=", "=", ">="]), value=Decimal(chance.randint(2, 900)),
                    floor=Decimal(1) if order == 0 else None, unit="个", text=f"{thing}若干个", order=order,
                    span_start=start + 5 + order * 8, span_end=start + 11 + order * 8,
                )
            )  # fmt: skip
        if task.state != "to_break_down":
            for order in range(2):
                begin = date(YEAR, 2 + 4 * order, 1)
                measures.append(
                    Measure(
                        task=task, text=f"第{order + 1}步：{task.title}", unit=chosen[0], start=begin,
                        due=begin + timedelta(days=100), order=order,
                    )
                )  # fmt: skip
    Responsibility.objects.bulk_create(answers)
    Deadline.objects.bulk_create(limits)
    Indicator.objects.bulk_create(promises)
    Measure.objects.bulk_create(measures)
    Milestone.objects.bulk_create(
        Milestone(task_id=measure.task_id, measure=measure, name="完成一半", due=measure.due, weight=50)
        for measure in measures
        if measure.due
    )


def _history(ledger: Ledger, tasks: list[Task], clerk: Person, chance: random.Random) -> None:
    """Write the version of the issue, and for each month after it a version of a quarter of the tasks."""
    now = of_tasks(tasks)
    versions = [_version(task, 1, date(YEAR, 1, 20), "印发", now[task.pk], clerk) for task in tasks]
    numbers = dict.fromkeys((task.pk for task in tasks), 1)
    for month in range(1, 13):
        for task in chance.sample(tasks, TASKS // 4):
            numbers[task.pk] += 1
            content = {**now[task.pk], "sponsor": f"第{month}任包保"}
            day = date(YEAR, month, 25)
            versions.append(_version(task, numbers[task.pk], day, "指定包保领导", content, clerk))
    TaskVersion.objects.bulk_create(versions, batch_size=200)
    snapshot = {"tasks": list(now.values())}
    LedgerVersion.objects.create(
        ledger=ledger, number=1, document_number=f"兰政发〔{YEAR}〕1号", issued_on=date(YEAR, 1, 20), approver="李区长",
        issued_by=clerk, snapshot=snapshot, digest=digest(snapshot),
    )  # fmt: skip


def _version(task: Task, number: int, day: date, reason: str, content: Any, clerk: Person) -> TaskVersion:
    return TaskVersion(
        task=task, ledger_id=task.ledger_id, number=number, valid_from=day, reason=reason, snapshot=content,
        recorded_by=clerk,
    )  # fmt: skip


def multiply(districts: int) -> None:
    """Copy the district inside the database until there are `districts`, each with numbers of its own."""
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for number in range(1, districts):
            for model in COPIED:
                columns = list(model._meta.concrete_fields)
                values = [_value(field, number, quote(field.column)) for field in columns]
                table = quote(model._meta.db_table)
                names = ", ".join(quote(field.column) for field in columns)
                key = quote(model._meta.pk.column)
                cursor.execute(
                    f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} WHERE {key} < {STRIDE}"
                )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _value(field: Any, number: int, column: str) -> str:
    """Return the SQL for a column of the copy: numbers moved, names that must be unique told apart."""
    if field.primary_key or (field.is_relation and field.related_model in COPIED):
        return f"{column} + {number * STRIDE}"
    if (field.model, field.name) == (Division, "code"):
        return f"'{100000 + number}'"
    if (field.model, field.name) == (Person, "username"):
        return f"{column} || '-{number}'"
    return column


def facts() -> dict[str, int]:
    """Return the numbers that stand in the addresses of pages."""
    task = Task.objects.filter(pk__lt=STRIDE, state="in_progress").order_by("seq")[10]
    part = Section.objects.filter(pk__lt=STRIDE, depth=1).order_by("order")[0]
    return {"ledger": task.ledger_id, "task": task.pk, "section": part.pk}


def statements(pages: list[str]) -> None:
    """Print how many SQL statements each page takes for its person, one a line."""
    for username, path in zip(pages[::2], pages[1::2], strict=True):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(Person.objects.get(username=username), backend=settings.AUTHENTICATION_BACKENDS[1])
        client.get(path.format(**facts()))
        with CaptureQueriesContext(connection) as captured:
            client.get(path.format(**facts()))
        print(len(captured))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build"]:
            build()
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM ANALYZE")
        case ["facts"]:
            print(*(f"{name}={number}" for name, number in facts().items()))
        case ["statements", *pages]:
            statements(pages)
        case ["multiply", count]:
            multiply(int(count))
        case _:
            raise SystemExit(__doc__)
