"""Figures that only the year knows (另行录入), entered by the office for the year's assessment."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.organisations.models import Unit
from duban.plans.models import Ledger


class Figure(models.Model):
    """One figure of a unit: what it is, how much, and by what paper. Entering it again replaces it; the trail keeps both."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="figures", verbose_name="总台账")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="figures", verbose_name="单位")
    name = models.CharField("录入的哪一项", max_length=60)
    value = models.DecimalField("数", max_digits=9, decimal_places=2)
    paper = models.CharField("依据", max_length=200)
    entered_at = models.DateTimeField("录入时间")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "年度录入的数"
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=["ledger", "unit", "name"], name="figure_once_a_unit"),
            models.CheckConstraint(
                condition=Q(value__gte=Decimal(-99999), value__lte=Decimal(99999)), name="figure_within_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit}{self.name}"
