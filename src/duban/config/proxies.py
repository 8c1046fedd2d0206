"""The client's address behind a reverse proxy."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: In ``DUBAN_PROXIES``: whoever comes through the server's own socket file.
SOCKET = "unix"


class ProxyMiddleware:
    """Takes the client's address from ``X-Forwarded-For`` where the request comes from a proxy of ``DUBAN_PROXIES``.

    Each proxy appends the address that it was called from, so the last one that is not a proxy's own is the client's.
    Who calls without a proxy can write what they like into the header: nobody looks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.socket = SOCKET in settings.PROXIES
        self.networks = [ip_network(words, strict=False) for words in settings.PROXIES if words != SOCKET]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under the client's address."""
        address = str(request.META.get("REMOTE_ADDR", ""))
        for before in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
            if not before.strip() or not self._trusts(address):
                break
            address = before.strip()
        request.META["REMOTE_ADDR"] = address if _is_address(address) else "0.0.0.0"
        return self.get_response(request)

    def _trusts(self, address: str) -> bool:
        if not address:
            return self.socket
        return _is_address(address) and any(ip_address(address) in network for network in self.networks)


def _is_address(words: str) -> bool:
    try:
        ip_address(words)
    except ValueError:
        return False
    return True
