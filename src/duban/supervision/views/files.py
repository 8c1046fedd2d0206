"""Files of supervision: handed out as downloads, never shown within the site."""

from __future__ import annotations

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from duban.organisations.guard import SignedIn, allowed
from duban.supervision.models import Attachment
from duban.supervision.queries.matters import attachments_seen


@require_GET
@allowed("supervision.read")
def file(request: SignedIn, pk: int) -> HttpResponseBase:
    """Hand out a file as a download, whatever it holds."""
    found: Attachment = get_object_or_404(attachments_seen(request.user), pk=pk)
    response = FileResponse(
        found.stored.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@allowed("supervision.read")
def preview(request: SignedIn, pk: int) -> HttpResponseBase:
    """Show the preview of a photo: a JPEG of our own making, whatever was uploaded."""
    found: Attachment = get_object_or_404(attachments_seen(request.user), pk=pk)
    if not found.stored.preview:
        raise Http404
    response = FileResponse(found.stored.preview.open("rb"), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    # What a preview shows never changes: it is kept by its digest.
    response["Cache-Control"] = "private, max-age=86400"
    return response
