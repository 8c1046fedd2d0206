"""Who is commended and criticised by name: what the rule proposes, decided one by one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from duban.assessment.actions import distinctions as actions
from duban.assessment.models import Distinction, RankingRow
from duban.assessment.states.decisions import DistinctionState
from duban.assessment.states.rankings import OPEN
from duban.assessment.views.rankings import ranking_of
from duban.audit.refusals import Refusal
from duban.organisations.guard import SignedIn, allowed


@require_http_methods(["GET", "POST"])
@allowed("assessment.run")
def distinctions(request: SignedIn, pk: int) -> HttpResponse:
    """Show whom the rule names; name others by hand."""
    ranking = ranking_of(request, pk)
    rows = list(RankingRow.objects.filter(ranking=ranking).defer("facts", "items", "working").select_related("unit"))
    if request.method == "POST" and request.POST.get("do") == "all":
        try:
            done = actions.confirm_all(ranking=ranking, reason=request.POST.get("reason", ""), by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"已按办法决定 {len(done)} 个。")
        return redirect("assessment:distinctions", pk=pk)
    if request.method == "POST":
        row = next((one for one in rows if str(one.pk) == request.POST.get("row")), None)
        kind = request.POST.get("kind", "")
        if row is None or kind not in Distinction.Kind.values:
            messages.error(request, "没有加上：请选一个单位，和表扬或者批评。")
            return redirect("assessment:distinctions", pk=pk)
        try:
            made = actions.name_unit(row=row, kind=kind, reason=request.POST.get("reason", ""), by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"已加上：{made}。")
        return redirect("assessment:distinctions", pk=pk)
    places = {row.unit_id: row for row in rows}
    seen = Distinction.objects.visible_to(request.user).filter(ranking=ranking)
    found = list(seen.select_related("unit", "decided_by"))
    context = {
        "ranking": ranking,
        "ledger": ranking.ledger,
        "lines": [(one, places.get(one.unit_id)) for one in found],
        "rows": rows,
        "kinds": Distinction.Kind.choices,
        "open": ranking.state in OPEN,
        "undecided": sum(one.state == DistinctionState.PROPOSED for one in found),
    }
    return render(request, "assessment/distinctions.html", context)


@require_POST
@allowed("assessment.run")
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """Decide on one."""
    one = get_object_or_404(Distinction.objects.visible_to(request.user), pk=pk)
    do = request.POST.get("do", "")
    if do not in ("confirm", "drop"):
        raise Http404
    try:
        done = actions.decide(
            distinction=one, confirmed=do == "confirm", reason=request.POST.get("reason", ""), by=request.user
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{done.unit}：{done.get_state_display()}{done.get_kind_display()}。")
    return redirect("assessment:distinctions", pk=one.ranking_id)
