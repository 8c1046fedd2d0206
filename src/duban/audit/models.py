"""The append-only table of events."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One thing that somebody did: who, from where, what, to what, before and after.

    Events are written by :mod:`duban.audit.trail` alone, and the database refuses to change or delete one
    (:mod:`duban.audit.keeping`). `digest` is SM3 over the event's own facts and the digest of
    the event before it, so that an edit, a removal or a changed order shows. The actor is kept by number and name, not
    by a foreign key: an event outlives whoever made it.
    """

    number = models.BigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间")
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor_name = models.CharField("操作人", max_length=100)
    origin = models.CharField("来源", max_length=200, help_text="网络地址；命令行为 cli，后台任务为 job")
    division = models.CharField("区划", max_length=20, blank=True)
    action = models.CharField("操作", max_length=100)
    subject = models.CharField("对象", max_length=100, blank=True, help_text="如 plans.task:17")
    subject_name = models.CharField("对象名称", max_length=300, blank=True)
    before = models.JSONField("原值", null=True)
    after = models.JSONField("新值", null=True)
    previous = models.CharField("上一条的摘要", max_length=64, blank=True)
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ("number",)
        # One for each thing that the auditor's page looks for, in the order in which it shows what it finds.
        indexes = tuple(
            models.Index(fields=["division", *what, "at", "number"], name=f"audit_event_by_{name}")
            for name, what in (
                ("time", ()),
                ("actor", ("actor_name",)),
                ("action", ("action",)),
                ("subject", ("subject",)),
            )
        )

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject}"


class Head(models.Model):
    """The last number and digest of the chain: one row, locked while a transaction adds its events."""

    number = models.BigIntegerField("序号", default=0)
    digest = models.CharField("摘要", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计链尾"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="audit_one_head"),)

    def __str__(self) -> str:
        return f"{self.number}"
