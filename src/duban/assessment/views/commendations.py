"""Commendations and criticisms from above: the list, entering one, the page of one."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from duban.assessment.actions import commendations as actions
from duban.assessment.forms.rankings import CommendationForm, ReasonForm
from duban.assessment.models import Commendation
from duban.assessment.states.decisions import CommendationState
from duban.audit.refusals import Refusal
from duban.organisations.access import NotAllowed, access_of
from duban.organisations.guard import SignedIn, allowed

_PAGE = 50


@require_http_methods(["GET", "POST"])
@allowed("assessment.read")
def commendations(request: SignedIn) -> HttpResponse:
    """Show what was entered, the newest first; the office enters another."""
    access = access_of(request.user)
    division = access.division
    form = None
    if access.may("assessment.run") and division is not None:
        given = request.method == "POST"
        form = CommendationForm(
            request.POST if given else None,
            request.FILES if given else None,
            division=division,
            today=timezone.localdate(),
        )
        if given and form.is_valid():
            facts = dict(form.cleaned_data)
            files = [(cast(BinaryIO, one), str(one.name)) for one in facts.pop("attached") or []]
            try:
                made = actions.enter(division=division, files=files, by=request.user, **facts)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"已录入：{made}。计在{made.day.year}年{made.day.month}月。")
                return redirect("assessment:commendations")
    elif request.method == "POST":
        raise NotAllowed("assessment.run")
    seen = Commendation.objects.visible_to(request.user).select_related("unit", "entered_by").prefetch_related("files")
    page = Paginator(seen, _PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "bound": bool(form and form.is_bound)}
    return render(request, "assessment/commendations.html", context, status=422 if context["bound"] else 200)


@require_http_methods(["GET", "POST"])
@allowed("assessment.read")
def commendation(request: SignedIn, pk: int) -> HttpResponse:
    """Show one with its paper; the office may take it back."""
    seen = Commendation.objects.visible_to(request.user).select_related("division", "unit", "entered_by", "revoked_by")
    one: Commendation = get_object_or_404(seen.prefetch_related("files"), pk=pk)
    runs = access_of(request.user).may("assessment.run", division=one.division)
    revokes = runs and one.state == CommendationState.ENTERED
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not runs:
            raise Http404
        if form.is_valid():
            try:
                actions.revoke(commendation=one, reason=form.cleaned_data["reason"], by=request.user)
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, "已撤销。没公布的排名重新计算以后不再计；公布的不变。")
            return redirect("assessment:commendation", pk=pk)
    return render(
        request, "assessment/commendation.html", {"one": one, "form": form if revokes else None},
        status=422 if form.is_bound else 200,
    )  # fmt: skip
