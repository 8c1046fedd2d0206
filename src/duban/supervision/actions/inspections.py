"""An inspection from its plan to its end (articles 7, 8, 11, 15): planned, approved, begun, finished, closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Division, Person, Post, Unit
from duban.plans.models import Ledger
from duban.plans.states import LedgerState
from duban.supervision import states
from duban.supervision.inspecting import days
from duban.supervision.inspecting.refusals import Incomplete, Interested, NotNow, PlanIsFixed, Wrong
from duban.supervision.inspecting.warning import warnings_of
from duban.supervision.models import (
    CheckItem,
    Finding,
    GroupMember,
    InspectedUnit,
    Inspection,
    InspectionCap,
    Matter,
    Review,
)
from duban.supervision.models.inspections import CarriedBy, Content, InspectionType, Method
from duban.supervision.states.inspections import InspectionState, PartState, ReviewState

#: So much of a text is kept in an event.
_TOLD = 200


def locked(inspection: Inspection, by: Person, permission: str = "supervision.run") -> Inspection:
    """Return the inspection's row, held until the end of the action, once `by` may do this with it."""
    found = Inspection.objects.select_for_update(of=("self",)).select_related("division").get(pk=inspection.pk)
    require(by, permission, division=found.division)
    return found


def step(inspection: Inspection, name: str) -> str:
    """Return the state that a step leads to. Raises `WrongState`."""
    return states.check("inspection", name, inspection.state, thing=f"“{inspection.title}”")


def note(what: str, inspection: Inspection, who: Person, **after: Any) -> None:
    """Record an event of an inspection."""
    record(
        what,
        by=who,
        subject=inspection,
        name=f"{inspection.short_number} {inspection.title}",
        after=after,
        division=inspection.division.code,
    )


def _plan_of(
    *,
    title: str,
    type: str,
    announced: bool,
    contents: Sequence[str],
    content: str,
    scope: str,
    methods: Sequence[str],
    starts_on: date,
    ends_on: date,
    carried_by: str,
    department: Unit | None,
    designation: str,
    matter: Matter | None,
) -> dict[str, Any]:
    problems = []
    if not title.strip():
        problems.append("没有写名称")
    if not content.strip():
        problems.append("没有写督查哪些工作")
    if not scope.strip():
        problems.append("没有写范围")
    if not contents:
        problems.append("没有选督查内容（条例第四条）")
    if not methods:
        problems.append("没有选督查方式（条例第十二条）")
    if ends_on < starts_on:
        problems.append("结束日期在开始日期以前")
    if carried_by == CarriedBy.DEPARTMENT and not (department and designation.strip()):
        problems.append("指定所属部门承担的，要选部门，写明事项、职责和期限（条例第七条）")
    if problems:
        raise Incomplete("方案", problems)
    designated = carried_by == CarriedBy.DEPARTMENT
    return {
        "title": title.strip(),
        "type": InspectionType(type),
        "announced": announced,
        "contents": [Content(value).value for value in contents],
        "content": content.strip(),
        "scope": scope.strip(),
        "methods": [Method(value).value for value in methods],
        "starts_on": starts_on,
        "ends_on": ends_on,
        "carried_by": CarriedBy(carried_by),
        "department": department if designated else None,
        "designation": designation.strip() if designated else "",
        "matter": matter,
        # The plan must be approved before the group sets out.
        "due_on": starts_on,
    }


@action
def plan(
    *,
    division: Division,
    title: str,
    units: Iterable[Unit],
    content: str,
    scope: str,
    contents: Sequence[str],
    methods: Sequence[str],
    starts_on: date,
    ends_on: date,
    by: Person,
    type: str = InspectionType.SPECIAL,
    announced: bool = True,
    carried_by: str = CarriedBy.GROUP,
    department: Unit | None = None,
    designation: str = "",
    matter: Matter | None = None,
) -> Inspection:
    """Draft the plan of an inspection (article 15). Raises `Incomplete` with all that is missing."""
    require(by, "supervision.run", division=division)
    facts = _plan_of(
        title=title,
        type=type,
        announced=announced,
        contents=contents,
        content=content,
        scope=scope,
        methods=methods,
        starts_on=starts_on,
        ends_on=ends_on,
        carried_by=carried_by,
        department=department,
        designation=designation,
        matter=matter,
    )
    # Of two plans at once one waits: numbers follow each other.
    Division.objects.select_for_update().only("pk").get(pk=division.pk)
    year = starts_on.year
    last = Inspection.objects.filter(division=division, year=year).aggregate(last=Max("seq"))["last"] or 0
    ledger = Ledger.objects.filter(division=division, year=year).exclude(state=LedgerState.DRAFT).first()
    made = Inspection.objects.create(division=division, year=year, seq=last + 1, ledger=ledger, planned_by=by, **facts)
    _set_units(made, units)
    note("supervision.plan_inspection", made, by, **facts, units=[row.unit_id for row in made.units.all()])
    return made


@action
def change(*, inspection: Inspection, units: Iterable[Unit], by: Person, **facts: Any) -> Inspection:
    """Change a plan that is not approved yet. Raises `PlanIsFixed` after that, and `Incomplete`."""
    inspection = locked(inspection, by)
    if inspection.state != InspectionState.DRAFT:
        raise PlanIsFixed("修改")
    for name, value in _plan_of(**facts).items():
        setattr(inspection, name, value)
    inspection.save()
    _set_units(inspection, units)
    note(
        "supervision.change_inspection", inspection, by, **facts, units=[row.unit_id for row in inspection.units.all()]
    )
    return inspection


def _set_units(inspection: Inspection, units: Iterable[Unit]) -> None:
    wanted = list(dict.fromkeys(units))
    if not wanted:
        raise Incomplete("方案", ["没有选督查对象"])
    if strange := [unit.name for unit in wanted if unit.division_id != inspection.division_id]:
        raise Wrong(f"{'、'.join(strange)}不是本级的单位，不能列为督查对象。")
    inspection.units.exclude(unit__in=wanted).delete()
    there = set(inspection.units.values_list("unit", flat=True))
    InspectedUnit.objects.bulk_create(
        InspectedUnit(inspection=inspection, unit=unit) for unit in wanted if unit.pk not in there
    )
    for member in inspection.members.filter(stepped_back_at=None, person__isnull=False).select_related("person"):
        assert member.person
        not_interested(inspection, member.person)


def not_interested(inspection: Inspection, person: Person) -> None:
    """Raise `Interested` where `person` has a post in an inspected unit, or stepped back from this inspection before."""
    units = list(inspection.units.values_list("unit", flat=True))
    post = Post.objects.held(timezone.localdate()).filter(person=person, unit__in=units).select_related("unit").first()
    if post:
        raise Interested(person.name, f"在督查对象{post.unit}任职")
    if inspection.members.filter(person=person, stepped_back_at__isnull=False).exists():
        raise Interested(person.name, "已经申明有利害关系")


@action
def add_member(
    *,
    inspection: Inspection,
    by: Person,
    person: Person | None = None,
    part: str = GroupMember.Part.MEMBER,
    name: str = "",
    invited_as: str = "",
    duty: str = "",
) -> GroupMember:
    """Take somebody into the group; who leads replaces the leader before. Raises `Interested`, `Incomplete`."""
    inspection = locked(inspection, by)
    if inspection.state not in (InspectionState.DRAFT, InspectionState.APPROVED, InspectionState.ON_SITE):
        raise NotNow("实地督查已经结束，不能再增加督查组成员。")
    part = GroupMember.Part(part)
    name = "" if person else name.strip()
    if not person and (part != GroupMember.Part.INVITED or not name):
        raise Incomplete("督查组", ["没有选人。没有账号的人只能作为邀请参加的人，写明姓名"])
    if part == GroupMember.Part.INVITED and invited_as not in GroupMember.Invited.values:
        raise Incomplete("督查组", ["邀请参加的人要写明身份（条例第八条）"])
    if person:
        not_interested(inspection, person)
        if part == GroupMember.Part.LEADER:
            inspection.members.filter(part=part, stepped_back_at=None).update(part=GroupMember.Part.MEMBER)
    facts = {"part": part, "invited_as": invited_as if part == GroupMember.Part.INVITED else "", "duty": duty.strip()}
    if person:
        made, _ = GroupMember.objects.update_or_create(
            inspection=inspection, person=person, stepped_back_at=None, defaults=facts
        )
    else:
        made = GroupMember.objects.create(inspection=inspection, name=name, **facts)
    note("supervision.add_group_member", inspection, by, member=str(made), **facts)
    return made


@action
def drop_member(*, member: GroupMember, by: Person) -> None:
    """Take somebody out of the group of a plan that is not approved."""
    inspection = locked(member.inspection, by)
    if inspection.state != InspectionState.DRAFT:
        raise NotNow("方案已经批准，成员不能直接去掉。有利害关系的，请登记回避。")
    note("supervision.drop_group_member", inspection, by, member=str(member))
    member.delete()


@action
def step_back(*, member: GroupMember, interest: str, by: Person) -> None:
    """Record that a member has an interest and steps back: the member says so, or the office does."""
    inspection = (
        Inspection.objects.select_for_update(of=("self",)).select_related("division").get(pk=member.inspection_id)
    )
    if member.person_id != by.pk:
        require(by, "supervision.run", division=inspection.division)
    if not interest.strip():
        raise Incomplete("回避", ["没有写有什么利害关系"])
    if inspection.state not in (InspectionState.DRAFT, InspectionState.APPROVED, InspectionState.ON_SITE):
        raise NotNow("实地督查已经结束，不能再登记回避。")
    member.interest, member.stepped_back_at = interest.strip(), timezone.now()
    member.save(update_fields=["interest", "stepped_back_at"])
    note("supervision.step_back", inspection, by, member=str(member), interest=interest.strip()[:_TOLD])


@action
def approve(
    *,
    inspection: Inspection,
    approved_by_name: str,
    basis: str,
    by: Person,
    because: str = "",
    at: datetime | None = None,
) -> Inspection:
    """Record that the government or its head approved the plan (article 11).

    Where a unit is visited again or too often, `because` says why it is inspected all the same. Raises `Incomplete`.
    """
    inspection = locked(inspection, by, "supervision.approve")
    target = step(inspection, "approve")
    missing = [
        words
        for words, there in (
            ("没有写由谁批准", approved_by_name.strip()),
            ("没有写批准的依据", basis.strip()),
            ("督查组没有组长", inspection.members.filter(part="leader", stepped_back_at=None).exists()),
        )
        if not there
    ]
    warned = [warning.sentence for warning in warnings_of(inspection)]
    if warned and not because.strip():
        missing.append(f"{''.join(warned)}仍要督查的，请写明理由")
    if missing:
        raise Incomplete("方案", [words.rstrip("。") for words in missing])
    inspection.state = target
    inspection.approved_by_name, inspection.approval_basis = approved_by_name.strip(), basis.strip()
    inspection.approved_at, inspection.approved_by = at or timezone.now(), by
    inspection.warned, inspection.warned_because = warned, because.strip()
    inspection.due_on = inspection.starts_on
    inspection.save()
    note(
        "supervision.approve_inspection",
        inspection,
        by,
        approved_by_name=inspection.approved_by_name,
        basis=inspection.approval_basis,
        warned=warned,
        because=because,
    )
    return inspection


@action
def begin(*, inspection: Inspection, by: Person) -> Inspection:
    """Let the group set out."""
    inspection = locked(inspection, by)
    target = step(inspection, "begin")
    if not CheckItem.objects.filter(visit__inspection=inspection).exists():
        raise Incomplete("进点", ["还没有安排走访和核查内容，请先抽取或者指定"])
    inspection.state, inspection.due_on = target, inspection.ends_on
    inspection.save(update_fields=["state", "due_on"])
    note("supervision.begin_inspection", inspection, by)
    return inspection


@action
def finish(*, inspection: Inspection, by: Person, at: datetime | None = None) -> Inspection:
    """End the work on the spot: what was found of each item becomes a finding on its unit."""
    inspection = locked(inspection, by)
    target = step(inspection, "finish")
    parts = {part.unit_id: part for part in inspection.units.all()}
    items = CheckItem.objects.filter(visit__inspection=inspection, found=None).exclude(finding="")
    made = [
        Finding(
            part=parts[item.visit.unit_id],
            item=item,
            task_id=item.task_id,
            # What differs from a report contradicts it.
            report_id=item.report_id if item.result == "differs" else None,
            text=item.finding,
            severity=item.severity,
        )
        for item in items.select_related("visit")
    ]
    Finding.objects.bulk_create(made)
    inspection.state = target
    inspection.due_on = days.until(inspection.division, at or timezone.now(), days.CONCLUDE).day
    inspection.save(update_fields=["state", "due_on"])
    note("supervision.finish_inspection", inspection, by, findings=len(made))
    return inspection


@action
def cancel(*, inspection: Inspection, reason: str, by: Person) -> Inspection:
    """Give an inspection up before it concludes, with a reason."""
    inspection = locked(inspection, by, "supervision.approve")
    target = step(inspection, "cancel")
    if not reason.strip():
        raise Incomplete("取消", ["没有写理由"])
    inspection.state, inspection.due_on, inspection.cancelled_because = target, None, reason.strip()
    inspection.save(update_fields=["state", "due_on", "cancelled_because"])
    note("supervision.cancel_inspection", inspection, by, reason=reason.strip()[:_TOLD])
    return inspection


@action
def close(*, inspection: Inspection, by: Person) -> Inspection:
    """Close an inspection once nothing of it is open. Raises `Incomplete` with what still is."""
    inspection = locked(inspection, by)
    target = step(inspection, "close")
    parts = InspectedUnit.objects.filter(inspection=inspection)
    still = [
        words.format(count)
        for words, count in (
            ("{}个单位还没有签收", parts.exclude(state=PartState.RECEIVED).count()),
            ("{}个问题还没有销号", Finding.objects.open().filter(part__in=parts).count()),
            ("{}件复核还没有决定", Review.objects.filter(part__in=parts, state=ReviewState.REQUESTED).count()),
            ("{}件建议还没有批", inspection.proposals.filter(state="proposed").count()),
        )
        if count
    ]
    if still:
        raise Incomplete("办结", still)
    inspection.state, inspection.due_on = target, None
    inspection.save(update_fields=["state", "due_on"])
    note("supervision.close_inspection", inspection, by)
    return inspection


@action
def set_cap(*, division: Division, a_year: int, by: Person) -> InspectionCap:
    """Set how often a unit of a division may be inspected in a year before a warning. Raises `Wrong`."""
    require(by, "supervision.run", division=division)
    if not 1 <= a_year <= 99:
        raise Wrong("一年的次数应在 1 到 99 之间。")
    cap, _ = InspectionCap.objects.update_or_create(division=division, defaults={"a_year": a_year})
    record("supervision.set_inspection_cap", by=by, subject=cap, after={"a_year": a_year}, division=division.code)
    return cap
