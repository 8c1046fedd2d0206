"""Pages of the office's own words and Word templates: which are used, one to edit and check, what it would make."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from duban.audit.refusals import Refusal
from duban.bulletins.actions import words as actions
from duban.bulletins.composing.figures import NAMED_THINGS, QUERIES
from duban.bulletins.composing.lists import LISTS
from duban.bulletins.composing.tables import CHARTS, TABLES
from duban.bulletins.composing.wording import KINDS, preset_text, read
from duban.bulletins.forms.papers import TemplateForm
from duban.bulletins.models import BulletinTemplate, BulletinWording
from duban.bulletins.queries import words as queries
from duban.bulletins.queries.pages import Shower
from duban.bulletins.refusals import WrongTemplate
from duban.bulletins.views.papers import TYPES, division_of
from duban.dispatch.schemes.problems import WrongScheme
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division
from duban.writing.official import templates

#: A wording file is a few pages.
LONGEST = 100_000


@require_GET
@allowed("bulletins.write")
def wordings(request: SignedIn) -> HttpResponse:
    """List the kinds of papers, each with the words that it is composed in."""
    division = division_of(request)
    rows = [(kind, label, queries.wording_of(division, kind)) for kind, label in KINDS.items()]
    return render(request, "bulletins/wordings.html", {"rows": rows, "may_write": True, "office": True})


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Http404
    return kind


@require_http_methods(["GET", "POST"])
@allowed("bulletins.write")
def wording(request: SignedIn, kind: str) -> HttpResponse:
    """Edit the words of a kind of paper: checked, shown on last month's data, kept as a new version."""
    division, kind = division_of(request), _kind(kind)
    own = queries.wording_of(division, kind)
    context: dict[str, Any] = {
        "kind": kind,
        "label": KINDS[kind],
        "own": own,
        "versions": BulletinWording.objects.filter(division=division, kind=kind)
        .select_related("saved_by")
        .order_by("-version"),
        "names": [(name, query.label, query.unit) for name, query in QUERIES.items()],
        "items": [(words, sorted(found.items())) for words, found in _items()],
        "lists": [(name, one.label) for name, one in LISTS.items()],
        "tables": [(name, one.title) for name, one in TABLES.items()],
        "charts": [(name, one.title) for name, one in CHARTS.items()],
    }
    if request.method == "GET":
        text = own.text if own else preset_text(kind)
        if request.GET.get("from") == "preset":
            text = preset_text(kind)
        return render(request, "bulletins/wording.html", {**context, "text": text})
    if request.POST.get("do") == "reset":
        actions.reset_wording(division=division, kind=kind, by=request.user)
        messages.success(request, "已恢复自带的措辞；自己写的各版仍在。")
        return redirect("bulletins:wording", kind=kind)
    text = request.POST.get("text", "")[:LONGEST].replace("\r\n", "\n")
    try:
        if request.POST.get("do") == "save":
            kept = actions.save_wording(division=division, kind=kind, text=text, by=request.user)
            messages.success(request, f"措辞已存为第{kept.version}版，以后拟的按它写；已经拟好的不变。")
            return redirect("bulletins:wording", kind=kind)
        read(text, f"{KINDS[kind]}措辞")
    except WrongScheme as wrong:
        context |= {"text": text, "problems": wrong.problems}
        return render(request, "bulletins/wording.html", context, status=422)
    composed = queries.preview(division, kind, text, timezone.localdate())
    if composed:
        context |= {"preview": Shower(None, links=False).blocks(composed.blocks), "paper": composed}
    return render(request, "bulletins/wording.html", {**context, "text": text, "checked": True})


def _items() -> list[tuple[str, dict[str, str]]]:
    """Return what may be asked of each kind of item, with its words."""
    words = {"section": "章节", "unit": "单位", "task": "任务", "indicator": "指标", "order": "督办单", "rank": "排名"}
    return [
        (words[kind], {name: one.label for name, one in attributes.items()})
        for kind, attributes in NAMED_THINGS.items()
    ]


# ---- templates ----


@require_GET
@allowed("bulletins.write")
def template_list(request: SignedIn) -> HttpResponse:
    """List the kinds of papers, each with the Word template that it is set in."""
    division = division_of(request)
    rows = [(kind, label, queries.template_of(division, kind)) for kind, label in KINDS.items()]
    return render(request, "bulletins/templates.html", {"rows": rows, "may_write": True, "office": True})


@require_http_methods(["GET", "POST"])
@allowed("bulletins.write")
def template(request: SignedIn, kind: str) -> HttpResponse:
    """Show the template of a kind of paper with the sample; check one that is uploaded, and keep it."""
    division, kind = division_of(request), _kind(kind)
    form = TemplateForm()
    problems: tuple[object, ...] = ()
    if request.method == "POST":
        if request.POST.get("do") == "reset":
            actions.reset_template(division=division, kind=kind, by=request.user)
            messages.success(request, "已恢复自带的版式。")
            return redirect("bulletins:template", kind=kind)
        form = TemplateForm(request.POST, request.FILES)
        if form.is_valid():
            sent = form.cleaned_data["file"]
            try:
                # One byte more than is taken: what is too large is told, not read.
                data = sent.read(templates.LARGEST + 1)
                kept = actions.save_template(
                    division=division, kind=kind, data=data, name=sent.name or "模板.docx", by=request.user
                )
            except WrongTemplate as wrong:
                problems = wrong.problems
            except Refusal as refusal:
                form.add_error("file", str(refusal))
            else:
                messages.success(request, f"模板已存为第{kept.version}版，以后的 Word 版按它排。")
                return redirect("bulletins:template", kind=kind)
    context = {
        "kind": kind,
        "label": KINDS[kind],
        "form": form,
        "problems": problems,
        "own": queries.template_of(division, kind),
        "fields": templates.FIELDS.items(),
        "sample": queries.sample_lines(division, kind),
        "versions": BulletinTemplate.objects.filter(division=division, kind=kind)
        .select_related("saved_by")
        .order_by("-version"),
    }
    status = 422 if problems or form.errors else 200
    return render(request, "bulletins/template.html", context, status=status)


@require_GET
@allowed("bulletins.write")
def template_file(request: SignedIn, kind: str, which: str) -> HttpResponse:
    """Hand out a template: the office's own, one to begin with, or the sample set in the one that is used."""
    division, kind = division_of(request), _kind(kind)
    return _docx(*_which(division, kind, which))


def _which(division: Division, kind: str, which: str) -> tuple[bytes, str]:
    own = queries.template_of(division, kind)
    if which == "starter":
        return templates.starter(), "模板样本.docx"
    if which == "sample":
        return queries.sample(own), f"{KINDS[kind]}样张.docx"
    if which == "own" and own:
        return own.file.read(), own.name
    raise Http404


def _docx(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPES["docx"])
    response["Content-Disposition"] = f"attachment; filename=\"template.docx\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
