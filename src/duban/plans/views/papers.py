"""Pages of papers: the list, upload, one paper with its questions, its original."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.organisations.guard import SignedIn, allowed
from duban.plans.actions import reading, uploading
from duban.plans.models import Paper
from duban.plans.queries import papers as queries
from duban.plans.states import PaperState


def _paper(request: SignedIn, pk: int) -> Paper:
    return get_object_or_404(Paper.objects.visible_to(request.user).select_related("division", "ledger"), pk=pk)


def _wants_json(request: SignedIn) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _onward(paper: Paper) -> str:
    """Return where the work on a paper goes on."""
    name = "plans:check" if paper.state == PaperState.CHECKING else "plans:paper"
    return reverse(name, args=[paper.pk])


@allowed("plans.read_papers")
@require_GET
def papers(request: SignedIn) -> HttpResponse:
    """Show the papers, with what each waits for."""
    state, year, words = (request.GET.get(name, "").strip() for name in ("state", "year", "q"))
    found = queries.papers_of(request.user, state=state, year=year, words=words)
    return render(
        request,
        "plans/papers/list.html",
        {
            "papers": found,
            "states": PaperState.choices,
            "years": queries.years_of(request.user),
            "state": state,
            "year": year,
            "words": words,
        },
    )


@allowed("plans.upload")
@require_http_methods(["GET", "POST"])
def upload(request: SignedIn) -> HttpResponse:
    """Take files and pasted text: one request for all from a form, one for each file from the page's script."""
    divisions = queries.divisions_for_upload(request.user)
    this_year = timezone.localdate().year
    if request.method == "GET":
        years = range(this_year + 1, this_year - 4, -1)
        limit = settings.UPLOAD_LIMIT // (1024 * 1024)
        context = {"divisions": divisions, "years": years, "this_year": this_year, "limit": limit}
        return render(request, "plans/papers/upload.html", context)
    chosen = request.POST.get("division") or (str(divisions[0].pk) if divisions else "")
    division = next((one for one in divisions if str(one.pk) == chosen), divisions[0])
    given = request.POST.get("year", "")
    common: dict[str, Any] = {
        "division": division,
        "year": int(given) if given.isdigit() and 2000 <= int(given) <= 2100 else this_year,
        "by": request.user,
    }
    taken: list[Paper] = []
    refused: list[Refusal] = []
    text = request.POST.get("text", "")
    # One by one, so that a file that is refused does not hold up the others.
    for given_part in [
        *({"files": [file]} for file in request.FILES.getlist("files")),
        *([{"text": text}] if text.strip() else ()),
    ]:
        try:
            taken += uploading.upload(**common, **given_part)
        except Refusal as refusal:
            refused.append(refusal)
    if not taken and not refused:
        refused.append(uploading.NothingUploaded())
    if _wants_json(request):
        return _told(taken, refused)
    for one in refused:
        messages.error(request, str(one))
    if len(taken) == 1:
        return redirect(_onward(taken[0]))
    if not taken and isinstance(refused[0], uploading.AlreadyUploaded):
        return redirect("plans:paper", refused[0].paper.pk)
    return redirect("plans:papers" if taken else "plans:upload")


def _told(taken: list[Paper], refused: list[Refusal]) -> JsonResponse:
    rows = [_state_of(paper) for paper in taken]
    if not refused:
        return JsonResponse({"papers": rows}, status=201)
    first = refused[0]
    there = {"paper": _state_of(first.paper)} if isinstance(first, uploading.AlreadyUploaded) else {}
    return JsonResponse(
        {"title": type(first).__name__, "detail": str(first), "papers": rows, **there}, status=first.status
    )


def _state_of(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.pk,
        "name": str(paper),
        "state": paper.state,
        "label": paper.get_state_display(),
        "progress": paper.progress,
        "problem": paper.problem,
        "under_way": paper.state in queries.UNDER_WAY,
        "url": reverse("plans:paper", args=[paper.pk]),
        "onward": _onward(paper),
    }


@allowed("plans.read_papers")
@require_GET
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """Show one paper: its facts and digests, how far it is, what it asks."""
    return render(request, "plans/papers/detail.html", {"page": queries.paper_page(_paper(request, pk))})


@allowed("plans.read_papers")
@require_GET
def paper_state(request: SignedIn, pk: int) -> JsonResponse:
    """Return how far the reading is, for the pages that wait for it."""
    return JsonResponse(_state_of(_paper(request, pk)))


@allowed("plans.read_papers")
@require_GET
def paper_original(request: SignedIn, pk: int) -> HttpResponseBase:
    """Hand out the original as a download; it is never shown within the site, whatever it holds."""
    found = _paper(request, pk)
    response = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@allowed("plans.upload")
@require_POST
def paper_answer(request: SignedIn, pk: int) -> HttpResponse:
    """Answer what the reading asked."""
    answers: dict[str, Any] = {key: request.POST[key] for key in ("region", "year") if key in request.POST}
    if "documents" in request.POST:
        answers["documents"] = request.POST.getlist("documents")
    return redirect(_onward(reading.answer(paper=_paper(request, pk), answers=answers, by=request.user)))


@allowed("plans.upload")
@require_POST
def paper_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """Take the paper back."""
    found = reading.withdraw(paper=_paper(request, pk), by=request.user)
    messages.success(request, f"已撤回“{found}”。原件和记录仍保留，需要时可重新上传。")
    return redirect("plans:papers")


@allowed("plans.upload")
@require_POST
def paper_read_again(request: SignedIn, pk: int) -> HttpResponse:
    """Start the reading again."""
    return redirect(_onward(uploading.read_again(paper=_paper(request, pk), by=request.user)))
