"""What the pages share: the division that a page is about, forms that are carried out, tables of workbooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.shortcuts import render

from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.forms.fields import Asking
from duban.organisations.guard import SignedIn
from duban.organisations.models import Division
from duban.organisations.queries import places

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def place_of(request: SignedIn, action: str = "organisations.read") -> Division:
    """Return the division that the address names, or the person's own. Raises `Http404` where it is out of reach."""
    asked = request.POST.get("division") or request.GET.get("division") or ""
    found = places.place(request.user, asked, action)
    if found is None:
        raise Http404
    return found


def around(request: SignedIn, place: Division) -> dict[str, Any]:
    """Return what every list shows beside itself: the division, the others to switch to, and what one may do."""
    access = access_of(request.user)
    return {
        "place": place,
        "places": places.places(request.user),
        "may_units": access.may("organisations.change_units", division=place),
        "may_people": access.may("organisations.change_people", division=place),
        "may_divisions": access.may("organisations.change_divisions", division=place),
    }


def done(form: Asking, carry_out: Callable[[], Any]) -> bool:
    """Carry out what a valid form asks for; a refusal shows in the form. Say whether it was done."""
    if not form.is_valid():
        return False
    try:
        carry_out()
    except Refusal as refusal:
        form.refused(refusal)
        return False
    return True


def asking(request: SignedIn, form: Asking, **shown: Any) -> HttpResponse:
    """Show a form: `title`, `save` (the words on the button), `back` (where it leads without), `crumbs`, `words`."""
    return render(request, "organisations/form.html", {"form": form, **shown}, status=422 if form.is_bound else 200)


def workbook(data: bytes, name: str, plain: str) -> HttpResponse:
    """Hand out a workbook under its Chinese `name`; `plain` is for what reads only ASCII."""
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response
