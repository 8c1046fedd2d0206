"""Matters (督查事项): whatever must be done and followed to its end, beside the year's tasks and from whatever source."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Person, Unit
from duban.plans.models import Ledger, Task
from duban.supervision.reaching import within
from duban.supervision.states.matters import MatterState


class MatterSource(models.TextChoices):
    """Where a matter comes from."""

    INSTRUCTION = "instruction", "领导批示"
    MEETING = "meeting", "会议议定"
    UPPER_ORDER = "upper_order", "上级交办"
    DEPUTY_PROPOSAL = "deputy_proposal", "代表建议"
    COMMITTEE_PROPOSAL = "committee_proposal", "委员提案"
    LIVELIHOOD = "livelihood", "民生实事"
    LEAD = "lead", "群众线索"
    FINDING = "finding", "督查发现"
    CONFERENCE = "conference", "会商议定"
    PROMISE = "promise", "约谈承诺"


class Urgency(models.TextChoices):
    """How pressing a matter is; clock schemes have limits for each."""

    URGENT = "urgent", "特急"
    ORDINARY = "ordinary", "一般"
    HARD = "hard", "疑难"


class MatterQuerySet(models.QuerySet["Matter"]):
    """Matters, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> MatterQuerySet:
        """Return the matters that `person` may see.

        The office, leaders and upper levels see those of whole divisions; people of a unit those assigned to it, in any
        role. What is `restricted` (leads, article 25 of the rules: secrecy) only the office and those who handle it see.
        """
        reach = access_of(person).reach("supervision.read")
        whole = reach.of_division()
        office = access_of(person).reach("supervision.run").of_division()
        seen = whole & (Q(restricted=False) | office)
        if reach.units:
            mine = MatterUnit.objects.filter(within("unit", reach.units), released_at=None)
            assigned = ~Q(state__in=(MatterState.REGISTERED, MatterState.REJECTED, MatterState.APPROVED))
            seen |= assigned & Q(pk__in=mine.values("matter_id"))
        return self.filter(seen)

    def open(self) -> MatterQuerySet:
        """Return those that still have to be done."""
        return self.exclude(state__in=(MatterState.REJECTED, MatterState.DONE, MatterState.CANCELLED))


class Matter(models.Model):
    """One thing to be followed to its end (督查事项).

    `seq` is the short number within division and year (2026-D017). An open matter always waits for somebody until a day:
    `waits_for` is the unit that moves next, none where the office does, and `due_on` the day; the clock keeps both.
    `scheme` names the clock scheme, `scheme_text` is its file as it was when the matter was assigned.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="matters", verbose_name="区划")
    ledger = models.ForeignKey(
        Ledger, models.PROTECT, null=True, blank=True, related_name="matters", verbose_name="总台账"
    )
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="matters", verbose_name="有关的任务"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="由它引出"
    )
    finding = models.ForeignKey(
        "supervision.Finding",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="matters",
        verbose_name="督查发现的问题",
    )
    year = models.PositiveSmallIntegerField("年份")
    seq = models.PositiveIntegerField("编号")
    source = models.CharField("来源", max_length=20, choices=MatterSource)
    source_name = models.CharField("来源名称", max_length=200, blank=True, help_text="会议名称、来文文号、线索渠道")
    source_person = models.CharField("提出人", max_length=100, blank=True, help_text="批示领导、代表、委员")
    instructed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="instructions", verbose_name="批示领导"
    )
    received_on = models.DateField("收到日期")
    title = models.CharField("事项", max_length=300)
    text = models.TextField("要求", blank=True)
    urgency = models.CharField("缓急", max_length=10, choices=Urgency, default=Urgency.ORDINARY)
    restricted = models.BooleanField("限定知悉", default=False)
    state = models.CharField("状态", max_length=15, choices=MatterState, default=MatterState.REGISTERED)
    approved_by_name = models.CharField("批准人", max_length=100, blank=True, help_text="政府或者主要负责人")
    approval_basis = models.CharField("批准依据", max_length=200, blank=True)
    approved_at = models.DateTimeField("立项时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="立项经办人"
    )
    scheme = models.CharField("时限办法", max_length=50, blank=True)
    scheme_text = models.TextField("时限办法全文（TOML）", blank=True)
    own_due = models.DateField("来文写的期限", null=True, blank=True, help_text="写了的，以它为准")
    round = models.PositiveSmallIntegerField("轮次", default=0, help_text="交办、退回重办、二次办理各算一轮")
    seconds = models.PositiveSmallIntegerField("二次办理次数", default=0)
    paused_until = models.DateField("暂停到", null=True, blank=True)
    assigned_at = models.DateTimeField("交办时间", null=True, blank=True)
    waits_for = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="等谁办（空为督查室）"
    )
    due_on = models.DateField("下一步期限", null=True, blank=True, db_index=True)
    grade = models.CharField("办理评价", max_length=20, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closing_reason = models.CharField("不予立项、撤销的理由", max_length=300, blank=True)
    registered_at = models.DateTimeField("登记时间", default=timezone.now)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查事项"
        ordering = ("-year", "-seq")
        indexes = (
            models.Index(fields=["division", "state", "due_on"]),
            models.Index(fields=["waits_for", "state", "due_on"]),
        )
        constraints = (
            models.UniqueConstraint(fields=["division", "year", "seq"], name="matter_number_once"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="matter_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None) | ~Q(approved_by_name=""), name="matter_approval_names_who"
            ),
            # Nothing is open without a day by which somebody moves.
            models.CheckConstraint(
                condition=Q(state__in=("rejected", "done", "cancelled")) | Q(due_on__isnull=False),
                name="matter_open_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("in_progress", "answered", "done")) | Q(assigned_at__isnull=False),
                name="matter_in_progress_was_assigned",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("done", "cancelled")) | Q(closed_at__isnull=False),
                name="matter_closed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(finding=None) | Q(source="finding"), name="matter_of_a_finding_comes_from_it"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def short_number(self) -> str:
        """The stable short number, such as 2026-D017."""
        return f"{self.year}-D{self.seq:03d}"

    @property
    def scheme_version(self) -> str:
        """The version of the clock scheme that it follows."""
        return self.scheme.partition("@")[2]


class MatterUnit(models.Model):
    """A unit that handles a matter: one leads, others support; released where it was returned or given to another."""

    class Part(models.TextChoices):
        """Which part the unit has."""

        LEAD = "lead", "主办"
        SUPPORT = "support", "协办"

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="units", verbose_name="事项")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="matter_parts", verbose_name="单位")
    part = models.CharField("分工", max_length=10, choices=Part, default=Part.LEAD)
    assigned_at = models.DateTimeField("交办时间")
    released_at = models.DateTimeField("解除时间", null=True, blank=True)
    reason = models.CharField("解除理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "承办单位"
        ordering = ("part", "unit__order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["matter", "unit"], condition=Q(released_at=None), name="matter_unit_once_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["matter"], condition=Q(released_at=None, part="lead"), name="matter_has_one_lead"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | ~Q(reason=""), name="matter_unit_released_for_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit}（{self.get_part_display()}）"
