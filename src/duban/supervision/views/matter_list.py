"""A list of matters taken in from a workbook, seen before it is done."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from duban.dispatch.views.common import workbook
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.handing_in import workbook_handed_in
from duban.organisations.workbooks import UnreadableWorkbook
from duban.supervision import matter_list
from duban.supervision.actions import matters as actions

#: So many wrong cells and matters are shown; the others are counted.
SHOWN = 200


@require_GET
@allowed("supervision.run")
def matters_template(request: SignedIn) -> HttpResponse:
    """Hand out the workbook to fill in."""
    return workbook(matter_list.empty(), "督查事项登记表.xlsx", "matters-list.xlsx")


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def matters_import(request: SignedIn) -> HttpResponse:
    """Take a list of matters: show what it would register, or what is wrong by its cell; then do all of it."""
    division = access_of(request.user).division
    if division is None:
        raise Http404
    context: dict[str, Any] = {"notes": matter_list.NOTES, "needed": matter_list.NEEDED}
    if request.method == "GET":
        return render(request, "supervision/matters_import.html", context)
    try:
        data = workbook_handed_in(request)
        found = matter_list.read(data, division, timezone.localdate())
    except UnreadableWorkbook as refused:
        return render(request, "supervision/matters_import.html", {**context, "refused": refused}, status=422)
    if request.POST.get("do") == "confirm" and not found.problems:
        made = actions.take_in(division=division, lines=found.lines, by=request.user)
        messages.success(request, f"已登记 {len(made)} 件，{made[0].short_number} 至 {made[-1].short_number}。")
        return redirect("supervision:matters")
    context = {
        **context,
        "found": found,
        "problems": found.problems[:SHOWN],
        "lines": found.lines[:SHOWN],
        "workbook": b64encode(data).decode(),
    }
    return render(request, "supervision/matters_import.html", context, status=422 if found.problems else 200)
