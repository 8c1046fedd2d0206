"""The laws of an issued ledger: any day can be shown, and nothing changes without a version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from duban.plans.actions.amending import approve, request
from duban.plans.actions.breaking_down import save
from duban.plans.breakdown import MeasurePlan, plan_of
from duban.plans.models import Ledger, Task
from duban.plans.snapshots import as_of, of_task, of_tasks
from duban.plans.states import AmendmentKind, TaskState
from factories.issued import clerk_of, issued_ledger, unit_named

pytestmark = pytest.mark.django_db

ISSUED_ON = date(2026, 3, 1)
#: What a unit answers for is told apart by these three.
UNITS = ("区发展和改革局", "区投资促进局", "区行政审批局")


@dataclass(frozen=True)
class Step:
    """Something that happens to one of the tasks; `day` counts from the issue."""

    kind: str
    task: int
    day: int
    number: int


STEPS = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(["extend", "adjust", "units", "withdraw", "break_down"]),
        task=st.integers(1, 3),
        day=st.integers(0, 200),
        number=st.integers(1, 90),
    ),
    max_size=7,
)


@contextmanager
def taken_back() -> Iterator[None]:
    """Leave no trace: one example is not to see another's."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Year:
    """A ledger of three tasks, and beside it the plainest model of what each day should show."""

    def __init__(self) -> None:
        self.ledger, self.clerk = issued_ledger("甲", "乙", "丙")
        self.other = clerk_of(self.ledger)
        self.units = [unit_named(name) for name in UNITS]
        #: What was decided, in that order: from which day, which task, which field, its value.
        self.log: list[tuple[date, int, str, object]] = []
        for task in Task.objects.all():
            self.log += [
                (ISSUED_ON, task.pk, "due", "2026-06-30"),
                (ISSUED_ON, task.pk, "value", "52"),
                (ISSUED_ON, task.pk, "units", {UNITS[0]}),
                (ISSUED_ON, task.pk, "there", True),
            ]

    def take(self, step: Step) -> None:
        """Do the step, where the task still stands in the ledger."""
        task = Task.objects.get(seq=step.task)
        if task.state == TaskState.WITHDRAWN:
            return
        day = ISSUED_ON + timedelta(days=step.day)
        match step.kind:
            case "extend" if task.due:
                due = task.due + timedelta(days=step.number)
                self._amend(AmendmentKind.EXTEND, task, {"due": due.isoformat()}, day, "due", due.isoformat())
            case "adjust":
                indicator = task.indicators.filter(dropped=False).order_by("order", "pk").first()
                if indicator and indicator.value != step.number:
                    rows = [{"id": indicator.pk, "value": str(step.number)}]
                    self._amend(
                        AmendmentKind.ADJUST_INDICATORS, task, {"indicators": rows}, day, "value", str(step.number)
                    )
            case "units":
                unit = self.units[step.number % 3]
                now = task.responsibilities.filter(dropped=False)
                if [answer.unit for answer in now] != [unit]:
                    rows = [{"unit": unit.pk, "role": "lead"}]
                    self._amend(AmendmentKind.CHANGE_UNITS, task, {"units": rows}, day, "units", {unit.name})
            case "withdraw":
                self._amend(AmendmentKind.WITHDRAW, task, {}, day, "there", False)
            case "break_down":
                now = of_task(task)
                plan = plan_of(now)
                measure = MeasurePlan(None, f"举措{step.number}")
                seen = task.versions.latest("number").number
                save(
                    task=task, plan=type(plan)((*plan.measures, measure), (), plan.indicators), seen=seen, by=self.clerk
                )

    def expected(self, day: date) -> dict[int, dict[str, object]]:
        """Replay what was decided for days up to `day`."""
        tasks: dict[int, dict[str, object]] = {}
        for start, task, name, value in self.log:
            if start <= day:
                tasks.setdefault(task, {})[name] = value
        return {pk: facts for pk, facts in tasks.items() if facts.pop("there")}

    def _amend(self, kind: str, task: Task, changes: dict[str, object], day: date, name: str, value: object) -> None:
        facts = {"ledger": self.ledger, "task": task, "reason": "会议议定"}
        amendment = request(kind=kind, changes=changes, by=self.clerk, **facts)  # type: ignore[arg-type]
        approve(amendment=amendment, effective_on=day, by=self.other)
        self.log.append((day, task.pk, name, value))


def shown(ledger: Ledger, day: date) -> dict[int, dict[str, object]]:
    """Return what the ledger shows of a day, in the model's few fields."""
    return {
        task["id"]: {
            "due": task["due"],
            "value": task["indicators"][0]["value"],
            "units": {answer["unit"] for answer in task["responsibilities"]},
        }
        for task in as_of(ledger, day)
    }


SLOW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(STEPS)
# Decided later, from an earlier day: whoever answered in between is not to come back.
@example([Step("units", 2, day=1, number=1), Step("units", 2, day=0, number=2)])
def test_any_day_shows_what_a_replay_gives(steps: list[Step]) -> None:
    with taken_back():
        year = Year()
        for step in steps:
            year.take(step)
        days = {ISSUED_ON - timedelta(days=1), timezone.localdate()}
        days |= {ISSUED_ON + timedelta(days=step.day + more) for step in steps for more in (-1, 0, 1)}
        for day in days:
            assert shown(year.ledger, day) == year.expected(day)


@settings(SLOW, max_examples=8)
@given(STEPS)
def test_today_is_what_the_tables_say_and_every_change_has_its_version(steps: list[Step]) -> None:
    with taken_back():
        year = Year()
        for step in steps:
            year.take(step)
            for task in Task.objects.all():
                assert task.versions.latest("number").snapshot == of_task(task)
        standing = Task.objects.in_ledger().filter(ledger=year.ledger)
        assert as_of(year.ledger, timezone.localdate()) == list(of_tasks(standing).values())


def test_a_version_is_never_written_over() -> None:
    ledger, clerk = issued_ledger("甲")
    task = Task.objects.get()
    first = task.versions.get()
    task.indicators.update(value=Decimal(1))
    facts = {"ledger": ledger, "task": task, "reason": "会议议定", "kind": AmendmentKind.WITHDRAW, "changes": {}}
    approve(amendment=request(by=clerk, **facts), effective_on=ISSUED_ON, by=clerk_of(ledger))  # type: ignore[arg-type]
    assert [version.number for version in task.versions.all()] == [1, 2]
    assert task.versions.get(number=1).snapshot == first.snapshot
