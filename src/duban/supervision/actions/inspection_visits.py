"""Where the group goes and what it checks there: visits, and check lists drawn from the ledger or named by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from duban.audit.trail import action
from duban.dispatch.models import Report
from duban.organisations.models import Person, Unit
from duban.plans.models import Indicator, Task
from duban.plans.models.entries import Status
from duban.supervision.actions.inspections import locked, note
from duban.supervision.inspecting.refusals import NotInPlan, NotNow, Wrong
from duban.supervision.inspecting.sampling import WAYS, pick
from duban.supervision.models import CheckFigure, CheckItem, Draw, Inspection, Visit
from duban.supervision.models.inspections import DrawWay
from duban.supervision.queries.inspection_draws import last_reports, pools
from duban.supervision.states.inspections import InspectionState

_MOST = 200


def _arrangeable(inspection: Inspection, by: Person) -> Inspection:
    inspection = locked(inspection, by)
    if inspection.state not in (InspectionState.APPROVED, InspectionState.ON_SITE):
        raise NotNow("方案批准以后、实地督查结束以前，才能安排走访和核查内容。")
    return inspection


@action
def add_visit(*, inspection: Inspection, unit: Unit, place: str, day: date, by: Person) -> Visit:
    """Arrange a visit to a place of an inspected unit within the plan's term. Raises `NotInPlan`, `Wrong`."""
    inspection = _arrangeable(inspection, by)
    _within(inspection, [unit.pk], day)
    if not place.strip():
        raise Wrong("没有写去哪里。")
    made, new = Visit.objects.get_or_create(
        inspection=inspection,
        unit=unit,
        place=place.strip()[:200],
        day=day,
        defaults={"order": inspection.visits.filter(day=day).count()},
    )
    if new:
        note("supervision.add_visit", inspection, by, unit=unit.pk, place=made.place, day=day)
    return made


def _within(inspection: Inspection, units: Iterable[int], day: date | None = None) -> None:
    """Article 15: neither objects nor scope nor term grow."""
    planned = set(inspection.units.values_list("unit", flat=True))
    if set(units) - planned:
        raise NotInPlan("不在方案的督查对象里，不能去（条例第十五条：不得擅自扩大范围、变更对象）。")
    if day and not inspection.starts_on <= day <= inspection.ends_on:
        raise NotInPlan(
            f"{day:%Y-%m-%d}不在方案的时间（{inspection.starts_on:%Y-%m-%d}至{inspection.ends_on:%Y-%m-%d}）以内。"
        )


@action
def drop_visit(*, visit: Visit, by: Person) -> None:
    """Take a visit off the list at which nothing was entered."""
    inspection = _arrangeable(visit.inspection, by)
    if visit.items.filter(entered_at__isnull=False).exists():
        raise NotNow(f"“{visit}”已有现场记录，不能去掉。")
    note("supervision.drop_visit", inspection, by, place=visit.place, day=visit.day)
    visit.items.all().delete()
    visit.delete()


@action
def draw(*, inspection: Inspection, seed: int, asked: Mapping[str, int], by: Person, repeat: bool = False) -> Draw:
    """Draw tasks by `seed`, as many as `asked` of each way, and put each on the list of a visit to its unit.

    What each way could choose from is kept with the seed, so that the draw can be made again. With `repeat` units are
    visited for what they were already visited for this year. Raises `Wrong` where nothing can be drawn.
    """
    inspection = _arrangeable(inspection, by)
    if not 0 <= seed < 2**31:
        raise Wrong("种子应是 0 到 2147483647 的整数。")
    counts = {way: int(asked.get(way, 0)) for way in WAYS}
    if any(count < 0 for count in counts.values()) or not 0 < sum(counts.values()) <= _MOST:
        raise Wrong(f"一共要抽 1 到 {_MOST} 项。")
    found = pools(inspection, repeat=repeat)
    picked = pick(seed, found.by_way, counts)
    if not picked:
        raise Wrong("这些方式里没有可抽的任务。请换一种方式，或者换督查对象。")
    made = Draw.objects.create(
        inspection=inspection,
        seed=seed,
        asked=counts,
        pools=found.by_way,
        picked=[[way, task] for way, task in picked],
        by=by,
    )
    chosen = [(found.candidates[task].task, found.candidates[task].unit, way) for way, task in picked]
    reports = last_reports((task.pk, unit.pk) for task, unit, _ in chosen)
    for task, unit, way in chosen:
        _item(_visit_to(inspection, unit), task, way, reports.get((task.pk, unit.pk)), made)
    note("supervision.draw_check_list", inspection, by, seed=seed, asked=counts, picked=made.picked, repeat=repeat)
    return made


def _visit_to(inspection: Inspection, unit: Unit) -> Visit:
    there = inspection.visits.filter(unit=unit).order_by("day", "order", "pk").first()
    return there or Visit.objects.create(
        inspection=inspection, unit=unit, place=unit.name, day=inspection.starts_on, order=inspection.visits.count()
    )


@action
def add_item(*, visit: Visit, task: Task, by: Person) -> CheckItem:
    """Put a task on the list of a visit by hand. Raises `NotInPlan` where it is not in the plan's ledger."""
    inspection = _arrangeable(visit.inspection, by)
    if task.ledger_id != inspection.ledger_id:
        raise NotInPlan(f"“{task}”不在这一年的台账里。")
    if there := visit.items.filter(task=task).first():
        return there
    report = last_reports([(task.pk, visit.unit_id)]).get((task.pk, visit.unit_id))
    made = _item(visit, task, DrawWay.BY_HAND, report, None)
    note("supervision.add_check_item", inspection, by, visit=visit.pk, task=task.pk)
    return made


def _item(visit: Visit, task: Task, way: str, report: Report | None, drawn: Draw | None) -> CheckItem:
    item = CheckItem.objects.create(
        visit=visit, task=task, way=way, draw=drawn, report=report, reported=report.progress if report else ""
    )
    if report:
        figures = [(value.indicator, value.unit, value.value) for value in report.values.all()]
    else:
        targets = Indicator.objects.filter(task=task, dropped=False, status=Status.TARGET)
        figures = [(indicator, indicator.unit, None) for indicator in targets]
    CheckFigure.objects.bulk_create(
        CheckFigure(item=item, indicator=indicator, unit=unit, reported=value) for indicator, unit, value in figures
    )
    return item


@action
def drop_item(*, item: CheckItem, by: Person) -> None:
    """Take a task off the list of which nothing was entered."""
    inspection = _arrangeable(item.visit.inspection, by)
    if item.entered_at or item.photos.exists() or item.voices.exists():
        raise NotNow(f"“{item.task}”已有现场记录，不能去掉。")
    note("supervision.drop_check_item", inspection, by, visit=item.visit_id, task=item.task_id)
    item.delete()
