"""Papers: what was uploaded, and what was read from it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division
from duban.plans.models.ledgers import Ledger
from duban.plans.states import PaperState


class PaperQuerySet(models.QuerySet["Paper"]):
    """Papers, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> PaperQuerySet:
        """Return the papers that `person` may open: the office's own; passages of issued tasks show with the task."""
        return self.filter(access_of(person).reach("plans.read_papers").of_division())


class Paper(models.Model):
    """An uploaded document (来文): the original with its digests, the text taken from it, and the reading.

    `text` is the source's text, whose characters all spans count; `reading` is the ledger JSON (``duban/ledger@1``)
    as read, never changed. `answers` holds what a person decided where the reading asked (:mod:`duban.plans.questions`):
    ``{"documents": [0], "year": "this", "region": "keep"}``. `revision` counts the corrections: whoever holds an older number has something to fetch.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="papers", verbose_name="区划")
    ledger = models.ForeignKey(
        Ledger, models.PROTECT, null=True, blank=True, related_name="papers", verbose_name="总台账"
    )
    year = models.PositiveSmallIntegerField("年份")
    name = models.CharField("文件名", max_length=255)
    title = models.CharField("标题", max_length=300, blank=True)
    doc_type = models.CharField("文种", max_length=20, blank=True)
    doc_number = models.CharField("文号", max_length=100, blank=True)
    issuer = models.CharField("发文机关", max_length=100, blank=True)
    issued_on = models.DateField("成文日期", null=True, blank=True)
    file = models.FileField("原件", upload_to="papers/", max_length=255)
    media_type = models.CharField("类型", max_length=100, blank=True)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64)
    state = models.CharField("状态", max_length=10, choices=PaperState, default=PaperState.QUEUED)
    progress = models.PositiveSmallIntegerField("进度（%）", default=0)
    problem = models.TextField("问题", blank=True, help_text="读不出、或须由人确认的，说明原因和办法")
    text = models.TextField("原文", blank=True)
    reading = models.JSONField("读出的台账", null=True, blank=True)
    answers = models.JSONField("对疑问的答复", default=dict, blank=True)
    revision = models.PositiveIntegerField("修改号", default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    read_at = models.DateTimeField("读完时间", null=True, blank=True)
    checked_at = models.DateTimeField("核对完成时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "来文"
        ordering = ("-uploaded_at", "-pk")
        constraints = (
            # The same bytes twice in one division are one paper; the page offers the one that is there.
            models.UniqueConstraint(
                fields=["division", "sha256"], condition=~Q(state=PaperState.WITHDRAWN), name="paper_once"
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None, checked_by=None) | Q(checked_at__isnull=False, checked_by__isnull=False),
                name="paper_checked_by_somebody",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="paper_progress_up_to_100"),
        )

    def __str__(self) -> str:
        return self.title or self.name
