"""Answers to matters: what the lead unit reports, the office's verdict, and whether the proposer is satisfied."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.organisations.models import Unit
from duban.supervision.models.matters import Matter


class MatterAnswer(models.Model):
    """One answer of the lead unit. A matter that is returned, or handled a second time, has several."""

    class Verdict(models.TextChoices):
        """What the office made of it."""

        OPEN = "open", "待审核"
        ACCEPTED = "accepted", "同意办结"
        RETURNED = "returned", "退回重办"

    class Satisfaction(models.TextChoices):
        """What the proposer makes of it."""

        UNKNOWN = "", "未反馈"
        SATISFIED = "satisfied", "满意"
        MOSTLY = "mostly", "基本满意"
        UNSATISFIED = "unsatisfied", "不满意"

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="answers", verbose_name="事项")
    round = models.PositiveSmallIntegerField("轮次")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    text = models.TextField("办理情况")
    grade = models.CharField("自评", max_length=20, blank=True)
    late = models.BooleanField("逾期", default=False)
    answered_at = models.DateTimeField("答复时间")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="答复人")
    verdict = models.CharField("审核", max_length=10, choices=Verdict, default=Verdict.OPEN)
    given_grade = models.CharField("评定", max_length=20, blank=True)
    judgement = models.CharField("审核意见", max_length=300, blank=True)
    judged_at = models.DateTimeField("审核时间", null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )
    satisfaction = models.CharField("满意度", max_length=15, choices=Satisfaction, blank=True)
    rating_note = models.CharField("提出人意见", max_length=300, blank=True)
    rated_at = models.DateTimeField("反馈时间", null=True, blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "答复"
        ordering = ("answered_at", "pk")
        constraints = (
            # Answered twice in one round is one answer: the second is refused.
            models.UniqueConstraint(fields=["matter", "round"], name="matter_answer_once_a_round"),
            models.CheckConstraint(
                condition=Q(judged_at=None, judged_by=None) | Q(judged_at__isnull=False, judged_by__isnull=False),
                name="matter_answer_judged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verdict="open", judged_at=None) | (~Q(verdict="open") & Q(judged_at__isnull=False)),
                name="matter_answer_judged_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(rated_at=None, rated_by=None) | Q(rated_at__isnull=False, rated_by__isnull=False),
                name="matter_answer_rated_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit}的答复"
