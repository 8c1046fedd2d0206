"""Tasks of the ledger and what each was on any day."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Person
from duban.plans.models.entries import Entry, Responsibility
from duban.plans.models.ledgers import Ledger, Section
from duban.plans.models.papers import Paper
from duban.plans.states import LedgerState, TaskState


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> TaskQuerySet:
        """Return the tasks that `person` may see.

        The office sees its drafts; leaders and upper levels what is issued; people of a unit the issued tasks that the
        unit answers for in any role.
        """
        access = access_of(person)
        reach = access.reach("plans.read")
        issued = Q(ledger__state__in=[LedgerState.ISSUED, LedgerState.CLOSED]) & ~Q(state=TaskState.DRAFT)
        seen = reach.of_division("ledger__division") & issued
        if reach.units:
            mine = Responsibility.objects.filter(unit__in=reach.units, dropped=False)
            seen |= issued & Q(pk__in=mine.values("task_id"))
        seen |= access.reach("plans.read_papers").of_division("ledger__division")
        return self.filter(seen)

    def in_ledger(self) -> TaskQuerySet:
        """Return those that stand in an issued ledger today: neither drafts, nor dropped, nor withdrawn."""
        return self.filter(dropped=False).exclude(state__in=[TaskState.DRAFT, TaskState.WITHDRAWN])


class Task(Entry):
    """A piece of work. A draft until its ledger is issued; after that it changes by amendment only.

    `seq` is the short number within the ledger (2026-017 is the 17th of 2026), given at issue and never again to another
    task. `due` is the last day allowed by its deadlines, or the end of the ledger's year where it has none (`due_stated`
    is false then). `summary` holds the words that a search looks through, `lead_names` and `other_names` the units as a
    list shows them; actions keep the three.
    """

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="tasks", verbose_name="总台账")
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="章节"
    )
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="来文")
    seq = models.PositiveIntegerField("编号", null=True, blank=True)
    order = models.PositiveIntegerField("次序", default=0)
    number = models.CharField("原文编号", max_length=30, blank=True)
    title = models.CharField("任务", max_length=300)
    text = models.TextField("内容", blank=True)
    state = models.CharField("状态", max_length=20, choices=TaskState, default=TaskState.DRAFT)
    due = models.DateField("完成时限", null=True, blank=True, db_index=True)
    due_stated = models.BooleanField("时限为原文所定", default=False)
    sponsor = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="sponsored_tasks", verbose_name="包保领导"
    )
    sponsor_text = models.CharField("原文的领导", max_length=100, blank=True)
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name="并入任务"
    )
    lead_names = models.CharField("牵头单位", max_length=500, blank=True)
    other_names = models.CharField("其他单位", max_length=1000, blank=True)
    indicator_count = models.PositiveSmallIntegerField("指标数", default=0)
    summary = models.TextField("检索词", blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        ordering = ("order", "pk")
        indexes = (models.Index(fields=["ledger", "state", "order"]),)
        constraints = (
            models.UniqueConstraint(fields=["ledger", "seq"], name="task_number_once"),
            models.CheckConstraint(
                condition=Q(state=TaskState.DRAFT) | Q(seq__isnull=False), name="task_in_ledger_has_a_number"
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None, checked_by=None) | Q(checked_at__isnull=False, checked_by__isnull=False),
                name="task_checked_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="task_not_merged_into_itself"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def short_number(self) -> str:
        """The stable short number, such as 2026-017; empty for a draft."""
        return short_number(self.ledger.year, self.seq)


def short_number(year: int, seq: int | None) -> str:
    """Return the number of the ledger's `seq`-th task, such as 2026-017; empty where it has none yet."""
    return f"{year}-{seq:03d}" if seq else ""


class TaskVersion(models.Model):
    """What a task was from a day on: written at issue and with every amendment and change of state, never changed.

    On a day the version holds that starts last on or before it (`valid_from`, then `number`). `snapshot` has the form
    of :func:`duban.plans.snapshots.of_task`.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="versions", verbose_name="任务")
    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="task_versions", verbose_name="总台账")
    number = models.PositiveIntegerField("序号")
    valid_from = models.DateField("生效日期", db_index=True)
    amendment = models.ForeignKey(
        "plans.Amendment", models.PROTECT, null=True, blank=True, related_name="versions", verbose_name="调整"
    )
    reason = models.CharField("原由", max_length=50)
    snapshot = models.JSONField("内容")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")

    class Meta:
        verbose_name = verbose_name_plural = "任务的历次内容"
        ordering = ("task_id", "number")
        indexes = (models.Index(fields=["ledger", "valid_from"]),)
        constraints = (models.UniqueConstraint(fields=["task", "number"], name="task_version_number_once"),)

    def __str__(self) -> str:
        return f"{self.task} {self.number}"
