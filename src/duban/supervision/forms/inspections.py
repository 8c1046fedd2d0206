"""Forms of inspections."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.forms.styled import DayInput, StyledForm
from duban.plans.models import Task
from duban.supervision.forms.issues import FilesField
from duban.supervision.inspecting.sampling import WAYS
from duban.supervision.models import Finding, GroupMember, InspectedUnit, Inspection, Matter, Proposal, Review, Visit
from duban.supervision.models.inspections import CarriedBy, Content, DrawWay, InspectionType, Method, Severity
from duban.supervision.queries.inspection_draws import MEANINGS
from duban.supervision.states.inspections import FindingState


def _text(label: str, most: int, *, rows: int = 2, required: bool = True, hint: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, help_text=hint)


class PlanForm(StyledForm):
    """The plan of an inspection (article 15)."""

    title = forms.CharField(label="名称", max_length=200)
    type = forms.ChoiceField(
        label="类型（条例第十四条）", choices=InspectionType.choices, initial=InspectionType.SPECIAL
    )
    announced = forms.TypedChoiceField(
        label="明查还是暗访",
        choices=[("1", "明查：批准后督查对象就能看到"), ("0", "暗访：反馈以前督查对象看不到、搜不到")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="1",
    )
    contents = forms.MultipleChoiceField(
        label="督查内容（条例第四条）", choices=Content.choices, widget=forms.CheckboxSelectMultiple
    )
    content = _text("督查哪些工作", 2000, rows=3)
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label="督查对象（条例第五条）", widget=forms.CheckboxSelectMultiple
    )
    scope = forms.CharField(label="范围", max_length=500, help_text="批准后不得扩大（条例第十五条）。")
    starts_on = forms.DateField(label="开始", widget=DayInput)
    ends_on = forms.DateField(label="结束", widget=DayInput)
    methods = forms.MultipleChoiceField(
        label="方式（条例第十二条）", choices=Method.choices, widget=forms.CheckboxSelectMultiple
    )
    carried_by = forms.ChoiceField(
        label="由谁承担（条例第七条、第八条）", choices=CarriedBy.choices, initial=CarriedBy.GROUP
    )
    department = forms.ModelChoiceField(
        Unit.objects.none(), label="指定的部门", required=False, empty_label="不指定部门"
    )
    designation = forms.CharField(
        label="指定的事项、职责和期限", max_length=300, required=False, help_text="只在指定所属部门承担时填。"
    )
    matter = forms.ModelChoiceField(
        Matter.objects.none(),
        label="有关的督查事项",
        required=False,
        empty_label="没有",
        help_text="同一事项一年里重复督查同一单位的，会提醒。",
    )

    def __init__(self, *args: Any, division: Division, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.in_use(division, timezone.localdate())
        _choose(self, "units", units)
        _choose(self, "department", units)
        _choose(self, "matter", Matter.objects.visible_to(person).open().filter(division=division))

    @classmethod
    def of(cls, inspection: Inspection) -> dict[str, Any]:
        """Return what the form shows of a plan."""
        names = [name for name in cls.base_fields if name not in ("announced", "units")]
        return {name: getattr(inspection, name) for name in names} | {
            "announced": "1" if inspection.announced else "0",
            "units": [row.unit_id for row in inspection.units.all()],
        }


def _choose(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class ApproveForm(StyledForm):
    """Who approved a plan, and on what (article 11)."""

    approved_by_name = forms.CharField(label="由谁批准", max_length=100, help_text="本级政府，或者政府主要负责人。")
    basis = forms.CharField(label="依据", max_length=200, help_text="会议、批示的日期和文号。")
    because = _text("有提醒仍要督查的理由", 300, required=False, hint="没有提醒的不用填。")


class ReasonForm(StyledForm):
    """A reason."""

    reason = _text("理由", 300)


class MemberForm(StyledForm):
    """Somebody for the group (article 8)."""

    part = forms.ChoiceField(label="分工", choices=GroupMember.Part.choices, initial=GroupMember.Part.MEMBER)
    person = forms.ModelChoiceField(
        Person.objects.none(), label="人员", required=False, empty_label="没有账号的人，写姓名"
    )
    name = forms.CharField(label="姓名", max_length=50, required=False, help_text="只给邀请参加、没有账号的人填。")
    invited_as = forms.ChoiceField(
        label="邀请参加的身份", choices=[("", "不是邀请参加"), *GroupMember.Invited.choices], required=False
    )
    duty = forms.CharField(label="负责什么", max_length=200, required=False)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        held = Post.objects.held(today).filter(division=inspection.division_id)
        may = held.filter(role__in=(Role.SUPERVISION_OFFICE, Role.LEADER, Role.UNIT_HEAD, Role.LIAISON))
        # Who has a post in an inspected unit is not even offered.
        kept_out = held.filter(unit__in=inspection.units.values("unit"))
        people = Person.objects.filter(is_active=True, pk__in=may.values("person")).exclude(
            pk__in=kept_out.values("person")
        )
        _choose(self, "person", people.order_by("name"))


class StepBackForm(StyledForm):
    """Which interest somebody has."""

    interest = _text("有什么利害关系", 300)


class VisitForm(StyledForm):
    """Where the group goes."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="督查对象", empty_label="请选择")
    place = forms.CharField(label="去哪里", max_length=200)
    day = forms.DateField(label="日期", widget=DayInput)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", Unit.objects.filter(inspected__inspection=inspection).order_by("order", "pk"))


class ItemForm(StyledForm):
    """Which task is checked at which visit."""

    visit = forms.ModelChoiceField(Visit.objects.none(), label="走访", empty_label="请选择")
    task = forms.ModelChoiceField(Task.objects.none(), label="任务", empty_label="请选择")

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "visit", inspection.visits.select_related("unit"))
        tasks = Task.objects.in_ledger().filter(ledger=inspection.ledger_id).select_related("ledger")
        _choose(self, "task", tasks.defer("text", "summary"))


class DrawForm(StyledForm):
    """How many tasks by which way, and the seed."""

    seed = forms.IntegerField(
        label="种子", min_value=0, max_value=2**31 - 1, help_text="同一个种子抽出同样的结果，谁都可以重抽核对。"
    )
    repeat = forms.BooleanField(label="今年已为同一任务去过的单位也抽", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for way in WAYS:
            self.fields[way] = forms.IntegerField(
                label=str(DrawWay(way).label),
                min_value=0,
                max_value=200,
                required=False,
                widget=forms.NumberInput(attrs={"class": "form-control"}),
                help_text=MEANINGS[way],
            )

    @property
    def asked(self) -> dict[str, int]:
        """How many are asked of each way, once the form is valid."""
        return {way: self.cleaned_data.get(way) or 0 for way in WAYS}


class ConcludeForm(StyledForm):
    """The conclusion, and its part on each unit (article 16)."""

    conclusion = _text("总的结论", 10_000, rows=5, hint="事实清楚，证据充分。")

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = [part for part in inspection.units.select_related("unit") if part.fed_back_at is None]
        for part in self.parts:
            field = _text(f"对{part.unit}的结论", 10_000, rows=3, required=False, hint="只反馈给这个单位。")
            field.widget.attrs["class"] = "form-control"
            self.fields[f"part-{part.pk}"] = field
            self.initial.setdefault(f"part-{part.pk}", part.conclusion)
        self.initial.setdefault("conclusion", inspection.conclusion)

    @property
    def of_parts(self) -> dict[int, str]:
        """What is said of each unit, by the number of its part."""
        return {part.pk: self.cleaned_data[f"part-{part.pk}"] for part in self.parts}


class FindingForm(StyledForm):
    """A finding that no check item holds."""

    part = forms.ModelChoiceField(InspectedUnit.objects.none(), label="单位", empty_label="请选择")
    text = _text("问题", 2000)
    severity = forms.ChoiceField(label="程度", choices=Severity.choices)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "part", inspection.units.filter(fed_back_at=None).select_related("unit"))
        self.fields["part"].label_from_instance = lambda part: str(part.unit)  # type: ignore[attr-defined]


class DemandForm(StyledForm):
    """What is demanded for each finding of a part, and by when (article 18)."""

    def __init__(self, *args: Any, findings: list[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = findings
        for finding in findings:
            demand = _text(f"整改要求：{finding}", 2000)
            demand.widget.attrs["class"] = "form-control"
            self.fields[f"demand-{finding.pk}"] = demand
            self.fields[f"due-{finding.pk}"] = forms.DateField(
                label="整改期限", widget=DayInput(attrs={"class": "form-control"})
            )

    @property
    def demands(self) -> dict[int, tuple[str, date]]:
        """What is demanded by when, by the number of the finding."""
        given = self.cleaned_data
        return {one.pk: (given[f"demand-{one.pk}"], given[f"due-{one.pk}"]) for one in self.findings}


class ReturnForm(StyledForm):
    """Why a finding is not put right, and by when it shall be."""

    reason = _text("哪里没有整改到位", 500)
    due_on = forms.DateField(label="新的期限", widget=DayInput)


class VerifyForm(StyledForm):
    """How it was verified that a finding was put right."""

    how = _text("怎样核实的", 500, hint="看材料、再到现场、问群众等。")


class RectifyForm(StyledForm):
    """What a unit reports of putting a finding right."""

    text = _text("整改情况", 5000, rows=3)
    attachments = FilesField(label="佐证材料", required=False, help_text="照片、PDF、docx、xlsx，可以选几个。")


class ReviewForm(StyledForm):
    """Why a unit asks for a review (article 17)."""

    reason = _text("申请复核的理由", 3000, rows=4, hint="对哪些事实、哪个问题有不同意见，依据是什么。")
    attachments = FilesField(label="依据材料", required=False, help_text="照片、PDF、docx、xlsx，可以选几个。")


class NameForm(StyledForm):
    """Who of the upper level decides, and why."""

    person = forms.ModelChoiceField(Person.objects.none(), label="上级督查机构的人", empty_label="请选择")
    because = _text("为什么由上级决定、上级怎样同意的", 300)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "person", people)


class DecideForm(StyledForm):
    """The decision of a review."""

    decision = forms.ChoiceField(label="决定", choices=Review.Decision.choices, widget=forms.RadioSelect)
    revoked = forms.ModelMultipleChoiceField(
        Finding.objects.none(),
        label="变更的，撤销哪些问题",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="撤销原结论的，全部没有销号的问题一并撤销，不用逐个选。",
    )
    text = _text("理由和决定内容", 5000, rows=4)

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = Q(state__in=(FindingState.DEMANDED, FindingState.RECTIFIED))
        _choose(self, "revoked", review.part.findings.filter(open_ones))


class ProposeForm(StyledForm):
    """What is proposed for a unit (articles 19 to 21)."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="单位", empty_label="请选择")
    kind = forms.ChoiceField(label="建议", choices=Proposal.Kind.choices)
    text = _text("理由和内容", 500)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", Unit.objects.filter(inspected__inspection=inspection).order_by("order", "pk"))


class ApproveProposalForm(StyledForm):
    """Which organ approved a proposal."""

    organ = forms.CharField(label="有权机关", max_length=100)
    approved_by_name = forms.CharField(label="由谁批准", max_length=100)
    basis = forms.CharField(label="依据", max_length=300)
    effective_on = forms.DateField(label="生效日期", widget=DayInput)


class LeadForm(StyledForm):
    """A lead that was handed over (article 23)."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label="涉及单位", required=False, empty_label="不写")
    text = _text("线索", 3000)
    organ = forms.CharField(label="移送给", max_length=100, help_text="监察机关、公安机关等。")
    document = forms.CharField(label="移送文书", max_length=200)
    approved_by_name = forms.CharField(label="由谁批准", max_length=100)
    handed_on = forms.DateField(label="移送日期", widget=DayInput)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", Unit.objects.in_use(inspection.division, timezone.localdate()))


class AnswerForm(StyledForm):
    """What became of a lead."""

    answer = _text("处理结果", 500)


class CapForm(StyledForm):
    """How often a unit may be inspected in a year before a warning."""

    a_year = forms.IntegerField(label="每个单位一年最多几次", min_value=1, max_value=99)
