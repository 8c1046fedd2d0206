"""Who may go on: sessions that idle end, and what a person must do first."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from duban.accounts.queries import somebody_can_sign_in
from duban.organisations.access import access_of
from duban.organisations.models import Person

#: The session is written at most this often (seconds) to say that somebody is there.
_EVERY = 60
_SEEN = "seen"
#: In the session: a second factor is set up, as the person's roles ask.
SECURED = "secured"


def _wants_data(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) or "application/json" in request.headers.get("Accept", "")


def _name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""


class IdleMiddleware:
    """Ends a session after a time without a person's doing (GB/T 22239: 登录连接超时自动退出).

    What a script asks for on its own (a GET by ``fetch``) is not a person's doing; opening a page, sending something and
    the page's own sign of life (``account_alive``) are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, as nobody's where the session has idled for too long."""
        if request.user.is_authenticated:
            self._look(request)
        response = self.get_response(request)
        if response.status_code == 302 and _wants_data(request) and self._to_sign_in(response):
            # A script would follow to the sign-in page and take it for its answer.
            detail = "登录已失效，请重新登录。尚未保存的内容仍在这个页面上。"
            return JsonResponse(
                {"title": "SignedOut", "detail": detail, "sign_in": resolve_url(settings.LOGIN_URL)}, status=401
            )
        return response

    def _look(self, request: HttpRequest) -> None:
        now = time.time()
        seen = request.session.get(_SEEN)
        if seen is not None and now - seen > settings.SESSION_IDLE:
            request.idled_out = True  # type: ignore[attr-defined]
            logout(request)
            messages.info(request, f"超过{settings.SESSION_IDLE // 60}分钟没有操作，已自动退出，请重新登录。")
        elif (seen is None or now - seen > min(_EVERY, settings.SESSION_IDLE / 4)) and self._by_a_person(request):
            request.session[_SEEN] = now
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())

    @staticmethod
    def _by_a_person(request: HttpRequest) -> bool:
        return request.method != "GET" or request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"

    @staticmethod
    def _to_sign_in(response: HttpResponse) -> bool:
        return response.headers.get("Location", "").startswith(resolve_url(settings.LOGIN_URL))


class FirstRunMiddleware:
    """Leads everybody to the first-run page until somebody can sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.open = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or lead to the first run."""
        if not self.open and not request.user.is_authenticated and _name(request) != "first_run":
            self.open = somebody_can_sign_in()
            if not self.open:
                return redirect("first_run")
        return self.get_response(request)


class DutiesMiddleware:
    """Leads a person to what must be done before anything else: a new password, a second factor."""

    #: Where one may go all the same.
    FREE = frozenset({"account_logout", "account_reauthenticate", "account_alive"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or lead to the duty."""
        if request.user.is_authenticated and (duty := self._duty(request, request.user)):
            target, why = duty
            name = _name(request)
            own = name == target or (target == "mfa_index" and name.startswith("mfa_"))
            if not own and name not in self.FREE:
                if _wants_data(request):
                    return JsonResponse({"title": "DutyFirst", "detail": why}, status=403)
                # The page of an initial password says so itself, at every visit.
                if not request.user.must_change_password:
                    messages.warning(request, why)
                return redirect(reverse(target))
        return self.get_response(request)

    @staticmethod
    def _duty(request: HttpRequest, person: Person) -> tuple[str, str] | None:
        if person.must_change_password:
            return "account_change_password", "您用的是初始密码，请先改成自己的密码。"
        days = settings.PASSWORD_DAYS
        if days and person.has_usable_password():
            since = person.password_changed_at or person.created_at
            if timezone.now() - since > timedelta(days=days):
                return "account_change_password", f"密码已经用了超过{days}天，请先换一个新密码。"
        if settings.TWO_FACTOR_ROLES and not request.session.get(SECURED):
            if access_of(person).roles & settings.TWO_FACTOR_ROLES and not _has_factor(person):
                return "mfa_index", "您的岗位要求两道验证，请先绑定验证器应用或安全密钥。"
            request.session[SECURED] = True
        return None


def _has_factor(person: Person) -> bool:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=person, type__in=kinds).exists())
