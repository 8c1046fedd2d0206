"""Close-outs (对账销号): a unit's account of a task that is done, item by item, and what the office made of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.dispatch.models import Evidence
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Unit
from duban.plans.models import Indicator, Milestone, Task
from duban.supervision.reaching import within
from duban.supervision.states.close_outs import WAITING, CloseOutState


class CloseOutQuerySet(models.QuerySet["CloseOut"]):
    """Close-outs, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> CloseOutQuerySet:
        """Return those of whole divisions for the office, leaders and upper levels; for a unit those of its tasks."""
        reach = access_of(person).reach("supervision.read")
        seen = reach.of_division("task__ledger__division")
        if reach.units:
            mine = Task.objects.visible_to(person).values("pk")
            seen |= within("unit", reach.units) | Q(task__in=mine)
        return self.filter(seen)


class CloseOut(models.Model):
    """A request to close a task out. While it waits, the office moves next, by `due_on`.

    `found` is what the system's own check said when it was asked for, and again when it was decided. `seq` is the number
    of the close-out within the ledger, given when the task is closed out and never again to another.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="close_outs", verbose_name="任务")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="close_outs", verbose_name="申请单位（空为督查室）"
    )
    state = models.CharField("状态", max_length=12, choices=CloseOutState, default=CloseOutState.REQUESTED)
    statement = models.TextField("完成情况")
    found = models.JSONField("自动对账", default=list)
    requested_at = models.DateTimeField("申请时间")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    due_on = models.DateField("核验期限", null=True, blank=True, db_index=True)
    sampled = models.BooleanField("抽中现场核查", default=False)
    site_on = models.DateField("现场核查日期", null=True, blank=True)
    site_note = models.TextField("现场核查情况", blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人"
    )
    decision = models.CharField("核验意见", max_length=500, blank=True)
    seq = models.PositiveIntegerField("销号编号", null=True, blank=True)
    closed_on = models.DateField("销号日期", null=True, blank=True)
    reopened_at = models.DateTimeField("恢复时间", null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="恢复经办人"
    )
    reopened_because = models.CharField("恢复的理由", max_length=500, blank=True)

    objects = CloseOutQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "销号申请"
        ordering = ("requested_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["task"], condition=Q(state__in=["requested", "on_site"]), name="close_out_waits_once_a_task"
            ),
            models.UniqueConstraint(
                fields=["task"], condition=Q(state="accepted"), name="close_out_accepted_once_a_task"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["requested", "on_site"]) & Q(due_on__isnull=False))
                | (~Q(state__in=["requested", "on_site"]) & Q(due_on=None)),
                name="close_out_waiting_has_a_day",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["accepted", "reopened"]) & Q(seq__isnull=False, closed_on__isnull=False))
                | (~Q(state__in=["accepted", "reopened"]) & Q(seq=None, closed_on=None)),
                name="close_out_accepted_has_number_and_day",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="close_out_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(decision=""), name="close_out_returned_for_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted", sampled=True) | (Q(site_on__isnull=False) & ~Q(site_note="")),
                name="close_out_sampled_was_seen_on_site",
            ),
            models.CheckConstraint(
                condition=Q(reopened_at=None, reopened_by=None)
                | Q(reopened_at__isnull=False, reopened_by__isnull=False),
                name="close_out_reopened_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="reopened") | (Q(reopened_at__isnull=False) & ~Q(reopened_because="")),
                name="close_out_reopened_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.task} 销号"

    @property
    def waits(self) -> bool:
        """Whether the office has to decide."""
        return self.state in WAITING

    @property
    def number(self) -> str:
        """The number of the close-out, such as 2026-X012; empty before it is accepted."""
        return f"{self.task.ledger.year}-X{self.seq:03d}" if self.seq else ""


class CloseOutItem(models.Model):
    """What was reached of one indicator or milestone, and what shows it: evidence of reports, files, or what it rests on."""

    close_out = models.ForeignKey(CloseOut, models.CASCADE, related_name="items", verbose_name="销号申请")
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="指标"
    )
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="节点"
    )
    value = models.DecimalField("完成值", max_digits=20, decimal_places=6, null=True, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=300, blank=True, help_text="文号、统计口径、网址")
    evidence = models.ManyToManyField(Evidence, blank=True, related_name="+", verbose_name="填报时的佐证")

    class Meta:
        verbose_name = verbose_name_plural = "销号逐项"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["close_out", "indicator"], condition=Q(milestone=None), name="indicator_once_a_close_out"
            ),
            models.UniqueConstraint(
                fields=["close_out", "milestone"], condition=Q(indicator=None), name="milestone_once_a_close_out"
            ),
            models.CheckConstraint(
                condition=Q(indicator__isnull=False, milestone=None, value__isnull=False)
                | Q(indicator=None, milestone__isnull=False, done_on__isnull=False)
                | Q(indicator=None, milestone=None),
                name="close_out_item_says_what_was_reached",
            ),
        )

    def __str__(self) -> str:
        return str(self.indicator or self.milestone or "任务")
