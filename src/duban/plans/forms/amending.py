"""The forms by which an amendment is asked for and decided; each says what is to change in the form of its kind."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from duban.organisations.models import Unit
from duban.plans.attachments import ACCEPT
from duban.plans.changes import INDICATOR_FIELDS, Changes
from duban.plans.forms.styled import DayInput, StyledForm
from duban.plans.models import Ledger, Task
from duban.plans.models.entries import Comparator, MeasureKind, UnitRole
from duban.plans.snapshots import decimal_text
from duban.plans.states import AmendmentKind


class AmountField(forms.DecimalField):
    """An amount as the ledger keeps it; a text field, because a number field drops what it cannot read."""

    def __init__(self, *, label: str) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(label=label, max_digits=20, decimal_places=6, required=False, widget=widget)


class ReasonForm(StyledForm):
    """What every request gives: the reason, the day proposed, the paper it rests on."""

    reason = forms.CharField(label="理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    effective_on = forms.DateField(
        label="建议生效日期", required=False, widget=DayInput, help_text="不填的，由审批人定。"
    )
    attachment = forms.FileField(
        label="依据文件",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        help_text="会议纪要、请示、批复等，20兆以内。",
    )


class DecisionForm(StyledForm):
    """What the approver says."""

    effective_on = forms.DateField(label="生效日期", required=False, widget=DayInput)
    decision = forms.CharField(
        label="审批意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class IndicatorForm(StyledForm):
    """One indicator: one there, whose name stands fixed, or a new one."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="指标", max_length=200, required=False)
    measure = forms.ChoiceField(label="口径", choices=MeasureKind, initial=MeasureKind.LEVEL, required=False)
    comparator = forms.ChoiceField(label="比较", choices=Comparator, initial=Comparator.AT_LEAST, required=False)
    value = AmountField(label="目标值")
    value_high = AmountField(label="上限")
    floor = AmountField(label="底线")
    unit = forms.CharField(label="计量单位", max_length=30, required=False)
    drop = forms.BooleanField(label="去掉", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label or ""

    def row(self) -> dict[str, Any] | None:
        """Return the row for the changes; None where a new row was left empty."""
        data = self.cleaned_data
        number = data.get("id")
        if number is not None and data.get("drop"):
            return {"id": number, "drop": True}
        if number is None and not data.get("name") and data.get("value") is None:
            return None
        return {"id": number, **{key: _text(data.get(key)) for key in INDICATOR_FIELDS}}


class UnitForm(StyledForm):
    """A unit in a role; an empty row says nothing."""

    unit = forms.TypedChoiceField(label="单位", required=False, coerce=int, empty_value=None)
    role = forms.ChoiceField(label="角色", choices=UnitRole, initial=UnitRole.SUPPORT)

    def __init__(self, *args: Any, choices: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label or ""


IndicatorForms = forms.formset_factory(IndicatorForm, extra=2)
UnitForms = forms.formset_factory(UnitForm, extra=3)


class AdjustForm:
    """The indicators of a task as a table, with rows for new ones."""

    template = "plans/amend_indicators.html"

    def __init__(self, data: Any, task: Task, ledger: Ledger, others: Iterable[Task]) -> None:
        indicators = task.indicators.filter(dropped=False)
        initial = [{"id": row.pk, **{key: _text(getattr(row, key)) for key in INDICATOR_FIELDS}} for row in indicators]
        self.indicators = IndicatorForms(data, initial=initial, prefix="indicators")

    def is_valid(self) -> bool:
        """Say whether every row can be read."""
        return bool(self.indicators.is_valid())

    def changes(self) -> Changes:
        """Return what is asked for."""
        return {"indicators": [row for form in self.indicators if (row := form.row())]}


class ExtendForm(StyledForm):
    """A later day; where the task has several limits, which of them."""

    template = "plans/part_fields.html"

    deadline = forms.TypedChoiceField(label="延长的时限", required=False, coerce=int, empty_value=None)
    due = forms.DateField(label="新的完成时限", widget=DayInput)

    def __init__(self, data: Any, task: Task, ledger: Ledger, others: Iterable[Task]) -> None:
        super().__init__(data)
        limits = task.deadlines.filter(dropped=False).exclude(due=None)
        choices = [(limit.pk, f"{limit.text}（{limit.due:%Y年%-m月%-d日}）") for limit in limits]
        if len(choices) > 1:
            self.fields["deadline"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["deadline"]

    def changes(self) -> Changes:
        """Return what is asked for."""
        data = self.cleaned_data
        return {"due": data["due"].isoformat(), "deadline": data.get("deadline")}


class ChangeUnitsForm:
    """All units of a task with their roles, and rows for new ones."""

    template = "plans/amend_units.html"

    def __init__(self, data: Any, task: Task, ledger: Ledger, others: Iterable[Task]) -> None:
        answers = task.responsibilities.filter(dropped=False, is_group=False)
        initial = [{"unit": answer.unit_id, "role": answer.role} for answer in answers]
        self.units = unit_forms(data, ledger, initial)

    def is_valid(self) -> bool:
        """Say whether every row can be read."""
        return bool(self.units.is_valid())

    def changes(self) -> Changes:
        """Return what is asked for."""
        return {"units": unit_rows(self.units)}


class WithdrawForm(StyledForm):
    """Nothing but the reason."""

    template = "plans/part_fields.html"

    def __init__(self, data: Any, task: Task, ledger: Ledger, others: Iterable[Task]) -> None:
        super().__init__(data)

    def is_valid(self) -> bool:
        """Say that nothing can be wrong."""
        return True

    def changes(self) -> Changes:
        """Return what is asked for."""
        return {}


class MergeForm(StyledForm):
    """The task that goes on."""

    template = "plans/part_fields.html"

    into = forms.TypedChoiceField(
        label="并入的任务", coerce=int, help_text="本任务的指标和项目转到并入的任务，责任单位一并加入；本任务调出台账。"
    )

    def __init__(self, data: Any, task: Task, ledger: Ledger, others: Iterable[Task]) -> None:
        super().__init__(data)
        choices = [("", "请选择")] + [(other.pk, f"{other.short_number} {other}") for other in others]
        self.fields["into"].choices = choices  # type: ignore[attr-defined]

    def changes(self) -> Changes:
        """Return what is asked for."""
        return {"into": self.cleaned_data["into"]}


class AddForm(StyledForm):
    """A new task: what, where, by when; units and indicators stand in tables below."""

    template = "plans/amend_add.html"

    title = forms.CharField(label="任务", max_length=300)
    text = forms.CharField(label="内容", widget=forms.Textarea(attrs={"rows": 4}))
    section = forms.TypedChoiceField(label="章节", required=False, coerce=int, empty_value=None)
    due = forms.DateField(label="完成时限", required=False, widget=DayInput, help_text="不填的，按年底计。")

    def __init__(self, data: Any, ledger: Ledger) -> None:
        super().__init__(data)
        sections = [("", "不分章节")] + [(section.pk, str(section)) for section in ledger.sections.all()]
        self.fields["section"].choices = sections  # type: ignore[attr-defined]
        self.units = unit_forms(data, ledger, [{"role": UnitRole.LEAD}])
        self.indicators = IndicatorForms(data, prefix="indicators")

    def is_valid(self) -> bool:
        """Say whether the fields and every row can be read."""
        return all([super().is_valid(), self.units.is_valid(), self.indicators.is_valid()])

    def changes(self) -> Changes:
        """Return what is asked for."""
        data = self.cleaned_data
        return {
            "task": {
                "title": data["title"],
                "text": data["text"],
                "section": data["section"],
                "due": data["due"].isoformat() if data["due"] else None,
                "units": unit_rows(self.units),
                "indicators": [row for form in self.indicators if (row := form.row())],
            }
        }


#: The forms by kind of those amendments that begin with a task.
FORMS: dict[str, Any] = {
    AmendmentKind.ADJUST_INDICATORS: AdjustForm,
    AmendmentKind.EXTEND: ExtendForm,
    AmendmentKind.CHANGE_UNITS: ChangeUnitsForm,
    AmendmentKind.WITHDRAW: WithdrawForm,
    AmendmentKind.MERGE: MergeForm,
}


def unit_forms(data: Any, ledger: Ledger, initial: list[dict[str, Any]]) -> Any:
    """Return the rows of units, to choose from those in use in the ledger's division."""
    units = Unit.objects.filter(division=ledger.division_id)
    units = units.filter(Q(valid_to=None) | Q(valid_to__gt=timezone.localdate()))
    choices = [("", "（空）"), *units.values_list("pk", "name")]
    return UnitForms(data, initial=initial, prefix="units", form_kwargs={"choices": choices})


def unit_rows(units: Any) -> list[dict[str, Any]]:
    """Return the rows that name a unit."""
    rows = [form.cleaned_data for form in units]
    return [{"unit": row["unit"], "role": row["role"]} for row in rows if row.get("unit")]


def _text(value: Any) -> Any:
    return decimal_text(value) if isinstance(value, Decimal) else value
