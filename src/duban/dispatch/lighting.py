"""A task's light on a day, from what the database knows: the scheme in force, the months to be judged, the forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from duban.dispatch.forecasts import Forecast, forecast
from duban.dispatch.judging import judged_months
from duban.dispatch.models import LedgerScheme, LightScheme
from duban.dispatch.office_schemes import OfficeShelf
from duban.dispatch.progress import Work
from duban.dispatch.schemes import files
from duban.dispatch.schemes.lights.evaluating import Light, evaluate
from duban.dispatch.schemes.lights.facts import Facts
from duban.dispatch.schemes.lights.scheme import LightScheme as Rules
from duban.dispatch.work import TaskWork, report_dues
from duban.organisations.holidays import calendar_of
from duban.plans.models import Ledger

#: How offices keep light schemes.
OFFICE_LIGHTS: OfficeShelf[Rules] = OfficeShelf(
    files.LIGHTS, LightScheme, "dispatch.change_schemes", "dispatch.save_scheme", "dispatch:scheme"
)


def rules_of(scheme: LightScheme | None) -> Rules:
    """Return the rules kept in a row; the default preset where there is none."""
    return files.read(scheme.text, scheme.name) if scheme else files.presets()[files.DEFAULT]


class SchemeBook:
    """The schemes that a ledger follows, day by day; each is read once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read: dict[int, Rules] = {}

    @cached_property
    def _uses(self) -> list[tuple[date, LightScheme]]:
        uses = LedgerScheme.objects.filter(ledger=self._ledger).select_related("scheme").order_by("valid_from")
        return [(use.valid_from, use.scheme) for use in uses]

    def on(self, day: date) -> tuple[Rules, LightScheme | None]:
        """Return the rules of a day, and the row they are kept in; the default preset where none was adopted."""
        held = [scheme for start, scheme in self._uses if start <= day]
        scheme = held[-1] if held else None
        key = scheme.pk if scheme else 0
        if key not in self._read:
            self._read[key] = rules_of(scheme)
        return self._read[key], scheme


class Lighting:
    """What the lights of one ledger are worked out with; read once for however many tasks and days."""

    def __init__(self, ledger: Ledger) -> None:
        self.book = SchemeBook(ledger)
        self.dues = report_dues(ledger)
        self._calendar = calendar_of(ledger.division)
        self._counted: dict[tuple[date, date], int] = {}

    def light(self, one: TaskWork, day: date, rules: Rules) -> Light:
        """Return the light of a task by `rules`, as it could be known on `day`."""
        months, reports = judged_months(one.work, self.dues, one.filings, on=day)
        facts = Facts(
            due=one.work.due,
            months=months,
            reports=reports,
            done_on=one.done_on if one.done_on and one.done_on <= day else None,
            overrides=one.overrides,
            demands=one.demands,
        )
        return evaluate(rules, facts, on=day, working_days=self._working_days)

    def _working_days(self, since: date, until: date) -> int:
        """Return the working days after `since` up to `until` by the division's calendar; each span is counted once."""
        if (since, until) not in self._counted:
            days = self._calendar.working_days(since, until)
            self._counted[since, until] = len([day for day in days if day > since])
        return self._counted[since, until]


def outlook(work: Work, day: date) -> Mapping[int, Forecast]:
    """Return the forecast of each of a task's indicators by its number, as of `day`, where one can be made."""
    found = {pk: forecast(goal, readings, day) for pk, (goal, readings) in work.indicators.items()}
    return {pk: made for pk, made in found.items() if made is not None}


def will_miss(work: Work, day: date) -> list[int]:
    """Return the indicators that at their recent pace will miss their promise by the due day, as of `day`."""
    return [pk for pk, made in outlook(work, day).items() if made.outlook == "misses"]
