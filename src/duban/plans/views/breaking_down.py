"""Pages of the break-down of tasks."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.calendar import known_until
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.handing_in import workbook_handed_in
from duban.organisations.models import Unit
from duban.plans.actions.breaking_down import WrongPlan, save, save_all
from duban.plans.breakdown import surroundings
from duban.plans.forms.breaking_down import BreakDownForms
from duban.plans.models import Task
from duban.plans.queries import breaking_down as queries
from duban.plans.states import LedgerState, TaskState
from duban.plans.workbooks.break_down_in import read_workbook
from duban.plans.workbooks.break_down_out import workbook_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
@allowed("plans.break_down")
def break_down(request: SignedIn, pk: int) -> HttpResponse:
    """Show a task's break-down, propose dates for it, save it."""
    tasks = Task.objects.visible_to(request.user).in_ledger().select_related("ledger__division", "section")
    task = get_object_or_404(tasks, pk=pk)
    around = surroundings([task])[task.pk]
    forms = BreakDownForms(around, request.POST if request.method == "POST" else None)
    latest = task.versions.select_related("recorded_by").latest("number")
    reached = access_of(request.user).reach("plans.break_down").units
    context = {
        "task": task,
        "around": around,
        "forms": forms,
        "seen": request.POST.get("seen") or latest.number,
        "latest": latest,
        "open": task.ledger.state == LedgerState.ISSUED
        and task.state in (TaskState.TO_BREAK_DOWN, TaskState.IN_PROGRESS)
        and access_of(request.user).may("plans.break_down", division=task.ledger.division, units=around.units),
        "known_until": known_until() if around.due > known_until() else None,
        "problems": [],
        "own_units": [(pk, name) for pk, name in around.units.items() if pk in reached],
    }
    if request.method == "GET":
        return render(request, "plans/break_down.html", context)
    do = request.POST.get("do", "save")
    if do == "more":
        forms.more()
        return render(request, "plans/break_down.html", context)
    if not forms.is_valid():
        context["problems"] = ["有的地方填得不对，已在下面标出，改好再提交。"]
        return render(request, "plans/break_down.html", context, status=422)
    try:
        if do == "propose":
            context["proposed"] = forms.propose() or [
                "日期已按倒排工期填入节点，还没有保存。看过以后点“保存”，或者接着改。"
            ]
            return render(request, "plans/break_down.html", context)
        seen = request.POST.get("seen", "")
        saved = save(task=task, plan=forms.plan(), seen=int(seen) if seen.isdecimal() else 0, by=request.user)
    except WrongPlan as refusal:
        context["problems"] = forms.show(refusal.problems) or ["有的地方填得不对，已在下面标出，改好再提交。"]
        return render(request, "plans/break_down.html", context, status=refusal.status)
    except Refusal as refusal:
        context["problems"] = [str(refusal)]
        return render(request, "plans/break_down.html", context, status=refusal.status)
    if saved.changes:
        messages.success(request, f"已保存，共 {len(saved.changes)} 处改动。")
    else:
        messages.info(request, "没有改动，不用保存。")
    for caution in saved.cautions:
        messages.warning(request, caution.message)
    return redirect("plans:break_down", pk=task.pk)


@require_GET
@allowed("plans.break_down")
def unit_workbook(request: SignedIn, pk: int) -> HttpResponse:
    """Hand out the workbook in which a unit fills in the break-down of its tasks."""
    unit = _unit(request, pk)
    tasks = list(queries.tasks_of(unit, request.user))
    if not tasks:
        raise Http404
    response = HttpResponse(workbook_of(unit, tasks), content_type=XLSX)
    name = quote(f"{unit.name}任务分解表.xlsx")
    response["Content-Disposition"] = f"attachment; filename=\"break-down-{unit.pk}.xlsx\"; filename*=UTF-8''{name}"
    return response


@require_http_methods(["GET", "POST"])
@allowed("plans.break_down")
def unit_break_down(request: SignedIn, pk: int) -> HttpResponse:
    """Show a unit's tasks and how far they are broken down; take its workbook, show what it changes, save it.

    Between the preview and the confirmation the workbook travels with the page, so nothing is left behind where somebody
    turns away.
    """
    unit = _unit(request, pk)
    tasks = list(queries.tasks_of(unit, request.user))
    context: dict[str, Any] = {"unit": unit, "tasks": tasks}
    if request.method == "GET":
        return render(request, "plans/unit_break_down.html", context)
    try:
        data = workbook_handed_in(request)
        found = read_workbook(data, tasks)
        if not found.problems:
            confirmed = request.POST.get("do") == "confirm"
            context["preview"] = save_all(plans=found.plans, by=request.user, keep=confirmed)
            if confirmed:
                messages.success(request, f"已按表保存 {len(found.plans)} 项任务的分解。")
                return redirect("plans:unit_break_down", pk=unit.pk)
    except Refusal as refusal:
        context["refused"] = str(refusal)
        return render(request, "plans/unit_break_down.html", context, status=refusal.status)
    context |= {"problems": found.problems, "cautions": found.cautions, "workbook": b64encode(data).decode()}
    return render(request, "plans/unit_break_down.html", context, status=422 if found.problems else 200)


def _unit(request: SignedIn, pk: int) -> Unit:
    unit = get_object_or_404(Unit.objects.select_related("division"), pk=pk)
    if not access_of(request.user).may("plans.break_down", division=unit.division, units=[unit]):
        raise Http404
    return unit
