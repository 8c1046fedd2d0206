"""From what a task's progress is worked out of to what a light scheme asks: months and what was reported for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from duban.dispatch.curves import month_end
from duban.dispatch.progress import Work, task_standing
from duban.dispatch.schemes.lights.facts import Month, Report


@dataclass(frozen=True)
class Filing:
    """A report was filed for a month (``2026-03``), with numbers or without."""

    month: str
    filed_on: date
    report: int


def judged_months(
    work: Work, report_due: Mapping[str, date], filings: Iterable[Filing], *, on: date
) -> tuple[tuple[Month, ...], tuple[Report, ...]]:
    """Return the months of a task and what was reported for each, as it was known on the day `on`.

    `report_due` has the last day for the report of each month to be judged. A month stands at its end: what is expected
    then, and what the values for days up to then come to. What nothing can be said of (a state not yet reported) is left
    out on both sides; so are the months at the end that nothing is known of and whose reports have time.
    """
    filed: dict[str, list[Filing]] = {}
    for filing in filings:
        if filing.filed_on <= on:
            filed.setdefault(filing.month, []).append(filing)
    months, reports = [], []
    asked = sorted(report_due.items())
    while asked and asked[-1][0] not in filed and on <= asked[-1][1]:
        asked.pop()
    for name, due in asked:
        stands = task_standing(work, month_end(name), known_on=on)
        months.append(Month(name, stands.expected if stands.says_something else None, due))
        if name in filed:
            last = max(filed[name], key=lambda filing: (filing.filed_on, filing.report))
            reports.append(
                Report(
                    month=name,
                    filed_on=last.filed_on,
                    progress=stands.progress if stands.says_something else None,
                    ids=stands.reports or (last.report,),
                    below_floor=bool(stands.below_floor),
                )
            )
    return tuple(months), tuple(reports)
