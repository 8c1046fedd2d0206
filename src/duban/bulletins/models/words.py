"""What an office writes its papers with: its own wording files and its own Word templates, each version kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from duban.bulletins.composing.wording import KINDS
from duban.organisations.models import Division


class BulletinWording(models.Model):
    """The office's own wording of a kind of paper; a changed text is a new version, the newest is used."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="bulletin_wordings", verbose_name="区划")
    kind = models.CharField("文种", max_length=20, choices=list(KINDS.items()))
    version = models.PositiveIntegerField("版次")
    text = models.TextField("措辞（TOML）", blank=True, help_text="空的是恢复自带的")
    saved_at = models.DateTimeField("保存时间")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="保存人")

    class Meta:
        verbose_name = verbose_name_plural = "措辞"
        ordering = ("division_id", "kind", "version")
        constraints = (
            models.UniqueConstraint(fields=["division", "kind", "version"], name="bulletin_wording_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}措辞第{self.version}版"


class BulletinTemplate(models.Model):
    """A Word file in which papers of a kind are set; the newest is used, one without a file goes back to the built-in layout."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="bulletin_templates", verbose_name="区划")
    kind = models.CharField("文种", max_length=20, choices=list(KINDS.items()))
    version = models.PositiveIntegerField("版次")
    file = models.FileField("模板", upload_to="bulletin-templates/", max_length=255, blank=True)
    name = models.CharField("文件名", max_length=255, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    saved_at = models.DateTimeField("保存时间")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="保存人")

    class Meta:
        verbose_name = verbose_name_plural = "Word 模板"
        ordering = ("division_id", "kind", "version")
        constraints = (
            models.UniqueConstraint(fields=["division", "kind", "version"], name="bulletin_template_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}模板第{self.version}版"
