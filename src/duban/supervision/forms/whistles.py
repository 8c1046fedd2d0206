"""Forms of whistles."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from duban.organisations.models import Division, Unit
from duban.plans.forms.styled import StyledForm
from duban.supervision.loop import whistling
from duban.supervision.models import WhistleUrgency


class BlowForm(StyledForm):
    """A call: which departments, for what, how soon. About an issue that is there it needs no title."""

    title = forms.CharField(label="什么事", max_length=200, help_text="一句话，例如：南门老街排水管塌陷，三户进水。")
    urgency = forms.ChoiceField(label="多急", widget=forms.RadioSelect)
    lead = forms.ModelChoiceField(Unit.objects.none(), label="牵头部门", empty_label="请选择")
    others = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label="还要叫哪些部门", required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(label="要部门做什么", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    place = forms.CharField(label="到哪里", max_length=200, required=False)

    def __init__(self, *args: Any, division: Division, unit: Unit, about: bool, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        urgency, lead, others = (self.fields[name] for name in ("urgency", "lead", "others"))
        assert isinstance(urgency, forms.ChoiceField)
        assert isinstance(lead, forms.ModelChoiceField)
        assert isinstance(others, forms.ModelMultipleChoiceField)
        limits = whistling.limits()
        urgency.choices = [(one.value, f"{one.label}：{limits[one.value].meaning}") for one in WhistleUrgency]
        lead.queryset = others.queryset = (
            Unit.objects.in_use(division, today).exclude(pk=unit.pk).select_related("group")
        )
        if about:
            del self.fields["title"]

    def departments(self) -> list[Unit]:
        """Return the departments called, the lead first."""
        lead = self.cleaned_data["lead"]
        return [lead, *(unit for unit in self.cleaned_data["others"] if unit != lead)]


class RateForm(StyledForm):
    """How a department did."""

    stars = forms.TypedChoiceField(
        label="几星", coerce=int, choices=[(n, "★" * n) for n in range(5, 0, -1)], initial=5, widget=forms.RadioSelect
    )
    text = forms.CharField(label="评价", max_length=300, required=False, help_text="三星以下的写明理由。")
