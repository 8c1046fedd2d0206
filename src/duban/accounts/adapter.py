"""What allauth asks the site: accounts are made by the administrator, and nothing is mailed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from duban.organisations.models import Person


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes sign-up, keeps when a password was changed, and speaks plainly."""

    error_messages = {  # noqa: RUF012 — allauth's own attribute
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "用户名或密码不对。忘记密码的，请联系本级系统管理员重置。",
        "email_password_mismatch": "邮箱或密码不对。忘记密码的，请联系本级系统管理员重置。",
        "enter_current_password": "现在的密码不对，请重新输入。",
        "incorrect_password": "密码不对，请重新输入。",
        "incorrect_code": "验证码不对或已过期，请输入现在显示的验证码。",
        "too_many_login_attempts": "试得太多了，请过几分钟再试。",
        "rate_limited": "操作太频繁，请过一会儿再试。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: accounts are handed out."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Do nothing: axes counts the failures, and says until when an account is locked."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: an office's network is closed; the person's own page tells what happened."""

    def set_password(self, user: Person, password: str) -> None:
        """Set a password that the person chose."""
        user.set_password(password)
        user.must_change_password = False
        user.password_changed_at = timezone.now()
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where a change of password ends: the own page."""
        return reverse("account_home")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names the keys, and the site in the authenticator app."""

    error_messages = {  # noqa: RUF012 — allauth's own attribute
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "验证码不对或已过期，请输入现在显示的验证码。",
    }

    def get_totp_issuer(self) -> str:
        """Return the site's name as the app shows it."""
        return "督办"

    def get_totp_label(self, user: Person) -> str:
        """Return the account's name as the app shows it."""
        return user.username or user.name

    def generate_authenticator_name(self, user: Person, type: Any) -> str:
        """Return the name that is proposed for a new key."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"安全密钥{count + 1}" if count else "安全密钥"

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        """Return the person as the key's own dialogue shows them."""
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.name}

    def _get_site_name(self) -> str:
        return "督办"
