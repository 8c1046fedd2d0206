"""Pages of papers: the list, a new one, one as it will print and its editing, differences, sources, files."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.bulletins import papers as printing
from duban.bulletins.actions import drafting, signing
from duban.bulletins.composing.blocks import difference, editable
from duban.bulletins.composing.wording import KINDS
from duban.bulletins.forms.papers import HeadForm, NewForm
from duban.bulletins.models import ArchivedFile, Bulletin
from duban.bulletins.queries import lists, pages
from duban.bulletins.queries.drafts import latest
from duban.bulletins.queries.words import template_of
from duban.bulletins.states import ISSUED, BulletinState
from duban.dispatch.views.common import workbook
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division
from duban.organisations.sheets import Book
from duban.plans.models import Ledger
from duban.plans.states import LedgerState
from duban.supervision.papers import office_of
from duban.writing.as_csv import table_bytes
from duban.writing.official import as_xlsx

ROWS = 50
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
@allowed("bulletins.read")
def papers(request: SignedIn) -> HttpResponse:
    """List the papers that the person sees, filtered and sorted."""
    asked = lists.Asked.of(request.GET)
    if request.GET.get("form") in ("xlsx", "csv"):
        return _listed(lists.listed(request.user, asked), request.GET["form"])
    page = Paginator(lists.listed(request.user, asked), ROWS).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    chips = []
    for name, words in (
        ("q", f"含“{asked.q}”"),
        ("kind", KINDS.get(asked.kind, "")),
        ("state", "已印发" if asked.state == "issued" else dict(BulletinState.choices).get(asked.state, "")),
        ("year", f"{asked.year}年"),
        ("month", f"{asked.month}月"),
    ):
        if getattr(asked, name):
            without = query.copy()
            without.pop(name, None)
            chips.append((words, f"?{without.urlencode()}"))
    access = access_of(request.user)
    context = {
        "page": page,
        "asked": asked,
        "kinds": KINDS.items(),
        "states": [("issued", "已印发（含归档）"), *BulletinState.choices],
        "years": lists.years(request.user),
        "months": range(1, 13),
        "chips": chips,
        "exports": [(word, f"?{_with(query, form=form)}") for word, form in (("Excel", "xlsx"), ("CSV", "csv"))],
        "may_write": access.may("bulletins.write"),
        "office": access.may("bulletins.write") or access.may("bulletins.sign"),
    }
    return render(request, "bulletins/list.html", context)


def _with(query: QueryDict, **more: str) -> str:
    changed = query.copy()
    changed.update(more)
    return changed.urlencode()


def _listed(found: QuerySet[Bulletin], form: str) -> HttpResponse:
    """Hand out the list as it is filtered, all pages of it."""
    heads = (("文号", 20), ("标题", 60), ("文种", 18), ("月份", 10), ("状态", 14), ("签发人", 12), ("印发时间", 14),
             ("发送（家）", 10), ("已打开（家）", 12))  # fmt: skip
    rows = [
        [
            one.number, one.title, one.get_kind_display(), f"{one.month:%Y-%m}", one.get_state_display(), one.signatory,
            timezone.localtime(one.issued_at).date() if one.issued_at else None, one.sent, one.opened,  # type: ignore[attr-defined]
        ]
        for one in found
    ]  # fmt: skip
    if form == "xlsx":
        book = Book()
        book.sheet("通报", heads, rows, title="通报清单")
        return workbook(book.bytes(), "通报清单.xlsx", "bulletins.xlsx")
    cells = (["" if cell is None else str(cell) for cell in row] for row in rows)
    response = HttpResponse(table_bytes([head for head, _ in heads], cells), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f"attachment; filename=\"bulletins.csv\"; filename*=UTF-8''{quote('通报清单.csv')}"
    )
    return response


def division_of(request: SignedIn) -> Division:
    """Return the division whose office the person works in. Raises `Http404`."""
    for post in access_of(request.user).posts:
        if access_of(request.user).may("bulletins.write", division=post.division):
            return post.division
    raise Http404


@require_http_methods(["GET", "POST"])
@allowed("bulletins.write")
def new(request: SignedIn) -> HttpResponse:
    """Draft a paper of a kind on a month."""
    division = division_of(request)
    today = timezone.localdate()
    ledgers = (
        Ledger.objects.filter(division=division, state__in=(LedgerState.ISSUED, LedgerState.CLOSED))
        .select_related("division")
        .order_by("-year")
    )
    newest = ledgers.first()
    month = today.month if newest and newest.year == today.year else 12
    # What is written about is the month that is over.
    before = month - 1 if newest and newest.year == today.year and month > 1 else month
    given = {"kind": request.GET.get("kind", "monthly"), "ledger": newest, "month": str(before), "token": uuid4().hex}
    form = NewForm(request.POST or None, ledgers=ledgers, division=division, today=today, initial=given)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = drafting.draft(
                ledger=data["ledger"],
                kind=data["kind"],
                month=data["day"],
                section=data["section"],
                unit=data["unit"],
                token=data["token"],
                by=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已拟出“{made}”，数据截至{made.day.month}月{made.day.day}日。")
            return redirect("bulletins:paper", pk=made.pk)
    context = {"form": form, "none": newest is None}
    return render(request, "bulletins/new.html", context, status=422 if form.is_bound else 200)


def bulletin_of(request: SignedIn, pk: int) -> Bulletin:
    """Return a paper that the person may see. Raises `Http404`."""
    seen = Bulletin.objects.visible_to(request.user).select_related(
        "division", "ledger__division", "section__ledger", "unit", "corrects", "created_by", "issued_by"
    )
    return get_object_or_404(seen, pk=pk)


@require_GET
@allowed("bulletins.read")
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """Show a paper as it will print; the office edits it block by block, units read what was sent to them."""
    found = bulletin_of(request, pk)
    if found.state in ISSUED and access_of(request.user).reach("bulletins.read").units:
        signing.open_(bulletin=found, by=request.user)
    return shown(request, found)


def shown(request: SignedIn, found: Bulletin, editing: str = "", text: str = "", wrong: str = "") -> HttpResponse:
    """Return the page of a paper, with one block in its form where one is edited."""
    page = pages.page_of(found, request.user)
    asked = editing or request.GET.get("edit", "")
    context: dict[str, Any] = {
        "page": page,
        "bulletin": found,
        "signature": office_of(found.division),
        **_editing(page, asked, text, wrong),
    }
    if page.office:
        today = timezone.localdate()
        context |= {"corrections": found.corrections.all()}
        if page.edits:
            context |= {"signers": pages.signers(found, today), "head": HeadForm(initial=_head(found))}
        if found.state == BulletinState.SIGNED:
            units, chosen = pages.units_for(found, today)
            context |= {"units": units, "chosen": chosen}
        if page.issued:
            context |= {"deliveries": found.deliveries.select_related("unit", "opened_by")}
    context["files"] = list(found.files.all())
    return render(request, "bulletins/paper.html", context, status=422 if wrong else 200)


def _head(found: Bulletin) -> dict[str, str]:
    return {"title": found.title, "addressee": found.addressee, "copies": found.copies}


def _editing(page: pages.PaperPage, block: str, text: str, wrong: str) -> dict[str, Any]:
    """Return what the form of a block shows; nothing where none may be edited."""
    one = next((one for one in page.version.body["blocks"] if one["id"] == block), None)
    if not page.edits or one is None or "parts" not in one:
        return {"editing": ""}
    return {
        "editing": block,
        "text": text or editable(one["parts"]),
        "wrong": wrong,
        "composed": editable(one["composed"]) if one.get("composed") else "",
        "runs": difference(one.get("composed", ()), one["parts"]) if one.get("composed") else [],
    }


@require_http_methods(["GET", "POST"])
@allowed("bulletins.write")
def block(request: SignedIn, pk: int, name: str) -> HttpResponse:
    """Show a block in its form, or take what was written."""
    found = bulletin_of(request, pk)
    if request.method == "GET":
        if not request.htmx:  # type: ignore[attr-defined]
            return shown(request, found, editing=name)
        return _block(request, found, name, editing=request.GET.get("show") != "1")
    text = request.POST.get("text", "")[:20_000]
    seen = request.POST.get("seen", "")
    try:
        drafting.edit(bulletin=found, block=name, text=text, seen=int(seen) if seen.isdecimal() else 0, by=request.user)
    except Refusal as refusal:
        if not request.htmx:  # type: ignore[attr-defined]
            return shown(request, found, editing=name, text=text, wrong=str(refusal))
        return _block(request, found, name, editing=True, text=text, wrong=str(refusal))
    return _after(request, found, name)


def _after(request: SignedIn, found: Bulletin, name: str) -> HttpResponse:
    """Return what follows a change: the block alone for htmx, else the page at the block."""
    if request.htmx:  # type: ignore[attr-defined]
        return _block(request, found, name, editing=False)
    return redirect(f"{_url(found)}#{name}")


def _url(found: Bulletin) -> str:
    return reverse("bulletins:paper", args=[found.pk])


def _block(
    request: SignedIn, found: Bulletin, name: str, *, editing: bool, text: str = "", wrong: str = ""
) -> HttpResponse:
    page = pages.page_of(found, request.user)
    one = next((one for one in page.blocks if one.id == name), None)
    if one is None:
        raise Http404
    context = {"page": page, "bulletin": found, "block": one, "oob": True}
    context |= _editing(page, name, text, wrong) if editing else {"editing": ""}
    # htmx swaps only what came with 200; what is wrong stands in the form.
    return render(request, "bulletins/part_swap.html", context)


@require_POST
@allowed("bulletins.write")
def block_do(request: SignedIn, pk: int, name: str, do: str) -> HttpResponse:
    """Restore, remove or add to a block, or take over what the data say of it now."""
    found = bulletin_of(request, pk)
    match do:
        case "restore":
            drafting.restore(bulletin=found, block=name, by=request.user)
        case "remove":
            drafting.remove(bulletin=found, block=name, by=request.user)
            messages.success(request, "已删去一段。要找回来，看“修改情况”里的历次内容。")
            return redirect("bulletins:paper", pk=pk)
        case "accept":
            drafting.accept(bulletin=found, block=name, name=request.POST.get("name", "")[:200], by=request.user)
            if request.POST.get("whole"):
                return redirect("bulletins:paper", pk=pk)
        case "add":
            level = request.POST.get("level", "")
            made = drafting.add(
                bulletin=found,
                after=name,
                text=request.POST.get("text", "")[:20_000],
                level=int(level) if level in ("1", "2", "3", "4") else 0,
                by=request.user,
            )
            at = next(n for n, one in enumerate(made.body["blocks"]) if one["id"] == name)
            return redirect(f"{_url(found)}#{made.body['blocks'][at + 1]['id']}")
        case _:
            raise Http404
    return _after(request, found, name)


@require_POST
@allowed("bulletins.write")
def accept_all(request: SignedIn, pk: int) -> HttpResponse:
    """Take over all that the data say now; what people wrote stays as written."""
    found = bulletin_of(request, pk)
    drafting.accept(bulletin=found, by=request.user)
    messages.success(request, "已全部采用新的数。改过的文字没有动，只换了里面的数。")
    return redirect("bulletins:paper", pk=pk)


@require_POST
@allowed("bulletins.write")
def head(request: SignedIn, pk: int) -> HttpResponse:
    """Change title, addressee and copies."""
    found = bulletin_of(request, pk)
    form = HeadForm(request.POST)
    if not form.is_valid():
        messages.error(request, "标题、主送、抄送没有保存：标题要写，都不超过限定的字数。")
    else:
        drafting.change_head(bulletin=found, by=request.user, **form.cleaned_data)
        messages.success(request, "标题、主送、抄送已保存。")
    return redirect("bulletins:paper", pk=pk)


@require_GET
@allowed("bulletins.write")
def differences(request: SignedIn, pk: int) -> HttpResponse:
    """Show what people changed of what was composed, and every version."""
    found = bulletin_of(request, pk)
    version = latest(found)
    asked = request.GET.get("version", "")
    if asked.isdecimal():
        version = get_object_or_404(found.versions, number=int(asked))
    composed = {block.get("key") for block in found.versions.order_by("number")[:1].get().body["blocks"]}
    context = {
        "bulletin": found,
        "version": version,
        "different": pages.differences(version),
        "dropped": [
            block for block in found.versions.order_by("number")[:1].get().body["blocks"]
            if block.get("key") in set(version.body["dropped"]) & composed
        ],
        "versions": found.versions.select_related("by").defer("body").order_by("-number"),
    }  # fmt: skip
    return render(request, "bulletins/differences.html", context)


@require_GET
@allowed("bulletins.write")
def figures(request: SignedIn, pk: int) -> HttpResponse:
    """Show every bound value with its query, its parameters and its source."""
    found = bulletin_of(request, pk)
    rows = pages.figures_of(found)
    return render(request, "bulletins/figures.html", {"bulletin": found, "figures": rows})


# ---- files ----


@require_GET
@allowed("bulletins.read")
def file(request: SignedIn, pk: int, format: str) -> HttpResponseBase:
    """Hand out a paper as a file: of an archived one the frozen file, of a draft what it says now."""
    found = bulletin_of(request, pk)
    if format not in TYPES:
        raise Http404
    kept = ArchivedFile.objects.filter(bulletin=found, format=format).first()
    if kept:
        with kept.file.open("rb") as stored:
            data = stored.read()
    else:
        paper = printing.paper_of(found, latest(found).body)
        if format == "docx":
            template = template_of(found.division, found.kind)
            data = printing.docx_of(paper, template.file.read() if template else None)
        elif format == "pdf":
            data = printing.pdf_of(paper)
        else:
            data = as_xlsx(paper)
    response = HttpResponse(data, content_type=TYPES[format])
    name = f"{found.number}{found.title}"[:80] + ("" if kept else "（未印发）" if found.state not in ISSUED else "")
    response["Content-Disposition"] = (
        f"attachment; filename=\"paper-{found.pk}.{format}\"; filename*=UTF-8''{quote(f'{name}.{format}', safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
