"""The clock of a matter: its steps, what followed where one was missed, pauses, extensions, and how due days moved."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.organisations.models import Unit
from duban.supervision.clocks.counting import Limit
from duban.supervision.clocks.scheme import ACTS, BEFORE, WHO
from duban.supervision.models.matters import Matter
from duban.supervision.states.matters import ExtensionState, StepState

LIMIT_UNITS = (("days", "天"), ("working_days", "个工作日"), ("hours", "小时"), ("months", "个月"))


class MatterStep(models.Model):
    """One step of a matter's clock, as the scheme's text at the matter's assignment says.

    `round` counts assignments, returns and second handlings: each has steps of its own. A step that waits for another
    (`after`) has no start; one that runs has a day (`due_on`) and the sentence of how that was counted. `unit` is none
    where the office acts. Its limit is `limit_number` of `limit_unit` with `extra` more granted, or the day `fixed_on`.
    """

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="steps", verbose_name="事项")
    round = models.PositiveSmallIntegerField("轮次", default=1)
    order = models.PositiveSmallIntegerField("次序")
    name = models.CharField("代码", max_length=50)
    title = models.CharField("步骤", max_length=100)
    act = models.CharField("办什么", max_length=15, choices=tuple(ACTS.items()))
    who = models.CharField("谁办", max_length=10, choices=tuple(WHO.items()))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="matter_steps", verbose_name="单位（空为督查室）"
    )
    after = models.CharField("接哪一步", max_length=50, blank=True)
    before = models.CharField("要在什么以前办", max_length=10, choices=tuple(BEFORE.items()), blank=True)
    limit_number = models.PositiveSmallIntegerField("时限", null=True, blank=True)
    limit_unit = models.CharField("时限单位", max_length=15, choices=LIMIT_UNITS, blank=True)
    extra = models.PositiveSmallIntegerField("延期", default=0)
    fixed_on = models.DateField("定在哪天", null=True, blank=True)
    fixed_words = models.CharField("定在这天的依据", max_length=100, blank=True)
    pausable = models.BooleanField("可以暂停", default=True)
    remind: Any = models.JSONField("到期前几天提醒", default=list)
    missed: Any = models.JSONField("逾期以后", default=list)
    state = models.CharField("状态", max_length=10, choices=StepState, default=StepState.WAITING)
    started_at = models.DateTimeField("起算时间", null=True, blank=True)
    due_at = models.DateTimeField("到期时间", null=True, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    counted = models.CharField("怎样算的", max_length=500, blank=True)
    done_at = models.DateTimeField("办完时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    note = models.TextField("情况", blank=True)
    late = models.BooleanField("逾期", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "办理步骤"
        ordering = ("round", "order", "pk")
        indexes = (models.Index(fields=["state", "due_on"], name="matter_step_by_day"),)
        constraints = (
            models.UniqueConstraint(
                fields=["matter", "round", "name", "unit"], condition=Q(unit__isnull=False), name="matter_step_once"
            ),
            models.UniqueConstraint(
                fields=["matter", "round", "name"], condition=Q(unit=None), name="matter_step_of_office_once"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="matter_step_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(started_at__isnull=False, due_at__isnull=False, due_on__isnull=False),
                name="matter_step_that_runs_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_at__isnull=False), name="matter_step_done_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(who="office") | Q(unit=None), name="matter_step_of_office_has_no_unit"),
            models.CheckConstraint(
                condition=Q(fixed_on__isnull=False) | (Q(limit_number__isnull=False) & ~Q(limit_unit="")),
                name="matter_step_has_a_limit",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def limit(self) -> Limit | None:
        """The limit with what was granted on top; None where it ends on a day."""
        if self.limit_number is None:
            return None
        return Limit(self.limit_number + self.extra, self.limit_unit)  # type: ignore[arg-type]

    def is_late(self, today: date) -> bool:
        """Say whether it is over its day: still open, or done late."""
        return self.late or bool(self.state == StepState.RUNNING and self.due_on and self.due_on < today)


class MatterMark(models.Model):
    """What followed where a step was missed: `after` so many days past its day the scheme says `say`.

    Taken back (`withdrawn`) where the day turns out to be later, since a holiday moved or an extension was granted.
    """

    step = models.ForeignKey(MatterStep, models.CASCADE, related_name="marks", verbose_name="步骤")
    after = models.PositiveSmallIntegerField("过期几天")
    on = models.DateField("哪天")
    due_on = models.DateField("当时的期限")
    say = models.CharField("怎样", max_length=200)
    do: Any = models.JSONField("办什么", default=list)
    notify: Any = models.JSONField("告知谁", default=list)
    withdrawn = models.BooleanField("已撤回", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "逾期记录"
        ordering = ("on", "pk")
        constraints = (
            # A run that is done twice leaves one mark.
            models.UniqueConstraint(fields=["step", "after"], condition=Q(withdrawn=False), name="matter_mark_once"),
        )

    def __str__(self) -> str:
        return self.say


class MatterPause(models.Model):
    """A time in which a matter's clock stands still: until the day named, or earlier where somebody resumes it."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="pauses", verbose_name="事项")
    started_at = models.DateTimeField("暂停时间")
    until = models.DateField("暂停到")
    reason = models.CharField("理由", max_length=300)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="暂停人")
    resumed_at = models.DateTimeField("恢复时间", null=True, blank=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="恢复人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "暂停"
        ordering = ("started_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="matter_pause_for_a_reason"),
            models.CheckConstraint(
                condition=Q(resumed_at=None, resumed_by=None) | Q(resumed_at__isnull=False, resumed_by__isnull=False),
                name="matter_pause_resumed_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.reason


class MatterExtension(models.Model):
    """A unit's request for more time on a step: `number` more of the step's own unit."""

    step = models.ForeignKey(MatterStep, models.CASCADE, related_name="extensions", verbose_name="步骤")
    number = models.PositiveSmallIntegerField("延期多少")
    reason = models.TextField("理由")
    state = models.CharField("状态", max_length=10, choices=ExtensionState, default=ExtensionState.ASKED)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批经办人"
    )
    approved_by_name = models.CharField("批准人", max_length=100, blank=True)
    decision = models.CharField("审批意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "延期"
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["step"], condition=Q(state="asked"), name="matter_extension_one_at_a_time"),
            models.CheckConstraint(condition=Q(number__gt=0), name="matter_extension_is_some_time"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="matter_extension_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None) | (~Q(state="asked") & Q(decided_at__isnull=False)),
                name="matter_extension_decided_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.step}延期{self.words}"

    @property
    def words(self) -> str:
        """How much more time is asked: 5个工作日."""
        return f"{self.number}{self.step.get_limit_unit_display()}"


class MatterMove(models.Model):
    """How a step's day moved, and why: granted, paused, resumed, a holiday moved."""

    step = models.ForeignKey(MatterStep, models.CASCADE, related_name="moves", verbose_name="步骤")
    was = models.DateField("原期限")
    now = models.DateField("新期限")
    reason = models.CharField("缘由", max_length=300)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人（空为系统）",
    )

    class Meta:
        verbose_name = verbose_name_plural = "期限变动"
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.reason
