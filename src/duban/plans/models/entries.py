"""What hangs on a task: units, limits, indicators, projects, each tied to the characters it came from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from duban.organisations.models import Person, Unit


class UnitRole(models.TextChoices):
    """The role of a unit in a task; the values are those of the ledger JSON."""

    LEAD = "lead", "牵头"
    RESPONSIBLE = "responsible", "责任"
    SUPPORT = "support", "配合"


class Comparator(models.TextChoices):
    """How a value is promised; the values are those of the ledger JSON."""

    AT_LEAST = ">=", "不低于"
    AT_MOST = "<=", "不超过"
    ABOUT = "~", "约"
    EQUAL = "=", "达到"
    RANGE = "range", "区间"


class MeasureKind(models.TextChoices):
    """What a value says; the values are those of the ledger JSON."""

    LEVEL = "level", "数量"
    GROWTH = "growth", "增长"
    DECLINE = "decline", "下降"
    SHARE = "share", "占比"
    CHANGE = "change", "百分点增减"
    MULTIPLE = "multiple", "倍数"


class Status(models.TextChoices):
    """Promised or already done; the values are those of the ledger JSON."""

    TARGET = "target", "目标"
    ACHIEVED = "achieved", "已完成"


class Entry(models.Model):
    """What was read from a paper and may have been corrected.

    `read` holds the fields as read and never changes; it is empty for what a person added. What a person takes out is
    `dropped`, not deleted, so that it can be brought back. `version` grows with every change: whoever changes an older
    version is told. A span counts characters of the paper's text, ``[span_start, span_end)``.
    """

    read = models.JSONField("读出的内容", null=True, blank=True)
    rule = models.CharField("规则", max_length=100, blank=True)
    span_start = models.PositiveIntegerField("起", null=True, blank=True)
    span_end = models.PositiveIntegerField("止", null=True, blank=True)
    dropped = models.BooleanField("已去掉", default=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        abstract = True


class Responsibility(Entry):
    """A unit that answers for a task. `unit` is empty until the words are resolved to a unit of the division.

    Words that mean a group (`is_group`) are expanded to one row for each member, which name the row they came from
    in `expanded_from`.
    """

    task = models.ForeignKey("plans.Task", models.CASCADE, related_name="responsibilities", verbose_name="任务")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="responsibilities", verbose_name="单位"
    )
    unit_text = models.CharField("原文的单位", max_length=200)
    role = models.CharField("角色", max_length=20, choices=UnitRole)
    is_group = models.BooleanField("泛指", default=False)
    expanded_from = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="members", verbose_name="展开自"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="responsibilities", verbose_name="责任人"
    )
    order = models.PositiveIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        ordering = ("order", "pk")
        indexes = (models.Index(fields=["unit", "role"]),)
        constraints = (
            models.UniqueConstraint(
                fields=["task", "unit", "role"], condition=Q(dropped=False), name="unit_once_a_role_in_a_task"
            ),
        )

    def __str__(self) -> str:
        return self.unit_text


class Deadline(Entry):
    """A time limit as the paper words it; `due` is the last day it allows, empty where the words fix no day."""

    task = models.ForeignKey("plans.Task", models.CASCADE, related_name="deadlines", verbose_name="任务")
    text = models.CharField("原文", max_length=100)
    due = models.DateField("截止日期", null=True, blank=True)
    order = models.PositiveIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "时限"
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.text


class Indicator(Entry):
    """A quantified promise. `floor` is the lower of the two lines of 双底线: what must not be missed.

    An indicator of the year's targets belongs to the paper's section and to no task.
    """

    task = models.ForeignKey(
        "plans.Task", models.CASCADE, null=True, blank=True, related_name="indicators", verbose_name="任务"
    )
    ledger = models.ForeignKey("plans.Ledger", models.CASCADE, related_name="indicators", verbose_name="总台账")
    paper = models.ForeignKey(
        "plans.Paper", models.CASCADE, null=True, blank=True, related_name="indicators", verbose_name="来文"
    )
    name = models.CharField("指标", max_length=200)
    comparator = models.CharField("比较", max_length=10, choices=Comparator, default=Comparator.EQUAL)
    value = models.DecimalField("目标值", max_digits=20, decimal_places=6)
    value_high = models.DecimalField("上限", max_digits=20, decimal_places=6, null=True, blank=True)
    floor = models.DecimalField("底线", max_digits=20, decimal_places=6, null=True, blank=True)
    unit = models.CharField("计量单位", max_length=30, blank=True)
    measure = models.CharField("口径", max_length=10, choices=MeasureKind, default=MeasureKind.LEVEL)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.TARGET)
    text = models.CharField("原文", max_length=500, blank=True)
    order = models.PositiveIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ("order", "pk")
        constraints = (
            models.CheckConstraint(
                condition=(~Q(comparator="range") & Q(value_high=None))
                | (Q(comparator="range") & Q(value_high__isnull=False) & Q(value_high__gte=F("value"))),
                name="indicator_range_has_two_ends",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Project(Entry):
    """A named investment project of a task and its own amount."""

    task = models.ForeignKey(
        "plans.Task", models.CASCADE, null=True, blank=True, related_name="projects", verbose_name="任务"
    )
    ledger = models.ForeignKey("plans.Ledger", models.CASCADE, related_name="projects", verbose_name="总台账")
    paper = models.ForeignKey(
        "plans.Paper", models.CASCADE, null=True, blank=True, related_name="projects", verbose_name="来文"
    )
    name = models.CharField("项目", max_length=200)
    value = models.DecimalField("金额", max_digits=20, decimal_places=6)
    unit = models.CharField("计量单位", max_length=30)
    text = models.CharField("原文", max_length=500, blank=True)
    order = models.PositiveIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.name
