"""Case conferences (专班会商): the stuck issues on the agenda, who comes, what was decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Person, Unit
from duban.supervision.models.issues import Issue
from duban.supervision.models.matters import Matter
from duban.supervision.reaching import within
from duban.supervision.states.conferences import ConferenceState


class ConferenceQuerySet(models.QuerySet["Conference"]):
    """Conferences, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> ConferenceQuerySet:
        """Return the conferences of whole divisions for the office, leaders and upper levels; for a unit those it is asked to."""
        reach = access_of(person).reach("supervision.read")
        seen = reach.of_division()
        if reach.units:
            asked = Conference.objects.filter(within("units", reach.units)).values("pk")
            seen |= Q(pk__in=asked) & ~Q(state=ConferenceState.CANCELLED)
        return self.filter(seen)


class Conference(models.Model):
    """A meeting that unblocks issues: its time is the day by which the office moves; once held its minutes stand."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="conferences", verbose_name="区划")
    year = models.PositiveSmallIntegerField("年份")
    seq = models.PositiveIntegerField("次序")
    title = models.CharField("会商", max_length=200)
    starts_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=200, blank=True)
    chair = models.ForeignKey(Person, models.PROTECT, related_name="chaired_conferences", verbose_name="召集人")
    units = models.ManyToManyField(Unit, blank=True, related_name="conferences", verbose_name="参加单位")
    others = models.CharField("其他参加人", max_length=500, blank=True)
    state = models.CharField("状态", max_length=10, choices=ConferenceState, default=ConferenceState.PLANNED)
    minutes = models.TextField("纪要", blank=True)
    reason = models.CharField("取消的理由", max_length=300, blank=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    planned_at = models.DateTimeField("登记时间", auto_now_add=True)
    held_at = models.DateTimeField("记纪要时间", null=True, blank=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人"
    )

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专班会商"
        ordering = ("-starts_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["division", "year", "seq"], name="conference_number_once"),
            models.CheckConstraint(
                condition=Q(held_at=None, held_by=None) | Q(held_at__isnull=False, held_by__isnull=False),
                name="conference_held_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(state="held") & Q(held_at__isnull=False) & ~Q(minutes="")) | ~Q(state="held"),
                name="conference_held_has_minutes",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(reason=""), name="conference_cancelled_for_a_reason"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def short_number(self) -> str:
        """The stable short number, such as 2026-H003."""
        return f"{self.year}-H{self.seq:03d}"


class AgendaItem(models.Model):
    """An issue on the agenda, and what was concluded."""

    conference = models.ForeignKey(Conference, models.CASCADE, related_name="agenda", verbose_name="会商")
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="agenda_items", verbose_name="问题")
    order = models.PositiveSmallIntegerField("次序", default=0)
    conclusion = models.TextField("结论", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "议题"
        ordering = ("order", "pk")
        constraints = (models.UniqueConstraint(fields=["conference", "issue"], name="issue_once_an_agenda"),)

    def __str__(self) -> str:
        return f"{self.issue}"


class Decision(models.Model):
    """What was decided: who does what by when; it is followed as a matter."""

    conference = models.ForeignKey(Conference, models.CASCADE, related_name="decisions", verbose_name="会商")
    issue = models.ForeignKey(
        Issue, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name="问题"
    )
    text = models.CharField("议定", max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="承办单位")
    due_on = models.DateField("期限")
    matter = models.OneToOneField(
        Matter, models.PROTECT, null=True, blank=True, related_name="decision", verbose_name="督查事项"
    )

    class Meta:
        verbose_name = verbose_name_plural = "议定事项"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
