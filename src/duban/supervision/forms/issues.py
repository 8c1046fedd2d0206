"""Forms of issues."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.forms.styled import DayInput, StyledForm
from duban.plans.models import Task
from duban.supervision.models import IssueOrigin


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; its value is the list of them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files as a list."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given if one]


def leaders_of(division: Division, today: date) -> Any:
    """Return the people who lead the division today."""
    posts = Post.objects.held(today).filter(division=division, role=Role.LEADER)
    return Person.objects.filter(pk__in=posts.values("person"), is_active=True)


class NextForm(StyledForm):
    """What is done next, and by when."""

    next_step = forms.CharField(label="下一步", max_length=200, help_text="谁去做什么，一句话。")
    due_on = forms.DateField(label="期限", widget=DayInput)
    text = forms.CharField(label="说明", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class AssignForm(NextForm):
    """To whom an issue goes."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="责任单位", empty_label="请选择")
    sponsor = forms.ModelChoiceField(
        Person.objects.none(), label="协调领导", required=False, empty_label="按任务和分管单位定"
    )
    field_order = ("unit", "next_step", "due_on", "sponsor", "text")

    def __init__(self, *args: Any, division: Division, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, sponsor = self.fields["unit"], self.fields["sponsor"]
        assert isinstance(unit, forms.ModelChoiceField)
        assert isinstance(sponsor, forms.ModelChoiceField)
        unit.queryset, sponsor.queryset = Unit.objects.in_use(division, today), leaders_of(division, today)


class ReasonForm(StyledForm):
    """Why, or how."""

    text = forms.CharField(label="说明", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class OptionalForm(StyledForm):
    """Words that may be left out."""

    text = forms.CharField(label="意见", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ReopenForm(NextForm):
    """Why an issue is opened again, and what is done next."""

    text = forms.CharField(label="重开的理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    field_order = ("text", "next_step", "due_on")


class ResolveForm(StyledForm):
    """How an issue was solved, and what shows it."""

    text = forms.CharField(label="怎样解决的", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    attachments = FilesField(label="佐证", required=False, help_text="照片、PDF、docx、xlsx，可以选几个。")


class GoOnForm(StyledForm):
    """How far a unit has come."""

    text = forms.CharField(label="进展", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    next_step = forms.CharField(label="下一步", max_length=200, required=False, help_text="不填就不变。")


class RaiseForm(StyledForm):
    """A new issue; the office chooses where it comes from, a unit raises its own."""

    title = forms.CharField(label="问题", max_length=200, help_text="一句话说清是什么问题。")
    text = forms.CharField(
        label="情况", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="卡在哪里、已经做了什么、要谁怎样协调。",
    )  # fmt: skip
    task = forms.ModelChoiceField(Task.objects.none(), label="有关的任务", required=False, empty_label="没有对应的任务")
    origin = forms.ChoiceField(label="来源")
    resident_name = forms.CharField(label="反映人", max_length=50, required=False)
    resident_contact = forms.CharField(
        label="联系方式", max_length=100, required=False, help_text="群众反映的填。姓名和联系方式只有督查室看得到。"
    )
    restricted = forms.BooleanField(
        label="限定知悉", required=False, help_text="只有督查室、责任单位和协调领导看得到这个问题。"
    )
    attachments = FilesField(label="附件", required=False, help_text="照片、PDF、docx、xlsx，可以选几个。")

    def __init__(self, *args: Any, tasks: Any, office: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        task, origin = self.fields["task"], self.fields["origin"]
        assert isinstance(task, forms.ModelChoiceField)
        assert isinstance(origin, forms.ChoiceField)
        task.queryset = tasks
        task.label_from_instance = lambda obj: f"{obj.short_number} {obj.title}"[:60]  # type: ignore[method-assign]
        if office:
            asked = (IssueOrigin.OFFICE, IssueOrigin.RESIDENT, IssueOrigin.INSPECTION)
            origin.choices = [(one.value, one.label) for one in asked]
        else:
            for name in ("origin", "resident_name", "resident_contact", "restricted"):
                del self.fields[name]
