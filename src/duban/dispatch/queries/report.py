"""One report: what it says, and how it came to say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from duban.dispatch.checks import shown
from duban.dispatch.models import Evidence, Report
from duban.dispatch.models.reports import TEXTS
from duban.dispatch.queries.grid import Line, lines
from duban.organisations.models import Person

#: What a step of a report's life is called in its history.
STEPS = {
    "submit": "提交",
    "sign_off": "审签",
    "send_back": "单位负责人退回",
    "accept": "核验通过",
    "return": "督查室退回",
    "correct": "更正后通过",
    "found": "督查不符",
}


@dataclass(frozen=True)
class Changed:
    """What one step changed in one place of the report."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """A version of the report: who made it by which step, why, and what it changed since the one before."""

    number: int
    name: str
    who: str
    at: datetime
    reason: str
    changes: list[Changed]


@dataclass(frozen=True)
class ReportPage:
    """A report with its history, the latest step first."""

    report: Report
    line: Line
    steps: list[Step]


def report_page(report: Report, person: Person) -> ReportPage:
    """Return the page of `report`, which `person` sees."""
    [line] = lines(report.round, report.unit, person, task=report.task_id, void=True)
    steps: list[Step] = []
    before: dict[str, str] = {}
    for version in report.versions.select_related("by"):
        now = _words(version.snapshot)
        # What was first handed in is told by the report itself.
        changes = [
            Changed(label, before.get(label, ""), now.get(label, ""))
            for label in dict.fromkeys([*before, *now])
            if steps and before.get(label, "") != now.get(label, "")
        ]
        name = STEPS.get(version.step, version.step)
        reason = version.snapshot.get("reason", "")
        steps.append(Step(version.number, name, version.by.name, version.at, reason, changes))
        before = now
    return ReportPage(line.report, line, steps[::-1])


def _words(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """Return what a version says, by the labels of its places."""
    found = {f"{value['name']}（{value['unit']}）": _number(value["value"]) for value in snapshot["values"]}
    if snapshot["percentage"] is not None:
        found["完成比例（%）"] = _number(snapshot["percentage"])
    # Versions that were kept before reports told of milestones have none.
    found |= {f"节点：{word['name']}": word["done_on"] for word in snapshot.get("milestones", ())}
    found |= {label: snapshot[name] for name, label in TEXTS.items()}
    found["佐证"] = "、".join(evidence["name"] for evidence in snapshot["evidence"])
    return found


def _number(text: str | None) -> str:
    return "" if text is None else shown(Decimal(text))


def evidence_seen(person: Person) -> QuerySet[Evidence]:
    """Return the evidence that `person` may open: that of the reports that they see, dropped pieces included."""
    return Evidence.objects.filter(report__in=Report.objects.visible_to(person)).select_related(
        "stored", "report__round", "report__task__ledger__division", "report__unit"
    )
