"""Evidence of reports: added, shown, handed out, taken out."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from duban.audit.refusals import Refusal
from duban.dispatch.actions import evidence as actions
from duban.dispatch.extensions import panels_of
from duban.dispatch.models import Evidence, Report
from duban.dispatch.queries.report import evidence_seen, report_page
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed


@require_GET
@allowed("dispatch.read")
def report(request: SignedIn, pk: int) -> HttpResponse:
    """Show one report: what it says, its evidence, its versions and who verified what."""
    found = _report(request, pk)
    access = access_of(request.user)
    division = found.task.ledger.division
    page = report_page(found, request.user)
    context = {
        "page": page,
        "line": page.line,
        "writes": page.line.open and access.may("dispatch.report", division=division, units=[found.unit_id]),
        "recalls": found.state == "awaiting_sign_off"
        and access.may("dispatch.report", division=division, units=[found.unit_id]),
        "limit": settings.EVIDENCE_LIMIT // 1024 // 1024,
        "panels": panels_of(found, request.user),
    }
    return render(request, "dispatch/reporting/report.html", context)


@require_POST
@allowed("dispatch.report")
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Take files and a link; the page's script sends one file at a time and gets the list of evidence back."""
    found = _report(request, pk)
    refused: list[Refusal] = []
    # One by one, so that a file that is refused does not hold up the others.
    for file in request.FILES.getlist("files"):
        try:
            actions.add_file(report=found, file=cast(BinaryIO, file), name=str(file.name), by=request.user)
        except Refusal as refusal:
            refused.append(refusal)
    if link := request.POST.get("link", "").strip():
        try:
            actions.add_link(report=found, link=link, name=request.POST.get("name", "").strip(), by=request.user)
        except Refusal as refusal:
            refused.append(refusal)
    if "application/json" in request.headers.get("Accept", ""):
        if refused:
            told = {"title": type(refused[0]).__name__, "detail": str(refused[0])}
            return JsonResponse(told, status=refused[0].status)
        return _listed(request, found)
    for one in refused:
        messages.error(request, str(one))
    return redirect("dispatch:report", pk=pk)


@require_POST
@allowed("dispatch.report")
def drop(request: SignedIn, pk: int) -> HttpResponse:
    """Take a piece of evidence out of its report."""
    piece: Evidence = get_object_or_404(evidence_seen(request.user), pk=pk)
    actions.drop(evidence=piece, by=request.user)
    if "application/json" in request.headers.get("Accept", ""):
        return _listed(request, piece.report)
    messages.success(request, f"已去掉“{piece.name}”。")
    return redirect("dispatch:report", pk=piece.report_id)


@require_GET
@allowed("dispatch.read")
def preview(request: SignedIn, pk: int) -> HttpResponseBase:
    """Show the preview of a photo: a JPEG of our own making, whatever was uploaded."""
    piece: Evidence = get_object_or_404(evidence_seen(request.user), pk=pk)
    if piece.stored is None or not piece.stored.preview:
        raise Http404
    response = FileResponse(piece.stored.preview.open("rb"), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    # What a preview shows never changes: it is kept by its digest.
    response["Cache-Control"] = "private, max-age=86400"
    return response


@require_GET
@allowed("dispatch.read")
def original(request: SignedIn, pk: int) -> HttpResponseBase:
    """Hand out the original as a download; it is never shown within the site, whatever it holds."""
    piece: Evidence = get_object_or_404(evidence_seen(request.user), pk=pk)
    if piece.stored is None:
        raise Http404
    response = FileResponse(
        piece.stored.file.open("rb"), as_attachment=True, filename=piece.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _report(request: SignedIn, pk: int) -> Report:
    seen = Report.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("round__schedule", "task__ledger__division", "unit"), pk=pk)


def _listed(request: SignedIn, found: Report) -> JsonResponse:
    line = report_page(found, request.user).line
    html = render_to_string("dispatch/reporting/proofs.html", {"line": line, "writes": True}, request)
    return JsonResponse({"html": html, "count": len(line.evidence), "warnings": line.evidence_warnings})
