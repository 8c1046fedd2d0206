"""Administrative divisions, as GB/T 2260 numbers them."""

from __future__ import annotations

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from duban.organisations.access import Anyone, access_of


class Level(models.TextChoices):
    """The level of a division; the values are those of the ledger."""

    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWN = "town", "镇街"


class DivisionManager(models.Manager["Division"]):
    """Divisions, and which of them a person sees."""

    def visible_to(self, person: Anyone, action: str = "organisations.read") -> models.QuerySet[Division]:
        """Return the divisions in which `person` may take `action` on everything."""
        return self.filter(access_of(person).reach(action).of_division(""))


class Division(models.Model):
    """A province, city, county or town with its code, valid for certain years.

    Codes change when divisions are merged or renamed (GB/T 2260): the old division keeps its code and ends, the new one
    begins.
    """

    code = models.CharField(
        "区划代码",
        max_length=12,
        validators=[RegexValidator(r"^(\d{6}|\d{9}|\d{12})$", "区划代码应为6、9或12位数字。")],
    )
    name = models.CharField("名称", max_length=50, help_text="如：兰桥区")
    full_name = models.CharField("全称", max_length=100, help_text="如：江临市兰桥区")
    level = models.CharField("层级", max_length=10, choices=Level)
    office = models.CharField("主管机构", max_length=100, blank=True, help_text="如：兰桥区人民政府办公室督查室")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级区划"
    )
    valid_from = models.DateField("启用日期", default=date(2000, 1, 1))
    valid_to = models.DateField("停用日期", null=True, blank=True, help_text="停用的第一天")

    objects = DivisionManager()

    class Meta:
        verbose_name = verbose_name_plural = "区划"
        ordering = ("code", "valid_from")
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="division_code_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="division_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.full_name


class Holiday(models.Model):
    """A day that a division works or rests otherwise than the national calendar says, and every day past its end.

    National holidays are known up to the end of a year (:func:`duban.organisations.calendar.known_until`); what the
    State Council announces after that is entered here.
    """

    division = models.ForeignKey(Division, models.CASCADE, related_name="holidays", verbose_name="区划")
    day = models.DateField("日期")
    works = models.BooleanField("上班", default=False)
    name = models.CharField("名称", max_length=50, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日"
        ordering = ("day",)
        constraints = (models.UniqueConstraint(fields=["division", "day"], name="holiday_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
