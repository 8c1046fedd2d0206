"""The guard at every view: who may come in.

Each view of the site is decorated with :func:`allowed` (or :func:`open_to_all`); a test sweeps all addresses and finds
one that is not. What a view shows is then narrowed by ``visible_to``, what it does by the action's own `require`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, resolve, reverse

from duban.organisations.access import Anyone, access_of, require
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


@cache
def destination(name: str, *, numbered: bool = False) -> tuple[str, str | None] | None:
    """Return the address of a page and the permission that its view asks for, None where there is no such page.

    A `numbered` page has a number in its address; what is returned is the address of number 0.
    """
    try:
        url = reverse(name, args=[0] if numbered else [])
    except NoReverseMatch:
        return None
    return url, getattr(resolve(url).func, "permission", None)


def tabs(person: Anyone, app: str, names: Iterable[tuple[str, str]], current: str) -> list[dict[str, Any]]:
    """Return the tabs over the pages of an app, by name and label: those that `person` may open."""
    access = access_of(person)
    found = []
    for name, label in names:
        place = destination(f"{app}:{name}")
        if place and access.may(place[1] or ""):
            found.append({"label": label, "url": place[0], "current": name == current})
    return found
