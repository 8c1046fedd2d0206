"""What the office says of tasks, units and projects so that they are compared fairly: difficulty, lists, stages."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.assessment.scoring.facts import DIFFICULTIES
from duban.organisations.models import Unit
from duban.plans.models import Ledger, Project, Task

#: The fields with the days of a project's stages, with what each stage is called.
STAGES = {"started_on": "开工", "in_production_on": "投产", "in_use_on": "竣工投用"}


class _Said(models.Model):
    paper = models.CharField("依据", max_length=200)
    entered_at = models.DateTimeField("认定时间")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="认定人")

    class Meta:
        abstract = True


class TaskDifficulty(_Said):
    """How hard a task was found to be. A task without a row is not weighed; the trail keeps what was said before."""

    task = models.OneToOneField(Task, models.CASCADE, related_name="difficulty", verbose_name="任务")
    difficulty = models.CharField("难易", max_length=10, choices=tuple(DIFFICULTIES.items()))

    class Meta:
        verbose_name = verbose_name_plural = "任务难易"
        ordering = ("task",)

    def __str__(self) -> str:
        return f"{self.task}：{self.get_difficulty_display()}"


class ListedUnit(_Said):
    """A unit that in a ledger's year answers for listed matters only (只承担清单事项)."""

    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="listed_units", verbose_name="总台账")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")

    class Meta:
        verbose_name = verbose_name_plural = "只承担清单事项的单位"
        ordering = ("unit",)
        constraints = (models.UniqueConstraint(fields=["ledger", "unit"], name="listed_unit_once"),)

    def __str__(self) -> str:
        return str(self.unit)


class ProjectProgress(_Said):
    """The stages that a project has reached, by their days, and its category as the scheme names it (产业, 基础设施 …)."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="stages", verbose_name="项目")
    category = models.CharField("项目类别", max_length=20, blank=True)
    started_on = models.DateField("开工日期", null=True, blank=True)
    in_production_on = models.DateField("投产日期", null=True, blank=True)
    in_use_on = models.DateField("投用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目进展"
        ordering = ("project",)
        constraints = tuple(
            models.CheckConstraint(
                condition=Q(**{stage: None}) | Q(started_on__isnull=False, **{f"{stage}__gte": F("started_on")}),
                name=f"project_{stage}_after_its_start",
            )
            for stage in ("in_production_on", "in_use_on")
        )

    def __str__(self) -> str:
        return str(self.project)
