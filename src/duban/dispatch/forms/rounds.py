"""Forms of schedules and rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from duban.dispatch.models import Schedule
from duban.plans.forms.styled import DayInput, StyledForm
from duban.plans.models import Ledger

if TYPE_CHECKING:
    ScheduleBase = forms.ModelForm[Schedule]
else:
    ScheduleBase = forms.ModelForm


class ScheduleForm(ScheduleBase):
    """How the units of a ledger, or of one of its sections, are asked."""

    class Meta:
        model = Schedule
        fields = (
            *("name", "section", "period", "asked", "opens_before", "due_after", "due_time", "grace_hours", "shift"),
            *("needs_evidence", "needs_sign_off", "sample_percent", "active"),
        )
        widgets = {"due_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "section": "不选是整本台账。",
            "opens_before": "期末前几天开始填报。",
            "due_after": "0 是期末当天，负数是期末以前。",
            "grace_hours": "截止以后还能报几小时，记为逾期。",
            "sample_percent": "截止后从待核验的填报里抽多少来核查，有提示的先抽。",
            "active": "停用后，没有开始的轮次不再自动开始。",
        }

    def __init__(self, *args: Any, ledger: Ledger, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        section = self.fields["section"]
        assert isinstance(section, forms.ModelChoiceField)
        section.queryset = ledger.sections.filter(tasks__isnull=False).distinct()
        section.empty_label = "整本台账"
        if not self.instance.pk:
            del self.fields["active"]
        else:
            # The reports of rounds that ran were asked of these tasks.
            del self.fields["section"]


def _moment_input() -> forms.SplitDateTimeWidget:
    return forms.SplitDateTimeWidget(
        date_attrs={"type": "date", "aria-label": "日期", "class": "form-control"},
        time_attrs={"type": "time", "aria-label": "时刻", "class": "form-control"},
        date_format="%Y-%m-%d",
        time_format="%H:%M",
    )


class ReopenForm(StyledForm):
    """Why a round takes reports again, and until when."""

    due_at = forms.SplitDateTimeField(
        label="开放到",
        widget=_moment_input(),
    )
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class HolidayForm(StyledForm):
    """A day that the division works or rests otherwise than the national calendar says."""

    day = forms.DateField(label="日期", widget=DayInput)
    works = forms.ChoiceField(label="怎样", choices=[("0", "休息"), ("1", "上班")])
    name = forms.CharField(label="名称", max_length=50, required=False)


class MoveForm(StyledForm):
    """Times of its own for one round, and why."""

    opens_at = forms.SplitDateTimeField(label="开始", widget=_moment_input())
    due_at = forms.SplitDateTimeField(label="截止", widget=_moment_input())
    reason = forms.CharField(label="理由", max_length=500)
