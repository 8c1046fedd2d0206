"""Forms of divisions."""

from __future__ import annotations

from typing import Any

from django import forms

from duban.organisations.actions.divisions import SINCE
from duban.organisations.forms.fields import Asking, DayField
from duban.organisations.models import Division
from duban.organisations.models.divisions import Level


class DivisionForm(Asking):
    """A division. Code and level are given once: one that gets others is ended, and a new one added."""

    code = forms.CharField(label="区划代码", max_length=12, help_text="6、9 或 12 位数字（GB/T 2260）")
    name = forms.CharField(label="名称", max_length=50, help_text="如：兰桥区")
    full_name = forms.CharField(label="全称", max_length=100, help_text="如：江临市兰桥区")
    level = forms.ChoiceField(label="层级", choices=Level)
    office = forms.CharField(label="主管机构", max_length=100, required=False, help_text="如：兰桥区人民政府督查室")
    valid_from = DayField(label="启用日期", required=False, help_text="空着表示一直都有。")

    def __init__(self, data: Any = None, *, division: Division | None = None, parent: Division | None = None) -> None:
        initial: dict[str, Any] = {}
        if division is not None:
            initial = {name: getattr(division, name) for name in ("name", "full_name", "office")}
        super().__init__(data, initial=initial)
        if division is not None:
            for name in ("code", "level", "valid_from"):
                del self.fields[name]
        if parent is not None:
            lower = list(Level)[list(Level).index(Level(parent.level)) + 1 :]
            self.fields["level"].choices = [(level.value, level.label) for level in lower]  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Return what was said, for the actions."""
        said = dict(self.cleaned_data)
        if "valid_from" in said:
            said["valid_from"] = said["valid_from"] or SINCE
        return said


class EndForm(Asking):
    """When a division ends."""

    on = DayField(label="停用日期", help_text="不再使用的第一天。")
