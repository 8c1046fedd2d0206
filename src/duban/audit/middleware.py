"""Says where a request comes from, for the events that it leaves."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from duban.audit.trail import origin


class OriginMiddleware:
    """Names the client's address while a request is answered.

    Behind a reverse proxy the address is the proxy's unless ``DUBAN_PROXIES`` says to trust it, because a header that
    anybody can send proves nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under the client's address."""
        with origin(str(request.META.get("REMOTE_ADDR", ""))):
            return self.get_response(request)
