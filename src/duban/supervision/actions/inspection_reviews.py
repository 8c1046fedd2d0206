"""Reviews (article 17): asked for by the unit, decided by somebody who took no part in the conclusion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import BinaryIO

from django.utils import timezone

from duban.audit.trail import action
from duban.dispatch.actions.evidence import stored
from duban.dispatch.actions.reports import take_back_found
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.supervision import states
from duban.supervision.actions.inspection_conclusions import part_of, refresh_due
from duban.supervision.actions.inspections import note
from duban.supervision.inspecting import days
from duban.supervision.inspecting.refusals import Incomplete, Interested, NotNow, TookPart, Wrong
from duban.supervision.models import Attachment, ConclusionHand, Finding, InspectedUnit, Inspection, Review
from duban.supervision.queries.inspection_reviews import from_above
from duban.supervision.states.inspections import FindingState, PartState, ReviewState


@action
def ask_review(
    *,
    part: InspectedUnit,
    reason: str,
    by: Person,
    files: Sequence[tuple[BinaryIO, str]] = (),
    at: datetime | None = None,
) -> Review:
    """Ask for a review as the unit, within 30 days of its receipt. Raises `NotNow`, `Incomplete`, `BadEvidence`."""
    inspection, part = part_of(part, by, "supervision.answer", units=True)
    at = at or timezone.now()
    if part.state != PartState.RECEIVED or part.received_at is None:
        raise NotNow("请先签收督查结论，再申请复核。")
    until = days.until(inspection.division, part.received_at, days.REVIEW)
    if timezone.localtime(at).date() > until.day:
        raise NotNow(f"申请复核应在收到督查结论之日起{days.REVIEW}以内，已经期满（条例第十七条；{until.how}）。")
    if Review.objects.filter(part=part).exists():
        raise NotNow("已经申请过复核，一份结论只复核一次。")
    if not reason.strip():
        raise Incomplete("申请复核", ["没有写理由"])
    counted = days.until(inspection.division, at, days.REVIEW)
    made = Review.objects.create(
        part=part,
        reason=reason.strip(),
        due_on=counted.day,
        counted=counted.how,
        requested_at=at,
        requested_by=by,
    )
    for file, name in files:
        row = stored(inspection.division_id, file, name)
        Attachment.objects.create(stored=row, name=name[-255:], review=made, added_by=by)
    refresh_due(inspection)
    note("supervision.ask_review", inspection, by, unit=part.unit_id, reason=made.reason[:200], due_on=made.due_on)
    return made


def _review(review: Review, by: Person, permission: str, units: bool = False) -> tuple[Inspection, Review]:
    inspection, part = part_of(review.part, by, permission, units)
    found = Review.objects.select_for_update(of=("self",)).select_related("named").get(pk=review.pk)
    found.part = part
    return inspection, found


def _step(review: Review, name: str) -> str:
    return states.check("review", name, review.state, thing="这件复核")


@action
def withdraw_review(*, review: Review, by: Person) -> None:
    """Take a request back, as the unit."""
    inspection, review = _review(review, by, "supervision.answer", units=True)
    review.state = _step(review, "withdraw")
    review.save(update_fields=["state"])
    refresh_due(inspection)
    note("supervision.withdraw_review", inspection, by, unit=review.part.unit_id)


@action
def name_reviewer(*, review: Review, person: Person, because: str, by: Person) -> Review:
    """Name somebody of the upper level to decide, where recusal leaves nobody of the office, or it is asked of them.

    Raises `TookPart`, `Wrong` where the person is not of an upper level.
    """
    inspection, review = _review(review, by, "supervision.run")
    if review.state != ReviewState.REQUESTED:
        raise NotNow("这件复核已经办完。")
    if not because.strip():
        raise Incomplete("指定复核人", ["没有写为什么由上级决定、上级怎样同意的"])
    if not from_above(inspection.division).filter(pk=person.pk).exists():
        raise Wrong(f"{person.name}不是上级督查机构的人员，不能指定。")
    _recused(inspection, person)
    review.named, review.named_because = person, because.strip()
    review.named_at, review.named_by = timezone.now(), by
    review.save()
    note(
        "supervision.name_reviewer",
        inspection,
        by,
        unit=review.part.unit_id,
        person=person.name,
        because=because.strip()[:200],
    )
    return review


def _recused(inspection: Inspection, person: Person) -> None:
    hand = ConclusionHand.objects.filter(inspection=inspection, person=person).first()
    if hand:
        raise TookPart(person.name, hand.how)


@action
def decide_review(*, review: Review, decision: str, text: str, by: Person, revoked: Iterable[Finding] = ()) -> Review:
    """Decide a review. Revoked findings are open no more, and the reports that they had corrected say again what the unit reported.

    Who took part in the conclusion, or has a post in the unit, is refused (`TookPart`, `Interested`); where somebody was
    named only they decide.
    """
    inspection, review = _review(review, by, "supervision.decide_review")
    target = _step(review, "decide")
    _recused(inspection, by)
    if review.part.unit_id in access_of(by).unit_ids:
        raise Interested(by.name, f"在{review.part.unit}任职")
    if review.named_id is None and Role.SUPERVISION_OFFICE not in access_of(by).roles:
        raise NotNow("这件复核没有指定由上级决定，由本级督查室没有参与结论的人决定。")
    if review.named_id not in (None, by.pk):
        assert review.named
        raise NotNow(f"这件复核已指定由{review.named.name}决定。")
    if decision not in Review.Decision.values or not text.strip():
        raise Incomplete("复核决定", ["没有选决定，或者没有写理由"])
    chosen = list(revoked)
    if decision == Review.Decision.UPHELD and chosen:
        raise Wrong("维持原结论的，不能撤销其中的问题。")
    if decision == Review.Decision.REVOKED:
        chosen = list(review.part.findings.filter(state__in=(FindingState.DEMANDED, FindingState.RECTIFIED)))
    review.state, review.decision, review.decision_text = target, decision, text.strip()
    review.decided_at, review.decided_by = timezone.now(), by
    review.save()
    for finding in chosen:
        _revoke(inspection, review, finding, by)
    refresh_due(inspection)
    note(
        "supervision.decide_review",
        inspection,
        by,
        unit=review.part.unit_id,
        decision=decision,
        revoked=[finding.pk for finding in chosen],
    )
    return review


def _revoke(inspection: Inspection, review: Review, finding: Finding, by: Person) -> None:
    if finding.part_id != review.part_id:
        raise Wrong(f"“{finding}”不在这份结论里。")
    finding.state = states.check("finding", "revoke", finding.state, thing=f"“{finding}”")
    finding.because = f"复核：{review.decision_text}"[:500]
    finding.save(update_fields=["state", "because"])
    if finding.report is not None:
        take_back_found(report=finding.report, reason=f"{inspection.short_number}的这个问题经复核撤销", by=by)
