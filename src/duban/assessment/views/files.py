"""Files of assessment: handed out as downloads, never shown within the site."""

from __future__ import annotations

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from duban.assessment.models import ScoreFile
from duban.organisations.guard import SignedIn, allowed


@require_GET
@allowed("assessment.read")
def file(request: SignedIn, pk: int) -> HttpResponseBase:
    """Hand out a file as a download, whatever it holds."""
    seen = ScoreFile.objects.visible_to(request.user).select_related("stored")
    found: ScoreFile = get_object_or_404(seen, pk=pk)
    response = FileResponse(
        found.stored.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
