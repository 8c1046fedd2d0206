"""Clock schemes: the list, one to read, adopting one for a source, writing an office's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.dispatch.views import office_schemes as pages
from duban.organisations.guard import SignedIn, allowed
from duban.supervision.actions import clock_schemes as actions
from duban.supervision.models.matters import MatterSource
from duban.supervision.office_clocks import OFFICE_CLOCKS
from duban.supervision.queries import clock_schemes as queries


@require_GET
@allowed("supervision.read")
def clock_schemes(request: SignedIn) -> HttpResponse:
    """List the schemes that come with the product and the office's own, and which source follows which."""
    return pages.list_page(
        request,
        OFFICE_CLOCKS,
        "supervision/clock_schemes.html",
        lambda division, found: {"lines": queries.listed(division, found)},
    )


@require_GET
@allowed("supervision.read")
def clock_scheme(request: SignedIn, name: str) -> HttpResponse:
    """Show a scheme in sentences, and its versions."""
    return pages.one_page(
        request,
        OFFICE_CLOCKS,
        "supervision/clock_scheme.html",
        name,
        lambda division, found: {
            "uses": queries.uses(division).get(found.name, []),
            "sources": MatterSource.choices,
            "usual": next(iter(found.rules.sources), ""),
        },
    )


@require_POST
@allowed("supervision.change_schemes")
def clock_scheme_adopt(request: SignedIn, name: str) -> HttpResponse:
    """Let the matters of a source follow a scheme from a day on."""
    found, start = pages.asked_for(request, OFFICE_CLOCKS, name)
    use = actions.adopt_clock(
        division=pages.division_of(request),
        source=request.POST.get("source", ""),
        valid_from=start,
        by=request.user,
        preset="" if found.row else name,
        scheme=found.row,
    )
    messages.success(
        request, f"{use.get_source_display()}从{start:%Y年%-m月%-d日}起交办的，按“{found.rules.title}”计时。"
    )
    return redirect("supervision:clock_scheme", name=name)


@require_http_methods(["GET", "POST"])
@allowed("supervision.change_schemes")
def clock_scheme_edit(request: SignedIn) -> HttpResponse:
    """Write an office's own scheme: check it, see what it would change of this year's matters, keep it as a new version."""
    return pages.edit_page(
        request,
        OFFICE_CLOCKS,
        "supervision/clock_scheme_edit.html",
        saved="交办时可以选它；要让一种来源都按它，再选来源和生效日期。",
        more=lambda division: {},
        tried=lambda division, rules: {"preview": queries.preview(division, rules, timezone.localdate())},
    )
