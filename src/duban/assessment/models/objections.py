"""Objections of units to their scores, and the office's answers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.assessment.models.rankings import Ranking
from duban.assessment.states.decisions import ObjectionState
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Unit
from duban.supervision.reaching import within


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Objections, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> ObjectionQuerySet:
        """Return those of whole divisions for the office and leaders, for a unit its own."""
        access = access_of(person)
        seen = access.reach("assessment.run").of_division("ranking__ledger__division")
        seen |= access.reach("assessment.approve").of_division("ranking__ledger__division")
        if units := access.reach("assessment.object").units:
            seen |= within("unit", units)
        return self.filter(seen)


class Objection(models.Model):
    """What a unit says against one item of its score, or against one fact of it, and what the office answered.

    A score changes only where a fact is corrected: an objection that is upheld says which, and the ranking is computed again.
    """

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="objections", verbose_name="排名")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="objections", verbose_name="单位")
    item = models.CharField("考核项", max_length=80, blank=True)
    item_title = models.CharField("考核项名称", max_length=200, blank=True)
    fact = models.CharField("事实", max_length=120, blank=True)
    fact_words = models.CharField("事实的说法", max_length=500, blank=True)
    text = models.TextField("异议")
    state = models.CharField("状态", max_length=25, choices=ObjectionState, default=ObjectionState.RAISED)
    raised_at = models.DateTimeField("提出时间")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    answer = models.TextField("答复", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ("raised_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="objection_says_something"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="objection_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["objection_upheld", "objection_refused"])
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="objection_decided_with_an_answer",
            ),
            # The same thing is objected to once at a time: a second press of the button is none.
            models.UniqueConstraint(
                fields=["ranking", "unit", "item", "fact"],
                condition=Q(state="objection_raised"),
                name="objection_once_a_thing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit}：{self.item_title or '得分'}"
