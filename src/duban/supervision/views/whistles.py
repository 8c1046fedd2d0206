"""Whistles: the board, one whistle, blowing, answering, rating."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Unit
from duban.supervision.actions import whistles as actions
from duban.supervision.forms.issues import ReasonForm
from duban.supervision.forms.whistles import BlowForm, RateForm
from duban.supervision.models import Issue, Whistle, WhistleCall
from duban.supervision.queries import whistles as queries
from duban.supervision.reaching import heirs


@require_GET
@allowed("supervision.read")
def whistles(request: SignedIn) -> HttpResponse:
    """Show the whistles that are open, those that are over, and how each department answers."""
    now = timezone.now()
    every = [queries.blown(one, request.user, now) for one in queries.seen(request.user)]
    access = access_of(request.user)
    context = {
        "open": [one for one in every if one.open],
        "over": [one for one in every if not one.open],
        "records": queries.records(request.user) if not access.reach("supervision.read").units else [],
        "may_blow": access.may("supervision.answer"),
    }
    return render(request, "supervision/whistles/board.html", context)


@require_GET
@allowed("supervision.read")
def whistle(request: SignedIn, pk: int) -> HttpResponse:
    """Show one whistle; departments answer here, the town rates."""
    found = get_object_or_404(Whistle.objects.filter(issue__in=Issue.objects.visible_to(request.user)), pk=pk)
    (whole,) = [one for one in queries.seen(request.user) if one.pk == found.pk] or [found]
    shown = queries.blown(whole, request.user, timezone.now())
    context = {
        "shown": shown,
        "whistle": whole,
        "answer": ReasonForm(auto_id="answer_%s"),
        "rates": [(one, RateForm(auto_id=f"rate{one.call.pk}_%s")) for one in shown.calls],
    }
    return render(request, "supervision/whistles/whistle.html", context)


def _own_unit(request: SignedIn) -> Unit:
    units = access_of(request.user).reach("supervision.answer").units
    unit = Unit.objects.filter(pk__in=units).select_related("division").order_by("order", "pk").first()
    if unit is None:
        raise Http404
    return unit


@require_http_methods(["GET", "POST"])
@allowed("supervision.answer")
def blow(request: SignedIn) -> HttpResponse:
    """Blow a whistle about something new."""
    return _blow(request, _own_unit(request), None)


@require_http_methods(["GET", "POST"])
@allowed("supervision.answer")
def blow_on(request: SignedIn, pk: int) -> HttpResponse:
    """Blow a whistle about an issue that is there."""
    seen = Issue.objects.visible_to(request.user).select_related("raised_for__successor__successor")
    issue = get_object_or_404(seen, pk=pk)
    mine = access_of(request.user).reach("supervision.answer").units & set(heirs(issue.raised_for))
    unit = Unit.objects.filter(pk__in=mine).select_related("division").first()
    if unit is None:
        raise Http404
    return _blow(request, unit, issue)


def _blow(request: SignedIn, unit: Unit, issue: Issue | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    today = timezone.localdate()
    form = BlowForm(data, division=unit.division, unit=unit, about=issue is not None, today=today,
                    initial={"urgency": "public"})  # fmt: skip
    if data and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.blow(
                unit=unit, departments=form.departments(), urgency=given["urgency"], title=given.get("title", ""),
                text=given["text"], place=given["place"], issue=issue, by=request.user,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            due = timezone.localtime(made.calls.all()[0].due_at)
            messages.success(request, f"已吹哨（{made.issue.short_number}），部门要在{due:%-m月%-d日 %H:%M}前报到。")
            return redirect("supervision:whistle", pk=made.pk)
    context = {"form": form, "unit": unit, "issue": issue}
    return render(request, "supervision/whistles/blow.html", context, status=422 if data else 200)


@require_POST
@allowed("supervision.answer")
def call(request: SignedIn, pk: int) -> HttpResponse:
    """Answer, rate, repeat or take back a call."""
    found = get_object_or_404(
        WhistleCall.objects.filter(whistle__issue__in=Issue.objects.visible_to(request.user)), pk=pk
    )
    text = request.POST.get("text", "")[:2000]
    match request.POST.get("do"):
        case "answer":
            done = actions.answer(call=found, text=text, by=request.user)
            messages.success(request, "已报到。" if not done.late else "已报到，记为逾时。")
        case "rate":
            stars = request.POST.get("stars", "")
            done = actions.rate(call=found, stars=int(stars) if stars.isdecimal() else 0, text=text, by=request.user)
            messages.success(request, f"已评价{done.unit}：{done.stars}星。")
        case "again":
            done = actions.call_again(call=found, reason=text, by=request.user)
            messages.success(
                request, f"已再次叫{done.unit}，{timezone.localtime(done.due_at):%-m月%-d日 %H:%M}前报到。"
            )
        case "cancel":
            done = actions.cancel(call=found, by=request.user)
            messages.success(request, f"已撤回对{done.unit}的吹哨。")
        case _:
            raise Http404
    return redirect("supervision:whistle", pk=found.whistle_id)
