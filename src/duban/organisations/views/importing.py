"""Workbooks of units and of people: templates, exports, imports that are seen before they are done.

Between the preview and the confirmation the workbook travels with the page, so nothing is left behind where somebody
turns away.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from duban.audit.refusals import Refusal
from duban.organisations import actions
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.imports import people as sheet_of_people
from duban.organisations.imports import units as sheet_of_units
from duban.organisations.imports.plan import Changed, Plan, Unsuitable
from duban.organisations.models import Post, Unit
from duban.organisations.queries import people, units
from duban.organisations.views.common import place_of, workbook
from duban.organisations.workbooks import MEGABYTES, ROWS, UnreadableWorkbook

#: So many changed rows and wrong cells are shown; the others are counted.
SHOWN = 500


@dataclass(frozen=True)
class Kind:
    """One of the two kinds of workbook: its words, its pages, its actions."""

    label: str
    list: str
    template: str
    columns: dict[str, float]
    needed: tuple[str, ...]
    notes: tuple[str, ...]
    preview: Callable[..., Plan]
    carry_out: Callable[..., Plan]


UNITS = Kind(
    "单位",
    "organisations:units",
    "organisations:units_template",
    sheet_of_units.COLUMNS,
    sheet_of_units.NEEDED,
    sheet_of_units.NOTES,
    actions.preview_units,
    actions.import_units,
)
PEOPLE = Kind(
    "人员",
    "organisations:people",
    "organisations:people_template",
    sheet_of_people.COLUMNS,
    sheet_of_people.NEEDED,
    sheet_of_people.NOTES,
    actions.preview_people,
    actions.import_people,
)


@allowed("organisations.change_units")
@require_http_methods(["GET", "POST"])
def import_units(request: SignedIn) -> HttpResponse:
    """Take a workbook of units, show what it changes, do it."""
    return _import(request, UNITS, "organisations.change_units")


@allowed("organisations.change_people")
@require_http_methods(["GET", "POST"])
def import_people(request: SignedIn) -> HttpResponse:
    """Take a workbook of people, show what it changes, do it."""
    return _import(request, PEOPLE, "organisations.change_people")


@allowed("organisations.read")
@require_GET
def export_units(request: SignedIn) -> HttpResponse:
    """Hand out the units that are filtered."""
    place, today = place_of(request), timezone.localdate()
    found = list(units.units(place, units.Filters.of(request.GET), today))
    actions.note_export(what="units", rows=len(found), division=place, by=request.user)
    data = sheet_of_units.workbook(place, found)
    return workbook(data, f"{place.name}单位{today:%Y%m%d}.xlsx", f"units-{today:%Y%m%d}.xlsx")


@allowed("organisations.read")
@require_GET
def export_people(request: SignedIn) -> HttpResponse:
    """Hand out the posts of the people that are filtered."""
    place, today = place_of(request), timezone.localdate()
    found = list(people.posts_of(place, people.Filters.of(request.GET), today))
    actions.note_export(what="people", rows=len(found), division=place, by=request.user)
    data = sheet_of_people.workbook(found)
    return workbook(data, f"{place.name}人员{today:%Y%m%d}.xlsx", f"people-{today:%Y%m%d}.xlsx")


@allowed("organisations.change_units")
@require_GET
def units_template(request: SignedIn) -> HttpResponse:
    """Hand out an empty workbook of units."""
    place = place_of(request, "organisations.change_units")
    return workbook(sheet_of_units.workbook(place, Unit.objects.none()), "单位导入表.xlsx", "units.xlsx")


@allowed("organisations.change_people")
@require_GET
def people_template(request: SignedIn) -> HttpResponse:
    """Hand out an empty workbook of people."""
    return workbook(sheet_of_people.workbook(Post.objects.none()), "人员导入表.xlsx", "people.xlsx")


def _import(request: SignedIn, kind: Kind, permission: str) -> HttpResponse:
    place = place_of(request, permission)
    context: dict[str, Any] = {"kind": kind, "place": place, "megabytes": MEGABYTES, "most": ROWS}
    if request.method == "GET":
        return _shown(request, context)
    try:
        data = _handed_in(request)
        context["workbook"] = b64encode(data).decode()
        if request.POST.get("do") != "confirm":
            return _shown(request, context, plan=kind.preview(division=place, data=data, by=request.user))
        plan = kind.carry_out(division=place, data=data, by=request.user, seen=request.POST.get("seen", ""))
    except (Unsuitable, Changed) as refusal:
        return _shown(request, {**context, "refused": str(refusal)}, plan=refusal.plan, status=refusal.status)
    except Refusal as refusal:
        return _shown(request, {**context, "refused": str(refusal)}, status=refusal.status)
    counts = "，".join(f"{words} {count}" for words, count in plan.counts if count)
    messages.success(request, f"{kind.label}已导入：{counts}。")
    return redirect(f"{reverse(kind.list)}?division={place.pk}")


def _shown(request: SignedIn, context: dict[str, Any], *, plan: Plan | None = None, status: int = 200) -> HttpResponse:
    if plan is not None:
        context |= {
            "plan": plan,
            "lines": plan.changing[:SHOWN],
            "more_lines": max(0, len(plan.changing) - SHOWN),
            "problems": plan.problems[:SHOWN],
            "more_problems": max(0, len(plan.problems) - SHOWN),
        }
        status = 422 if plan.problems else status
    return render(request, "organisations/import.html", context, status=status)


def _handed_in(request: SignedIn) -> bytes:
    """Return the uploaded file, or the one that came back with the confirmation."""
    if file := request.FILES.get("file"):
        if (file.size or 0) > MEGABYTES * 1024 * 1024:
            raise UnreadableWorkbook(f"文件超过 {MEGABYTES} 兆。请只保留要填的表，去掉图片和多余的工作表。")
        return bytes(file.read())
    data = request.POST.get("workbook", "")
    try:
        found = b64decode(data, validate=True)
    except ValueError:
        found = b""
    if not found:
        raise UnreadableWorkbook("没有收到文件。请选择填好的 xlsx 再上传。")
    return found
