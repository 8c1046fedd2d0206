"""Dates worked out backwards from the last day (倒排工期), and the rules of expected progress (序时进度)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil

from duban.audit.refusals import Refusal
from duban.plans.models.entries import Comparator, MeasureKind
from duban.plans.snapshots import decimal_text

WHOLE = Decimal(100)


class NoRoom(Refusal):
    """There is no working day between start and due."""

    status = 422

    def __init__(self, start: date, due: date) -> None:
        super().__init__(f"{start:%Y年%-m月%-d日}到{due:%Y年%-m月%-d日}之间没有工作日，排不出节点。请核对起止日期。")


@dataclass(frozen=True)
class Step:
    """A milestone to be dated: the working days it takes, or its share of the whole in percent."""

    name: str
    days: int | None = None
    weight: Decimal | None = None


@dataclass(frozen=True)
class Proposal:
    """A day for each step, in order, and what to say about them."""

    dates: tuple[date, ...]
    cautions: tuple[str, ...] = ()


def propose_dates(due: date, steps: Sequence[Step], *, start: date, is_working_day: Callable[[date], bool]) -> Proposal:
    """Return the last day of each step, worked out backwards from `due`; no day is a free one.

    Where every step says how many working days it takes, each ends so many before the next. Otherwise the working days from
    `start` to `due` are shared by weight (evenly, where no step has one). The last step ends on `due`, or on the last
    working day before it. Raises `NoRoom` where nothing is worked between start and due.
    """
    worked = [day for day in _days(start, due) if is_working_day(day)]
    if not worked:
        raise NoRoom(start, due)
    if not steps:
        return Proposal(())
    if all(step.days for step in steps):
        return _by_days(worked, [step.days or 1 for step in steps], start, is_working_day)
    weights = [step.weight or Decimal(0) for step in steps]
    if not any(weights):
        weights = [Decimal(1)] * len(steps)
    whole, sofar, dates = sum(weights), Decimal(0), []
    for weight in weights:
        sofar += weight
        dates.append(worked[max(ceil(sofar / whole * len(worked)), 1) - 1])
    dates[-1] = worked[-1]
    said = ("有的节点落在同一天，请调整权重或时间。",) if len(set(dates)) < len(dates) else ()
    return Proposal(tuple(dates), said)


def _by_days(worked: list[date], days: list[int], start: date, is_working_day: Callable[[date], bool]) -> Proposal:
    end = worked[-1]
    dates = [end]
    for taken in reversed(days[1:]):
        end = _back(end, taken, is_working_day)
        dates.append(end)
    begin = _back(end, days[0] - 1, is_working_day)
    said: tuple[str, ...] = ()
    if begin < start:
        said = (
            f"按这样的工期，第一个节点要在{begin:%Y年%-m月%-d日}动工，早于{start:%Y年%-m月%-d日}，时间不够。请压缩工期或申请延期。",
        )
    return Proposal(tuple(reversed(dates)), said)


def _back(day: date, days: int, is_working_day: Callable[[date], bool]) -> date:
    for _ in range(days):
        day -= timedelta(days=1)
        while not is_working_day(day):
            day -= timedelta(days=1)
    return day


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


# -- expected progress ------------------------------------------------------------------------------------------------


def months(start: date, due: date) -> list[str]:
    """Return the months from that of `start` to that of `due`, as 2026-03."""
    found, year, month = [], start.year, start.month
    while (year, month) <= (due.year, due.month):
        found.append(f"{year}-{month:02d}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def check_monthly(monthly: Mapping[str, Decimal], *, measure: str) -> str:
    """Return what is wrong with cumulative targets by month, empty where nothing is.

    A level counts up: a later month cannot promise less than an earlier one.
    """
    if not monthly:
        return "按月目标一个也没有填。"
    if measure != MeasureKind.LEVEL:
        return ""
    ordered = sorted(monthly.items())
    for (_, before), (month, value) in pairwise(ordered):
        if value < before:
            return f"{month}的累计目标{decimal_text(value)}小于前一个月的{decimal_text(before)}。按月目标填累计数，不能减少。"
    return ""


def reaches(monthly: Mapping[str, Decimal], *, target: Decimal, comparator: str) -> str:
    """Return a caution where the last month does not reach the target, empty where it does."""
    month, value = max(monthly.items())
    short = value > target if comparator == Comparator.AT_MOST else value < target
    if not short:
        return ""
    return f"最后一个月（{month}）填的是{decimal_text(value)}，没有达到目标{decimal_text(target)}。"


def check_weights(weights: Sequence[Decimal]) -> str:
    """Return what is wrong with the weights of one thing's milestones: they are all empty or make 100 together."""
    whole = sum(weights, Decimal(0))
    if not any(weights) or whole == WHOLE:
        return ""
    return f"节点的权重合计是{decimal_text(whole)}%，应为100%（或者都不填）。"
