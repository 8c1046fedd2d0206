"""The page of one task."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.plans.changes import OPEN
from duban.plans.extensions import panels_of
from duban.plans.models import Task
from duban.plans.queries.asking import asked
from duban.plans.queries.tasks import KINDS, task_page
from duban.plans.states import LedgerState, TaskState


@require_GET
@allowed("plans.read")
def task(request: SignedIn, pk: int) -> HttpResponse:
    """Show a task as it is, or as it was at the end of a past day."""
    visible = Task.objects.visible_to(request.user).select_related("ledger__division")
    found = get_object_or_404(visible.defer("summary", "text"), pk=pk)
    today = timezone.localdate()
    on = asked(request.GET, today=today).on
    page = task_page(found, request.user, on=on, today=today)
    access = access_of(request.user)
    units = [row["unit_id"] for row in page.now["responsibilities"] if row["unit_id"]] if page else []
    open_now = on is None and found.ledger.state == LedgerState.ISSUED and found.state in OPEN
    division = found.ledger.division
    context = {
        "task": found,
        "ledger": found.ledger,
        "page": page,
        "on": on,
        "today": today,
        "kinds": KINDS,
        "may_break_down": open_now
        and found.state != TaskState.CLOSE_OUT_REQUESTED
        and access.may("plans.break_down", division=division, units=units),
        "may_amend": open_now and access.may("plans.request_amendment", division=division, units=units),
        "panels": panels_of(found, request.user, on, today) if page else [],
        "may_read_paper": access.may("plans.read_papers", division=division),
    }
    return render(request, "plans/task.html", context, status=200 if page else 404)
