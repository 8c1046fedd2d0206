"""What the schemes of offices are kept as, whatever their kind."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from duban.organisations.models import Division


class OfficeScheme(models.Model):
    """A scheme of an office: the TOML text and its version; a changed text is a new version.

    Each kind is a model of its own with a constraint that there is each version once.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区划")
    name = models.SlugField("代码", max_length=50)
    title = models.CharField("名称", max_length=100)
    version = models.PositiveIntegerField("版次", default=1)
    text = models.TextField("规则（TOML）")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制定人")
    created_at = models.DateTimeField("制定时间", auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ("division_id", "name", "version")

    def __str__(self) -> str:
        return f"{self.title}（第{self.version}版）"
