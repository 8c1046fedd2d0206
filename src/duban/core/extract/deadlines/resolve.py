"""Deadlines: the table finds the words, these functions decide the day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from duban.core.intervals import Intervals
from duban.core.rules import load
from duban.core.text.numerals import chinese_number

# Words in titles and quotation marks are names.
NAMES = re.compile(r"《[^》\n]{1,80}》|“[^”\n]{1,30}”")
FEASTS = {
    "五一": (5, 1),
    "六一": (6, 1),
    "七一": (7, 1),
    "建党": (7, 1),
    "八一": (8, 1),
    "教师": (9, 10),
    "国庆": (10, 1),
    "十一": (10, 1),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit in normalised text; `due` is the last day it allows."""

    start: int
    end: int
    due: date | None
    rule: str


def find(text: str, start: int, end: int, year: int | None) -> list[Limit]:
    """Return the limits in ``text[start:end]`` in the order of the text.

    `year` is the year whose work the paper plans; without it limits that name no year of their own have no day.
    Words inside quotation marks and titles are names, not limits.
    """
    found: list[Limit] = []
    names = Intervals(match.span() for match in NAMES.finditer(text, start, end))
    taken = Intervals()
    for rule in load("extract.deadlines"):
        for match in rule.finditer(text, start, end):
            a, b = match.span()
            if (a in names and b - 1 in names) or taken.overlaps(a, b):
                continue
            if year and match.groupdict().get("year3") == str(year) and rule.data["resolve"] == "by_year":
                continue  # 2026年完成投资30亿元 in the plan of 2026 says as much as 今年
            due = RESOLVE[rule.data["resolve"]](match, year)
            if due and year and due.year < year:  # 2000年底前建成的小区: history, not a limit
                continue
            found.append(Limit(a, b, due, f"deadlines/{rule.name}"))
            taken.add(a, b)
    return sorted(found, key=lambda limit: limit.start)


COLUMN = re.compile(
    r"(?P<year>20\d\d)(?:年|[./-])(?P<month>\d{1,2})(?:月|[./-])?(?P<day>\d{1,2})?日?|(?P<month2>\d{1,2})月(?:(?P<day2>\d{1,2})日)?|(?P<year3>20\d\d)年"
    r"|全年|长期|持续(?:推进|实施)?|常态化"
)


def column(text: str, start: int, end: int, year: int | None) -> list[Limit]:
    """Return the limits in a table's cell under 完成时限, where 12月 and 2026年6月 are limits by themselves.

    全年 and 长期坚持 fix no day but stand there as the limit; they are kept without one.
    """
    found = find(text, start, end, year)
    for match in COLUMN.finditer(text, start, end):
        if any(limit.start < match.end() and match.start() < limit.end for limit in found):
            continue
        chosen = int(match["year"] or match["year3"] or year or 0)
        month, day = match["month"] or match["month2"], match["day"] or match["day2"]
        due = None
        if chosen and (month or match["year3"]):
            try:
                due = date(chosen, int(month), int(day)) if day else month_last(chosen, int(month or 12))
            except ValueError:  # 13月, 2月30日
                due = None
        found.append(Limit(match.start(), match.end(), due, "deadlines/column"))
    return sorted(found, key=lambda limit: limit.start)


def _year(words: str | None, year: int | None) -> int | None:
    """Return the year that 2027年, 今年 or 明年 says; without words the planned year."""
    if words and words[:4].isdecimal():
        return int(words[:4])
    if words and words.startswith("明"):
        return year + 1 if year else None
    return year


def month_last(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def _day(match: re.Match[str], year: int | None) -> date | None:
    chosen = _year(match["year"], year)
    try:
        return date(chosen, int(match["month"]), int(match["day"])) if chosen else None
    except ValueError:  # 2月30日
        return None


def _month_end(match: re.Match[str], year: int | None) -> date | None:
    chosen = _year(match["year"] or match["year2"] or match["year3"], year)
    if not chosen:
        return None
    if match["month2"]:
        return date(chosen, int(match["month2"]), 1) - timedelta(days=1)
    return month_last(chosen, int(match["month"] or match["month3"]))


def _ten_days(match: re.Match[str], year: int | None) -> date | None:
    chosen, month = _year(match["year"], year), int(match["month"])
    if not chosen:
        return None
    third = "上中下".index(match["third"])
    if match["before"]:  # as 9月前: the day before they begin
        return date(chosen, month, 10 * third + 1) - timedelta(days=1)
    return month_last(chosen, month) if third == 2 else date(chosen, month, 10 * third + 10)


def _quarter(match: re.Match[str], year: int | None) -> date | None:
    chosen = _year(match["year"], year)
    number = chinese_number(match["quarter"]) or 1
    if not chosen:
        return None
    return month_last(chosen, 3 * number)


def _half(match: re.Match[str], year: int | None) -> date | None:
    chosen = _year(match["year"], year)
    return month_last(chosen, 6 if match["half"] == "上" else 12) if chosen else None


def _year_end(match: re.Match[str], year: int | None) -> date | None:
    groups = match.groupdict()
    chosen = _year(groups.get("year") or groups.get("year2") or groups.get("year3"), year)
    return date(chosen, 12, 31) if chosen else None


def _by_year(match: re.Match[str], year: int | None) -> date | None:
    chosen = int(match["year"] or match["year2"] or match["year3"])
    before = match["year2"] and not re.search("[底末]", match.group())
    return date(chosen - 1 if before else chosen, 12, 31)


def _next_year(match: re.Match[str], year: int | None) -> date | None:
    return date(year + 1, 12, 31) if year else None


def _years(match: re.Match[str], year: int | None) -> date | None:
    words = match["long"] or match["within"]
    count = int(words) if words.isdecimal() else chinese_number(words)
    return date(year + count, 12, 31) if year and count and count < 60 else None


def _plan_end(match: re.Match[str], year: int | None) -> date | None:
    number = 10 + (chinese_number(match["plan"]) or 0)
    return date(1955 + 5 * number, 12, 31)


def _unfixed(match: re.Match[str], year: int | None) -> date | None:
    feast = (match["feast"] or "").strip("“”").removesuffix("节")
    chosen = _year(match["year"], year)
    if chosen and feast == "元旦":  # without a year of its own the one that ends the planned year
        return date(chosen if match["year"] else chosen + 1, 1, 1) - timedelta(days=1)
    if chosen and feast in FEASTS:
        return date(chosen, *FEASTS[feast]) - timedelta(days=1)
    return None


RESOLVE: dict[str, Callable[[re.Match[str], int | None], date | None]] = {
    "day": _day,
    "month_end": _month_end,
    "ten_days": _ten_days,
    "quarter": _quarter,
    "half": _half,
    "year_end": _year_end,
    "by_year": _by_year,
    "next_year": _next_year,
    "years": _years,
    "plan_end": _plan_end,
    "unfixed": _unfixed,
}
