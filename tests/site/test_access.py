"""Who sees which tasks."""

from __future__ import annotations

import pytest

from duban.organisations.roles import Role
from duban.plans.models import Task
from duban.plans.states import LedgerState, TaskState
from factories.site import DivisionFactory, LedgerFactory, ResponsibilityFactory, TaskFactory, UnitFactory, person_as

pytestmark = pytest.mark.django_db


def test_a_liaison_sees_the_issued_tasks_of_the_own_unit_only() -> None:
    lanqiao = DivisionFactory()
    mine, other = UnitFactory(name="区财政局"), UnitFactory(name="区教育局")
    ledger = LedgerFactory(division=lanqiao)
    draft = LedgerFactory(division=lanqiao, year=2027, state=LedgerState.DRAFT)
    own = ResponsibilityFactory(task__ledger=ledger, unit=mine, role="support").task
    ResponsibilityFactory(task__ledger=ledger, unit=other)
    ResponsibilityFactory(task__ledger=draft, task__state=TaskState.DRAFT, unit=mine)
    liaison = person_as(Role.LIAISON, lanqiao, mine)
    assert list(Task.objects.visible_to(liaison)) == [own]


def test_the_upper_level_reads_what_is_issued_below_and_nothing_beside() -> None:
    city = DivisionFactory(code="990100", name="江临市", full_name="江临市", level="city")
    lanqiao = DivisionFactory(parent=city)
    elsewhere = DivisionFactory(code="990203", name="云岭县", full_name="青渡市云岭县")
    below = TaskFactory(ledger__division=lanqiao)
    TaskFactory(ledger__division=elsewhere)
    assert list(Task.objects.visible_to(person_as(Role.UPPER_LEVEL, city))) == [below]


def test_an_administrator_and_an_auditor_see_no_task() -> None:
    task = TaskFactory()
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.PUBLIC):
        assert not Task.objects.visible_to(person_as(role, task.ledger.division))
