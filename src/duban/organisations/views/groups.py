"""Pages of the groups of units and of the phrases that mean them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.organisations import actions
from duban.organisations.forms.units import GroupForm
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import UnitGroup
from duban.organisations.queries import units as queries
from duban.organisations.views.common import around, asking, done, place_of


def _group(request: SignedIn, pk: int) -> UnitGroup:
    found = UnitGroup.objects.visible_to(request.user, "organisations.change_units")
    return get_object_or_404(found.select_related("division"), pk=pk)


@allowed("organisations.read")
@require_GET
def groups(request: SignedIn) -> HttpResponse:
    """Show the groups of a division."""
    place = place_of(request)
    return render(request, "organisations/groups.html", {**around(request, place), "groups": queries.groups(place)})


@allowed("organisations.change_units")
@require_http_methods(["GET", "POST"])
def add_group(request: SignedIn) -> HttpResponse:
    """Add a group with its phrases."""
    place = place_of(request, "organisations.change_units")
    form = GroupForm(request.POST if request.method == "POST" else None)

    if done(form, lambda: actions.add_group(division=place, by=request.user, **form.cleaned_data)):
        messages.success(request, f"已添加分组“{form.cleaned_data['name']}”。")
        return redirect(f"{reverse('organisations:groups')}?division={place.pk}")
    return _asking(request, form, title="添加分组", save="添加", place=place)


@allowed("organisations.change_units")
@require_http_methods(["GET", "POST"])
def change_group(request: SignedIn, pk: int) -> HttpResponse:
    """Change a group and its phrases."""
    group = _group(request, pk)
    form = GroupForm(request.POST if request.method == "POST" else None, group=group)

    def carry_out() -> None:
        said = form.cleaned_data
        order = group.order if said["order"] is None else said["order"]
        actions.change_group(group=group, name=said["name"], order=order, names=said["names"], by=request.user)

    if done(form, carry_out):
        messages.success(request, f"分组“{group.name}”已保存。")
        return redirect(f"{reverse('organisations:groups')}?division={group.division_id}")
    return _asking(request, form, title="修改分组", save="保存", words=f"代码 {group.code} 不能改。")


@allowed("organisations.change_units")
@require_POST
def remove_group(request: SignedIn, pk: int) -> HttpResponse:
    """Remove a group that holds no unit."""
    group = _group(request, pk)
    actions.remove_group(group=group, by=request.user)
    messages.success(request, f"分组“{group.name}”已删除。")
    return redirect(f"{reverse('organisations:groups')}?division={group.division_id}")


def _asking(request: SignedIn, form: GroupForm, **shown: object) -> HttpResponse:
    back = reverse("organisations:groups")
    return asking(request, form, back=back, crumbs=[("分组", back)], **shown)
