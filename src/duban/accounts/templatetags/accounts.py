"""Fields of forms that are not ours (allauth's), in the look of the site."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.conf import settings
from django.utils.safestring import SafeString

register = template.Library()


@register.inclusion_tag("accounts/parts/idle.html", takes_context=True)
def idle_warning(context: dict[str, Any]) -> dict[str, Any]:
    """Show the warning before a session ends for want of doing; for the end of ``base.html``."""
    return {
        "user": context.get("user"),
        "csrf_token": context.get("csrf_token"),
        "idle_seconds": settings.SESSION_IDLE,
    }


@register.filter
def control(field: forms.BoundField) -> SafeString:
    """Return the field's input with the classes of the style sheet, marked where it is in error."""
    widget = field.field.widget
    style = "form-select" if isinstance(widget, forms.Select) else "form-control"
    # The label stands above: words within would vanish with the first letter.
    attrs: dict[str, str | bool] = {"class": style, "placeholder": False}
    if field.errors:
        attrs |= {"class": f"{style} is-invalid", "aria-invalid": "true", "autofocus": True}
    described = [f"{field.id_for_label}-{part}" for part, there in _parts(field).items() if there]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


def _parts(field: forms.BoundField) -> dict[str, bool]:
    return {"hint": bool(field.help_text), "errors": bool(field.errors)}
