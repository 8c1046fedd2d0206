"""How a task is broken down (任务分解): measures, milestones, and how far each should be by when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from duban.organisations.models import Person, Unit


class CurveKind(models.TextChoices):
    """How expected progress (序时进度) runs from start to due."""

    LINEAR = "linear", "按时间均匀"
    MILESTONES = "milestones", "按节点权重"
    MONTHLY = "monthly", "按月目标"


class Measure(models.Model):
    """A step of a task with its own unit, person and dates (举措)."""

    task = models.ForeignKey("plans.Task", models.CASCADE, related_name="measures", verbose_name="任务")
    text = models.CharField("举措", max_length=500)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="measures", verbose_name="单位")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="measures", verbose_name="责任人"
    )
    start = models.DateField("开始日期", null=True, blank=True)
    due = models.DateField("完成日期", null=True, blank=True)
    order = models.PositiveIntegerField("次序", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "举措"
        ordering = ("order", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(start=None) | Q(due=None) | Q(due__gte=F("start")), name="measure_due_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.text


class Milestone(models.Model):
    """A dated step of a task, or of one of its measures; `weight` is its share of the progress, in percent."""

    task = models.ForeignKey("plans.Task", models.CASCADE, related_name="milestones", verbose_name="任务")
    measure = models.ForeignKey(
        Measure, models.CASCADE, null=True, blank=True, related_name="milestones", verbose_name="举措"
    )
    name = models.CharField("节点", max_length=200)
    due = models.DateField("完成日期")
    weight = models.DecimalField("权重（%）", max_digits=5, decimal_places=2, default=0)
    done_on = models.DateField("实际完成日期", null=True, blank=True)
    order = models.PositiveIntegerField("次序", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "节点"
        ordering = ("due", "order", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(weight__gte=0, weight__lte=100), name="milestone_weight_is_a_share"),
        )

    def __str__(self) -> str:
        return self.name


class Curve(models.Model):
    """The expected progress of an indicator, or of a measure.

    `start` and `start_value` are where it begins (the first day of the year and 0 where they are not set). `monthly`
    holds, for `kind` monthly, the cumulative target at the end of each month: ``{"2026-03": "12.5"}``.
    """

    indicator = models.OneToOneField(
        "plans.Indicator", models.CASCADE, null=True, blank=True, related_name="curve", verbose_name="指标"
    )
    measure = models.OneToOneField(
        Measure, models.CASCADE, null=True, blank=True, related_name="curve", verbose_name="举措"
    )
    kind = models.CharField("序时进度", max_length=10, choices=CurveKind, default=CurveKind.LINEAR)
    start = models.DateField("开始日期", null=True, blank=True)
    start_value = models.DecimalField("起点值", max_digits=20, decimal_places=6, default=0)
    monthly = models.JSONField("按月目标", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "序时进度"
        constraints = (
            models.CheckConstraint(
                condition=Q(indicator=None, measure__isnull=False) | Q(indicator__isnull=False, measure=None),
                name="curve_of_one_thing",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
