"""Forms to draft a paper and to send it on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from duban.bulletins.composing.wording import KINDS, OF_A_SECTION, OF_A_UNIT
from duban.organisations.models import Division, Unit
from duban.plans.models import Ledger, Section

MONTHS = [(str(number), f"{number}月") for number in range(1, 13)]


class NewForm(forms.Form):
    """Which paper, of which ledger and month; on which section or unit where it is a special one."""

    kind = forms.ChoiceField(label="文种", choices=list(KINDS.items()))
    ledger = forms.ModelChoiceField(label="台账", queryset=Ledger.objects.none())
    month = forms.ChoiceField(label="月份", choices=MONTHS, help_text="年度的写截止到哪个月")
    section = forms.ModelChoiceField(
        label="章节", queryset=Section.objects.none(), required=False, help_text="只有专项通报（一个章节）要选"
    )
    unit = forms.ModelChoiceField(
        label="单位", queryset=Unit.objects.none(), required=False, help_text="只有单位本月情况要选"
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args: Any, ledgers: Any, division: Division, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (
            ("ledger", ledgers),
            (
                "section",
                Section.objects.filter(ledger__in=ledgers, tasks__isnull=False).distinct().order_by("ledger", "order"),
            ),
            (
                "unit",
                Unit.objects.filter(division=division).exclude(valid_to__lte=today).order_by("group__order", "order"),
            ),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found

    def clean(self) -> dict[str, Any]:
        """Ask for the section or the unit that a special paper is about."""
        data = super().clean() or {}
        if data.get("kind") in OF_A_SECTION and not data.get("section"):
            self.add_error("section", "专项通报写哪一个章节？请选章节。")
        if data.get("kind") in OF_A_UNIT and not data.get("unit"):
            self.add_error("unit", "单位情况写哪一个单位？请选单位。")
        if (ledger := data.get("ledger")) and data.get("month"):
            data["day"] = date(ledger.year, int(data["month"]), 1)
        return data


class HeadForm(forms.Form):
    """The title, to whom the paper goes, who gets a copy."""

    title = forms.CharField(label="标题", max_length=300)
    addressee = forms.CharField(label="主送", max_length=500, required=False)
    copies = forms.CharField(label="抄送", max_length=500, required=False)


class TemplateForm(forms.Form):
    """A Word file to be used as a template."""

    file = forms.FileField(label="Word 模板（docx）", widget=forms.FileInput(attrs={"accept": ".docx"}))
