"""Forms of case conferences."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from duban.organisations.models import Division, Person, Unit
from duban.plans.forms.styled import DayInput, StyledForm
from duban.supervision.forms.issues import leaders_of
from duban.supervision.models import Issue

#: So many decisions can be entered at once.
DECISIONS = 5


class CallForm(StyledForm):
    """A conference: which issues, when and where, who comes."""

    title = forms.CharField(label="会商名称", max_length=200)
    issues = forms.ModelMultipleChoiceField(
        Issue.objects.none(), label="议题（没有闭环的问题，最久的在前）", widget=forms.CheckboxSelectMultiple
    )
    day = forms.DateField(label="日期", widget=DayInput)
    time = forms.TimeField(label="时刻", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label="地点", max_length=200, required=False)
    chair = forms.ModelChoiceField(Person.objects.none(), label="召集人", empty_label="请选择")
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label="参加单位", required=False, widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(label="其他参加人", max_length=500, required=False)

    def __init__(self, *args: Any, division: Division, issues: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen, chair, units = (self.fields[name] for name in ("issues", "chair", "units"))
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        assert isinstance(chair, forms.ModelChoiceField)
        assert isinstance(units, forms.ModelMultipleChoiceField)
        chosen.queryset, chair.queryset = issues, leaders_of(division, today)
        units.queryset = Unit.objects.in_use(division, today)
        chosen.label_from_instance = (  # type: ignore[method-assign]
            lambda obj: f"{obj.short_number} {obj.title}（{obj.unit or '还没有交办'}，{obj.get_state_display()}）"
        )


class HoldForm(StyledForm):
    """The minutes: each issue's conclusion, and the decisions that become matters."""

    minutes = forms.CharField(label="纪要", max_length=10000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, issues: list[Issue], division: Division, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.issues = issues
        for issue in issues:
            self.fields[f"c{issue.pk}"] = forms.CharField(
                label=f"结论：{issue.short_number} {issue.title}", max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
            )  # fmt: skip
        units = Unit.objects.in_use(division, today)
        about = [("", "不单指一个"), *((str(issue.pk), f"{issue.short_number} {issue.title}"[:40]) for issue in issues)]
        for n in range(1, DECISIONS + 1):
            styled, picked = {"class": "form-control"}, {"class": "form-select"}
            self.fields[f"d{n}-text"] = forms.CharField(
                label=f"议定事项{n}", required=False, max_length=300, widget=forms.TextInput(attrs=styled)
            )
            self.fields[f"d{n}-unit"] = forms.ModelChoiceField(
                units, label="承办单位", required=False, empty_label="请选择", widget=forms.Select(attrs=picked)
            )
            self.fields[f"d{n}-due"] = forms.DateField(label="期限", required=False, widget=DayInput(attrs=styled))
            self.fields[f"d{n}-issue"] = forms.ChoiceField(
                label="哪个问题", required=False, choices=about, widget=forms.Select(attrs=picked)
            )

    def clean(self) -> dict[str, Any]:
        """Ask of each decision that was begun who does it by when."""
        given = super().clean() or {}
        for n in range(1, DECISIONS + 1):
            if given.get(f"d{n}-text"):
                for name, what in (("unit", "承办单位"), ("due", "期限")):
                    if not given.get(f"d{n}-{name}") and f"d{n}-{name}" not in self.errors:
                        self.add_error(f"d{n}-{name}", f"请填写这一项的{what}。")
        return given

    def conclusions(self) -> dict[int, str]:
        """Return the conclusions by the number of the issue."""
        return {issue.pk: self.cleaned_data[f"c{issue.pk}"] for issue in self.issues}

    def decided(self) -> list[tuple[str, Unit, date, Issue | None]]:
        """Return what was decided: what, who, by when, about which issue."""
        given, issues = self.cleaned_data, {str(issue.pk): issue for issue in self.issues}
        return [
            (given[f"d{n}-text"], given[f"d{n}-unit"], given[f"d{n}-due"], issues.get(given[f"d{n}-issue"]))
            for n in range(1, DECISIONS + 1)
            if given.get(f"d{n}-text")
        ]

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The fields of each decision, for the page."""
        return [[self[f"d{n}-{name}"] for name in ("text", "unit", "due", "issue")] for n in range(1, DECISIONS + 1)]

    @property
    def said(self) -> list[forms.BoundField]:
        """The fields before the decisions."""
        return [self["minutes"], *(self[f"c{issue.pk}"] for issue in self.issues)]
