"""Rankings (大排名): one version of a month's result, and each unit's row in it with all the arithmetic."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.assessment.states.rankings import FROZEN, OPEN, RankingState
from duban.audit.refusals import Refusal
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Unit
from duban.plans.models import Ledger
from duban.supervision.reaching import within


class Frozen(Refusal):
    """A published ranking never changes."""

    def __init__(self) -> None:
        super().__init__("公布的排名不再改动。发现有误的，改正事实后算一个更正的版次，原来的版次照旧可看。")


class RankingQuerySet(models.QuerySet["Ranking"]):
    """Rankings, and which of them a person sees."""

    def months(self) -> RankingQuerySet:
        """Return the rankings of months."""
        return self.filter(period=Ranking.Period.MONTH)

    def years(self) -> RankingQuerySet:
        """Return the years' assessments."""
        return self.filter(period=Ranking.Period.YEAR)

    def visible_to(self, person: Anyone) -> RankingQuerySet:
        """Return the rankings that `person` may see.

        The office sees its drafts; who approves what is shown or approved; everybody else what is published, and people
        of a unit besides what is shown to it.
        """
        access = access_of(person)
        reach = access.reach("assessment.read")
        published = Q(state__in=FROZEN)
        seen = reach.of_division("ledger__division") & published
        seen |= access.reach("assessment.approve").of_division("ledger__division") & ~Q(state=RankingState.COMPUTED)
        seen |= access.reach("assessment.run").of_division("ledger__division")
        if reach.units:
            seen |= published & Q(ledger__division__units__in=reach.units)
            mine = RankingRow.objects.filter(within("unit", reach.units))
            seen |= ~Q(state=RankingState.COMPUTED) & Q(pk__in=mine.values("ranking_id"))
            return self.filter(seen).distinct()
        return self.filter(seen)


class Ranking(models.Model):
    """One version of the ranking of a ledger's units for a month, or of the year's assessment, as of its closing.

    `scheme_text` is the scheme's file as it was used, `digest` the SM3 over it and every fact that went in, `sealed` the SM3
    over what came out; both can be worked out again from the rows. A version that corrects a published one says why; the
    old one stays as it is.
    """

    class Period(models.TextChoices):
        """What it ranks."""

        MONTH = "month", "月度排名"
        YEAR = "year", "年度考核"

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="rankings", verbose_name="总台账")
    period = models.CharField("月度还是年度", max_length=10, choices=Period, default=Period.MONTH)
    month = models.DateField("月份", help_text="该月第一天；年度考核是十二月")
    version = models.PositiveSmallIntegerField("版次", default=1)
    closing = models.DateField("截止日期", help_text="得分按这一天知道的算")
    state = models.CharField("状态", max_length=20, choices=RankingState, default=RankingState.COMPUTED)
    scheme_name = models.CharField("计分办法", max_length=80)
    scheme_version = models.CharField("办法版次", max_length=30)
    scheme_title = models.CharField("办法名称", max_length=200)
    scheme_text = models.TextField("办法全文（TOML）")
    digest = models.CharField("输入的摘要（SM3）", max_length=64)
    sealed = models.CharField("结果的摘要（SM3）", max_length=64)
    notes = models.JSONField("没有计入的", default=list, blank=True)
    computed_at = models.DateTimeField("计算时间")
    computed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="计算人")
    correction = models.CharField("更正的理由", max_length=500, blank=True)
    shown_until = models.DateField("征求意见到", null=True, blank=True, help_text="最后一天")
    places_shown = models.BooleanField("征求意见时看得到名次", default=False)
    shown_at = models.DateTimeField("征求意见时间", null=True, blank=True)
    shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="征求意见经办人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approval_note = models.CharField("批准意见", max_length=500, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公布人"
    )

    objects = RankingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "排名"
        ordering = ("-month", "-version")
        constraints = (
            models.UniqueConstraint(fields=["ledger", "period", "month", "version"], name="ranking_version_once"),
            # Two people who publish, or compute, at once: the second meets one of these.
            models.UniqueConstraint(
                fields=["ledger", "period", "month"],
                condition=Q(state="ranking_published"),
                name="ranking_published_once_a_month",
            ),
            models.UniqueConstraint(
                fields=["ledger", "period", "month"],
                condition=Q(state__in=["ranking_computed", "ranking_shown", "ranking_approved"]),
                name="ranking_open_once_a_month",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"ranking_{step}_by_somebody",
                )
                for step in ("shown", "approved", "published")
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ranking_published", "ranking_superseded"])
                | Q(published_at__isnull=False, approved_at__isnull=False),
                name="ranking_published_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state="ranking_shown") | Q(shown_at__isnull=False, shown_until__isnull=False),
                name="ranking_shown_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(correction=""), name="ranking_is_corrected_for_a_reason"
            ),
        )

    def __str__(self) -> str:
        what = "考核" if self.is_year else "排名"
        return f"{self.name}{what}{f'（第{self.version}版）' if self.version > 1 else ''}"

    @property
    def name(self) -> str:
        """The month, or the year, in words: 2026年9月, 2026年度."""
        return f"{self.month.year}年度" if self.is_year else month_words(self.month)

    @property
    def is_year(self) -> bool:
        """Whether it is the year's assessment."""
        return self.period == self.Period.YEAR

    def is_trial(self, today: date) -> bool:
        """Whether it is the assessment of a year that still runs (预评): the office's alone."""
        return self.is_year and today.year <= self.month.year

    @property
    def before_word(self) -> str:
        """What the ranking before it is called."""
        return "上年" if self.is_year else "上月"

    @property
    def is_open(self) -> bool:
        """Whether it is still being worked on."""
        return self.state in OPEN

    @property
    def is_frozen(self) -> bool:
        """Whether it was published and never changes again."""
        return self.state in FROZEN


def month_words(month: date) -> str:
    """Return a month in words: 2026年9月."""
    return f"{month.year}年{month.month}月"


class RankingRowQuerySet(models.QuerySet["RankingRow"]):
    """Rows of rankings, and which of them a person sees in full."""

    def visible_to(self, person: Anyone) -> RankingRowQuerySet:
        """Return the rows whose arithmetic `person` may see: of published rankings all, else only those of the own unit."""
        reach = access_of(person).reach("assessment.read")
        found = self.filter(ranking__in=Ranking.objects.visible_to(person))
        if not reach.units:
            return found
        whole = reach.of_division("ranking__ledger__division")
        return found.filter(Q(ranking__state__in=FROZEN) | within("unit", reach.units) | whole)


class RankingRow(models.Model):
    """A unit in a ranking: its place in its group, its score, and where each point comes from.

    `facts` are all facts that went in for the unit, `items` what the scheme made of them; the form of both is that of
    :mod:`duban.assessment.freezing`. Names are those of the day. Rows are made and taken away with a draft, never changed.
    """

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="rows", verbose_name="排名")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="ranking_rows", verbose_name="单位")
    unit_name = models.CharField("单位名称", max_length=100)
    group = models.CharField("分组", max_length=100)
    group_title = models.CharField("分组名称", max_length=100)
    group_order = models.PositiveSmallIntegerField("分组次序", default=0)
    order = models.PositiveSmallIntegerField("次序", default=0)
    place = models.PositiveSmallIntegerField("名次")
    score = models.DecimalField("得分", max_digits=12, decimal_places=4)
    previous_place = models.PositiveSmallIntegerField("上月名次", null=True, blank=True)
    previous_score = models.DecimalField("上月得分", max_digits=12, decimal_places=4, null=True, blank=True)
    vetoed = models.CharField("一票否决", max_length=500, blank=True)
    working = models.TextField("算式")
    facts = models.JSONField("事实", default=list)
    items = models.JSONField("各项得分", default=list)

    objects = RankingRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "排名的一行"
        ordering = ("group_order", "place", "order", "pk")
        constraints = (
            models.UniqueConstraint(fields=["ranking", "unit"], name="unit_once_in_a_ranking"),
            models.CheckConstraint(condition=Q(place__gte=1), name="place_counts_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.unit_name} 第{self.place}名"

    @property
    def moved(self) -> int | None:
        """How many places it won (positive) or lost since the month before; None where it had none."""
        return None if self.previous_place is None else self.previous_place - self.place
