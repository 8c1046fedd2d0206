"""Setting a light by hand, and the page of an indicator."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from duban.dispatch.actions import lights
from duban.dispatch.models import LightOverride
from duban.dispatch.pictures import curve
from duban.dispatch.queries import indicators as queries
from duban.dispatch.queries.task_light import OUTLOOKS
from duban.organisations.guard import SignedIn, allowed
from duban.plans.models import Indicator, Task


@require_POST
@allowed("dispatch.override_light")
def override(request: SignedIn, pk: int) -> HttpResponse:
    """Set a task's light by hand until a day, as its scheme allows."""
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("ledger__division"), pk=pk)
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        raise lights.OverrideNotAllowed("没有写改到哪一天。请填截止日期，到期自动恢复。") from None
    made = lights.override(
        task=task,
        level=request.POST.get("level", ""),
        reason=request.POST.get("reason", "").strip(),
        until=until,
        by=request.user,
    )
    messages.success(request, f"灯已改，到{made.until:%Y年%-m月%-d日}为止，到期自动恢复。")
    return redirect("plans:task", pk=pk)


@require_POST
@allowed("dispatch.override_light")
def end_override(request: SignedIn, pk: int) -> HttpResponse:
    """End a light that was set by hand before its day."""
    tasks = Task.objects.visible_to(request.user).order_by().values("pk")
    found = LightOverride.objects.filter(task__in=tasks, ended_on=None).select_related("task__ledger__division")
    chosen = get_object_or_404(found, pk=pk)
    lights.end_override(override=chosen, by=request.user)
    messages.success(request, "已恢复按办法亮灯。")
    return redirect("plans:task", pk=chosen.task_id)


@require_GET
@allowed("dispatch.read")
def indicator(request: SignedIn, pk: int) -> HttpResponse:
    """Show an indicator's year: its curve, and the table that the curve is drawn from."""
    seen = Indicator.objects.filter(queries.visible(request.user), dropped=False)
    chosen = get_object_or_404(seen.select_related("ledger__division", "task", "curve"), pk=pk)
    today = timezone.localdate()
    found = queries.indicator_year(chosen, request.user, today=today)
    return render(
        request,
        "dispatch/indicator.html",
        {
            "indicator": chosen,
            "found": found,
            "ledger": chosen.ledger,
            "outlook": OUTLOOKS[found.forecast.outlook] if found.forecast else "",
            "curve": curve(found),
            "today": today,
        },
    )
