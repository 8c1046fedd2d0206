"""What is known of a task, and what a light scheme may ask of it.

Months are those at whose end the task is judged; where rounds are quarterly there are four a year. Progress is in percent
and cumulative, as is what is expected; gaps are in percentage points. Only what was known on the day counts: later
reports, starts, ends and demands are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Literal

from duban.dispatch.curves import HUNDRED, month_end

Value = Decimal | bool | str
_NOUGHT = Decimal(0)
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Month:
    """A month to be judged: ``2026-03``, what is expected at its end (percent), and the last day for its report."""

    name: str
    expected: Decimal | None
    report_due: date

    @property
    def ends(self) -> date:
        """The last day of the month."""
        return month_end(self.name)


@dataclass(frozen=True)
class Report:
    """What was reported for a month: when it was filed, the progress it comes to (percent), and the ids of the reports.

    `progress` is empty where it says nothing that can be counted. `below_floor` is set where an indicator is under its floor.
    """

    month: str
    filed_on: date
    progress: Decimal | None
    ids: tuple[int, ...]
    below_floor: bool = False


@dataclass(frozen=True)
class Demand:
    """A slip or order sent out at a level (by its name), the day it is to be answered by, and when it was."""

    level: str
    issued_on: date
    due: date
    met_on: date | None = None


@dataclass(frozen=True)
class Override:
    """A light set by hand: to which level, why, by whom (their role), from which day until which, both included."""

    level: str
    reason: str
    role: str
    since: date
    until: date

    def holds(self, on: date) -> bool:
        """Say whether it holds on the day; after `until` it ends by itself."""
        return self.since <= on <= self.until


@dataclass(frozen=True)
class Facts:
    """Everything about one task that a light can follow from.

    `start` is the planned start, `started_on` the real one; `listed_on` the day a project entered the statistics, asked
    only where `to_be_listed`. `months` are in order.
    """

    due: date
    months: tuple[Month, ...]
    reports: tuple[Report, ...] = ()
    start: date | None = None
    started_on: date | None = None
    to_be_listed: bool = False
    listed_on: date | None = None
    done_on: date | None = None
    demands: tuple[Demand, ...] = ()
    overrides: tuple[Override, ...] = ()

    @cached_property
    def by_month(self) -> dict[str, list[Report]]:
        """The reports of each month, in the order they were filed."""
        found: dict[str, list[Report]] = {}
        for report in sorted(self.reports, key=lambda report: (report.filed_on, report.ids)):
            found.setdefault(report.month, []).append(report)
        return found

    def report(self, month: str, on: date) -> Report | None:
        """Return the report of a month that held on the day: the last one filed by then."""
        for report in reversed(self.by_month.get(month, [])):
            if report.filed_on <= on:
                return report
        return None

    def judged(self, on: date) -> int | None:
        """Return the place of the month to judge on the day: the last whose report is in, or can no longer be on time."""
        for place in range(len(self.months) - 1, -1, -1):
            month = self.months[place]
            if on > month.report_due or self.report(month.name, on):
                return place
        return None


@dataclass
class View:
    """A task as it is seen for one month, with what was known on `on`; `place` is the month's place, if any.

    For the month judged now the day is `on`, for one before it the month's last day.
    """

    facts: Facts
    place: int | None
    on: date
    current: bool
    working_days: Callable[[date, date], int]
    used: list[int] = field(default_factory=list)

    #: The month, if any is to be judged, and the day as of which it is seen.
    month: Month | None = field(init=False)
    day: date = field(init=False)

    def __post_init__(self) -> None:
        self.month = None if self.place is None else self.facts.months[self.place]
        self.day = self.on if self.current or self.month is None else min(self.on, self.month.ends)

    @cached_property
    def report(self) -> Report | None:
        """The month's own report, as known."""
        return self.facts.report(self.month.name, self.on) if self.month else None

    @cached_property
    def counted(self) -> Report | None:
        """The last report up to the month that has a number: without a new one the old one stands."""
        for place in range(self.place if self.place is not None else -1, -1, -1):
            report = self.facts.report(self.facts.months[place].name, self.on)
            if report and report.progress is not None:
                return report
        return None

    def ask(self, name: str) -> Value | None:
        """Return the fact called `name`; None where it cannot be said."""
        return FACTS[name].find(self)


def _progress(view: View) -> Decimal | None:
    if view.month is None:
        return None
    if view.counted is None or view.counted.progress is None:
        return _NOUGHT
    view.used.extend(view.counted.ids)
    return view.counted.progress


def _expected(view: View) -> Decimal | None:
    return view.month.expected if view.month else None


def _behind(view: View) -> Decimal | None:
    expected, progress = _expected(view), _progress(view)
    return None if expected is None or progress is None else expected - progress


def _month_rate(view: View) -> Decimal | None:
    expected, progress = _expected(view), _progress(view)
    if expected is None or progress is None:
        return None
    return (progress / expected * HUNDRED).quantize(_HUNDREDTH, ROUND_HALF_UP) if expected > 0 else HUNDRED


def _below_floor(view: View) -> bool:
    if view.counted:
        view.used.extend(view.counted.ids)
    return view.counted is not None and view.counted.below_floor


def _caught_up(view: View) -> bool:
    behind = _behind(view)
    if behind is None or behind <= 0 or view.place is None:
        return False
    expected = _expected(view) or _NOUGHT
    for later in view.facts.months[view.place + 1 :]:
        report = view.facts.report(later.name, view.on)
        if report and report.progress is not None and report.progress >= expected:
            view.used.extend(report.ids)
            return True
    return False


def _report_late(view: View, days: Callable[[date, date], int]) -> Decimal | None:
    if view.month is None:
        return None
    return _NOUGHT if view.report else Decimal(days(view.month.report_due, view.on))


def _start_missed(view: View) -> bool:
    return _start_late_days(view) > 0


def _start_late_days(view: View) -> Decimal:
    start, started = view.facts.start, view.facts.started_on
    if start is None or (started and started <= view.day) or _done(view):
        return _NOUGHT
    return Decimal(_days(start, view.day))


def _unlisted_months(view: View) -> Decimal:
    facts = view.facts
    began, listed = facts.started_on, facts.listed_on
    if not facts.to_be_listed or began is None or began > view.day or (listed and listed <= view.day):
        return _NOUGHT
    return months_between(began, view.day)


def _overdue(view: View, days: Callable[[date, date], int]) -> Decimal:
    return _NOUGHT if _done(view) else Decimal(days(view.facts.due, view.day))


def _done(view: View) -> bool:
    return view.facts.done_on is not None and view.facts.done_on <= view.day


def _demand(view: View, *, passed: bool) -> str:
    """Return the level of the last demand sent by then, if it is unanswered and its day has (or has not) passed."""
    sent = [demand for demand in view.facts.demands if demand.issued_on <= view.day]
    last = max(sent, key=lambda demand: (demand.issued_on, demand.due), default=None)
    if last is None or (last.met_on and last.met_on <= view.day):
        return ""
    return last.level if (view.day > last.due) == passed else ""


def _days(since: date, until: date) -> int:
    return max((until - since).days, 0)


def months_between(since: date, until: date) -> Decimal:
    """Return the months from one day to the other: whole months, and the days over as a part of 31, to two places.

    From 31 January to 28 February is a month: where a month is too short, its last day is meant.
    """
    months = (until.year - since.year) * 12 + until.month - since.month
    if _on(since, months) > until:
        months -= 1
    return (months + Decimal((until - _on(since, months)).days) / 31).quantize(_HUNDREDTH, ROUND_HALF_UP)


def _on(since: date, months: int) -> date:
    year, month = divmod(since.year * 12 + since.month - 1 + months, 12)
    last = month_end(f"{year:04d}-{month + 1:02d}")
    return last.replace(day=min(since.day, last.day))


@dataclass(frozen=True)
class Fact:
    """Something a rule may ask: its kind of value, its name and unit in Chinese, what it means, and how it is found."""

    kind: Literal["number", "truth", "level"]
    name: str
    unit: str
    meaning: str
    find: Callable[[View], Value | None]


#: Everything that a rule may ask, by the key in the file.
FACTS: dict[str, Fact] = {
    "behind": Fact("number", "落后序时进度", "个百分点", "当月应完成减去实际完成；超前时是负数", _behind),
    "month_rate": Fact("number", "当月目标完成率", "%", "实际完成占当月应完成（都按累计）的比例", _month_rate),
    "progress": Fact("number", "完成进度", "%", "累计完成；当月没有报数的，用上一次报的", _progress),
    "expected": Fact("number", "序时进度", "%", "当月底累计应完成", _expected),
    "below_floor": Fact("truth", "低于底线", "", "最近一次报的数有指标低于底线", _below_floor),
    "caught_up": Fact("truth", "后来追上", "", "当月没有完成，后来某个月报的数达到了当月应完成", _caught_up),
    "report_late_days": Fact(
        "number", "逾期未报", "天", "过了填报时限仍没有报的天数；已报的是0", lambda view: _report_late(view, _days)
    ),
    "report_late_working_days": Fact(
        "number",
        "逾期未报",
        "个工作日",
        "同上，按工作日数",
        lambda view: _report_late(view, view.working_days),
    ),
    "start_missed": Fact("truth", "到期未开工", "", "过了计划开工日仍未开工", _start_missed),
    "start_late_days": Fact("number", "开工逾期", "天", "过了计划开工日仍未开工的天数", _start_late_days),
    "unlisted_months": Fact(
        "number", "开工后未入统", "个月", "应入统的项目开工后没有入统的月数，零头按31天折算", _unlisted_months
    ),
    "overdue_days": Fact("number", "逾期", "天", "过了完成时限仍未办结的天数", lambda view: _overdue(view, _days)),
    "overdue_working_days": Fact(
        "number", "逾期", "个工作日", "同上，按工作日数", lambda view: _overdue(view, view.working_days)
    ),
    "done": Fact("truth", "已办结", "", "已经办结", _done),
    "demand_open": Fact(
        "level",
        "督办单在办",
        "",
        "最近一张督办单没有销，还没有到期；值是它的等级",
        lambda view: _demand(view, passed=False),
    ),
    "demand_passed": Fact(
        "level",
        "督办单到期未销",
        "",
        "最近一张督办单没有销，已经过了期限；值是它的等级",
        lambda view: _demand(view, passed=True),
    ),
}
