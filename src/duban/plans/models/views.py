"""Saved views of the ledger page."""

from __future__ import annotations

from django.db import models

from duban.organisations.models import Person


class SavedView(models.Model):
    """The filters, columns and order of a list under a name, for one person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="saved_views", verbose_name="人员")
    page = models.CharField("页面", max_length=30, default="ledger")
    name = models.CharField("名称", max_length=50)
    query = models.CharField("条件", max_length=2000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "保存的视图"
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["person", "page", "name"], name="saved_view_name_once"),)

    def __str__(self) -> str:
        return self.name
