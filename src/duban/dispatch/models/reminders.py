"""Notices: what was sent to whom, by which channel, and whether it arrived."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from duban.dispatch.models.rounds import Round
from duban.organisations.models import Person, Unit


class Notice(models.Model):
    """One message to one person by one channel (催报, 提醒): a digest of its items.

    What is no longer needed when its time comes (everything it speaks of is done) is dropped, not sent.
    """

    class State(models.TextChoices):
        """From made to arrived."""

        WAITING = "waiting", "待发"
        SENT = "sent", "已发"
        FAILED = "failed", "未送达"
        DROPPED = "dropped", "不必再发"

    person = models.ForeignKey(Person, models.CASCADE, related_name="notices", verbose_name="收件人")
    channel = models.CharField("渠道", max_length=20)
    subject = models.CharField("标题", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    not_before = models.DateTimeField("最早发送", default=timezone.now)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    problem = models.CharField("问题", max_length=500, blank=True)
    made_at = models.DateTimeField("生成时间", default=timezone.now)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ("-made_at", "-pk")
        indexes = (models.Index(fields=["person", "read_at"]), models.Index(fields=["state", "not_before"]))
        constraints = (
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="notice_sent_at_a_time"),
        )

    def __str__(self) -> str:
        return self.subject


class NoticeItem(models.Model):
    """One thing that a notice speaks of.

    `key` names rule, subject and occasion (``overdue:dispatch.report:17:2``): however often the job runs, a person is
    told once by one channel.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="items", verbose_name="通知")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name="收件人")
    channel = models.CharField("渠道", max_length=20)
    rule = models.CharField("规则", max_length=50)
    key = models.CharField("事由", max_length=200)
    subject = models.CharField("对象", max_length=100, help_text="如 dispatch.report:17")
    sentence = models.CharField("内容", max_length=500)
    link = models.CharField("链接", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知事项"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["person", "channel", "key"], name="notice_item_once"),)

    def __str__(self) -> str:
        return self.sentence


class Visit(models.Model):
    """Minutes that a unit's people spent on a round's reports: counted, and shown as the burden (减负)."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="visits", verbose_name="轮次")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name="单位")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name="人员")
    started_at = models.DateTimeField("开始", default=timezone.now)
    seconds = models.PositiveIntegerField("用时（秒）", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "填报用时"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.unit} {self.seconds}"
