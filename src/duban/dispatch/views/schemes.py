"""Light schemes: the list, one to read, adopting one for a ledger, writing an office's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.dispatch.actions import lights
from duban.dispatch.lighting import OFFICE_LIGHTS
from duban.dispatch.queries import schemes as queries
from duban.dispatch.schemes.lights.scheme import LightScheme as Rules
from duban.dispatch.views import office_schemes as pages
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division
from duban.plans.models import Ledger
from duban.plans.states import LedgerState


@require_GET
@allowed("dispatch.read")
def schemes(request: SignedIn) -> HttpResponse:
    """List the schemes that come with the product and the office's own, and which ledger follows which."""
    return pages.list_page(
        request, OFFICE_LIGHTS, "dispatch/schemes.html", lambda division, found: {"lit": queries.lit(division, found)}
    )


@require_GET
@allowed("dispatch.read")
def scheme(request: SignedIn, name: str) -> HttpResponse:
    """Show a scheme in sentences, and its versions."""
    return pages.one_page(
        request,
        OFFICE_LIGHTS,
        "dispatch/scheme.html",
        name,
        lambda division, found: {
            "uses": queries.uses_of(division, found.name),
            "ledgers": queries.ledgers_of(division),
        },
    )


@require_POST
@allowed("dispatch.change_schemes")
def adopt(request: SignedIn, name: str) -> HttpResponse:
    """Let a ledger follow a scheme from a day on."""
    found, start = pages.asked_for(request, OFFICE_LIGHTS, name)
    ledger = _ledger(request, pages.division_of(request))
    preset = "" if found.row else name
    lights.adopt(ledger=ledger, valid_from=start, by=request.user, preset=preset, scheme=found.row)
    messages.success(request, f"“{ledger}”从{start:%Y年%-m月%-d日}起按“{found.rules.title}”亮灯。")
    return redirect("dispatch:scheme", name=name)


@require_http_methods(["GET", "POST"])
@allowed("dispatch.change_schemes")
def edit(request: SignedIn) -> HttpResponse:
    """Write an office's own scheme: check it, see what it would change today, keep it as a new version."""

    def tried(division: Division, rules: Rules) -> dict[str, Any]:
        ledgers = queries.ledgers_of(division)
        if not ledgers:
            return {}
        ledger = _ledger(request, division) if request.POST.get("ledger") else ledgers[0]
        return {"preview": queries.preview(ledger, rules, timezone.localdate()), "ledger": ledger}

    return pages.edit_page(
        request,
        OFFICE_LIGHTS,
        "dispatch/scheme_edit.html",
        saved="要用它亮灯，再选台账和生效日期。",
        more=lambda division: {"ledgers": queries.ledgers_of(division)},
        tried=tried,
    )


def _ledger(request: SignedIn, division: Division) -> Ledger:
    found = Ledger.objects.visible_to(request.user).filter(division=division, state=LedgerState.ISSUED)
    return get_object_or_404(found.select_related("division"), pk=pages.number(request.POST.get("ledger")) or 0)
