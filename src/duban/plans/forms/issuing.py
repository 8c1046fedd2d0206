"""The forms of issue and closing."""

from __future__ import annotations

from django import forms

from duban.plans.forms.styled import DayInput, StyledForm


class IssueForm(StyledForm):
    """Number, date and approver of an issue; `version` is the version that the person means to make."""

    document_number = forms.CharField(label="文号", max_length=100, help_text="如：兰政发〔2026〕1号")
    issued_on = forms.DateField(label="印发日期", widget=DayInput)
    approver = forms.CharField(label="签发人", max_length=50)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class CloseForm(StyledForm):
    """Date and approver of the closing of a year."""

    closed_on = forms.DateField(label="归档日期", widget=DayInput)
    approver = forms.CharField(label="签发人", max_length=50)
