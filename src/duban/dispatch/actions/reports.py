"""A unit's report: filled in cell by cell, submitted, signed off; verified, returned or corrected by the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.dispatch import checks, states
from duban.dispatch.actions.visits import visited
from duban.dispatch.facts import facts_of
from duban.dispatch.keeping import content, keep_version, step
from duban.dispatch.milestones import CELL, check_day
from duban.dispatch.models import MilestoneWord, Report, ReportValue, Verification
from duban.dispatch.models.reports import PERCENTAGE, PERCENTAGE_LABEL, TEXTS
from duban.dispatch.refusals import BadValue, Incomplete, ReasonNeeded, RoundClosed, TaskWithdrawn
from duban.dispatch.states import ReportState
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.organisations.workbooks import as_day
from duban.plans.amounts import is_percent
from duban.plans.models import Milestone
from duban.plans.states import TaskState

_LONGEST = 5000
_LARGEST = Decimal(10) ** 13


@dataclass(frozen=True)
class Change:
    """One cell as a liaison changed it: a text's name, ``percentage``, ``value:<indicator>`` or ``milestone:<milestone>``.

    `was` is what the cell held when the writer began, `now` what it shall hold.
    """

    cell: str
    was: str
    now: str


@dataclass(frozen=True)
class Conflict:
    """A cell that somebody else changed meanwhile: it keeps `theirs` until the writer chooses."""

    cell: str
    theirs: str
    who: str
    yours: str


@dataclass(frozen=True)
class Saved:
    """What became of a save: the cells that now hold what was asked, those in conflict, and what is odd."""

    cells: dict[str, str]
    conflicts: list[Conflict]
    warnings: list[checks.Warning]


def _locked(report: Report) -> Report:
    return (
        Report.objects.select_for_update(of=("self",))
        .select_related("round__schedule", "task__ledger__division", "unit", "edited_by")
        .get(pk=report.pk)
    )


def _writable(report: Report) -> None:
    if report.task.state == TaskState.WITHDRAWN or report.state == ReportState.VOID:
        raise TaskWithdrawn(report.task.title)
    # What was returned may be mended after the end; what was never handed in may not.
    if not report.round.may_report and report.state != ReportState.RETURNED:
        raise RoundClosed(report.round.name)


def _require(by: Person, what: str, report: Report) -> None:
    require(by, what, division=report.task.ledger.division, units=[report.unit_id])


def _number(where: str, text: str) -> Decimal | None:
    text = text.strip().replace(",", "").replace("，", "").removesuffix("%").removesuffix("％")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BadValue(where, f"“{text}”不是数，请只填数字，不带单位。") from None
    if not value.is_finite() or abs(value) >= _LARGEST:
        raise BadValue(where, f"“{text}”超出了能填的范围，请核对计量单位。")
    if value != value.quantize(Decimal("0.000001")):
        raise BadValue(where, f"“{text}”的小数超过6位，请四舍五入后填写。")
    return value


def _as_text(value: Decimal | None) -> str:
    return "" if value is None else checks.shown(value)


@action
def save(*, report: Report, changes: Sequence[Change], by: Person, at: datetime | None = None) -> Saved:
    """Save cells of a report. A cell that somebody else changed meanwhile is left and told; the others are saved.

    Raises `RoundClosed`, `TaskWithdrawn`, `WrongState` (handed in already) and `BadValue` for what no cell can hold;
    then nothing is saved.
    """
    at = at or timezone.now()
    report = _locked(report)
    _require(by, "dispatch.report", report)
    _writable(report)
    step("report", "submit", report)
    values = {f"value:{value.indicator_id}": value for value in report.values.select_related("indicator", "edited_by")}
    saved: dict[str, str] = {}
    conflicts: list[Conflict] = []
    before: dict[str, Any] = {}
    for change in changes:
        present = _present(report, values, change.cell)
        wanted = _wanted(report, values, change, at)
        if present not in (change.was, wanted):
            who = values[change.cell].edited_by if change.cell in values else report.edited_by
            conflicts.append(Conflict(change.cell, present, who.name if who else "别人", change.now))
            continue
        saved[change.cell] = wanted
        if present != wanted:
            before[change.cell] = present
            _set(report, values, change.cell, wanted, by, at)
    if before:
        report.started_at = report.started_at or at
        report.edited_at, report.edited_by = at, by
    warnings = checks.check(facts_of(report))
    report.warnings = checks.handed_in(warnings)
    report.save()
    visited(round=report.round, unit=report.unit_id, by=by, at=at)
    if before:
        record(
            "dispatch.save_report",
            by=by,
            subject=report,
            before=before,
            after={cell: saved[cell] for cell in before},
            division=report.task.ledger.division.code,
        )
    return Saved(saved, conflicts, warnings)


@dataclass(frozen=True)
class Wrong:
    """A cell that cannot be saved as asked, and why."""

    report: Report
    cell: str
    message: str


def save_all(
    *, wanted: Sequence[tuple[Report, Sequence[Change]]], by: Person, keep: bool = True
) -> tuple[list[tuple[Report, Saved]], list[Wrong]]:
    """Save cells of several reports, all or none; return what became of each report, and each cell that is wrong.

    With `keep` false, or where a cell is wrong, everything is taken back again: what it returns is what saving would do.
    """
    saved: list[tuple[Report, Saved]] = []
    wrong: list[Wrong] = []
    with transaction.atomic():
        for report, changes in wanted:
            try:
                done = save(report=report, changes=changes, by=by)
            except BadValue:
                wrong += _wrong_cells(report, changes, by)
            except Refusal as refusal:
                wrong.append(Wrong(report, "", str(refusal)))
            else:
                saved.append((report, done))
                wrong += [
                    Wrong(
                        report, found.cell, f"下载以后{found.who}已改为“{found.theirs}”。请重新下载，或在网页上选用。"
                    )
                    for found in done.conflicts
                ]
        if wrong or not keep:
            transaction.set_rollback(True)
    return saved, wrong


def _wrong_cells(report: Report, changes: Sequence[Change], by: Person) -> list[Wrong]:
    found = []
    for change in changes:
        try:
            save(report=report, changes=[change], by=by)
        except Refusal as refusal:
            found.append(Wrong(report, change.cell, str(refusal)))
    return found


def _present(report: Report, values: dict[str, ReportValue], cell: str) -> str:
    if cell in TEXTS:
        return str(getattr(report, cell))
    if cell == PERCENTAGE:
        return _as_text(report.percentage)
    if cell in values:
        return _as_text(values[cell].value)
    if milestone := _milestone(report, cell):
        word = report.milestones.filter(milestone=milestone).first()
        return word.done_on.isoformat() if word and word.done_on else ""
    raise BadValue(cell, "这份填报里没有这一格，请刷新页面。")


def _milestone(report: Report, cell: str) -> Milestone | None:
    """Return the milestone that a cell is about; None where it is about none of the task's."""
    number = cell.removeprefix(CELL)
    if number == cell or not number.isdecimal() or len(number) > 18:
        return None
    return report.task.milestones.filter(pk=int(number)).first()


def _day_of(milestone: Milestone, text: str, year: int, at: datetime) -> str:
    """Return the day that was filled in for a milestone, as ISO 8601."""
    try:
        day = as_day(text.strip())
    except ValueError:
        raise BadValue(milestone.name, f"“{text.strip()}”不是日期，请写成 2026-06-30 或 2026年6月30日。") from None
    if day is None:
        return ""
    check_day(milestone.name, day, year, at)
    return day.isoformat()


def _wanted(report: Report, values: dict[str, ReportValue], change: Change, at: datetime | None = None) -> str:
    if milestone := _milestone(report, change.cell):
        return _day_of(milestone, change.now, report.task.ledger.year, at or timezone.now())
    if change.cell in TEXTS:
        text = change.now.strip()
        if len(text) > _LONGEST:
            raise BadValue(TEXTS[change.cell], f"写了{len(text)}个字，最多{_LONGEST}个字，请精简。")
        return text
    if change.cell == PERCENTAGE:
        share = _number(PERCENTAGE_LABEL, change.now)
        if share is not None and not 0 <= share <= 100:
            raise BadValue(PERCENTAGE_LABEL, f"“{change.now}”不在0到100之间。")
        return _as_text(share)
    value = values[change.cell]
    if change.now.strip().endswith(("%", "％")) and not is_percent(value.unit):
        raise BadValue(
            value.indicator.name,
            f"“{change.now.strip()}”是百分数，而这里的计量单位是“{value.unit}”，请填数（Excel 里把这一格的格式改成“常规”）。",
        )
    return _as_text(_number(value.indicator.name, change.now))


def _set(report: Report, values: dict[str, ReportValue], cell: str, text: str, by: Person, at: datetime | None) -> None:
    if cell in TEXTS:
        setattr(report, cell, text)
    elif cell == PERCENTAGE:
        report.percentage = Decimal(text) if text else None
    elif milestone := _milestone(report, cell):
        MilestoneWord.objects.update_or_create(
            report=report,
            milestone=milestone,
            defaults={"done_on": text or None, "by": by, "at": at or timezone.now()},
        )
    else:
        value = values[cell]
        value.value = Decimal(text) if text else None
        value.edited_by, value.edited_at = by, at
        value.save(update_fields=["value", "edited_by", "edited_at"])


def asks_percentage(report: Report) -> bool:
    """Say whether the unit states itself how far the task is: where there are neither indicators nor milestones."""
    return not report.values.exists() and not report.task.milestones.exists()


def missing(report: Report) -> list[str]:
    """Return what a report lacks before it can be handed in, as Chinese phrases."""
    figures = [(value.indicator.name, value.value is not None) for value in report.values.select_related("indicator")]
    if asks_percentage(report):
        figures = [(PERCENTAGE_LABEL, report.percentage is not None)]
    return checks.lacking(figures, report.progress)


@action
def submit(*, report: Report, by: Person, at: datetime | None = None) -> Report:
    """Hand a report to the unit's head, or straight to the office where the schedule asks for no sign-off.

    A report that was handed in already stays as it is: a double click is one submit. Raises `Incomplete`, `RoundClosed`.
    """
    at = at or timezone.now()
    report = _locked(report)
    _require(by, "dispatch.report", report)
    if report.state in (ReportState.AWAITING_SIGN_OFF, ReportState.AWAITING_VERIFICATION) and report.submitted_by == by:
        return report
    _writable(report)
    target = step("report", "submit", report)
    if lacks := missing(report):
        raise Incomplete(report.task.title, lacks)
    report.warnings = checks.handed_in(checks.check(facts_of(report)))
    report.state = target if report.round.schedule.needs_sign_off else ReportState.AWAITING_VERIFICATION
    report.late = report.late or (report.submitted_at is None and at > report.round.due_at)
    report.submitted_at, report.submitted_by = at, by
    report.started_at = report.started_at or at
    report.save()
    visited(round=report.round, unit=report.unit_id, by=by, at=at)
    kept = keep_version(report, "submit", by)
    _note("dispatch.submit_report", report, by, kept)
    return report


@action
def recall(*, report: Report, by: Person) -> None:
    """Take a report back that waits for sign-off."""
    report = _locked(report)
    _require(by, "dispatch.report", report)
    report.state = step("report", "recall", report)
    report.save(update_fields=["state"])
    _note("dispatch.recall_report", report, by, content(report))


@action
def sign_off(*, report: Report, by: Person, at: datetime | None = None) -> Report:
    """Sign a report off (审签): from here it is the unit's word. Signing twice is one signing."""
    report = _locked(report)
    _require(by, "dispatch.sign_off", report)
    if report.state == ReportState.AWAITING_VERIFICATION and report.signed_by == by:
        return report
    report.state = step("report", "sign_off", report)
    report.signed_at, report.signed_by = at or timezone.now(), by
    report.save(update_fields=["state", "signed_at", "signed_by"])
    kept = keep_version(report, "sign_off", by)
    _note("dispatch.sign_off_report", report, by, kept)
    return report


@action
def send_back(*, report: Report, reason: str, by: Person) -> None:
    """Give a report back to the liaison as the unit's head, with a reason."""
    report = _locked(report)
    _require(by, "dispatch.sign_off", report)
    if not reason.strip():
        raise ReasonNeeded("退回")
    report.state = step("report", "send_back", report)
    report.save(update_fields=["state"])
    kept = keep_version(report, "send_back", by, reason=reason)
    _note("dispatch.send_back_report", report, by, kept)


@action
def accept(*, report: Report, by: Person, at: datetime | None = None) -> Report:
    """Verify a report as it stands. Accepting twice is one verification."""
    report = _locked(report)
    _require(by, "dispatch.verify", report)
    if report.state == ReportState.VERIFIED:
        return report
    report.state = step("report", "accept", report)
    return _verified(report, Verification.Verdict.ACCEPT, by, at)


@action
def return_report(*, report: Report, reason: str, by: Person) -> None:
    """Give a report back to the unit, with a reason; the unit mends it even after the round's end."""
    report = _locked(report)
    _require(by, "dispatch.verify", report)
    if not reason.strip():
        raise ReasonNeeded("退回")
    report.state = step("report", "return", report)
    report.verified_at = report.verified_by = None
    report.save(update_fields=["state", "verified_at", "verified_by"])
    Verification.objects.create(report=report, verdict=Verification.Verdict.RETURN, reason=reason, by=by)
    kept = keep_version(report, "return", by, reason=reason)
    _note("dispatch.return_report", report, by, kept)


@action
def correct(
    *, report: Report, changes: Sequence[Change], reason: str, by: Person, at: datetime | None = None
) -> Report:
    """Correct cells and verify; what the unit wrote stays in the versions. Raises `BadValue`."""
    at = at or timezone.now()
    report = _locked(report)
    _require(by, "dispatch.verify", report)
    if not reason.strip():
        raise ReasonNeeded("更正")
    report.state = step("report", "correct", report)
    values = {f"value:{value.indicator_id}": value for value in report.values.select_related("indicator")}
    corrections = _corrected(report, values, changes, by, at)
    return _verified(report, Verification.Verdict.CORRECT, by, at, reason=reason, corrections=corrections)


@action
def contradict(*, report: Report, changes: Sequence[Change], reason: str, by: Person) -> bool:
    """Mark a report that an inspection on the spot contradicts; say whether it was in a state to be marked.

    With `changes` the report holds from now on what was counted, as if corrected; without, it is given back to the unit
    and counts no more until it is mended. Either way the task's light is worked out again, and the verification
    `found` with its reason stays. A report that the unit holds again, or that is void, says nothing to contradict.
    """
    report = _locked(report)
    _require(by, "dispatch.verify", report)
    if not reason.strip():
        raise ReasonNeeded("督查不符")
    if report.state not in states.TRANSITIONS["report"]["contradict"].sources:
        return False
    values = {f"value:{value.indicator_id}": value for value in report.values.select_related("indicator")}
    corrections = _corrected(report, values, changes, by, timezone.now())
    if corrections:
        report.state = step("report", "contradict", report)
        _verified(report, Verification.Verdict.FOUND, by, None, reason=reason, corrections=corrections)
        return True
    report.state = step("report", "return", report)
    report.verified_at = report.verified_by = None
    report.save(update_fields=["state", "verified_at", "verified_by"])
    Verification.objects.create(report=report, verdict=Verification.Verdict.FOUND, reason=reason, by=by)
    kept = keep_version(report, Verification.Verdict.FOUND, by, reason=reason)
    _note("dispatch.found_report", report, by, kept)
    return True


@action
def take_back_found(*, report: Report, reason: str, by: Person) -> bool:
    """Put back what the unit had reported where the finding against it was revoked; say whether anything was put back.

    Whoever decides reviews may; a cell that was changed since is left.
    """
    report = _locked(report)
    _require(by, "supervision.decide_review", report)
    found = report.verifications.filter(verdict=Verification.Verdict.FOUND).order_by("pk").last()
    if found is None or report.state != ReportState.VERIFIED:
        return False
    values = {f"value:{value.indicator_id}": value for value in report.values.select_related("indicator")}
    changes = [
        Change(cell, counted, reported)
        for cell, (reported, counted) in found.corrections.items()
        if _present(report, values, cell) == counted
    ]
    corrections = _corrected(report, values, changes, by, timezone.now())
    if not corrections:
        return False
    _verified(report, Verification.Verdict.CORRECT, by, None, reason=reason, corrections=corrections)
    return True


def _corrected(
    report: Report, values: dict[str, ReportValue], changes: Sequence[Change], by: Person, at: datetime
) -> dict[str, list[str]]:
    """Set cells of a report and return what each held and holds, where that differs."""
    corrections = {}
    for change in changes:
        present, wanted = _present(report, values, change.cell), _wanted(report, values, change)
        if present != wanted:
            corrections[change.cell] = [present, wanted]
            _set(report, values, change.cell, wanted, by, at)
    return corrections


def _verified(
    report: Report,
    verdict: Verification.Verdict,
    by: Person,
    at: datetime | None,
    *,
    reason: str = "",
    corrections: dict[str, list[str]] | None = None,
) -> Report:
    report.verified_at, report.verified_by = at or timezone.now(), by
    report.save()
    Verification.objects.create(report=report, verdict=verdict, reason=reason, corrections=corrections or {}, by=by)
    kept = keep_version(report, verdict, by, reason=reason)
    _note(f"dispatch.{verdict}_report", report, by, kept, corrections=corrections or {})
    return report


def _note(what: str, report: Report, by: Person, kept: dict[str, Any], **more: Any) -> None:
    record(
        what,
        by=by,
        subject=report,
        after={**kept, **more},
        division=report.task.ledger.division.code,
    )
