"""Close-outs: the queue of the office, the form of a unit, each decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import BinaryIO, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.plans.models import Ledger, Task
from duban.supervision.actions import close_outs as actions
from duban.supervision.actions.close_outs import Account
from duban.supervision.loop import closing
from duban.supervision.models import CloseOut
from duban.supervision.queries import close_outs as queries
from duban.supervision.reaching import heirs
from duban.supervision.states.close_outs import TRANSITIONS


@require_GET
@allowed("supervision.read")
def close_outs(request: SignedIn) -> HttpResponse:
    """Show the queue and the request that is looked at: the one asked for, or the first."""
    show = request.GET.get("show", "waiting")
    show = show if show in queries.SHOWS else "waiting"
    queue = queries.queue(request.user, show)
    asked = request.GET.get("one", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else (queue.rows[0].pk if queue.rows else None)
    one = queries.sheet(request.user, number) if number else None
    if asked and one is None:
        raise Http404
    before, after = queue.beside(one) if one else (None, None)
    today = timezone.localdate()
    access = access_of(request.user)
    runs = bool(one and access.may("supervision.run", division=one.task.ledger.division))
    steps = TRANSITIONS["close_out"]
    promised = closing.targets(one.task, today) if one else []
    context = {
        "queue": queue,
        "show": show,
        "shows": [(name, label, queue.counts[name]) for name, label in queries.SHOWS.items()],
        "one": one,
        "lines": queries.lines(one, promised) if one else [],
        # What waits is checked anew; what is decided shows what the check said then.
        "found": (closing.stored(closing.check(one.task, today, promised)) if one.waits else one.found) if one else [],
        "before": before,
        "after": after,
        "today": today,
        "decides": runs and one is not None and one.waits,
        "samples": runs and one is not None and one.state in steps["sample"].sources,
        "reopens": runs and one is not None and one.state in steps["reopen"].sources,
        "takes_back": one is not None
        and one.state in steps["take_back"].sources
        and one.unit is not None
        and access.may("supervision.answer", division=one.task.ledger.division, units=heirs(one.unit)),
        "draws": access.may("supervision.run") and show == "waiting" and queue.counts["waiting"] > 1,
    }
    return render(request, "supervision/close_outs/queue.html", context)


def _close_out(request: SignedIn, pk: int) -> CloseOut:
    seen = CloseOut.objects.visible_to(request.user).select_related("task__ledger__division")
    return get_object_or_404(seen, pk=pk)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_POST
@allowed("supervision.run")
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """Accept, return, draw or reopen, and go on to the next."""
    one = _close_out(request, pk)
    show, after = request.POST.get("show", "waiting"), request.POST.get("after", "")
    text = request.POST.get("text", "").strip()
    site_on, site_note = _day(request.POST.get("site_on", "")), request.POST.get("site_note", "")
    try:
        match request.POST.get("do"):
            case "accept":
                done = actions.accept(
                    close_out=one, decision=text, closed_on=_day(request.POST.get("closed_on", "")), site_on=site_on,
                    site_note=site_note, by=request.user,
                )  # fmt: skip
                messages.success(request, f"“{done.task}”已销号，编号 {done.number}。")
            case "return":
                actions.return_close_out(
                    close_out=one, reason=text, site_on=site_on, site_note=site_note, by=request.user
                )
                messages.success(request, f"“{one.task}”的销号申请已退回。")
            case "sample":
                done = actions.sample(close_out=one, by=request.user)
                messages.success(request, f"“{one.task}”已抽中现场核查，{done.due_on:%-m月%-d日}前核查。")
                after = str(one.pk)
            case "reopen":
                actions.reopen(close_out=one, reason=text, by=request.user)
                messages.success(request, f"“{one.task}”已恢复为进行中，灯按进度重新亮。")
            case _:
                raise Http404
    except Refusal as refusal:
        messages.error(request, str(refusal))
        after = str(one.pk)
    query = {"show": show if show in queries.SHOWS else "waiting"} | ({"one": after} if after.isdecimal() else {})
    return redirect(f"{reverse('supervision:close_outs')}?{urlencode(query)}")


@require_POST
@allowed("supervision.run")
def draw(request: SignedIn) -> HttpResponse:
    """Draw a fifth of what waits in the newest ledger to be looked at on site."""
    waiting = CloseOut.objects.visible_to(request.user).filter(state="requested").values("task__ledger")
    ledger = Ledger.objects.filter(pk__in=waiting).select_related("division").order_by("-year").first()
    if ledger is None:
        messages.error(request, "没有待核验的销号申请，不用抽。")
        return redirect("supervision:close_outs")
    drawn = actions.draw(ledger=ledger, percent=20, by=request.user)
    messages.success(request, f"抽中 {len(drawn)} 项现场核查：{'、'.join(one.task.short_number for one in drawn)}。")
    return redirect(f"{reverse('supervision:close_outs')}?show=on_site")


@require_POST
@allowed("supervision.answer")
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Take one's own request back."""
    one = _close_out(request, pk)
    actions.take_back(close_out=one, by=request.user)
    messages.success(request, "已撤回，改好以后可以再申请。")
    return redirect("plans:task", pk=one.task_id)


@require_http_methods(["GET", "POST"])
@allowed("plans.break_down")
def apply(request: SignedIn, pk: int) -> HttpResponse:
    """Show the system's check, and take the account of each indicator and milestone."""
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("ledger__division"), pk=pk)
    if not queries.may_apply(task, request.user):
        messages.error(request, f"“{task}”现在是“{task.get_state_display()}”，或不由您的单位牵头、负责，不能申请销号。")
        return redirect("plans:task", pk=pk)
    today = timezone.localdate()
    promised = closing.targets(task, today)
    asked = queries.asked(task, promised)
    problem = ""
    if request.method == "POST":
        try:
            made = actions.apply(
                task=task,
                statement=request.POST.get("statement", ""),
                accounts=list(_accounts(request, asked)),
                by=request.user,
            )
        except Refusal as refusal:
            problem = str(refusal)
        else:
            messages.success(request, f"已申请销号，督查室会在{made.due_on:%-m月%-d日}前核验。")
            return redirect("plans:task", pk=pk)
    back = CloseOut.objects.visible_to(request.user).filter(task=task, state="returned").order_by("-pk").first()
    context = {
        "task": task,
        "ledger": task.ledger,
        "found": closing.check(task, today, promised),
        "asked": [(one, _said(request, one)) for one in asked],
        "proofs": queries.proofs(task),
        "statement": request.POST.get("statement", ""),
        "problem": problem,
        "back": back,
        "today": today,
    }
    return render(request, "supervision/close_outs/apply.html", context, status=422 if problem else 200)


def _said(request: SignedIn, one: queries.Asked) -> dict[str, object]:
    """Return what was filled in of one item, or what is proposed."""
    value = request.POST.get(f"{one.key}-value", one.value)
    chosen = set(request.POST.getlist(f"{one.key}-evidence"))
    return {"value": value, "basis": request.POST.get(f"{one.key}-basis", ""), "evidence": chosen}


def _accounts(request: SignedIn, asked: Iterable[queries.Asked]) -> Iterable[Account]:
    for one in asked:
        said = request.POST.get(f"{one.key}-value", "").strip()
        evidence = [int(pk) for pk in request.POST.getlist(f"{one.key}-evidence") if pk.isdecimal() and len(pk) < 19]
        files = [(cast(BinaryIO, file), str(file.name)) for file in request.FILES.getlist(f"{one.key}-files")]
        yield Account(
            indicator=one.target.indicator if one.target else None,
            milestone=one.milestone,
            value=_number(said) if one.target else None,
            done_on=_day(said) if one.milestone else None,
            basis=request.POST.get(f"{one.key}-basis", ""),
            evidence=evidence,
            files=files,
        )


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < 10**14 else None
