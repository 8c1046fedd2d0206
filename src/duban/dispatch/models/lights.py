"""Lights: the schemes in force, what each task showed on any day, and overrides."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from duban.dispatch.models.schemes import OfficeScheme
from duban.organisations.models import Division
from duban.plans.models import Ledger, Task


class AsWritten(DjangoJSONEncoder):
    """JSON with Chinese characters as they are: half the size, and little to escape on its way into the database."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"ensure_ascii": False})


class LightScheme(OfficeScheme):
    """A light scheme of an office."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="light_schemes", verbose_name="区划")
    ledgers = models.ManyToManyField(Ledger, through="LedgerScheme", related_name="light_schemes")

    class Meta(OfficeScheme.Meta):
        verbose_name = verbose_name_plural = "亮灯规则"
        constraints = (
            models.UniqueConstraint(fields=["division", "name", "version"], name="light_scheme_version_once"),
        )


class LedgerScheme(models.Model):
    """Which scheme a ledger follows from a day on."""

    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="scheme_uses", verbose_name="总台账")
    scheme = models.ForeignKey(LightScheme, models.PROTECT, related_name="uses", verbose_name="亮灯规则")
    valid_from = models.DateField("生效日期")

    class Meta:
        verbose_name = verbose_name_plural = "采用的亮灯规则"
        ordering = ("valid_from",)
        constraints = (models.UniqueConstraint(fields=["ledger", "valid_from"], name="ledger_scheme_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.scheme} {self.valid_from}"


class TaskLight(models.Model):
    """What a task's light was from a day on, and why: the rule, the numbers, the reports (亮灯).

    A row is written when the light or its reason changes; on a day the row holds that starts last on or before it.
    """

    task = models.ForeignKey(Task, models.CASCADE, related_name="lights", verbose_name="任务")
    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="lights", verbose_name="总台账")
    valid_from = models.DateField("起始日期")
    level = models.CharField("灯", max_length=30)
    colour = models.CharField("颜色", max_length=20)
    rule = models.CharField("规则", max_length=50)
    why = models.JSONField("依据", encoder=AsWritten)
    scheme = models.ForeignKey(
        LightScheme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="亮灯规则"
    )
    progress = models.DecimalField("进度（%）", max_digits=7, decimal_places=2, null=True)
    expected = models.DecimalField("序时进度（%）", max_digits=7, decimal_places=2, null=True)
    computed_at = models.DateTimeField("计算时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务亮灯"
        ordering = ("task_id", "valid_from")
        indexes = (models.Index(fields=["ledger", "valid_from"]),)
        constraints = (models.UniqueConstraint(fields=["task", "valid_from"], name="task_light_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.task} {self.level}"


class LightOverride(models.Model):
    """A light set by a person, with reason and last day; it ends by itself."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="light_overrides", verbose_name="任务")
    level = models.CharField("灯", max_length=30)
    reason = models.CharField("理由", max_length=500)
    role = models.CharField("决定人的角色", max_length=30, blank=True, default="")
    start = models.DateField("起始日期")
    until = models.DateField("截止日期", help_text="最后一天")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="决定人")
    at = models.DateTimeField("时间", auto_now_add=True)
    ended_on = models.DateField("提前结束", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人工定灯"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(until__gte=F("start")), name="light_override_ends"),
            models.CheckConstraint(condition=~Q(reason=""), name="light_override_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.task} {self.level}"
