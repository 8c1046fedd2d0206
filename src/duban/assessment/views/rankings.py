"""The months, one ranking, a unit's row, versions beside each other, a unit over the years, and each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from duban.assessment import computing, exporting, schemes
from duban.assessment.actions import rankings as actions
from duban.assessment.forms import rankings as forms
from duban.assessment.models import Distinction, Ranking, RankingRow
from duban.assessment.queries import rankings as queries
from duban.assessment.scoring.files import SCORES, read
from duban.assessment.states.decisions import DistinctionState
from duban.assessment.states.rankings import TRANSITIONS
from duban.audit.refusals import Refusal
from duban.dispatch.schemes.problems import WrongScheme
from duban.dispatch.views.common import workbook
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Unit
from duban.plans.models import Ledger

_STEPS = TRANSITIONS["ranking"]


@require_GET
@allowed("assessment.read")
def rankings(request: SignedIn) -> HttpResponse:
    """Show the months of a ledger: which are ranked, who stands first and last, and for the office which are to be."""
    ledgers = queries.ledgers_ranked(request.user)
    asked = request.GET.get("ledger", "")
    ledger = next((one for one in ledgers if str(one.pk) == asked), ledgers[0] if ledgers else None)
    context: dict[str, Any] = {"ledger": ledger, "ledgers": ledgers}
    if ledger is not None:
        may = queries.May.of(request.user, ledger)
        due = queries.to_compute(ledger, timezone.localdate()) if may.run else []
        context |= {
            "may": may,
            "lines": queries.months(request.user, ledger),
            "due": due,
            "form": _compute_form(ledger, due) if any(one.over for one in due) else None,
        }
    return render(request, "assessment/rankings.html", context)


def _compute_form(ledger: Ledger, due: list[queries.Due], data: Any = None) -> forms.ComputeForm:
    months = [(f"{one.month:%Y-%m}", f"{one.month.year}年{one.month.month}月") for one in due if one.over]
    return forms.ComputeForm(data, months=months, schemes=schemes.choices(ledger))


@require_POST
@allowed("assessment.run")
def compute(request: SignedIn) -> HttpResponse:
    """Compute a month that is over."""
    ledger = get_object_or_404(
        Ledger.objects.visible_to(request.user).select_related("division"), pk=_number(request.POST.get("ledger", ""))
    )
    due = queries.to_compute(ledger, timezone.localdate())
    form = _compute_form(ledger, due, request.POST)
    scheme = schemes.chosen(ledger, request.POST.get("scheme", ""))
    if not form.is_valid() or scheme is None:
        messages.error(request, "没有计算：请选一个已经截止的月份和一个计分办法。")
        return redirect(f"{reverse('assessment:rankings')}?ledger={ledger.pk}")
    month = date.fromisoformat(f"{form.cleaned_data['month']}-01")
    try:
        made = actions.compute_month(ledger=ledger, month=month, scheme=scheme, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('assessment:rankings')}?ledger={ledger.pk}")
    messages.success(request, f"{made}已算出，是拟稿，只有督查室看得到。看过以后征求各单位意见。")
    return redirect("assessment:ranking", pk=made.pk)


@require_GET
@allowed("assessment.read")
def ranking(request: SignedIn, pk: int) -> HttpResponse:
    """Show a ranking by groups, with what the person may do next."""
    return _page(request, ranking_of(request, pk))


def ranking_of(request: SignedIn, pk: int) -> Ranking:
    """Return a ranking that the person sees. Raises `Http404`."""
    found: Ranking = get_object_or_404(queries.visible(request.user), pk=pk)
    return found


@dataclass(frozen=True)
class Act:
    """One step that a person may take: its form, and where it goes."""

    do: str
    label: str
    url: str
    form: Form
    main: bool = False


def _page(request: SignedIn, found: Ranking, *, failed: Act | None = None) -> HttpResponse:
    page = queries.page(found, request.user)
    today = timezone.localdate()
    acts = _acts(found, page, today)
    context = {
        "ranking": found,
        "ledger": found.ledger,
        "page": page,
        "may": page.may,
        "acts": [failed if failed and failed.do == act.do else act for act in acts],
        "failed": failed.do if failed else "",
        "over": found.shown_until is not None and today > found.shown_until,
        "waiting": page.objections["objection_raised"],
        "exports": _exports(found) if page.may.whole or found.is_frozen else [],
        "named": _named(page),
        "today": today,
        "trial": found.is_trial(today),
    }
    return render(request, "assessment/ranking.html", context, status=422 if failed else 200)


def _named(page: queries.Page) -> list[tuple[str, list[Distinction]]]:
    """Return who is commended and criticised, as decided."""
    kinds: dict[str, list[Distinction]] = {label: [] for label in Distinction.Kind.labels}
    for group in page.groups:
        for place in group.places:
            for mark in place.marks:
                if mark.state == DistinctionState.CONFIRMED:
                    mark.unit = place.row.unit
                    kinds[mark.get_kind_display()].append(mark)
    return [(label, marks) for label, marks in kinds.items() if marks]


def _exports(found: Ranking) -> list[tuple[str, str]]:
    forms_of = (("Excel", "xlsx"), ("CSV", "csv"), ("JSON", "json"))
    return [(word, reverse("assessment:ranking_export", args=[found.pk, form])) for word, form in forms_of]


def _acts(found: Ranking, page: queries.Page, today: date) -> list[Act]:
    url = reverse("assessment:ranking_act", args=[found.pk])
    may, objected = page.may, page.objections["objection_raised"]
    made: list[Act] = []

    def add(do: str, label: str, form: Form, *, main: bool = False) -> None:
        made.append(Act(do, label, f"{url}?do={do}", form, main))

    def fits(step: str) -> bool:
        return found.state in _STEPS[step].sources

    # A year that still runs is a trial, which is shown to nobody.
    if may.run and fits("show") and not found.is_trial(today):
        add("show", "征求意见", forms.ShowForm(initial=forms.ShowForm.proposed(today)), main=True)
    if may.approve and fits("approve"):
        over = found.shown_until is not None and today > found.shown_until
        add("approve", "批准", forms.NoteForm(), main=over and not objected)
    if may.run and fits("publish"):
        add("publish", "公布", Form(), main=not page.undecided)
    if may.run and (fits("recompute") or fits("recompute_shown")):
        choices = schemes.choices(found.ledger) if fits("recompute") else []
        add("recompute", "重新计算", forms.RecomputeForm(schemes=choices) if choices else Form())
    if may.run and fits("withdraw"):
        add("withdraw", "撤回到拟稿", forms.ReasonForm())
    if may.run and fits("supersede") and not any(one.is_open for one in page.versions):
        add("correct", "更正（另算一版）", forms.ReasonForm())
    return made


@require_POST
@allowed("assessment.read")
def act(request: SignedIn, pk: int) -> HttpResponse:
    """Take a step with a ranking."""
    found = ranking_of(request, pk)
    do = request.GET.get("do", "")
    form = _form(do, request, found)
    if form is None:
        raise Http404
    label = {"show": "征求意见", "approve": "批准", "publish": "公布", "recompute": "重新计算",
             "withdraw": "撤回到拟稿", "correct": "更正（另算一版）"}[do]  # fmt: skip
    again = Act(do, label, f"{reverse('assessment:ranking_act', args=[pk])}?do={do}", form, True)
    if not form.is_valid():
        return _page(request, found, failed=again)
    try:
        return _take(request, do, found, form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        if refusal.status == 403 or found.state not in _sources(do):
            messages.error(request, str(refusal))
            return redirect("assessment:ranking", pk=pk)
        return _page(request, found, failed=again)


def _sources(do: str) -> tuple[str, ...]:
    steps = {"correct": ("supersede",), "recompute": ("recompute", "recompute_shown")}.get(do, (do,))
    return tuple(source for step in steps for source in _STEPS[step].sources)


def _form(do: str, request: SignedIn, found: Ranking) -> Form | None:
    match do:
        case "show":
            return forms.ShowForm(request.POST)
        case "approve":
            return forms.NoteForm(request.POST)
        case "withdraw" | "correct":
            return forms.ReasonForm(request.POST)
        case "recompute":
            return forms.RecomputeForm(request.POST, schemes=schemes.choices(found.ledger))
        case "publish":
            return Form(request.POST)
    return None


def _take(request: SignedIn, do: str, found: Ranking, said: Mapping[str, Any]) -> HttpResponse:
    by, seen = request.user, request.POST.get("seen", "")
    match do:
        case "show":
            actions.show(ranking=found, until=said["until"], places_shown=said["places_shown"], by=by)
            messages.success(request, f"已请各单位核对，{said['until']:%-m月%-d日}前可以提异议。")
        case "approve":
            actions.approve(ranking=found, note=said["note"], seen=seen, by=by)
            messages.success(request, f"{found}已批准，可以公布了。")
        case "publish":
            actions.publish(ranking=found, seen=seen, by=by)
            messages.success(request, f"{found}已公布，从此不变。")
        case "withdraw":
            actions.withdraw(ranking=found, reason=said["reason"], by=by)
            messages.success(request, f"{found}已撤回到拟稿，各单位现在看不到。")
        case "recompute":
            scheme = schemes.chosen(found.ledger, said["scheme"]) if said.get("scheme") else None
            changed = actions.recompute(ranking=found, scheme=scheme, by=by)
            words = "；".join(f"{name} {before}→{after}" for name, (before, after) in list(changed.items())[:6])
            more = f" 等{len(changed)}个单位" if len(changed) > 6 else ""
            messages.success(request, f"已重新计算。{words + more or '没有单位的得分变化'}。")
        case "correct":
            made = actions.correct(ranking=found, reason=said["reason"], by=by)
            messages.success(request, f"已算出更正的第{made.version}版（拟稿）。它公布以前，原来的版次仍然有效。")
            return redirect("assessment:ranking", pk=made.pk)
    return redirect("assessment:ranking", pk=found.pk)


@require_GET
@allowed("assessment.read")
def row(request: SignedIn, pk: int) -> HttpResponse:
    """Show where each point of a unit comes from: the whole page, or the part that opens within the list."""
    return sheet_page(request, row_of(request, pk))


def row_of(request: SignedIn, pk: int) -> RankingRow:
    """Return a row that the person may open. Raises `Http404`."""
    seen = RankingRow.objects.visible_to(request.user).select_related("ranking__ledger__division", "unit__successor")
    found: RankingRow = get_object_or_404(seen.defer("ranking__scheme_text", "ranking__notes"), pk=pk)
    return found


def sheet_page(request: SignedIn, found: RankingRow, **more: Any) -> HttpResponse:
    """Return the page of a row; `more` is what a step that was refused brings."""
    sheet = queries.sheet(found, request.user, timezone.localdate())
    context = {
        "row": found,
        "ranking": found.ranking,
        "ledger": found.ranking.ledger,
        "sheet": sheet,
        "place": queries.Place(found, sheet.own, full=True),
        "object_form": forms.ObjectForm(),
        "forgive_form": forms.ForgiveForm(),
        **more,
    }
    part = request.GET.get("part") == "1"
    template = "assessment/part_row.html" if part else "assessment/row.html"
    return render(request, template, context | {"part": part}, status=422 if more else 200)


@require_GET
@allowed("assessment.read")
def compare(request: SignedIn, pk: int) -> HttpResponse:
    """Show what differs between two versions of a month."""
    found = ranking_of(request, pk)
    versions = list(
        queries.visible(request.user)
        .filter(ledger=found.ledger, period=found.period, month=found.month)
        .exclude(pk=found.pk)
        .order_by("-version")
    )
    asked = request.GET.get("with", "")
    before = next((one for one in versions if str(one.pk) == asked), None)
    before = before or next((one for one in versions if one.version < found.version), versions[0] if versions else None)
    whole = queries.May.of(request.user, found.ledger).whole
    if before is None or not (whole or (found.is_frozen and before.is_frozen)):
        messages.error(request, f"{found}没有别的版次可以对照。")
        return redirect("assessment:ranking", pk=pk)
    first, second = sorted((before, found), key=lambda one: one.version)
    context = {
        "ranking": found, "ledger": found.ledger, "before": first, "after": second, "versions": versions,
        "moved": queries.compared(first, second),
        "same_scheme": first.scheme_text == second.scheme_text,
    }  # fmt: skip
    return render(request, "assessment/compare.html", context)


@require_GET
@allowed("assessment.read")
def trend(request: SignedIn, pk: int) -> HttpResponse:
    """Show a unit's places and scores over months and years."""
    unit = get_object_or_404(Unit.objects.select_related("division", "successor"), pk=pk)
    found = queries.trend(request.user, pk)
    if not found.rows:
        raise Http404
    return render(request, "assessment/trend.html", {"unit": unit, "trend": found, "chart": found.chart})


@require_GET
@allowed("assessment.read")
def scheme(request: SignedIn, pk: int) -> HttpResponse:
    """Show the scheme that a ranking was computed by, in words and as its file."""
    found = ranking_of(request, pk)
    try:
        described = list(SCORES.kind.described(read(found.scheme_text, found.scheme_name)))
    except WrongScheme:
        # A later program may read a scheme otherwise; its text is what was used.
        described = []
    return render(
        request, "assessment/scheme_used.html", {"ranking": found, "ledger": found.ledger, "described": described}
    )


@require_GET
@allowed("assessment.read")
def verify(request: SignedIn, pk: int) -> HttpResponse:
    """Work digests and scores of a ranking out again, and say whether they are what was kept."""
    found = ranking_of(request, pk)
    if not (queries.May.of(request.user, found.ledger).whole or found.is_frozen):
        raise Http404
    context = {"ranking": found, "ledger": found.ledger, "verified": computing.verify(found)}
    return render(request, "assessment/verify.html", context)


@require_GET
@allowed("assessment.read")
def export(request: SignedIn, pk: int, form: str) -> HttpResponse:
    """Hand out a ranking with its arithmetic as xlsx, CSV or JSON."""
    found = ranking_of(request, pk)
    if form not in ("xlsx", "csv", "json"):
        raise Http404
    if not (queries.May.of(request.user, found.ledger).whole or found.is_frozen):
        raise Http404
    rows = list(RankingRow.objects.filter(ranking=found))
    name, plain = (
        f"{found.ledger.division.name}{found}.{form}",
        f"{found.period}-{found.month:%Y-%m}-{found.version}.{form}",
    )
    if form == "xlsx":
        return workbook(exporting.ranking_workbook(found, rows), name, plain)
    data = exporting.ranking_csv(rows) if form == "csv" else exporting.ranking_json(found, rows)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
