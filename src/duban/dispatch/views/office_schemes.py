"""Pages of schemes, whatever their kind: the list, one to be read, a text that is being written.

The views of each kind are guarded and call these with its `OfficeShelf`, its templates, which extend those of
``dispatch/office_schemes/``, and what its pages show beside.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from duban.dispatch.actions import office_schemes as actions
from duban.dispatch.office_schemes import NoDay, OfficeShelf
from duban.dispatch.queries import office_schemes as queries
from duban.dispatch.schemes.shelf import S
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn
from duban.organisations.models import Division

#: What a page shows beside, given what it is about.
More = dict[str, Any]


def division_of(request: SignedIn) -> Division:
    """Return the division whose schemes the person sees. Raises `Http404`."""
    division = access_of(request.user).division
    if division is None:
        raise Http404
    return division


def list_page(
    request: SignedIn,
    kept: OfficeShelf[S],
    template: str,
    more: Callable[[Division, list[queries.Listed[S]]], More],
) -> HttpResponse:
    """List the schemes that come with the product and the office's own."""
    division = division_of(request)
    found = queries.listed(kept, division)
    context = {"kept": kept, "listed": found, "may_change": _may_change(request, kept, division)}
    return render(request, template, context | more(division, found))


def one_page(
    request: SignedIn,
    kept: OfficeShelf[S],
    template: str,
    name: str,
    more: Callable[[Division, queries.Shown[S]], More],
) -> HttpResponse:
    """Show a scheme in sentences, and its versions."""
    division = division_of(request)
    found = queries.shown(kept, division, name, number(request.GET.get("version")))
    if found is None:
        raise Http404
    may_change = _may_change(request, kept, division)
    context = {"kept": kept, "shown": found, "may_change": may_change, "today": timezone.localdate()}
    return render(request, template, context | more(division, found))


def edit_page(
    request: SignedIn,
    kept: OfficeShelf[S],
    template: str,
    *,
    saved: str,
    more: Callable[[Division], More],
    tried: Callable[[Division, S], More],
) -> HttpResponse:
    """Write an office's own scheme: check it, see what it would change, keep it as a new version.

    A text begins as a copy of the scheme that the address names by ``from``. `more` is shown in any case, `tried` where the
    text can be read; `saved` says what is to be done after a version was kept.
    """
    division = division_of(request)
    source = request.GET.get("from", kept.shelf.kind.default)
    context = {"kept": kept, "source": source, **more(division)}
    if request.method == "GET":
        start = queries.shown(kept, division, source)
        if start is None:
            raise Http404
        return render(request, template, {**context, "text": start.text, "copied": not start.row})
    text = request.POST.get("text", "").replace("\r\n", "\n")
    found = queries.checked(kept, text)
    if request.POST.get("do") == "save" and not found.problems:
        row = actions.keep_own(kept=kept, division=division, text=text, by=request.user)
        messages.success(request, f"“{row.title}”已存为第{row.version}版。{saved}")
        return redirect(kept.pages, name=row.name)
    context |= {"text": text, "found": found}
    if found.rules:
        context |= tried(division, found.rules)
    return render(request, template, context, status=422 if found.problems else 200)


def asked_for(request: SignedIn, kept: OfficeShelf[S], name: str) -> tuple[queries.Shown[S], date]:
    """Return the scheme that is to be adopted, and from which day on. Raises `Http404`, `NoDay`."""
    found = queries.shown(kept, division_of(request), name, number(request.POST.get("version")))
    if found is None:
        raise Http404
    try:
        return found, date.fromisoformat(request.POST.get("valid_from", ""))
    except ValueError:
        raise NoDay from None


def number(text: str | None) -> int | None:
    """Return the number that an address or a form gives; None where it gives none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _may_change(request: SignedIn, kept: OfficeShelf[S], division: Division) -> bool:
    return access_of(request.user).may(kept.permission, division=division)
