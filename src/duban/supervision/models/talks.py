"""Talks (约谈) with those who answer for something that goes badly: when, with whom, what was promised."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Unit
from duban.plans.models import Task
from duban.supervision.models.matters import Matter
from duban.supervision.models.orders import Order
from duban.supervision.reaching import within
from duban.supervision.states.orders import TalkState


class TalkQuerySet(models.QuerySet["Talk"]):
    """Talks, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> TalkQuerySet:
        """Return the talks that `person` may see: those of whole divisions, or with the person's units."""
        reach = access_of(person).reach("supervision.read")
        seen = reach.of_division()
        if reach.units:
            seen |= within("unit", reach.units)
        return self.filter(seen)


class Talk(models.Model):
    """A talk with the people of one unit. While it is planned, the office holds it on `planned_for`."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="talks", verbose_name="区划")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="talks", verbose_name="被约谈单位")
    people = models.CharField("约谈对象", max_length=200, help_text="姓名、职务")
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="talks", verbose_name="有关的督办单"
    )
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="talks", verbose_name="有关的任务"
    )
    subject = models.CharField("约谈事由", max_length=300)
    planned_for = models.DateField("约谈日期")
    place = models.CharField("地点", max_length=100, blank=True)
    held_by = models.CharField("约谈人", max_length=200, help_text="姓名、职务")
    state = models.CharField("状态", max_length=10, choices=TalkState, default=TalkState.PLANNED)
    notes = models.TextField("谈话情况", blank=True)
    reason = models.CharField("取消理由", max_length=300, blank=True)
    planned_at = models.DateTimeField("安排时间")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="安排人")
    closed_at = models.DateTimeField("记录时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人"
    )

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "约谈"
        ordering = ("-planned_for", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="talk_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(state="planned") & Q(closed_at=None)) | (~Q(state="planned") & Q(closed_at__isnull=False)),
                name="talk_over_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(state="held") | ~Q(notes=""), name="talk_held_has_notes"),
            models.CheckConstraint(condition=~Q(state="cancelled") | ~Q(reason=""), name="talk_cancelled_for_a_reason"),
        )

    def __str__(self) -> str:
        return f"约谈{self.unit}：{self.subject}"


class TalkPromise(models.Model):
    """What was promised in a talk, by when; each becomes a matter."""

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="promises", verbose_name="约谈")
    text = models.CharField("承诺", max_length=300)
    due = models.DateField("完成期限")
    matter = models.OneToOneField(
        Matter, models.PROTECT, null=True, blank=True, related_name="promise", verbose_name="督查事项"
    )

    class Meta:
        verbose_name = verbose_name_plural = "约谈承诺"
        ordering = ("talk_id", "due", "pk")

    def __str__(self) -> str:
        return self.text
