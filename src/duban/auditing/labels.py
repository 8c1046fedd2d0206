"""The words for what the audit trail holds in codes; they are data (labels.toml)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist


@cache
def actions() -> dict[str, str]:
    """Return the words for each action by its code: ``plans.issue`` is 印发台账."""
    return {
        f"{app}.{name}": words for app, names in _read().items() if app != "fields" for name, words in names.items()
    }


def action(code: str) -> str:
    """Return the words for an action; its code where there are none."""
    return actions().get(code, code)


def subject(text: str) -> str:
    """Return what kind of thing an event's subject is (``organisations.unit:3`` is 单位), empty where nobody knows."""
    try:
        return str(apps.get_model(text.partition(":")[0])._meta.verbose_name)
    except (LookupError, ValueError):
        return ""


def field(subject_text: str, name: str) -> str:
    """Return the words for a field of an event's subject."""
    try:
        return str(apps.get_model(subject_text.partition(":")[0])._meta.get_field(name).verbose_name)
    except (LookupError, ValueError, FieldDoesNotExist, AttributeError):
        return _read()["fields"].get(name, name)


#: Where an event came from that no browser caused.
ORIGINS = {"cli": "服务器命令行", "job": "后台任务"}


def origin(text: str) -> str:
    """Return the words for where an event came from; an address stays as it is."""
    return ORIGINS.get(text, text)


@cache
def _read() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "labels.toml").read_text("utf-8"))
