"""The page of background jobs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from duban.dispatch.actions import jobs as actions
from duban.dispatch.queries import jobs as queries
from duban.organisations.guard import SignedIn, allowed


@require_GET
@allowed("dispatch.jobs")
def jobs(request: SignedIn) -> HttpResponse:
    """Show what failed and why, what waits, and the regular jobs."""
    context = {"failures": queries.failures(), "regular": queries.regular(), "waiting": queries.waiting()}
    return render(request, "dispatch/jobs.html", context)


@require_POST
@allowed("dispatch.jobs")
def job_decide(request: SignedIn, pk: str) -> HttpResponse:
    """Have a failed job done again, or put it aside."""
    if request.POST.get("do") == "retry":
        actions.retry(job=pk, by=request.user)
        messages.success(request, "已重新排队，过一会儿刷新看结果。")
    else:
        actions.dismiss(job=pk, by=request.user)
        messages.success(request, "已放下，不再重做。")
    return redirect("dispatch:jobs")
