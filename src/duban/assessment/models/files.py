"""Files of assessment: what an objection shows, the paper of a commendation or of what is forgiven."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from duban.assessment.models.decisions import Commendation, Forgiveness
from duban.assessment.models.objections import Objection
from duban.dispatch.models import EvidenceFile
from duban.organisations.access import Anyone

#: The keys of things that have files.
THINGS = ("objection", "commendation", "forgiveness")


def _at_one_thing() -> Q:
    """Return the condition that exactly one of the keys is filled."""
    found = Q()
    for filled in THINGS:
        found |= Q(**{f"{name}__isnull": name != filled for name in THINGS})
    return found


class ScoreFileQuerySet(models.QuerySet["ScoreFile"]):
    """Files of assessment, and which of them a person may open."""

    def visible_to(self, person: Anyone) -> ScoreFileQuerySet:
        """Return the files of what `person` sees."""
        return self.filter(
            Q(objection__in=Objection.objects.visible_to(person))
            | Q(commendation__in=Commendation.objects.visible_to(person))
            | Q(forgiveness__in=Forgiveness.objects.visible_to(person))
        )


class ScoreFile(models.Model):
    """A file under a name, at one thing of assessment; the file itself is kept once by its digest."""

    stored = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="score_files", verbose_name="文件")
    name = models.CharField("名称", max_length=255)
    objection = models.ForeignKey(
        Objection, models.CASCADE, null=True, blank=True, related_name="files", verbose_name="异议"
    )
    commendation = models.ForeignKey(
        Commendation, models.CASCADE, null=True, blank=True, related_name="files", verbose_name="表扬、批评"
    )
    forgiveness = models.ForeignKey(
        Forgiveness, models.CASCADE, null=True, blank=True, related_name="files", verbose_name="容错"
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = ScoreFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核的附件"
        ordering = ("pk",)
        constraints = (models.CheckConstraint(condition=_at_one_thing(), name="score_file_at_one_thing"),)

    def __str__(self) -> str:
        return self.name
