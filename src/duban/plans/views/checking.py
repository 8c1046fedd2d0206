"""The check page and what it asks for: one address for all corrections, one for news."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from duban.audit.refusals import Refusal
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Unit, UnitGroup
from duban.organisations.names import resolve
from duban.plans.actions import checking, dividing, naming
from duban.plans.actions.cleaning import Invalid
from duban.plans.actions.correcting import AlreadyDone, Gone, Stale
from duban.plans.models import Paper, PaperNote, Responsibility, Task
from duban.plans.queries import checking as queries
from duban.plans.states import PaperState

Body = Mapping[str, Any]


class NotYours(Refusal):
    """The page was opened by one person and sends as another."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"现在登录的是{name}，与打开本页的人不同，修改没有保存。请用原来的账号登录后重试，或刷新页面。"
        )


def _paper(request: SignedIn, pk: int) -> Paper:
    # The text and the reading are large, and most requests look at neither.
    papers = Paper.objects.visible_to(request.user).select_related("division", "ledger").defer("text", "reading")
    return get_object_or_404(papers, pk=pk)


@allowed("plans.check")
@require_GET
def check(request: SignedIn, pk: int) -> HttpResponse:
    """Show the paper beside its entries."""
    paper = _paper(request, pk)
    if paper.state not in (PaperState.CHECKING, PaperState.CHECKED, PaperState.ISSUED):
        return redirect("plans:paper", paper.pk)
    told = queries.page(paper, request.user)
    text = told.pop("html")
    tasks = [task for task in told["tasks"] if not task.get("dropped")]
    asked = request.GET.get("task", "")
    current = next((task for task in tasks if str(task["id"]) == asked), None)
    if current is None:
        current = next((task for task in tasks if task["id"] == told["at"]), tasks[0] if tasks else None)
    place = tasks.index(current) if current else 0
    return render(
        request,
        "plans/check/page.html",
        {
            "paper": paper,
            "data": told,
            "text": text,
            "left": told["left"],
            "task": current,
            "place": place + 1,
            "count": len(tasks),
            "previous": tasks[place - 1] if place else None,
            "next": tasks[place + 1] if place + 1 < len(tasks) else None,
            "unit_names": {unit["id"]: unit["name"] for unit in told["units"]},
            "editable": paper.state == PaperState.CHECKING,
        },
    )


@allowed("plans.check")
@require_GET
def check_changes(request: SignedIn, pk: int) -> JsonResponse:
    """Return what changed since a revision, and note where the person stands."""
    paper = _paper(request, pk)
    checking.stand(paper=paper, by=request.user, task=_whole(request.GET.get("at")))
    return JsonResponse(queries.changes(paper, _whole(request.GET.get("since")) or 0, request.user))


@allowed("plans.check")
@require_GET
def check_candidates(request: SignedIn, pk: int) -> JsonResponse:
    """Return the units whose names are nearest to some words."""
    paper = _paper(request, pk)
    words = request.GET.get("words", "")[:200]
    found = resolve(paper.division, [words], queries.today())[words]
    return JsonResponse({"units": [unit.pk for unit in found.candidates]})


@allowed("plans.check")
@require_POST
def check_do(request: SignedIn, pk: int) -> JsonResponse:
    """Make one correction; answer with everything that changed since the page's revision."""
    paper = _paper(request, pk)
    body = _body(request)
    if body.get("person") not in (None, request.user.pk):
        raise NotYours(request.user.name)
    make = CORRECTIONS.get(str(body.get("do")))
    if make is None:
        raise Invalid("页面版本过旧。请刷新页面。")
    common = {"by": request.user, "key": str(body.get("key") or "")[:40]}
    made: Any = None
    try:
        made = make(paper, body, common)
    except AlreadyDone:
        pass
    except Stale as stale:
        paper.refresh_from_db()
        told = {"present": stale.present, "version": stale.version, "by": stale.by}
        news = queries.changes(paper, _whole(body.get("since")) or 0, request.user)
        return JsonResponse({"title": "Stale", "detail": str(stale), **told, "news": news}, status=stale.status)
    paper.refresh_from_db(fields=["revision", "state"])
    told = queries.changes(paper, _whole(body.get("since")) or 0, request.user)
    return JsonResponse({**told, "made": made})


@allowed("plans.check")
@require_POST
def check_finish(request: SignedIn, pk: int) -> HttpResponse:
    """End the check, or go on with it."""
    paper = _paper(request, pk)
    if request.POST.get("do") == "reopen":
        checking.reopen(paper=paper, by=request.user)
        return redirect("plans:check", pk)
    checking.finish(paper=paper, by=request.user)
    messages.success(request, f"“{paper}”核对完成，可以印发了。")
    return redirect("plans:paper", pk)


@allowed("plans.check")
@require_POST
def check_form(request: SignedIn, pk: int) -> HttpResponse:
    """Accept a task or answer a note from a plain form, where there is no script."""
    paper = _paper(request, pk)
    version = _whole(request.POST.get("version")) or 0
    if note_id := request.POST.get("note"):
        note = get_object_or_404(PaperNote, pk=_whole(note_id), paper=paper)
        checking.answer_note(note=note, answer=request.POST.get("answer", ""), version=version, by=request.user)
    else:
        task = get_object_or_404(Task, pk=_whole(request.POST.get("task")), paper=paper)
        checking.accept(task=task, version=version, by=request.user)
    onward = request.POST.get("next") or request.POST.get("task") or ""
    return redirect(f"{request.path.removesuffix('form')}?task={onward}")


# ---- one function a correction ----

Make = Callable[[Paper, Body, dict[str, Any]], Any]


def _accept(paper: Paper, body: Body, common: dict[str, Any]) -> None:
    accepted = bool(body.get("accepted", True))
    checking.accept(task=_task(paper, body), version=_version(body), accepted=accepted, **common)


def _edit(paper: Paper, body: Body, common: dict[str, Any]) -> None:
    fields, base = body.get("fields"), body.get("base")
    if not isinstance(fields, dict):
        raise Invalid("没有要改的内容。")
    checking.edit(
        paper=paper,
        entry=_entry(body),
        pk=_number(body, "id"),
        version=_version(body),
        fields=fields,
        base={_column(name): value for name, value in base.items()} if isinstance(base, dict) else None,
        **common,
    )


def _add(paper: Paper, body: Body, common: dict[str, Any]) -> list[int]:
    span, fields = body.get("span"), body.get("fields")
    match span:
        case [int(start), int(end)]:
            place: tuple[int, int] | None = (start, end)
        case _:
            place = None
    return checking.add(
        paper=paper,
        entry=_entry(body),
        task=_whole(body.get("task")),
        span=place,
        fields=fields if isinstance(fields, dict) else None,
        **common,
    )


def _drop(paper: Paper, body: Body, common: dict[str, Any]) -> None:
    checking.drop(
        paper=paper,
        entry=_entry(body),
        pk=_number(body, "id"),
        version=_version(body),
        dropped=bool(body.get("dropped", True)),
        **common,
    )


def _split(paper: Paper, body: Body, common: dict[str, Any]) -> list[int]:
    return [dividing.split(task=_task(paper, body), at=_number(body, "at"), version=_version(body), **common)]


def _merge(paper: Paper, body: Body, common: dict[str, Any]) -> list[int]:
    before = bool(body.get("previous"))
    return [dividing.merge(task=_task(paper, body), version=_version(body), into_previous=before, **common)]


def _resolve(paper: Paper, body: Body, common: dict[str, Any]) -> int:
    words = str(body.get("words", ""))
    if body.get("group"):
        group = UnitGroup.objects.filter(pk=_number(body, "group"), division=paper.division).first()
        if group is None:
            raise Invalid("本区划没有这个分组。请重新选择。")
        return naming.resolve_as_group(paper=paper, words=words, group=group, **common)
    unit = Unit.objects.filter(pk=_number(body, "unit"), division=paper.division).first()
    if unit is None:
        raise Invalid("本区划没有这个单位。请重新选择。")
    return naming.resolve_unit(paper=paper, words=words, unit=unit, **common)


def _create(paper: Paper, body: Body, common: dict[str, Any]) -> None:
    group = UnitGroup.objects.filter(pk=_whole(body.get("group")) or 0, division=paper.division).first()
    naming.create_unit(
        paper=paper, words=str(body.get("words", "")), name=str(body.get("name", "")), group=group, **common
    )


def _members(paper: Paper, body: Body, common: dict[str, Any]) -> None:
    row = Responsibility.objects.filter(pk=_number(body, "id"), task__paper=paper).first()
    if row is None:
        raise Gone
    units = Unit.objects.filter(pk__in=[_whole(unit) for unit in body.get("units", ())], division=paper.division)
    naming.choose_members(row=row, units=units, version=_version(body), **common)


def _answer(paper: Paper, body: Body, common: dict[str, Any]) -> None:
    note = PaperNote.objects.filter(pk=_number(body, "id"), paper=paper).first()
    if note is None:
        raise Gone
    checking.answer_note(note=note, answer=str(body.get("answer", "")), version=_version(body), **common)


def _undo(paper: Paper, body: Body, common: dict[str, Any]) -> None:
    checking.undo(paper=paper, correction=_whole(body.get("id")), **common)


def _redo(paper: Paper, body: Body, common: dict[str, Any]) -> None:
    checking.redo(paper=paper, **common)


CORRECTIONS: dict[str, Make] = {
    "accept": _accept,
    "edit": _edit,
    "add": _add,
    "drop": _drop,
    "split": _split,
    "merge": _merge,
    "resolve": _resolve,
    "create": _create,
    "members": _members,
    "answer": _answer,
    "undo": _undo,
    "redo": _redo,
}

_COLUMNS = {"unit": "unit_id", "person": "person_id", "sponsor": "sponsor_id", "task": "task_id"}


def _column(name: str) -> str:
    return _COLUMNS.get(name, name)


def _body(request: SignedIn) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise Invalid("请求不完整。请刷新页面。") from None
    if not isinstance(body, dict):
        raise Invalid("请求不完整。请刷新页面。")
    return body


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _number(body: Body, name: str) -> int:
    value = _whole(body.get(name))
    if value is None:
        raise Invalid("请求不完整。请刷新页面。")
    return value


def _version(body: Body) -> int:
    return _number(body, "version")


def _entry(body: Body) -> str:
    entry = str(body.get("entry"))
    if entry not in checking.LABELS:
        raise Invalid("请求不完整。请刷新页面。")
    return entry


def _task(paper: Paper, body: Body) -> Task:
    task = Task.objects.filter(pk=_number(body, "id"), paper=paper).first()
    if task is None:
        raise Gone
    task.paper = paper
    return task
