"""What reporting costs the units (减负): forms, fields and minutes by unit and month.

Minutes are those of the visits (`actions.visits`): from opening the reports to handing them in.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Sum

from duban.dispatch.burdens import ASKED
from duban.dispatch.models import Report, ReportValue, Visit
from duban.dispatch.states import ReportState, RoundState
from duban.organisations.models import Person, Unit
from duban.plans.models import Ledger

#: Texts that each report asks beside its figures: progress, problems, what is asked for, next step.
TEXTS = 4


@dataclass
class Spent:
    """Forms, fields and seconds; `timed` of the forms are those whose time is known."""

    forms: int = 0
    fields: int = 0
    seconds: int = 0
    timed: int = 0

    def add(self, fields: int, timed: bool) -> None:
        """Count one more form."""
        self.forms += 1
        self.fields += fields
        self.timed += timed

    @property
    def minutes(self) -> int:
        """Whole minutes; what took less than one counts as one."""
        return max(1, round(self.seconds / 60)) if self.seconds else 0

    @property
    def each(self) -> int | None:
        """Minutes a form, where any is known."""
        return round(self.minutes / self.timed) if self.timed else None


@dataclass
class UnitBurden:
    """One unit's burden by month (1 to 12) and in all."""

    unit: Unit
    months: dict[int, Spent] = field(default_factory=lambda: defaultdict(Spent))
    whole: Spent = field(default_factory=Spent)
    more: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Burden:
    """The burden of a ledger's units."""

    months: list[int]
    units: list[UnitBurden]
    by_month: dict[int, Spent]
    whole: Spent
    #: What else was asked: the heads of the columns, and the sums.
    labels: list[str]
    sums: list[int]

    @property
    def totals(self) -> list[tuple[int, Spent]]:
        """The months with the burden of all units in each."""
        return [(month, self.by_month[month]) for month in self.months]


def burden(ledger: Ledger, person: Person) -> Burden:
    """Return what the reports of a ledger cost, those that most forms were asked of first; four statements.

    What later apps ask of units in the year stands beside, one statement more for each.
    """
    reports = (
        Report.objects.visible_to(person)
        .filter(round__ledger=ledger)
        .exclude(state=ReportState.VOID)
        .exclude(round__state=RoundState.PLANNED)
        .select_related("unit", "round")
    )
    values = dict(
        ReportValue.objects.filter(report__round__ledger=ledger)
        .order_by()
        .values_list("report")
        .annotate(count=Count("pk"))
    )
    visits = Visit.objects.filter(round__ledger=ledger).order_by()
    spent_at = {
        (round, unit): (end.month, seconds)
        for round, unit, end, seconds in visits.values_list("round", "unit", "round__period_end").annotate(
            seconds=Sum("seconds")
        )
    }
    units: dict[int, UnitBurden] = {}
    by_month: dict[int, Spent] = defaultdict(Spent)
    whole = Spent()
    for report in reports:
        timed = report.submitted_at is not None and (report.round_id, report.unit_id) in spent_at
        fields = TEXTS + values.get(report.pk, 0)
        month = report.round.period_end.month
        unit = units.setdefault(report.unit_id, UnitBurden(report.unit))
        for spent in (unit.months[month], unit.whole, by_month[month], whole):
            spent.add(fields, timed)
    for (_, number), (month, seconds) in spent_at.items():
        if number in units:
            unit = units[number]
            for spent in (unit.months[month], unit.whole, by_month[month], whole):
                spent.seconds += seconds
    found = sorted(units.values(), key=lambda unit: (-unit.whole.forms, unit.unit.order))
    asked = [(one.label, one.count(ledger)) for one in ASKED.values()]
    for unit in found:
        unit.more = [counts.get(unit.unit.pk, 0) for _, counts in asked]
    sums = [sum(unit.more[place] for unit in found) for place in range(len(asked))]
    return Burden(sorted(by_month), found, dict(by_month), whole, [label for label, _ in asked], sums)
