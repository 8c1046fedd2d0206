"""Whistles (吹哨报到): a town calls the departments that it needs, they must turn up in time, the town rates them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.organisations.models import Unit
from duban.supervision.models.issues import Issue
from duban.supervision.states.whistles import CallState


class WhistleUrgency(models.TextChoices):
    """How soon the departments must turn up; the limits stand in `loop/presets/whistles.toml`."""

    EMERGENCY = "emergency", "应急处置"
    LAW = "law", "综合执法"
    PUBLIC = "public", "重点工作和民生"


class Whistle(models.Model):
    """A call for departments about one issue; the issue holds owner, next step and day."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="whistles", verbose_name="问题")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="whistles", verbose_name="吹哨单位")
    urgency = models.CharField("类别", max_length=15, choices=WhistleUrgency)
    text = models.TextField("要部门做什么")
    place = models.CharField("地点", max_length=200, blank=True)
    blown_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="吹哨人")
    blown_at = models.DateTimeField("吹哨时间")

    class Meta:
        verbose_name = verbose_name_plural = "吹哨"
        ordering = ("-blown_at", "-pk")

    def __str__(self) -> str:
        return f"{self.unit}吹哨：{self.issue}"


class WhistleCall(models.Model):
    """One department that a whistle calls, and whether it came in time; `how` says how the limit was counted."""

    whistle = models.ForeignKey(Whistle, models.CASCADE, related_name="calls", verbose_name="吹哨")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="whistle_calls", verbose_name="部门")
    state = models.CharField("状态", max_length=10, choices=CallState, default=CallState.CALLED)
    due_at = models.DateTimeField("报到时限", db_index=True)
    how = models.CharField("怎样算的", max_length=300)
    late = models.BooleanField("逾时", default=False)
    again = models.PositiveSmallIntegerField("再次吹哨", default=0)
    answered_at = models.DateTimeField("报到时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报到人"
    )
    answer = models.TextField("到场和办理情况", blank=True)
    stars = models.PositiveSmallIntegerField("星级", null=True, blank=True)
    rating = models.CharField("评价", max_length=300, blank=True)
    rated_at = models.DateTimeField("评价时间", null=True, blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评价人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "部门报到"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["whistle", "unit"], name="whistle_calls_a_unit_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="whistle_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(rated_at=None, rated_by=None) | Q(rated_at__isnull=False, rated_by__isnull=False),
                name="whistle_rated_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "rated"]) | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="whistle_answer_says_something",
            ),
            models.CheckConstraint(
                condition=(Q(state="rated") & Q(stars__gte=1, stars__lte=5, rated_at__isnull=False))
                | (~Q(state="rated") & Q(stars=None, rated_at=None)),
                name="whistle_rated_with_one_to_five_stars",
            ),
            models.CheckConstraint(
                condition=Q(stars=None) | Q(stars__gte=3) | ~Q(rating=""), name="whistle_few_stars_say_why"
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.get_state_display()}"
