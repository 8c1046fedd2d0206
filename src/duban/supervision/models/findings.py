"""What an inspection found, and what follows: rectification, review, proposals, leads handed over."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.dispatch.models import Report
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Person, Unit
from duban.plans.models import Task
from duban.supervision.models.inspections import CheckItem, InspectedUnit, Inspection, Severity
from duban.supervision.states.inspections import FindingState, ProposalState, ReviewState


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> FindingQuerySet:
        """Return those of the inspections that `person` sees in full, and those that were fed back to the own unit."""
        full = Inspection.objects.visible_to(person)
        mine = InspectedUnit.objects.visible_to(person).filter(fed_back_at__isnull=False)
        told = ~Q(state__in=(FindingState.RECORDED, FindingState.DROPPED))
        return self.filter(Q(part__inspection__in=full) | (Q(part__in=mine) & told))

    def open(self) -> FindingQuerySet:
        """Return those that still have to be put right."""
        return self.filter(state__in=(FindingState.DEMANDED, FindingState.RECTIFIED))


class Finding(models.Model):
    """Something found at a unit, and how it is put right (articles 16 and 18).

    `report` is the report that it contradicts: once fed back, that report is corrected by what was counted, or given back.
    `due_on` is the day by which the unit reports, then by which the office verifies.
    """

    part = models.ForeignKey(InspectedUnit, models.CASCADE, related_name="findings", verbose_name="督查对象")
    item = models.OneToOneField(
        CheckItem, models.PROTECT, null=True, blank=True, related_name="found", verbose_name="核查内容"
    )
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name="任务")
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="contradicted_by", verbose_name="不符的填报"
    )
    text = models.TextField("问题")
    severity = models.CharField("程度", max_length=10, choices=Severity, default=Severity.MINOR)
    state = models.CharField("状态", max_length=25, choices=FindingState, default=FindingState.RECORDED)
    demand = models.TextField("整改要求", blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    rectification = models.TextField("整改情况", blank=True)
    rectified_at = models.DateTimeField("报整改时间", null=True, blank=True)
    rectified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报整改人"
    )
    verification = models.CharField("怎样核实的", max_length=500, blank=True)
    verified_at = models.DateTimeField("销号时间", null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="验收人"
    )
    because = models.CharField("退回、不予认定或者撤销的理由", max_length=500, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查发现的问题"
        ordering = ("part__unit__order", "pk")
        indexes = (models.Index(fields=["state", "due_on"]),)
        constraints = (
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"finding_{step}_by_somebody",
                )
                for step in ("rectified", "verified")
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(FindingState.DEMANDED, FindingState.RECTIFIED))
                | (Q(due_on__isnull=False) & ~Q(demand="")),
                name="open_finding_has_a_demand_and_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=FindingState.VERIFIED) | (Q(verified_at__isnull=False) & ~Q(verification="")),
                name="verified_finding_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(FindingState.DROPPED, FindingState.REVOKED)) | ~Q(because=""),
                name="finding_given_up_says_why",
            ),
        )

    def __str__(self) -> str:
        return self.text[:60]


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> ReviewQuerySet:
        """Return those of the parts that `person` sees, and those that `person` was named to decide."""
        seen = InspectedUnit.objects.visible_to(person)
        return self.filter(Q(part__in=seen) | Q(named=person.pk))


class Review(models.Model):
    """A unit's request to look at its part again (article 17), and the decision.

    `named` is who was named from outside (the upper level) where everybody of the office took part in the conclusion.
    """

    class Decision(models.TextChoices):
        """What may be decided."""

        UPHELD = "upheld", "维持原结论"
        CHANGED = "changed", "变更原结论"
        REVOKED = "revoked", "撤销原结论"

    part = models.OneToOneField(InspectedUnit, models.CASCADE, related_name="review", verbose_name="督查对象")
    state = models.CharField("状态", max_length=20, choices=ReviewState, default=ReviewState.REQUESTED)
    reason = models.TextField("申请理由")
    due_on = models.DateField("决定期限")
    counted = models.CharField("期限怎样算的", max_length=500)
    requested_at = models.DateTimeField("申请时间")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    named = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="reviews_named", verbose_name="指定的复核人"
    )
    named_because = models.CharField("指定的理由", max_length=300, blank=True)
    named_at = models.DateTimeField("指定时间", null=True, blank=True)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="指定人"
    )
    decision = models.CharField("决定", max_length=10, choices=Decision, blank=True)
    decision_text = models.TextField("决定的理由和内容", blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复核"
        ordering = ("due_on", "pk")
        constraints = (
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"review_{step}_by_somebody",
                )
                for step in ("named", "decided")
            ),
            models.CheckConstraint(
                condition=(Q(named=None) & Q(named_at=None))
                | (Q(named__isnull=False) & Q(named_at__isnull=False) & ~Q(named_because="")),
                name="reviewer_is_named_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.DECIDED)
                | (Q(decided_at__isnull=False) & ~Q(decision="") & ~Q(decision_text="")),
                name="decided_review_says_what",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="review_asks_for_a_reason"),
        )

    def __str__(self) -> str:
        return f"复核：{self.part}"


class Proposal(models.Model):
    """A proposal to commend, encourage, criticise or hold to account (articles 19 to 21)."""

    class Kind(models.TextChoices):
        """What is proposed."""

        COMMEND = "commend", "表扬"
        ENCOURAGE = "encourage", "激励"
        CRITICISE = "criticise", "批评"
        ACCOUNT = "account", "追究责任"

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="proposals", verbose_name="督查")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("建议", max_length=10, choices=Kind)
    text = models.CharField("理由和内容", max_length=500)
    state = models.CharField("状态", max_length=20, choices=ProposalState, default=ProposalState.PROPOSED)
    due_on = models.DateField("报批期限")
    proposed_at = models.DateTimeField("提出时间", auto_now_add=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    organ = models.CharField("有权机关", max_length=100, blank=True)
    approved_by_name = models.CharField("批准人", max_length=100, blank=True)
    approval_basis = models.CharField("批准依据或者不批准的理由", max_length=300, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人"
    )
    effective_on = models.DateField("生效日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "表扬、问责等建议"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(effective_on=None) | Q(state=ProposalState.APPROVED), name="only_approved_takes_effect"
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.APPROVED)
                | (Q(effective_on__isnull=False) & ~Q(organ="") & ~Q(approved_by_name="") & ~Q(approval_basis="")),
                name="approval_of_a_proposal_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.unit}"


class LeadQuerySet(models.QuerySet["Lead"]):
    """Leads handed over, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> LeadQuerySet:
        """Return those of the divisions whose leads `person` may know (articles 23 to 25: secrecy)."""
        return self.filter(access_of(person).reach("supervision.read_leads").of_division())


class Lead(models.Model):
    """A lead of a breach that was handed to the organ that looks into it (article 23)."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="leads", verbose_name="区划")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="leads", verbose_name="督查")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="涉及单位")
    text = models.TextField("线索")
    organ = models.CharField("移送给", max_length=100, help_text="监察机关、公安机关等")
    handed_on = models.DateField("移送日期")
    document = models.CharField("移送文书", max_length=200)
    approved_by_name = models.CharField("批准人", max_length=100)
    answer = models.CharField("反馈的处理结果", max_length=500, blank=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "移送的线索"
        ordering = ("-handed_on", "-pk")

    def __str__(self) -> str:
        return f"移送{self.organ}（{self.handed_on}）"
