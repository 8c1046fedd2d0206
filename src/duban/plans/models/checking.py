"""The check of a paper: what people corrected, and the notes they answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.plans.models.papers import Paper
from duban.plans.models.tasks import Task


class PaperNote(models.Model):
    """Something at which the reader stopped; a person must answer it before the ledger is issued."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="notes", verbose_name="来文")
    task = models.ForeignKey(Task, models.CASCADE, null=True, blank=True, related_name="notes", verbose_name="任务")
    code = models.CharField("代码", max_length=50)
    message = models.TextField("提示")
    span_start = models.PositiveIntegerField("起")
    span_end = models.PositiveIntegerField("止")
    answer = models.CharField("处理", max_length=500, blank=True)
    answered_at = models.DateTimeField("处理时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "提示"
        ordering = ("span_start", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="note_answered_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.message


class Correction(models.Model):
    """One correction at the check: what it changed, so that others see it and it can be undone.

    `changes` lists ``{"model", "id", "before", "after"}``; `before` is null for what was made, and undoing that drops it.
    `revision` is the paper's revision that it made. `key` is the page's own mark of the request: one sent again after a
    broken connection is known by it and not done twice.
    """

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="corrections", verbose_name="来文")
    task = models.ForeignKey(Task, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="任务")
    revision = models.PositiveIntegerField("修改号")
    what = models.CharField("操作", max_length=50)
    sentence = models.CharField("说明", max_length=300)
    changes = models.JSONField("改动")
    key = models.CharField("请求号", max_length=40, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="修改人")
    at = models.DateTimeField("时间", auto_now_add=True)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name="撤销"
    )

    class Meta:
        verbose_name = verbose_name_plural = "修改记录"
        ordering = ("paper_id", "revision")
        constraints = (
            models.UniqueConstraint(fields=["paper", "revision"], name="correction_revision_once"),
            models.UniqueConstraint(fields=["paper", "key"], condition=~Q(key=""), name="correction_key_once"),
        )

    def __str__(self) -> str:
        return self.sentence


class CheckPlace(models.Model):
    """Where a person stands in the check of a paper: to go on there, and so that others see who is where."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="places", verbose_name="来文")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="人员")
    task = models.ForeignKey(Task, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="任务")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "核对位置"
        constraints = (models.UniqueConstraint(fields=["paper", "person"], name="check_place_once"),)

    def __str__(self) -> str:
        return f"{self.person} {self.task}"
