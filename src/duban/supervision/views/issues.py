"""The board and list of issues, the page of one, and each of its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.dispatch.models import Report
from duban.dispatch.views.common import workbook
from duban.organisations.access import NotAllowed, access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Unit
from duban.organisations.sheets import Book
from duban.plans.models import Task
from duban.plans.states import LedgerState
from duban.supervision.actions import issues as actions
from duban.supervision.forms import issues as forms
from duban.supervision.models import Conference, Issue, IssueOrigin, Whistle
from duban.supervision.queries import issues as queries
from duban.supervision.states.issues import TRANSITIONS, IssueState


@require_GET
@allowed("supervision.read")
def issues(request: SignedIn) -> HttpResponse:
    """Show the issues as a board or as a list, or hand them out as a workbook."""
    filters, today = queries.Filters.of(request.GET), timezone.localdate()
    if request.GET.get("form") == "xlsx":
        data = _workbook(request, filters, today)
        return workbook(data, f"问题清单{today:%Y-%m-%d}.xlsx", f"issues-{today:%Y-%m-%d}.xlsx")
    access = access_of(request.user)
    counts = queries.counts(request.user, today)
    context: dict[str, Any] = {
        "filters": filters,
        "today": today,
        "shows": [(name, label, counts[name]) for name, label in queries.SHOWS.items()],
        "boards": queries.BOARDS,
        "states": IssueState.choices,
        "origins": IssueOrigin.choices,
        "units": _units(request),
        "may_raise": access.may("supervision.run") or access.may("supervision.answer"),
        "office": access.may("supervision.run"),
    }
    if filters.board == "list":
        context["page"], context["cards"] = queries.page(request.user, filters, today, request.GET.get("page", ""))
    else:
        context["groups"] = queries.board(request.user, filters, today)
    return render(request, "supervision/issues/board.html", context)


def _units(request: SignedIn) -> list[Unit]:
    seen = Issue.objects.visible_to(request.user).order_by().values("unit")
    return list(Unit.objects.filter(pk__in=seen).order_by("order", "pk"))


def _workbook(request: SignedIn, filters: queries.Filters, today: date) -> bytes:
    book = Book()
    office = access_of(request.user).may("supervision.run")
    columns: list[tuple[str, float]] = [
        ("编号", 11), ("问题", 36), ("情况", 40), ("来源", 10), ("提出单位", 16), ("提出日期", 12), ("天数", 7), ("状态", 9),
        ("责任单位", 18), ("协调领导", 10), ("等谁", 16), ("下一步", 30), ("期限", 12), ("有关的任务", 30),
    ]  # fmt: skip
    if office:
        columns += [("反映人", 10), ("联系方式", 16)]
    rows = []
    for card in queries.cards(queries.issues(request.user, filters, today), today):
        one = card.issue
        row: list[Any] = [
            one.short_number, one.title, one.text, one.get_origin_display(), str(one.raised_for or "督查室"),
            timezone.localdate(one.raised_at), card.age, one.get_state_display(), str(one.unit or ""),
            str(one.sponsor or ""), "" if one.closed_at else one.who, one.next_step, one.due_on,
            f"{one.task.short_number} {one.task}" if one.task else "",
        ]  # fmt: skip
        rows.append([*row, one.resident_name, one.resident_contact] if office else row)
    book.sheet("问题清单", columns, rows, title=f"问题清单（{today:%Y年%-m月%-d日}）")
    return book.bytes()


@dataclass(frozen=True)
class Act:
    """One step that a person may take: its form, and where it goes."""

    do: str
    label: str
    url: str
    form: Form
    main: bool = False


@require_GET
@allowed("supervision.read")
def issue(request: SignedIn, pk: int) -> HttpResponse:
    """Show an issue with its history and what the person may do next."""
    return _page(request, _issue(request, pk))


def _issue(request: SignedIn, pk: int) -> Issue:
    seen = Issue.objects.visible_to(request.user).select_related(
        "division", "task__ledger", "report__round", "report__unit", "matter", "raised_by", "sponsor", "waits_for",
        "unit__successor__successor", "raised_for__successor__successor",
    )  # fmt: skip
    return get_object_or_404(seen, pk=pk)


def _page(request: SignedIn, found: Issue, *, failed: Act | None = None) -> HttpResponse:
    today = timezone.localdate()
    may = queries.may(found, request.user)
    acts = [failed if failed and failed.do == act.do else act for act in _acts(found, may, today)]
    whistles = Whistle.objects.filter(issue=found).select_related("unit", "blown_by").prefetch_related("calls__unit")
    context = {
        "issue": found,
        "card": queries.cards([found], today)[0],
        "may": may,
        "acts": acts,
        "failed": failed.do if failed else "",
        "steps": queries.history(found),
        "whistles": list(whistles),
        "conferences": list(Conference.objects.visible_to(request.user).filter(agenda__issue=found)),
        "may_whistle": found.state in TRANSITIONS["issue"]["whistle"].sources and may.raiser,
        "task_seen": found.task_id and Task.objects.visible_to(request.user).filter(pk=found.task_id).exists(),
        "report_seen": found.report_id and Report.objects.visible_to(request.user).filter(pk=found.report_id).exists(),
        "today": today,
    }
    return render(request, "supervision/issues/issue.html", context, status=422 if failed else 200)


#: Who takes each step: whose page shows it.
_WHO: dict[str, Callable[[queries.May], bool]] = {
    "assign": lambda may: may.run,
    "resolve": lambda may: may.own,
    "confirm": lambda may: may.confirms,
    "refuse": lambda may: may.confirms,
    "close": lambda may: may.run,
    "coordinate": lambda may: may.run,
    "ask_help": lambda may: may.own,
    "dismiss": lambda may: may.run,
    "reopen": lambda may: may.run,
}
#: What the site expects to be done next in each state.
_NEXT = {
    "found": "assign",
    "assigned": "resolve",
    "coordinating": "resolve",
    "resolved": "confirm",
    "confirmed": "close",
}


def _acts(found: Issue, may: queries.May, today: date) -> list[Act]:
    steps = TRANSITIONS["issue"]
    acts = []
    for do, who in _WHO.items():
        if found.state in steps[do].sources and who(may):
            label = "改派" if do == "assign" and found.unit_id else steps[do].name
            acts.append(Act(do, label, _url(found, do), _form(do, found, today), do == _NEXT.get(found.state)))
    if may.own and found.state in steps["resolve"].sources:
        acts.append(Act("go_on", "记进展", _url(found, "go_on"), forms.GoOnForm(prefix="go_on")))
    return acts


#: Steps of a unit; the others are the office's. Confirming is either's, and each posts where they may.
_OF_UNIT = ("resolve", "ask_help", "go_on", "confirm", "refuse")


def _url(found: Issue, do: str) -> str:
    of_unit = do in _OF_UNIT and not (do in ("confirm", "refuse") and found.raised_for_id is None)
    return reverse("supervision:issue_answer" if of_unit else "supervision:issue_run", args=[found.pk, do])


def _form(do: str, found: Issue, today: date, *data: Any) -> Form:
    match do:
        case "assign":
            initial = {"unit": found.unit_id, "sponsor": found.sponsor_id}
            return forms.AssignForm(*data, division=found.division, today=today, prefix=do, initial=initial)
        case "coordinate":
            return forms.NextForm(*data, prefix=do)
        case "reopen":
            return forms.ReopenForm(*data, prefix=do)
        case "resolve":
            return forms.ResolveForm(*data, prefix=do)
        case "go_on":
            return forms.GoOnForm(*data, prefix=do)
        case "confirm" | "close":
            return forms.OptionalForm(*data, prefix=do)
        case "ask_help" | "refuse" | "dismiss":
            return forms.ReasonForm(*data, prefix=do)
    raise Http404


@require_POST
@allowed("supervision.run")
def run(request: SignedIn, pk: int, do: str) -> HttpResponse:
    """Take a step of the office."""
    if do not in ("assign", "coordinate", "dismiss", "confirm", "refuse", "close", "reopen"):
        raise Http404
    return _step(request, pk, do)


@require_POST
@allowed("supervision.answer")
def answer(request: SignedIn, pk: int, do: str) -> HttpResponse:
    """Take a step of a unit: the one at work, or the one that raised the issue."""
    if do not in _OF_UNIT:
        raise Http404
    return _step(request, pk, do)


def _step(request: SignedIn, pk: int, do: str) -> HttpResponse:
    found, today = _issue(request, pk), timezone.localdate()
    form = _form(do, found, today, request.POST, request.FILES)
    label = TRANSITIONS["issue"][do].name if do in TRANSITIONS["issue"] else "记进展"
    failed = Act(do, label, _url(found, do), form, True)
    if not form.is_valid():
        return _page(request, found, failed=failed)
    try:
        done = _take(do, found, form.cleaned_data, request)
    except NotAllowed:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, failed=failed)
    said = "，已了结" if done.closed_at else f"，现在等{done.who}：{done.next_step}"
    messages.success(request, f"{done.short_number} 已{label}{said}。")
    return redirect("supervision:issue", pk=pk)


def _take(do: str, found: Issue, given: dict[str, Any], request: SignedIn) -> Issue:
    by = request.user
    match do:
        case "assign":
            return actions.assign(issue=found, by=by, **given)
        case "coordinate":
            return actions.coordinate(issue=found, by=by, **given)
        case "dismiss":
            return actions.dismiss(issue=found, reason=given["text"], by=by)
        case "ask_help":
            return actions.ask_help(issue=found, text=given["text"], by=by)
        case "resolve":
            return actions.resolve(issue=found, text=given["text"], files=files_of(given), by=by)
        case "go_on":
            return actions.go_on(issue=found, text=given["text"], next_step=given["next_step"], by=by)
        case "confirm":
            return actions.confirm(issue=found, text=given["text"], by=by)
        case "refuse":
            return actions.refuse(issue=found, reason=given["text"], by=by)
        case "close":
            return actions.close(issue=found, text=given["text"], by=by)
    return actions.reopen(
        issue=found, reason=given["text"], next_step=given["next_step"], due_on=given["due_on"], by=by
    )


def files_of(given: dict[str, Any]) -> list[tuple[BinaryIO, str]]:
    """Return the files of a form as actions take them."""
    return [(cast(BinaryIO, file), str(file.name)) for file in given.get("attachments") or ()]


@require_http_methods(["GET", "POST"])
@allowed("supervision.run")
def raise_issue(request: SignedIn) -> HttpResponse:
    """Raise an issue as the office."""
    return _raise(request, None)


@require_http_methods(["GET", "POST"])
@allowed("supervision.answer")
def raise_own(request: SignedIn) -> HttpResponse:
    """Raise an issue for one's own unit."""
    units = access_of(request.user).reach("supervision.answer").units
    unit = Unit.objects.filter(pk__in=units).select_related("division").order_by("order", "pk").first()
    if unit is None:
        raise Http404
    return _raise(request, unit)


def _raise(request: SignedIn, unit: Unit | None) -> HttpResponse:
    division = unit.division if unit else access_of(request.user).division
    if division is None:
        raise Http404
    tasks = Task.objects.visible_to(request.user).in_ledger().filter(ledger__state=LedgerState.ISSUED)
    tasks = tasks.filter(ledger__division=division).select_related("ledger").defer("text", "summary")
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    asked = request.GET.get("task", "")
    form = forms.RaiseForm(
        *data, tasks=tasks, office=unit is None, initial={"task": asked if asked.isdecimal() else None}
    )
    if data and form.is_valid():
        given = dict(form.cleaned_data)
        files = files_of(given)
        given.pop("attachments")
        given.setdefault("origin", IssueOrigin.UNIT)
        try:
            made = actions.raise_issue(division=division, unit=unit, files=files, by=request.user, **given)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记为 {made.short_number}，督查室会在{made.due_on:%-m月%-d日}前交办。")
            return redirect("supervision:issue", pk=made.pk)
    return render(request, "supervision/issues/raise.html", {"form": form, "unit": unit}, status=422 if data else 200)


@require_POST
@allowed("supervision.read")
def from_report(request: SignedIn, pk: int) -> HttpResponse:
    """Make an issue of what a report says, in one click."""
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    made = actions.from_report(report=report, by=request.user)
    messages.success(request, f"已转为问题 {made.short_number}，督查室会在{made.due_on:%-m月%-d日}前交办。")
    return redirect("supervision:issue", pk=made.pk)
