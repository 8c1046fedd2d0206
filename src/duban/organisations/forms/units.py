"""Forms of units and of their groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.widgets import CheckboxSelectMultiple

from duban.organisations.actions.units import SINCE
from duban.organisations.forms.fields import Asking, DayField, NamesField
from duban.organisations.models import Division, Unit, UnitGroup


def _named(unit: Any) -> str:
    return str(unit.name)


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A unit, by its whole name."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name."""
        return _named(obj)


class UnitsChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several units, ticked."""

    widget = CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs["class"] = "pick"

    def label_from_instance(self, obj: Any) -> str:
        """Return the name."""
        return _named(obj)


class UnitForm(Asking):
    """What is said of a unit."""

    name = forms.CharField(label="单位名称", max_length=100, help_text="写全称，如：区农业农村局")
    short_name = forms.CharField(label="简称", max_length=50, required=False)
    group = forms.ModelChoiceField(
        label="分组", queryset=UnitGroup.objects.none(), required=False, empty_label="（不分组）"
    )
    parent = UnitChoice(label="上级单位", queryset=Unit.objects.none(), required=False, empty_label="（没有）")
    aliases = NamesField(
        label="别名", required=False, help_text="来文里的其他叫法，一行一个。来文用到这些名称时，自动认成这个单位。"
    )
    order = forms.IntegerField(label="次序", min_value=0, required=False, help_text="列表中的先后。空着时排在最后。")
    valid_from = DayField(label="启用日期", required=False, help_text="空着表示一直都有。")

    def __init__(self, data: Any = None, *, division: Division, unit: Unit | None = None) -> None:
        initial: dict[str, Any] = {}
        if unit is not None:
            initial = {name: getattr(unit, name) for name in ("name", "short_name", "group", "parent", "order")}
            initial["valid_from"] = None if unit.valid_from == SINCE else unit.valid_from
            initial["aliases"] = [alias.name for alias in unit.aliases.order_by("name")]
        super().__init__(data, initial=initial)
        units = Unit.objects.filter(division=division, valid_to=None)
        self.fields["group"].queryset = UnitGroup.objects.filter(division=division)  # type: ignore[attr-defined]
        self.fields["parent"].queryset = units.exclude(pk=unit.pk) if unit else units  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Return what was said, for the actions."""
        said = dict(self.cleaned_data)
        said["valid_from"] = said["valid_from"] or SINCE
        if said["order"] is None:
            del said["order"]
        return said


class EndUnitForm(Asking):
    """When a unit ends, and what takes its place."""

    on = DayField(label="停用日期", help_text="不再使用的第一天。")
    successor = UnitChoice(
        label="由哪个单位承接",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="（没有承接单位）",
        help_text="此后来文里的这个单位，都算作承接的单位。",
    )

    def __init__(self, data: Any = None, *, unit: Unit) -> None:
        super().__init__(data)
        others = Unit.objects.filter(division=unit.division_id, valid_to=None).exclude(pk=unit.pk)
        self.fields["successor"].queryset = others  # type: ignore[attr-defined]


class MergeForm(Asking):
    """Which units are merged, into which, when."""

    units = UnitsChoice(label="并掉的单位", queryset=Unit.objects.none())
    into = UnitChoice(
        label="并入",
        queryset=Unit.objects.none(),
        empty_label="（请选择）",
        help_text="合并成一个新单位时，先添加这个新单位，再回到这里。",
    )
    on = DayField(label="合并日期", help_text="被合并的单位停用的第一天。")

    def __init__(self, data: Any = None, *, division: Division) -> None:
        super().__init__(data)
        units = Unit.objects.filter(division=division, valid_to=None)
        for name in ("units", "into"):
            self.fields[name].queryset = units  # type: ignore[attr-defined]


class AliasForm(Asking):
    """Another name of a unit."""

    name = forms.CharField(label="别名", max_length=100)


class GroupForm(Asking):
    """A group of units and the phrases that mean it. The code is given once: files and settings use it."""

    name = forms.CharField(label="分组名称", max_length=50, help_text="如：区直部门、镇街")
    code = forms.CharField(label="代码", max_length=30, help_text="小写字母、数字、短横线，如 towns。以后不能改。")
    order = forms.IntegerField(label="次序", min_value=0, required=False)
    names = NamesField(
        label="来文里的说法",
        required=False,
        help_text="指这一组全部单位的词语，一行一个，如：各镇街、各镇（街道）。核对时这些词展开成组里的单位。",
    )

    def __init__(self, data: Any = None, *, group: UnitGroup | None = None) -> None:
        initial: dict[str, Any] = {}
        if group is not None:
            initial = {"name": group.name, "order": group.order, "names": [said.name for said in group.names.all()]}
        super().__init__(data, initial=initial)
        if group is not None:
            del self.fields["code"]
