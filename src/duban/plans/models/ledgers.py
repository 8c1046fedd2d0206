"""The ledger of a year, its issued versions and its sections."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division
from duban.plans.states import LedgerState


class LedgerQuerySet(models.QuerySet["Ledger"]):
    """Ledgers, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> LedgerQuerySet:
        """Return the ledgers that `person` may open: the office's drafts too, to everybody else those issued."""
        access = access_of(person)
        reach = access.reach("plans.read")
        issued = models.Q(state__in=[LedgerState.ISSUED, LedgerState.CLOSED])
        seen = reach.of_division() & issued
        if reach.units:
            seen |= issued & models.Q(division__units__in=reach.units)
        seen |= access.reach("plans.read_papers").of_division()
        return self.filter(seen).distinct() if reach.units else self.filter(seen)


class Ledger(models.Model):
    """The one list of a division's tasks of a year (总台账); several papers may flow into it."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="ledgers", verbose_name="区划")
    year = models.PositiveSmallIntegerField("年份")
    title = models.CharField("名称", max_length=200)
    state = models.CharField("状态", max_length=10, choices=LedgerState, default=LedgerState.DRAFT)
    next_number = models.PositiveIntegerField("下一个编号", default=1)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    closed_on = models.DateField("办结归档日期", null=True, blank=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "总台账"
        ordering = ("-year", "division_id")
        constraints = (models.UniqueConstraint(fields=["division", "year"], name="ledger_one_a_year"),)

    def __str__(self) -> str:
        return self.title


class LedgerVersion(models.Model):
    """The ledger as issued: frozen with number, date and approver; the digest is SM3 over the snapshot."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="versions", verbose_name="总台账")
    number = models.PositiveIntegerField("版次")
    document_number = models.CharField("文号", max_length=100, blank=True)
    issued_on = models.DateField("印发日期")
    approver = models.CharField("签发人", max_length=50)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    issued_at = models.DateTimeField("经办时间", auto_now_add=True)
    snapshot = models.JSONField("内容")
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "印发版次"
        ordering = ("ledger_id", "number")
        constraints = (models.UniqueConstraint(fields=["ledger", "number"], name="ledger_version_number_once"),)

    def __str__(self) -> str:
        return f"{self.ledger} 第{self.number}版"


class Section(models.Model):
    """A part of the ledger: a heading of the paper, with the part that holds it."""

    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="sections", verbose_name="总台账")
    paper = models.ForeignKey(
        "plans.Paper", models.CASCADE, null=True, blank=True, related_name="sections", verbose_name="来文"
    )
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name="上级章节"
    )
    label = models.CharField("编号", max_length=50, blank=True)
    title = models.CharField("标题", max_length=300)
    role = models.CharField("角色", max_length=20, blank=True)
    depth = models.PositiveSmallIntegerField("层次", default=1)
    order = models.PositiveIntegerField("次序", default=0)
    span_start = models.PositiveIntegerField("起", null=True, blank=True)
    span_end = models.PositiveIntegerField("止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "章节"
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return f"{self.label}{self.title}"
