"""Pages of units."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.organisations import actions
from duban.organisations.access import access_of
from duban.organisations.forms.units import AliasForm, EndUnitForm, MergeForm, UnitForm
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Unit
from duban.organisations.queries import units as queries
from duban.organisations.views.common import around, asking, done, place_of


def _unit(request: SignedIn, pk: int, action: str = "organisations.change_units") -> Unit:
    found = Unit.objects.visible_to(request.user, action)
    return get_object_or_404(found.select_related("division", "group", "parent", "successor"), pk=pk)


def _crumbs(unit: Unit) -> list[tuple[str, str]]:
    return [("单位", reverse("organisations:units")), (unit.name, reverse("organisations:unit", args=[unit.pk]))]


@allowed("organisations.read")
@require_GET
def units(request: SignedIn) -> HttpResponse:
    """Show the units of a division, filtered."""
    place, filters, today = place_of(request), queries.Filters.of(request.GET), timezone.localdate()
    context = {
        "filters": filters,
        "page": queries.page(place, filters, today, request.GET.get("page", "")),
        "groups": queries.groups(place),
        "states": queries.STATES,
        "today": today,
    }
    return render(request, "organisations/units.html", {**around(request, place), **context})


@allowed("organisations.read")
@require_GET
def unit(request: SignedIn, pk: int) -> HttpResponse:
    """Show all about a unit: names, what it came from and went into, people."""
    found, today = _unit(request, pk, "organisations.read"), timezone.localdate()
    context = {
        "unit": found,
        "whole": queries.whole(found, today),
        "today": today,
        "may_units": access_of(request.user).may("organisations.change_units", division=found.division),
    }
    return render(request, "organisations/unit.html", context)


@allowed("organisations.change_units")
@require_http_methods(["GET", "POST"])
def add_unit(request: SignedIn) -> HttpResponse:
    """Add a unit."""
    place = place_of(request, "organisations.change_units")
    form = UnitForm(request.POST if request.method == "POST" else None, division=place)
    if done(form, lambda: actions.add_unit(division=place, by=request.user, **form.facts())):
        messages.success(request, f"已添加“{form.cleaned_data['name']}”。")
        return redirect(f"{reverse('organisations:units')}?division={place.pk}")
    return asking(
        request,
        form,
        title="添加单位",
        save="添加",
        back=reverse("organisations:units"),
        crumbs=[("单位", reverse("organisations:units"))],
        place=place,
    )


@allowed("organisations.change_units")
@require_http_methods(["GET", "POST"])
def change_unit(request: SignedIn, pk: int) -> HttpResponse:
    """Change what is said of a unit."""
    unit = _unit(request, pk)
    form = UnitForm(request.POST if request.method == "POST" else None, division=unit.division, unit=unit)
    if done(form, lambda: actions.change_unit(unit=unit, by=request.user, **form.facts())):
        messages.success(request, f"“{form.cleaned_data['name']}”已保存。")
        return redirect("organisations:unit", pk=pk)
    return asking(
        request,
        form,
        title="修改单位",
        save="保存",
        back=reverse("organisations:unit", args=[pk]),
        crumbs=_crumbs(unit),
        words="改名以后，原来的名称自动留作别名。",
    )


@allowed("organisations.change_units")
@require_http_methods(["GET", "POST"])
def end_unit(request: SignedIn, pk: int) -> HttpResponse:
    """End a unit."""
    unit = _unit(request, pk)
    form = EndUnitForm(request.POST if request.method == "POST" else None, unit=unit)
    if done(form, lambda: actions.end_unit(unit=unit, by=request.user, **form.cleaned_data)):
        messages.success(request, f"“{unit.name}”已停用。")
        return redirect("organisations:unit", pk=pk)
    return asking(
        request,
        form,
        title="停用单位",
        save="停用",
        back=reverse("organisations:unit", args=[pk]),
        crumbs=_crumbs(unit),
        words="停用以后，以往台账里的记录不变。停用错了可以恢复。",
    )


@allowed("organisations.change_units")
@require_http_methods(["GET", "POST"])
def merge_units(request: SignedIn) -> HttpResponse:
    """Merge units into one."""
    place = place_of(request, "organisations.change_units")
    form = MergeForm(request.POST if request.method == "POST" else None, division=place)
    if done(
        form,
        lambda: actions.merge_units(
            units=list(form.cleaned_data["units"]),
            into=form.cleaned_data["into"],
            on=form.cleaned_data["on"],
            by=request.user,
        ),
    ):
        into = form.cleaned_data["into"]
        messages.success(request, f"已并入“{into.name}”。")
        return redirect("organisations:unit", pk=into.pk)
    return asking(
        request,
        form,
        title="合并单位",
        save="合并",
        back=reverse("organisations:units"),
        crumbs=[("单位", reverse("organisations:units"))],
        words="并掉的单位从合并日期起停用，名称此后都指并入的单位；以往台账里的记录不变。",
        place=place,
    )


@allowed("organisations.change_units")
@require_POST
def restore_unit(request: SignedIn, pk: int) -> HttpResponse:
    """Take back that a unit has ended."""
    unit = _unit(request, pk)
    actions.restore_unit(unit=unit, by=request.user)
    messages.success(request, f"“{unit.name}”已恢复使用。")
    return redirect("organisations:unit", pk=pk)


@allowed("organisations.change_units")
@require_POST
def remove_unit(request: SignedIn, pk: int) -> HttpResponse:
    """Remove a unit that was added by mistake."""
    unit = _unit(request, pk)
    actions.remove_unit(unit=unit, by=request.user)
    messages.success(request, f"“{unit.name}”已删除。")
    return redirect("organisations:units")


@allowed("organisations.change_units")
@require_POST
def add_alias(request: SignedIn, pk: int) -> HttpResponse:
    """Keep another name of a unit."""
    unit, form = _unit(request, pk), AliasForm(request.POST)
    if done(form, lambda: actions.remember_alias(unit=unit, name=form.cleaned_data["name"], by=request.user)):
        messages.success(request, f"已记住：“{form.cleaned_data['name']}”就是“{unit.name}”。")
    else:
        messages.error(request, " ".join(str(said) for found in form.errors.values() for said in found))
    return redirect("organisations:unit", pk=pk)


@allowed("organisations.change_units")
@require_POST
def forget_alias(request: SignedIn, pk: int) -> HttpResponse:
    """Take back another name of a unit."""
    unit = _unit(request, pk)
    actions.forget_alias(unit=unit, name=request.POST.get("name", ""), by=request.user)
    return redirect("organisations:unit", pk=pk)
