"""Amendments: the only way an issued ledger changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Unit
from duban.plans.models.ledgers import Ledger
from duban.plans.models.papers import Paper
from duban.plans.models.tasks import Task
from duban.plans.states import AmendmentKind, AmendmentState


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    """Amendments, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> AmendmentQuerySet:
        """Return those of the tasks that `person` sees, and those that the person's own unit asked for."""
        reach = access_of(person).reach("plans.read")
        seen = reach.of_division("ledger__division")
        if reach.units:
            seen |= Q(requested_for__in=reach.units) | Q(task__in=Task.objects.visible_to(person))
        return self.filter(seen)


class Amendment(models.Model):
    """A change to an issued ledger: asked for with a reason and a paper, decided, effective from a day.

    `changes` says what is to change, by kind (:mod:`duban.plans.changes`). `base` is the number of the task's version
    that the request was written against. An approved amendment takes effect
    on `effective_on`: at once, or by the nightly job where that day is still to come.
    """

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="amendments", verbose_name="总台账")
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="amendments", verbose_name="任务"
    )
    number = models.PositiveIntegerField("序号")
    kind = models.CharField("类型", max_length=20, choices=AmendmentKind)
    state = models.CharField("状态", max_length=10, choices=AmendmentState, default=AmendmentState.REQUESTED)
    changes = models.JSONField("内容", default=dict)
    base = models.PositiveIntegerField(
        "申请时的任务版本", null=True, blank=True, help_text="任务此后又有变化的，审批时提示"
    )
    reason = models.TextField("理由")
    attachment = models.FileField("依据文件", upload_to="amendments/", max_length=255, blank=True)
    attachment_name = models.CharField("依据文件名", max_length=255, blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="amendments", verbose_name="来文"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    requested_for = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申请单位"
    )
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decision = models.CharField("审批意见", max_length=500, blank=True)
    effective_on = models.DateField("生效日期", null=True, blank=True)
    applied_at = models.DateTimeField("执行时间", null=True, blank=True)
    problem = models.CharField("未能执行的原因", max_length=500, blank=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调整"
        ordering = ("-requested_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["ledger", "number"], name="amendment_number_once"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="amendment_decided_by_somebody",
            ),
            # Nobody decides on what they asked for themselves.
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="amendment_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(applied_at=None) | Q(state=AmendmentState.EFFECTIVE), name="amendment_applied_is_effective"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AmendmentState.APPROVED, AmendmentState.EFFECTIVE])
                | Q(effective_on__isnull=False),
                name="amendment_approved_has_a_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（第{self.number}号）"
