"""Files of supervision: papers that ask, answers' evidence, photos from the spot."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from duban.dispatch.models import EvidenceFile
from duban.supervision.models.answers import MatterAnswer
from duban.supervision.models.close_outs import CloseOutItem
from duban.supervision.models.findings import Finding, Review
from duban.supervision.models.inspections import SpotPhoto, SpotVoice
from duban.supervision.models.issues import IssueStep
from duban.supervision.models.matters import Matter

#: The keys of things that have files; each kind of thing adds its own.
THINGS = (
    *(
        "matter",
        "answer",
        "order",
        "order_answer",
        "issue_step",
        "close_out_item",
        "photo",
        "voice",
        "finding",
        "review",
    ),
)


def _at_one_thing() -> models.Q:
    """Return the condition that exactly one of the keys is filled."""
    found = models.Q()
    for filled in THINGS:
        found |= models.Q(**{f"{name}__isnull": name != filled for name in THINGS})
    return found


class Attachment(models.Model):
    """A file under a name, at one thing of supervision; the file itself is kept once by its digest.

    Each kind of thing that has files adds a nullable key here; `attachment_at_one_thing` lets exactly one be filled.
    """

    stored = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="attachments", verbose_name="文件")
    name = models.CharField("名称", max_length=255)
    matter = models.ForeignKey(
        Matter, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name="事项"
    )
    order = models.ForeignKey(
        "supervision.Order", models.CASCADE, null=True, blank=True, related_name="annexes", verbose_name="督办单"
    )
    order_answer = models.ForeignKey(
        "supervision.OrderAnswer",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="督办单答复",
    )
    issue_step = models.ForeignKey(
        IssueStep, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name="问题的一步"
    )
    close_out_item = models.ForeignKey(
        CloseOutItem, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name="销号的一项"
    )
    photo = models.ForeignKey(
        SpotPhoto, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name="现场照片"
    )
    voice = models.ForeignKey(
        SpotVoice, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name="现场录音"
    )
    finding = models.ForeignKey(
        Finding, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name="督查发现的问题"
    )
    review = models.ForeignKey(
        Review, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name="复核"
    )
    answer = models.ForeignKey(
        MatterAnswer, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name="答复"
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ("pk",)
        constraints = (models.CheckConstraint(condition=_at_one_thing(), name="attachment_at_one_thing"),)

    def __str__(self) -> str:
        return self.name
