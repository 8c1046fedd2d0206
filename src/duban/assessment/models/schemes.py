"""Scoring schemes of an office, and which scheme the months of a ledger are ranked by."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.dispatch.models.schemes import OfficeScheme
from duban.plans.models import Ledger


class ScoringScheme(OfficeScheme):
    """A scoring scheme of an office."""

    class Meta(OfficeScheme.Meta):
        verbose_name = verbose_name_plural = "计分办法"
        constraints = (
            models.UniqueConstraint(fields=["division", "name", "version"], name="scoring_scheme_version_once"),
        )

    @property
    def key(self) -> str:
        """What it is chosen by: ``lanqiao@2``."""
        return f"{self.name}@{self.version}"


class LedgerScoring(models.Model):
    """By which scheme the months of a ledger are ranked from one on: a preset, or an office's own.

    Where nothing was adopted it is the preset that stands first. Who computes a month may still choose another.
    """

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="scorings", verbose_name="总台账")
    preset = models.CharField("自带的办法", max_length=50, blank=True)
    scheme = models.ForeignKey(
        ScoringScheme, models.PROTECT, null=True, blank=True, related_name="uses", verbose_name="本级的办法"
    )
    valid_from = models.DateField("从哪个月起", help_text="该月第一天")
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    adopted_at = models.DateTimeField("办理时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "采用的计分办法"
        ordering = ("ledger_id", "valid_from")
        constraints = (
            models.UniqueConstraint(fields=["ledger", "valid_from"], name="ledger_scoring_once_a_month"),
            models.CheckConstraint(
                condition=Q(preset="", scheme__isnull=False) | (~Q(preset="") & Q(scheme=None)),
                name="ledger_scoring_is_one_scheme",
            ),
        )

    def __str__(self) -> str:
        return f"{self.ledger} {self.valid_from:%Y-%m} {self.key}"

    @property
    def key(self) -> str:
        """What the scheme is chosen by: the name of a preset, name and version of an office's own."""
        return self.scheme.key if self.scheme else self.preset
