"""How forms are drawn: ``{{ form }}`` and ``{{ form.field }}`` look right everywhere, with the classes of the style sheet."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

_CHECKS = ("checkbox.html", "checkbox_option.html", "radio_option.html", "input_option.html")
_PLAIN = ("hidden.html", "multiple_hidden.html", "checkbox_select.html", "radio.html", "multiple_input.html")


class Renderer(TemplatesSetting):
    """Draws forms and fields with our templates, and gives inputs their class where the form gave none."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Return the drawn form, field or input."""
        if template_name.startswith("django/forms/widgets/") and "widget" in context:
            attrs = context["widget"]["attrs"]
            name = template_name.rsplit("/", 1)[1]
            if "form-" not in (given := attrs.get("class", "")) and name not in _PLAIN:
                style = "form-check-input" if name in _CHECKS else "form-control"
                if name == "select.html":
                    style = "form-select"
                bad = " is-invalid" if attrs.get("aria-invalid") == "true" else ""
                attrs["class"] = f"{given} {style}{bad}".strip()
        return super().render(template_name, context, request)
