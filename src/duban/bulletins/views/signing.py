"""Pages of sign-off and issue: signing on a phone, sending on, issuing, putting right."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from duban.audit.refusals import Refusal
from duban.bulletins import papers as printing
from duban.bulletins.actions import drafting, signing
from duban.bulletins.issuing import archived
from duban.bulletins.queries import pages
from duban.bulletins.queries.drafts import latest
from duban.bulletins.views.papers import bulletin_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Person, Unit
from duban.supervision.papers import office_of


@require_http_methods(["GET", "POST"])
@allowed("bulletins.sign")
def sign(request: SignedIn, pk: int) -> HttpResponse:
    """Show a paper to whoever signs it, sized for a phone, and take the verdict."""
    found = bulletin_of(request, pk)
    wrong = ""
    if request.method == "POST":
        opinion = request.POST.get("opinion", "")[:500]
        try:
            if request.POST.get("verdict") == "return":
                signing.return_(bulletin=found, opinion=opinion, by=request.user)
                messages.success(request, "已退回督查室修改。")
            else:
                done = signing.sign(bulletin=found, opinion=opinion, by=request.user)
                left = "" if done.state != found.state else "，转下一名审签人"
                messages.success(request, f"已同意{left}。")
            return redirect("bulletins:sign", pk=pk)
        except Refusal as refusal:
            wrong = str(refusal)
    found = bulletin_of(request, pk)
    context = {"page": pages.page_of(found, request.user), "bulletin": found, "wrong": wrong, "editing": ""}
    context["signature"] = office_of(found.division)
    return render(request, "bulletins/sign.html", context, status=422 if wrong else 200)


@require_POST
@allowed("bulletins.write")
def submit(request: SignedIn, pk: int) -> HttpResponse:
    """Send a paper to be signed; first it is printed once, so that nobody signs what cannot be printed."""
    found = bulletin_of(request, pk)
    printing.pdf_of(printing.paper_of(found, latest(found).body))
    chosen = [value for value in request.POST.getlist("signer") if value.isdecimal()]
    people = {person.pk: person for person in Person.objects.filter(pk__in=chosen)}
    signers = [people[int(value)] for value in chosen if int(value) in people]
    signing.submit(bulletin=found, signers=signers, by=request.user)
    messages.success(request, f"已送{'、'.join(str(person) for person in dict.fromkeys(signers))}审签。")
    return redirect("bulletins:paper", pk=pk)


@require_POST
@allowed("bulletins.write")
def recall(request: SignedIn, pk: int) -> HttpResponse:
    """Take a paper back to change it."""
    signing.recall(bulletin=bulletin_of(request, pk), by=request.user)
    messages.success(request, "已撤回，可以修改；改好以后重新送审签。")
    return redirect("bulletins:paper", pk=pk)


@require_POST
@allowed("bulletins.write")
def discard(request: SignedIn, pk: int) -> HttpResponse:
    """Give up a paper."""
    drafting.discard(bulletin=bulletin_of(request, pk), reason=request.POST.get("reason", "")[:300], by=request.user)
    messages.success(request, "已作废，记录保留。")
    return redirect("bulletins:papers")


@require_POST
@allowed("bulletins.issue")
def issue(request: SignedIn, pk: int) -> HttpResponse:
    """Give a signed paper its number, send it to units, and archive it."""
    found = bulletin_of(request, pk)
    chosen = [int(value) for value in request.POST.getlist("unit") if value.isdecimal()]
    units = Unit.objects.filter(pk__in=chosen).select_related("successor__successor")
    done = signing.issue(
        bulletin=found,
        units=units,
        signatory=request.POST.get("signatory", "")[:50],
        as_signed=request.POST.get("as_signed") == "on",
        at=timezone.now(),
        by=request.user,
    )
    archived(done, by=request.user)
    messages.success(request, f"已印发：{done.number}，发给{done.deliveries.count()}家单位，文件已归档。")
    return redirect("bulletins:paper", pk=pk)


@require_POST
@allowed("bulletins.issue")
def archive(request: SignedIn, pk: int) -> HttpResponse:
    """Archive an issued paper whose files could not be made when it was issued."""
    archived(bulletin_of(request, pk), by=request.user)
    messages.success(request, "文件已归档。")
    return redirect("bulletins:paper", pk=pk)


@require_POST
@allowed("bulletins.write")
def correct(request: SignedIn, pk: int) -> HttpResponse:
    """Begin the paper that puts an issued one right."""
    made = drafting.correct(bulletin=bulletin_of(request, pk), by=request.user)
    messages.success(request, "已拟出更正的通知，请核对、修改，再送审签。")
    return redirect("bulletins:paper", pk=made.pk)
