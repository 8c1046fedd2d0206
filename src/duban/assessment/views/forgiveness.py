"""What does not count (容错): asked for from a fact, listed, decided by somebody else."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from duban.assessment.actions import forgiveness as actions
from duban.assessment.forms.rankings import ForgiveForm
from duban.assessment.models import Forgiveness
from duban.assessment.states.decisions import TRANSITIONS
from duban.assessment.views.rankings import row_of, sheet_page
from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed

_STEPS = TRANSITIONS["forgiveness"]
_LONGEST = 300


@require_POST
@allowed("assessment.run")
def ask(request: SignedIn, pk: int) -> HttpResponse:
    """Ask that a fact of a row does not count."""
    row = row_of(request, pk)
    form, fact = ForgiveForm(request.POST, request.FILES), request.POST.get("fact", "")
    problem = "" if form.is_valid() else "没有提交：容错要写明理由和依据。"
    if not problem:
        files = [(cast(BinaryIO, one), str(one.name)) for one in form.cleaned_data["attached"] or []]
        try:
            actions.ask(
                row=row, fact=fact, reason=form.cleaned_data["reason"], paper=form.cleaned_data["paper"], files=files,
                by=request.user,
            )  # fmt: skip
        except Refusal as refusal:
            problem = str(refusal)
        else:
            messages.success(request, "已提出容错，由别人批准；批准以后重新计算才不计。")
            return redirect("assessment:forgiveness")
    return sheet_page(request, row, problem=problem, forgive_form=form, forgiving=fact)


@require_GET
@allowed("assessment.read")
def forgiveness(request: SignedIn) -> HttpResponse:
    """Show what was asked for, the newest first."""
    access = access_of(request.user)
    approve, run = access.reach("assessment.approve"), access.reach("assessment.run")
    rows = (
        Forgiveness.objects.visible_to(request.user)
        .select_related("ledger__division", "unit", "asked_by", "decided_by")
        .prefetch_related("files")[:_LONGEST]
    )
    context = {
        "lines": [
            (
                one,
                one.state in _STEPS["grant"].sources
                and one.asked_by_id != request.user.pk
                and approve.covers_division(one.ledger.division),
                one.state in _STEPS["revoke"].sources and run.covers_division(one.ledger.division),
            )
            for one in rows
        ]
    }
    return render(request, "assessment/forgiveness.html", context)


@require_POST
@allowed("assessment.approve")
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """Grant, refuse or take back."""
    one = get_object_or_404(Forgiveness.objects.visible_to(request.user), pk=pk)
    words = request.POST.get("decision", "")
    try:
        match request.POST.get("do"):
            case "grant":
                done = actions.decide(forgiveness=one, granted=True, decision=words, by=request.user)
            case "refuse":
                done = actions.decide(forgiveness=one, granted=False, decision=words, by=request.user)
            case "revoke":
                done = actions.revoke(forgiveness=one, reason=words, by=request.user)
            case _:
                raise Http404
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{done.unit}：{done.get_state_display()}。没公布的排名重新计算以后按它算。")
    return redirect("assessment:forgiveness")
