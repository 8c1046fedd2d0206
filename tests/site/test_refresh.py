"""What lists and searches know of a task follows its entries."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duban.plans.actions.tasks import refresh, refresh_many
from duban.plans.models import Deadline, Project, Responsibility
from factories.site import (
    IndicatorFactory,
    LedgerFactory,
    ResponsibilityFactory,
    SectionFactory,
    TaskFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db


def test_the_last_of_its_limits_is_when_a_task_is_due() -> None:
    task = TaskFactory(due=None)
    for day in (date(2026, 6, 30), date(2026, 9, 30)):
        Deadline.objects.create(task=task, text="到期", due=day)
    Deadline.objects.create(task=task, text="12月底前", due=date(2026, 12, 31), dropped=True)
    Deadline.objects.create(task=task, text="年内尽早")
    refresh(task)
    task.refresh_from_db()
    assert (task.due, task.due_stated) == (date(2026, 9, 30), True)


def test_a_task_without_a_day_is_due_at_the_end_of_the_ledgers_year() -> None:
    task = TaskFactory(due=None)
    refresh(task)
    assert (task.due, task.due_stated) == (date(2026, 12, 31), False)


def test_where_nobody_leads_those_responsible_stand_first() -> None:
    task = TaskFactory()
    ResponsibilityFactory(task=task, unit=UnitFactory(name="区财政局"), role="responsible")
    ResponsibilityFactory(task=task, unit=UnitFactory(name="区教育局"), role="support")
    refresh(task)
    assert (task.lead_names, task.other_names) == ("区财政局", "区教育局")
    ResponsibilityFactory(task=task, unit=UnitFactory(name="区审计局"), role="lead")
    refresh(task)
    assert (task.lead_names, task.other_names) == ("区审计局", "区财政局、区教育局")


def test_a_word_for_a_group_stands_for_its_members_while_all_of_them_answer() -> None:
    task = TaskFactory()
    group = Responsibility.objects.create(task=task, unit_text="各镇街", role="responsible", is_group=True)
    members = [
        ResponsibilityFactory(task=task, unit=UnitFactory(name=name), role="responsible", expanded_from=group)
        for name in ("东桥街道", "西桥镇")
    ]
    refresh(task)
    assert task.lead_names == "各镇街"
    assert "东桥街道" in task.summary
    members[0].dropped = True
    members[0].save()
    refresh(task)
    assert task.lead_names == "西桥镇"


def test_the_search_words_hold_what_people_look_for_in_one_form() -> None:
    ledger = LedgerFactory()
    section = SectionFactory(
        ledger=ledger, title="抓项目促投资", parent=SectionFactory(ledger=ledger, title="重点任务")
    )
    task = TaskFactory(ledger=ledger, section=section, title="建设５Ｇ基站")
    IndicatorFactory(task=task, name="新建基站")
    Project.objects.create(task=task, ledger=ledger, name="青石数据中心", value=3, unit="亿元")
    refresh(task)
    for words in ("建设5g基站", "重点任务", "抓项目促投资", "新建基站", "青石数据中心"):
        assert words in task.summary
    assert task.indicator_count == 1


def test_more_names_than_fit_are_counted() -> None:
    task = TaskFactory()
    for number in range(60):
        ResponsibilityFactory(task=task, unit=UnitFactory(name=f"兰桥区第{number}街道办事处"))
    refresh(task)
    assert len(task.lead_names) <= 500
    assert task.lead_names.endswith("办事处等60个单位")


def test_many_tasks_cost_as_many_statements_as_one() -> None:
    ledger = LedgerFactory()
    tasks = [ResponsibilityFactory(task__ledger=ledger).task for _ in range(5)]
    with CaptureQueriesContext(
        connection,
    ) as one:
        refresh_many(tasks[:1])
    with CaptureQueriesContext(connection) as all_of_them:
        refresh_many(tasks)
    assert len(one) == len(all_of_them) <= 9
