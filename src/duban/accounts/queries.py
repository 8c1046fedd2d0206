"""What the accounts' pages show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessFailureLog, AccessLog
from django.conf import settings
from django.utils import timezone

from duban.organisations.models import Person

_BROWSERS = (
    ("QQBrowser", "QQ浏览器"),
    ("360", "360浏览器"),
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Kylin", "麒麟"),
    ("UOS", "统信"),
    ("Linux", "Linux"),
)


def somebody_can_sign_in() -> bool:
    """Say whether the site has been set up: some person has a user name."""
    return Person.objects.filter(username__isnull=False).exists()


def browser(user_agent: str) -> str:
    """Return what a browser calls itself as people know it: ``Edge，Windows``."""
    found = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if re.search(rf"\b{sign}", user_agent)), "")
    return "，".join(filter(None, (found, system))) or "其他程序"


@dataclass(frozen=True)
class SignIn:
    """One sign-in, or one that failed."""

    at: datetime
    where: str
    browser: str
    outcome: str
    failed: bool


def sign_ins(person: Person, *, most: int = 30) -> list[SignIn]:
    """Return the person's latest sign-ins and failures, latest first."""
    name = person.username or ""
    good = AccessLog.objects.filter(username=name).order_by("-attempt_time")[:most]
    bad = AccessFailureLog.objects.filter(username=name).order_by("-attempt_time")[:most]
    found = [SignIn(x.attempt_time, x.ip_address or "", browser(x.user_agent), "成功", False) for x in good]
    found += [
        SignIn(
            x.attempt_time, x.ip_address or "", browser(x.user_agent), "失败，已锁定" if x.locked_out else "失败", True
        )
        for x in bad
    ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:most]


@dataclass(frozen=True)
class OpenSession:
    """A session that goes on."""

    since: datetime
    seen: datetime
    where: str
    browser: str
    current: bool


def open_sessions(person: Person, current: str) -> list[OpenSession]:
    """Return the sessions that the person has open, the one whose key is `current` first."""
    since = timezone.now() - timedelta(seconds=settings.SESSION_IDLE)
    found = [
        OpenSession(s.created_at, s.last_seen_at, s.ip, browser(s.user_agent), s.session_key == current)
        for s in UserSession.objects.filter(user=person).order_by("-last_seen_at")
        # One that has been idle for too long is refused when it comes back.
        if s.session_key == current or (s.last_seen_at >= since and s.exists())
    ]
    return sorted(found, key=lambda session: not session.current)


@dataclass(frozen=True)
class Factors:
    """Which second factors a person has set up."""

    totp: bool
    keys: int
    codes_left: int


def factors(person: Person) -> Factors:
    """Return the person's second factors."""
    mine = list(Authenticator.objects.filter(user=person))
    codes = next((a for a in mine if a.type == Authenticator.Type.RECOVERY_CODES), None)
    return Factors(
        totp=any(a.type == Authenticator.Type.TOTP for a in mine),
        keys=sum(a.type == Authenticator.Type.WEBAUTHN for a in mine),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
    )


def last_visit(person: Person) -> datetime | None:
    """Return when the person signed in the time before the present one; `None` at the first visit."""
    mine = AccessLog.objects.filter(username=person.username or "").order_by("-attempt_time")
    times: list[datetime] = list(mine.values_list("attempt_time", flat=True)[:2])
    return times[1] if len(times) == 2 else None
