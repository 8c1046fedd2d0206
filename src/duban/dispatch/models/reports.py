"""What units report, every version of it, and what the office found of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.dispatch.models.rounds import Round
from duban.dispatch.states import ReportState
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Unit
from duban.plans.models import Indicator, Task

#: The texts of a report in the order in which they are asked.
TEXTS = {"progress": "进展情况", "problems": "存在问题", "asks": "需协调事项", "next_step": "下步打算"}

#: The share that a unit states itself, asked only where a task has neither indicators nor milestones.
PERCENTAGE, PERCENTAGE_LABEL = "percentage", "完成比例"


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> ReportQuerySet:
        """Return the reports of whole divisions for the office, leaders and upper levels, for a unit its own."""
        reach = access_of(person).reach("dispatch.read")
        seen = reach.of_division("task__ledger__division")
        if reach.units:
            seen |= Q(unit__in=reach.units)
        return self.filter(seen)


class Report(models.Model):
    """A unit's entry for one task in one round (填报).

    Two liaisons may fill in one grid: a cell is saved against the value that its writer started from, so that they meet
    only in the same cell. `percentage` is asked only where the task has neither indicators nor milestones.
    `started_at` to `submitted_at` is the time that it took.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="reports", verbose_name="轮次")
    task = models.ForeignKey(Task, models.PROTECT, related_name="reports", verbose_name="任务")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reports", verbose_name="单位")
    state = models.CharField("状态", max_length=25, choices=ReportState, default=ReportState.OPEN)
    progress = models.TextField("进展情况", blank=True)
    problems = models.TextField("存在问题", blank=True)
    asks = models.TextField("需协调事项", blank=True)
    next_step = models.TextField("下步打算", blank=True)
    percentage = models.DecimalField("完成比例（%）", max_digits=5, decimal_places=2, null=True, blank=True)
    started_at = models.DateTimeField("开始填报", null=True, blank=True)
    edited_at = models.DateTimeField("最后修改", null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="填报人"
    )
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人"
    )
    signed_at = models.DateTimeField("审签时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审签人"
    )
    verified_at = models.DateTimeField("核验时间", null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人"
    )
    late = models.BooleanField("逾期", default=False)
    sampled = models.BooleanField("抽中核查", default=False)
    warnings = models.JSONField("提示", default=list, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "填报"
        ordering = ("task__order", "unit__order", "pk")
        indexes = (models.Index(fields=["round", "state"]), models.Index(fields=["unit", "round"]))
        constraints = (
            models.UniqueConstraint(fields=["round", "task", "unit"], name="report_once_a_round"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"report_{step}_by_somebody",
                )
                for step in ("edited", "submitted", "signed", "verified")
            ),
            models.CheckConstraint(
                condition=Q(percentage=None) | Q(percentage__gte=0, percentage__lte=100),
                name="report_percentage_up_to_100",
            ),
        )

    def __str__(self) -> str:
        return f"{self.task}（{self.unit}，{self.round}）"


class ReportValue(models.Model):
    """The value of one indicator in a report, cumulative since the year's start for a `level`."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="values", verbose_name="填报")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="report_values", verbose_name="指标")
    value = models.DecimalField("当前值", max_digits=20, decimal_places=6, null=True, blank=True)
    unit = models.CharField("计量单位", max_length=30, blank=True, help_text="填报时的计量单位，调整后不变")
    edited_at = models.DateTimeField("最后修改", null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="填报人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "指标填报值"
        ordering = ("indicator__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=["report", "indicator"], name="report_value_once"),
            models.CheckConstraint(
                condition=Q(edited_at=None, edited_by=None) | Q(edited_at__isnull=False, edited_by__isnull=False),
                name="report_value_edited_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator} {self.value}"


class ReportVersion(models.Model):
    """A report as it was when it was submitted, signed, returned or corrected; never changed."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions", verbose_name="填报")
    number = models.PositiveIntegerField("序号")
    step = models.CharField("步骤", max_length=20)
    snapshot = models.JSONField("内容")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="操作人")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "填报的历次内容"
        ordering = ("report_id", "number")
        constraints = (models.UniqueConstraint(fields=["report", "number"], name="report_version_number_once"),)

    def __str__(self) -> str:
        return f"{self.report} {self.number}"


class Verification(models.Model):
    """What the office found of a report: accepted, returned, or corrected with trace (核验)."""

    class Verdict(models.TextChoices):
        """The verdicts."""

        ACCEPT = "accept", "通过"
        RETURN = "return", "退回"
        CORRECT = "correct", "更正后通过"
        FOUND = "found", "督查不符"

    report = models.ForeignKey(Report, models.CASCADE, related_name="verifications", verbose_name="填报")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    reason = models.CharField("理由", max_length=500, blank=True)
    corrections = models.JSONField("更正", default=dict, blank=True, help_text="字段：[原值, 新值]")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核验人")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "核验"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(verdict="accept") | ~Q(reason=""), name="verification_says_why"),
        )

    def __str__(self) -> str:
        return self.get_verdict_display()
