"""Turns refusals into answers: one place for all pages."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from duban.audit.refusals import Refusal


class RefusalMiddleware:
    """Answers a `Refusal`: JSON to a script, a message on the page it came from, or a page of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the answer to a refusal; other exceptions are Django's."""
        if not isinstance(exception, Refusal):
            return None
        message = str(exception)
        if request.headers.get("HX-Request") or "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"title": type(exception).__name__, "detail": message}, status=exception.status)
        back = request.headers.get("Referer", "")
        if request.method == "POST" and url_has_allowed_host_and_scheme(back, {request.get_host()}):
            messages.error(request, message)
            return redirect(back)
        return render(request, "refusal.html", {"message": message}, status=exception.status)
