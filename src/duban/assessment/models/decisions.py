"""What people decide on scores: who is named, what came from above, what does not count."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.assessment.models.rankings import Ranking
from duban.assessment.states.decisions import CommendationState, DistinctionState, ForgivenessState
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Unit
from duban.plans.models import Ledger
from duban.supervision.reaching import within


class DistinctionQuerySet(models.QuerySet["Distinction"]):
    """Distinctions, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> DistinctionQuerySet:
        """Return all for the office and whoever approves, to everybody else those decided and published."""
        access = access_of(person)
        whole = access.reach("assessment.run").of_division("ranking__ledger__division")
        whole |= access.reach("assessment.approve").of_division("ranking__ledger__division")
        published = Q(ranking__state__in=["ranking_published", "ranking_superseded"], state="distinction_confirmed")
        return self.filter(whole | (published & Q(ranking__in=Ranking.objects.visible_to(person))))


class Distinction(models.Model):
    """A unit that is commended or criticised by name for a month: proposed by the scheme's rule or by hand, then decided."""

    class Kind(models.TextChoices):
        """Which of the two."""

        COMMEND = "commend", "表扬"
        CRITICISE = "criticise", "批评"

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="distinctions", verbose_name="排名")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="distinctions", verbose_name="单位")
    kind = models.CharField("表扬、批评", max_length=10, choices=Kind)
    by_rule = models.BooleanField("按办法产生", default=True)
    state = models.CharField("状态", max_length=25, choices=DistinctionState, default=DistinctionState.PROPOSED)
    reason = models.CharField("理由", max_length=500, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )

    objects = DistinctionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "表扬、批评"
        ordering = ("kind", "unit__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=["ranking", "unit", "kind"], name="distinction_once"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="distinction_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="distinction_proposed") | (Q(decided_at__isnull=False) & ~Q(reason="")),
                name="distinction_decided_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.unit}"


class CommendationQuerySet(models.QuerySet["Commendation"]):
    """Commendations and criticisms from above, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> CommendationQuerySet:
        """Return those of whole divisions for the office, leaders and upper levels; for a unit its own."""
        reach = access_of(person).reach("assessment.read")
        seen = reach.of_division()
        if reach.units:
            seen |= within("unit", reach.units)
        return self.filter(seen)


class Commendation(models.Model):
    """Praise, criticism, a serious effect or a veto that somebody above decided, entered with the paper that says so."""

    class Kind(models.TextChoices):
        """What was decided; the values are the kinds of facts."""

        COMMENDED = "commended", "表扬"
        CRITICISED = "criticised", "批评"
        SERIOUS = "serious", "造成严重影响"
        VETO = "veto", "一票否决情形"

    class Source(models.TextChoices):
        """Who decided it; the values are those of the mark ``by`` of facts."""

        UPPER = "upper", "上级"
        LEADER = "leader", "领导"
        BULLETIN = "bulletin", "本级通报"
        DEPUTY = "deputy", "代表委员"
        RESIDENT = "resident", "群众"

    division = models.ForeignKey(Division, models.PROTECT, related_name="commendations", verbose_name="区划")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="commendations", verbose_name="单位")
    kind = models.CharField("类别", max_length=12, choices=Kind)
    source = models.CharField("谁作出的", max_length=12, choices=Source)
    who = models.CharField("作出的机关、领导", max_length=100)
    day = models.DateField("日期")
    title = models.CharField("事由", max_length=300)
    paper = models.CharField("文号、依据", max_length=200)
    state = models.CharField("状态", max_length=25, choices=CommendationState, default=CommendationState.ENTERED)
    entered_at = models.DateTimeField("录入时间")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )
    revoked_because = models.CharField("撤销的理由", max_length=300, blank=True)

    objects = CommendationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上级的表扬、批评"
        ordering = ("-day", "-pk")
        indexes = (models.Index(fields=["division", "day"]),)
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "kind", "day", "paper", "title"],
                condition=Q(state="commendation_entered"),
                name="commendation_once",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(paper="") & ~Q(who=""), name="commendation_names_its_paper"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="commendation_revoked_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="commendation_revoked") | (Q(revoked_at__isnull=False) & ~Q(revoked_because="")),
                name="commendation_revoked_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.unit}：{self.title}"


class ForgivenessQuerySet(models.QuerySet["Forgiveness"]):
    """What is forgiven, and which of it a person sees."""

    def visible_to(self, person: Anyone) -> ForgivenessQuerySet:
        """Return those of whole divisions for the office, leaders and upper levels; for a unit its own."""
        reach = access_of(person).reach("assessment.read")
        seen = reach.of_division("ledger__division")
        if reach.units:
            seen |= within("unit", reach.units)
        return self.filter(seen)


class Forgiveness(models.Model):
    """A fact that does not count (容错): which, why, by what paper; somebody else than who asked decides."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="forgiven", verbose_name="总台账")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="forgiven", verbose_name="单位")
    fact = models.CharField("事实", max_length=120)
    fact_words = models.CharField("事实的说法", max_length=500)
    reason = models.CharField("理由", max_length=500)
    paper = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=25, choices=ForgivenessState, default=ForgivenessState.ASKED)
    asked_at = models.DateTimeField("提出时间")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    decision = models.CharField("意见", max_length=500, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )

    objects = ForgivenessQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "容错"
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["ledger", "fact"],
                condition=Q(state__in=["forgiveness_asked", "forgiveness_granted"]),
                name="fact_forgiven_once",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(paper=""), name="forgiven_for_a_reason_and_on_paper"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="forgiveness_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["forgiveness_granted", "forgiveness_refused"])
                | (Q(decided_at__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="forgiveness_is_decided_by_another",
            ),
        )

    def __str__(self) -> str:
        return f"容错：{self.fact_words[:60]}"
