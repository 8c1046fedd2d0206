"""Units, the groups they are in, and all the names they go by."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from duban.organisations.access import Anyone, access_of
from duban.organisations.models.divisions import Division


class UnitGroupManager(models.Manager["UnitGroup"]):
    """Groups of units, and which of them a person sees."""

    def visible_to(self, person: Anyone, action: str = "organisations.read") -> models.QuerySet[UnitGroup]:
        """Return the groups of the divisions in which `person` may take `action`."""
        return self.filter(access_of(person).reach(action).of_division())


class UnitManager(models.Manager["Unit"]):
    """Units, and which of them a person sees."""

    def visible_to(self, person: Anyone, action: str = "organisations.read") -> models.QuerySet[Unit]:
        """Return the units of the divisions in which `person` may take `action`."""
        return self.filter(access_of(person).reach(action).of_division())

    def in_use(self, division: Division, on: date) -> models.QuerySet[Unit]:
        """Return the units of a division to which something can be given on a day, by group and order."""
        there = Q(valid_to=None) | Q(valid_to__gt=on)
        return self.filter(there, division=division, successor=None).order_by("group__order", "order", "pk")


class UnitGroup(models.Model):
    """A group of units that is named and ranked together: 区直部门, 镇街, 园区, 国企, 垂管."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="unit_groups", verbose_name="区划")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=50)
    order = models.PositiveIntegerField("次序", default=0)

    objects = UnitGroupManager()

    class Meta:
        verbose_name = verbose_name_plural = "单位分组"
        ordering = ("order", "pk")
        constraints = (models.UniqueConstraint(fields=["division", "code"], name="unit_group_code_once"),)

    def __str__(self) -> str:
        return self.name


class GroupName(models.Model):
    """Words in papers that mean all units of a group: 各镇街, 各镇（街道）."""

    group = models.ForeignKey(UnitGroup, models.CASCADE, related_name="names", verbose_name="分组")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("说法", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "分组的说法"
        constraints = (models.UniqueConstraint(fields=["division", "name"], name="group_name_once"),)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A department, town, park, enterprise or vertical office of a division.

    `key` is the canonical form of the name (:func:`duban.core.extract.units.resolve.canonical_key`): two written forms
    of one office share it. A unit that was merged names its `successor` and its last day.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="units", verbose_name="区划")
    group = models.ForeignKey(
        UnitGroup, models.PROTECT, null=True, blank=True, related_name="units", verbose_name="分组"
    )
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=50, blank=True)
    key = models.CharField("归一名", max_length=100, db_index=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级单位"
    )
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name="并入"
    )
    order = models.PositiveIntegerField("次序", default=0)
    valid_from = models.DateField("启用日期", default=date(2000, 1, 1))
    valid_to = models.DateField("停用日期", null=True, blank=True, help_text="停用的第一天")

    objects = UnitManager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(fields=["division", "name"], name="unit_name_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="unit_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | Q(valid_to__isnull=False), name="unit_with_successor_has_ended"
            ),
        )

    def __str__(self) -> str:
        return self.short_name or self.name


class UnitAlias(models.Model):
    """Another name of a unit. `key` is canonical, as in :class:`Unit`; one key leads to one unit of a division."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases", verbose_name="单位")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("别名", max_length=100)
    key = models.CharField("归一名", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "单位别名"
        constraints = (models.UniqueConstraint(fields=["division", "name"], name="unit_alias_once"),)
        indexes = (models.Index(fields=["division", "key"]),)

    def __str__(self) -> str:
        return self.name
