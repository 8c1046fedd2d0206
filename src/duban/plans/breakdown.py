"""A break-down as people hand it in, by page or workbook, and the rules it must keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from duban.organisations.calendar import Calendar
from duban.organisations.models import Post
from duban.plans.models import Indicator, Responsibility, Task
from duban.plans.models.entries import Comparator, MeasureKind
from duban.plans.models.measures import CurveKind
from duban.plans.schedules import WHOLE, check_monthly, check_weights, months, reaches
from duban.plans.snapshots import Snapshot, decimal_text, of_tasks


@dataclass(frozen=True)
class CurvePlan:
    """How expected progress is to run; `monthly` holds cumulative targets by month (2026-03)."""

    kind: str = CurveKind.LINEAR
    start: date | None = None
    start_value: Decimal = Decimal(0)
    monthly: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class MeasurePlan:
    """A measure (举措); `id` is that of the one it changes, none for a new one."""

    id: int | None
    text: str
    unit: int | None = None
    person: int | None = None
    start: date | None = None
    due: date | None = None
    curve: CurvePlan | None = None


@dataclass(frozen=True)
class MilestonePlan:
    """A milestone; `measure` is the place of its measure among the plan's measures, none for one of the whole task."""

    id: int | None
    name: str
    due: date | None = None
    weight: Decimal = Decimal(0)
    measure: int | None = None


@dataclass(frozen=True)
class IndicatorPlan:
    """The floor and the expected progress of an indicator of the task."""

    id: int
    floor: Decimal | None = None
    curve: CurvePlan | None = None


@dataclass(frozen=True)
class Plan:
    """All of a task's break-down."""

    measures: tuple[MeasurePlan, ...] = ()
    milestones: tuple[MilestonePlan, ...] = ()
    indicators: tuple[IndicatorPlan, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: the list, the place in it, the field. An empty list name stands for the whole."""

    message: str
    part: str = ""
    place: int = 0
    field: str = ""


@dataclass
class Surroundings:
    """What a plan of a task is checked against."""

    task: Task
    now: Snapshot
    units: dict[int, str]
    people: dict[int, tuple[str, set[int]]]
    indicators: dict[int, Indicator]
    calendar: Calendar = field(default_factory=Calendar)

    @property
    def due(self) -> date:
        """The last day of the task's limits."""
        return self.task.due or date(self.task.ledger.year, 12, 31)

    @property
    def end(self) -> date:
        """The last day that a break-down may name.

        One limit of a task often holds for a part of it only (7月底前整合为4户 … 全年盘活8.5亿元): indicators and steps
        run to the end of the year whatever the limits are, and beyond it where a limit does.
        """
        return max(self.due, date(self.task.ledger.year, 12, 31))

    @property
    def start(self) -> date:
        """The first day of the ledger's year, from which progress is expected where nothing else is said."""
        return date(self.task.ledger.year, 1, 1)


def surroundings(tasks: Iterable[Task]) -> dict[int, Surroundings]:
    """Return what the plans of `tasks` are checked against, in a bounded number of SQL statements."""
    given = {task.pk: task for task in tasks}
    now = of_tasks(given.values())
    units: dict[int, dict[int, str]] = defaultdict(dict)
    answers = Responsibility.objects.filter(task__in=given, dropped=False, unit__isnull=False).select_related("unit")
    for answer in answers.order_by("order", "pk"):
        if answer.unit:
            units[answer.task_id][answer.unit.pk] = answer.unit.name
    today = timezone.localdate()
    posts = Post.objects.filter(unit__in={unit for found in units.values() for unit in found}, start__lte=today)
    posts = posts.filter(Q(end=None) | Q(end__gt=today), person__is_active=True).select_related("person")
    people: dict[int, tuple[str, set[int]]] = {}
    for post in posts.order_by("order", "pk"):
        people.setdefault(post.person_id, (post.person.name, set()))[1].add(post.unit_id or 0)
    indicators: dict[int, dict[int, Indicator]] = defaultdict(dict)
    for indicator in Indicator.objects.filter(task__in=given, dropped=False).order_by("order", "pk"):
        indicators[indicator.task_id or 0][indicator.pk] = indicator
    return {
        pk: Surroundings(
            task=task,
            now=now[pk],
            units=units[pk],
            people={who: (name, of & units[pk].keys()) for who, (name, of) in people.items() if of & units[pk].keys()},
            indicators=indicators[pk],
        )
        for pk, task in given.items()
    }


def check(plan: Plan, around: Surroundings) -> tuple[list[Problem], list[Problem]]:
    """Return what is wrong with the plan, and what is only worth a look."""
    wrong: list[Problem] = []
    look: list[Problem] = []
    _check_measures(plan, around, wrong, look)
    _check_milestones(plan, around, wrong, look)
    _check_indicators(plan, around, wrong, look)
    return wrong, look


def _check_measures(plan: Plan, around: Surroundings, wrong: list[Problem], look: list[Problem]) -> None:
    there = {row["id"]: row for row in around.now["measures"]}
    for place, measure in enumerate(plan.measures):

        def say(message: str, part: str, to: list[Problem] = wrong, place: int = place) -> None:
            to.append(Problem(message, "measures", place, part))

        old = there.get(measure.id or 0, {})
        if measure.id is not None and not old:
            say("这条举措已不在这项任务里，请刷新后再填。", "text")
        if not measure.text.strip():
            say("举措要有内容。", "text")
        if measure.unit is None:
            say("没有填单位，算作任务的牵头单位。", "unit", look)
        elif measure.unit not in around.units and measure.unit != old.get("unit_id"):
            say("这个单位不是任务的责任单位。请先申请变更单位，或改选。", "unit")
        if measure.person is not None and measure.person != old.get("person_id"):
            name, posts = around.people.get(measure.person, ("", set()))
            if not posts or (measure.unit is not None and measure.unit not in posts):
                said = f"{name}不在所选的单位任职。" if name else "责任人不在任务的责任单位任职。"
                say(f"{said}请改选。", "person")
        if measure.start and measure.due and measure.due < measure.start:
            say("完成日期早于开始日期。", "due")
        if measure.due:
            _check_due(measure.due, "完成日期", around, say, look)
        if measure.curve:
            steps = [step for step in plan.milestones if step.measure == place]
            for message, serious in _curve(measure.curve, steps, WHOLE, MeasureKind.LEVEL, Comparator.AT_LEAST, around):
                say(message, "curve", wrong if serious else look)


def _check_due(due: date, what: str, around: Surroundings, say: Callable[..., None], look: list[Problem]) -> bool:
    """Say what there is to say about the last day of a step; return whether there was anything."""
    if due > around.end:
        say(f"{what}晚于{around.end:%Y年%-m月%-d日}。请提前，或先申请延期。", "due")
    elif due > around.due:
        said = f"{what}晚于任务的时限{around.due:%Y年%-m月%-d日}。全年的工作可以保留；时限内来不及的，请申请延期。"
        say(said, "due", look)
    return due > around.due


def _check_milestones(plan: Plan, around: Surroundings, wrong: list[Problem], look: list[Problem]) -> None:
    there = {row["id"] for row in around.now["milestones"]}
    groups: dict[int | None, list[Decimal]] = defaultdict(list)
    for place, step in enumerate(plan.milestones):

        def say(message: str, part: str, to: list[Problem] = wrong, place: int = place) -> None:
            to.append(Problem(message, "milestones", place, part))

        groups[step.measure].append(step.weight)
        if step.id is not None and step.id not in there:
            say("这个节点已不在这项任务里，请刷新后再填。", "name")
        if not step.name.strip():
            say("节点要有名称。", "name")
        if step.due is None:
            say("节点要有完成日期。可以点“倒排工期”由系统建议。", "due")
        elif not _check_due(step.due, "节点日期", around, say, look) and not around.calendar.is_working_day(step.due):
            say(f"{step.due:%Y年%-m月%-d日}不是工作日。", "due", look)
        if not 0 <= step.weight <= WHOLE:
            say("权重应在0到100之间。", "weight")
    for measure, weights in groups.items():
        if said := check_weights(weights):
            of = "整项任务" if measure is None else f"举措{measure + 1}"
            wrong.append(Problem(f"{of}：{said}", "milestones", 0, "weight"))


def _check_indicators(plan: Plan, around: Surroundings, wrong: list[Problem], look: list[Problem]) -> None:
    steps = [step for step in plan.milestones if step.measure is None]
    for place, row in enumerate(plan.indicators):

        def say(message: str, part: str, to: list[Problem] = wrong, place: int = place) -> None:
            to.append(Problem(message, "indicators", place, part))

        indicator = around.indicators.get(row.id)
        if indicator is None:
            say("这项指标已不在这项任务里，请刷新后再填。", "floor")
            continue
        if said := _floor(row.floor, indicator):
            say(said, "floor")
        if row.curve:
            for message, serious in _curve(
                row.curve, steps, indicator.value, indicator.measure, indicator.comparator, around
            ):
                say(f"“{indicator.name}”：{message}", "curve", wrong if serious else look)


def _floor(floor: Decimal | None, indicator: Indicator) -> str:
    """Return what is wrong with a floor; one that stands is eased by amendment only."""
    at_most = indicator.comparator == Comparator.AT_MOST
    if floor is not None and (floor < indicator.value if at_most else floor > indicator.value):
        beyond = "小于" if at_most else "高于"
        return f"“{indicator.name}”的底线{decimal_text(floor)}不能{beyond}目标{decimal_text(indicator.value)}。"
    old = indicator.floor
    if old is None or floor == old:
        return ""
    if floor is None or (floor > old if at_most else floor < old):
        return f"“{indicator.name}”的底线原定{decimal_text(old)}，放宽或取消须申请调整指标。"
    return ""


def _curve(
    curve: CurvePlan,
    steps: list[MilestonePlan],
    target: Decimal,
    measure: str,
    comparator: str,
    around: Surroundings,
) -> list[tuple[str, bool]]:
    """Return what there is to say about a curve, each with whether it is in the way."""
    said: list[tuple[str, bool]] = []
    if curve.start and curve.start > around.end:
        said.append((f"序时进度的开始日期晚于{around.end:%Y年%-m月%-d日}。", True))
    if curve.kind == CurveKind.MILESTONES and not any(step.weight for step in steps):
        said.append(("选了“按节点权重”，但节点没有权重。请填节点的权重，或改选。", True))
    if curve.kind == CurveKind.MONTHLY:
        known = set(months(curve.start or around.start, around.end))
        strange = sorted(curve.monthly.keys() - known)
        if strange:
            said.append((f"{strange[0]}不在任务的起止月份里。", True))
        if wrong := check_monthly(curve.monthly, measure=measure):
            said.append((wrong, True))
        elif short := reaches(curve.monthly, target=target, comparator=comparator):
            said.append((short, False))
    return said


def plan_of(task: Snapshot) -> Plan:
    """Return the break-down that a snapshot holds, as it would be handed in unchanged."""
    places = {row["id"]: place for place, row in enumerate(task["measures"])}
    return Plan(
        measures=tuple(
            MeasurePlan(
                id=row["id"],
                text=row["text"],
                unit=row["unit_id"],
                person=row["person_id"],
                start=_day(row["start"]),
                due=_day(row["due"]),
                curve=_curve_of(row["curve"]),
            )
            for row in task["measures"]
        ),
        milestones=tuple(
            MilestonePlan(
                id=row["id"],
                name=row["name"],
                due=_day(row["due"]),
                weight=Decimal(row["weight"]),
                measure=places.get(row["measure_id"]),
            )
            for row in task["milestones"]
        ),
        indicators=tuple(
            IndicatorPlan(
                id=row["id"],
                floor=Decimal(row["floor"]) if row["floor"] is not None else None,
                curve=_curve_of(row["curve"]),
            )
            for row in task["indicators"]
        ),
    )


def _curve_of(row: Any) -> CurvePlan | None:
    if row is None:
        return None
    monthly = {month: Decimal(value) for month, value in row["monthly"].items()}
    return CurvePlan(row["kind"], _day(row["start"]), Decimal(row["start_value"]), monthly)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
