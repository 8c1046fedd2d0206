"""What a check list may be drawn from: the tasks of the inspected units, and what speaks for looking at each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.safestring import SafeString

from duban.dispatch.lamps import lamp
from duban.dispatch.models import Report, ReportValue, TaskLight
from duban.dispatch.states import ReportState
from duban.organisations.models import Unit
from duban.plans.models import Responsibility, Task
from duban.plans.models.entries import UnitRole
from duban.plans.states import TaskState
from duban.supervision.inspecting.sampling import WAYS, pick
from duban.supervision.inspecting.warning import visited_for
from duban.supervision.models import CheckItem, Inspection
from duban.supervision.models.inspections import DrawWay

_ROLES = (UnitRole.LEAD, UnitRole.RESPONSIBLE, UnitRole.SUPPORT)
_RISKY = ("yellow", "orange")

#: What each way chooses from, for people.
MEANINGS = {
    "risk": "黄灯、橙灯，或者照近来的进度预测完不成的",
    "light": "红灯的",
    "never": "今年没有抽查核验过，也没有现场核查过的",
    "done": "进度报到100%、申请销号或者已销号的",
    "random": "督查对象的全部任务",
}


@dataclass
class Candidate:
    """A task that may be checked, at which inspected unit, and what is known of it."""

    task: Task
    unit: Unit
    lamp: SafeString | None = None
    ways: set[str] = field(default_factory=set)
    before: Inspection | None = None


@dataclass(frozen=True)
class Pools:
    """The candidates by the task's number, and the numbers that each way chooses from."""

    candidates: Mapping[int, Candidate]
    by_way: dict[str, list[int]]

    @property
    def sizes(self) -> list[tuple[str, str, str, int]]:
        """Each way with its words, what it chooses from, and how many those are."""
        return [(way, str(DrawWay(way).label), MEANINGS[way], len(self.by_way[way])) for way in WAYS]


@dataclass(frozen=True)
class Drawn:
    """A task that was drawn, and by which way."""

    way: str
    candidate: Candidate

    @property
    def words(self) -> str:
        """The way in words."""
        return str(DrawWay(self.way).label)


def pools(inspection: Inspection, *, repeat: bool = False) -> Pools:
    """Return what the check list of `inspection` may be drawn from today; six statements.

    Left out is what stands on its list already and, unless `repeat`, what the same unit was already visited for this year.
    """
    candidates = _candidates(inspection)
    before = visited_for(inspection, candidates)
    for one in candidates.values():
        one.before = before.get((one.unit.pk, one.task.pk))
    listed = set(CheckItem.objects.filter(visit__inspection=inspection).values_list("task", flat=True))
    kept = {pk: one for pk, one in candidates.items() if pk not in listed and (repeat or one.before is None)}
    _lights(kept)
    seen = set(CheckItem.objects.filter(task__in=kept, entered_at__isnull=False).values_list("task", flat=True))
    seen |= set(Report.objects.filter(task__in=kept, sampled=True).values_list("task", flat=True))
    for pk, one in kept.items():
        one.ways.add("random")
        if pk not in seen:
            one.ways.add("never")
        if one.task.state in (TaskState.CLOSE_OUT_REQUESTED, TaskState.CLOSED_OUT):
            one.ways.add("done")
    return Pools(kept, {way: sorted(pk for pk, one in kept.items() if way in one.ways) for way in WAYS})


def _candidates(inspection: Inspection) -> dict[int, Candidate]:
    if inspection.ledger_id is None:
        return {}
    units = inspection.units.values("unit")
    answers = (
        Responsibility.objects.filter(unit__in=units, dropped=False, task__ledger=inspection.ledger_id)
        .filter(task__in=Task.objects.in_ledger())
        .select_related("task__ledger", "unit")
        .defer("task__text", "task__summary")
    )
    found: dict[int, Candidate] = {}
    for answer in sorted(answers, key=lambda one: (_ROLES.index(UnitRole(one.role)), one.order, one.pk)):
        assert answer.unit
        # At the unit that answers most for it.
        found.setdefault(answer.task_id, Candidate(answer.task, answer.unit))
    return dict(sorted(found.items(), key=lambda item: (item[1].task.order, item[0])))


def _lights(candidates: Mapping[int, Candidate]) -> None:
    rows = TaskLight.objects.filter(task__in=candidates, valid_from__lte=timezone.localdate()).order_by("valid_from")
    last = {row.task_id: row for row in rows}
    for pk, row in last.items():
        one = candidates[pk]
        one.lamp = lamp(row.colour, row.why["shape"], row.why["word"])
        if row.colour == "red":
            one.ways.add("light")
        if row.colour in _RISKY or row.why.get("will_miss"):
            one.ways.add("risk")
        if row.progress is not None and row.progress >= 100:
            one.ways.add("done")


def preview(found: Pools, seed: int, asked: Mapping[str, int]) -> list[Drawn]:
    """Return what would be drawn by `seed`."""
    return [Drawn(way, found.candidates[task]) for way, task in pick(seed, found.by_way, asked)]


def last_reports(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Report]:
    """Return the report to look into for each pair of task and unit: the last verified, or else the last handed in.

    Where the unit itself does not report on the task, that of the unit that does.
    """
    wanted = list(pairs)
    reports = (
        Report.objects.filter(
            task__in={task for task, _ in wanted},
            state__in=(ReportState.VERIFIED, ReportState.AWAITING_VERIFICATION),
        )
        .select_related("round")
        .prefetch_related(Prefetch("values", ReportValue.objects.select_related("indicator")))
        .order_by("round__period_end", "pk")
    )
    by_task: dict[int, list[Report]] = {}
    for report in reports:
        by_task.setdefault(report.task_id, []).append(report)
    return {
        (task, unit): max(
            by_task[task],
            key=lambda one: (one.unit_id == unit, one.state == ReportState.VERIFIED, one.round.period_end, one.pk),
        )
        for task, unit in wanted
        if task in by_task
    }
