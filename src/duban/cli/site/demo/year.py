"""A year of the demo: its paper uploaded, read, checked and issued; then amendments and break-downs, by those who act."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from duban.cli.site.demo.closing import close_out_year
from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.actions import amending, assigning, breaking_down, checking, issuing, naming, reading, uploading
from duban.plans.breakdown import CurvePlan, IndicatorPlan, MeasurePlan, MilestonePlan, Plan, plan_of
from duban.plans.changes import Changes
from duban.plans.models import Amendment, Indicator, Ledger, Paper, Responsibility, Section, Task
from duban.plans.models.entries import Status, UnitRole
from duban.plans.models.measures import CurveKind
from duban.plans.snapshots import of_task
from duban.plans.states import AmendmentKind, PaperState

Row = dict[str, Any]
#: What the office answers to a note of the reader that nothing else settles.
ANSWER = "已对照原文看过，按原文办理"


class Cast:
    """Those who act in a district, by name."""

    def __init__(self, code: str) -> None:
        self.division = Division.objects.get(code=code)

    @cached_property
    def people(self) -> dict[str, Person]:
        """The people of the site by name; the demo's names are unique."""
        return {person.name: person for person in Person.objects.all()}

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The district's units by name."""
        return {unit.name: unit for unit in Unit.objects.filter(division=self.division)}

    @cached_property
    def clerks(self) -> list[Person]:
        """The people of the supervision office, its head first."""
        office = Person.objects.filter(posts__role=Role.SUPERVISION_OFFICE, posts__division=self.division)
        return list(office.distinct().order_by("pk"))


def load_year(year: Row, code: str, path: Path) -> Ledger:
    """Load one year; where the data say how it closed, it ends closed."""
    cast = Cast(code)
    _, clerk, *_ = cast.clerks
    paper = _read(path, cast, year["year"], clerk)
    _check(paper, year, cast)
    ledger = Ledger.objects.get(division=cast.division, year=year["year"])
    _sponsor(ledger, cast)
    issued = year["issue"]
    issuing.issue(
        ledger=ledger,
        document_number=issued["number"],
        issued_on=issued["date"],
        approver=issued["approver"],
        by=cast.people[issued["by"]],
    )
    _break_down(year, ledger, cast)
    for row in year.get("amendment", ()):
        _amend(row, ledger, cast)
    if closed := year.get("close"):
        close_out_year(year, ledger, cast.people[closed["by"]])
        issuing.close_year(
            ledger=ledger, closed_on=closed["date"], approver=issued["approver"], by=cast.people[closed["by"]]
        )
    return ledger


def load_waiting(paths: list[Path], code: str, year: int) -> None:
    """Upload further papers of the year and leave them to be checked, the first of them half-way."""
    cast = Cast(code)
    _, clerk, *_ = cast.clerks
    for number, path in enumerate(paths):
        paper = _read(path, cast, year, clerk)
        if number == 0 and paper.state == PaperState.CHECKING:
            tasks = list(paper.tasks.filter(dropped=False).order_by("order"))
            for task in tasks[: len(tasks) // 2]:
                checking.accept(task=task, version=task.version, by=clerk)


def _read(path: Path, cast: Cast, year: int, clerk: Person) -> Paper:
    file = ContentFile(path.read_bytes(), name=path.name)
    [paper] = uploading.upload(division=cast.division, year=year, files=[file], by=clerk)
    # The worker finds it done.
    reading.read(paper.pk)
    paper.refresh_from_db()
    return paper


# ---- the check ----


def _check(paper: Paper, year: Row, cast: Cast) -> None:
    head, first, second, *_ = cast.clerks
    for row in year.get("resolution", ()):
        naming.resolve_unit(paper=paper, words=row["words"], unit=cast.units[row["unit"]], by=cast.people[row["by"]])
    for row in year.get("deadline", ()):
        limit = next(
            limit for limit in _task(paper, row["task"]).deadlines.filter(dropped=False) if limit.text == row["text"]
        )
        checking.edit(
            paper=paper, entry="deadline", pk=limit.pk, version=limit.version, fields={"due": row["due"]}, by=first
        )
    for row in year.get("floor", ()):
        indicators = Indicator.objects.filter(paper=paper, status=Status.TARGET, dropped=False)
        of = indicators.filter(task=_task(paper, row["task"])) if "task" in row else indicators.filter(task=None)
        indicator = of.get(name=row["indicator"])
        checking.edit(
            paper=paper,
            entry="indicator",
            pk=indicator.pk,
            version=indicator.version,
            fields={"floor": str(row["floor"])},
            by=first,
        )
    for note in paper.notes.filter(answered_at=None).exclude(task__dropped=True):
        checking.answer_note(note=note, answer=ANSWER, version=note.version, by=first)
    for number, task in enumerate(paper.tasks.filter(dropped=False).order_by("order")):
        checking.accept(task=task, version=task.version, by=(first, second)[number % 2])
    checking.finish(paper=paper, by=head)


def _task(paper: Paper, number: str) -> Task:
    return paper.tasks.filter(dropped=False).get(number=number)


def _sponsor(ledger: Ledger, cast: Cast) -> None:
    """Make the leader who oversees a task's first unit its sponsor, for each of them in one go as the office does it."""
    overseer = {
        unit: post.person
        for post in Post.objects.filter(division=cast.division, role=Role.LEADER, end=None)
        .order_by("-order", "-pk")
        .prefetch_related("oversees")
        .select_related("person")
        for unit in post.oversees.all()
    }
    shares: dict[Person, list[int]] = defaultdict(list)
    answers = Responsibility.objects.filter(task__ledger=ledger, dropped=False, unit__isnull=False)
    first: dict[int, Responsibility] = {}
    for answer in answers.exclude(role=UnitRole.SUPPORT).select_related("unit").order_by("role", "order", "pk"):
        first.setdefault(answer.task_id, answer)
    for task, answer in first.items():
        if answer.unit in overseer:
            shares[overseer[answer.unit]].append(task)
    for leader, tasks in shares.items():
        assigning.assign_sponsor(ledger=ledger, tasks=tasks, sponsor=leader, by=cast.clerks[0])


# ---- amendments ----


def _amend(row: Row, ledger: Ledger, cast: Cast) -> None:
    task = _in_ledger(ledger, row["task"]) if "task" in row else None
    amendment = amending.request(
        ledger=ledger,
        task=task,
        kind=row["kind"],
        changes=_changes(row, ledger, task, cast),
        reason=f"{row['reason']}（依据：{row['document']}）",
        effective_on=row.get("effective_on"),
        by=cast.people[row["requested_by"]],
        at=_at(row["requested_on"]),
    )
    if "decided_on" in row:
        _decide(amendment, row, cast)


def _decide(amendment: Amendment, row: Row, cast: Cast) -> None:
    by, at = cast.people[row["decided_by"]], _at(row["decided_on"])
    if "effective_on" in row:
        amending.approve(amendment=amendment, effective_on=row["effective_on"], decision=row["decision"], by=by, at=at)
    else:
        amending.reject(amendment=amendment, decision=row["decision"], by=by, at=at)


def _changes(row: Row, ledger: Ledger, task: Task | None, cast: Cast) -> Changes:
    match row["kind"]:
        case AmendmentKind.ADD:
            return {"task": _added(row["added"], ledger, cast)}
        case AmendmentKind.EXTEND:
            assert task is not None
            limit = next(limit for limit in task.deadlines.filter(dropped=False) if limit.text == row["deadline"])
            # A limit that fixes no day is extended as the task's own.
            return {"due": row["due"].isoformat(), "deadline": limit.pk if limit.due else None}
        case AmendmentKind.ADJUST_INDICATORS:
            assert task is not None
            return {"indicators": [_adjusted(change, task) for change in row["indicators"]]}
        case AmendmentKind.CHANGE_UNITS:
            assert task is not None
            there = task.responsibilities.filter(dropped=False, is_group=False, unit__isnull=False)
            kept = [{"unit": answer.unit_id, "role": answer.role} for answer in there.order_by("order", "pk")]
            new = [{"unit": cast.units[unit["unit"]].pk, "role": unit["role"]} for unit in row["units"]]
            return {"units": [*kept, *new]}
        case _:
            return {}


def _adjusted(change: Row, task: Task) -> Row:
    indicator = _indicator(task, {"indicator": change["name"], "measure": change["measure"]})
    return {"id": indicator.pk, "comparator": change["comparator"], "value": str(change["value"])}


def _added(row: Row, ledger: Ledger, cast: Cast) -> Row:
    section = next(section for section in Section.objects.filter(ledger=ledger) if section.title in row["section"])
    [limit] = row["deadlines"]
    return {
        "number": row["number"],
        "title": row["title"],
        "text": row["text"],
        "section": section.pk,
        "due": limit["due"].isoformat(),
        "due_text": limit["text"],
        "units": [{"unit": cast.units[unit["unit"]].pk, "role": unit["role"]} for unit in row["units"]],
        "indicators": [{**indicator, "value": str(indicator["value"])} for indicator in row["indicators"]],
    }


# ---- break-downs ----


def _break_down(year: Row, ledger: Ledger, cast: Cast) -> None:
    """Save measures and milestones where a unit made them, and the curves of expected progress of all tasks."""
    curves: dict[str, list[Row]] = defaultdict(list)
    for row in year.get("curve", ()):
        curves[row["task"]].append(row)
    made = {row["task"]: row for row in year.get("breakdown", ())}
    for number in sorted({*made, *curves}, key=int):
        task, row = _in_ledger(ledger, number), made.get(number, {})
        now = plan_of(of_task(task))
        breaking_down.save(
            task=task,
            plan=Plan(
                measures=tuple(_measure(measure, cast) for measure in row.get("measures", ())),
                milestones=tuple(
                    MilestonePlan(None, step["name"], step["due"], Decimal(step["weight"]))
                    for step in row.get("milestones", ())
                ),
                indicators=_indicators(now, curves[number], task, year["year"]),
            ),
            seen=task.versions.latest("number").number,
            by=cast.people[row["by"]] if row else cast.clerks[0],
            on=row["on"] if row else year["issue"]["date"],
        )


def _measure(row: Row, cast: Cast) -> MeasurePlan:
    return MeasurePlan(
        None,
        row["text"],
        unit=cast.units[row["unit"]].pk,
        person=cast.people[row["person"]].pk,
        start=row["start"],
        due=row["due"],
    )


def _indicators(now: Plan, curves: list[Row], task: Task, year: int) -> tuple[IndicatorPlan, ...]:
    asked = {_indicator(task, row).pk: row for row in curves}
    return tuple(
        IndicatorPlan(row.id, row.floor, _curve(asked[row.id], year) if row.id in asked else row.curve)
        for row in now.indicators
    )


def _indicator(task: Task, row: Row) -> Indicator:
    # What was reached already may stand beside its target under the same name.
    found = task.indicators.filter(name=row["indicator"], status=Status.TARGET, dropped=False)
    return found.get(measure=row["measure"]) if "measure" in row else found.get()


def _curve(row: Row, year: int) -> CurvePlan:
    monthly = {f"{year}-{month:02d}": Decimal(str(value)) for month, value in enumerate(row.get("monthly", ()), 1)}
    return CurvePlan(CurveKind(row["kind"]), None, Decimal(str(row.get("start_value", 0))), monthly)


def _in_ledger(ledger: Ledger, number: str) -> Task:
    return Task.objects.in_ledger().get(ledger=ledger, number=number)


def _at(day: date) -> datetime:
    """Return ten in the morning of a day: nobody noted the hour."""
    return timezone.make_aware(datetime.combine(day, time(10)))
