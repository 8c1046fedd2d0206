"""Named figures: every number and every word of the data that stands in a paper is one, bound to its query.

A name is a scope and a query: ``tasks.red``, ``section.3.tasks.red``, ``unit.12.orders.overdue``, ``task.50.progress``.
:class:`Book` works a name out from the facts; a paper keeps names and the values that were shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlencode

from duban.bulletins.composing.facts import Facts, IndicatorFact, RankFact, SlipFact, TaskFact

Value = int | Decimal | str


@dataclass(frozen=True)
class Source:
    """The page on which the figure can be seen: the name of its address, its arguments, what it is asked."""

    page: str
    args: tuple[int, ...] = ()
    query: tuple[tuple[str, str], ...] = ()

    @property
    def asked(self) -> str:
        """What follows the address."""
        return f"?{urlencode(self.query)}" if self.query else ""


@dataclass(frozen=True)
class Figure:
    """One value: what it is called, how it is shown, in what unit, and by which query with which parameters."""

    name: str
    label: str
    value: Value
    unit: str
    query: str
    parameters: tuple[tuple[str, Any], ...]
    source: Source | None

    @property
    def shown(self) -> str:
        """The value as a paper writes it."""
        return shown(self.value)

    @property
    def is_number(self) -> bool:
        """Say whether it is a number; otherwise it is a name, a date, a list of names."""
        return not isinstance(self.value, str)


class UnknownFigure(KeyError):  # noqa: N818 — named for what it says
    """No figure is called so, or what it speaks of is not there any more."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def shown(value: Value) -> str:
    """Return a value as papers write it: no trailing zeros, no thousands."""
    if isinstance(value, Decimal):
        digits = format(value, "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return str(value)


def day_words(day: date, year: int | None = None) -> str:
    """Return a day as papers write it, without the year where it is `year`."""
    return f"{day.month}月{day.day}日" if day.year == year else f"{day.year}年{day.month}月{day.day}日"


def percent(part: int, whole: int) -> Decimal:
    """Return the share of `part` in `whole` in percent, one decimal; 0 of nothing."""
    if not whole:
        return Decimal(0)
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Scope:
    """A part of the facts: everything, a section, a unit; `facts` holds only what belongs to it.

    `pk` is the section or unit, `whole` the facts that it is cut from.
    """

    facts: Facts
    whole: Facts
    kind: str = ""
    pk: int = 0

    @property
    def parameters(self) -> tuple[tuple[str, Any], ...]:
        """The parameters of queries within the scope."""
        day = ("day", self.whole.day.isoformat())
        return ((self.kind, self.pk), day) if self.kind else (day,)


Work = Callable[[Scope], Value]
Page = Callable[[Scope], Source | None]


@dataclass(frozen=True)
class Query:
    """How a figure is worked out within a scope, what it is called, its unit, and where it can be seen."""

    name: str
    label: str
    unit: str
    work: Work
    page: Page


#: The queries that may be asked of everything, of a section and of a unit.
QUERIES: dict[str, Query] = {}


def _add(name: str, label: str, unit: str, work: Work, page: Page) -> None:
    QUERIES[name] = Query(name, label, unit, work, page)


# ---- pages ----


def _ledger(scope: Scope, *more: tuple[str, str]) -> Source:
    asked = list(more)
    if scope.kind == "section":
        asked.append(("section", str(scope.pk)))
    if scope.kind == "unit":
        # The layout by unit counts a task under the units that lead it, as figures do.
        asked += [("unit", str(scope.pk)), ("layout", "units")]
    asked.append(("on", scope.whole.day.isoformat()))
    return Source("plans:ledger", (scope.whole.ledger,), tuple(asked))


def _lit(*colours: str) -> Page:
    def page(scope: Scope) -> Source:
        codes = [code for colour in colours for code in scope.whole.levels.get(colour, ())]
        return _ledger(scope, *(("light", code) for code in codes))

    return page


def _overview(scope: Scope) -> Source:
    by = "unit" if scope.kind == "unit" else "section"
    return Source("dispatch:overview", (scope.whole.ledger,), (("by", by), ("month", f"{scope.whole.first:%Y-%m}")))


def _orders(*more: tuple[str, str]) -> Page:
    def page(scope: Scope) -> Source:
        own = (("unit", str(scope.pk)),) if scope.kind == "unit" else ()
        return Source("supervision:orders_list", (), (*more, *own))

    return page


def _issues(scope: Scope) -> Source:
    return Source("supervision:issues", (), (("show", "all"),))


def _inspections(scope: Scope) -> Source:
    return Source("supervision:inspections", (), (("state", "all"),))


def _ranking(scope: Scope) -> Source | None:
    return Source("assessment:ranking", (scope.whole.ranking.pk,)) if scope.whole.ranking else None


def _nowhere(scope: Scope) -> None:
    return None


# ---- tasks ----


def _tasks(test: Callable[[TaskFact], bool]) -> Work:
    return lambda scope: sum(test(task) for task in scope.facts.tasks)


def _task_names(test: Callable[[TaskFact], bool]) -> Work:
    def work(scope: Scope) -> str:
        found = sorted((task for task in scope.facts.tasks if test(task)), key=lambda task: (task.rank, task.number))
        return "、".join(f"“{task.title}”" for task in found)

    return work


def _of_colour(colour: str) -> Callable[[TaskFact], bool]:
    return lambda task: task.light == colour and not task.closed


def _closed(task: TaskFact) -> bool:
    return task.closed


def _good(task: TaskFact) -> bool:
    return task.closed or task.light in ("green", "blue")


_add("tasks.total", "列入台账的任务", "项", _tasks(lambda task: True), _ledger)
_add("tasks.closed", "已销号的任务", "项", _tasks(_closed), lambda s: _ledger(s, ("state", "closed_out")))
_add("tasks.running", "在办的任务", "项", _tasks(lambda task: not task.closed), _ledger)
for _colour, _words in (("red", "亮红灯"), ("orange", "亮橙灯"), ("yellow", "亮黄灯"), ("green", "亮绿灯")):
    _add(f"tasks.{_colour}", f"{_words}的任务", "项", _tasks(_of_colour(_colour)), _lit(_colour))
    _add(f"tasks.{_colour}.names", f"{_words}的任务名称", "", _task_names(_of_colour(_colour)), _lit(_colour))
_add("tasks.behind", "滞后的任务", "项", _tasks(lambda task: task.behind), _lit("red", "orange", "yellow"))
_add(
    "tasks.behind.names",
    "滞后的任务名称",
    "",
    _task_names(lambda task: task.behind),
    _lit("red", "orange", "yellow"),
)
_add("tasks.good", "达到序时进度的任务", "项", _tasks(_good), _lit("green", "blue"))
_add(
    "tasks.good.rate",
    "达到序时进度的任务占比",
    "%",
    lambda s: percent(sum(map(_good, s.facts.tasks)), len(s.facts.tasks)),
    _lit("green", "blue"),
)
_add(
    "tasks.closed.rate",
    "销号率",
    "%",
    lambda s: percent(sum(map(_closed, s.facts.tasks)), len(s.facts.tasks)),
    lambda s: _ledger(s, ("state", "closed_out")),
)
_add("tasks.worse", "本月灯变差的任务", "项", _tasks(lambda task: task.turned < 0), _overview)
_add("tasks.worse.names", "本月灯变差的任务名称", "", _task_names(lambda task: task.turned < 0), _overview)
_add("tasks.better", "本月灯好转的任务", "项", _tasks(lambda task: task.turned > 0), _overview)
_add("tasks.better.names", "本月灯好转的任务名称", "", _task_names(lambda task: task.turned > 0), _overview)
_add("sections.names", "章节名称", "", lambda s: "、".join(one.name for one in s.facts.sections), _ledger)
_add("units.names", "单位名称", "", lambda s: _unit_list(s, s.facts.units), _ledger)
_add("sections.total", "章节", "个", lambda s: len(s.facts.sections), _ledger)
_add(
    "units.total",
    "牵头、责任单位",
    "家",
    lambda s: len({unit for task in s.facts.tasks for unit in task.units}),
    lambda s: _ledger(s, ("layout", "units")),
)

# ---- indicators ----


def _indicators(test: Callable[[IndicatorFact], bool]) -> Work:
    return lambda scope: sum(test(one) for one in scope.facts.indicators)


_add("indicators.total", "量化指标", "个", _indicators(lambda one: True), _ledger)
_add("indicators.verified", "有核验数的指标", "个", _indicators(lambda one: one.value is not None), _ledger)
_add("indicators.reached", "达到年度目标的指标", "个", _indicators(lambda one: one.reached), _ledger)
_add(
    "indicators.rate",
    "指标达标率",
    "%",
    lambda s: percent(sum(one.reached for one in s.facts.indicators), len(s.facts.indicators)),
    _ledger,
)

# ---- reports ----


def _reports(test: Callable[[Any], bool]) -> Work:
    return lambda scope: sum(test(report) for report in scope.facts.reports)


_add("reports.asked", "应填报", "份", _reports(lambda report: True), _overview)
_add("reports.handed_in", "已填报", "份", _reports(lambda report: report.handed_in), _overview)
_add("reports.missing", "没有填报", "份", _reports(lambda report: not report.handed_in), _overview)
_add("reports.late", "逾期填报", "份", _reports(lambda report: report.late), _overview)
_add("reports.returned", "核验退回", "份", _reports(lambda report: report.returned), _overview)
_add(
    "reports.rate",
    "填报率",
    "%",
    lambda s: percent(sum(one.handed_in for one in s.facts.reports), len(s.facts.reports)),
    _overview,
)
_add(
    "units.missing.names",
    "没有填报的单位",
    "",
    lambda s: _unit_list(s, {report.unit for report in s.facts.reports if not report.handed_in}),
    _overview,
)


def _unit_list(scope: Scope, units: Iterable[int]) -> str:
    known = scope.whole.units
    chosen = set(units)
    return "、".join(unit.name for pk, unit in known.items() if pk in chosen)


# ---- orders, issues, inspections ----


def _in_month(scope: Scope, day: date) -> bool:
    return scope.whole.first <= day <= scope.whole.day


def _slips(test: Callable[[Scope, SlipFact], bool]) -> Work:
    return lambda scope: sum(test(scope, slip) for slip in scope.facts.slips)


_add("orders.total", "今年发出的督办单", "件", _slips(lambda s, slip: True), _orders())
_add(
    "orders.issued",
    "本月发出的督办单",
    "件",
    _slips(lambda s, slip: _in_month(s, slip.issued_on)),
    _orders(),
)
for _level, _words in (("blue", "蓝色"), ("orange", "橙色"), ("red", "红色")):
    _add(
        f"orders.issued.{_level}",
        f"本月发出的{_words}督办单",
        "件",
        _slips(lambda s, slip, level=_level: slip.level == level and _in_month(s, slip.issued_on)),  # type: ignore[misc]
        _orders(("level", _level)),
    )
_add("orders.open", "还没有办结的督办单", "件", _slips(lambda s, slip: slip.open), _orders(("state", "open")))
_add("orders.overdue", "逾期的督办单", "件", _slips(lambda s, slip: slip.overdue), _orders(("clock", "overdue")))
_add("orders.done", "已办结的督办单", "件", _slips(lambda s, slip: not slip.open), _orders(("state", "accepted")))
_add(
    "units.overdue.names",
    "督办单逾期的单位",
    "",
    lambda s: _unit_list(s, {slip.unit for slip in s.facts.slips if slip.overdue}),
    _orders(("clock", "overdue")),
)
_add("issues.open", "没有闭环的问题", "个", lambda s: sum(one.open for one in s.facts.issues), _issues)
_add(
    "issues.raised",
    "本月提出的问题",
    "个",
    lambda s: sum(_in_month(s, one.raised_on) for one in s.facts.issues),
    _issues,
)
_add(
    "issues.closed",
    "本月闭环的问题",
    "个",
    lambda s: sum(one.closed_on is not None and _in_month(s, one.closed_on) for one in s.facts.issues),
    _issues,
)
_add("issues.overdue", "逾期没有解决的问题", "个", lambda s: sum(one.overdue for one in s.facts.issues), _issues)
_add("inspections.total", "开展的督查", "次", lambda s: len(s.facts.inspections), _inspections)
_add("findings.total", "督查反馈的问题", "个", lambda s: len(s.facts.findings), _inspections)
_add("findings.open", "没有整改到位的问题", "个", lambda s: sum(one.open for one in s.facts.findings), _inspections)

# ---- the period, the office, the ranking ----


def _after(scope: Scope) -> date:
    return (scope.whole.first + timedelta(days=31)).replace(day=1)


_add("period.year", "年份", "年", lambda s: s.whole.year, _nowhere)
_add("period.next_year", "下一年", "年", lambda s: s.whole.year + 1, _nowhere)
_add("period.month", "月份", "月", lambda s: s.whole.first.month, _nowhere)
_add("period.next_month", "下一个月", "月", lambda s: _after(s).month, _nowhere)
_add("period.day", "数据截止日", "", lambda s: day_words(s.whole.day), _nowhere)
_add("division.name", "区划", "", lambda s: s.whole.division, _nowhere)
_add("office.name", "督查机构", "", lambda s: s.whole.office, _nowhere)
_add("ranking.published", "排名已经公布", "", lambda s: int(_state_of(s) == "published"), _ranking)
_add("ranking.draft", "排名还是草案", "", lambda s: int(_state_of(s) == "draft"), _ranking)
_add("units.commended", "表扬的单位", "家", lambda s: len(commended(s.whole)), _ranking)
_add("units.commended.names", "表扬的单位名称", "", lambda s: _listed(s, commended(s.whole)), _ranking)
_add("units.criticised", "批评的单位", "家", lambda s: len(criticised(s.whole)), _ranking)
_add("units.criticised.names", "批评的单位名称", "", lambda s: _listed(s, criticised(s.whole)), _ranking)


def _state_of(scope: Scope) -> str:
    return scope.whole.ranking.state if scope.whole.ranking else ""


def _listed(scope: Scope, units: Iterable[int]) -> str:
    """Return the names in the given order."""
    return "、".join(scope.whole.units[pk].name for pk in units if pk in scope.whole.units)


#: So many units at the most are commended or criticised where no ranking says who.
NAMED = 5


def commended(facts: Facts) -> list[int]:
    """Return the units to be commended: those of the ranking, else those that have nothing behind, late or overdue.

    Without a ranking the order is that of closed and of led tasks, and the first few are named.
    """
    if facts.ranking:
        return [row.unit for row in facts.ranking.rows if row.commended]
    counts = _counts(facts)
    good = [
        (-closed, -led, place, unit)
        for place, (unit, (led, closed, behind, late, overdue)) in enumerate(counts.items())
        if led and not (behind or late or overdue)
    ]
    return [unit for *_, unit in sorted(good)[:NAMED]]


def criticised(facts: Facts) -> list[int]:
    """Return the units to be criticised: those of the ranking, else those with red tasks, overdue orders, missing reports."""
    if facts.ranking:
        return [row.unit for row in facts.ranking.rows if row.criticised]
    bad: list[tuple[int, int, int]] = []
    for place, unit in enumerate(facts.units):
        red = sum(unit in task.units and task.light == "red" and not task.closed for task in facts.tasks)
        overdue = sum(slip.unit == unit and slip.overdue for slip in facts.slips)
        missing = sum(report.unit == unit and not report.handed_in for report in facts.reports)
        if red or overdue or missing:
            bad.append((-(2 * red + 2 * overdue + missing), place, unit))
    return [unit for *_, unit in sorted(bad)[:NAMED]]


def _counts(facts: Facts) -> dict[int, tuple[int, int, int, int, int]]:
    found = {}
    for unit in facts.units:
        own = [task for task in facts.tasks if unit in task.units]
        found[unit] = (
            len(own),
            sum(task.closed for task in own),
            sum(task.behind for task in own),
            sum(report.unit == unit and (report.late or not report.handed_in) for report in facts.reports),
            sum(slip.unit == unit and slip.overdue for slip in facts.slips),
        )
    return found


# ---- single things ----


@dataclass(frozen=True)
class Attribute:
    """A value of one thing."""

    label: str
    unit: str
    of: Callable[[Any, Facts], Value | None]


def _names(units: Iterable[int], facts: Facts) -> str:
    return "、".join(facts.units[pk].name for pk in units if pk in facts.units)


def _gap(task: TaskFact) -> Decimal | None:
    if task.progress is None or task.expected is None:
        return None
    return max(Decimal(0), task.expected - task.progress).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _one_place(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.1"), ROUND_HALF_UP)


TASK: dict[str, Attribute] = {
    "number": Attribute("任务编号", "", lambda t, f: t.number),
    "title": Attribute("任务", "", lambda t, f: t.title),
    "units": Attribute("牵头单位", "", lambda t, f: _names(t.units, f) or "（未明确）"),
    "section": Attribute("章节", "", lambda t, f: next((s.name for s in f.sections if s.pk == t.section), "")),
    "light": Attribute("亮灯", "", lambda t, f: t.word or "未亮灯"),
    "why": Attribute("亮灯原因", "", lambda t, f: t.why.rstrip("。") or "没有说明"),
    "due": Attribute("完成时限", "", lambda t, f: day_words(t.due) if t.due else "年底"),
    "progress": Attribute("进度", "%", lambda t, f: _one_place(t.progress)),
    "expected": Attribute("序时进度", "%", lambda t, f: _one_place(t.expected)),
    "gap": Attribute("落后", "个百分点", lambda t, f: _gap(t)),
    "sponsor": Attribute("包保领导", "", lambda t, f: t.sponsor or "—"),
    "problems": Attribute("单位报的问题", "", lambda t, f: t.problems.strip().rstrip("。")),
    "orders": Attribute("督办单", "件", lambda t, f: sum(slip.task == t.pk for slip in f.slips)),
}
INDICATOR: dict[str, Attribute] = {
    "name": Attribute("指标", "", lambda i, f: i.name),
    "promised": Attribute("承诺", "", lambda i, f: i.promised),
    "target": Attribute("目标", "", lambda i, f: i.target),
    "value": Attribute("完成值", "", lambda i, f: i.value),
    "unit": Attribute("计量单位", "", lambda i, f: i.unit),
    "reached": Attribute("达到目标", "", lambda i, f: int(i.reached)),
    "source": Attribute("依据", "", lambda i, f: i.source),
    "task": Attribute("任务", "", lambda i, f: next((t.title for t in f.tasks if t.pk == i.task), "")),
    "number": Attribute("任务编号", "", lambda i, f: next((t.number for t in f.tasks if t.pk == i.task), "")),
}
SLIP: dict[str, Attribute] = {
    "number": Attribute("督办单文号", "", lambda s, f: s.number),
    "title": Attribute("督办事项", "", lambda s, f: s.title),
    "unit": Attribute("单位", "", lambda s, f: _names((s.unit,), f)),
    "level": Attribute("等级", "", lambda s, f: s.level_words),
    "issued": Attribute("发出日期", "", lambda s, f: day_words(s.issued_on, f.year)),
    "due": Attribute("答复期限", "", lambda s, f: day_words(s.answer_by, f.year)),
    "state": Attribute("办理情况", "", lambda s, f: "逾期" if s.overdue else "办理中" if s.open else "已结"),
}
RANK: dict[str, Attribute] = {
    "place": Attribute("名次", "", lambda r, f: r.place),
    "score": Attribute("得分", "分", lambda r, f: r.score),
    "before": Attribute("上月名次", "", lambda r, f: r.before if r.before is not None else "—"),
    "group": Attribute("组别", "", lambda r, f: r.group),
}
#: What a section and a unit say of themselves beside the queries.
NAMED_THINGS: dict[str, dict[str, Attribute]] = {
    "section": {"name": Attribute("章节", "", lambda s, f: s.name)},
    "unit": {
        "name": Attribute("单位", "", lambda u, f: u.name),
        "group": Attribute("组别", "", lambda u, f: u.group),
        "rank": Attribute("名次", "", lambda u, f: _ranked(u.pk, f, "place")),
        "score": Attribute("得分", "分", lambda u, f: _ranked(u.pk, f, "score")),
    },
    "task": TASK,
    "indicator": INDICATOR,
    "order": SLIP,
    "rank": RANK,
}
_PAGES: dict[str, Callable[[Any, Facts], Source | None]] = {
    "section": lambda s, f: Source("plans:ledger", (f.ledger,), (("section", str(s.pk)), ("on", f.day.isoformat()))),
    "unit": lambda u, f: Source("plans:ledger", (f.ledger,), (("unit", str(u.pk)), ("on", f.day.isoformat()))),
    "task": lambda t, f: Source("plans:task", (t.pk,), (("on", f.day.isoformat()),)),
    "indicator": lambda i, f: Source("dispatch:indicator", (i.pk,)),
    "order": lambda s, f: Source("supervision:order", (s.order,)),
    "rank": lambda r, f: Source("assessment:ranking", (f.ranking.pk,)) if f.ranking else None,
}


def _ranked(unit: int, facts: Facts, field: str) -> Value | None:
    """Return what the month's ranking says of a unit; None where it does not stand in it."""
    rows = facts.ranking.rows if facts.ranking else ()
    return next((getattr(row, field) for row in rows if row.unit == unit), None)


_NAME = re.compile(r"(?:(section|unit|task|indicator|order|rank)\.(\d+)\.)?([a-z_]+(?:\.[a-z_]+)*)")
#: What of a unit stands in the ranking.
OF_RANKING = ("rank", "score")
#: Scopes within which the queries of everything may be asked.
SCOPES = ("section", "unit")


@dataclass
class Book:
    """Works figures out from facts, each once."""

    facts: Facts
    _known: dict[str, Figure] = field(default_factory=dict)
    _scopes: dict[tuple[str, int], Scope] = field(default_factory=dict)

    def figure(self, name: str) -> Figure:
        """Return the figure of that name. Raises `UnknownFigure`."""
        if name not in self._known:
            self._known[name] = self._work_out(name)
        return self._known[name]

    def value(self, name: str) -> Value:
        """Return the value of a figure. Raises `UnknownFigure`."""
        return self.figure(name).value

    def _work_out(self, name: str) -> Figure:
        match = _NAME.fullmatch(name)
        if match is None:
            raise UnknownFigure(name)
        kind, number, query = match[1] or "", int(match[2] or 0), match[3]
        attributes = NAMED_THINGS.get(kind, {})
        if query in attributes:
            thing = self._thing(kind, number)
            value = attributes[query].of(thing, self.facts) if thing is not None else None
            if value is None:
                raise UnknownFigure(name)
            one = attributes[query]
            parameters = ((kind, number), ("day", self.facts.day.isoformat()))
            page = _PAGES["rank"] if kind == "unit" and query in OF_RANKING else _PAGES[kind]
            return Figure(name, one.label, value, one.unit, f"{kind}.{query}", parameters, page(thing, self.facts))
        if query not in QUERIES or (kind and kind not in SCOPES):
            raise UnknownFigure(name)
        if kind and self._thing(kind, number) is None:
            raise UnknownFigure(name)
        scope = self.scope(kind, number)
        asked = QUERIES[query]
        return Figure(name, asked.label, asked.work(scope), asked.unit, query, scope.parameters, asked.page(scope))

    def _thing(self, kind: str, pk: int) -> Any:
        facts = self.facts
        if kind == "unit":
            return facts.units.get(pk)
        rows: Iterable[Any] = {
            "section": facts.sections,
            "task": facts.tasks,
            "indicator": facts.indicators,
            "order": facts.slips,
            "rank": facts.ranking.rows if facts.ranking else (),
        }[kind]
        if kind == "rank":
            return next((row for row in rows if row.unit == pk), None)
        return next((row for row in rows if row.pk == pk), None)

    def scope(self, kind: str, pk: int) -> Scope:
        """Return the facts of a section or of a unit alone."""
        if (kind, pk) not in self._scopes:
            self._scopes[kind, pk] = _cut(self.facts, kind, pk)
        return self._scopes[kind, pk]


def _cut(facts: Facts, kind: str, pk: int) -> Scope:
    if not kind:
        return Scope(facts, facts)
    if kind == "section":
        tasks = tuple(task for task in facts.tasks if task.section == pk)
        inside = {task.pk for task in tasks}
        part = replace(
            facts,
            sections=tuple(one for one in facts.sections if one.pk == pk),
            tasks=tasks,
            indicators=tuple(one for one in facts.indicators if one.task in inside),
            reports=tuple(one for one in facts.reports if one.task in inside),
            slips=tuple(one for one in facts.slips if one.task in inside),
            issues=tuple(one for one in facts.issues if one.task in inside),
            findings=tuple(one for one in facts.findings if one.task in inside),
        )
    else:
        tasks = tuple(task for task in facts.tasks if pk in task.units)
        inside = {task.pk for task in tasks}
        part = replace(
            facts,
            tasks=tasks,
            indicators=tuple(one for one in facts.indicators if one.task in inside),
            reports=tuple(one for one in facts.reports if one.unit == pk),
            slips=tuple(one for one in facts.slips if one.unit == pk),
            issues=tuple(one for one in facts.issues if one.unit == pk),
            findings=tuple(one for one in facts.findings if one.unit == pk),
        )
    return Scope(part, facts, kind, pk)


def of_unit(facts: Facts, unit: int) -> Facts:
    """Return the facts of one unit alone: what its own paper speaks of."""
    part = _cut(facts, "unit", unit).facts
    return replace(part, units={unit: facts.units[unit]} if unit in facts.units else {})


def narrowed(facts: Facts, *, sections: Iterable[int] | None = None, projects: bool = False) -> Facts:
    """Return the facts of some sections only, or of the tasks that hold investment projects: what special bulletins speak of."""
    chosen = None if sections is None else set(sections)
    tasks = tuple(
        task
        for task in facts.tasks
        if (chosen is None or task.section in chosen) and (not projects or task.has_project)
    )
    inside = {task.pk for task in tasks}
    return replace(
        facts,
        sections=tuple(one for one in facts.sections if any(task.section == one.pk for task in tasks)),
        tasks=tasks,
        indicators=tuple(one for one in facts.indicators if one.task in inside),
        reports=tuple(one for one in facts.reports if one.task in inside),
        slips=tuple(one for one in facts.slips if one.task in inside),
        issues=tuple(one for one in facts.issues if one.task in inside),
        findings=tuple(one for one in facts.findings if one.task in inside),
    )


def known_names(kind: str = "") -> list[str]:
    """Return the names that may be asked of everything, or of an item of `kind` (``it.``)."""
    if not kind:
        return sorted(QUERIES)
    own = list(NAMED_THINGS[kind])
    return sorted({*own, *(QUERIES if kind in SCOPES else ())})


def near(name: str, kind: str = "") -> str:
    """Return the known name that is nearest to `name`; empty where none is near."""
    found = get_close_matches(name, known_names(kind), n=1, cutoff=0.6)
    return found[0] if found else ""


def rank_rows(facts: Facts) -> tuple[RankFact, ...]:
    """Return the rows of the ranking, group by group, the first place first."""
    return facts.ranking.rows if facts.ranking else ()
