"""Forms of orders and talks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from duban.organisations.forms.fields import DayField
from duban.organisations.models import Division, Unit
from duban.supervision.models.orders import Level
from duban.supervision.pressing.rules import rules

MEASURES = (("working", "工作日"), ("days", "天（自然日）"))


def _text(rows: int, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class FilesInput(forms.ClearableFileInput):
    """Takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; none is as good."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", FilesInput())
        options.setdefault("required", False)
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files as a list."""
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


class TermsForm(forms.Form):
    """The level and the days of an order."""

    level = forms.ChoiceField(label="等级", choices=Level.choices)
    sign_days = forms.IntegerField(label="几个工作日内签收", min_value=1, max_value=60)
    answer_days = forms.IntegerField(label="几天内答复", min_value=1, max_value=366)
    measure = forms.ChoiceField(label="答复按", choices=MEASURES)
    automatic = forms.BooleanField(label="过了答复期限没有办好，按规则自动升级", required=False)
    signatory = forms.CharField(label="签发人", max_length=50, required=False)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def terms(self) -> dict[str, Any]:
        """Return what `actions.orders.issue` takes of it."""
        data = self.cleaned_data
        return {
            "level": data["level"],
            "sign_days": data["sign_days"],
            "answer_days": data["answer_days"],
            "working": data["measure"] == "working",
            "automatic": data["automatic"],
            "signatory": data["signatory"],
        }


def terms_of(level: str, days: int | None = None) -> dict[str, Any]:
    """Return the terms that a form opens with: those of the level, or the days of a light scheme."""
    rule = rules().levels[level]
    return {
        "level": level,
        "sign_days": rule.sign,
        "answer_days": days or rule.answer,
        "measure": "days" if days else "working",
        "automatic": True,
    }


class IssueForm(TermsForm):
    """One order, to one or several units."""

    title = forms.CharField(label="督办事项", max_length=300)
    units = forms.ModelMultipleChoiceField(
        label="发给", queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    grounds = forms.CharField(label="督办理由", widget=_text(4), max_length=5000)
    demand = forms.CharField(label="办理要求", widget=_text(5), max_length=5000, help_text="一行一条，公文里各成一段。")
    annexes = FilesField(label="附件", help_text="可以选几个文件。")
    beside = forms.BooleanField(label="单位就这件事已有督办单在办，仍然发出", required=False)

    def __init__(self, *args: Any, division: Division, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["units"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Unit.objects.in_use(division, timezone.localdate())
        self.order_fields(
            ["title", "units", "grounds", "demand", "level", "sign_days", "answer_days", "measure", "signatory"]
        )


class BulkForm(TermsForm):
    """Orders on several tasks, one for each."""

    demand = forms.CharField(label="办理要求", widget=_text(3), max_length=5000)


class AnswerForm(forms.Form):
    """What a unit answers."""

    text = forms.CharField(
        label="办理情况", widget=_text(6), max_length=5000, help_text="做了什么、结果怎样、还差什么、何时办完。"
    )
    proofs = FilesField(label="佐证材料", help_text="照片、PDF、docx、xlsx，可以选几个。")
    seen = forms.IntegerField(widget=forms.HiddenInput)


class ExtensionForm(forms.Form):
    """How long a unit asks for."""

    wanted = DayField(label="延到")
    reason = forms.CharField(label="理由", widget=_text(2), max_length=500)


class DecideForm(forms.Form):
    """What the office says to a request for more time."""

    granted = DayField(label="同意延到", required=False)
    remark = forms.CharField(label="意见", max_length=500, required=False)


class ReturnForm(forms.Form):
    """Why an answer is given back, and how long the unit has."""

    reason = forms.CharField(label="退回理由", widget=_text(2), max_length=500)
    days = forms.IntegerField(label="再给几个工作日", min_value=1, max_value=60)
