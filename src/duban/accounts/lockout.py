"""Lockout after failed sign-ins: axes counts, this names who and says until when."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from duban.organisations.models import Person


def username_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the user name that a sign-in is for, however it was written: upper case, blanks, the e-mail address."""
    given = credentials or {}
    written = str(given.get("username") or given.get("email") or request.POST.get("login", "")).strip().lower()
    found = Person.objects.filter(username__iexact=written).values_list("username", flat=True).first()
    if found is None and "@" in written:
        found = Person.objects.filter(email__iexact=written).values_list("username", flat=True).first()
    return (found or written)[:255]


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """Return the page that says when to try again."""
    attempts = AccessAttempt.objects.filter(
        username=username_of(request, credentials),
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
    )
    last = attempts.aggregate(last=Max("attempt_time"))["last"]
    wait = get_cool_off(request)
    until = last + wait if last and wait else None
    return render(request, "accounts/locked.html", {"until": until, "minutes": _minutes(wait)}, status=429)


def _minutes(wait: Any) -> int | None:
    return round(wait.total_seconds() / 60) if wait else None
