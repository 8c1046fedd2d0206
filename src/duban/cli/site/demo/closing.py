"""The close of a year of the demo: what was verified as done is closed out before the ledger closes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from duban.organisations.models import Person
from duban.plans.models import Indicator, Ledger, Milestone, Task
from duban.plans.models.entries import Status
from duban.supervision.actions import close_outs
from duban.supervision.actions.close_outs import Account, Entered


def close_out_year(year: dict[str, Any], ledger: Ledger, by: Person) -> None:
    """Enter what was closed out of a year that is over, by its verified results; what was not reached stays open."""
    rows = []
    for row in year["task"]:
        if "closed_out_on" not in row:
            continue
        task = Task.objects.in_ledger().get(ledger=ledger, number=row["number"])
        values = {one["indicator"]: one["value"] for one in row["result"]}
        accounts = [
            Account(indicator=one, value=Decimal(str(values[one.name])), basis="年终核定表")
            for one in Indicator.objects.filter(task=task, dropped=False, status=Status.TARGET)
            if one.name in values
        ]
        steps = Milestone.objects.filter(task=task)
        accounts += [Account(milestone=step, done_on=step.due, basis="年终核定表") for step in steps]
        rows.append(Entered(task, row["verified_on"], row["closed_out_on"], accounts, "经核实，年度目标完成。"))
    close_outs.enter(ledger=ledger, rows=rows, basis=f"{ledger.year}年度重点工作办结核定表", by=by)
