"""Pages of issue and of the issued versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.plans.actions import issuing
from duban.plans.forms.issuing import CloseForm, IssueForm
from duban.plans.models import Ledger, LedgerVersion
from duban.plans.queries import issuing as queries
from duban.plans.snapshots import canonical, digest
from duban.plans.states import LedgerState
from duban.plans.workbooks.versions import annex_rows, version_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
@allowed("plans.issue")
def issue(request: SignedIn, pk: int) -> HttpResponse:
    """Show what will be issued and what is left to do; issue it."""
    ledger = _ledger(request, pk)
    last = ledger.versions.select_related("issued_by").order_by("-number").first()
    initial = {"issued_on": timezone.localdate(), "version": last.number + 1 if last else 1}
    form = IssueForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = {key: form.cleaned_data[key] for key in ("document_number", "issued_on", "approver")}
        number = form.cleaned_data["version"]
        if number == 1:
            version = issuing.issue(ledger=ledger, by=request.user, **facts)
        else:
            version = issuing.reissue(ledger=ledger, number=number, by=request.user, **facts)
        messages.success(request, f"“{ledger}”第{version.number}版已印发，共 {len(version.snapshot['tasks'])} 项任务。")
        return redirect("plans:versions", pk=ledger.pk)
    context: dict[str, Any] = {"ledger": ledger, "form": form, "last": last}
    if ledger.state == LedgerState.DRAFT:
        context["preview"] = queries.preview(ledger)
    return render(request, "plans/issue.html", context, status=422 if form.is_bound else 200)


@require_GET
@allowed("plans.read")
def versions(request: SignedIn, pk: int) -> HttpResponse:
    """List the frozen versions, each with its digest checked anew."""
    ledger = _ledger(request, pk)
    context = {
        "ledger": ledger,
        "versions": queries.versions(ledger),
        "whole": access_of(request.user).may("plans.read", division=ledger.division),
        "may_issue": access_of(request.user).may("plans.issue", division=ledger.division),
        "close_form": CloseForm(initial={"closed_on": timezone.localdate()}),
    }
    return render(request, "plans/versions.html", context)


@require_POST
@allowed("plans.close_year")
def close_year(request: SignedIn, pk: int) -> HttpResponse:
    """Close the year of a ledger."""
    ledger = _ledger(request, pk)
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, "归档日期和签发人都要填写，日期写成 2026-12-31 的样子。")
        return redirect("plans:versions", pk=pk)
    version = issuing.close_year(ledger=ledger, by=request.user, **form.cleaned_data)
    messages.success(request, f"“{ledger}”已归档，最后的内容存为第{version.number}版。")
    return redirect("plans:versions", pk=pk)


@require_GET
@allowed("plans.read")
def version(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Show a frozen version as the annex that an office prints."""
    found = _version(request, pk, number)
    context = {"version": found, "rows": annex_rows(found.snapshot), "valid": digest(found.snapshot) == found.digest}
    return render(request, "plans/annex.html", context)


@require_GET
@allowed("plans.read")
def version_file(request: SignedIn, pk: int, number: int, form: str) -> HttpResponse:
    """Hand out a frozen version: its canonical JSON, whose SM3 is the digest, or a workbook."""
    found = _version(request, pk, number)
    if form == "json":
        response = HttpResponse(canonical(found.snapshot), content_type="application/json")
    else:
        response = HttpResponse(version_workbook(found), content_type=XLSX)
    name = f"{found.ledger.division.code}-{found.ledger.year}-v{found.number}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _ledger(request: SignedIn, pk: int) -> Ledger:
    return get_object_or_404(Ledger.objects.visible_to(request.user).select_related("division"), pk=pk)


def _version(request: SignedIn, pk: int, number: int) -> LedgerVersion:
    """Return the version if the person reads the whole ledger: a frozen text is not cut to one unit's tasks."""
    ledger = _ledger(request, pk)
    if not access_of(request.user).may("plans.read", division=ledger.division):
        raise Http404
    return get_object_or_404(ledger.versions.select_related("ledger__division", "issued_by"), number=number)
