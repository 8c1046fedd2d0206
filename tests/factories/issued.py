"""Ledgers about to be issued, and ledgers in force that went through the real actions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.plans.actions.issuing import issue
from duban.plans.models import Deadline, Ledger, Paper, Task
from duban.plans.states import LedgerState, PaperState, TaskState
from factories.site import (
    DivisionFactory,
    IndicatorFactory,
    LedgerFactory,
    ResponsibilityFactory,
    SectionFactory,
    TaskFactory,
    UnitFactory,
    person_as,
)


def clerk_of(ledger: Ledger, **fields: Any) -> Person:
    """Return a new clerk of the supervision office."""
    return person_as(Role.SUPERVISION_OFFICE, ledger.division, **fields)


def unit_named(name: str) -> Unit:
    """Return the unit of that name, made where it is missing."""
    return Unit.objects.filter(name=name).first() or UnitFactory(name=name, division=DivisionFactory())


def paper_of(ledger: Ledger, by: Person, **fields: Any) -> Paper:
    """Return a paper of the ledger whose check is complete."""
    at = timezone.now()
    facts: dict[str, Any] = {
        "name": "实施方案.docx",
        "title": "兰桥区2026年重点工作任务实施方案",
        "file": "papers/plan.docx",
        "size": 10,
        "sha256": f"{Paper.objects.count():064d}",
        "sm3": "0" * 64,
        "state": PaperState.CHECKED,
        "checked_at": at,
        "checked_by": by,
        **fields,
    }
    if facts["state"] not in (PaperState.CHECKED, PaperState.ISSUED):
        facts["checked_at"] = facts["checked_by"] = None
    return Paper.objects.create(division=ledger.division, ledger=ledger, year=ledger.year, uploaded_by=by, **facts)


def draft_of(paper: Paper, title: str, *, unit: Unit | None = None, due: date | None = None, **fields: Any) -> Task:
    """Return an accepted draft task of the paper, with an indicator of 52, and a unit in the lead and a limit where given."""
    assert paper.ledger
    section = paper.ledger.sections.first() or SectionFactory(ledger=paper.ledger)
    task = TaskFactory(
        ledger=paper.ledger,
        section=section,
        paper=paper,
        title=title,
        seq=None,
        order=paper.tasks.count(),
        state=TaskState.DRAFT,
        due=due or date(paper.ledger.year, 12, 31),
        due_stated=bool(due),
        checked_at=timezone.now(),
        checked_by=paper.uploaded_by,
        **fields,
    )
    if unit:
        ResponsibilityFactory(task=task, unit=unit)
    if due:
        Deadline.objects.create(task=task, text=f"{due.month}月底前", due=due)
    IndicatorFactory(task=task)
    return task


def draft_ledger(*titles: str, unit: Unit | None = None) -> tuple[Ledger, Person]:
    """Return a draft ledger with a checked paper that holds a task of each title, and a clerk."""
    ledger = LedgerFactory(state=LedgerState.DRAFT)
    clerk = clerk_of(ledger, name="王督办")
    paper = paper_of(ledger, clerk)
    unit = unit or unit_named("区发展和改革局")
    for title in titles or ("推进项目建设", "优化营商环境"):
        draft_of(paper, title, unit=unit, due=date(2026, 6, 30))
    return ledger, clerk


def issued_ledger(*titles: str, unit: Unit | None = None, issued_on: date = date(2026, 3, 1)) -> tuple[Ledger, Person]:
    """Return a ledger issued on `issued_on`, and the clerk who did it."""
    ledger, clerk = draft_ledger(*titles, unit=unit)
    issue(ledger=ledger, document_number="兰政发〔2026〕1号", issued_on=issued_on, approver="李区长", by=clerk)
    ledger.refresh_from_db()
    return ledger, clerk
