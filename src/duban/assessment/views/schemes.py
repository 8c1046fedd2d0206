"""Scoring schemes: the list, one to read, adopting one for a ledger, writing an office's own, how steady places are."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.assessment import trying
from duban.assessment.actions import schemes as actions
from duban.assessment.models import month_words
from duban.assessment.office_scores import OFFICE_SCORES
from duban.assessment.queries import rankings as ranking_queries
from duban.assessment.queries import schemes as queries
from duban.assessment.scoring.scheme import ScoringScheme as Rules
from duban.assessment.views.rankings import ranking_of
from duban.dispatch.views import office_schemes as pages
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division
from duban.plans.models import Ledger


@require_GET
@allowed("assessment.read")
def schemes(request: SignedIn) -> HttpResponse:
    """List the schemes that come with the product and the office's own, and which ledger follows which."""
    return pages.list_page(
        request,
        OFFICE_SCORES,
        "assessment/schemes.html",
        lambda division, found: {"lines": queries.listed(division, found)},
    )


@require_GET
@allowed("assessment.read")
def scheme(request: SignedIn, name: str) -> HttpResponse:
    """Show a scheme in sentences, its worked examples with their arithmetic, and its versions."""

    def more(division: Division, found: Any) -> dict[str, Any]:
        adoptable = queries.adoptable(division)
        years = sorted({one.ledger.year for one in adoptable}, reverse=True)
        return {
            "uses": queries.uses(division).get(found.name, []),
            "adoptable": adoptable,
            "months": [date(year, month, 1) for year in years for month in range(1, 13)],
            "worked": queries.worked(found.rules),
            "parts": [part for part in found.parts if part[0] != "算例"],
        }

    return pages.one_page(request, OFFICE_SCORES, "assessment/scheme.html", name, more)


@require_POST
@allowed("assessment.change_schemes")
def adopt(request: SignedIn, name: str) -> HttpResponse:
    """Rank the months of a ledger by a scheme from a month on."""
    found, start = pages.asked_for(request, OFFICE_SCORES, name)
    visible = Ledger.objects.visible_to(request.user).filter(division=pages.division_of(request))
    ledger = get_object_or_404(visible.select_related("division"), pk=pages.number(request.POST.get("ledger")) or 0)
    actions.adopt_scoring(
        ledger=ledger, month=start, by=request.user, preset="" if found.row else name, scheme=found.row
    )
    messages.success(request, f"“{ledger}”从{month_words(start)}起按“{found.rules.title}”计分。已经算出的排名不变。")
    return redirect("assessment:scheme", name=name)


@require_http_methods(["GET", "POST"])
@allowed("assessment.change_schemes")
def edit(request: SignedIn) -> HttpResponse:
    """Write an office's own scheme: check it, see which places it would change, keep it as a new version."""

    def tried(division: Division, rules: Rules) -> dict[str, Any]:
        today = timezone.localdate()
        if request.POST.get("do") == "year":
            return {
                "year": today.year - 1,
                "trials": trying.tried(rules, trying.last_year(division, today)),
                "tried": True,
            }
        last = trying.last_month(division, today)
        return {"trial": next(iter(trying.tried(rules, [last] if last else [])), None), "tried": True}

    return pages.edit_page(
        request,
        OFFICE_SCORES,
        "assessment/scheme_edit.html",
        saved="要用它排名，再选台账和从哪个月起。",
        more=lambda division: {},
        tried=tried,
    )


@require_GET
@allowed("assessment.read")
def steadiness(request: SignedIn, pk: int) -> HttpResponse:
    """Show how often each unit would keep its place if weights moved by a tenth."""
    found = ranking_of(request, pk)
    if found.is_year or not (ranking_queries.May.of(request.user, found.ledger).whole or found.is_frozen):
        raise Http404
    result = trying.steadiness(found)
    return render(
        request,
        "assessment/steadiness.html",
        {
            "ranking": found,
            "ledger": found.ledger,
            "result": result,
            "groups": [(result.titles[key], rows) for key, rows in result.groups.items()] if result else [],
        },
    )
