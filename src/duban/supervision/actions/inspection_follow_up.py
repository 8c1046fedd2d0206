"""What follows from an inspection beside rectification: proposals that take effect by approval, leads handed over."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person, Unit
from duban.supervision import states
from duban.supervision.actions.inspections import locked, note
from duban.supervision.inspecting import days
from duban.supervision.inspecting.refusals import Incomplete, NotInPlan, NotNow
from duban.supervision.models import Inspection, Lead, Proposal
from duban.supervision.states.inspections import InspectionState


@action
def propose(*, inspection: Inspection, unit: Unit, kind: str, text: str, by: Person) -> Proposal:
    """Propose to commend, encourage, criticise or hold to account; nothing takes effect by that (articles 19 to 21)."""
    inspection = locked(inspection, by)
    if inspection.state not in (InspectionState.CONCLUDING, InspectionState.FED_BACK):
        raise NotNow("有了督查结论，才能提出表扬、批评、追责等建议。")
    if not inspection.units.filter(unit=unit).exists():
        raise NotInPlan(f"{unit}不是这次督查的对象。")
    if not text.strip():
        raise Incomplete("建议", ["没有写理由和内容"])
    made = Proposal.objects.create(
        inspection=inspection,
        unit=unit,
        kind=Proposal.Kind(kind),
        text=text.strip()[:500],
        due_on=days.until(inspection.division, timezone.now(), days.PROPOSE).day,
        proposed_by=by,
    )
    note("supervision.propose", inspection, by, unit=unit.pk, kind=kind, text=made.text)
    return made


def _proposal(proposal: Proposal, by: Person) -> tuple[Inspection, Proposal]:
    inspection = locked(proposal.inspection, by, "supervision.approve")
    return inspection, Proposal.objects.select_for_update(of=("self",)).select_related("unit").get(pk=proposal.pk)


@action
def approve_proposal(
    *, proposal: Proposal, organ: str, approved_by_name: str, basis: str, effective_on: date, by: Person
) -> Proposal:
    """Record that the competent organ approved a proposal: from `effective_on` it is in effect. Raises `Incomplete`."""
    inspection, proposal = _proposal(proposal, by)
    proposal.state = states.check("proposal", "approve", proposal.state, thing=f"“{proposal}”的建议")
    missing = [
        words
        for words, there in (("没有写有权机关", organ), ("没有写由谁批准", approved_by_name), ("没有写批准依据", basis))
        if not there.strip()
    ]
    if missing:
        raise Incomplete("批准", missing)
    proposal.organ, proposal.approved_by_name = organ.strip(), approved_by_name.strip()
    proposal.approval_basis, proposal.effective_on = basis.strip(), effective_on
    proposal.decided_at, proposal.decided_by = timezone.now(), by
    proposal.save()
    note(
        "supervision.approve_proposal",
        inspection,
        by,
        proposal=str(proposal),
        organ=organ,
        approved_by_name=approved_by_name,
    )
    return proposal


@action
def reject_proposal(*, proposal: Proposal, reason: str, by: Person) -> Proposal:
    """Record that a proposal was not approved, and why."""
    inspection, proposal = _proposal(proposal, by)
    proposal.state = states.check("proposal", "reject", proposal.state, thing=f"“{proposal}”的建议")
    if not reason.strip():
        raise Incomplete("不批准", ["没有写理由"])
    proposal.approval_basis = reason.strip()[:300]
    proposal.decided_at, proposal.decided_by = timezone.now(), by
    proposal.save()
    note("supervision.reject_proposal", inspection, by, proposal=str(proposal), reason=proposal.approval_basis)
    return proposal


@action
def hand_over(
    *,
    inspection: Inspection,
    text: str,
    organ: str,
    document: str,
    approved_by_name: str,
    handed_on: date,
    by: Person,
    unit: Unit | None = None,
) -> Lead:
    """Record that a lead of a breach was handed to the organ that looks into it (article 23).

    Its words stay out of the audit trail, which others read. Raises `Incomplete`.
    """
    inspection = locked(inspection, by, "supervision.read_leads")
    missing = [
        words
        for words, there in (
            ("没有写线索", text),
            ("没有写移送给谁", organ),
            ("没有写移送文书", document),
            ("没有写由谁批准", approved_by_name),
        )
        if not there.strip()
    ]
    if inspection.state in (InspectionState.DRAFT, InspectionState.APPROVED, InspectionState.CANCELLED):
        missing.append("督查还没有开始")
    if missing:
        raise Incomplete("移送线索", missing)
    made = Lead.objects.create(
        division=inspection.division,
        inspection=inspection,
        unit=unit,
        text=text.strip(),
        organ=organ.strip(),
        document=document.strip(),
        approved_by_name=approved_by_name.strip(),
        handed_on=handed_on,
        recorded_by=by,
    )
    note("supervision.hand_over_lead", inspection, by, lead=made.pk, handed_on=handed_on)
    return made


@action
def answer_lead(*, lead: Lead, answer: str, by: Person) -> Lead:
    """Record what became of a lead that was handed over."""
    require(by, "supervision.read_leads", division=lead.division)
    if not answer.strip():
        raise Incomplete("处理结果", ["没有写处理结果"])
    lead.answer = answer.strip()[:500]
    lead.save(update_fields=["answer"])
    record("supervision.answer_lead", by=by, subject=lead, name="移送的线索", division=lead.division.code)
    return lead
