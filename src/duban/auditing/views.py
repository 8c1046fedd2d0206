"""The auditor's pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import FileResponse, Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from duban.audit import keeping
from duban.audit.verify import holds, verify_part
from duban.auditing import actions, exporting, labels, queries
from duban.organisations.guard import SignedIn, allowed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allowed("audit.read")
@require_GET
def events(request: SignedIn) -> HttpResponse:
    """Show the events that are asked for, the latest first, and the state of the chain."""
    filters = queries.Filters.of(request.GET)
    found = queries.page(request.user, filters)
    return render(
        request,
        "auditing/events.html",
        {
            "filters": filters,
            "page": found,
            "rows": [
                (event, labels.action(event.action), labels.origin(event.origin), queries.summary(event))
                for event in found.events
            ],
            "older": filters.query(before=found.older) if found.older else "",
            "newer": filters.query(after=found.newer) if found.newer else "",
            "labels": _choices(),
            "actors": queries.actors(request.user),
            "divisions": queries.divisions(request.user),
            "state": queries.state(),
            "unprotected": keeping.missing(connection),
        },
    )


@allowed("audit.read")
@require_GET
def event(request: SignedIn, number: int) -> HttpResponse:
    """Show one event: who, from where, what, before and after, and its place in the chain."""
    found = queries.one(request.user, number)
    if found is None:
        raise Http404
    context = {
        "event": found,
        "label": labels.action(found.action),
        "kind": labels.subject(found.subject),
        "origin": labels.origin(found.origin),
        "differences": queries.differences(found),
        "holds": holds(found),
        "beside": [one for one in (number - 1, number + 1) if queries.one(request.user, one)],
    }
    return render(request, "auditing/event.html", context)


@allowed("audit.read")
@require_GET
def export(request: SignedIn, file_format: str) -> HttpResponseBase:
    """Hand out what is filtered; that somebody did is an event itself."""
    filters = queries.Filters.of(request.GET)
    last = queries.state().head.number
    actions.note_export(filters=filters.said(), file_format=file_format, by=request.user)
    found = queries.all_of(request.user, filters, up_to=last)
    name = f"audit-{timezone.localdate():%Y%m%d}.{file_format}"
    if file_format == "csv":
        response = StreamingHttpResponse(exporting.as_csv(found), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    return FileResponse(exporting.as_xlsx(found), as_attachment=True, filename=name, content_type=XLSX)


@allowed("audit.read")
@require_http_methods(["GET", "POST"])
def verify(request: SignedIn) -> HttpResponse:
    """Verify the chain part by part; how far it is stays in the session, so that a closed page loses nothing."""
    if request.method == "GET":
        return render(request, "auditing/verify.html", {"state": queries.state(), "at": _at(request)})
    after = _at(request)
    part = verify_part(after)
    if part.done:
        request.session.pop("audit_verified", None)
        actions.note_verification(part=part, by=request.user)
    else:
        request.session["audit_verified"] = part.checked
    if "application/json" in request.headers.get("Accept", ""):
        told: dict[str, Any] = {
            "checked": part.checked,
            "total": part.total,
            "done": part.done,
            "problem": str(part.problem or ""),
        }
        return JsonResponse(told)
    if part.problem is not None:
        messages.error(request, str(part.problem))
    elif part.done:
        messages.success(request, f"审计记录完好，共 {part.total} 条。")
    else:
        messages.info(request, f"已核验 {part.checked} / {part.total} 条，请继续。")
    return redirect("audit:verify")


def _at(request: SignedIn) -> int:
    at = request.session.get("audit_verified", 0)
    return at if isinstance(at, int) else 0


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    apps = {"account": "账号", "organisations": "组织机构", "plans": "台账", "audit": "审计"}
    return [
        (name, [(code, label) for code, label in labels.actions().items() if code.partition(".")[0] == app])
        for app, name in apps.items()
    ]
