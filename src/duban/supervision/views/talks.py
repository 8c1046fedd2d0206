"""Pages of talks: the list, planning one, and what was said."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.supervision.actions import talks as actions
from duban.supervision.forms.talks import HoldForm, Promises, TalkForm
from duban.supervision.models import Order, Talk
from duban.supervision.queries import talks as queries
from duban.supervision.states.orders import TalkState
from duban.supervision.views.orders import division_of

ROWS = 50


@require_GET
@allowed("supervision.read")
def talks(request: SignedIn) -> HttpResponse:
    """Show the talks, filtered by state."""
    state = request.GET.get("state", "")
    page = Paginator(queries.listed(request.user, state), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "asked": state if state in TalkState.values else "",
        "states": TalkState.choices,
        "today": timezone.localdate(),
        "may_plan": access_of(request.user).may("supervision.run"),
    }
    return render(request, "supervision/talks.html", context)


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def talk_new(request: SignedIn) -> HttpResponse:
    """Plan a talk, about an order where the address names one."""
    order = None
    if (asked := request.GET.get("order", "")).isdecimal():
        seen = Order.objects.visible_to(request.user).select_related("division", "task")
        order = get_object_or_404(seen, pk=int(asked))
    division = order.division if order else division_of(request)
    given: dict[str, Any] = {"unit": request.GET.get("unit", "")}
    if order:
        given["subject"] = f"{order.number}“{order.title}”逾期未办"[:300]
    form = TalkForm(request.POST or None, division=division, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.plan(order=order, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已安排{made.planned_for.month}月{made.planned_for.day}日约谈{made.unit}。")
            return redirect("supervision:talk", pk=made.pk)
    context = {"form": form, "order": order}
    return render(request, "supervision/talk_new.html", context, status=422 if form.is_bound else 200)


def _talk(request: SignedIn, pk: int) -> Talk:
    seen = Talk.objects.visible_to(request.user).select_related("unit", "order", "task__ledger", "division")
    return get_object_or_404(seen, pk=pk)


@require_GET
@allowed("supervision.read")
def talk(request: SignedIn, pk: int) -> HttpResponse:
    """Show a talk, and take down what was said."""
    return _shown(request, _talk(request, pk), HoldForm(), Promises())


def _shown(request: SignedIn, found: Talk, form: HoldForm, promises: Any) -> HttpResponse:
    acts = access_of(request.user).may("supervision.run", division=found.division)
    context = {
        "talk": found,
        "form": form,
        "promises": promises,
        "kept": found.promises.select_related("matter"),
        "acts": acts and found.state == TalkState.PLANNED,
        "office": acts,
        "today": timezone.localdate(),
    }
    return render(request, "supervision/talk.html", context, status=422 if form.is_bound else 200)


@require_POST
@allowed("supervision.run")
def talk_hold(request: SignedIn, pk: int) -> HttpResponse:
    """Take down what was said and promised."""
    found = _talk(request, pk)
    form, promises = HoldForm(request.POST), Promises(request.POST)
    if form.is_valid() and promises.is_valid():
        given = [
            actions.Promise(one["text"], one["due"])
            for one in (part.cleaned_data for part in promises)
            if one.get("text")
        ]
        try:
            actions.hold(talk=found, notes=form.cleaned_data["notes"], promises=given, by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            told = f"，{len(given)} 项承诺已登记为督查事项，等立项、交办" if given else ""
            messages.success(request, f"约谈情况已记录{told}。")
            return redirect("supervision:talk", pk=pk)
    return _shown(request, found, form, promises)


@require_POST
@allowed("supervision.run")
def talk_cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Cancel a talk."""
    actions.cancel(talk=_talk(request, pk), reason=request.POST.get("reason", "")[:300], by=request.user)
    messages.success(request, "约谈已取消。")
    return redirect("supervision:talk", pk=pk)
