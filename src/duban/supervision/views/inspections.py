"""Inspections: the list, the plan, the page of one by its stages, the draw of its check list, how often units are inspected."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.dispatch.views.common import workbook
from duban.organisations.access import NotAllowed, access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Unit
from duban.organisations.sheets import Book
from duban.supervision.actions import inspection_conclusions as conclusions
from duban.supervision.actions import inspection_follow_up as follow_up
from duban.supervision.actions import inspection_visits as visits
from duban.supervision.actions import inspections as actions
from duban.supervision.forms import inspections as forms
from duban.supervision.inspecting.sampling import WAYS
from duban.supervision.inspecting.warning import cap_of
from duban.supervision.models import (
    CheckItem,
    Finding,
    GroupMember,
    InspectedUnit,
    Inspection,
    Lead,
    Proposal,
    Visit,
)
from duban.supervision.models.inspections import InspectionType
from duban.supervision.queries import inspection_draws
from duban.supervision.queries import inspections as queries
from duban.supervision.states.inspections import InspectionState

ROWS = 50


@require_GET
@allowed("supervision.read")
def inspections(request: SignedIn) -> HttpResponse:
    """List the inspections that the person sees in full, and the own unit's parts of others; or hand them out."""
    filters = queries.Filters.of(request.GET)
    access = access_of(request.user)
    rows = queries.listed(request.user, filters)
    if request.GET.get("as") == "xlsx":
        today = timezone.localdate()
        return workbook(_workbook(list(rows)), f"督查清单{today:%Y-%m-%d}.xlsx", f"inspections-{today:%Y-%m-%d}.xlsx")
    seen = Inspection.objects.visible_to(request.user)
    context = {
        "filters": filters,
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "parts": queries.own_parts(request.user),
        "whole": access.may("supervision.run") or not access.reach("supervision.read").units,
        "years": seen.order_by("-year").values_list("year", flat=True).distinct(),
        "types": InspectionType.choices,
        "states": InspectionState.choices,
        "units": Unit.objects.filter(inspected__inspection__in=seen).distinct().order_by("order", "pk"),
        "today": timezone.localdate(),
        "may_run": access.may("supervision.run"),
        "next": queries.NEXT,
    }
    return render(request, "supervision/inspections/list.html", context)


def _workbook(rows: list[Any]) -> bytes:
    book = Book()
    book.sheet(
        "督查",
        [("编号", 11), ("名称", 32), ("类型", 10), ("方式", 7), ("督查对象", 40), ("组长", 10), ("开始", 12), ("结束", 12),
         ("批准人", 12), ("依据", 24), ("状态", 10), ("问题", 7), ("未销号", 8), ("下一步期限", 12)],
        (
            (
                one.short_number, one.title, one.get_type_display(), one.form_words,
                "、".join(row.unit.name for row in one.units.all()), _leader(one), one.starts_on, one.ends_on,
                one.approved_by_name, one.approval_basis, one.get_state_display(), one.found, one.unsolved, one.due_on,
            )
            for one in rows
        ),
        title="督查清单",
    )  # fmt: skip
    return book.bytes()


def _leader(inspection: Inspection) -> str:
    leaders = [str(one) for one in inspection.members.all() if one.part == "leader" and one.stepped_back_at is None]
    return "、".join(leaders)


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def inspection_new(request: SignedIn) -> HttpResponse:
    """Draft a plan."""
    division = access_of(request.user).division
    if division is None:
        raise Http404
    form = forms.PlanForm(request.POST or None, division=division, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.plan(division=division, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"方案已拟为 {made.short_number}。定好督查组，报批后记录批准。")
            return redirect("supervision:inspection", pk=made.pk)
    return render(request, "supervision/inspections/plan.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def inspection_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change a plan that is not approved."""
    found = _inspection(request, pk)
    initial = forms.PlanForm.of(found)
    form = forms.PlanForm(request.POST or None, division=found.division, person=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(inspection=found, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "方案已保存。")
            return redirect("supervision:inspection", pk=pk)
    context = {"form": form, "inspection": found}
    return render(request, "supervision/inspections/plan.html", context, status=422 if form.is_bound else 200)


def _inspection(request: SignedIn, pk: int) -> Inspection:
    seen = Inspection.objects.visible_to(request.user).select_related(
        "division__parent", "department", "matter", "approved_by", "concluded_by", "ledger"
    )
    return get_object_or_404(seen, pk=pk)


@dataclass(frozen=True)
class Act:
    """A step that can be taken here: its form, and whether it is the next one (`main`)."""

    do: str
    label: str
    url: str
    form: Form
    main: bool = False


#: The steps of an inspection by its state, the next one first; `extra` stand where they belong on the page.
_STEPS: dict[str, tuple[str, ...]] = {
    InspectionState.DRAFT: ("approve", "cancel"),
    InspectionState.APPROVED: ("begin", "cancel"),
    InspectionState.ON_SITE: ("finish", "cancel"),
    InspectionState.CONCLUDING: ("conclude",),
    InspectionState.FED_BACK: ("close",),
}
_EXTRA: dict[str, tuple[str, ...]] = {
    InspectionState.DRAFT: ("member",),
    InspectionState.APPROVED: ("member", "visit", "item"),
    InspectionState.ON_SITE: ("member", "visit", "item", "finding", "lead"),
    InspectionState.CONCLUDING: ("finding", "propose", "lead"),
    InspectionState.FED_BACK: ("propose", "lead"),
    InspectionState.CLOSED: ("lead",),
}
_WORDS = {
    "approve": "记录批准",
    "cancel": "取消这次督查",
    "begin": "进点",
    "finish": "结束实地督查",
    "conclude": "写结论",
    "close": "办结",
    "member": "增加成员",
    "visit": "安排走访",
    "item": "指定核查内容",
    "finding": "增加问题",
    "propose": "提出建议",
    "lead": "登记移送的线索",
}
_PLAIN = ("begin", "finish", "close")


def _form(do: str, found: Inspection, *data: Any) -> Form:
    match do:
        case "approve":
            return forms.ApproveForm(*data, prefix=do)
        case "cancel":
            return forms.ReasonForm(*data, prefix=do)
        case "begin" | "finish" | "close":
            return Form(data[0] if data else None, prefix=do)
        case "conclude":
            return forms.ConcludeForm(*data, prefix=do, inspection=found)
        case "member":
            return forms.MemberForm(*data, prefix=do, inspection=found)
        case "visit":
            return forms.VisitForm(*data, prefix=do, inspection=found, initial={"day": found.starts_on})
        case "item":
            return forms.ItemForm(*data, prefix=do, inspection=found)
        case "finding":
            return forms.FindingForm(*data, prefix=do, inspection=found)
        case "propose":
            return forms.ProposeForm(*data, prefix=do, inspection=found)
        case "lead":
            initial = {"handed_on": timezone.localdate()}
            return forms.LeadForm(*data, prefix=do, inspection=found, initial=initial)
    raise Http404


def _act(do: str, found: Inspection, form: Form | None = None, *, main: bool = False) -> Act:
    url = reverse("supervision:inspection_do", args=[found.pk, do])
    return Act(do, _WORDS[do], url, form or _form(do, found), main)


@require_GET
@allowed("supervision.read")
def inspection(request: SignedIn, pk: int) -> HttpResponse:
    """Show an inspection by its stages."""
    return _page(request, _inspection(request, pk))


def _page(request: SignedIn, found: Inspection, *, failed: Act | None = None, status: int = 200) -> HttpResponse:
    access = access_of(request.user)
    may_run = access.may("supervision.run", division=found.division)
    page = queries.page_of(found, request.user)
    steps = _STEPS.get(found.state, ()) if may_run else ()
    extra = _EXTRA.get(found.state, ()) if may_run else ()
    made = {failed.do: failed} if failed else {}
    may_feed_back = may_run and found.state == InspectionState.CONCLUDING and bool(found.conclusion)
    context = {
        "inspection": found,
        "page": page,
        "today": timezone.localdate(),
        "next": queries.NEXT.get(InspectionState(found.state), ""),
        "steps": [made.get(do) or _act(do, found, main=number == 0) for number, do in enumerate(steps)],
        "extra": {do: made.get(do) or _act(do, found) for do in extra},
        "failed": failed.do if failed else "",
        "may_run": may_run,
        "shows_findings": found.state
        not in (InspectionState.DRAFT, InspectionState.APPROVED, InspectionState.CANCELLED),
        "may_arrange": may_run and found.state in (InspectionState.APPROVED, InspectionState.ON_SITE),
        "in_group": any(member.person_id == request.user.pk for member in page.members),
        "feed_back": [
            (row, failed.form if failed and failed.do == f"feed_back-{row.part.pk}" else _demands(row))
            for row in page.units
            if may_feed_back and row.part.fed_back_at is None and row.part.conclusion
        ],
    }
    return render(request, "supervision/inspections/page.html", context, status=status)


def _demands(row: queries.OnUnit, *data: Any) -> forms.DemandForm:
    return forms.DemandForm(*data, prefix=f"part-{row.part.pk}", findings=row.to_feed_back)


@require_POST
@allowed("supervision.run")
def inspection_do(request: SignedIn, pk: int, do: str) -> HttpResponse:
    """Take a step of an inspection."""
    found = _inspection(request, pk)
    form = _form(do, found, request.POST)
    failed = _act(do, found, form, main=True)
    if not form.is_valid():
        return _page(request, found, failed=failed, status=422)
    try:
        said = _taken(do, found, form, request)
    except NotAllowed:
        raise
    except Refusal as refusal:
        if do in _PLAIN:
            raise
        form.add_error(None, str(refusal))
        return _page(request, found, failed=failed, status=refusal.status)
    messages.success(request, said)
    return redirect(f"{reverse('supervision:inspection', args=[pk])}#{_PLACES.get(do, 'main')}")


#: Where on the page one goes on after a step.
_PLACES = {"member": "group", "visit": "visits", "item": "visits", "propose": "proposals", "lead": "leads"}


def _taken(do: str, found: Inspection, form: Form, request: SignedIn) -> str:
    by, given = request.user, form.cleaned_data
    match do:
        case "approve":
            actions.approve(inspection=found, by=by, **given)
            return "已记录批准。现在安排走访和核查内容。"
        case "cancel":
            actions.cancel(inspection=found, reason=given["reason"], by=by)
            return "已取消。"
        case "begin":
            actions.begin(inspection=found, by=by)
            return "已进点。督查组在手机上打开“现场核查”填写。"
        case "finish":
            made = actions.finish(inspection=found, by=by)
            return f"实地督查已结束，结论应在{made.due_on:%-m月%-d日}前写好。"
        case "conclude":
            assert isinstance(form, forms.ConcludeForm)
            parts = form.of_parts
            conclusions.conclude(inspection=found, conclusion=given["conclusion"], parts=parts, by=by)
            return "结论已保存。逐个单位写好整改要求后反馈。"
        case "close":
            actions.close(inspection=found, by=by)
            return "已办结。"
        case "member":
            member = actions.add_member(inspection=found, by=by, **given)
            return f"{member}已列为{member.get_part_display()}。"
        case "visit":
            visit = visits.add_visit(inspection=found, by=by, **given)
            return f"已安排{visit}。"
        case "item":
            item = visits.add_item(visit=given["visit"], task=given["task"], by=by)
            return f"“{item.task}”已列入{item.visit}。"
        case "finding":
            conclusions.add_finding(by=by, **given)
            return "问题已增加。"
        case "propose":
            made_proposal = follow_up.propose(inspection=found, by=by, **given)
            return f"已提出{made_proposal}的建议，批准以后才生效。"
    follow_up.hand_over(inspection=found, by=by, **given)
    return "移送的线索已登记，只有督查室看得到。"


@require_POST
@allowed("supervision.run")
def feed_back(request: SignedIn, pk: int) -> HttpResponse:
    """Feed a unit's part back to it."""
    part = get_object_or_404(InspectedUnit.objects.visible_to(request.user).select_related("unit"), pk=pk)
    found = _inspection(request, part.inspection_id)
    row = next(one for one in queries.page_of(found, request.user).units if one.part.pk == pk)
    form = _demands(row, request.POST)
    failed = Act(f"feed_back-{pk}", "反馈", "", form)
    if not form.is_valid():
        return _page(request, found, failed=failed, status=422)
    try:
        conclusions.feed_back(part=part, demands=form.demands, by=request.user)
    except NotAllowed:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, failed=failed, status=refusal.status)
    messages.success(request, f"已反馈给{part.unit}，与填报不符的已更正填报或者退回，亮灯随之重算。")
    return redirect("supervision:inspection", pk=found.pk)


# ---- small steps on what belongs to an inspection -------------------------------------------------------------------


def _within(rows: Any, request: SignedIn, path: str) -> Any:
    return rows.filter(**{f"{path}__in": Inspection.objects.visible_to(request.user)})


@require_POST
@allowed("supervision.inspect")
def member_step_back(request: SignedIn, pk: int) -> HttpResponse:
    """Record an interest: the member's own, or as the office."""
    member = get_object_or_404(_within(GroupMember.objects, request, "inspection"), pk=pk)
    actions.step_back(member=member, interest=request.POST.get("interest", ""), by=request.user)
    messages.success(request, f"已登记{member}回避。")
    if member.person_id == request.user.pk and not access_of(request.user).may("supervision.run"):
        return redirect("supervision:inspections")
    return redirect("supervision:inspection", pk=member.inspection_id)


@require_POST
@allowed("supervision.run")
def drop(request: SignedIn, what: str, pk: int) -> HttpResponse:
    """Take a member, a visit or an item off."""
    by = request.user
    match what:
        case "member":
            member: GroupMember = get_object_or_404(_within(GroupMember.objects, request, "inspection"), pk=pk)
            inspection_id, place, words = member.inspection_id, "group", str(member)
            actions.drop_member(member=member, by=by)
        case "visit":
            visit: Visit = get_object_or_404(_within(Visit.objects, request, "inspection"), pk=pk)
            inspection_id, place, words = visit.inspection_id, "visits", str(visit)
            visits.drop_visit(visit=visit, by=by)
        case "item":
            rows = _within(CheckItem.objects.select_related("visit", "task"), request, "visit__inspection")
            item: CheckItem = get_object_or_404(rows, pk=pk)
            inspection_id, place, words = item.visit.inspection_id, "visits", str(item.task)
            visits.drop_item(item=item, by=by)
        case _:
            raise Http404
    messages.success(request, f"已去掉“{words}”。")
    return redirect(f"{reverse('supervision:inspection', args=[inspection_id])}#{place}")


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def finding_do(request: SignedIn, pk: int, do: str) -> HttpResponse:
    """Do not uphold, verify, or give back a finding; the page asks what it takes."""
    rows = _within(Finding.objects.select_related("part__inspection", "part__unit"), request, "part__inspection")
    finding: Finding = get_object_or_404(rows, pk=pk)
    kinds: dict[str, tuple[str, type[Form]]] = {
        "drop": ("不予认定", forms.ReasonForm),
        "verify": ("验收销号", forms.VerifyForm),
        "return": ("退回整改", forms.ReturnForm),
    }
    if do not in kinds:
        raise Http404
    label, kind = kinds[do]

    def taken(given: dict[str, Any]) -> None:
        match do:
            case "drop":
                conclusions.drop_finding(finding=finding, reason=given["reason"], by=request.user)
            case "verify":
                conclusions.verify_finding(finding=finding, how=given["how"], by=request.user)
            case _:
                conclusions.return_finding(finding=finding, by=request.user, **given)

    return _asked(request, kind, label, str(finding), finding.part.inspection_id, "findings", taken)


@require_http_methods(["GET", "POST"])
@allowed("supervision.approve")
def proposal_do(request: SignedIn, pk: int, do: str) -> HttpResponse:
    """Record that a proposal was approved, or was not."""
    proposal: Proposal = get_object_or_404(
        _within(Proposal.objects.select_related("unit", "inspection"), request, "inspection"), pk=pk
    )
    if do not in ("approve", "reject"):
        raise Http404
    words = f"{proposal}：{proposal.text}"
    if do == "approve":
        return _asked(
            request,
            forms.ApproveProposalForm,
            "记录批准",
            words,
            proposal.inspection_id,
            "proposals",
            lambda given: follow_up.approve_proposal(proposal=proposal, by=request.user, **given),
        )
    return _asked(
        request,
        forms.ReasonForm,
        "记录没有批准",
        words,
        proposal.inspection_id,
        "proposals",
        lambda given: follow_up.reject_proposal(proposal=proposal, reason=given["reason"], by=request.user),
    )


@require_http_methods(["GET", "POST"])
@allowed("supervision.read_leads")
def lead_answer(request: SignedIn, pk: int) -> HttpResponse:
    """Record what became of a lead."""
    lead: Lead = get_object_or_404(Lead.objects.visible_to(request.user).select_related("division"), pk=pk)
    return _asked(
        request,
        forms.AnswerForm,
        "登记处理结果",
        str(lead),
        lead.inspection_id,
        "leads",
        lambda given: follow_up.answer_lead(lead=lead, answer=given["answer"], by=request.user),
    )


def _asked(
    request: SignedIn,
    kind: type[Form],
    label: str,
    about: str,
    inspection_id: int,
    place: str,
    taken: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """Show the form that a step takes, and take it."""
    form = kind(request.POST or None)
    back = f"{reverse('supervision:inspection', args=[inspection_id])}#{place}"
    if request.method == "POST" and form.is_valid():
        try:
            taken(form.cleaned_data)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已{label}。")
            return redirect(back)
    context = {"form": form, "label": label, "about": about, "back": back}
    return render(request, "supervision/inspections/ask.html", context, status=422 if form.is_bound else 200)


# ---- the draw -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def draw(request: SignedIn, pk: int) -> HttpResponse:
    """Show what a seed would draw, and draw it."""
    found = _inspection(request, pk)
    given = request.POST if request.method == "POST" else request.GET
    form = forms.DrawForm(given if "seed" in given else None, initial={"seed": secrets.randbelow(10**6)})
    drawn = None
    valid = form.is_bound and form.is_valid()
    repeat = valid and form.cleaned_data["repeat"]
    if request.method == "POST" and valid:
        try:
            made = visits.draw(
                inspection=found, seed=form.cleaned_data["seed"], asked=form.asked, repeat=repeat, by=request.user
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"种子 {made.seed}，抽中 {len(made.picked)} 项，已列入走访。")
            return redirect(f"{reverse('supervision:inspection', args=[pk])}#visits")
    pools = inspection_draws.pools(found, repeat=bool(repeat))
    if valid:
        drawn = inspection_draws.preview(pools, form.cleaned_data["seed"], form.asked)
    context = {
        "inspection": found,
        "form": form,
        "pools": [(form[way], label, meaning, size) for way, label, meaning, size in pools.sizes],
        "drawn": drawn,
        "asked": form.asked if valid else dict.fromkeys(WAYS, 0),
        "may": found.state in (InspectionState.APPROVED, InspectionState.ON_SITE),
    }
    bad = form.is_bound and bool(form.errors)
    return render(request, "supervision/inspections/draw.html", context, status=422 if bad else 200)


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def how_often(request: SignedIn) -> HttpResponse:
    """Show how often each unit is inspected in a year, and set from when on one is warned."""
    division = access_of(request.user).division
    if division is None:
        raise Http404
    cap = cap_of(division)
    form = forms.CapForm(request.POST or None, initial={"a_year": cap})
    if request.method == "POST" and form.is_valid():
        actions.set_cap(division=division, a_year=form.cleaned_data["a_year"], by=request.user)
        messages.success(request, "已保存，以后的方案按新的次数提醒。")
        return redirect("supervision:how_often")
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else timezone.localdate().year
    context = {"rows": queries.how_often(division, year, request.user), "year": year, "cap": cap, "form": form}
    return render(request, "supervision/inspections/how_often.html", context, status=422 if form.is_bound else 200)
