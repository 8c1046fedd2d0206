"""What an issued paper was: its files, frozen with their digests."""

from __future__ import annotations

from django.db import models

from duban.bulletins.models.papers import Bulletin


class ArchivedFile(models.Model):
    """One file of an issued paper: Word, PDF, the annexes as a workbook. Written once; `sha256` and `sm3` are its digests."""

    class Format(models.TextChoices):
        """The formats."""

        DOCX = "docx", "Word"
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "附表（Excel）"

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="files", verbose_name="通报")
    format = models.CharField("格式", max_length=5, choices=Format)
    file = models.FileField("文件", upload_to="bulletins/", max_length=255)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64)
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "归档文件"
        ordering = ("bulletin_id", "format")
        constraints = (models.UniqueConstraint(fields=["bulletin", "format"], name="bulletin_file_once"),)

    def __str__(self) -> str:
        return f"{self.bulletin} {self.get_format_display()}"
