"""The break-down workbook of a unit as it comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from duban.organisations.workbooks import CellProblem, Row, UnreadableWorkbook, Workbook, as_amount, as_day
from duban.plans.breakdown import (
    CurvePlan,
    IndicatorPlan,
    MeasurePlan,
    MilestonePlan,
    Plan,
    Problem,
    Surroundings,
    check,
    plan_of,
    surroundings,
)
from duban.plans.models import Task
from duban.plans.models.measures import CurveKind
from duban.plans.workbooks.break_down_form import (
    INDICATOR_COLUMNS,
    INDICATORS,
    KEYS,
    KINDS,
    MEASURE,
    MILESTONE,
    STEP_COLUMNS,
    STEPS,
    YES,
)

_FIELDS = {
    "measures": {
        "text": "内容", "unit": "单位", "person": "责任人", "start": "开始日期", "due": "完成日期", "curve": "内容",
    },
    "milestones": {"name": "内容", "due": "完成日期", "weight": "权重（%）"},
    "indicators": {"floor": "底线", "curve": "序时进度"},
}  # fmt: skip


@dataclass
class HandedIn:
    """A workbook as it came back: the plan of each task with the version it was written against, and what is wrong."""

    plans: dict[int, tuple[Task, Plan, int]] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    cautions: list[CellProblem] = field(default_factory=list)


def read_workbook(data: bytes, tasks: Iterable[Task]) -> HandedIn:
    """Return what a filled workbook asks for, for those of `tasks` whose lines differ from what is there.

    Lines that are missing change nothing. Raises `UnreadableWorkbook` where it is not the workbook that was handed out;
    what is wrong within is listed cell by cell.
    """
    book = Workbook(data)
    if KEYS not in book.sheets:
        raise UnreadableWorkbook("这不是系统导出的任务分解表。请先下载，再在里面填写。")
    keys = book.rows(KEYS, ["任务", "任务编号", "版本"])
    seen = {row.text("任务编号"): int(row.text("版本")) for row in keys if row.text("版本").isdecimal()}
    steps = book.rows(STEPS, [name for name, _ in STEP_COLUMNS])
    indicators = book.rows(INDICATORS, [name for name, _ in INDICATOR_COLUMNS], optional=_month_names())
    found = HandedIn()
    known = {task.short_number: task for task in tasks}
    around = surroundings(known.values())
    by_task: dict[str, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for part, rows in enumerate((steps, indicators)):
        for row in rows:
            number = row.text("任务编号")
            if number in known and number in seen:
                by_task[number][part].append(row)
            elif number or row.text("内容"):
                said = f"没有“{number}”这项任务，或者不归本单位分解。" if number else "这一行没有任务编号。"
                found.problems.append(CellProblem(row.cell("任务编号"), said))
    for number, (its_steps, its_indicators) in by_task.items():
        task = known[number]
        reader = _TaskReader(around[task.pk], found)
        plan = reader.read(its_steps, its_indicators)
        if plan != plan_of(around[task.pk].now):
            reader.check(plan)
            found.plans[task.pk] = (task, plan, seen[number])
    return found


class _TaskReader:
    """Turns the lines of one task into its plan, remembering which line each part came from."""

    def __init__(self, around: Surroundings, found: HandedIn) -> None:
        self.around, self.found = around, found
        self.rows: dict[str, list[Row | None]] = {"measures": [], "milestones": [], "indicators": []}
        self.unit_ids = {name: unit for unit, name in around.units.items()}

    def read(self, steps: list[Row], indicators: list[Row]) -> Plan:
        """Return the plan: what is there, changed by the lines."""
        now = plan_of(self.around.now)
        measures, milestones = [], []
        # Measures and milestones are numbered each for themselves.
        lines = {(row.text("类型"), row.text("序号")): row for row in steps if row.text("序号")}
        for old in now.measures:
            row = lines.get((MEASURE, str(old.id)))
            if row is None or row.text("去掉") != YES:
                measures.append(self._measure(row, old) if row else old)
                self.rows["measures"].append(row)
        for row in self._new(steps, MEASURE):
            measures.append(self._measure(row, MeasurePlan(None, "")))
            self.rows["measures"].append(row)
        places = {measure.text.strip(): n for n, measure in enumerate(measures)}
        moved: dict[int | None, int] = {old.id: n for n, old in enumerate(measures) if old.id is not None}
        # Whoever rewords a measure need not reword it in its milestones' lines.
        for row_before in self.around.now["measures"]:
            if row_before["id"] in moved:
                places.setdefault(row_before["text"], moved[row_before["id"]])
        places_of = {n: moved.get(old.id) for n, old in enumerate(now.measures)}
        for step in now.milestones:
            row = lines.get((MILESTONE, str(step.id)))
            if row is None:
                of = places_of.get(step.measure) if step.measure is not None else None
                milestones.append(replace(step, measure=of))
                self.rows["milestones"].append(None)
            elif row.text("去掉") != YES:
                milestones.append(self._milestone(row, step, places))
                self.rows["milestones"].append(row)
        for row in self._new(steps, MILESTONE):
            milestones.append(self._milestone(row, MilestonePlan(None, ""), places))
            self.rows["milestones"].append(row)
        return Plan(tuple(measures), tuple(milestones), self._indicators(now, indicators))

    def check(self, plan: Plan) -> None:
        """List what is wrong with the plan, and what is worth a look, at the cells they stand in."""
        wrong, look = check(plan, self.around)
        self.found.problems += [self._at_cell(problem) for problem in wrong]
        self.found.cautions += [self._at_cell(problem) for problem in look]

    def _at_cell(self, problem: Problem) -> CellProblem:
        rows = self.rows.get(problem.part, [])
        row = rows[problem.place] if problem.place < len(rows) else None
        if row is None:
            return CellProblem(self.around.task.short_number, problem.message)
        column = _FIELDS[problem.part].get(problem.field, "任务编号")
        return CellProblem(row.cell(column), problem.message)

    def _new(self, rows: list[Row], kind: str) -> list[Row]:
        told = ("内容", "属于举措", "责任人", "开始日期", "完成日期", "权重（%）")
        found = []
        for row in rows:
            if row.text("序号") or not any(row.text(name) for name in told):
                continue
            if row.text("类型") == kind:
                found.append(row)
            elif kind == MEASURE and row.text("类型") not in (MEASURE, MILESTONE):
                self._say(row, "类型", f"类型要填“{MEASURE}”或“{MILESTONE}”。")
        return found

    def _measure(self, row: Row, old: MeasurePlan) -> MeasurePlan:
        return replace(
            old,
            text=row.text("内容"),
            unit=self._unit(row, old),
            person=self._person(row, old),
            start=self._day(row, "开始日期"),
            due=self._day(row, "完成日期"),
        )

    def _milestone(self, row: Row, old: MilestonePlan, places: dict[str, int]) -> MilestonePlan:
        of = row.text("属于举措")
        if of and of not in places:
            self._say(row, "属于举措", f"这项任务没有内容是“{of}”的举措。")
        return replace(
            old,
            name=row.text("内容"),
            due=self._day(row, "完成日期"),
            weight=self._amount(row, "权重（%）") or Decimal(0),
            measure=places.get(of) if of else None,
        )

    def _indicators(self, now: Plan, rows: list[Row]) -> tuple[IndicatorPlan, ...]:
        lines = {row.text("序号"): row for row in rows}
        plans = []
        for old in now.indicators:
            row = lines.get(str(old.id))
            self.rows["indicators"].append(row)
            if row is None:
                plans.append(old)
                continue
            curve: CurvePlan | None = self._curve(row)
            if old.curve is None and curve == CurvePlan():
                # Linear is what the workbook shows where nothing was said.
                curve = None
            plans.append(IndicatorPlan(old.id, self._amount(row, "底线"), curve))
        return tuple(plans)

    def _curve(self, row: Row) -> CurvePlan:
        label = row.text("序时进度") or CurveKind.LINEAR.label
        if label not in KINDS:
            self._say(row, "序时进度", f"序时进度要从“{'”“'.join(KINDS)}”里选。")
        kind = KINDS.get(label, CurveKind.LINEAR)
        names = [name for name in row.values if name[:4].isdecimal()]
        given = {month: self._amount(row, month) for month in names}
        monthly = {month: value for month, value in given.items() if value is not None}
        return CurvePlan(
            kind=kind,
            start=self._day(row, "起算日期"),
            start_value=self._amount(row, "起点值") or Decimal(0),
            monthly=monthly if kind == CurveKind.MONTHLY else {},
        )

    def _unit(self, row: Row, old: MeasurePlan) -> int | None:
        name = row.text("单位")
        if not name:
            return None
        if self._before(old, "unit") == name:
            return old.unit
        if name not in self.unit_ids:
            self._say(row, "单位", f"“{name}”不是任务的责任单位。请从列表中选。")
        return self.unit_ids.get(name)

    def _person(self, row: Row, old: MeasurePlan) -> int | None:
        name = row.text("责任人")
        if not name:
            return None
        if self._before(old, "person") == name:
            return old.person
        unit = self.unit_ids.get(row.text("单位"))
        same = [
            who
            for who, (known, units) in self.around.people.items()
            if known == name and (unit is None or unit in units)
        ]
        if len(same) != 1:
            said = "不止一个，请在网页上选" if same else "在任务的责任单位里没有找到，请先由管理员登记"
            self._say(row, "责任人", f"“{name}”{said}。")
            return None
        return same[0]

    def _before(self, old: MeasurePlan, key: str) -> str | None:
        """Return the name that the line showed when it was handed out: whoever left since may stay."""
        rows = [row for row in self.around.now["measures"] if row["id"] == old.id]
        return str(rows[0][key]) if rows and rows[0][key] else None

    def _day(self, row: Row, column: str) -> date | None:
        try:
            return as_day(row.values.get(column))
        except ValueError:
            self._say(row, column, f"“{row.text(column)}”不是日期，请写成 2026-06-30 的样子。")
            return None

    def _amount(self, row: Row, column: str) -> Decimal | None:
        try:
            return as_amount(row.values.get(column))
        except ValueError:
            self._say(row, column, f"“{row.text(column)}”不是数字。")
            return None

    def _say(self, row: Row, column: str, message: str) -> None:
        self.found.problems.append(CellProblem(row.cell(column), message))


def _month_names() -> list[str]:
    return [f"{year}-{month:02d}" for year in range(2000, 2100) for month in range(1, 13)]
