"""Milestones on a task's page: told as reached, taken back, and what shows them."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from duban.dispatch.actions import milestones
from duban.dispatch.queries.milestones import words_seen
from duban.dispatch.refusals import BadValue
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.workbooks import as_day
from duban.plans.models import Milestone, Task


@require_POST
@allowed("dispatch.report")
def milestone_done(request: SignedIn, pk: int) -> HttpResponse:
    """Tell a milestone as reached on a day, with a file or a link."""
    tasks = Task.objects.visible_to(request.user).order_by().values("pk")
    step = get_object_or_404(Milestone.objects.filter(task__in=tasks), pk=pk)
    try:
        day = as_day(request.POST.get("done_on", ""))
    except ValueError:
        day = None
    if day is None:
        raise BadValue(step.name, "没有写完成日期。请填实际完成的日期。")
    file = request.FILES.get("file")
    milestones.complete(
        milestone=step,
        done_on=day,
        by=request.user,
        file=cast("BinaryIO | None", file),
        name=str(file.name) if file else "",
        link=request.POST.get("link", "").strip(),
    )
    messages.success(request, f"已记下“{step}”于{day:%Y-%m-%d}完成。")
    return redirect("plans:task", pk=step.task_id)


@require_POST
@allowed("dispatch.read")
def milestone_undone(request: SignedIn, pk: int) -> HttpResponse:
    """Take back that a milestone was reached."""
    word = get_object_or_404(words_seen(request.user), pk=pk)
    milestones.take_back(word=word, by=request.user)
    messages.success(request, f"已撤销，“{word.milestone}”现在是没有完成。")
    return redirect("plans:task", pk=word.milestone.task_id)


@require_GET
@allowed("dispatch.read")
def milestone_evidence(request: SignedIn, pk: int) -> HttpResponseBase:
    """Hand out the file that shows a milestone, as a download whatever it holds."""
    word = get_object_or_404(words_seen(request.user), pk=pk)
    if word.stored is None:
        raise Http404
    response = FileResponse(
        word.stored.file.open("rb"), as_attachment=True, filename=word.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
