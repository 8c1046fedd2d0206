"""What allauth, axes and Django tell of accounts, written into the audit trail."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from duban.accounts import actions
from duban.accounts.lockout import username_of
from duban.accounts.middleware import SECURED
from duban.organisations.models import Person

_KINDS = {
    Authenticator.Type.TOTP: "动态验证码",
    Authenticator.Type.WEBAUTHN: "安全密钥",
    Authenticator.Type.RECOVERY_CODES: "恢复码",
}


def connect() -> None:
    """Listen; called once, when the apps are ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="duban.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="duban.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="duban.failed")
    user_locked_out.connect(_locked_out, dispatch_uid="duban.locked_out")
    password_changed.connect(_password_changed, dispatch_uid="duban.password_changed")
    factors.authenticator_added.connect(_factor_added, dispatch_uid="duban.factor_added")
    factors.authenticator_removed.connect(_factor_removed, dispatch_uid="duban.factor_removed")
    factors.authenticator_reset.connect(_factor_reset, dispatch_uid="duban.factor_reset")
    factors.authentication_failed.connect(_code_failed, dispatch_uid="duban.code_failed")


def _signed_in(request: HttpRequest, user: Person, **_: Any) -> None:
    actions.note("account.signed_in", by=user)


def _signed_out(request: HttpRequest, user: Person | None, **_: Any) -> None:
    if user is not None:
        idle = getattr(request, "idled_out", False)
        actions.note("account.timed_out" if idle else "account.signed_out", by=user)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None:
        why = "已锁定" if getattr(request, "axes_locked_out", False) else "用户名或密码不对"
        actions.note_failure("account.sign_in_failed", username=username_of(request, credentials), why=why)


def _locked_out(request: HttpRequest, username: str, **_: Any) -> None:
    # A lockout is told at every attempt while it lasts; the failure that brought it is the one to note.
    if getattr(request, "axes_failures_since_start", None):
        actions.note_failure("account.locked_out", username=username, why="连续失败次数达到上限")


def _code_failed(user: Person, authenticator: Authenticator, **_: Any) -> None:
    actions.note_failure("account.second_factor_failed", username=user.username or "", why="第二道验证不对")


def _password_changed(user: Person, **_: Any) -> None:
    actions.note("account.changed_password", by=user)


def _factor_added(user: Person, authenticator: Authenticator, **_: Any) -> None:
    actions.note("account.added_factor", by=user, after={"factor": _KINDS[authenticator.type]})


def _factor_removed(request: HttpRequest, user: Person, authenticator: Authenticator, **_: Any) -> None:
    # Who must have a second factor is asked anew.
    request.session.pop(SECURED, None)
    actions.note("account.removed_factor", by=user, after={"factor": _KINDS[authenticator.type]})


def _factor_reset(user: Person, authenticator: Authenticator, **_: Any) -> None:
    actions.note("account.renewed_codes", by=user, after={"factor": _KINDS[authenticator.type]})
