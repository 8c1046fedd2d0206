"""Orders that could be sent: on tasks that were chosen, and those that the lights propose by their scheme."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from duban.dispatch.lighting import SchemeBook
from duban.dispatch.models import TaskLight
from duban.dispatch.schemes.lights.scheme import Consequence
from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit
from duban.plans.models import Ledger, Responsibility, Task
from duban.plans.models.entries import UnitRole
from duban.plans.states import LedgerState
from duban.supervision.actions.orders import due_steps
from duban.supervision.models import OrderUnit
from duban.supervision.models.orders import Level
from duban.supervision.pressing.rules import Step

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
#: What an order demands where nothing else is written.
DEMAND = "请查明原因，制定赶上进度的措施，明确责任人和完成时间，按期书面答复。"


@dataclass(frozen=True)
class Draft:
    """An order that could be sent on a task: to whom, why, of which level, within how many days (as the scheme counts)."""

    task: Task
    units: list[Unit]
    grounds: str
    light: TaskLight | None = None
    level: str = Level.BLUE
    days: int | None = None
    held: str = ""

    @property
    def ready(self) -> bool:
        """Say whether it can be sent as it is: somebody to send it to, and nothing in hand."""
        return bool(self.units) and not self.held


def drafts(tasks: Iterable[Task], today: date) -> list[Draft]:
    """Return a draft for each of `tasks`, with its light as the reason; four statements."""
    chosen = list(tasks)
    numbers = [task.pk for task in chosen]
    lights = _lights(numbers, today)
    units = _answering(numbers)
    held = _held(numbers)
    return [
        Draft(
            task,
            units[task.pk],
            _grounds(task, lights.get(task.pk), today),
            lights.get(task.pk),
            held=held.get(task.pk, ""),
        )
        for task in chosen
    ]


def _lights(tasks: list[int], today: date) -> dict[int, TaskLight]:
    rows = TaskLight.objects.filter(task__in=tasks, valid_from__lte=today).order_by("valid_from")
    return {row.task_id: row for row in rows}


def _answering(tasks: list[int]) -> dict[int, list[Unit]]:
    """Return the units that lead each task, those responsible where none leads."""
    roles: dict[int, dict[str, list[Unit]]] = defaultdict(lambda: defaultdict(list))
    answers = Responsibility.objects.filter(task__in=tasks, dropped=False, unit__isnull=False).select_related("unit")
    for answer in answers.order_by("unit__order", "pk"):
        if answer.unit is not None and answer.task_id is not None:
            roles[answer.task_id][answer.role].append(answer.unit)
    found = {task: roles[task][UnitRole.LEAD] or roles[task][UnitRole.RESPONSIBLE] for task in tasks}
    return {task: list(dict.fromkeys(units)) for task, units in found.items()}


def _held(tasks: list[int]) -> dict[int, str]:
    """Return the number of an order in hand on each task."""
    open_ones = OrderUnit.objects.open().filter(order__task__in=tasks).select_related("order")
    return {slip.order.task_id or 0: slip.order.number for slip in open_ones}


def _grounds(task: Task, light: TaskLight | None, today: date) -> str:
    due = f"“{task.title}”的完成时限是{task.due.year}年{task.due.month}月{task.due.day}日。" if task.due else ""
    if light is None or not light.why.get("severity", 1):  # the best light is no ground
        return due or f"“{task.title}”列入年度总台账，没有按要求推进。"
    # The sentence speaks of the day on which the light turned, or its reason changed.
    since = light.valid_from
    said = _ISO.sub(lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", str(light.why["sentence"]).rstrip("。"))
    still = "" if since == today else "至今没有转好。"
    return f"“{task.title}”{since.year}年{since.month}月{since.day}日亮灯为“{light.why['word']}”：{said}。{still}"


@dataclass(frozen=True)
class Proposals:
    """What could be sent now: by light, and what the rules leave to the office."""

    drafts: list[Draft]
    steps: list[tuple[OrderUnit, Step]]


def proposals(person: Person, today: date) -> Proposals:
    """Return what the lights of the divisions that a person runs propose, the worst light first, and overdue orders to decide."""
    reach = access_of(person).reach("supervision.run")
    ledgers = Ledger.objects.filter(reach.of_division(), state=LedgerState.ISSUED).select_related("division")
    found: list[Draft] = []
    for ledger in ledgers:
        found += _proposed(ledger, today)
    steps = [
        (slip, step)
        for slip, step in due_steps(today)
        if step.then == "propose" and reach.covers_division(slip.order.division)
    ]
    return Proposals(found, steps)


def _proposed(ledger: Ledger, today: date) -> list[Draft]:
    """Return the drafts of tasks whose light leads to an order by the scheme in force, and that have none in hand."""
    tasks = list(Task.objects.in_ledger().filter(ledger=ledger).select_related("ledger__division", "section"))
    if not tasks:
        return []
    rules, _ = SchemeBook(ledger).on(today)
    asking = [one for one in rules.consequences if "slip" in one.actions]
    by_blue = any(one.level.colour == Level.BLUE for one in asking)
    lights = _lights([task.pk for task in tasks], today)
    wanted: dict[int, Consequence] = {}
    for task in tasks:
        light = lights.get(task.pk)
        for one in asking:
            if light and light.level == one.level.name and one.say in light.why["outcome"]:
                wanted[task.pk] = one
    chosen = [task for task in tasks if task.pk in wanted]
    found = [draft for draft in drafts(chosen, today) if not draft.held]
    found.sort(key=lambda draft: (-wanted[draft.task.pk].level.severity, draft.task.order))
    return [
        Draft(
            draft.task,
            draft.units,
            draft.grounds,
            draft.light,
            # A scheme of slips says which; by any other the first order is blue, and is pressed from there.
            wanted[draft.task.pk].level.colour if by_blue else Level.BLUE,
            wanted[draft.task.pk].days,
        )
        for draft in found
    ]
