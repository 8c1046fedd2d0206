"""Orders (督办单): written demands to units, each with days to sign and to answer by, pressed step by step."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Person, Unit
from duban.plans.models import Ledger, Task
from duban.supervision.models.findings import Finding
from duban.supervision.models.matters import Matter
from duban.supervision.reaching import within
from duban.supervision.states.orders import AT_UNIT, OPEN, ExtensionState, OrderState


class Level(models.TextChoices):
    """How hard an order presses: the next level follows when the last one's date has passed."""

    BLUE = "blue", "蓝色督办单"
    ORANGE = "orange", "橙色督办单"
    RED = "red", "红色督办单"


class Basis(models.TextChoices):
    """What an order is about."""

    TASK = "task", "台账任务"
    LIGHT = "light", "亮灯"
    MATTER = "matter", "督查事项"
    FINDING = "finding", "督查发现"
    FREE = "free", "其他"


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> OrderQuerySet:
        """Return the orders that `person` may see: those of whole divisions, or those to the person's units."""
        reach = access_of(person).reach("supervision.read")
        seen = reach.of_division()
        if reach.units:
            # What was sent to a unit that has been merged is its successor's.
            mine = OrderUnit.objects.filter(within("unit", reach.units))
            seen |= Q(pk__in=mine.values("order_id"))
        return self.filter(seen)


class Order(models.Model):
    """One paper: its number, what it is about, what it demands and why, and the days it gives.

    `word`, `year` and `seq` make the number (督办〔2026〕17号). The days are as they were counted when it was issued; what
    holds for a unit now stands at the unit. `automatic` lets the regular job escalate it by the rules when its day has passed.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="orders", verbose_name="区划")
    ledger = models.ForeignKey(
        Ledger, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name="总台账"
    )
    word = models.CharField("机关代字", max_length=20)
    year = models.PositiveSmallIntegerField("年份")
    seq = models.PositiveIntegerField("顺序号")
    level = models.CharField("等级", max_length=10, choices=Level, default=Level.BLUE)
    basis = models.CharField("事由", max_length=10, choices=Basis)
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name="任务")
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name="督查事项"
    )
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name="督查发现的问题"
    )
    title = models.CharField("督办事项", max_length=300)
    grounds = models.TextField("督办理由")
    demand = models.TextField("办理要求")
    sign_by = models.DateField("签收期限")
    sign_counted = models.CharField("签收期限怎样算", max_length=300)
    answer_by = models.DateField("答复期限")
    answer_counted = models.CharField("答复期限怎样算", max_length=300)
    automatic = models.BooleanField("到期没有办好，自动升级", default=True)
    signatory = models.CharField("签发人", max_length=50, blank=True)
    issued_at = models.DateTimeField("发出时间")
    issuer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人（空为系统按规则）",
    )
    token = models.CharField("防重复", max_length=60, unique=True, null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办单"
        ordering = ("-year", "-seq")
        indexes = (models.Index(fields=["division", "issued_at"]),)
        constraints = (
            models.UniqueConstraint(fields=["division", "word", "year", "seq"], name="order_number_once"),
            models.CheckConstraint(condition=Q(answer_by__gte=F("sign_by")), name="order_is_signed_before_answered"),
            models.CheckConstraint(condition=~Q(demand=""), name="order_demands_something"),
            models.CheckConstraint(
                condition=~Q(basis__in=("task", "light")) | Q(task__isnull=False), name="order_on_a_task_names_it"
            ),
            models.CheckConstraint(
                condition=~Q(basis="matter") | Q(matter__isnull=False), name="order_on_a_matter_names_it"
            ),
            models.CheckConstraint(
                condition=~Q(basis="finding") | Q(finding__isnull=False), name="order_on_a_finding_names_it"
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number as the paper bears it: 督办〔2026〕17号."""
        return f"{self.word}〔{self.year}〕{self.seq}号"


class OrderUnitQuerySet(models.QuerySet["OrderUnit"]):
    """Orders at units, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> OrderUnitQuerySet:
        """Return those that `person` may see: of whole divisions, or at the person's own units."""
        reach = access_of(person).reach("supervision.read")
        seen = reach.of_division("order__division")
        if reach.units:
            seen |= within("unit", reach.units)
        return self.filter(seen)

    def open(self) -> OrderUnitQuerySet:
        """Return those that still have to be done."""
        return self.filter(state__in=OPEN)

    def at_unit(self) -> OrderUnitQuerySet:
        """Return those in which the unit moves next."""
        return self.filter(state__in=AT_UNIT)


class OrderUnit(models.Model):
    """An order at one unit, in a state of its own.

    While it is open, `due_on` is the day by which whoever moves next (`turn`) must: the unit signs by `sign_by` and answers
    by `answer_by`, the office reviews. `previous` is what this one presses further; each is pressed further once.
    """

    class Turn(models.TextChoices):
        """Who moves next."""

        UNIT = "unit", "等单位"
        OFFICE = "office", "等督查室"
        NOBODY = "", "已结"

    order = models.ForeignKey(Order, models.CASCADE, related_name="units", verbose_name="督办单")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="orders", verbose_name="单位")
    state = models.CharField("状态", max_length=10, choices=OrderState, default=OrderState.ISSUED)
    turn = models.CharField("等谁办", max_length=10, choices=Turn, default=Turn.UNIT, blank=True)
    due_on = models.DateField("下一步期限", null=True, blank=True)
    sign_by = models.DateField("签收期限")
    answer_by = models.DateField("答复期限")
    counted = models.CharField("期限怎样算", max_length=300)
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收人"
    )
    signed_late = models.BooleanField("逾期签收", default=False)
    answered_late = models.BooleanField("逾期答复", default=False)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="办结经手人（空为系统按规则）",
    )
    close_reason = models.CharField("办结意见", max_length=500, blank=True)
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next", verbose_name="由它升级"
    )

    objects = OrderUnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位的督办单"
        ordering = ("order_id", "unit__order", "pk")
        indexes = (
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["unit", "state", "due_on"]),
        )
        constraints = (
            models.UniqueConstraint(fields=["order", "unit"], name="order_unit_once"),
            # Nothing is open without somebody who moves next and a day by which.
            models.CheckConstraint(
                condition=(Q(state__in=("issued", "signed", "returned")) & Q(turn="unit", due_on__isnull=False))
                | (Q(state="answered") & Q(turn="office", due_on__isnull=False))
                | (Q(state__in=("accepted", "escalated", "withdrawn")) & Q(turn="", due_on=None)),
                name="order_open_has_somebody_and_a_day",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None) | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="order_signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("issued", "withdrawn", "escalated")) | Q(signed_at__isnull=False),
                name="order_in_hand_was_signed",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=("accepted", "escalated", "withdrawn")) & Q(closed_at__isnull=False))
                | (~Q(state__in=("accepted", "escalated", "withdrawn")) & Q(closed_at=None)),
                name="order_closed_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(close_reason=""), name="order_withdrawn_for_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order.number}（{self.unit}）"


class OrderAnswer(models.Model):
    """What a unit answered, and what the office said to it. A returned answer stays; the next is another."""

    class Verdict(models.TextChoices):
        """What the office said."""

        ACCEPTED = "accepted", "办结"
        RETURNED = "returned", "退回重办"

    slip = models.ForeignKey(OrderUnit, models.CASCADE, related_name="answers", verbose_name="单位的督办单")
    number = models.PositiveSmallIntegerField("第几次")
    text = models.TextField("办理情况")
    answered_at = models.DateTimeField("答复时间")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="答复人")
    late = models.BooleanField("逾期", default=False)
    verdict = models.CharField("审核", max_length=10, choices=Verdict, blank=True)
    remark = models.CharField("审核意见", max_length=500, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "督办单答复"
        ordering = ("slip_id", "number")
        constraints = (
            models.UniqueConstraint(fields=["slip", "number"], name="order_answer_number_once"),
            models.UniqueConstraint(fields=["slip"], condition=Q(verdict=""), name="order_one_answer_to_review"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="order_answer_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at=None) | (~Q(verdict="") & Q(decided_at__isnull=False)),
                name="order_answer_with_a_verdict_was_decided",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="returned") | ~Q(remark=""), name="order_answer_returned_for_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slip} 第{self.number}次答复"


class OrderExtension(models.Model):
    """A unit asks for more time; until `decide_by` the office says yes, to which day, or no."""

    slip = models.ForeignKey(OrderUnit, models.CASCADE, related_name="extensions", verbose_name="单位的督办单")
    state = models.CharField("状态", max_length=10, choices=ExtensionState, default=ExtensionState.ASKED)
    wanted = models.DateField("申请延到")
    reason = models.CharField("申请理由", max_length=500)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    decide_by = models.DateField("审批期限")
    granted = models.DateField("延到", null=True, blank=True)
    remark = models.CharField("审批意见", max_length=500, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ("slip_id", "pk")
        constraints = (
            models.UniqueConstraint(fields=["slip"], condition=Q(state="asked"), name="order_extension_asked_once"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(granted__isnull=False), name="order_extension_granted_to_a_day"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="order_extension_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "refused")) | Q(decided_at__isnull=False),
                name="order_extension_with_an_answer_was_decided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.slip} 延期申请"


class OrderLetter(models.Model):
    """The letter to a leader that goes with an escalation: who got it, about which order; the paper is made from the order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="letters", verbose_name="督办单")
    leader = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="领导")
    leader_title = models.CharField("职务", max_length=100, blank=True)
    sent_at = models.DateTimeField("报送时间")

    class Meta:
        verbose_name = verbose_name_plural = "报领导的函"
        ordering = ("order_id", "pk")
        constraints = (models.UniqueConstraint(fields=["order", "leader"], name="order_letter_once"),)

    def __str__(self) -> str:
        return f"{self.order} 报{self.leader}"
