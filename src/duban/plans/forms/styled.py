"""Forms in the look of the site."""

from __future__ import annotations

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """A date field with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class StyledForm(forms.Form):
    """A form whose fields bear the classes of the site's style sheet; a field in error is marked as such."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            match widget:
                case forms.CheckboxSelectMultiple() | forms.RadioSelect():
                    # What has a class here gives it to the box around the choices too; the renderer styles each choice.
                    continue
                case forms.CheckboxInput():
                    style = "form-check-input"
                case forms.Select():
                    style = "form-select"
                case _:
                    style = "form-control"
            widget.attrs["class"] = f"{widget.attrs.get('class', '')} {style}".strip()

    def full_clean(self) -> None:
        """Check the fields, and mark those in error for the eye and for screen readers."""
        super().full_clean()
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] = f"{attrs.get('class', '')} is-invalid".strip()
                attrs["aria-invalid"] = "true"
