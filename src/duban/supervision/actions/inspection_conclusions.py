"""The conclusion (article 16), fed back unit by unit, received; findings put right and verified (article 18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import BinaryIO

from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import action
from duban.dispatch.actions.evidence import stored
from duban.dispatch.actions.reports import Change, contradict
from duban.dispatch.checks import shown
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans.models import Task
from duban.supervision import states
from duban.supervision.actions.inspections import locked, note, step
from duban.supervision.inspecting import days
from duban.supervision.inspecting.refusals import Incomplete, NotNow, Wrong
from duban.supervision.models import (
    Attachment,
    ConclusionHand,
    Finding,
    InspectedUnit,
    Inspection,
    Review,
)
from duban.supervision.models.inspections import Severity
from duban.supervision.reaching import heirs
from duban.supervision.states.inspections import FindingState, InspectionState, PartState, ReviewState

_LONGEST = 10_000


def took_part(inspection: Inspection, people: Iterable[tuple[Person, str]]) -> None:
    """Keep that people took part in the conclusion; what they first did stays."""
    for person, how in people:
        ConclusionHand.objects.get_or_create(inspection=inspection, person=person, defaults={"how": how})


def _group_took_part(inspection: Inspection) -> None:
    # Whoever went along answers for the conclusion; those who stepped back do not.
    members = inspection.members.filter(stepped_back_at=None, person__isnull=False).select_related("person")
    took_part(
        inspection, ((member.person, f"督查组{member.get_part_display()}") for member in members if member.person)
    )


def part_of(part: InspectedUnit, by: Person, permission: str, units: bool = False) -> tuple[Inspection, InspectedUnit]:
    """Return the inspection and the part, held until the end of the action, once `by` may do this with it."""
    # The inspection first, always: two actions never wait for each other.
    inspection = (
        Inspection.objects.select_for_update(of=("self",)).select_related("division").get(pk=part.inspection_id)
    )
    found = (
        InspectedUnit.objects.select_for_update(of=("self",))
        .select_related("unit__successor__successor")
        .get(pk=part.pk)
    )
    found.inspection = inspection
    require(by, permission, division=inspection.division, units=heirs(found.unit) if units else None)
    return inspection, found


def refresh_due(inspection: Inspection) -> None:
    """Set the day of an inspection that was fed back whole to the last day of anything in it that is open."""
    if inspection.state != InspectionState.FED_BACK:
        return
    parts = InspectedUnit.objects.filter(inspection=inspection)
    days_of = [
        parts.aggregate(last=Max("due_on"))["last"],
        Finding.objects.open().filter(part__in=parts).aggregate(last=Max("due_on"))["last"],
        Review.objects.filter(part__in=parts, state=ReviewState.REQUESTED).aggregate(last=Max("due_on"))["last"],
    ]
    inspection.due_on = max(day for day in (*days_of, timezone.localdate()) if day)
    inspection.save(update_fields=["due_on"])


@action
def conclude(*, inspection: Inspection, conclusion: str, parts: Mapping[int, str], by: Person) -> Inspection:
    """Write the conclusion and its part on each unit (by the number of the part); may be done again until fed back.

    Who writes takes part in the conclusion, as does the group. Raises `NotNow`, `Wrong`.
    """
    inspection = locked(inspection, by)
    if inspection.state != InspectionState.CONCLUDING:
        raise NotNow("结束实地督查以后、反馈完以前，才能写结论。")
    texts = [conclusion, *parts.values()]
    if any(len(text) > _LONGEST for text in texts):
        raise Wrong(f"结论最多{_LONGEST}个字，请精简。")
    if not conclusion.strip():
        raise Incomplete("结论", ["没有写总的结论"])
    inspection.conclusion = conclusion.strip()
    inspection.concluded_at, inspection.concluded_by = timezone.now(), by
    inspection.save(update_fields=["conclusion", "concluded_at", "concluded_by"])
    changed = []
    for part in inspection.units.filter(pk__in=parts).select_related("unit"):
        if part.state != PartState.LISTED:
            raise NotNow(f"{part.unit}已经反馈，结论不能再改。有不同意见的，由该单位申请复核。")
        part.conclusion = parts[part.pk].strip()
        part.save(update_fields=["conclusion"])
        changed.append(part.unit.name)
    _group_took_part(inspection)
    took_part(inspection, [(by, "起草结论")])
    note("supervision.conclude_inspection", inspection, by, units=changed, characters=len(inspection.conclusion))
    return inspection


@action
def add_finding(*, part: InspectedUnit, text: str, severity: str, by: Person, task: Task | None = None) -> Finding:
    """Record a finding on a unit that no check item holds, before its part is fed back."""
    inspection, part = part_of(part, by, "supervision.run")
    if inspection.state not in (InspectionState.ON_SITE, InspectionState.CONCLUDING) or part.fed_back_at:
        raise NotNow(f"{part.unit}已经反馈，不能再增加问题。")
    if not text.strip():
        raise Incomplete("问题", ["没有写问题"])
    made = Finding.objects.create(part=part, task=task, text=text.strip(), severity=Severity(severity))
    note("supervision.add_finding", inspection, by, unit=part.unit_id, text=made.text[:200], severity=severity)
    return made


def _finding(finding: Finding, by: Person, permission: str, units: bool = False) -> tuple[Inspection, Finding]:
    inspection, part = part_of(finding.part, by, permission, units)
    found = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    found.part = part
    return inspection, found


def _step(finding: Finding, name: str) -> str:
    return states.check("finding", name, finding.state, thing=f"“{finding}”")


@action
def drop_finding(*, finding: Finding, reason: str, by: Person) -> None:
    """Do not uphold a finding before it is fed back: the facts were not clear, or the evidence not enough."""
    inspection, finding = _finding(finding, by, "supervision.run")
    finding.state = _step(finding, "drop")
    if not reason.strip():
        raise Incomplete("不予认定", ["没有写理由"])
    finding.because = reason.strip()[:500]
    finding.save(update_fields=["state", "because"])
    took_part(inspection, [(by, "认定问题")])
    note("supervision.drop_finding", inspection, by, finding=finding.pk, reason=finding.because)


@action
def feed_back(
    *,
    part: InspectedUnit,
    demands: Mapping[int, tuple[str, date]],
    by: Person,
    at: datetime | None = None,
) -> InspectedUnit:
    """Feed a unit's part back to it, each finding with what is demanded and by when (by the finding's number).

    Reports that a finding contradicts are corrected by what was counted, or given back, and the lights follow. Raises
    `Incomplete` with all that is missing.
    """
    inspection, part = part_of(part, by, "supervision.run")
    if inspection.state != InspectionState.CONCLUDING:
        raise NotNow("结束实地督查、写好结论以后，才能反馈。")
    part.state = states.check("inspected_unit", "feed_back", part.state, thing=f"对{part.unit}的结论")
    at = at or timezone.now()
    today = timezone.localtime(at).date()
    findings = list(part.findings.filter(state=FindingState.RECORDED).select_related("item", "report"))
    missing = [] if inspection.concluded_at else ["还没有写总的结论"]
    if not part.conclusion.strip():
        missing.append(f"还没有写对{part.unit}的结论")
    for finding in findings:
        demand, due = demands.get(finding.pk, ("", None))
        if not demand.strip() or due is None:
            missing.append(f"“{finding}”没有写整改要求或者期限")
        elif due <= today:
            missing.append(f"“{finding}”的整改期限应晚于反馈当天")
    if missing:
        raise Incomplete("反馈", missing)
    part.fed_back_at, part.fed_back_by = at, by
    counted = days.until(inspection.division, at, days.RECEIVE)
    part.due_on, part.counted = counted.day, f"签收：{counted.how}"
    part.save()
    marked = []
    for finding in findings:
        demand, due = demands[finding.pk]
        finding.state = _step(finding, "demand")
        finding.demand, finding.due_on = demand.strip(), due
        finding.save(update_fields=["state", "demand", "due_on"])
        if _contradicted(inspection, finding, by):
            marked.append(finding.report_id)
    _group_took_part(inspection)
    took_part(inspection, [(by, "反馈结论")])
    if not inspection.units.filter(state=PartState.LISTED).exists():
        inspection.state = step(inspection, "feed_back")
        inspection.save(update_fields=["state"])
    refresh_due(inspection)
    note(
        "supervision.feed_back",
        inspection,
        by,
        unit=part.unit_id,
        findings=[finding.pk for finding in findings],
        reports=marked,
    )
    return part


def _contradicted(inspection: Inspection, finding: Finding, by: Person) -> bool:
    if finding.report is None or finding.item is None:
        return False
    changes = [
        Change(f"value:{figure.indicator_id}", "", shown(figure.found))
        for figure in finding.item.figures.all()
        if figure.differs and figure.found is not None
    ]
    reason = f"{inspection.short_number}“{inspection.title}”实地核查与填报不符：{finding.text}"
    return contradict(report=finding.report, changes=changes, reason=reason[:500], by=by)


@action
def receive(*, part: InspectedUnit, by: Person, at: datetime | None = None) -> InspectedUnit:
    """Sign for a unit's part, as the unit; the 30 days of article 17 count from here. Twice is once."""
    inspection, part = part_of(part, by, "supervision.answer", units=True)
    if part.state == PartState.RECEIVED:
        return part
    part.state = states.check("inspected_unit", "receive", part.state, thing=f"对{part.unit}的结论")
    part.received_at, part.received_by = at or timezone.now(), by
    last = part.findings.open().aggregate(last=Max("due_on"))["last"]
    review = days.until(inspection.division, part.received_at, days.REVIEW)
    part.due_on, part.counted = max(review.day, last or review.day), f"可以申请复核：{review.how}"
    part.save()
    refresh_due(inspection)
    note("supervision.receive_conclusion", inspection, by, unit=part.unit_id)
    return part


@action
def rectify(*, finding: Finding, text: str, by: Person) -> Finding:
    """Report, as the unit, how a finding was put right; the office then verifies."""
    inspection, finding = _finding(finding, by, "supervision.answer", units=True)
    finding.state = _step(finding, "rectify")
    if finding.part.state != PartState.RECEIVED:
        raise NotNow("请先签收督查结论，再报整改结果。")
    if not text.strip():
        raise Incomplete("整改结果", ["没有写整改情况"])
    finding.rectification = text.strip()[:_LONGEST]
    finding.rectified_at, finding.rectified_by = timezone.now(), by
    finding.due_on = days.until(inspection.division, finding.rectified_at, days.VERIFY).day
    finding.save()
    refresh_due(inspection)
    note("supervision.rectify_finding", inspection, by, finding=finding.pk, text=finding.rectification[:200])
    return finding


@action
def add_evidence(*, finding: Finding, file: BinaryIO, name: str, by: Person) -> Attachment:
    """Add a file to what a unit reports of a finding. Raises `BadEvidence`."""
    inspection, finding = _finding(finding, by, "supervision.answer", units=True)
    if finding.state not in (FindingState.DEMANDED, FindingState.RECTIFIED):
        raise NotNow(f"“{finding}”现在是“{finding.get_state_display()}”，不能再加材料。")
    row = stored(inspection.division_id, file, name)
    if there := finding.attachments.filter(stored=row).first():
        return there
    made = Attachment.objects.create(stored=row, name=name[-255:], finding=finding, added_by=by)
    note("supervision.add_rectification_file", inspection, by, finding=finding.pk, name=name, sha256=row.sha256)
    return made


@action
def verify_finding(*, finding: Finding, how: str, by: Person) -> Finding:
    """Verify that a finding was put right, and how that was verified: read, seen again, asked (article 18)."""
    inspection, finding = _finding(finding, by, "supervision.run")
    finding.state = _step(finding, "verify")
    if not how.strip():
        raise Incomplete("验收", ["没有写怎样核实的"])
    finding.verification = how.strip()[:500]
    finding.verified_at, finding.verified_by = timezone.now(), by
    finding.save()
    refresh_due(inspection)
    note("supervision.verify_finding", inspection, by, finding=finding.pk, how=finding.verification)
    return finding


@action
def return_finding(*, finding: Finding, reason: str, due_on: date, by: Person) -> Finding:
    """Give a finding back that is not put right, or that proved not to be, with a new day."""
    inspection, finding = _finding(finding, by, "supervision.run")
    finding.state = _step(finding, "return")
    if not reason.strip():
        raise Incomplete("退回整改", ["没有写理由"])
    if due_on <= timezone.localdate():
        raise Wrong("新的整改期限应晚于今天。")
    if inspection.state == InspectionState.CLOSED:
        raise NotNow("这次督查已经办结，不能再退回。请作为新的事项登记。")
    finding.because, finding.due_on = reason.strip()[:500], due_on
    finding.verification, finding.verified_at, finding.verified_by = "", None, None
    finding.save()
    refresh_due(inspection)
    note("supervision.return_finding", inspection, by, finding=finding.pk, reason=finding.because, due_on=due_on)
    return finding
