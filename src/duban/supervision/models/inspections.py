"""Inspections (督查) by the 政府督查工作条例: the plan, the group, the objects, where they go and what they check."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from duban.dispatch.models import Report
from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Division, Person, Unit
from duban.plans.models import Indicator, Ledger, Task
from duban.supervision.models.matters import Matter
from duban.supervision.reaching import within
from duban.supervision.states.inspections import InspectionState, PartState


class InspectionType(models.TextChoices):
    """Article 14."""

    COMPREHENSIVE = "comprehensive", "综合督查"
    SPECIAL = "special", "专项督查"
    EVENT = "event", "事件调查"
    DAILY = "daily", "日常督办"
    LEAD = "lead", "线索核查"


class Content(models.TextChoices):
    """What an inspection is about: article 4."""

    DECISIONS = "decisions", "党中央、国务院重大决策部署落实情况"
    UPPER = "upper", "上级和本级人民政府重要工作部署落实情况"
    DUTIES = "duties", "督查对象法定职责履行情况"
    CONDUCT = "conduct", "本级人民政府所属部门和下级人民政府的行政效能"


class Method(models.TextChoices):
    """How it is done: article 12."""

    SELF_CHECK = "self_check", "要求督查对象自查、说明情况"
    HEAR = "hear", "听取汇报"
    VISIT = "visit", "检查、访谈、暗访"
    FORUM = "forum", "座谈、听证、统计、评估"
    PAPERS = "papers", "调阅、复制资料"
    LETTERS = "letters", "信函、电话、媒体核实"
    TALK = "talk", "约谈督查对象负责人或者相关责任人"
    INTERNET = "internet", "运用现代信息技术手段（互联网＋督查）"


class CarriedBy(models.TextChoices):
    """Who carries it out: articles 7 and 8."""

    OFFICE = "office", "督查机构"
    GROUP = "group", "派出督查组"
    DEPARTMENT = "department", "指定所属部门"


class Result(models.TextChoices):
    """What was seen of an item on the spot."""

    OK = "ok", "属实"
    DIFFERS = "differs", "不符"
    NOT_SEEN = "not_seen", "没看到"


class Severity(models.TextChoices):
    """How grave a finding is."""

    MINOR = "minor", "一般"
    SERIOUS = "serious", "较重"
    GRAVE = "grave", "严重"


class DrawWay(models.TextChoices):
    """How an item of a check list was chosen."""

    RISK = "risk", "按风险"
    LIGHT = "light", "按亮灯"
    NEVER = "never", "从未核查"
    DONE = "done", "报称完成"
    RANDOM = "random", "随机"
    BY_HAND = "by_hand", "指定"


def belongs_to(person: Anyone) -> Q:
    """Return the condition that an inspection has `person` in its group."""
    mine = GroupMember.objects.filter(person=person.pk, stepped_back_at=None)
    return Q(pk__in=mine.values("inspection_id"))


class InspectionQuerySet(models.QuerySet["Inspection"]):
    """Inspections, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> InspectionQuerySet:
        """Return the inspections that `person` may see in full.

        The office, leaders and upper levels see those of whole divisions, a member those of the own group. Units see none
        in full: they have their own part of it (:meth:`InspectedUnitQuerySet.visible_to`).
        """
        if not access_of(person).roles:
            return self.none()
        whole = access_of(person).reach("supervision.read").of_division()
        return self.filter(whole | belongs_to(person))

    def open(self) -> InspectionQuerySet:
        """Return those that go on."""
        return self.exclude(state__in=(InspectionState.CLOSED, InspectionState.CANCELLED))


class Inspection(models.Model):
    """One inspection. What its plan says (`content`, objects, `scope`, term: article 15) is fixed by the approval.

    `seq` is the short number within division and year (2026-C003). `due_on` is the day by which the next step is due,
    of the office; where a unit or a reviewer moves, their own rows have the day. An unannounced one (暗访) stays unknown
    to its units until their part is fed back.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="inspections", verbose_name="区划")
    ledger = models.ForeignKey(
        Ledger, models.PROTECT, null=True, blank=True, related_name="inspections", verbose_name="总台账"
    )
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="inspections", verbose_name="督查事项"
    )
    year = models.PositiveSmallIntegerField("年份")
    seq = models.PositiveIntegerField("编号")
    title = models.CharField("名称", max_length=200)
    type = models.CharField("类型", max_length=15, choices=InspectionType, default=InspectionType.SPECIAL)
    announced = models.BooleanField("事先告知", default=True, help_text="不告知的是暗访，反馈以前督查对象看不到")
    contents = models.JSONField("督查内容（条例第四条）", default=list)
    content = models.TextField("督查哪些工作")
    scope = models.CharField("范围", max_length=500)
    methods = models.JSONField("方式（条例第十二条）", default=list)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    carried_by = models.CharField("由谁承担", max_length=12, choices=CarriedBy, default=CarriedBy.GROUP)
    department = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="designated", verbose_name="指定的部门"
    )
    designation = models.CharField("指定的事项、职责和期限", max_length=300, blank=True)
    state = models.CharField("状态", max_length=20, choices=InspectionState, default=InspectionState.DRAFT)
    due_on = models.DateField("下一步期限", null=True, blank=True, db_index=True)
    approved_by_name = models.CharField("批准人", max_length=100, blank=True, help_text="政府或者主要负责人")
    approval_basis = models.CharField("批准依据", max_length=200, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录批准的人"
    )
    warned = models.JSONField("批准时的提醒", default=list, blank=True)
    warned_because = models.CharField("仍要督查的理由", max_length=300, blank=True)
    conclusion = models.TextField("结论", blank=True)
    concluded_at = models.DateTimeField("结论时间", null=True, blank=True)
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结论起草人"
    )
    cancelled_because = models.CharField("取消的理由", max_length=300, blank=True)
    planned_at = models.DateTimeField("拟方案时间", auto_now_add=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟方案人")

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查"
        ordering = ("-year", "-seq")
        indexes = (models.Index(fields=["division", "state", "due_on"]),)
        constraints = (
            models.UniqueConstraint(fields=["division", "year", "seq"], name="inspection_number_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="inspection_ends_after_start"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"inspection_{step}_by_somebody",
                )
                for step in ("approved", "concluded")
            ),
            # Article 11: nobody goes out without an approval that names who gave it, and on what.
            models.CheckConstraint(
                condition=Q(state__in=(InspectionState.DRAFT, InspectionState.CANCELLED))
                | (Q(approved_at__isnull=False) & ~Q(approved_by_name="") & ~Q(approval_basis="")),
                name="inspection_goes_out_approved",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(InspectionState.CLOSED, InspectionState.CANCELLED)) | Q(due_on__isnull=False),
                name="inspection_open_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(carried_by=CarriedBy.DEPARTMENT) | (Q(department__isnull=False) & ~Q(designation="")),
                name="inspection_names_its_department",
            ),
            models.CheckConstraint(
                condition=~Q(state=InspectionState.CANCELLED) | ~Q(cancelled_because=""),
                name="inspection_cancelled_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def short_number(self) -> str:
        """The stable short number, such as 2026-C003."""
        return f"{self.year}-C{self.seq:03d}"

    @property
    def form_words(self) -> str:
        """Whether it is an open or an unannounced one, in a word."""
        return "明查" if self.announced else "暗访"

    @property
    def content_words(self) -> list[str]:
        """What it is about, in the words of article 4."""
        return [str(Content(value).label) for value in self.contents]

    @property
    def method_words(self) -> list[str]:
        """How it is done, in the words of article 12."""
        return [str(Method(value).label) for value in self.methods]


class InspectedUnitQuerySet(models.QuerySet["InspectedUnit"]):
    """Units' parts of inspections, and which of them a person sees."""

    def visible_to(self, person: Anyone) -> InspectedUnitQuerySet:
        """Return those of the inspections that `person` sees in full, and those of the own unit that it may know of.

        A unit knows of an announced inspection from its approval on, of an unannounced one once its part is fed back.
        What was open at a unit that has been merged its successor sees.
        """
        seen = Q(inspection__in=Inspection.objects.visible_to(person))
        reach = access_of(person).reach("supervision.read")
        if reach.units:
            hidden = (InspectionState.DRAFT, InspectionState.CANCELLED)
            known = Q(fed_back_at__isnull=False) | (Q(inspection__announced=True) & ~Q(inspection__state__in=hidden))
            seen |= within("unit", reach.units) & known
        return self.filter(seen)


class InspectedUnit(models.Model):
    """A unit that is inspected (督查对象), and the conclusion's part on it (article 16).

    `due_on` is the day by which the unit signs for it, then the last day of what it has to rectify or may ask.
    """

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="units", verbose_name="督查")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="inspected", verbose_name="督查对象")
    state = models.CharField("状态", max_length=20, choices=PartState, default=PartState.LISTED)
    conclusion = models.TextField("对该单位的结论", blank=True)
    due_on = models.DateField("下一步期限", null=True, blank=True)
    counted = models.CharField("期限怎样算的", max_length=500, blank=True)
    fed_back_at = models.DateTimeField("反馈时间", null=True, blank=True)
    fed_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="反馈人"
    )
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收人"
    )

    objects = InspectedUnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查对象"
        ordering = ("unit__order", "pk")
        constraints = (
            models.UniqueConstraint(fields=["inspection", "unit"], name="unit_once_in_an_inspection"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"inspected_unit_{step}_by_somebody",
                )
                for step in ("fed_back", "received")
            ),
            models.CheckConstraint(
                condition=Q(state=PartState.LISTED)
                | (Q(fed_back_at__isnull=False) & ~Q(conclusion="") & Q(due_on__isnull=False)),
                name="what_is_fed_back_says_something_and_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=PartState.RECEIVED) | Q(received_at__isnull=False),
                name="what_is_received_was_signed_for",
            ),
        )

    def __str__(self) -> str:
        return f"{self.inspection}（{self.unit}）"


class GroupMember(models.Model):
    """Somebody in the group of an inspection (article 8): leader, member, or invited without a post in the office.

    Who declares an interest steps back and stays on record; `name` is that of somebody without an account.
    """

    class Part(models.TextChoices):
        """What they are in the group."""

        LEADER = "leader", "组长"
        MEMBER = "member", "成员"
        INVITED = "invited", "邀请参加"

    class Invited(models.TextChoices):
        """Whom article 8 lets invite."""

        DEPUTY = "deputy", "人大代表"
        COMMITTEE = "committee", "政协委员"
        COUNSELLOR = "counsellor", "政府参事"
        EXPERT = "expert", "专家学者"

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="members", verbose_name="督查")
    part = models.CharField("分工", max_length=10, choices=Part, default=Part.MEMBER)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="inspection_groups", verbose_name="人员"
    )
    name = models.CharField("姓名", max_length=50, blank=True)
    invited_as = models.CharField("身份", max_length=12, choices=Invited, blank=True)
    duty = models.CharField("负责什么", max_length=200, blank=True)
    interest = models.CharField("利害关系", max_length=300, blank=True)
    stepped_back_at = models.DateTimeField("回避时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督查组成员"
        ordering = ("part", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["inspection"], condition=Q(part="leader", stepped_back_at=None), name="group_has_one_leader"
            ),
            models.UniqueConstraint(
                fields=["inspection", "person"],
                condition=Q(person__isnull=False, stepped_back_at=None),
                name="member_once_in_a_group",
            ),
            # Only an invited person may be without an account: the others answer for what they enter.
            models.CheckConstraint(
                condition=(Q(person__isnull=False) & Q(name="")) | (Q(person=None, part="invited") & ~Q(name="")),
                name="member_is_a_person",
            ),
            models.CheckConstraint(condition=Q(stepped_back_at=None) | ~Q(interest=""), name="who_steps_back_says_why"),
        )

    def __str__(self) -> str:
        return self.person.name if self.person else self.name


class ConclusionHand(models.Model):
    """Somebody who took part in a conclusion, and how; article 17 lets none of them decide its review."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="hands", verbose_name="督查")
    person = models.ForeignKey(Person, models.PROTECT, related_name="conclusions", verbose_name="人员")
    how = models.CharField("怎样参与", max_length=50)

    class Meta:
        verbose_name = verbose_name_plural = "参与结论的人"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["inspection", "person"], name="hand_once_in_a_conclusion"),)

    def __str__(self) -> str:
        return f"{self.person}（{self.how}）"


class Visit(models.Model):
    """One way of the group: to a place of a unit on a day."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="visits", verbose_name="督查")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="inspection_visits", verbose_name="督查对象")
    place = models.CharField("去哪里", max_length=200)
    day = models.DateField("日期")
    order = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "走访"
        ordering = ("day", "order", "pk")
        constraints = (models.UniqueConstraint(fields=["inspection", "unit", "place", "day"], name="visit_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.place}（{self.day.month}月{self.day.day}日）"


class Draw(models.Model):
    """How a check list was drawn, so that anybody can draw it again: the seed, what each way chose from, what came out.

    `asked` says how many by which way, `pools` the numbers of the tasks that each way could choose from, `picked` pairs
    of way and task (:func:`duban.supervision.sampling.pick`).
    """

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="draws", verbose_name="督查")
    seed = models.PositiveIntegerField("种子")
    asked = models.JSONField("抽多少")
    pools = models.JSONField("从哪些里抽")
    picked = models.JSONField("抽中")
    at = models.DateTimeField("时间", auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="抽取人")

    class Meta:
        verbose_name = verbose_name_plural = "抽取核查内容"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"种子 {self.seed}"


class CheckItem(models.Model):
    """One task to check at a visit: what was reported of it, and what was seen.

    `report` is the last report that was verified, or else handed in, when the item was drawn; `reported` its words.
    What was seen is that of the latest entry by the clock of the phone (`entered_at`), whenever it arrived.
    """

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="items", verbose_name="走访")
    task = models.ForeignKey(Task, models.PROTECT, related_name="check_items", verbose_name="任务")
    way = models.CharField("怎样选的", max_length=10, choices=DrawWay, default=DrawWay.BY_HAND)
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="items", verbose_name="抽取")
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="check_items", verbose_name="填报"
    )
    reported = models.TextField("填报的进展", blank=True)
    result = models.CharField("结果", max_length=10, choices=Result, blank=True)
    finding = models.TextField("发现的问题", blank=True)
    severity = models.CharField("程度", max_length=10, choices=Severity, blank=True)
    note = models.TextField("记录", blank=True)
    entered_at = models.DateTimeField("填写时间", null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="填写人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "核查内容"
        ordering = ("visit__day", "visit_id", "pk")
        constraints = (
            models.UniqueConstraint(fields=["visit", "task"], name="task_once_at_a_visit"),
            models.CheckConstraint(
                condition=Q(entered_at=None, entered_by=None) | Q(entered_at__isnull=False, entered_by__isnull=False),
                name="check_item_entered_by_somebody",
            ),
            models.CheckConstraint(condition=Q(finding="") | ~Q(severity=""), name="what_is_found_has_a_severity"),
        )

    def __str__(self) -> str:
        return str(self.task)


class CheckFigure(models.Model):
    """One indicator of an item: what was reported, and what was counted on the spot, in `unit`."""

    item = models.ForeignKey(CheckItem, models.CASCADE, related_name="figures", verbose_name="核查内容")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="check_figures", verbose_name="指标")
    unit = models.CharField("计量单位", max_length=30, blank=True)
    reported = models.DecimalField("填报数", max_digits=20, decimal_places=6, null=True, blank=True)
    found = models.DecimalField("实地数", max_digits=20, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "核查的指标"
        ordering = ("indicator__order", "pk")
        constraints = (models.UniqueConstraint(fields=["item", "indicator"], name="figure_once_in_an_item"),)

    def __str__(self) -> str:
        return f"{self.indicator} {self.found}"

    @property
    def differs(self) -> bool:
        """Whether what was counted is another number than what was reported."""
        return self.found is not None and self.found != self.reported


class SpotEntry(models.Model):
    """One saving of an item on a phone, under the key that the phone gave it: sent twice it is one."""

    key = models.CharField("请求号", max_length=40, unique=True)
    item = models.ForeignKey(CheckItem, models.CASCADE, related_name="entries", verbose_name="核查内容")
    said = models.JSONField("内容")
    made_at = models.DateTimeField("填写时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    arrived_at = models.DateTimeField("送达时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "现场记录"
        ordering = ("made_at", "pk")

    def __str__(self) -> str:
        return self.key


class SpotPhoto(models.Model):
    """A photo from the spot: when and where, and who says so; the picture itself is its attachment.

    A photo without a place is kept and marked as such: many phones give none.
    """

    class Told(models.TextChoices):
        """Who told the place."""

        PHOTO = "photo", "照片自带"
        PHONE = "phone", "手机定位"
        NOBODY = "nobody", "没有位置"

    key = models.CharField("请求号", max_length=40, unique=True)
    item = models.ForeignKey(CheckItem, models.CASCADE, related_name="photos", verbose_name="核查内容")
    taken_at = models.DateTimeField("拍摄时间")
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    place_told_by = models.CharField("位置来源", max_length=10, choices=Told, default=Told.NOBODY)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拍摄人")

    class Meta:
        verbose_name = verbose_name_plural = "现场照片"
        ordering = ("taken_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None, place_told_by="nobody")
                | (Q(latitude__isnull=False, longitude__isnull=False) & ~Q(place_told_by="nobody")),
                name="photo_place_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item} {self.taken_at:%Y-%m-%d %H:%M}"

    @property
    def place_words(self) -> str:
        """Where it was taken, and who says so."""
        if self.latitude is None:
            return str(self.Told.NOBODY.label)
        return f"{self.latitude}, {self.longitude}（{self.get_place_told_by_display()}）"


class InspectionCap(models.Model):
    """How often a division lets one unit be inspected in a year before it is warned (article 15: frequency is controlled)."""

    #: What holds where a division has set nothing.
    USUAL = 4

    division = models.OneToOneField(Division, models.CASCADE, related_name="inspection_cap", verbose_name="区划")
    a_year = models.PositiveSmallIntegerField("每个单位一年最多几次", default=USUAL)

    class Meta:
        verbose_name = verbose_name_plural = "督查频次上限"
        constraints = (models.CheckConstraint(condition=Q(a_year__gte=1), name="inspection_cap_is_a_number"),)

    def __str__(self) -> str:
        return f"{self.division} {self.a_year}"


def counted(division: Division, year: int, **more: Any) -> models.QuerySet[InspectedUnit]:
    """Return the inspections of units in a year that count: all but those cancelled and mere drafts."""
    return InspectedUnit.objects.filter(inspection__division=division, inspection__year=year, **more).exclude(
        inspection__state__in=(InspectionState.DRAFT, InspectionState.CANCELLED)
    )


class SpotVoice(models.Model):
    """A voice note from the spot, for whoever has no hand free to type; the recording itself is its attachment."""

    key = models.CharField("请求号", max_length=40, unique=True)
    item = models.ForeignKey(CheckItem, models.CASCADE, related_name="voices", verbose_name="核查内容")
    recorded_at = models.DateTimeField("录音时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录音人")

    class Meta:
        verbose_name = verbose_name_plural = "现场录音"
        ordering = ("recorded_at", "pk")

    def __str__(self) -> str:
        return f"{self.item} {self.recorded_at:%Y-%m-%d %H:%M}"
