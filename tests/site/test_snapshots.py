"""What a task was on any day, and what changed."""

from __future__ import annotations

from datetime import date

import pytest

from duban.organisations.roles import Role
from duban.plans.differences import difference
from duban.plans.models import Indicator, Ledger, Responsibility, Task, TaskVersion
from duban.plans.snapshots import (
    BeforeTheLedger,
    as_of,
    canonical,
    digest,
    of_task,
    of_tasks,
    record_version,
    record_versions,
    task_on,
)
from duban.plans.states import TaskState
from factories.site import IndicatorFactory, ResponsibilityFactory, TaskFactory, person_as

pytestmark = pytest.mark.django_db

MARCH, MAY, JULY = date(2026, 3, 1), date(2026, 5, 1), date(2026, 7, 1)


def issued_task() -> tuple[Task, Indicator]:
    """A task with a lead unit and an indicator of 52, in the ledger since March."""
    task = TaskFactory(title="推进项目建设")
    ResponsibilityFactory(task=task, unit__name="区发展和改革局")
    indicator = IndicatorFactory(task=task)
    clerk = person_as(Role.SUPERVISION_OFFICE, task.ledger.division)
    record_version(task, valid_from=MARCH, reason="印发", by=clerk)
    return task, indicator


def adjust(indicator: Indicator, value: int, day: date) -> None:
    indicator.value = value
    indicator.save()
    task = indicator.task
    assert task is not None
    record_version(task, valid_from=day, reason="调整指标", by=TaskVersion.objects.earliest("pk").recorded_by)


def value_on(ledger: Ledger, day: date) -> str:
    (task,) = as_of(ledger, day)
    return task["indicators"][0]["value"]


def test_a_snapshot_says_who_does_what_and_how_much_in_one_form() -> None:
    task, _ = issued_task()
    found = of_task(task)
    assert found["short_number"] == f"2026-{task.seq:03d}"
    assert [(answer["unit"], answer["role"]) for answer in found["responsibilities"]] == [("区发展和改革局", "lead")]
    assert [(row["name"], row["value"]) for row in found["indicators"]] == [("新开工项目", "52")]
    assert found["section"] == ["(一)抓项目促投资"]
    assert canonical(found) == canonical(dict(reversed(found.items())))
    assert len(digest(found)) == 64


def test_many_tasks_cost_no_more_statements_than_one(django_assert_max_num_queries: object) -> None:
    tasks = [TaskFactory(ledger=issued_task()[0].ledger)]
    tasks += [TaskFactory(ledger=tasks[0].ledger) for _ in range(20)]
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        assert len(of_tasks(tasks)) == 21


def test_a_day_shows_the_version_that_started_last() -> None:
    task, indicator = issued_task()
    adjust(indicator, 40, JULY)
    assert not as_of(task.ledger, date(2026, 2, 28))
    assert value_on(task.ledger, MARCH) == "52"
    assert value_on(task.ledger, date(2026, 6, 30)) == "52"
    assert value_on(task.ledger, JULY) == "40"


def test_a_change_from_an_earlier_day_is_carried_onto_what_came_later() -> None:
    task, indicator = issued_task()
    Task.objects.filter(pk=task.pk).update(title="推进重大项目建设")
    clerk = TaskVersion.objects.earliest("pk").recorded_by
    record_version(task, valid_from=JULY, reason="变更", by=clerk)
    adjust(indicator, 40, MAY)
    titles = [task_on(task, day)["title"] for day in (MARCH, MAY, JULY)]  # type: ignore[index]
    assert titles == ["推进项目建设", "推进项目建设", "推进重大项目建设"]
    assert [value_on(task.ledger, day) for day in (MARCH, MAY, JULY)] == ["52", "40", "40"]
    assert task_on(task, JULY) == of_task(task)


def test_nothing_changes_before_the_task_was_in_the_ledger() -> None:
    _, indicator = issued_task()
    with pytest.raises(BeforeTheLedger, match="还未列入台账"):
        adjust(indicator, 40, date(2026, 2, 1))


def test_withdrawn_tasks_are_left_out_unless_asked_for() -> None:
    task, _ = issued_task()
    Task.objects.filter(pk=task.pk).update(state=TaskState.WITHDRAWN)
    record_versions([task], valid_from=JULY, reason="调出", by=TaskVersion.objects.earliest("pk").recorded_by)
    assert not as_of(task.ledger, JULY)
    assert len(as_of(task.ledger, JULY, withdrawn=True)) == 1
    assert len(as_of(task.ledger, MAY)) == 1


def test_a_difference_names_what_changed_in_chinese() -> None:
    task, indicator = issued_task()
    before = of_task(task)
    indicator.value = 40
    indicator.save()
    Responsibility.objects.filter(task=task).update(dropped=True)
    ResponsibilityFactory(task=task, unit__name="区投资促进局")
    Task.objects.filter(pk=task.pk).update(due=date(2027, 3, 31))
    said = {change.label: (change.before, change.after) for change in difference(before, of_task(task))}
    assert said == {
        "完成时限": ("2026年12月31日", "2027年3月31日"),
        "责任单位（去掉）": ("牵头：区发展和改革局", ""),
        "责任单位（新增）": ("", "牵头：区投资促进局"),
        "指标“新开工项目”的目标值": ("52", "40"),
    }
    assert [change.after for change in difference(None, before)] == ["推进项目建设"]
    assert not difference(before, before)
