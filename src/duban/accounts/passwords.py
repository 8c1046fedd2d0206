"""Rules for passwords beyond Django's own."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError

_NUMBERS = "零一二三四"


def classes(password: str) -> int:
    """Return how many of the four classes occur: small letters, capitals, digits, other characters."""
    return sum(
        (
            any(c.isascii() and c.islower() for c in password),
            any(c.isascii() and c.isupper() for c in password),
            any(c.isascii() and c.isdigit() for c in password),
            any(not (c.isascii() and c.isalnum()) for c in password),
        )
    )


class LengthValidator(MinimumLengthValidator):
    """Wants a least number of characters; Django's own says so in English."""

    def get_error_message(self) -> str:
        """Return what is said of a password that is too short."""
        return f"密码太短：至少要有{self.min_length}个字符。"

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return f"至少{self.min_length}个字符。"


class SimilarityValidator(UserAttributeSimilarityValidator):
    """Refuses what is much like the name, user name or address; in the words of the site."""

    def get_error_message(self) -> str:
        """Return what is said of such a password."""
        return "密码和您的%(verbose_name)s太像，请换一个。"

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return "不能和姓名、用户名、邮箱相像。"


class CommonValidator(CommonPasswordValidator):
    """Refuses what many people use; in the words of the site."""

    def get_error_message(self) -> str:
        """Return what is said of such a password."""
        return "这个密码太常见，请换一个。"

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return "不能是常见的密码。"


class NumericValidator(NumericPasswordValidator):
    """Refuses digits alone; in the words of the site."""

    def get_error_message(self) -> str:
        """Return what is said of such a password."""
        return "密码不能全是数字。"

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return "不能全是数字。"


class CharacterClassesValidator:
    """Wants characters of several classes (GB/T 22239, 8.1.4.1: 身份鉴别信息具有复杂度要求)."""

    def __init__(self, wanted: int = 3) -> None:
        self.wanted = max(1, min(wanted, 4))

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise `ValidationError` where too few classes occur."""
        if classes(password) < self.wanted:
            raise ValidationError(f"密码太简单：{self.get_help_text()}", code="password_too_simple")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return f"小写字母、大写字母、数字、符号四类中至少要有{_NUMBERS[self.wanted]}类。"
