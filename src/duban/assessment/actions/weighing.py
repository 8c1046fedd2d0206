"""What the office finds of tasks, units and projects: how hard, only listed matters, which stage. All of a form, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from duban.assessment import refusals
from duban.assessment.models import ListedUnit, ProjectProgress, TaskDifficulty
from duban.assessment.models.weighing import STAGES
from duban.assessment.scoring.facts import DIFFICULTIES
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person, Unit
from duban.plans.models import Ledger, Project, Task


@dataclass(frozen=True)
class Stages:
    """What is said of a project: its category, and the days of its stages."""

    category: str = ""
    started_on: date | None = None
    in_production_on: date | None = None
    in_use_on: date | None = None


def _opened(ledger: Ledger, by: Person) -> Ledger:
    require(by, "assessment.run", division=ledger.division)
    return Ledger.objects.select_for_update(of=("self",)).select_related("division").get(pk=ledger.pk)


def _founded(paper: str) -> str:
    if not paper.strip():
        raise refusals.Missing("认定", "依据（文号或者会议）")
    return paper.strip()[:200]


@action
def set_difficulties(
    *, ledger: Ledger, difficulties: Mapping[int, str], paper: str, by: Person, at: datetime | None = None
) -> int:
    """Say of tasks, by number, how hard they are; "" takes it back. Return how many changed.

    It counts in what is computed from then on; what is published stays. Raises `Missing`, `BadFigure`, `NotAllowed`.
    """
    ledger, at = _opened(ledger, by), at or timezone.now()
    tasks = {task.pk: task for task in Task.objects.in_ledger().filter(ledger=ledger, pk__in=difficulties)}
    there = {row.task_id: row for row in TaskDifficulty.objects.filter(task__in=tasks)}
    changed = {pk: said for pk, said in difficulties.items() if said != (there[pk].difficulty if pk in there else "")}
    if not changed:
        return 0
    paper = _founded(paper)
    for pk, said in changed.items():
        if pk not in tasks or said not in ("", *DIFFICULTIES):
            raise refusals.BadFigure("有的任务不在这本台账里，或者难易不是易、一般、难，请刷新页面再填。")
        before = there[pk].difficulty if pk in there else ""
        if said:
            TaskDifficulty.objects.update_or_create(
                task=tasks[pk],
                defaults={"difficulty": said, "paper": paper, "entered_at": at, "entered_by": by},
            )
        else:
            there[pk].delete()
        record(
            "assessment.set_difficulty",
            by=by,
            subject=tasks[pk],
            before={"difficulty": before},
            after={"difficulty": said, "paper": paper},
            division=ledger.division.code,
        )
    return len(changed)


@action
def list_units(*, ledger: Ledger, units: Collection[int], paper: str, by: Person, at: datetime | None = None) -> int:
    """Say which units, by number, answer for listed matters only; the others do not. Return how many changed.

    Raises `Missing`, `NotInDivision`, `NotAllowed`.
    """
    ledger, at = _opened(ledger, by), at or timezone.now()
    there = {row.unit_id: row for row in ListedUnit.objects.filter(ledger=ledger)}
    changed = set(there) ^ set(units)
    if not changed:
        return 0
    paper = _founded(paper)
    names = {unit.pk: unit for unit in Unit.objects.filter(pk__in=changed, division=ledger.division_id)}
    for pk in sorted(changed):
        if pk not in names:
            raise refusals.NotInDivision(pk)
        if pk in there:
            there[pk].delete()
        else:
            ListedUnit.objects.create(ledger=ledger, unit=names[pk], paper=paper, entered_at=at, entered_by=by)
        record(
            "assessment.list_unit",
            by=by,
            subject=ledger,
            before={"unit": names[pk].name, "listed_only": pk in there},
            after={"unit": names[pk].name, "listed_only": pk not in there, "paper": paper},
            division=ledger.division.code,
        )
    return len(changed)


@action
def record_stages(
    *, ledger: Ledger, stages: Mapping[int, Stages], paper: str, by: Person, at: datetime | None = None
) -> int:
    """Say of projects, by number, which stages they have reached. Return how many changed.

    Raises `BadFigure` for days that are still to come or stand in a wrong order, `Missing`, `NotAllowed`.
    """
    ledger, at = _opened(ledger, by), at or timezone.now()
    found = Project.objects.filter(ledger=ledger, dropped=False, pk__in=stages)
    projects = {project.pk: project for project in found}
    there = {row.project_id: row for row in ProjectProgress.objects.filter(project__in=projects)}
    changed: dict[int, tuple[Stages, Stages]] = {}
    for pk, said in stages.items():
        if pk not in projects:
            raise refusals.BadFigure("有的项目不在这本台账里了，请刷新页面再填。")
        before = _stages(there.get(pk))
        if before != said:
            _check(projects[pk], said, timezone.localdate(at))
            changed[pk] = (before, said)
    if not changed:
        return 0
    paper = _founded(paper)
    for pk, (before, said) in changed.items():
        if said == Stages():
            there[pk].delete()
        else:
            ProjectProgress.objects.update_or_create(
                project=projects[pk], defaults={**vars(said), "paper": paper, "entered_at": at, "entered_by": by}
            )
        record(
            "assessment.record_stages",
            by=by,
            subject=projects[pk],
            before=_plain(before),
            after={**_plain(said), "paper": paper},
            division=ledger.division.code,
        )
    return len(changed)


def _stages(row: ProjectProgress | None) -> Stages:
    if row is None:
        return Stages()
    return Stages(row.category, row.started_on, row.in_production_on, row.in_use_on)


def _plain(said: Stages) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in vars(said).items()}


def _check(project: Project, said: Stages, today: date) -> None:
    if len(said.category) > 20:
        raise refusals.BadFigure(f"“{project}”的类别超过20个字，请写短一些。")
    for name, words in STAGES.items():
        day: date | None = getattr(said, name)
        if day is None:
            continue
        if day > today:
            raise refusals.BadFigure(f"“{project}”的{words}日期{day:%Y年%-m月%-d日}还没有到，请填实际的日期。")
        if said.started_on is None or day < said.started_on:
            raise refusals.BadFigure(f"“{project}”{words}了，开工日期却没有填，或者晚于{words}，请核对。")
