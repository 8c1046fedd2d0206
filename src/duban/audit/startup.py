"""What must be there before the site starts."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.checks import register as register_check

from duban.audit.trail import NoSM3, sm3


def sm3_is_there(**kwargs: Any) -> list[CheckMessage]:
    """Return an error where Python's OpenSSL has no SM3."""
    try:
        sm3(b"")
    except NoSM3 as refusal:
        return [Error(str(refusal), id="audit.E001")]
    return []


def register() -> None:
    """Have Django check it at every start."""
    register_check(sm3_is_there)
