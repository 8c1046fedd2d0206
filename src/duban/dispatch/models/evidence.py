"""Evidence: photos, papers and links that show what a report says."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.dispatch.models.reports import Report
from duban.organisations.models import Division


class EvidenceFile(models.Model):
    """A file, kept once by its digest. Place and time are those that a photo itself states (EXIF)."""

    class Scan(models.TextChoices):
        """What the malware scanner said."""

        NOT_SCANNED = "not_scanned", "未查毒"
        CLEAN = "clean", "已查毒"
        INFECTED = "infected", "有病毒"

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区划")
    sha256 = models.CharField("SHA-256", max_length=64)
    file = models.FileField("文件", upload_to="evidence/", max_length=255)
    preview = models.FileField("预览", upload_to="previews/", max_length=255, blank=True)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    scan = models.CharField("查毒", max_length=15, choices=Scan, default=Scan.NOT_SCANNED)

    class Meta:
        verbose_name = verbose_name_plural = "佐证文件"
        constraints = (models.UniqueConstraint(fields=["division", "sha256"], name="evidence_file_once"),)

    def __str__(self) -> str:
        return self.sha256[:12]


class Evidence(models.Model):
    """A file or a link under a name, in a report; taken out it stays as `dropped`."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="evidence", verbose_name="填报")
    stored = models.ForeignKey(
        EvidenceFile, models.PROTECT, null=True, blank=True, related_name="uses", verbose_name="文件"
    )
    link = models.URLField("链接", max_length=500, blank=True)
    name = models.CharField("名称", max_length=255)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    added_at = models.DateTimeField("上传时间", auto_now_add=True)
    dropped = models.BooleanField("已去掉", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "佐证"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=(Q(stored=None) & ~Q(link="")) | (Q(stored__isnull=False) & Q(link="")),
                name="evidence_is_a_file_or_a_link",
            ),
        )

    def __str__(self) -> str:
        return self.name
