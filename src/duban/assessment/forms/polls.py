"""Forms of polls: opening one, and answering it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from duban.assessment.actions.polls import BY_LINK, MOST_LINKS
from duban.assessment.models import Poll
from duban.assessment.scoring.facts import BY
from duban.organisations.models import Unit, UnitGroup
from duban.plans.forms.styled import DayInput, StyledForm
from duban.plans.models import Ledger

#: Days that a poll runs, unless the office says otherwise.
DAYS = 7
#: Who can be asked: the others of `BY` judge by their own papers.
ASKED = ("leader", "unit", *BY_LINK)


class PollForm(StyledForm):
    """Who is asked about whom, how, until when, and where it counts."""

    title = forms.CharField(label="评议事项", max_length=100, help_text="例如：2026年三季度服务企业满意度。")
    text = forms.CharField(
        label="给评的人看的说明", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    by_whom = forms.ChoiceField(
        label="请谁评", choices=[(one, BY[one]) for one in ASKED],
        help_text="领导和单位负责人登录以后评；代表委员、群众、评委用链接评，一条链接一份。",
    )  # fmt: skip
    links = forms.IntegerField(
        label="发多少条链接", required=False, min_value=1, max_value=MOST_LINKS, help_text="只在用链接评时填。"
    )
    kind = forms.ChoiceField(label="怎样评", choices=Poll.Kind.choices)
    anonymous = forms.BooleanField(
        label="匿名",
        required=False,
        initial=True,
        help_text="匿名的只留评的结果，不留谁评的；不足 3 份的不显示、不计分。",
    )
    month = forms.ChoiceField(label="计在", required=False)
    until = forms.DateField(label="截止日期", widget=DayInput, help_text="含这一天。截止以后才看得到结果、才计分。")
    groups = forms.ModelMultipleChoiceField(
        UnitGroup.objects.none(), label="评哪些组（整组）", required=False, widget=forms.CheckboxSelectMultiple
    )
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label="另外评哪些单位", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, ledger: Ledger, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        months = [date(ledger.year, number, 1) for number in range(1, 13)]
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            ("", f"{ledger.year}年全年"),
            *((f"{month:%Y-%m}", f"{month.year}年{month.month}月") for month in months),
        ]
        rated = Unit.objects.in_use(ledger.division, today).filter(group__isnull=False)
        self.rated = rated
        self.fields["units"].queryset = rated  # type: ignore[attr-defined]
        self.fields["groups"].queryset = UnitGroup.objects.filter(division=ledger.division)  # type: ignore[attr-defined]
        self.initial.setdefault("until", today + timedelta(days=DAYS))

    def clean_month(self) -> date | None:
        """Return the first day of the month, None for the whole year."""
        given = self.cleaned_data["month"]
        return date.fromisoformat(f"{given}-01") if given else None

    def clean_until(self) -> date:
        """Refuse a day that is over."""
        day: date = self.cleaned_data["until"]
        if day < self.today:
            raise forms.ValidationError("截止日期已经过了，请填今天或以后的日期。")
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for the number of links where people answer by link; whole groups are their units."""
        found = super().clean() or {}
        if found.get("by_whom") in BY_LINK and not found.get("links") and "links" not in self.errors:
            self.add_error("links", "请填要发多少条链接，一条链接评一份。")
        groups, units = found.get("groups") or [], found.get("units") or []
        found["units"] = [unit for unit in self.rated if unit in units or unit.group_id in {one.pk for one in groups}]
        if not found["units"]:
            self.add_error("units", "请选评哪些组，或者评哪些单位。")
        return found

    @property
    def closes_at(self) -> datetime:
        """The end of the last day."""
        day = self.cleaned_data["until"] + timedelta(days=1)
        return timezone.make_aware(datetime.combine(day, time(0)))


class AnswerForm(forms.Form):
    """One line for each unit: points of a hundred, or a place."""

    def __init__(self, *args: Any, poll: Poll, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.poll, self.units = poll, units
        for unit in units:
            attrs = {"class": "form-control poll-number", "inputmode": "decimal"}
            field: forms.Field
            if poll.kind == Poll.Kind.BALLOT:
                places = [("", "—"), *((n, f"第{n}名") for n in range(1, len(units) + 1))]
                widget = forms.Select(attrs={"class": "form-select poll-number"})
                field = forms.TypedChoiceField(
                    choices=places, coerce=Decimal, widget=widget, label=unit.name, required=False
                )
            else:
                field = forms.DecimalField(
                    min_value=0, max_value=100, decimal_places=1, max_digits=4, label=unit.name, required=False,
                    widget=forms.NumberInput(attrs=attrs),
                )  # fmt: skip
            self.fields[f"u{unit.pk}"] = field

    def full_clean(self) -> None:
        """Mark the fields in error."""
        super().full_clean()
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] += " is-invalid"
                attrs["aria-invalid"] = "true"

    @property
    def marks(self) -> dict[int, Decimal]:
        """What was given, by unit."""
        given = {unit.pk: self.cleaned_data.get(f"u{unit.pk}") for unit in self.units}
        return {unit: Decimal(value) for unit, value in given.items() if value not in (None, "")}
