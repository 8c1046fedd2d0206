"""One indicator's year: target, floor, what is expected, what was reported, last year's, and the forecast."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from duban.dispatch.checks import shown
from duban.dispatch.curves import Goal, Reading, Standing, expected, expected_floor, month_end, standing
from duban.dispatch.forecasts import Forecast, forecast
from duban.dispatch.goals import goal_of
from duban.dispatch.models import Report, ReportValue
from duban.dispatch.states import ReportState
from duban.dispatch.work import COUNTS, filed_on, month_of
from duban.organisations.access import Anyone
from duban.plans.amounts import convert
from duban.plans.models import Indicator, Ledger, Task


@dataclass(frozen=True)
class Filed:
    """A value that a unit reported: of which report, for which day, and whether the office has verified it.

    `value` is in the indicator's unit of now; `told` is what was reported in the unit of then, where that was another one.
    Where nothing converts, `comparable` is false and `value` is the one of then.
    """

    report: Report
    on: date
    value: Decimal
    told: str
    verified: bool
    comparable: bool
    visible: bool


@dataclass(frozen=True)
class Month:
    """A month's end: what is expected, the floor's line, what was reported in the month, and last year's value then."""

    name: str
    end: date
    expected: Decimal
    floor: Decimal | None
    filed: list[Filed]
    last_year: Decimal | None

    @property
    def value(self) -> Filed | None:
        """The last value of the month that can be compared."""
        return next((one for one in reversed(self.filed) if one.comparable), None)

    @property
    def label(self) -> str:
        """The month as people write it."""
        return f"{int(self.name[:4])}年{int(self.name[5:])}月"

    @property
    def short(self) -> str:
        """The month under the curve: with its year in January only."""
        return self.label if self.end.month == 1 else f"{self.end.month}月"


@dataclass(frozen=True)
class IndicatorYear:
    """All that the page of an indicator shows."""

    indicator: Indicator
    goal: Goal
    months: list[Month]
    stands: Standing | None
    forecast: Forecast | None
    before: Indicator | None


def visible(person: Anyone) -> Q:
    """Return the condition of the indicators that `person` sees: those of their tasks, and the year's own of their ledgers."""
    tasks = Task.objects.visible_to(person).order_by().values("pk")
    ledgers = Ledger.objects.visible_to(person).order_by().values("pk")
    return Q(task__in=tasks) | Q(task=None, ledger__in=ledgers)


def indicator_year(indicator: Indicator, person: Anyone, *, today: date) -> IndicatorYear:
    """Return the year of `indicator` (with its ledger, task and curve) as it is known today."""
    year = indicator.ledger.year
    goal = goal_of(indicator, indicator.task, year)
    filed = _filed(indicator, person)
    readings = [Reading(one.on, one.value, _day_of(one), one.report.pk, one.comparable) for one in filed]
    before = _before(indicator)
    past = _past(before)
    by_month: dict[str, list[Filed]] = defaultdict(list)
    for one in filed:
        by_month[month_of(one.on)].append(one)
    return IndicatorYear(
        indicator=indicator,
        goal=goal,
        months=[
            Month(
                name=name,
                end=(end := min(month_end(name), goal.due)),
                expected=expected(goal, end),
                floor=expected_floor(goal, end),
                filed=by_month.get(name, []),
                last_year=past.get(f"{int(name[:4]) - 1}{name[4:]}"),
            )
            for name in _names(goal)
        ],
        stands=standing(goal, readings, today),
        forecast=forecast(goal, readings, today),
        before=before if past else None,
    )


def steps(found: IndicatorYear) -> list[tuple[str, Decimal]]:
    """Return the forecast's own points: the last value that was reported, and the one on the due day."""
    months = [month for month in found.months if month.value]
    if found.forecast is None or not months:
        return []
    last = months[-1]
    assert last.value
    return [(last.name, last.value.value), (found.months[-1].name, found.forecast.value)]


def _names(goal: Goal) -> list[str]:
    first, last = goal.start, goal.due
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    places = [first.year * 12 + first.month - 1 + month for month in range(count)]
    return [f"{place // 12}-{place % 12 + 1:02d}" for place in places]


def _filed(indicator: Indicator, person: Anyone) -> list[Filed]:
    seen = set(
        Report.objects.visible_to(person).filter(values__indicator=indicator).order_by().values_list("pk", flat=True)
    )
    rows = ReportValue.objects.filter(indicator=indicator, report__state__in=COUNTS, value__isnull=False)
    rows = rows.select_related("report__round", "report__unit").order_by("report__round__period_end", "report_id")
    found = []
    for row in rows:
        if row.value is None or filed_on(row.report) is None:
            continue
        value = convert(row.value, row.unit, indicator.unit)
        found.append(
            Filed(
                report=row.report,
                on=row.report.round.period_end,
                value=row.value if value is None else value,
                told="" if row.unit == indicator.unit else f"{shown(row.value)}{row.unit}",
                verified=row.report.state == ReportState.VERIFIED,
                comparable=value is not None,
                visible=row.report_id in seen,
            )
        )
    return found


def _day_of(one: Filed) -> date:
    return filed_on(one.report) or one.on


def _before(indicator: Indicator) -> Indicator | None:
    """Return the indicator of the same name and unit in the division's ledger of the year before."""
    same = Indicator.objects.filter(
        ledger__division=indicator.ledger.division_id,
        ledger__year=indicator.ledger.year - 1,
        name=indicator.name,
        unit=indicator.unit,
        dropped=False,
    )
    return same.order_by("pk").first()


def _past(before: Indicator | None) -> dict[str, Decimal]:
    """Return last year's verified values by month."""
    if before is None:
        return {}
    rows = ReportValue.objects.filter(indicator=before, report__state=ReportState.VERIFIED, value__isnull=False)
    ordered = rows.order_by("report__round__period_end", "report_id").values_list("report__round__period_end", "value")
    return {month_of(end): value for end, value in ordered if value is not None}
