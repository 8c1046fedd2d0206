"""What units say of milestones: reached on which day, shown by what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.dispatch.models.evidence import EvidenceFile
from duban.dispatch.models.reports import Report
from duban.plans.models import Milestone


class MilestoneWord(models.Model):
    """A unit's word that a milestone was reached, in a report of a round or by itself on the task's page.

    In a report it counts from when the report does, and its evidence is the report's; `done_on` is empty where it was
    filled in and emptied again. Taken back it stays as `dropped`.
    """

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="words", verbose_name="节点")
    report = models.ForeignKey(
        Report, models.CASCADE, null=True, blank=True, related_name="milestones", verbose_name="填报"
    )
    done_on = models.DateField("完成日期", null=True, blank=True)
    stored = models.ForeignKey(
        EvidenceFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证文件"
    )
    link = models.URLField("链接", max_length=500, blank=True)
    name = models.CharField("佐证名称", max_length=255, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填报人")
    at = models.DateTimeField("时间")
    dropped = models.BooleanField("已撤销", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "节点完成情况"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["report", "milestone"], name="milestone_word_once_a_report"),
            models.CheckConstraint(
                condition=Q(report__isnull=False) | Q(done_on__isnull=False), name="milestone_word_says_when"
            ),
            models.CheckConstraint(condition=Q(stored=None) | Q(link=""), name="milestone_word_has_one_proof"),
        )

    def __str__(self) -> str:
        return f"{self.milestone} {self.done_on or ''}"
