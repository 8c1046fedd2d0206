"""Forms of talks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from duban.organisations.forms.fields import DayField
from duban.organisations.models import Division, Unit

#: So many promises may be written down at once.
PROMISES = 5


class TalkForm(forms.Form):
    """With whom to talk, about what, when, and who holds it."""

    unit = forms.ModelChoiceField(label="被约谈单位", queryset=Unit.objects.none())
    people = forms.CharField(label="约谈对象", max_length=200, help_text="姓名、职务")
    subject = forms.CharField(label="约谈事由", max_length=300)
    planned_for = DayField(label="约谈日期")
    place = forms.CharField(label="地点", max_length=100, required=False)
    held_by = forms.CharField(label="约谈人", max_length=200, help_text="姓名、职务")

    def __init__(self, *args: Any, division: Division, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Unit.objects.in_use(division, timezone.localdate())


class PromiseForm(forms.Form):
    """What was promised, and by when; both or neither."""

    text = forms.CharField(label="承诺", max_length=300, required=False)
    due = DayField(label="完成期限", required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the other where one is given."""
        data = super().clean() or {}
        if data.get("text") and not data.get("due") and "due" not in self.errors:
            self.add_error("due", "请写明哪天完成。")
        if data.get("due") and not data.get("text"):
            self.add_error("text", "请写明承诺什么。")
        return data


class HoldForm(forms.Form):
    """What was said."""

    notes = forms.CharField(label="谈话情况", max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))


Promises = forms.formset_factory(PromiseForm, extra=PROMISES, max_num=PROMISES)
