"""The guard at every view: who may come in.

Each view of the site is decorated with :func:`allowed` (or :func:`open_to_all`); a test sweeps all addresses and finds
one that is not. What a view shows is then narrowed by ``visible_to``, what it does by the action's own `require`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from duban.organisations.access import require
from duban.organisations.models import Person
from duban.organisations.roles import MAY

P = ParamSpec("P")


class SignedIn(HttpRequest):
    """A request of somebody who signed in."""

    user: Person


View = Callable[Concatenate[SignedIn, P], HttpResponseBase]


def allowed(action: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Let those in whose posts allow `action` (a key of `roles.MAY`) somewhere; others get a 403 page.

    Raises `KeyError` at import for an action that is not known.
    """
    _ = MAY[action]

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            require(request.user, action)
            return view(cast(SignedIn, request), *args, **kwargs)

        whole: Any = login_required(guarded)
        whole.permission = action
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", whole)

    return decorate


def open_to_all(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Mark a view that needs no sign-in: the first run, the state of the server."""
    view.permission = None  # type: ignore[attr-defined]
    return view
