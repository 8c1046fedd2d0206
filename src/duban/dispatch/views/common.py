"""What pages of dispatch share: ledgers and rounds that a person may open, workbooks handed out."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from duban.dispatch.models import Round
from duban.organisations.guard import SignedIn
from duban.plans.models import Ledger

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ledger_of(request: SignedIn, pk: int) -> Ledger:
    """Return a ledger that the person may open. Raises `Http404`."""
    return get_object_or_404(Ledger.objects.visible_to(request.user).select_related("division"), pk=pk)


def round_of(request: SignedIn, pk: int) -> Round:
    """Return a round that the person may open, with its schedule and ledger. Raises `Http404`."""
    seen = Round.objects.visible_to(request.user).select_related("ledger__division", "schedule__section")
    return get_object_or_404(seen, pk=pk)


def workbook(data: bytes, name: str, plain: str) -> HttpResponse:
    """Hand out a workbook under its Chinese `name`; `plain` is for what reads only ASCII."""
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response
