"""The leaders' page, and an instruction from it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from duban.organisations.guard import SignedIn, allowed
from duban.plans.models import Task
from duban.supervision.actions.instructions import instruct as act
from duban.supervision.loop.phrases import phrases
from duban.supervision.models import Issue
from duban.supervision.models.matters import Urgency
from duban.supervision.queries import leading as queries


@require_GET
@allowed("supervision.instruct")
def leading(request: SignedIn) -> HttpResponse:
    """Show the leaders' page at its own address too."""
    return render(request, "supervision/leading.html", queries.page(request.user, timezone.localdate()))


@require_POST
@allowed("supervision.instruct")
def instruct(request: SignedIn) -> HttpResponse:
    """Take an instruction: own words, or a ready phrase with its urgency."""
    number, about = request.POST.get("pk", ""), request.POST.get("about", "")
    pk = int(number) if number.isdecimal() and len(number) < 19 else 0
    task = issue = None
    if about == "issue":
        issue = get_object_or_404(Issue.objects.visible_to(request.user).select_related("division", "task"), pk=pk)
    elif about == "task":
        task = get_object_or_404(Task.objects.visible_to(request.user).select_related("ledger__division"), pk=pk)
    else:
        raise Http404
    ready = next((one for one in phrases() if one.text == request.POST.get("phrase")), None)
    asked = request.POST.get("urgency", "")
    urgency = ready.urgency if ready else Urgency(asked) if asked in Urgency.values else Urgency.ORDINARY
    text = ready.text if ready else request.POST.get("text", "")[:2000]
    matter = act(text=text, task=task, issue=issue, urgency=urgency, by=request.user)
    day = f"，督查室{matter.due_on:%-m月%-d日}前立项交办" if matter.due_on else ""
    messages.success(request, f"已批示（{matter.short_number}）：{text.strip()}{day}。")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return redirect(back if safe else "/")
