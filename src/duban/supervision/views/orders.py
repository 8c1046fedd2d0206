"""Pages of orders: the board by clock, the list, one order, sending, the papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from urllib.parse import quote
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.dispatch.views.common import workbook
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division
from duban.plans.models import Task
from duban.supervision import orders_exporting, papers
from duban.supervision.actions import orders as actions
from duban.supervision.forms.orders import (
    AnswerForm,
    BulkForm,
    DecideForm,
    ExtensionForm,
    IssueForm,
    ReturnForm,
    terms_of,
)
from duban.supervision.inspecting import follow_up
from duban.supervision.models import Finding, Matter, Order, OrderExtension, OrderLetter, OrderUnit
from duban.supervision.models.orders import Basis, Level
from duban.supervision.pressing.refusals import AlreadyOrdered
from duban.supervision.pressing.rules import rules
from duban.supervision.queries import order_drafts as drafting
from duban.supervision.queries import orders as queries
from duban.supervision.queries.inspections import finding_place
from duban.supervision.reaching import heir
from duban.supervision.states.orders import OrderState
from duban.supervision.views.findings import finding_to_follow
from duban.writing.official import Paper, as_docx

ROWS = 50
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


# ---- board and list ----


@require_GET
@allowed("supervision.read")
def orders(request: SignedIn) -> HttpResponse:
    """Show what is open by its day: overdue, today, this week, later."""
    today = queries.today()
    asked = queries.Asked.of(request.GET)
    found = queries.slips(request.user)
    context = {
        "columns": queries.board(asked.narrow(found, today), today),
        "today": today,
        **_filters(request, asked, found),
    }
    return render(request, "supervision/orders.html", context)


@require_GET
@allowed("supervision.read")
def orders_list(request: SignedIn) -> HttpResponse:
    """Show all orders, filtered and sorted."""
    today = queries.today()
    asked = queries.Asked.of(request.GET)
    found = queries.slips(request.user)
    page = Paginator(asked.order(asked.narrow(found, today)), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": queries.cards(page.object_list, today),
        "today": today,
        **_filters(request, asked, found),
    }
    return render(request, "supervision/orders_list.html", context)


def _filters(request: SignedIn, asked: queries.Asked, found: Any) -> dict[str, Any]:
    query = request.GET.copy()
    query.pop("page", None)
    chips = []
    for name, words in (
        ("q", f"含“{asked.q}”"),
        ("unit", ""),
        ("level", dict(Level.choices).get(asked.level, "")),
        ("state", "还没有办结" if asked.state == "open" else dict(OrderState.choices).get(asked.state, "")),
        ("turn", {"unit": "等单位", "office": "等督查室"}.get(asked.turn, "")),
        ("clock", {"overdue": "现在逾期", "late": "曾经逾期"}.get(asked.clock, "")),
    ):
        if getattr(asked, name):
            without = query.copy()
            without.pop(name)
            chips.append((name, words, f"?{without.urlencode()}"))
    units = queries.units_of(found)
    named = {str(unit.pk): str(unit) for unit in units}
    return {
        "asked": asked,
        "units": units,
        "levels": Level.choices,
        "states": [("open", "还没有办结"), *OrderState.choices],
        "chips": [(words or named.get(asked.unit, "单位"), url) for name, words, url in chips],
        "query": query.urlencode(),
        "may_issue": access_of(request.user).may("supervision.run"),
    }


@require_GET
@allowed("supervision.read")
def orders_export(request: SignedIn) -> HttpResponse:
    """Hand out the list as it is filtered, as a workbook."""
    today = queries.today()
    asked = queries.Asked.of(request.GET)
    found = asked.order(asked.narrow(queries.slips(request.user), today))
    return workbook(orders_exporting.orders_workbook(queries.cards(found, today)), "督办单.xlsx", "orders.xlsx")


# ---- sending ----


def division_of(request: SignedIn) -> Division:
    """Return the division whose office the person works in. Raises `Http404`."""
    for post in access_of(request.user).posts:
        if access_of(request.user).may("supervision.run", division=post.division):
            return post.division
    raise Http404


@dataclass(frozen=True)
class _About:
    """What an order is to be about: a task, a matter or a finding of the address, or none of them."""

    division: Division
    task: Task | None = None
    matter: Matter | None = None
    finding: Finding | None = None


def _about(request: SignedIn) -> _About:
    if (asked := request.GET.get("task", "")).isdecimal():
        seen = Task.objects.visible_to(request.user).select_related("ledger__division", "section")
        task = get_object_or_404(seen, pk=int(asked))
        return _About(task.ledger.division, task=task)
    if (asked := request.GET.get("matter", "")).isdecimal():
        matter = get_object_or_404(Matter.objects.visible_to(request.user).select_related("division"), pk=int(asked))
        return _About(matter.division, matter=matter)
    if (asked := request.GET.get("finding", "")).isdecimal():
        finding = finding_to_follow(request, int(asked))
        return _About(finding.part.inspection.division, finding=finding)
    return _About(division_of(request))


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def order_new(request: SignedIn) -> HttpResponse:
    """Send an order on a task, a matter, a finding or something else."""
    about = _about(request)
    division, task, matter = about.division, about.task, about.matter
    draft = drafting.drafts([task], queries.today())[0] if task else None
    if request.method == "POST":
        form = IssueForm(request.POST, request.FILES, division=division)
        if form.is_valid():
            try:
                made = actions.issue(
                    division=division,
                    units=form.cleaned_data["units"],
                    title=form.cleaned_data["title"],
                    grounds=form.cleaned_data["grounds"],
                    demand=form.cleaned_data["demand"],
                    basis=_basis(about, draft),
                    task=task,
                    matter=matter,
                    finding=about.finding,
                    annexes=_files(request, "annexes"),
                    beside=form.cleaned_data["beside"],
                    token=form.cleaned_data["token"],
                    by=request.user,
                    **form.terms(),
                )
            except Refusal as refusal:
                form.add_error("beside" if isinstance(refusal, AlreadyOrdered) else None, str(refusal))
            else:
                messages.success(
                    request, f"{made.number}已发给{'、'.join(str(one.unit) for one in made.units.all())}。"
                )
                return redirect("supervision:order", pk=made.pk)
    else:
        form = IssueForm(division=division, initial=_opens_with(about, draft))
    if not (draft and draft.held) and "beside" not in form.errors:
        del form.fields["beside"]
    context = {"form": form, "about": about, "task": task, "draft": draft, "levels": rules().levels.values()}
    return render(request, "supervision/order_new.html", context, status=422 if form.is_bound else 200)


def _basis(about: _About, draft: drafting.Draft | None) -> str:
    if draft:
        return Basis.LIGHT if draft.light else Basis.TASK
    if about.finding:
        return Basis.FINDING
    return Basis.MATTER if about.matter else Basis.FREE


def _opens_with(about: _About, draft: drafting.Draft | None) -> dict[str, Any]:
    given: dict[str, Any] = {**terms_of(Level.BLUE), "token": uuid4().hex, "demand": drafting.DEMAND}
    if draft:
        given |= {"title": draft.task.title, "units": [unit.pk for unit in draft.units], "grounds": draft.grounds}
    if about.finding:
        finding = about.finding
        given |= {
            "title": follow_up.title(finding),
            "units": [heir(finding.part.unit).pk],
            "grounds": follow_up.grounds(finding, queries.today()),
            "demand": finding.demand or drafting.DEMAND,
        }
    if matter := about.matter:
        units = [part.unit_id for part in matter.units.filter(released_at=None)]
        given |= {"title": matter.title, "units": units, "grounds": matter.text}
    return given


def _files(request: HttpRequest, name: str) -> list[tuple[BinaryIO, str]]:
    return [(cast(BinaryIO, file), str(file.name)) for file in request.FILES.getlist(name)]


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def orders_bulk(request: SignedIn) -> HttpResponse:
    """Send an order on each of the tasks that were chosen in the ledger, or by a light; what cannot be sent is told."""
    given = request.POST if request.method == "POST" else request.GET
    numbers = [int(one) for one in given.getlist("task") if one.isdecimal()]
    seen = Task.objects.visible_to(request.user).select_related("ledger__division", "section")
    tasks = list(seen.filter(pk__in=numbers).order_by("ledger", "order"))
    if not tasks:
        messages.error(request, "没有勾选任务。请在台账里勾选要督办的任务，再点“发督办单”。")
        return redirect("supervision:orders")
    found = drafting.drafts(tasks, queries.today())
    # The ledger page sends what was chosen; the form of this page names itself.
    sent = request.method == "POST" and "token" in request.POST
    form = BulkForm(request.POST if sent else None, initial=_bulk_opens_with())
    if sent and form.is_valid():
        _send(request, found, form)
        return redirect("supervision:orders")
    context = {"form": form, "drafts": found, "ready": sum(draft.ready for draft in found)}
    return render(request, "supervision/orders_bulk.html", context, status=422 if sent else 200)


def _bulk_opens_with() -> dict[str, Any]:
    return {**terms_of(Level.BLUE), "token": uuid4().hex, "demand": drafting.DEMAND}


def _send(request: SignedIn, found: list[drafting.Draft], form: BulkForm) -> None:
    """Send one order for each draft; each stands by itself, so that one that is refused does not hold up the others."""
    made: list[Order] = []
    for draft in found:
        if not draft.units:
            messages.warning(request, f"“{draft.task.title}”没有牵头、责任单位，没有发。")
            continue
        try:
            made.append(
                actions.issue(
                    division=draft.task.ledger.division,
                    units=draft.units,
                    title=draft.task.title,
                    grounds=draft.grounds,
                    demand=form.cleaned_data["demand"],
                    basis=Basis.LIGHT if draft.light else Basis.TASK,
                    task=draft.task,
                    token=f"{form.cleaned_data['token']}:{draft.task.pk}",
                    by=request.user,
                    **form.terms(),
                )
            )
        except Refusal as refusal:
            messages.warning(request, f"“{draft.task.title}”：{refusal}")
    if made:
        numbers = made[0].number if len(made) == 1 else f"{made[0].number}至{made[-1].seq}号"
        messages.success(request, f"发了 {len(made)} 份督办单：{numbers}。")


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def orders_proposed(request: SignedIn) -> HttpResponse:
    """Show what the lights propose by their scheme, and overdue orders that the rules leave to the office; one click sends."""
    today = queries.today()
    found = drafting.proposals(request.user, today)
    if request.method == "POST":
        chosen = set(request.POST.getlist("task"))
        made = []
        for draft in found.drafts:
            if str(draft.task.pk) not in chosen or not draft.units:
                continue
            try:
                made.append(
                    actions.issue(
                        division=draft.task.ledger.division,
                        units=draft.units,
                        title=draft.task.title,
                        grounds=draft.grounds,
                        demand=drafting.DEMAND,
                        level=draft.level,
                        basis=Basis.LIGHT,
                        task=draft.task,
                        answer_days=draft.days,
                        working=draft.days is None,
                        by=request.user,
                    )
                )
            except Refusal as refusal:
                messages.warning(request, f"“{draft.task.title}”：{refusal}")
        if made:
            messages.success(request, f"发了 {len(made)} 份督办单，{made[0].number}起。")
        elif not chosen:
            messages.error(request, "没有勾选要发的督办单。")
        return redirect("supervision:orders_proposed")
    context = {"proposals": found, "today": today, "rules": rules()}
    return render(request, "supervision/orders_proposed.html", context)


# ---- one order ----


def _order(request: SignedIn, pk: int) -> Order:
    seen = Order.objects.visible_to(request.user).select_related(
        "division", "ledger", "task__ledger", "matter", "finding__part", "issuer"
    )
    return get_object_or_404(seen, pk=pk)


def _slip(request: SignedIn, pk: int) -> OrderUnit:
    seen = OrderUnit.objects.visible_to(request.user).select_related("order__division", "unit__successor")
    return get_object_or_404(seen, pk=pk)


@require_GET
@allowed("supervision.read")
def order(request: SignedIn, pk: int) -> HttpResponse:
    """Show an order: what it says, how it stands at each unit, what may be done."""
    return _shown(request, _order(request, pk))


def _shown(request: SignedIn, found: Order, slip: int | None = None, form: Any = None) -> HttpResponse:
    """Return the page of an order; with a form that was refused it shows what was written."""
    today = queries.today()
    page = queries.order_page(found, request.user, today)
    forms = {
        one.slip.pk: {
            "answer": AnswerForm(initial={"seen": len(one.answers)}, auto_id=f"a{one.slip.pk}_%s"),
            "extension": ExtensionForm(auto_id=f"e{one.slip.pk}_%s"),
            "decide": DecideForm(
                initial={"granted": one.asked.wanted if one.asked else None},
                auto_id=f"d{one.slip.pk}_%s",
            ),
            "returned": ReturnForm(initial={"days": rules().returned}, auto_id=f"r{one.slip.pk}_%s"),
        }
        for one in page.slips
    }
    if slip is not None and form is not None:
        forms[slip][_NAMES[type(form)]] = form
    context = {
        "order": found,
        "page": page,
        "finding_url": finding_place(found.finding, request.user) if found.finding else "",
        "slips": [(one, forms[one.slip.pk]) for one in page.slips],
        "today": today,
        "bound": slip,
        "annexes": found.annexes.select_related("stored"),
        "letters": found.letters.select_related("leader") if page.office else [],
        "talks": found.talks.all() if page.office else [],
    }
    return render(request, "supervision/order.html", context, status=200 if form is None else 422)


_NAMES: dict[type[Any], str] = {
    AnswerForm: "answer",
    ExtensionForm: "extension",
    DecideForm: "decide",
    ReturnForm: "returned",
}


def _done(request: SignedIn, slip: OrderUnit, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("supervision:order", pk=slip.order_id)


@require_POST
@allowed("supervision.answer")
def order_sign(request: SignedIn, pk: int) -> HttpResponse:
    """Sign for an order."""
    slip = actions.sign(slip=_slip(request, pk), by=request.user)
    due = slip.answer_by
    return _done(request, slip, f"{slip.order.number}已签收，请在{due.month}月{due.day}日前答复。")


@require_POST
@allowed("supervision.answer")
def order_answer(request: SignedIn, pk: int) -> HttpResponse:
    """Answer an order, with files."""
    slip = _slip(request, pk)
    form = AnswerForm(request.POST, request.FILES, auto_id=f"a{slip.pk}_%s")
    if form.is_valid():
        try:
            actions.answer(
                slip=slip,
                text=form.cleaned_data["text"],
                files=_files(request, "proofs"),
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, slip, f"{slip.order.number}的答复已提交，等督查室审核。")
    return _shown(request, _order(request, slip.order_id), slip.pk, form)


@require_POST
@allowed("supervision.answer")
def order_extend(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for more time."""
    slip = _slip(request, pk)
    form = ExtensionForm(request.POST, auto_id=f"e{slip.pk}_%s")
    if form.is_valid():
        try:
            made = actions.ask_extension(slip=slip, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            day = made.decide_by
            return _done(
                request, slip, f"延期申请已提交，督查室在{day.month}月{day.day}日前答复。原定期限在批准前不变。"
            )
    return _shown(request, _order(request, slip.order_id), slip.pk, form)


@require_POST
@allowed("supervision.run")
def order_decide(request: SignedIn, pk: int) -> HttpResponse:
    """Grant more time, or none."""
    seen = OrderUnit.objects.visible_to(request.user)
    extension = get_object_or_404(OrderExtension.objects.select_related("slip__order"), pk=pk, slip__in=seen)
    form = DecideForm(request.POST, auto_id=f"d{extension.slip_id}_%s")
    if form.is_valid():
        grants = request.POST.get("decision") == "grant"
        if grants and not form.cleaned_data["granted"]:
            form.add_error("granted", "同意延期要写明延到哪天。")
        else:
            try:
                actions.decide_extension(
                    extension=extension,
                    granted=form.cleaned_data["granted"] if grants else None,
                    remark=form.cleaned_data["remark"],
                    by=request.user,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return _done(request, extension.slip, "已同意延期。" if grants else "已答复不同意延期。")
    return _shown(request, _order(request, extension.slip.order_id), extension.slip_id, form)


@require_POST
@allowed("supervision.run")
def order_return(request: SignedIn, pk: int) -> HttpResponse:
    """Give an answer back."""
    slip = _slip(request, pk)
    form = ReturnForm(request.POST, auto_id=f"r{slip.pk}_%s")
    if form.is_valid():
        try:
            slip = actions.return_(slip=slip, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            due = slip.answer_by
            return _done(request, slip, f"已退回，{slip.unit}要在{due.month}月{due.day}日前重新答复。")
    return _shown(request, _order(request, slip.order_id), slip.pk, form)


@require_POST
@allowed("supervision.run")
def order_accept(request: SignedIn, pk: int) -> HttpResponse:
    """Accept an answer."""
    slip = actions.accept(slip=_slip(request, pk), remark=request.POST.get("remark", "")[:500], by=request.user)
    return _done(request, slip, f"{slip.order.number}在{slip.unit}已办结。")


@require_POST
@allowed("supervision.run")
def order_escalate(request: SignedIn, pk: int) -> HttpResponse:
    """Send the next level."""
    made = actions.escalate(slip=_slip(request, pk), by=request.user)
    told = "、".join(letter.leader.name for letter in made.letters.select_related("leader"))
    messages.success(request, f"已发{made.get_level_display()}（{made.number}）{f'，函告{told}' if told else ''}。")
    return redirect("supervision:order", pk=made.pk)


@require_POST
@allowed("supervision.run")
def order_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """Withdraw an order from a unit."""
    slip = actions.withdraw(slip=_slip(request, pk), reason=request.POST.get("reason", "")[:500], by=request.user)
    return _done(request, slip, f"{slip.order.number}已从{slip.unit}撤回。")


# ---- papers ----


def _paper(paper: Paper, name: str, kind: str, plain: str) -> HttpResponse:
    if kind == "docx":
        response = HttpResponse(as_docx(paper), content_type=_DOCX)
    else:
        printed = papers.printed(paper)
        if printed.trouble:
            raise papers.CannotPrint(printed.trouble)
        response = HttpResponse(printed.data, content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}.{kind}\"; filename*=UTF-8''{quote(name)}.{kind}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@allowed("supervision.read")
def order_paper(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """Hand out the paper of an order, as Word or PDF."""
    found = _order(request, pk)
    return _paper(papers.order_paper(found), found.number, kind, f"order-{found.year}-{found.seq}")


@require_GET
@allowed("supervision.run")
def order_letter(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """Hand out the letter to a leader that goes with an escalation."""
    seen = Order.objects.visible_to(request.user)
    letter = get_object_or_404(OrderLetter.objects.select_related("order__division", "leader"), pk=pk, order__in=seen)
    name = f"{letter.order.number}报{letter.leader.name}"
    return _paper(papers.letter_paper(letter), name, kind, f"letter-{letter.pk}")
