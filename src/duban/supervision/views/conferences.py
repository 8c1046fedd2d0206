"""Case conferences: the list, calling one, its page, its minutes."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.supervision.actions import conferences as actions
from duban.supervision.forms.conferences import CallForm, HoldForm
from duban.supervision.models import Conference
from duban.supervision.queries import conferences as queries
from duban.supervision.states.conferences import ConferenceState


@require_GET
@allowed("supervision.read")
def conferences(request: SignedIn) -> HttpResponse:
    """Show the conferences to come and those held."""
    context = {"rows": queries.conferences(request.user), "may_call": access_of(request.user).may("supervision.run")}
    return render(request, "supervision/conferences/list.html", context)


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def call(request: SignedIn) -> HttpResponse:
    """Call a conference; the address may name issues (``?issue=3``)."""
    division = access_of(request.user).division
    if division is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    chosen = [pk for pk in request.GET.getlist("issue") if pk.isdecimal()]
    form = CallForm(
        data, division=division, issues=queries.stuck(request.user), today=timezone.localdate(),
        initial={"issues": chosen, "time": "15:00"},
    )  # fmt: skip
    if data and form.is_valid():
        given = dict(form.cleaned_data)
        starts_at = timezone.make_aware(datetime.combine(given.pop("day"), given.pop("time")))
        try:
            made = actions.call(division=division, starts_at=starts_at, by=request.user, **given)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记 {made.short_number}，议题里的问题等会商。")
            return redirect("supervision:conference", pk=made.pk)
    return render(request, "supervision/conferences/call.html", {"form": form}, status=422 if data else 200)


def _found(request: SignedIn, pk: int) -> Conference:
    found = queries.conference(request.user, pk)
    if found is None:
        raise Http404
    return found


@require_GET
@allowed("supervision.read")
def conference(request: SignedIn, pk: int) -> HttpResponse:
    """Show a conference with its agenda; the office keeps its minutes here."""
    return _page(request, _found(request, pk), None)


def _page(request: SignedIn, found: Conference, form: HoldForm | None) -> HttpResponse:
    may = found.state == ConferenceState.PLANNED and access_of(request.user).may(
        "supervision.run", division=found.division
    )
    context = {"conference": found, "form": form or (_form(request, found) if may else None), "may": may}
    return render(request, "supervision/conferences/conference.html", context, status=422 if form else 200)


def _form(request: SignedIn, found: Conference) -> HoldForm:
    issues = [item.issue for item in found.agenda.all()]
    data = request.POST if request.method == "POST" else None
    return HoldForm(data, issues=issues, division=found.division, today=timezone.localdate())


@require_POST
@allowed("supervision.run")
def hold(request: SignedIn, pk: int) -> HttpResponse:
    """Keep the minutes; each decision becomes a matter."""
    found = _found(request, pk)
    form = _form(request, found)
    if form.is_valid():
        decisions = [actions.Decided(*decided) for decided in form.decided()]
        try:
            actions.hold(
                conference=found, minutes=form.cleaned_data["minutes"], conclusions=form.conclusions(),
                decisions=decisions, by=request.user,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"纪要已记，{len(decisions)} 项议定已作为督查事项交办。")
            return redirect("supervision:conference", pk=pk)
    return _page(request, found, form)


@require_POST
@allowed("supervision.run")
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Call a conference off."""
    found = get_object_or_404(Conference.objects.visible_to(request.user), pk=pk)
    actions.cancel(conference=found, reason=request.POST.get("text", ""), by=request.user)
    messages.success(request, f"{found.short_number} 已取消。")
    return redirect("supervision:conference", pk=pk)
