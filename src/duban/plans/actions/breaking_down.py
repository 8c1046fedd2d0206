"""The break-down of a task (任务分解): measures, milestones, floors and expected progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans import states
from duban.plans.breakdown import CurvePlan, Plan, Problem, Surroundings, check, surroundings
from duban.plans.differences import Change, difference
from duban.plans.models import Curve, Indicator, Measure, Milestone, Task, TaskVersion
from duban.plans.models.measures import CurveKind
from duban.plans.snapshots import decimal_text, of_task, record_version
from duban.plans.states import LedgerState, TaskState


class WrongPlan(Refusal):
    """The break-down breaks rules; `problems` says which and where."""

    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(problem.message for problem in problems[:5]))
        self.problems = problems


class Outdated(Refusal):
    """Somebody changed the task after the page or the workbook was made."""

    def __init__(self, task: Task, latest: TaskVersion) -> None:
        when = timezone.localtime(latest.recorded_at)
        super().__init__(
            f"“{task}”在您打开以后，已由{latest.recorded_by}于{when:%-m月%-d日 %H:%M}改动（{latest.reason}）。"
            "请打开最新的内容，把您的改动再填一遍；您填的还在本页上，可以对照。"
        )
        self.latest = latest


@dataclass(frozen=True)
class Saved:
    """What a save did: the changed fields, and what is worth a look."""

    task: Task
    changes: list[Change]
    cautions: list[Problem]


@action
def save(*, task: Task, plan: Plan, seen: int, by: Person, on: date | None = None) -> Saved:
    """Make `plan` the break-down of `task`; `seen` is the number of the task's version that it was written against.

    Rows of the plan with a number change what is there, rows without are added, what the plan does not name is taken away;
    indicators that it does not name stay as they are. With the first measure or milestone the task is in progress.
    It holds from today, or from `on` where it is entered afterwards.
    Raises `Outdated`, `WrongPlan`, `WrongState`, `NotAllowed`.
    """
    task = Task.objects.select_for_update(of=("self",)).select_related("ledger__division").get(pk=task.pk)
    units = task.responsibilities.filter(dropped=False, unit__isnull=False).values_list("unit_id", flat=True)
    require(by, "plans.break_down", division=task.ledger.division, units=[unit for unit in units if unit])
    if task.ledger.state != LedgerState.ISSUED:
        raise states.WrongState(f"“{task.ledger}”", task.ledger.get_state_display(), "分解")
    if task.state not in (TaskState.TO_BREAK_DOWN, TaskState.IN_PROGRESS):
        raise states.WrongState(f"“{task}”", task.get_state_display(), "分解")
    latest = task.versions.select_related("recorded_by").latest("number")
    if latest.number != seen:
        raise Outdated(task, latest)
    around = surroundings([task])[task.pk]
    wrong, look = check(plan, around)
    if wrong:
        raise WrongPlan(wrong)
    _write(task, plan, around)
    if task.state == TaskState.TO_BREAK_DOWN and (plan.measures or plan.milestones):
        task.state = states.check("task", "break_down", task.state, thing=f"“{task}”")
        task.save(update_fields=["state"])
    changes = difference(around.now, of_task(task))
    if changes:
        record_version(task, valid_from=on or timezone.localdate(), reason="分解", by=by)
        record(
            "plans.break_down",
            by=by,
            subject=task,
            before={change.label: change.before for change in changes},
            after={change.label: change.after for change in changes},
            division=task.ledger.division.code,
        )
    return Saved(task, changes, look)


def save_all(*, plans: Mapping[int, tuple[Task, Plan, int]], by: Person, keep: bool = True) -> list[Saved]:
    """Save the break-downs of several tasks, all or none (see :func:`save`).

    With `keep` false everything is done and taken back again: what it returns is what saving would do.
    """
    if keep:
        return _save_each(plans, by)
    with transaction.atomic():
        saved = _save_each(plans, by)
        transaction.set_rollback(True)
    return saved


@action
def _save_each(plans: Mapping[int, tuple[Task, Plan, int]], by: Person) -> list[Saved]:
    return [save(task=task, plan=plan, seen=seen, by=by) for _, (task, plan, seen) in sorted(plans.items())]


def _write(task: Task, plan: Plan, around: Surroundings) -> None:
    _refuse_to_lose_what_is_done(task, plan)
    measures = _write_measures(task, plan, around)
    _write_milestones(task, plan, measures)
    for row in plan.indicators:
        indicator = around.indicators[row.id]
        if indicator.floor != row.floor:
            indicator.floor = row.floor
            indicator.version += 1
            indicator.save(update_fields=["floor", "version"])
        if row.curve:
            _write_curve(row.curve, indicator=indicator)


def _refuse_to_lose_what_is_done(task: Task, plan: Plan) -> None:
    kept = [row.id for row in plan.milestones if row.id is not None]
    done = task.milestones.exclude(done_on=None).exclude(pk__in=kept).first()
    if done:
        raise WrongPlan([Problem(f"节点“{done}”已于{done.done_on:%Y年%-m月%-d日}完成，不能删除。", "milestones")])


def _write_measures(task: Task, plan: Plan, around: Surroundings) -> list[Measure]:
    there = {measure.pk: measure for measure in task.measures.all()}
    kept = {row.id for row in plan.measures}
    gone = [measure for pk, measure in there.items() if pk not in kept]
    # A milestone that stays does not go with its measure.
    stays = [row.id for row in plan.milestones if row.id is not None]
    task.milestones.filter(measure__in=gone, pk__in=stays).update(measure=None)
    _take_away(gone)
    written = []
    for order, row in enumerate(plan.measures):
        measure = there[row.id] if row.id is not None else Measure(task=task)
        _set(
            measure,
            text=row.text.strip(),
            unit_id=row.unit,
            person_id=row.person,
            start=row.start,
            due=row.due,
            order=order,
        )
        if row.curve:
            _write_curve(row.curve, measure=measure)
        written.append(measure)
    return written


def _write_milestones(task: Task, plan: Plan, measures: list[Measure]) -> None:
    there = {step.pk: step for step in task.milestones.all()}
    kept = {row.id for row in plan.milestones}
    _take_away([step for pk, step in there.items() if pk not in kept])
    for order, row in enumerate(plan.milestones):
        step = there[row.id] if row.id is not None else Milestone(task=task)
        of = measures[row.measure] if row.measure is not None else None
        _set(step, name=row.name.strip(), due=row.due, weight=row.weight, order=order, measure_id=of and of.pk)


def _write_curve(plan: CurvePlan, **of: Indicator | Measure) -> None:
    curve = Curve.objects.filter(**of).first()
    if curve is None:
        if plan == CurvePlan():
            # Linear from the first day of the year is what holds where nothing is said.
            return
        curve = Curve(**of)
    monthly = plan.monthly if plan.kind == CurveKind.MONTHLY else {}
    curve.kind, curve.start, curve.start_value = plan.kind, plan.start, plan.start_value
    curve.monthly = {month: decimal_text(value) for month, value in sorted(monthly.items())}
    curve.save()


def _set(row: Any, **values: Any) -> None:
    """Write the row if it is new or anything differs."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if row.pk is None:
        row.save()
    elif changed:
        row.version += 1
        row.save()


def _take_away(rows: list[Measure] | list[Milestone]) -> None:
    for row in rows:
        try:
            row.delete()
        except ProtectedError:
            raise WrongPlan([Problem(f"“{row}”已有填报，不能删除。请保留，改动内容或日期。")]) from None
