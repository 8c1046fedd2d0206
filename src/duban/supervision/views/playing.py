"""A recording as a page's player asks for it: whole, or a stretch of it, which Safari asks for before it plays anything."""

from __future__ import annotations

import re

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from duban.dispatch.models import EvidenceFile

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def played(request: HttpRequest, stored: EvidenceFile) -> HttpResponseBase:
    """Hand out a recording that was typed by its content; the browser may do nothing with it but play it."""
    stretch = _stretch(request.headers.get("Range", ""), stored.size)
    if stretch is None:
        response: HttpResponseBase = FileResponse(stored.file.open("rb"), content_type=stored.media_type)
    else:
        first, last = stretch
        if first > last:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{stored.size}"
            return response
        with stored.file.open("rb") as file:
            file.seek(first)
            response = HttpResponse(file.read(last - first + 1), status=206, content_type=stored.media_type)
        response["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; media-src 'self'"
    response["Cache-Control"] = "private, no-store"
    return response


def _stretch(asked: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte that are asked for, the first beyond the last where there are none such; None for all."""
    found = _RANGE.fullmatch(asked.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(size - int(found[2]), 0), size - 1
    return int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
