"""A paper of the office, from draft to archive: what it speaks of, its versions, who signed it, to whom it was sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.bulletins.composing.wording import KINDS
from duban.bulletins.states import ISSUED, BulletinState
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Unit
from duban.plans.models import Ledger, Section
from duban.supervision.reaching import within


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    """Papers, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> BulletinQuerySet:
        """Return the papers that `person` may see.

        The office sees all of its own; leaders and upper levels what was issued; whoever is to sign a paper that paper;
        people of a unit what was issued and sent to the unit.
        """
        access = access_of(person)
        reach = access.reach("bulletins.read")
        issued = Q(state__in=ISSUED)
        seen = reach.of_division() & issued
        seen |= access.reach("bulletins.write").of_division()
        if access.may("bulletins.sign"):
            # A subquery and not a join: a paper with several steps is still one.
            mine = SignOff.objects.filter(person__pk=person.pk or 0)
            seen |= Q(pk__in=mine.values("bulletin_id")) & ~Q(state=BulletinState.DISCARDED)
        if reach.units:
            sent = Delivery.objects.filter(within("unit", reach.units))
            seen |= issued & Q(pk__in=sent.values("bulletin_id"))
        return self.filter(seen)


class Bulletin(models.Model):
    """One paper. It is about the days from `first` to `day` of a ledger; `corrects` is the issued paper that it puts right.

    `word`, `year` and `seq` make the number (督通〔2026〕9号), given when it is issued and never again. What it says stands
    in its newest version. Once issued it never changes: what was wrong is put right by another paper.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="bulletins", verbose_name="区划")
    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="bulletins", verbose_name="总台账")
    kind = models.CharField("文种", max_length=20, choices=list(KINDS.items()))
    month = models.DateField("月份", help_text="当月第一天")
    first = models.DateField("数据起始日")
    day = models.DateField("数据截止日")
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="bulletins", verbose_name="章节"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="bulletins", verbose_name="单位")
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name="更正哪一份"
    )
    state = models.CharField("状态", max_length=20, choices=BulletinState, default=BulletinState.DRAFT)
    title = models.CharField("标题", max_length=300)
    addressee = models.CharField("主送", max_length=500, blank=True)
    copies = models.CharField("抄送", max_length=500, blank=True)
    masthead = models.CharField("版头", max_length=30, blank=True)
    word = models.CharField("机关代字", max_length=20, default="督通")
    year = models.PositiveSmallIntegerField("年份")
    seq = models.PositiveIntegerField("顺序号", null=True, blank=True)
    wording = models.TextField("所用措辞（TOML）")
    created_at = models.DateTimeField("起草时间")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人")
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="印发人"
    )
    signatory = models.CharField("签发人", max_length=50, blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    reason = models.CharField("作废理由", max_length=300, blank=True)
    token = models.CharField("防重复", max_length=60, unique=True, null=True, blank=True)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报"
        ordering = ("-month", "-pk")
        indexes = (models.Index(fields=["division", "state", "month"]), models.Index(fields=["ledger", "kind"]))
        constraints = (
            models.UniqueConstraint(fields=["division", "word", "year", "seq"], name="bulletin_number_once"),
            models.CheckConstraint(
                condition=(Q(state__in=ISSUED) & Q(seq__isnull=False, issued_at__isnull=False))
                | (~Q(state__in=ISSUED) & Q(seq=None, issued_at=None)),
                name="bulletin_issued_has_a_number_and_a_day",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None, issued_by=None) | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="bulletin_issued_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(state="bulletin_archived") & Q(archived_at__isnull=False))
                | (~Q(state="bulletin_archived") & Q(archived_at=None)),
                name="bulletin_archived_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="bulletin_discarded") | ~Q(reason=""), name="bulletin_discarded_for_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(kind="section") | Q(section__isnull=False), name="bulletin_on_a_section_names_it"
            ),
            models.CheckConstraint(
                condition=~Q(kind="unit") | Q(unit__isnull=False), name="bulletin_on_a_unit_names_it"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """The number as the paper bears it: 督通〔2026〕9号; empty before it is issued."""
        return f"{self.word}〔{self.year}〕{self.seq}号" if self.seq else ""


class BulletinVersion(models.Model):
    """What a paper said after one step; never changed. `body` has the form of :mod:`duban.bulletins.composing.blocks`."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="versions", verbose_name="通报")
    number = models.PositiveIntegerField("版次")
    body = models.JSONField("内容")
    title = models.CharField("标题", max_length=300)
    step = models.CharField("改动", max_length=100)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="修改人")

    class Meta:
        verbose_name = verbose_name_plural = "通报的历次内容"
        ordering = ("bulletin_id", "number")
        constraints = (models.UniqueConstraint(fields=["bulletin", "number"], name="bulletin_version_number_once"),)

    def __str__(self) -> str:
        return f"{self.bulletin} 第{self.number}版"


class SignOff(models.Model):
    """One step of the chain: who signs, in which place of which round, and what was said.

    A round begins each time the paper is sent to be signed; a paper that was taken back or returned begins another.
    """

    class Verdict(models.TextChoices):
        """What became of the step."""

        WAITING = "sign_waiting", "待审签"
        AGREED = "sign_agreed", "同意"
        RETURNED = "sign_returned", "退回"
        VOID = "sign_void", "不再有效"

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="signs", verbose_name="通报")
    round = models.PositiveSmallIntegerField("轮次")
    place = models.PositiveSmallIntegerField("次序")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审签人")
    title = models.CharField("职务", max_length=100, blank=True)
    verdict = models.CharField("结果", max_length=15, choices=Verdict, default=Verdict.WAITING)
    opinion = models.CharField("意见", max_length=500, blank=True)
    version = models.ForeignKey(
        BulletinVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审签的版次"
    )
    asked_at = models.DateTimeField("送审时间")
    decided_at = models.DateTimeField("审签时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审签"
        ordering = ("bulletin_id", "round", "place")
        indexes = (models.Index(fields=["person", "verdict"]),)
        constraints = (
            models.UniqueConstraint(fields=["bulletin", "round", "place"], name="bulletin_sign_place_once"),
            models.UniqueConstraint(fields=["bulletin", "round", "person"], name="bulletin_sign_person_once"),
            models.CheckConstraint(
                condition=~Q(verdict__in=("sign_agreed", "sign_returned")) | Q(decided_at__isnull=False),
                name="bulletin_sign_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="sign_returned") | ~Q(opinion=""), name="bulletin_sign_returned_for_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(verdict="sign_agreed") | Q(version__isnull=False), name="bulletin_sign_agreed_to_a_version"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}{self.get_verdict_display()}"


class Delivery(models.Model):
    """An issued paper at a unit: sent, and first opened by whom and when."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="deliveries", verbose_name="通报")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="bulletins_received", verbose_name="单位")
    sent_at = models.DateTimeField("发送时间")
    opened_at = models.DateTimeField("打开时间", null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="打开人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "通报发送"
        ordering = ("bulletin_id", "unit__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletin_sent_once"),
            models.CheckConstraint(
                condition=Q(opened_at=None, opened_by=None) | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="bulletin_opened_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.bulletin}（{self.unit}）"
