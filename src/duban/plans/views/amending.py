"""Pages of amendments: list, request, decision; and the ledger of two days side by side."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.plans.actions import amending
from duban.plans.changes import OPEN
from duban.plans.forms.amending import FORMS, AddForm, DecisionForm, ReasonForm
from duban.plans.models import Amendment, Ledger, Task
from duban.plans.queries import amending as queries
from duban.plans.states import AmendmentKind, AmendmentState, LedgerState, PaperState
from duban.plans.workbooks.comparison import comparison_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = 50


@require_GET
@allowed("plans.read")
def amendments(request: SignedIn) -> HttpResponse:
    """List the amendments that the person sees, filtered by ledger, kind and state."""
    ledgers = list(Ledger.objects.visible_to(request.user).exclude(state=LedgerState.DRAFT))
    asked = {name: request.GET.get(name, "") for name in ("ledger", "kind", "state")}
    conditions: dict[str, Any] = {
        name: asked[name]
        for name, choices in (("kind", AmendmentKind.values), ("state", AmendmentState.values))
        if asked[name] in choices
    }
    if asked["ledger"].isdecimal():
        conditions["ledger"] = int(asked["ledger"])
    page = Paginator(queries.amendments(request.user, **conditions), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "ledgers": ledgers,
        "kinds": AmendmentKind.choices,
        "states": AmendmentState.choices,
        "asked": asked,
        "addable": [ledger for ledger in ledgers if ledger.state == LedgerState.ISSUED]
        if access_of(request.user).may("plans.request_amendment")
        else [],
    }
    return render(request, "plans/amendments.html", context)


@require_http_methods(["GET", "POST"])
@allowed("plans.request_amendment")
def amendment_new(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for an amendment of a task; the kind stands in the address."""
    tasks = Task.objects.visible_to(request.user).in_ledger().select_related("ledger__division")
    task = get_object_or_404(tasks, pk=pk)
    kind = request.GET.get("kind", AmendmentKind.ADJUST_INDICATORS)
    if kind not in FORMS:
        raise Http404
    others = tasks.filter(ledger=task.ledger, state__in=OPEN).exclude(pk=task.pk) if kind == "merge" else ()
    what = FORMS[kind](request.POST or None, task, task.ledger, others)
    why = ReasonForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and what.is_valid() and why.is_valid():
        made = _asked(request, why, ledger=task.ledger, task=task, kind=kind, changes=what.changes())
        if made:
            return redirect("plans:amendment", pk=made.pk)
    context = {
        "task": task,
        "kind": kind,
        "kind_label": AmendmentKind(kind).label,
        "kinds": [(value, label) for value, label in AmendmentKind.choices if value in FORMS],
        "form": what,
        "why": why,
        "waiting": task.amendments.filter(state__in=[AmendmentState.REQUESTED, AmendmentState.APPROVED]),
    }
    return render(request, "plans/amendment_new.html", context, status=422 if why.is_bound else 200)


@require_http_methods(["GET", "POST"])
@allowed("plans.request_amendment")
def amendment_add(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for a new task (纳新) by form, or for all tasks of a further paper that is checked."""
    ledgers = Ledger.objects.visible_to(request.user).filter(state=LedgerState.ISSUED)
    ledger = get_object_or_404(ledgers.select_related("division"), pk=pk)
    office = access_of(request.user).may("plans.request_amendment", division=ledger.division)
    papers = ledger.papers.filter(state=PaperState.CHECKED) if office else ledger.papers.none()
    why = ReasonForm(request.POST or None, request.FILES or None)
    form = AddForm((request.POST or None) if "paper" not in request.POST else None, ledger)
    if request.method == "POST":
        paper = request.POST.get("paper", "")
        changes: dict[str, Any] | None = None
        if paper.isdecimal():
            changes = {"paper": int(paper)}
        elif form.is_valid():
            changes = form.changes()
        if why.is_valid() and changes:
            made = _asked(request, why, ledger=ledger, task=None, kind=AmendmentKind.ADD, changes=changes)
            if made:
                return redirect("plans:amendment", pk=made.pk)
    context = {"ledger": ledger, "form": form, "why": why, "papers": papers}
    return render(request, "plans/amendment_add.html", context, status=422 if why.is_bound else 200)


@require_GET
@allowed("plans.read")
def amendment(request: SignedIn, pk: int) -> HttpResponse:
    """Show an amendment: before and after side by side, what changed since, the decision."""
    found = _amendment(request, pk)
    return _amendment_page(request, found)


@require_POST
@allowed("plans.approve_amendment")
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """Approve or turn down a request."""
    found = _amendment(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _amendment_page(request, found, form, status=422)
    data = form.cleaned_data
    try:
        if request.POST.get("answer") == "approve":
            seen = request.POST.get("seen", "")
            done = amending.approve(
                amendment=found,
                effective_on=data["effective_on"] or timezone.localdate(),
                decision=data["decision"],
                seen=int(seen) if seen.isdecimal() else None,
                by=request.user,
            )
            when = "已生效" if done.state == AmendmentState.EFFECTIVE else f"将于{done.effective_on:%Y年%-m月%-d日}生效"
            messages.success(request, f"第{found.number}号申请已批准，{when}。")
        else:
            amending.reject(amendment=found, decision=data["decision"], by=request.user)
            messages.success(request, f"第{found.number}号申请已退回，意见已记录。")
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _amendment_page(request, found, form, status=refusal.status)
    return redirect("plans:amendment", pk=pk)


@require_POST
@allowed("plans.request_amendment")
def amendment_cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Take a request back."""
    found = _amendment(request, pk)
    amending.cancel(amendment=found, by=request.user)
    messages.success(request, f"第{found.number}号申请已撤回。")
    return redirect("plans:amendment", pk=pk)


@require_GET
@allowed("plans.read")
def amendment_attachment(request: SignedIn, pk: int) -> HttpResponseBase:
    """Hand out the paper that a request rests on, always as a download."""
    found = _amendment(request, pk)
    if not found.attachment:
        raise Http404
    return FileResponse(found.attachment.open("rb"), as_attachment=True, filename=found.attachment_name)


@require_GET
@allowed("plans.read")
def compare(request: SignedIn, pk: int) -> HttpResponse:
    """Show what differs in a ledger between the ends of two days: what, who, why."""
    ledger, before, after, break_down = _compared(request, pk)
    found, hidden = queries.compare(ledger, request.user, before, after, break_down=break_down)
    context = {
        "ledger": ledger,
        "before": before,
        "after": after,
        "break_down": break_down,
        "found": found,
        "hidden": hidden,
        "query": request.GET.urlencode(),
    }
    return render(request, "plans/compare.html", context)


@require_GET
@allowed("plans.read")
def compare_file(request: SignedIn, pk: int) -> HttpResponse:
    """Hand out the same comparison as a workbook."""
    ledger, before, after, break_down = _compared(request, pk)
    found, _ = queries.compare(ledger, request.user, before, after, break_down=break_down)
    response = HttpResponse(comparison_workbook(ledger, before, after, found), content_type=XLSX)
    name = f"{ledger.division.code}-{before:%Y%m%d}-{after:%Y%m%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(request: SignedIn, why: ReasonForm, **facts: Any) -> Amendment | None:
    """Ask; where it is refused, say so in the form, which keeps what was filled in."""
    data = why.cleaned_data
    try:
        made = amending.request(
            reason=data["reason"],
            effective_on=data["effective_on"],
            attachment=data["attachment"],
            by=request.user,
            **facts,
        )
    except Refusal as refusal:
        why.add_error(None, str(refusal))
        return None
    messages.success(request, f"已提交，编为第{made.number}号申请，等督查室审批。")
    return made


def _amendment_page(
    request: SignedIn, found: Amendment, form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    found.refresh_from_db(fields=["state"])
    access = access_of(request.user)
    office = access.may("plans.approve_amendment", division=found.ledger.division)
    pending = found.state == AmendmentState.REQUESTED
    own = found.requested_by_id == request.user.pk
    initial = {"effective_on": found.effective_on or timezone.localdate()}
    context = {
        "amendment": found,
        "panels": queries.panels(found),
        "stale": amending.changed_since(found) if pending else None,
        "may_decide": office and pending and not own,
        "own_pending": office and pending and own,
        "may_cancel": (pending and (own or (office and not found.requested_for_id)))
        or (office and found.state == AmendmentState.APPROVED),
        "form": form or DecisionForm(initial=initial),
        "versions": found.versions.select_related("task__ledger", "recorded_by").defer("snapshot"),
    }
    return render(request, "plans/amendment.html", context, status=status)


def _amendment(request: SignedIn, pk: int) -> Amendment:
    found = queries.amendments(request.user).select_related("paper", "ledger__division")
    return get_object_or_404(found, pk=pk)


def _compared(request: SignedIn, pk: int) -> tuple[Ledger, date, date, bool]:
    ledgers = Ledger.objects.visible_to(request.user).exclude(state=LedgerState.DRAFT).select_related("division")
    ledger = get_object_or_404(ledgers, pk=pk)
    first = ledger.versions.order_by("number").values_list("issued_on", flat=True).first()
    today = timezone.localdate()
    before = _day(request.GET.get("from"), first or today)
    after = _day(request.GET.get("to"), today)
    if before > after:
        before, after = after, before
    return ledger, before, after, bool(request.GET.get("break_down"))


def _day(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return default
