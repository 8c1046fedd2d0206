"""Clock schemes of an office, and which scheme the matters of a source usually follow."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.dispatch.models.schemes import OfficeScheme
from duban.organisations.models import Division
from duban.supervision.models.matters import MatterSource


class ClockScheme(OfficeScheme):
    """A clock scheme of an office."""

    class Meta(OfficeScheme.Meta):
        verbose_name = verbose_name_plural = "时限办法"
        constraints = (
            models.UniqueConstraint(fields=["division", "name", "version"], name="clock_scheme_version_once"),
        )

    @property
    def key(self) -> str:
        """What it is chosen by, and what is kept with every matter: ``lanqiao@2``."""
        return f"{self.name}@{self.version}"


class SourceClock(models.Model):
    """Which scheme the matters of a source usually follow that are assigned from a day on: a preset, or an office's own.

    Where nothing was adopted it is the one that the product says (``clocks/sources.toml``).
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="source_clocks", verbose_name="区划")
    source = models.CharField("来源", max_length=20, choices=MatterSource)
    preset = models.CharField("自带的办法", max_length=50, blank=True)
    scheme = models.ForeignKey(
        ClockScheme, models.PROTECT, null=True, blank=True, related_name="uses", verbose_name="本级的办法"
    )
    valid_from = models.DateField("生效日期")
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    adopted_at = models.DateTimeField("办理时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "采用的时限办法"
        ordering = ("division_id", "source", "valid_from")
        constraints = (
            models.UniqueConstraint(fields=["division", "source", "valid_from"], name="source_clock_once_a_day"),
            models.CheckConstraint(
                condition=Q(preset="", scheme__isnull=False) | (~Q(preset="") & Q(scheme=None)),
                name="source_clock_is_one_scheme",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.valid_from}"

    @property
    def key(self) -> str:
        """What the scheme is chosen by: the name of a preset, name and version of an office's own."""
        return self.scheme.key if self.scheme else self.preset
