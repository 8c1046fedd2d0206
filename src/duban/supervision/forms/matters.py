"""Forms of matters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from duban.organisations.models import Division, Unit
from duban.plans.forms.styled import DayInput, StyledForm
from duban.supervision import office_clocks
from duban.supervision.clocks.counting import UNITS
from duban.supervision.clocks.scheme import APPROVERS, ClockScheme
from duban.supervision.clocks.wording import limit_words
from duban.supervision.models import MatterAnswer
from duban.supervision.models.matters import MatterSource, Urgency


class RegisterForm(StyledForm):
    """A matter as its paper says it."""

    source = forms.ChoiceField(label="来源", choices=MatterSource.choices)
    source_name = forms.CharField(
        label="来源名称", max_length=200, required=False, help_text="会议名称、来文文号、线索渠道。"
    )
    source_person = forms.CharField(label="提出人", max_length=100, required=False, help_text="批示领导、代表、委员。")
    received_on = forms.DateField(label="收到日期", widget=DayInput)
    title = forms.CharField(label="事项", max_length=300)
    text = forms.CharField(label="要求", required=False, widget=forms.Textarea(attrs={"rows": 6}))
    urgency = forms.ChoiceField(label="缓急", choices=Urgency.choices, initial=Urgency.ORDINARY)
    own_due = forms.DateField(
        label="来文写的期限",
        widget=DayInput,
        required=False,
        help_text="来文写了哪天以前办完的才填；不填按时限办法算。",
    )
    restricted = forms.BooleanField(
        label="限定知悉", required=False, help_text="线索等需要保密的：只有督查室和承办单位看得到。"
    )


class ApproveForm(StyledForm):
    """Who decided that a matter is taken up, and on what basis."""

    approved_by_name = forms.CharField(
        label="批准人", max_length=100, help_text="政府决定，或者主要负责人（条例第十一条）。"
    )
    approval_basis = forms.CharField(label="依据", max_length=200, help_text="批示原文、会议纪要、签报。")


class ReasonForm(StyledForm):
    """Why."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class AssignForm(StyledForm):
    """Who handles a matter, by which clock."""

    lead = forms.ModelChoiceField(label="主办单位", queryset=Unit.objects.none(), empty_label="请选择")
    supports = forms.ModelMultipleChoiceField(
        label="协办单位",
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text="按住 Ctrl 可以选几个；没有的不选。",
    )
    scheme = forms.ChoiceField(label="时限办法")
    own_due = forms.DateField(
        label="来文写的期限", widget=DayInput, required=False, help_text="填了以它为准，不填按时限办法算。"
    )

    def __init__(self, *args: Any, division: Division, source: str, urgency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("lead", "supports"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Unit.objects.in_use(division, timezone.localdate())
        usual = office_clocks.usual(division, source, timezone.localdate())
        scheme = self.fields["scheme"]
        assert isinstance(scheme, forms.ChoiceField)
        scheme.choices = [
            (key, f"{rules.title}（{_limit(rules, urgency)}）")
            for key, rules in office_clocks.offered(division, usual).items()
        ]
        scheme.initial = usual


def _limit(rules: ClockScheme, urgency: str) -> str:
    step = rules.answer
    limit = step.limit(urgency)
    return str(limit) if limit else f"到{limit_words(step)}"


class AnswerForm(StyledForm):
    """What the lead unit reports."""

    text = forms.CharField(label="办理情况", widget=forms.Textarea(attrs={"rows": 6}))
    grade = forms.ChoiceField(label="自评", required=False)

    def __init__(self, *args: Any, rules: ClockScheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _grades(self, rules, "请选择")


class FinishForm(StyledForm):
    """The office's verdict on an answer."""

    grade = forms.ChoiceField(label="评定", required=False)
    note = forms.CharField(label="审核意见", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, rules: ClockScheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _grades(self, rules, "同自评")


def _grades(form: forms.Form, rules: ClockScheme, empty: str) -> None:
    if not rules.grades:
        del form.fields["grade"]
        return
    field = form.fields["grade"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [
        ("", empty),
        *((one.name, f"{one.name}：{one.words}" if one.words else one.name) for one in rules.grades),
    ]


class StepForm(StyledForm):
    """What a step reports."""

    note = forms.CharField(label="情况", widget=forms.Textarea(attrs={"rows": 3}))


class PauseForm(StyledForm):
    """Until when a clock stands still, and why."""

    until = forms.DateField(label="暂停到", widget=DayInput, help_text="这一天自动恢复计时。")
    reason = forms.CharField(label="理由", max_length=300)


class ExtensionForm(StyledForm):
    """How much more time is asked, and why."""

    number = forms.IntegerField(label="延期多少", min_value=1)
    reason = forms.CharField(label="理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, rules: ClockScheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rule := rules.extension:
            self.fields["number"].label = f"延期（{UNITS[rule.at_most.unit]}）"
            self.fields["number"].help_text = f"最多{rule.at_most}，{APPROVERS[rule.approver]}批准。"


class ExtensionDecisionForm(StyledForm):
    """Whether more time is granted, by whom, and why not."""

    approved_by_name = forms.CharField(label="批准人", max_length=100, required=False)
    decision = forms.CharField(label="意见", max_length=300, required=False, help_text="不同意的必须写明。")


class RatingForm(StyledForm):
    """What the proposer makes of an answer."""

    satisfaction = forms.ChoiceField(
        label="提出人", choices=[one for one in MatterAnswer.Satisfaction.choices if one[0]]
    )
    note = forms.CharField(label="提出人的意见", max_length=300, required=False, help_text="不满意的必须写明。")
