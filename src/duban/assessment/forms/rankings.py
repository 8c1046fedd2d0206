"""Forms of rankings: what each step asks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from duban.assessment.models import Commendation
from duban.organisations.models import Division, Unit
from duban.plans.forms.styled import DayInput, StyledForm
from duban.supervision.forms.issues import FilesField

#: Days that units have to object, unless the office says otherwise.
DAYS = 3


class ComputeForm(StyledForm):
    """Which month, by which scheme."""

    month = forms.ChoiceField(label="月份")
    scheme = forms.ChoiceField(label="计分办法")

    def __init__(
        self, *args: Any, months: list[tuple[str, str]], schemes: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = months  # type: ignore[attr-defined]
        self.fields["scheme"].choices = schemes  # type: ignore[attr-defined]


class ShowForm(StyledForm):
    """Until when units may object, and whether they see the places."""

    until = forms.DateField(label="征求意见到", widget=DayInput, help_text="含这一天。")
    places_shown = forms.BooleanField(label="各单位看得到全部名次（看不到别人的明细）", required=False)

    @classmethod
    def proposed(cls, today: date) -> dict[str, Any]:
        """Return what the form proposes."""
        return {"until": today + timedelta(days=DAYS)}


class ReasonForm(StyledForm):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class RecomputeForm(StyledForm):
    """By which scheme it is computed again."""

    scheme = forms.ChoiceField(label="计分办法", required=False)

    def __init__(self, *args: Any, schemes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = [("", "不变"), *schemes]  # type: ignore[attr-defined]


class NoteForm(StyledForm):
    """A note that may be needed."""

    note = forms.CharField(
        label="批准意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="征求意见还没有到期的，必须写明提前批准的理由。",
    )  # fmt: skip


class ObjectForm(StyledForm):
    """What is wrong, and what shows it."""

    text = forms.CharField(
        label="哪里不对，依据是什么", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    attached = FilesField(label="证明材料", required=False, help_text="照片、PDF、docx、xlsx，可以选几个。")


class ForgiveForm(StyledForm):
    """Why a fact does not count, and by what paper."""

    reason = forms.CharField(label="不计的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    paper = forms.CharField(label="依据", max_length=200, help_text="文号、会议纪要、批示。")
    attached = FilesField(label="依据的文件", required=False)


class CommendationForm(StyledForm):
    """What somebody above decided of a unit."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="单位", empty_label="请选择")
    kind = forms.ChoiceField(label="类别", choices=Commendation.Kind.choices)
    source = forms.ChoiceField(label="谁作出的", choices=Commendation.Source.choices)
    who = forms.CharField(label="机关或领导", max_length=100)
    day = forms.DateField(label="日期", widget=DayInput, help_text="计在这一天所在的月份。")
    title = forms.CharField(label="事由", max_length=300)
    paper = forms.CharField(label="文号、依据", max_length=200)
    attached = FilesField(label="文件", required=False)

    def __init__(self, *args: Any, division: Division, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.in_use(division, today)  # type: ignore[attr-defined]
