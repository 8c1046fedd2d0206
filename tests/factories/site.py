"""Test districts: divisions, units, people of every role, ledgers with tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from duban.core.extract.units.resolve import canonical_key
from duban.organisations.models import Division, Person, Post, Unit, UnitGroup
from duban.organisations.roles import Role
from duban.plans.models import Indicator, Ledger, Responsibility, Section, Task
from duban.plans.states import LedgerState, TaskState


class DivisionFactory(DjangoModelFactory):
    class Meta:
        model = Division
        django_get_or_create = ("code",)

    code = "990102"
    name = "兰桥区"
    full_name = "江临市兰桥区"
    level = "county"


class UnitGroupFactory(DjangoModelFactory):
    class Meta:
        model = UnitGroup
        django_get_or_create = ("division", "code")

    division = factory.SubFactory(DivisionFactory)
    code = "departments"
    name = "区直部门"


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    division = factory.SubFactory(DivisionFactory)
    name = factory.Sequence(lambda n: f"区第{n}局")
    key = factory.LazyAttribute(lambda unit: canonical_key(unit.name))


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"renyuan{n}")
    name = factory.Sequence(lambda n: f"人员{n}")
    password = factory.django.Password("Lanqiao-2026")


class LedgerFactory(DjangoModelFactory):
    class Meta:
        model = Ledger

    division = factory.SubFactory(DivisionFactory)
    year = 2026
    title = "兰桥区2026年总台账"
    state = LedgerState.ISSUED


class SectionFactory(DjangoModelFactory):
    class Meta:
        model = Section

    ledger = factory.SubFactory(LedgerFactory)
    label = "(一)"
    title = "抓项目促投资"
    role = "tasks"


class TaskFactory(DjangoModelFactory):
    class Meta:
        model = Task

    ledger = factory.SubFactory(LedgerFactory)
    section = factory.SubFactory(SectionFactory, ledger=factory.SelfAttribute("..ledger"))
    seq = factory.Sequence(lambda n: n + 1)
    order = factory.SelfAttribute("seq")
    title = factory.Sequence(lambda n: f"任务{n}")
    text = "全年新开工项目52个。"
    state = TaskState.IN_PROGRESS
    due = date(2026, 12, 31)


class ResponsibilityFactory(DjangoModelFactory):
    class Meta:
        model = Responsibility

    task = factory.SubFactory(TaskFactory)
    unit = factory.SubFactory(UnitFactory, division=factory.SelfAttribute("..task.ledger.division"))
    unit_text = factory.LazyAttribute(lambda answer: answer.unit.name)
    role = "lead"


class IndicatorFactory(DjangoModelFactory):
    class Meta:
        model = Indicator

    task = factory.SubFactory(TaskFactory)
    ledger = factory.SelfAttribute("task.ledger")
    name = "新开工项目"
    value = 52
    unit = "个"
    text = "新开工项目52个"


def person_as(role: Role, division: Division, unit: Unit | None = None, **fields: Any) -> Person:
    """Return a new person who holds a post of `role` in `division` since 2020."""
    person = PersonFactory(**fields)
    Post.objects.create(person=person, division=division, unit=unit, role=role, start=date(2020, 1, 1))
    return person
