"""Pages of divisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.organisations import actions
from duban.organisations.access import access_of
from duban.organisations.forms.divisions import DivisionForm, EndForm
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division
from duban.organisations.queries import places
from duban.organisations.views.common import asking, done


def _division(request: SignedIn, pk: int | str) -> Division:
    found = Division.objects.visible_to(request.user, "organisations.change_divisions")
    number = int(pk) if str(pk).isdecimal() and len(str(pk)) < 19 else 0
    return get_object_or_404(found, pk=number)


@allowed("organisations.read")
@require_GET
def divisions(request: SignedIn) -> HttpResponse:
    """Show the divisions as a tree."""
    ended = request.GET.get("ended") == "1"
    branches = places.tree(request.user, ended=ended)
    access = access_of(request.user)
    context = {
        "branches": [
            (branch, access.may("organisations.change_divisions", division=branch.division)) for branch in branches
        ],
        "above": places.chain(branches[0].division) if branches else [],
        "ended": ended,
        "may_divisions": access.may("organisations.change_divisions"),
    }
    return render(request, "organisations/divisions.html", context)


@allowed("organisations.change_divisions")
@require_http_methods(["GET", "POST"])
def add_division(request: SignedIn) -> HttpResponse:
    """Add a division below another."""
    own = access_of(request.user).division
    parent = _division(request, request.GET.get("parent") or (own.pk if own else 0))
    form = DivisionForm(request.POST if request.method == "POST" else None, parent=parent)
    if done(form, lambda: actions.add_division(parent=parent, by=request.user, **form.facts())):
        messages.success(request, f"已添加{form.cleaned_data['full_name']}。")
        return redirect("organisations:divisions")
    return _asking(request, form, title=f"在{parent.name}下添加区划", save="添加")


@allowed("organisations.change_divisions")
@require_http_methods(["GET", "POST"])
def change_division(request: SignedIn, pk: int) -> HttpResponse:
    """Change what a division is called."""
    division = _division(request, pk)
    form = DivisionForm(request.POST if request.method == "POST" else None, division=division)
    if done(form, lambda: actions.change_division(division=division, by=request.user, **form.facts())):
        messages.success(request, "已保存。")
        return redirect("organisations:divisions")
    return _asking(
        request,
        form,
        title=f"修改区划 {division.code}",
        save="保存",
        words="代码或层级变了的，停用原来的区划，再添加新的。",
    )


@allowed("organisations.change_divisions")
@require_http_methods(["GET", "POST"])
def end_division(request: SignedIn, pk: int) -> HttpResponse:
    """End a division."""
    division = _division(request, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if done(form, lambda: actions.end_division(division=division, on=form.cleaned_data["on"], by=request.user)):
        messages.success(request, f"{division.full_name}已停用。")
        return redirect("organisations:divisions")
    return _asking(
        request,
        form,
        title=f"停用{division.full_name}",
        save="停用",
        words="用于撤并或改代码的区划。它的台账、单位和人员都留着。停用错了可以恢复：在区划列表里列出已停用的，点“恢复”。",
    )


@allowed("organisations.change_divisions")
@require_POST
def restore_division(request: SignedIn, pk: int) -> HttpResponse:
    """Take back that a division has ended."""
    division = actions.restore_division(division=_division(request, pk), by=request.user)
    messages.success(request, f"{division.full_name}已恢复使用。")
    return redirect("organisations:divisions")


def _asking(request: SignedIn, form: DivisionForm | EndForm, **shown: object) -> HttpResponse:
    back = reverse("organisations:divisions")
    return asking(request, form, back=back, crumbs=[("区划", back)], **shown)
