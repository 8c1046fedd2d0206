"""Pages of matters: the list by their clocks, registering, one matter, and each step on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.core.reading.errors import UnreadableSource
from duban.dispatch.models import EvidenceFile
from duban.dispatch.views.common import workbook
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division
from duban.plans.models import Task
from duban.supervision import exporting, intake, mails
from duban.supervision.actions import matter_steps
from duban.supervision.actions import matters as actions
from duban.supervision.actions.clock import Clock
from duban.supervision.forms.matters import (
    AnswerForm,
    ApproveForm,
    AssignForm,
    ExtensionDecisionForm,
    ExtensionForm,
    FinishForm,
    PauseForm,
    RatingForm,
    ReasonForm,
    RegisterForm,
    StepForm,
)
from duban.supervision.inspecting import follow_up
from duban.supervision.models import Finding, Matter, MatterExtension, MatterStep
from duban.supervision.models.matters import MatterSource
from duban.supervision.queries import matter_calendar as matter_calendars
from duban.supervision.queries import matters as queries
from duban.supervision.queries.inspections import finding_place
from duban.supervision.states.matters import MatterState
from duban.supervision.views.findings import finding_to_follow

ROWS = 50
CSV = "text/csv; charset=utf-8"
#: What the list of kept papers is signed for.
KEPT = "supervision.kept"


@require_GET
@allowed("supervision.read")
def matters(request: SignedIn) -> HttpResponse:
    """List the matters that the person sees, by their day."""
    today = timezone.localdate()
    asked = queries.Asked.of(request.GET.dict())
    seen = queries.seen(request.user, asked)
    counts = queries.counts(seen, today)
    pages = Paginator(queries.ordered(seen, asked, today), ROWS)
    pages.count = counts[asked.when]  # counted already, for its tab
    page = pages.get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "page": page,
        "lines": queries.lines(page.object_list),
        "counts": [(name, words, counts[name]) for name, words in queries.WHEN.items()],
        "sources": MatterSource.choices,
        "states": MatterState.choices,
        "units": queries.units_with_matters(request.user),
        "filtered": any((asked.source, asked.state, asked.unit, asked.day, asked.q)),
        "today": today,
        "may_register": access_of(request.user).may("supervision.run"),
    }
    return render(request, "supervision/matters.html", context)


@require_GET
@allowed("supervision.read")
def matters_export(request: SignedIn, form: str) -> HttpResponse:
    """Hand out the list as it is filtered, as a workbook or CSV."""
    if form not in ("xlsx", "csv"):
        raise Http404
    today = timezone.localdate()
    asked = queries.Asked.of(request.GET.dict())
    lines = queries.lines(queries.ordered(queries.seen(request.user, asked), asked, today))
    if form == "xlsx":
        return workbook(exporting.matters_workbook(lines, today), f"督查事项{today:%Y%m%d}.xlsx", "matters.xlsx")
    response = HttpResponse(exporting.matters_csv(lines, today), content_type=CSV)
    response["Content-Disposition"] = 'attachment; filename="matters.csv"'
    return response


@require_GET
@allowed("supervision.read")
def matter_calendar(request: SignedIn) -> HttpResponse:
    """Show a month of due steps."""
    today = timezone.localdate()
    try:
        first = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        first = today.replace(day=1)
    first = min(max(first, date(2000, 1, 1)), date(2999, 12, 1))
    before, after = matter_calendars.around(first)
    context = {
        "first": first,
        "weeks": matter_calendars.month(request.user, first, today),
        "before": before,
        "after": after,
        "today": today,
        "weekdays": "一二三四五六日",
    }
    return render(request, "supervision/matter_calendar.html", context)


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def matter_new(request: SignedIn) -> HttpResponse:
    """Register a matter by a form."""
    asked = request.GET.get("finding", "")
    finding = finding_to_follow(request, int(asked)) if asked.isdecimal() else None
    task = _task(request)
    if finding:
        division: Division | None = finding.part.inspection.division
    else:
        division = task.ledger.division if task else access_of(request.user).division
    if division is None:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "read":
        return _read(request, division)
    form = RegisterForm(request.POST or None, initial=_opens_with(finding, timezone.localdate()))
    papers = _kept(request, division)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register(
                division=division,
                by=request.user,
                finding=finding,
                task=task,
                attachments=_files(request),
                papers=papers,
                **form.cleaned_data,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记为{made.short_number}。")
            return redirect("supervision:matter", pk=made.pk)
    context = {"form": form, "papers": papers, "kept": request.POST.get("kept", ""), "finding": finding, "task": task}
    return render(request, "supervision/matter_new.html", context, status=422 if form.is_bound else 200)


def _task(request: SignedIn) -> Task | None:
    asked = request.GET.get("task", "")
    seen = Task.objects.visible_to(request.user).select_related("ledger__division")
    return get_object_or_404(seen, pk=int(asked)) if asked.isdecimal() else None


def _opens_with(finding: Finding | None, today: date) -> dict[str, Any]:
    given: dict[str, Any] = {"received_on": today}
    if finding:
        given |= {
            "source": MatterSource.FINDING,
            "source_name": follow_up.source(finding)[:200],
            "title": follow_up.title(finding),
            "text": f"{follow_up.grounds(finding, today)}\n整改要求：{finding.demand}",
            "own_due": finding.due_on if finding.due_on and finding.due_on >= today else None,
        }
    return given


def _read(request: SignedIn, division: Division) -> HttpResponse:
    """Show the form filled with what the paper says; the paper is kept, to become a file of the matter."""
    papers: list[tuple[EvidenceFile, str]] = []
    draft, problem = intake.Draft(), ""
    received = timezone.localdate()
    for content, name in _files(request):
        try:
            kept = actions.keep_paper(division=division, file=content, name=name, by=request.user)
            papers.append((kept, name))
            content.seek(0)
            if kept.media_type == mails.MEDIA_TYPE:
                mail = mails.opened(content.read())
                papers += _attached(request, division, mail)
                draft = draft if draft.text else intake.read_mail(mail, division, received)
            elif not draft.text:
                draft = intake.read(content.read(), name, division, received)
        except (Refusal, UnreadableSource) as error:
            problem = getattr(error, "message", str(error))
    if not papers and not problem:
        problem = "没有选文件。请选来文的照片、PDF、docx 或者邮件，再点“读来文”。"
    facts = {name: getattr(draft, name) for name in ("title", "text", "source", "source_name", "source_person")}
    facts |= {"urgency": draft.urgency, "own_due": draft.own_due, "received_on": draft.received_on or received}
    signed = signing.dumps([[row.pk, name] for row, name in papers], salt=KEPT)
    form = RegisterForm(initial=facts)
    context = {"form": form, "papers": papers, "kept": signed, "draft": draft, "problem": problem}
    return render(request, "supervision/matter_new.html", context, status=422 if problem else 200)


def _attached(request: SignedIn, division: Division, mail: mails.Mail) -> list[tuple[EvidenceFile, str]]:
    """Keep the attachments of an e-mail that may be kept by themselves; the others stay in it, and are named."""
    papers = []
    for data, name in mail.attachments:
        try:
            row = actions.keep_paper(division=division, file=BytesIO(data), name=name, by=request.user)
        except Refusal as refusal:
            mail.left_out.append(f"{str(refusal).rstrip('。')}（在邮件原件里）")
        else:
            papers.append((row, name))
    return papers


def _kept(request: SignedIn, division: Division) -> list[tuple[EvidenceFile, str]]:
    """Return the papers that were kept when they were read; the list is signed, so that nobody names another's file."""
    try:
        named = signing.loads(request.POST.get("kept", ""), salt=KEPT, max_age=24 * 3600)
    except signing.BadSignature:
        return []
    rows = EvidenceFile.objects.filter(division=division).in_bulk([pk for pk, _ in named])
    return [(rows[pk], name) for pk, name in named if pk in rows]


@require_GET
@allowed("supervision.read")
def matter(request: SignedIn, pk: int) -> HttpResponse:
    """Show a matter: what it asks, who handles it, its clock, answers, files and history."""
    return _page(request, _matter(request, pk))


def _page(request: SignedIn, found: Matter, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    """Show a matter; `bound` are forms that were refused, by the step they are for."""
    rules = Clock(found).scheme if found.scheme_text else None
    page = queries.matter_page(found, request.user, rules)
    shown: dict[str, Any] = {"reason": ReasonForm(auto_id="id_%s_why")}
    if page.may["approve"]:
        shown["approve"] = ApproveForm(initial={"approved_by_name": found.source_person})
    if page.may["assign"]:
        shown["assign"] = _assign_form(found, None)
    if rules:
        shown["answer"], shown["finish"] = AnswerForm(rules=rules), FinishForm(rules=rules)
        shown["extend"] = ExtensionForm(rules=rules, auto_id="id_%s_more")
        shown["pause"] = PauseForm(auto_id="id_%s_pause")
        shown["rate"] = RatingForm(auto_id="id_%s_rate")
        shown["decide_extension"] = ExtensionDecisionForm(auto_id="id_%s_decide")
    context = {
        "matter": found,
        "page": page,
        "forms": {**shown, **bound},
        "failed": bound,
        "today": timezone.localdate(),
        "finding_url": finding_place(found.finding, request.user) if found.finding else "",
    }
    return render(request, "supervision/matter.html", context, status=status)


def _assign_form(found: Matter, data: Any) -> AssignForm:
    lead, supports = intake.units_in(f"{found.title}\n{found.text}", found.division)
    return AssignForm(
        data,
        initial={"own_due": found.own_due, "lead": lead, "supports": supports},
        division=found.division,
        source=found.source,
        urgency=found.urgency,
    )


def _matter(request: SignedIn, pk: int) -> Matter:
    seen = Matter.objects.visible_to(request.user)
    related = (
        "division",
        "ledger",
        "task__ledger",
        "parent",
        "finding__part__inspection",
        "waits_for__successor",
        "registered_by",
        "approved_by",
    )
    return get_object_or_404(seen.select_related(*related), pk=pk)


def _files(request: SignedIn) -> list[actions.File]:
    return [(cast(BinaryIO, file), str(file.name)) for file in request.FILES.getlist("files")]


def _done(
    request: SignedIn,
    found: Matter,
    name: str,
    form: forms.Form,
    carry_out: Callable[[dict[str, Any]], Any],
    words: str,
) -> HttpResponse:
    """Carry out a step that a form asks for; what is refused shows in the form, with what was written."""
    if form.is_valid():
        try:
            carry_out(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, words)
            return redirect("supervision:matter", pk=found.pk)
    # What the action had begun to change is not shown.
    return _page(request, _matter(request, found.pk), status=422, **{name: form})


@require_POST
@allowed("supervision.approve")
def matter_approve(request: SignedIn, pk: int) -> HttpResponse:
    """Record that a matter is taken up."""
    found = _matter(request, pk)
    return _done(
        request, found, "approve", ApproveForm(request.POST),
        lambda data: actions.approve(matter=found, by=request.user, **data), "已立项，请交办。",
    )  # fmt: skip


@require_POST
@allowed("supervision.approve")
def matter_reject(request: SignedIn, pk: int) -> HttpResponse:
    """Record that a matter is not taken up."""
    found = _matter(request, pk)
    return _done(
        request, found, "reject", ReasonForm(request.POST),
        lambda data: actions.reject(matter=found, by=request.user, **data), "已记为不予立项。",
    )  # fmt: skip


@require_POST
@allowed("supervision.run")
def matter_assign(request: SignedIn, pk: int) -> HttpResponse:
    """Give a matter to its units."""
    found = _matter(request, pk)
    return _done(
        request, found, "assign", _assign_form(found, request.POST),
        lambda data: actions.assign(matter=found, by=request.user, **data), "已交办，开始计时。",
    )  # fmt: skip


@require_POST
@allowed("supervision.answer")
def matter_turn_down(request: SignedIn, pk: int) -> HttpResponse:
    """Give a matter back that was wrongly sent."""
    found = _matter(request, pk)
    unit = _acting(request, found)
    return _done(
        request, found, "turn_down", ReasonForm(request.POST),
        lambda data: actions.turn_down(matter=found, unit=unit, by=request.user, **data), "已退回督查室。",
    )  # fmt: skip


@require_POST
@allowed("supervision.answer")
def matter_answer(request: SignedIn, pk: int) -> HttpResponse:
    """Answer a matter."""
    found = _matter(request, pk)
    unit = _acting(request, found)
    return _done(
        request, found, "answer", AnswerForm(request.POST, rules=Clock(found).scheme),
        lambda data: actions.answer(
            matter=found, unit=unit, by=request.user, attachments=_files(request), **data
        ),
        "已答复，等督查室审核。",
    )  # fmt: skip


@require_POST
@allowed("supervision.run")
def matter_return(request: SignedIn, pk: int) -> HttpResponse:
    """Return an answer to be done again."""
    found = _matter(request, pk)
    return _done(
        request, found, "return", ReasonForm(request.POST),
        lambda data: actions.return_(matter=found, by=request.user, **data), "已退回重办。",
    )  # fmt: skip


@require_POST
@allowed("supervision.run")
def matter_finish(request: SignedIn, pk: int) -> HttpResponse:
    """Accept an answer and close the matter."""
    found = _matter(request, pk)
    if not found.scheme_text:
        raise Http404
    return _done(
        request, found, "finish", FinishForm(request.POST, rules=Clock(found).scheme),
        lambda data: actions.finish(matter=found, by=request.user, **data), "已办结。",
    )  # fmt: skip


@require_POST
@allowed("supervision.approve")
def matter_cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Withdraw a matter."""
    found = _matter(request, pk)
    return _done(
        request, found, "cancel", ReasonForm(request.POST),
        lambda data: actions.cancel(matter=found, by=request.user, **data), "已撤销。",
    )  # fmt: skip


@require_POST
@allowed("supervision.run")
def matter_attach(request: SignedIn, pk: int) -> HttpResponse:
    """Add files to a matter."""
    found = _matter(request, pk)
    for content, name in _files(request):
        actions.attach(matter=found, file=content, name=name, by=request.user)
    return redirect("supervision:matter", pk=pk)


@require_POST
@allowed("supervision.read")
def matter_step(request: SignedIn, pk: int) -> HttpResponse:
    """Report on a step: who may is what the action says, the office for its own steps and units for theirs."""
    step = get_object_or_404(MatterStep.objects.select_related("matter"), pk=pk)
    found = _matter(request, step.matter_id)
    return _done(
        request, found, f"step_{step.pk}", StepForm(request.POST, auto_id=f"id_%s_{step.pk}"),
        lambda data: matter_steps.take(step=step, by=request.user, **data), f"“{step.title}”已办。",
    )  # fmt: skip


@require_POST
@allowed("supervision.run")
def matter_pause(request: SignedIn, pk: int) -> HttpResponse:
    """Let the clock of a matter stand still."""
    found = _matter(request, pk)
    return _done(
        request, found, "pause", PauseForm(request.POST, auto_id="id_%s_pause"),
        lambda data: matter_steps.pause(matter=found, by=request.user, **data), "已暂停计时。",
    )  # fmt: skip


@require_POST
@allowed("supervision.run")
def matter_resume(request: SignedIn, pk: int) -> HttpResponse:
    """Let the clock of a matter run again."""
    found = _matter(request, pk)
    matter_steps.resume(matter=found, by=request.user)
    messages.success(request, "已恢复计时。")
    return redirect("supervision:matter", pk=pk)


@require_POST
@allowed("supervision.answer")
def matter_extend(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for more time."""
    found = _matter(request, pk)
    _acting(request, found)
    return _done(
        request, found, "extend", ExtensionForm(request.POST, rules=Clock(found).scheme, auto_id="id_%s_more"),
        lambda data: matter_steps.ask_extension(matter=found, by=request.user, **data), "已申请延期，等督查室审批。",
    )  # fmt: skip


@require_POST
@allowed("supervision.run")
def extension_decide(request: SignedIn, pk: int) -> HttpResponse:
    """Grant or refuse more time."""
    asked = get_object_or_404(MatterExtension.objects.select_related("step__matter"), pk=pk)
    found = _matter(request, asked.step.matter_id)
    grant = request.POST.get("answer") == "grant"
    return _done(
        request, found, "decide_extension", ExtensionDecisionForm(request.POST, auto_id="id_%s_decide"),
        lambda data: matter_steps.decide_extension(extension=asked, grant=grant, by=request.user, **data),
        "已同意延期，期限已重算。" if grant else "已答复不同意延期。",
    )  # fmt: skip


@require_POST
@allowed("supervision.run")
def matter_rate(request: SignedIn, pk: int) -> HttpResponse:
    """Record what the proposer makes of the answer."""
    found = _matter(request, pk)
    return _done(
        request, found, "rate", RatingForm(request.POST, auto_id="id_%s_rate"),
        lambda data: matter_steps.rate(matter=found, by=request.user, **data), "满意度已记录。",
    )  # fmt: skip


def _acting(request: SignedIn, found: Matter) -> Any:
    part = queries.acting_part(found, request.user)
    if part is None or not found.scheme_text:
        raise Http404
    return part.unit
