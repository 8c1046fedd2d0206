"""Issues (问题清单) in a closed loop, and every step of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.dispatch.models import Report
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Person, Unit
from duban.plans.models import Task
from duban.supervision.models.matters import Matter
from duban.supervision.reaching import within
from duban.supervision.states.issues import ENDED, IssueState


class IssueOrigin(models.TextChoices):
    """Where an issue comes from."""

    REPORT = "report", "填报反映"
    UNIT = "unit", "单位提出"
    WHISTLE = "whistle", "吹哨"
    INSPECTION = "inspection", "督查发现"
    OFFICE = "office", "督查室提出"
    RESIDENT = "resident", "群众反映"


class IssueQuerySet(models.QuerySet["Issue"]):
    """Issues, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> IssueQuerySet:
        """Return the issues of whole divisions for the office, leaders and upper levels; for a unit its own.

        A unit's own are those that it raised, works on, or was called to by a whistle; what a merged unit had goes to its
        successor. What is `restricted` (what residents say of each other) only the office, the unit at work and the leader who
        coordinates it see.
        """
        access = access_of(person)
        reach = access.reach("supervision.read")
        office = access.reach("supervision.run").of_division()
        seen = reach.of_division() & (Q(restricted=False) | office)
        if reach:
            seen |= Q(sponsor=person.pk)
        if reach.units:
            called = Q(whistles__calls__unit__in=reach.units)
            own = within("unit", reach.units) | within("raised_for", reach.units)
            seen |= Q(pk__in=Issue.objects.filter(own | called).values("pk"))
        return self.filter(seen)

    def open(self) -> IssueQuerySet:
        """Return those that are not at their end."""
        return self.exclude(state__in=ENDED)


class Issue(models.Model):
    """One thing that stands in the way, from its finding to the word of whoever raised it that it is gone.

    An open issue always has somebody who moves next (`waits_for`, none where it is the office), what they do next and by
    when. `raised_for` is the unit that raised it and confirms; none where the office does, for itself, an inspection or a
    resident. The name of a resident and how to reach them only the office reads.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="issues", verbose_name="区划")
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="issues", verbose_name="有关的任务"
    )
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="issues", verbose_name="出自填报"
    )
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="issues", verbose_name="有关的督查事项"
    )
    year = models.PositiveSmallIntegerField("年份")
    seq = models.PositiveIntegerField("编号")
    origin = models.CharField("来源", max_length=15, choices=IssueOrigin)
    title = models.CharField("问题", max_length=200)
    text = models.TextField("情况", blank=True)
    raised_for = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="raised_issues", verbose_name="提出单位（空为督查室）"
    )
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    raised_at = models.DateTimeField("提出时间")
    resident_name = models.CharField("反映人", max_length=50, blank=True)
    resident_contact = models.CharField("联系方式", max_length=100, blank=True)
    restricted = models.BooleanField("限定知悉", default=False)
    state = models.CharField("状态", max_length=15, choices=IssueState, default=IssueState.FOUND)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="issues", verbose_name="责任单位"
    )
    sponsor = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="sponsored_issues", verbose_name="协调领导"
    )
    waits_for = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="等谁办（空为督查室）"
    )
    next_step = models.CharField("下一步", max_length=200, blank=True)
    due_on = models.DateField("期限", null=True, blank=True, db_index=True)
    reopened = models.PositiveSmallIntegerField("重开次数", default=0)
    closed_at = models.DateTimeField("闭环时间", null=True, blank=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        ordering = ("raised_at", "pk")
        indexes = (models.Index(fields=["division", "state", "due_on"]),)
        constraints = (
            models.UniqueConstraint(fields=["division", "year", "seq"], name="issue_number_once"),
            models.UniqueConstraint(fields=["report"], name="issue_once_a_report"),
            # Somebody moves next, does something, by a day: nothing lies open without.
            models.CheckConstraint(
                condition=Q(state__in=["closed", "dismissed"]) | (~Q(next_step="") & Q(due_on__isnull=False)),
                name="issue_open_has_a_next_step_and_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "resolved", "confirmed", "closed"]) | Q(unit__isnull=False),
                name="issue_at_work_has_a_unit",
            ),
            models.CheckConstraint(
                condition=~Q(state="assigned") | Q(waits_for__isnull=False), name="issue_assigned_waits_for_a_unit"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["closed", "dismissed"]) & Q(closed_at__isnull=False, due_on=None))
                | (~Q(state__in=["closed", "dismissed"]) & Q(closed_at=None)),
                name="issue_ends_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(origin="resident") | Q(resident_name="", resident_contact=""),
                name="issue_names_a_resident_only_where_one_raised_it",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def short_number(self) -> str:
        """The stable short number, such as 2026-W017."""
        return f"{self.year}-W{self.seq:03d}"

    @property
    def who(self) -> str:
        """Who moves next."""
        return str(self.waits_for or "督查室")


class IssueStep(models.Model):
    """One step of an issue's history; never changed."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="steps", verbose_name="问题")
    step = models.CharField("步骤", max_length=20)
    name = models.CharField("步骤名称", max_length=20)
    state = models.CharField("之后的状态", max_length=15, choices=IssueState)
    text = models.TextField("说明", blank=True)
    who = models.CharField("之后等谁", max_length=100, blank=True)
    next_step = models.CharField("下一步", max_length=200, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "问题的经过"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.issue} {self.name}"
