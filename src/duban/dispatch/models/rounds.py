"""When units are asked: schedules and the rounds they make."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import F, Q

from duban.dispatch.states import RoundState
from duban.organisations.access import Anyone
from duban.plans.models import Ledger, Section


class Period(models.TextChoices):
    """How often a round comes."""

    TEN_DAYS = "ten_days", "旬"
    HALF_MONTH = "half_month", "半月"
    MONTH = "month", "月"
    QUARTER = "quarter", "季"
    ONCE = "once", "一次"


class Asked(models.TextChoices):
    """Which units of a task report."""

    LEAD = "lead", "牵头单位"
    RESPONSIBLE = "responsible", "牵头和责任单位"
    ALL = "all", "牵头、责任和配合单位"


class Shift(models.TextChoices):
    """What becomes of a day that is no working day."""

    NONE = "none", "不顺延"
    NEXT = "next", "顺延到下一个工作日"
    PREVIOUS = "previous", "提前到上一个工作日"


class Schedule(models.Model):
    """How the units of a ledger, or of one of its sections, are asked (清单式定期调度).

    A round opens `opens_before` days before the last day of its period and is due `due_after` days after it (negative:
    before); both days shift to a working day as `shift` says. A task without a lead unit asks its responsible units.
    """

    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="schedules", verbose_name="总台账")
    section = models.ForeignKey(
        Section, models.CASCADE, null=True, blank=True, related_name="schedules", verbose_name="章节"
    )
    name = models.CharField("名称", max_length=100)
    period = models.CharField("周期", max_length=10, choices=Period, default=Period.MONTH)
    asked = models.CharField("填报单位", max_length=15, choices=Asked, default=Asked.LEAD)
    opens_before = models.PositiveSmallIntegerField("提前几天开始", default=5)
    due_after = models.SmallIntegerField("期末后几天截止", default=0)
    due_time = models.TimeField("截止时刻", default=time(17, 0))
    grace_hours = models.PositiveSmallIntegerField("宽限（小时）", default=0)
    shift = models.CharField("遇节假日", max_length=10, choices=Shift, default=Shift.PREVIOUS)
    needs_evidence = models.BooleanField("须附佐证", default=False)
    needs_sign_off = models.BooleanField("须单位负责人审签", default=True)
    sample_percent = models.PositiveSmallIntegerField("抽查比例（%）", default=100)
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "调度安排"
        ordering = ("ledger_id", "pk")
        constraints = (models.CheckConstraint(condition=Q(sample_percent__lte=100), name="schedule_sample_up_to_100"),)

    def __str__(self) -> str:
        return self.name


class RoundQuerySet(models.QuerySet["Round"]):
    """Rounds, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> RoundQuerySet:
        """Return the rounds of the ledgers that `person` may open."""
        return self.filter(ledger__in=Ledger.objects.visible_to(person))


class Round(models.Model):
    """One time that the units report (一轮调度): its period, and when it opens and is due."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="rounds", verbose_name="总台账")
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="rounds", verbose_name="调度安排")
    name = models.CharField("名称", max_length=100, help_text="如：2026年9月")
    period_start = models.DateField("期初")
    period_end = models.DateField("期末")
    opens_at = models.DateTimeField("开始时间")
    due_at = models.DateTimeField("截止时间")
    grace_until = models.DateTimeField("宽限到")
    state = models.CharField("状态", max_length=10, choices=RoundState, default=RoundState.PLANNED)
    opened_at = models.DateTimeField("实际开始", null=True, blank=True)
    closed_at = models.DateTimeField("实际截止", null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调度轮次"
        ordering = ("-period_end", "-pk")
        constraints = (
            # A round opened twice is one round.
            models.UniqueConstraint(fields=["schedule", "period_start"], name="round_once_a_period"),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="round_ends_after_start"),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("opens_at")) & Q(grace_until__gte=F("due_at")), name="round_due_after_opening"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def may_report(self) -> bool:
        """Whether reports may still be written in it."""
        return self.state == RoundState.OPEN
