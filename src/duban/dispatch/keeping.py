"""How a round or a report goes from one state to the next, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from duban.dispatch import states
from duban.dispatch.milestones import counting
from duban.dispatch.models import Report, ReportVersion, Round
from duban.dispatch.refusals import WrongState
from duban.dispatch.relighting import relight
from duban.organisations.models import Person
from duban.plans.models import Milestone


def step(machine: str, name: str, thing: Round | Report) -> str:
    """Return the state that step `name` leads to. Raises `WrongState` where it does not lead on from the present one."""
    transition = states.TRANSITIONS[machine][name]
    if thing.state not in transition.sources:
        raise WrongState(f"“{thing}”", thing.get_state_display(), transition.name)
    return transition.target


def content(report: Report) -> dict[str, Any]:
    """Return what a report says, as its versions keep it: texts, percentage, values by indicator, milestones, evidence."""
    return {
        "state": report.state,
        "progress": report.progress,
        "problems": report.problems,
        "asks": report.asks,
        "next_step": report.next_step,
        "percentage": None if report.percentage is None else str(report.percentage),
        "values": [
            {
                "indicator": value.indicator_id,
                "name": value.indicator.name,
                "value": None if value.value is None else str(value.value.normalize()),
                "unit": value.unit,
            }
            for value in report.values.select_related("indicator")
        ],
        "milestones": [
            {"milestone": word.milestone_id, "name": word.milestone.name, "done_on": word.done_on.isoformat()}
            for word in report.milestones.select_related("milestone")
            if word.done_on
        ],
        "evidence": [
            {
                "name": evidence.name,
                "link": evidence.link,
                "sha256": evidence.stored.sha256 if evidence.stored else None,
            }
            for evidence in report.evidence.filter(dropped=False).select_related("stored")
        ],
    }


def settle(milestones: Iterable[int]) -> None:
    """Bring the days of milestones up to what the words that count say, the last one deciding; lights follow."""
    rows = list(Milestone.objects.filter(pk__in=milestones).select_related("task"))
    days = {word.milestone_id: word.done_on for word in counting(rows)} if rows else {}
    for milestone in rows:
        if milestone.done_on != days.get(milestone.pk):
            milestone.done_on = days.get(milestone.pk)
            milestone.save(update_fields=["done_on"])
    relight({milestone.task_id: milestone.task.ledger_id for milestone in rows})


def keep_version(report: Report, name: str, by: Person, *, reason: str = "") -> dict[str, Any]:
    """Keep the report as it is now, under the step that was taken and the reason given for it; return what was kept.

    What it says may turn the task's light, and the milestones that it tells of are reached while it counts.
    """
    relight({report.task_id: report.task.ledger_id})
    settle(report.milestones.values_list("milestone_id", flat=True))
    number = report.versions.count() + 1
    snapshot = content(report) | ({"reason": reason} if reason else {})
    ReportVersion.objects.create(report=report, number=number, step=name, snapshot=snapshot, by=by)
    return snapshot
