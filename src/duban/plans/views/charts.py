"""The year's ledger in pictures."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from duban.organisations.guard import SignedIn, allowed
from duban.plans import pictures
from duban.plans.conditions import chips
from duban.plans.extensions import added_to
from duban.plans.models import Ledger
from duban.plans.queries import charts as queries
from duban.plans.queries.asking import address, asked, kept
from duban.plans.queries.ledger import choices


@require_GET
@allowed("plans.read")
def charts(request: SignedIn, pk: int) -> HttpResponse:
    """Show where the tasks that the address asks for stand, who carries them and when they fall due, as pictures and tables."""
    ledger = get_object_or_404(Ledger.objects.visible_to(request.user).select_related("division"), pk=pk)
    today = timezone.localdate()
    ask = asked(request.GET, today=today)
    found = queries.charts(ledger, ask, request.user, today=today)
    at = reverse("plans:ledger", args=[pk])

    def narrowed(**conditions: object) -> str:
        return at + address(request.GET, on=None, all=None, layout=None, **conditions)

    return render(
        request,
        "plans/ledger/charts.html",
        {
            "ledger": ledger,
            "found": found,
            "query": kept(request.GET),
            "chips": chips(request.GET, ask.filters, choices(ledger, request.user), added_to(ledger, today))
            if ask.filters
            else [],
            "sections": pictures.sections(found.tree, lambda section: narrowed(section=section)),
            "parts": [(part, narrowed(section=part[0])) for part in found.parts],
            "loads": pictures.loads(found.loads),
            "units": [(load, narrowed(unit=load.pk)) for load in found.loads],
            "drawn": pictures.DRAWN,
            "months": pictures.months(found.months),
            "dues": [(month, narrowed(due_from=month.first, due_to=month.last)) for month in found.months],
        },
    )
