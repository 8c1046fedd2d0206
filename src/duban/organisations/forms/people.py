"""Forms of people and of their posts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from duban.organisations.forms.fields import Asking, DayField
from duban.organisations.forms.units import UnitChoice, UnitsChoice
from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.queries.people import ROLES


class PersonForm(Asking):
    """Who somebody is and how they are reached."""

    name = forms.CharField(label="姓名", max_length=50)
    username = forms.CharField(
        label="用户名", max_length=50, required=False, help_text="登录用，字母、数字、点、短横线。不用登录的人空着。"
    )
    phone = forms.CharField(label="电话", max_length=30, required=False)
    email = forms.EmailField(label="电子邮箱", required=False)

    def __init__(self, data: Any = None, *, person: Person | None = None) -> None:
        given = ("name", "username", "phone", "email")
        super().__init__(data, initial={name: getattr(person, name) for name in given} if person else None)

    def facts(self) -> dict[str, Any]:
        """Return what was said, for the actions."""
        return dict(self.cleaned_data)


class PostForm(Asking):
    """A post. Role, unit and first day are given once: who moves gets a new post."""

    role = forms.ChoiceField(label="角色", choices=[("", "（请选择）"), *ROLES])
    unit = UnitChoice(
        label="单位",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="（不属于哪个单位）",
        help_text="单位负责人、联络员必须选。",
    )
    title = forms.CharField(label="职务", max_length=100, required=False)
    field = forms.CharField(label="分管领域", max_length=200, required=False, help_text="分管领导填写。")
    start = DayField(label="任职日期")
    end = DayField(label="离任日期", required=False, help_text="不再任职的第一天；没有定下来的空着。")
    order = forms.IntegerField(label="次序", min_value=0, required=False)
    oversees = UnitsChoice(label="分管单位", queryset=Unit.objects.none(), required=False, help_text="分管领导填写。")

    def __init__(self, data: Any = None, *, division: Division, post: Post | None = None) -> None:
        initial: dict[str, Any] = {"start": timezone.localdate()}
        if post is not None:
            initial = {name: getattr(post, name) for name in ("title", "field", "order")}
            initial["oversees"] = list(post.oversees.all())
        super().__init__(data, initial=initial)
        units = Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gt=timezone.localdate()), division=division)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        kept = Q(sponsors=post.pk) if post else Q(pk__in=())
        overseen = Unit.objects.filter(Q(pk__in=units.values("pk")) | kept).distinct()
        self.fields["oversees"].queryset = overseen  # type: ignore[attr-defined]
        if post is not None:
            for name in ("role", "unit", "start", "end"):
                del self.fields[name]

    def facts(self) -> dict[str, Any]:
        """Return what was said, for the actions."""
        said = dict(self.cleaned_data)
        said["order"] = said["order"] or 0
        said["oversees"] = list(said["oversees"])
        return said


class NewPersonForm(PersonForm, PostForm):
    """A person with the first post."""

    def __init__(self, data: Any = None, *, division: Division) -> None:
        PostForm.__init__(self, data, division=division)
        del self.fields["end"]
        self.order_fields(["name", "username", "phone", "email", "role", "unit", "title", "start"])

    def facts(self) -> dict[str, Any]:
        """Return what was said, for the actions."""
        return PostForm.facts(self)


class EndPostForm(Asking):
    """When a post ends."""

    on = DayField(label="离任日期", help_text="不再任职的第一天。")
