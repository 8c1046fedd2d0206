"""On the spot, on a phone: today's visits, the check list of one, entries and photos that come when there is a network."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import BinaryIO, cast
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from duban import __version__
from duban.audit.refusals import Refusal
from duban.dispatch.refusals import NotYours
from duban.organisations.guard import SignedIn, allowed
from duban.supervision.actions import inspection_spot as actions
from duban.supervision.models import CheckItem, SpotPhoto, SpotVoice, Visit
from duban.supervision.models.inspections import Result, Severity
from duban.supervision.queries import inspection_spot as queries
from duban.supervision.queries.inspections import visits_of
from duban.supervision.views.playing import played


@require_GET
@allowed("supervision.inspect")
def spot(request: SignedIn) -> HttpResponse:
    """List the visits of the groups that the person is in, today's first."""
    today = timezone.localdate()
    context = {"today": today, "groups": queries.visits(request.user, today)}
    return render(request, "supervision/inspections/spot_list.html", context)


@require_GET
@allowed("supervision.inspect")
def spot_visit(request: SignedIn, pk: int) -> HttpResponse:
    """Show the check list of a visit to be filled in."""
    found: Visit = get_object_or_404(queries.own_visits(request.user), pk=pk)
    visit = next(one for one in visits_of(found.inspection) if one.pk == pk)
    context = {
        "visit": visit,
        "inspection": found.inspection,
        "items": [(item, str(uuid4())) for item in visit.items.all()],
        "results": Result.choices,
        "severities": Severity.choices,
        "limit": settings.EVIDENCE_LIMIT // 1024 // 1024,
    }
    return render(request, "supervision/inspections/spot.html", context)


#: What the page on the spot is made of; another version of any of it is another version of what is kept.
_PARTS = (
    *("supervision/spot/spot.js", "supervision/spot/queue.js", "supervision/spot/recorder.js", "supervision/spot.css"),
    *("duban/site.js", "duban/sending.js", "duban/frame.css", "duban/parts.css", "duban/tokens.css"),
)


@require_GET
@allowed("supervision.inspect")
def worker(request: SignedIn) -> HttpResponse:
    """Hand out the service worker that keeps the pages below ``/spot/`` that were opened, and no other."""
    made_of = "".join([__version__, *(static(part) for part in _PARTS)])
    context = {
        "prefix": "duban.spot.",
        "version": hashlib.sha256(made_of.encode()).hexdigest()[:12],
        "scope": reverse("supervision:spot"),
        "parts": settings.STATIC_URL,
    }
    response = render(
        request, "supervision/inspections/worker.js", context, content_type="text/javascript; charset=utf-8"
    )
    response["Cache-Control"] = "no-cache"
    return response


def _item(request: SignedIn, pk: int) -> CheckItem:
    visits = queries.own_visits(request.user)
    return get_object_or_404(CheckItem.objects.filter(visit__in=visits).select_related("visit__inspection"), pk=pk)


def _wants_json(request: SignedIn) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _same_person(request: SignedIn) -> None:
    """Refuse what one person entered and another, signed in on the same phone, would send."""
    if request.POST.get("person", str(request.user.pk)) != str(request.user.pk):
        raise NotYours(request.user.name)


@require_POST
@allowed("supervision.inspect")
def enter(request: SignedIn, pk: int) -> HttpResponse:
    """Save an item: from the page's script with its key and time, or as a plain form, photos and all."""
    item = _item(request, pk)
    _same_person(request)
    figures = {
        name.removeprefix("figure-"): value for name, value in request.POST.items() if name.startswith("figure-")
    }
    said = {name: request.POST.get(name, "") for name in ("result", "finding", "severity", "note")}
    actions.enter(
        item=item,
        key=request.POST.get("key", ""),
        said={**said, "figures": figures},
        made_at=_moment(request.POST.get("made_at", "")),
        by=request.user,
    )
    if _wants_json(request):
        return JsonResponse({"item": item.pk})
    for number, file in enumerate(request.FILES.getlist("photos")):
        try:
            actions.add_photo(
                item=item,
                key=f"{request.POST.get('key', '')[:36]}-{number}",
                file=cast(BinaryIO, file),
                name=str(file.name),
                by=request.user,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
    for number, file in enumerate(request.FILES.getlist("voices")):
        try:
            actions.add_voice(
                item=item,
                key=f"{request.POST.get('key', '')[:35]}-v{number}",
                file=cast(BinaryIO, file),
                name=str(file.name),
                by=request.user,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
    messages.success(request, f"“{item}”已保存。")
    return redirect("supervision:spot_visit", pk=item.visit_id)


@require_POST
@allowed("supervision.inspect")
def photo(request: SignedIn, pk: int) -> JsonResponse:
    """Take one photo with its key, the time and the place that the phone tells."""
    item = _item(request, pk)
    _same_person(request)
    file = request.FILES.get("photo")
    if file is None:
        raise Http404
    made = actions.add_photo(
        item=item,
        key=request.POST.get("key", ""),
        file=cast(BinaryIO, file),
        name=str(file.name),
        taken_at=_moment(request.POST.get("made_at", "")),
        latitude=_degrees(request.POST.get("latitude", "")),
        longitude=_degrees(request.POST.get("longitude", "")),
        by=request.user,
    )
    return JsonResponse({"photo": made.pk, "place": made.place_words, "told": made.place_told_by})


@require_POST
@allowed("supervision.inspect")
def voice(request: SignedIn, pk: int) -> JsonResponse:
    """Take one voice note with its key and the time that the phone tells."""
    item = _item(request, pk)
    _same_person(request)
    file = request.FILES.get("voice")
    if file is None:
        raise Http404
    made = actions.add_voice(
        item=item,
        key=request.POST.get("key", ""),
        file=cast(BinaryIO, file),
        name=str(file.name),
        recorded_at=_moment(request.POST.get("made_at", "")),
        by=request.user,
    )
    return JsonResponse({"voice": made.pk})


@require_GET
@allowed("supervision.read")
def voice_play(request: SignedIn, pk: int) -> HttpResponseBase:
    """Play a voice note to those who see its inspection, and to the unit once its finding is fed back."""
    found: SpotVoice = get_object_or_404(queries.voices_seen(request.user), pk=pk)
    attachment = found.attachments.select_related("stored").first()
    if attachment is None:
        raise Http404
    return played(request, attachment.stored)


@require_GET
@allowed("supervision.read")
def photo_preview(request: SignedIn, pk: int) -> HttpResponseBase:
    """Show a photo from the spot to those who see its inspection, and to the unit once its finding is fed back."""
    found: SpotPhoto = get_object_or_404(
        queries.photos_seen(request.user).prefetch_related(Prefetch("attachments")), pk=pk
    )
    attachment = found.attachments.select_related("stored").first()
    if attachment is None or not attachment.stored.preview:
        raise Http404
    response = FileResponse(attachment.stored.preview.open("rb"), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or timezone.is_aware(found):
        return found
    return found.replace(tzinfo=UTC)


def _degrees(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value.quantize(Decimal("0.000001")) if value.is_finite() and abs(value) <= 180 else None
