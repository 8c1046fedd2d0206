"""Fields that several forms share."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.forms.widgets import DateInput, Textarea

from duban.audit.refusals import Refusal


class DayField(forms.DateField):
    """A day, chosen or typed."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        options.setdefault("error_messages", {"invalid": "请写成 2026-06-30 这样的日期。"})
        super().__init__(**options)


class NamesField(forms.CharField):
    """Several names, in lines or with 、 between them."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", Textarea(attrs={"rows": 3}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Return the names one a line."""
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        """Return the names as a list, each once."""
        names = re.split(r"[、,，;；\r\n]+", super().to_python(value) or "")
        return list(dict.fromkeys(name.strip() for name in names if name.strip()))

    def validate(self, value: Any) -> None:
        """Check nothing: the actions say what a name may be."""

    def run_validators(self, value: Any) -> None:
        """Check nothing, as above."""


class Asking(forms.Form):
    """A form that shows what an action refuses above its fields."""

    required_css_class = "required"

    def refused(self, refusal: Refusal) -> None:
        """Note a refusal."""
        self.add_error(None, str(refusal))
