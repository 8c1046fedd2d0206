"""What a unit does with its part of a conclusion: sign for it, put right, ask for review; and the page of a review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.organisations.access import NotAllowed, access_of
from duban.organisations.guard import SignedIn, allowed
from duban.supervision.actions import inspection_conclusions as conclusions
from duban.supervision.actions import inspection_reviews as reviews
from duban.supervision.forms import inspections as forms
from duban.supervision.models import ConclusionHand, Finding, InspectedUnit, Inspection, Review
from duban.supervision.queries import inspection_reviews as queries
from duban.supervision.queries.inspections import findings_of
from duban.supervision.reaching import heirs
from duban.supervision.states.inspections import FindingState, PartState, ReviewState
from duban.supervision.views.issues import files_of


def _part(request: SignedIn, pk: int) -> InspectedUnit:
    seen = InspectedUnit.objects.visible_to(request.user).select_related(
        "inspection__division", "unit__successor__successor", "received_by"
    )
    return get_object_or_404(seen, pk=pk)


def _answers(request: SignedIn, part: InspectedUnit) -> bool:
    units = heirs(part.unit)
    return access_of(request.user).may("supervision.answer", division=part.inspection.division, units=units)


@require_GET
@allowed("supervision.read")
def part(request: SignedIn, pk: int) -> HttpResponse:
    """Show what a unit is told of an inspection."""
    return _page(request, _part(request, pk))


def _page(request: SignedIn, found: InspectedUnit, failed: dict[str, Any] | None = None) -> HttpResponse:
    failed = failed or {}
    told = found.fed_back_at is not None
    findings = [
        finding
        for finding in findings_of([found.pk], request.user)[found.pk]
        if told and finding.state not in (FindingState.RECORDED, FindingState.DROPPED)
    ]
    review = Review.objects.filter(part=found).select_related("decided_by", "named").first()
    answers = _answers(request, found)
    received = found.state == PartState.RECEIVED
    context = {
        "part": found,
        "inspection": found.inspection,
        "today": timezone.localdate(),
        "told": told,
        "findings": [
            (
                finding,
                failed.get(f"rectify-{finding.pk}") or forms.RectifyForm(prefix=f"rectify-{finding.pk}")
                if answers and received and finding.state == FindingState.DEMANDED
                else None,
            )
            for finding in findings
        ],
        "review": review,
        "may_receive": answers and found.state == PartState.FED_BACK,
        "may_answer": answers,
        "ask": failed.get("ask") or forms.ReviewForm(prefix="ask") if answers and received and not review else None,
        "asked_open": "ask" in failed,
        "full": Inspection.objects.visible_to(request.user).filter(pk=found.inspection_id).exists(),
    }
    return render(request, "supervision/inspections/part.html", context, status=422 if failed else 200)


@require_POST
@allowed("supervision.answer")
def receive(request: SignedIn, pk: int) -> HttpResponse:
    """Sign for a unit's part."""
    found = conclusions.receive(part=_part(request, pk), by=request.user)
    messages.success(request, f"已签收。有不同意见的，按期限申请复核：{found.counted.removeprefix('可以申请复核：')}。")
    return redirect("supervision:part", pk=pk)


@require_POST
@allowed("supervision.answer")
def rectify(request: SignedIn, pk: int) -> HttpResponse:
    """Report how a finding was put right, with files."""
    finding: Finding = get_object_or_404(
        Finding.objects.visible_to(request.user).select_related("part__inspection__division", "part__unit"), pk=pk
    )
    name = f"rectify-{pk}"
    form = forms.RectifyForm(request.POST, request.FILES, prefix=name)
    if form.is_valid():
        try:
            for file, title in files_of(form.cleaned_data):
                conclusions.add_evidence(finding=finding, file=file, name=title, by=request.user)
            conclusions.rectify(finding=finding, text=form.cleaned_data["text"], by=request.user)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "整改结果已报，督查室核实后销号。")
            return redirect("supervision:part", pk=finding.part_id)
    return _page(request, _part(request, finding.part_id), {name: form})


@require_POST
@allowed("supervision.answer")
def ask_review(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for a review."""
    found = _part(request, pk)
    form = forms.ReviewForm(request.POST, request.FILES, prefix="ask")
    if form.is_valid():
        try:
            made = reviews.ask_review(
                part=found, reason=form.cleaned_data["reason"], files=files_of(form.cleaned_data), by=request.user
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已申请复核，应在{made.due_on:%Y年%-m月%-d日}前作出决定。")
            return redirect("supervision:part", pk=pk)
    return _page(request, found, {"ask": form})


def _review(request: SignedIn, pk: int) -> Review:
    seen = Review.objects.visible_to(request.user).select_related(
        "part__inspection__division__parent__parent",
        "part__unit__successor__successor",
        "requested_by",
        "named",
        "named_by",
        "decided_by",
    )
    return get_object_or_404(seen, pk=pk)


@require_POST
@allowed("supervision.answer")
def withdraw_review(request: SignedIn, pk: int) -> HttpResponse:
    """Take a request back."""
    found = _review(request, pk)
    reviews.withdraw_review(review=found, by=request.user)
    messages.success(request, "复核申请已撤回。")
    return redirect("supervision:part", pk=found.part_id)


@require_GET
@allowed("supervision.read")
def review(request: SignedIn, pk: int) -> HttpResponse:
    """Show a review: what was concluded, what the unit says, who may decide."""
    return _review_page(request, _review(request, pk))


def _review_page(request: SignedIn, found: Review, **made: Any) -> HttpResponse:
    access = access_of(request.user)
    inspection = found.part.inspection
    open_one = found.state == ReviewState.REQUESTED
    may_run = access.may("supervision.run", division=inspection.division)
    free = list(queries.deciders(found)) if open_one else []
    own_hand = ConclusionHand.objects.filter(inspection=inspection, person=request.user).first()
    may_decide = (
        open_one
        and own_hand is None
        and access.may("supervision.decide_review", division=inspection.division)
        and (found.named_id == request.user.pk if found.named_id else request.user in free)
    )
    findings = findings_of([found.part_id], request.user)[found.part_id]
    above = queries.from_above(inspection.division) if open_one and may_run else None
    context = {
        "review": found,
        "part": found.part,
        "inspection": inspection,
        "findings": [one for one in findings if one.state not in (FindingState.RECORDED, FindingState.DROPPED)],
        "today": timezone.localdate(),
        "hands": inspection.hands.select_related("person") if may_run or may_decide else [],
        "free": free,
        "files": found.attachments.select_related("stored"),
        "open": open_one,
        "may_run": may_run,
        "own_hand": own_hand if open_one and access.may("supervision.decide_review") else None,
        "decide": made.get("decide") or (forms.DecideForm(review=found) if may_decide else None),
        "name": made.get("name") or (forms.NameForm(people=above, prefix="name") if above is not None else None),
        "name_open": "name" in made or not free,
        "above": above.exists() if above is not None else False,
    }
    return render(request, "supervision/inspections/review.html", context, status=422 if made else 200)


@require_POST
@allowed("supervision.run")
def name_reviewer(request: SignedIn, pk: int) -> HttpResponse:
    """Name somebody of the upper level to decide."""
    found = _review(request, pk)
    form = forms.NameForm(request.POST, people=queries.from_above(found.part.inspection.division), prefix="name")
    if form.is_valid():
        try:
            reviews.name_reviewer(review=found, by=request.user, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已指定由{form.cleaned_data['person']}决定。")
            return redirect("supervision:review", pk=pk)
    return _review_page(request, found, name=form)


@require_http_methods(["POST"])
@allowed("supervision.decide_review")
def decide_review(request: SignedIn, pk: int) -> HttpResponse:
    """Decide a review."""
    found = _review(request, pk)
    form = forms.DecideForm(request.POST, review=found)
    if form.is_valid():
        given = form.cleaned_data
        try:
            reviews.decide_review(
                review=found,
                decision=given["decision"],
                text=given["text"],
                revoked=given["revoked"],
                by=request.user,
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "复核决定已作出，单位看得到。")
            return redirect(reverse("supervision:review", args=[pk]))
    elif not form.is_bound:
        raise Http404
    return _review_page(request, found, decide=form)
