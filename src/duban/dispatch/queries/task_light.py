"""The light on a task's page: what it is on a day and why, how it went, where the task is going."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from duban.dispatch.curves import month_end
from duban.dispatch.forecasts import Forecast
from duban.dispatch.goals import said
from duban.dispatch.lamps import MISS_WHY, lamp
from duban.dispatch.lighting import outlook, rules_of
from duban.dispatch.models import LightOverride, Report, TaskLight
from duban.dispatch.progress import TaskStanding, task_standing
from duban.dispatch.schemes.lights.evaluating import OTHERWISE, OVERRIDE, shown
from duban.dispatch.schemes.lights.facts import FACTS
from duban.dispatch.schemes.lights.scheme import ROLES, Level
from duban.dispatch.work import month_of, work_of
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.models import Indicator, Task
from duban.plans.states import TaskState

#: Where the progress came from.
BASIS = {
    "indicators": "按指标计算",
    "milestones": "按节点计算",
    "both": "按指标和节点计算",
    "reported": "按单位填报的完成比例",
    "nothing": "没有指标和节点，也没有报过比例",
}
OUTLOOKS = {"meets": "预计能完成", "uncertain": "能不能完成还不确定", "misses": "预计完不成"}


@dataclass(frozen=True)
class Turn:
    """A light that the task had from a day on, and why."""

    day: date
    lamp: SafeString
    why: str
    scheme: str


@dataclass(frozen=True)
class Month:
    """What the task showed at a month's end (or on the day looked at, in its month); None before its first light."""

    label: str
    lamp: SafeString | None


@dataclass(frozen=True)
class Going:
    """An indicator: what was reported and is expected by the day, and the forecast in the indicator's unit."""

    pk: int
    name: str
    target: str
    value: str
    expected: str
    behind: bool
    below_floor: bool
    forecast: Forecast | None
    end: str
    band: str
    outlook: str


@dataclass
class ByHand:
    """Who may set the light by hand as the scheme in force has it, to what, for how long; and what is set now."""

    may: bool = False
    levels: list[Level] = field(default_factory=list)
    who: str = ""
    longest: int = 0
    set: list[LightOverride] = field(default_factory=list)


@dataclass(frozen=True)
class TaskLightPanel:
    """All that the panel shows."""

    task: Task
    lamp: SafeString
    light: TaskLight
    rule: str
    scheme: str
    numbers: list[tuple[str, str]]
    reports: list[Report]
    hidden: int
    outcome: list[str]
    will_miss: str
    stands: TaskStanding | None
    basis: str
    going: list[Going]
    months: list[Month]
    turns: list[Turn]
    by_hand: ByHand
    today: date


def panel(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return what the panel of a task is rendered with on a day; None where the task has no light by then."""
    day = on or today
    rows = list(
        TaskLight.objects.filter(task=task, valid_from__lte=day).select_related("scheme").order_by("valid_from")
    )
    if not rows:
        return None
    now = rows[-1]
    why = now.why
    found = list(Report.objects.visible_to(person).filter(pk__in=why["reports"]).select_related("round", "unit"))
    work, indicators = work_of(task)
    stands = task_standing(work, day)
    return {
        "light": TaskLightPanel(
            task=task,
            lamp=_lamp(now),
            light=now,
            rule={OTHERWISE: "没有触发任何规则", OVERRIDE: "手工改灯"}.get(now.rule, f"规则“{now.rule}”"),
            scheme=str(now.scheme) if now.scheme else rules_of(None).title,
            numbers=_numbers(why["numbers"]),
            reports=found,
            hidden=len(set(why["reports"])) - len(found),
            outcome=why["outcome"],
            will_miss=MISS_WHY if why.get("will_miss") else "",
            stands=stands if stands.says_something else None,
            basis=BASIS[stands.basis],
            going=_going(indicators, stands, outlook(work, day) if task.state != TaskState.CLOSED_OUT else {}),
            months=_months(rows, task.ledger.year, day),
            turns=[_turn(row) for row in reversed(rows)],
            by_hand=_by_hand(task, person, now, today) if on is None else ByHand(),
            today=today,
        )
    }


def _lamp(row: TaskLight) -> SafeString:
    return lamp(row.colour, row.why["shape"], row.why["word"])


def _turn(row: TaskLight) -> Turn:
    return Turn(row.valid_from, _lamp(row), row.why["sentence"], str(row.scheme) if row.scheme else "")


def _numbers(numbers: dict[str, str]) -> list[tuple[str, str]]:
    """Return the numbers behind a light as people read them: the name of each and its value with its unit."""
    found = []
    for name, text in numbers.items():
        fact = FACTS[name]
        match fact.kind:
            case "number":
                value = f"{shown(Decimal(text))}{fact.unit}"
            case "truth":
                value = "是" if text == "True" else "否"
            case _:
                value = text or "无"
        found.append((fact.name, value))
    return found


def _months(rows: list[TaskLight], year: int, day: date) -> list[Month]:
    months = []
    for number in range(1, 13):
        end = month_end(f"{year}-{number:02d}")
        at = day if month_of(day) == month_of(end) else end
        held = [row for row in rows if row.valid_from <= at] if at <= day else []
        months.append(Month(f"{number}月", _lamp(held[-1]) if held else None))
    return months


def _going(indicators: list[Indicator], stands: TaskStanding, forecasts: Mapping[int, Forecast]) -> list[Going]:
    found = []
    for indicator in sorted(indicators, key=lambda one: (one.order, one.pk)):
        if indicator.pk not in stands.indicators and indicator.pk not in stands.unknown:
            continue
        one, made = stands.indicators.get(indicator.pk), forecasts.get(indicator.pk)
        unit = indicator.unit
        found.append(
            Going(
                pk=indicator.pk,
                name=indicator.name,
                target=said(indicator),
                value=_amount(one.value, unit) if one and one.value is not None else "未报",
                expected=_amount(one.expected, unit) if one else "",
                behind=bool(one and one.behind > 0),
                below_floor=bool(one and one.below_floor),
                forecast=made,
                end=_amount(made.value, unit) if made else "",
                band=f"{_amount(made.low, '')}—{_amount(made.high, unit)}" if made else "",
                outlook=OUTLOOKS[made.outlook] if made else "",
            )
        )
    return found


def _amount(value: Decimal, unit: str) -> str:
    return f"{shown(value)}{unit}"


def _by_hand(task: Task, person: Person, now: TaskLight, today: date) -> ByHand:
    """Return who may set the light by hand by the scheme that gave it: a scheme adopted since lights the task anew."""
    access = access_of(person)
    if not access.may("dispatch.override_light", division=task.ledger.division):
        return ByHand()
    rules = rules_of(now.scheme)
    override = rules.override
    roles: Iterable[str] = (role.value for role in access.roles)
    set_now = LightOverride.objects.none()
    if now.why.get("override"):
        set_now = LightOverride.objects.filter(task=task, start__lte=today, until__gte=today, ended_on=None)
    return ByHand(
        may=any(role in override.roles for role in roles),
        levels=[level for level in rules.levels if level.name in override.levels],
        who="、".join(ROLES[role] for role in override.roles),
        longest=override.longest_days,
        set=list(set_now.select_related("by")),
    )
