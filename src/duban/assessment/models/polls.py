"""Polls (评议): who is asked to rate the units, who has answered, and what was answered."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.assessment.models.rankings import month_words
from duban.assessment.scoring.facts import BY
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Unit
from duban.organisations.roles import Role
from duban.plans.models import Ledger

#: Fewer answers to an anonymous poll are not shown and do not count: they would tell who said what.
FEWEST = 3


class PollQuerySet(models.QuerySet["Poll"]):
    """Polls, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> PollQuerySet:
        """Return those of the office's division, and those that the person is asked to answer."""
        access = access_of(person)
        run = access.reach("assessment.run").of_division("ledger__division")
        asked = Invitation.objects.asked_of(person).values("poll")
        return self.filter(run | Q(pk__in=asked))


class Poll(models.Model):
    """One question to one kind of people about some units: points of a hundred, or places.

    It counts in `month` (its first day), or in the year's assessment where it has none. An anonymous poll keeps who has
    answered and what was answered, and nothing that ties the two together.
    """

    class Kind(models.TextChoices):
        """What is asked of each unit."""

        RATING = "rating", "打分（0 到 100）"
        BALLOT = "ballot", "排名次"

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="polls", verbose_name="总台账")
    month = models.DateField("计在哪个月", null=True, blank=True, help_text="该月第一天；空为计在全年")
    title = models.CharField("评议事项", max_length=100)
    text = models.TextField("说明", blank=True)
    by = models.CharField("请谁评", max_length=20, choices=tuple(BY.items()))
    kind = models.CharField("怎样评", max_length=10, choices=Kind)
    anonymous = models.BooleanField("匿名", default=True)
    units = models.ManyToManyField(Unit, related_name="polls", verbose_name="评哪些单位")
    opens_at = models.DateTimeField("开始时间")
    closes_at = models.DateTimeField("截止时间")
    made_at = models.DateTimeField("发起时间")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人")
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancelled_because = models.CharField("取消的理由", max_length=300, blank=True)

    objects = PollQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评议"
        ordering = ("-closes_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(closes_at__gte=F("opens_at")), name="poll_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(cancelled_because=""), name="poll_is_cancelled_for_a_reason"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def period(self) -> str:
        """What it counts in, in words."""
        return month_words(self.month) if self.month else f"{self.ledger.year}年全年"

    def is_open(self, at: datetime) -> bool:
        """Whether it takes answers."""
        return self.cancelled_at is None and self.opens_at <= at < self.closes_at

    def is_over(self, at: datetime) -> bool:
        """Whether it has taken its last answer, so that results show and count."""
        return self.cancelled_at is None and at >= self.closes_at


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, and which of them are a person's."""

    def asked_of(self, person: Anyone) -> InvitationQuerySet:
        """Return those that `person` may answer: the own ones, and those of the units that they head."""
        if not person.is_authenticated:
            return self.none()
        heads = [post.unit_id for post in access_of(person).posts if post.role == Role.UNIT_HEAD and post.unit_id]
        return self.filter(Q(person=person.pk) | Q(unit__in=heads))


class Invitation(models.Model):
    """One answer that is asked for: of a person, of a unit's head, or of whoever holds a link.

    Of a link only the digest is kept. It knows that it was used, not when, nor for which answer.
    """

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="invitations", verbose_name="评议")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="请谁"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="请哪个单位")
    digest = models.CharField("链接的摘要（SHA-256）", max_length=64, blank=True)
    used = models.BooleanField("已评", default=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评议邀请"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["poll", "person"], name="person_once_in_a_poll"),
            models.UniqueConstraint(fields=["poll", "unit"], name="asked_unit_once_in_a_poll"),
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="poll_link_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit=None, digest="")
                | Q(person=None, unit__isnull=False, digest="")
                | (Q(person=None, unit=None) & ~Q(digest="")),
                name="poll_asks_one_of_person_unit_link",
            ),
        )

    def __str__(self) -> str:
        return str(self.person or self.unit or f"链接 {self.pk}")


class Sheet(models.Model):
    """One answer. Its key is drawn at random and it has no time, so that its place in the table tells nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="sheets", verbose_name="评议")
    #: Where the poll is not anonymous.
    invitation = models.OneToOneField(
        Invitation, models.PROTECT, null=True, blank=True, related_name="sheet", verbose_name="谁评的"
    )

    class Meta:
        verbose_name = verbose_name_plural = "评议表"
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.pk)


class Mark(models.Model):
    """What an answer says of a unit: points of a hundred, or a place. A unit that it says nothing of has none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="marks", verbose_name="评议表")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="marks", verbose_name="单位")
    value = models.DecimalField("分数或名次", max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "评议的一项"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["sheet", "unit"], name="unit_once_in_an_answer"),
            models.CheckConstraint(
                condition=Q(value__gte=Decimal(0), value__lte=Decimal(999)), name="mark_within_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.value}"


def digest_of(token: str) -> str:
    """Return what is kept of a link."""
    return hashlib.sha256(token.encode()).hexdigest()
