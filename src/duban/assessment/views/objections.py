"""Objections: raised from a row, listed, answered, taken back."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from duban.assessment.actions import objections as actions
from duban.assessment.forms.rankings import ObjectForm
from duban.assessment.models import Objection
from duban.assessment.queries import rankings as queries
from duban.assessment.states.decisions import ObjectionState
from duban.assessment.views.rankings import row_of, sheet_page
from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.supervision.reaching import heirs

#: What the list can show, by its name in the address.
SHOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "waiting": ("待答复", (ObjectionState.RAISED,)),
    "answered": ("已答复", (ObjectionState.UPHELD, ObjectionState.REFUSED)),
    "all": ("全部", ()),
}


@require_POST
@allowed("assessment.object")
def object_to(request: SignedIn, pk: int) -> HttpResponse:
    """Object to a row, an item of it, or one fact."""
    row = row_of(request, pk)
    form = ObjectForm(request.POST, request.FILES)
    item, fact = request.POST.get("item", ""), request.POST.get("fact", "")
    problem = "" if form.is_valid() else "异议没有提交：要写明哪里不对、依据是什么。"
    if not problem:
        files = [(cast(BinaryIO, one), str(one.name)) for one in form.cleaned_data["attached"] or []]
        try:
            made = actions.object_to(
                row=row, text=form.cleaned_data["text"], item=item, fact=fact, files=files, by=request.user
            )
        except Refusal as refusal:
            problem = str(refusal)
        else:
            messages.success(request, f"已对“{made.item_title or '得分'}”提出异议，督查室答复后会通知您。")
            return redirect(f"{reverse('assessment:objections')}?show=all&ranking={row.ranking_id}")
    return sheet_page(request, row, problem=problem, object_form=form, objecting=(item, fact))


@require_GET
@allowed("assessment.read")
def objections(request: SignedIn) -> HttpResponse:
    """Show the objections that the person sees: the office all, a unit its own."""
    access = access_of(request.user)
    show = request.GET.get("show", "waiting" if access.may("assessment.run") else "all")
    show = show if show in SHOWS else "waiting"
    asked = request.GET.get("ranking", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    rows = queries.objections_of(request.user, SHOWS[show][1], number)
    mine = access.reach("assessment.object").units
    answers = access.reach("assessment.run")
    context = {
        "show": show,
        "shows": [(name, label) for name, (label, _) in SHOWS.items()],
        "number": number,
        "ranking": rows[0].ranking if rows and number else None,
        "lines": [
            (
                one,
                one.state == ObjectionState.RAISED and answers.covers_division(one.ranking.ledger.division),
                one.state == ObjectionState.RAISED and bool(mine & set(heirs(one.unit))),
            )
            for one in rows
        ],
    }
    return render(request, "assessment/objections.html", context)


def _objection(request: SignedIn, pk: int) -> Objection:
    seen = Objection.objects.visible_to(request.user).select_related("ranking")
    found: Objection = get_object_or_404(seen, pk=pk)
    return found


@require_POST
@allowed("assessment.run")
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """Answer an objection: the unit is right, or the score stands."""
    one = _objection(request, pk)
    steps = {"uphold": actions.uphold, "refuse": actions.refuse}
    step = steps.get(request.POST.get("do", ""))
    if step is None:
        raise Http404
    try:
        done = step(objection=one, answer=request.POST.get("answer", ""), by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        more = "请改正事实，再到排名页重新计算。" if done.state == ObjectionState.UPHELD else ""
        messages.success(request, f"已答复{done.unit}：{done.get_state_display()}。{more}")
    return redirect(f"{reverse('assessment:objections')}?ranking={one.ranking_id}")


@require_POST
@allowed("assessment.object")
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Take one's own objection back."""
    one = _objection(request, pk)
    try:
        actions.take_back(objection=one, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "异议已撤回。")
    return redirect(f"{reverse('assessment:objections')}?show=all&ranking={one.ranking_id}")
