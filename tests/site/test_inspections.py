"""Inspections by the book: the plan and its approval, the group, the list, the spot, the conclusion, rectification."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from duban.dispatch.actions import lights
from duban.dispatch.actions.evidence import BadEvidence
from duban.dispatch.models import ReportValue, TaskLight, Verification
from duban.organisations.access import NotAllowed
from duban.organisations.roles import Role
from duban.plans.states import WrongState
from duban.supervision.actions import inspection_conclusions as conclusions
from duban.supervision.actions import inspection_follow_up as follow_up
from duban.supervision.actions import inspection_spot as spot
from duban.supervision.actions import inspection_visits as visits
from duban.supervision.actions import inspections
from duban.supervision.inspecting.refusals import (
    Incomplete,
    Interested,
    NotInGroup,
    NotInPlan,
    NotNow,
    PlanIsFixed,
    Wrong,
)
from duban.supervision.inspecting.sampling import pick
from duban.supervision.inspecting.warning import warnings_of
from duban.supervision.models import CheckItem, Draw, Finding, Inspection, Lead, SpotEntry, SpotPhoto
from duban.supervision.states.inspections import FindingState, InspectionState, PartState
from factories.inspections import Inspected, key
from factories.site import DivisionFactory, ResponsibilityFactory, TaskFactory, UnitFactory, person_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> Inspected:
    return Inspected()


def photo(colour: str = "seagreen") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(out, "JPEG")
    out.seek(0)
    return out


# ---- the plan -------------------------------------------------------------------------------------------------------


def test_a_plan_names_all_that_is_missing(district: Inspected) -> None:
    with pytest.raises(Incomplete, match=r"没有写名称；没有写督查哪些工作；没有写范围；没有选督查内容"):
        inspections.plan(
            division=district.division,
            title=" ",
            units=[district.unit],
            content="",
            scope="",
            contents=[],
            methods=["visit"],
            starts_on=district.today,
            ends_on=district.today,
            by=district.clerk,
        )
    assert not Inspection.objects.exists()


def test_nobody_goes_out_without_an_approval_that_names_who_gave_it(district: Inspected) -> None:
    made = district.plan()
    with pytest.raises(Incomplete, match="没有写由谁批准；没有写批准的依据"):
        inspections.approve(inspection=made, approved_by_name="", basis="", by=district.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.filter(pk=made.pk).update(state=InspectionState.ON_SITE)
    with pytest.raises(WrongState, match="不能进点"):
        inspections.begin(inspection=made, by=district.clerk)


def test_what_was_approved_is_neither_widened_nor_changed(district: Inspected) -> None:
    made = district.approved()
    with pytest.raises(PlanIsFixed, match="第十五条"):
        inspections.change(inspection=made, units=[district.unit, district.other], by=district.clerk)
    with pytest.raises(NotInPlan, match="不在方案的督查对象里"):
        visits.add_visit(inspection=made, unit=district.other, place="商场", day=district.today, by=district.clerk)
    with pytest.raises(NotInPlan, match="以内"):
        visits.add_visit(
            inspection=made,
            unit=district.unit,
            place="产业园",
            day=district.today + timedelta(days=30),
            by=district.clerk,
        )


def test_numbers_follow_each_other_and_a_department_is_designated_with_its_duty(district: Inspected) -> None:
    assert district.plan().short_number == f"{district.today.year}-C001"
    with pytest.raises(Incomplete, match="第七条"):
        district.plan(carried_by="department", department=district.other)
    made = district.plan(carried_by="department", department=district.other, designation="核查消费券，12月底前")
    assert made.short_number.endswith("C002")


def test_who_has_a_post_in_an_inspected_unit_stays_out(district: Inspected) -> None:
    made = district.plan()
    with pytest.raises(Interested, match="在督查对象区发展改革局任职"):
        inspections.add_member(inspection=made, person=district.head, by=district.clerk)
    expert = inspections.add_member(
        inspection=made, part="invited", name="钱教授", invited_as="expert", by=district.clerk
    )
    assert str(expert) == "钱教授"
    with pytest.raises(Incomplete, match="第八条"):
        inspections.add_member(inspection=made, part="invited", name="孙代表", by=district.clerk)
    # The unit is taken into the plan after its man was taken into the group.
    merchant = person_as(Role.LIAISON, district.division, district.other, name="周商务")
    inspections.add_member(inspection=made, person=merchant, by=district.clerk)
    facts = {
        name: getattr(made, name)
        for name in (
            *("title", "type", "announced", "contents", "content", "scope", "methods", "starts_on", "ends_on"),
            *("carried_by", "department", "designation", "matter"),
        )
    }
    with pytest.raises(Interested, match="周商务在督查对象"):
        inspections.change(inspection=made, units=[district.unit, district.other], by=district.clerk, **facts)


def test_who_declares_an_interest_steps_back_and_does_not_come_again(district: Inspected) -> None:
    made = district.begun()
    member = made.members.get(person=district.leader)
    inspections.step_back(member=member, interest="配偶在承建企业任职", by=district.leader)
    with pytest.raises(NotInGroup):
        district.seen(made)
    with pytest.raises(Interested, match="申明有利害关系"):
        inspections.add_member(inspection=made, person=district.leader, by=district.clerk)


def test_it_warns_before_a_unit_is_visited_too_often_or_by_two_at_once(district: Inspected) -> None:
    inspections.set_cap(division=district.division, a_year=1, by=district.clerk)
    district.approved()
    second = district.plan(title="营商环境督查")
    assert {warning.code for warning in warnings_of(second)} == {"cap", "at_once"}
    with pytest.raises(Incomplete, match=r"超过一年1次的上限.*仍要督查的，请写明理由"):
        inspections.approve(inspection=second, approved_by_name="李区长", basis="批示", by=district.clerk)
    inspections.approve(
        inspection=second, approved_by_name="李区长", basis="批示", because="上级统一部署", by=district.clerk
    )
    second.refresh_from_db()
    assert len(second.warned) == 2
    # What was cancelled does not count.
    inspections.cancel(inspection=second, reason="并入综合督查", by=district.clerk)
    assert {warning.code for warning in warnings_of(district.plan(title="再一次"))} == {"cap", "at_once"}


# ---- the list -------------------------------------------------------------------------------------------------------


def test_a_draw_can_be_made_again_from_what_was_kept(district: Inspected) -> None:
    tasks = [TaskFactory(ledger=district.ledger) for _ in range(12)]
    for task in tasks:
        ResponsibilityFactory(task=task, unit=district.unit)
    lights.recompute(ledger=district.ledger, days=[district.today], by=district.clerk)
    made = district.approved()
    drawn = visits.draw(inspection=made, seed=20261126, asked={"random": 4, "never": 2, "risk": 1}, by=district.clerk)
    again = pick(drawn.seed, drawn.pools, drawn.asked)
    assert [list(pair) for pair in again] == drawn.picked
    assert set(CheckItem.objects.values_list("task", flat=True)) == {task for _, task in again}
    assert {item.visit.unit for item in CheckItem.objects.all()} == {district.unit}
    # Nothing is drawn twice.
    visits.draw(inspection=made, seed=20261126, asked={"random": 200}, by=district.clerk)
    assert CheckItem.objects.count() == 13
    with pytest.raises(Wrong, match="没有可抽的任务"):
        visits.draw(inspection=made, seed=1, asked={"random": 1}, by=district.clerk)
    assert Draw.objects.count() == 2


def test_the_same_unit_is_not_drawn_twice_for_one_matter_unless_one_asks_for_it(district: Inspected) -> None:
    district.begun()
    second = district.approved(title="第二次")
    with pytest.raises(Wrong, match="没有可抽的任务"):
        visits.draw(inspection=second, seed=7, asked={"random": 5}, by=district.clerk)
    visits.draw(inspection=second, seed=7, asked={"random": 5}, repeat=True, by=district.clerk)
    assert second.visits.get().items.get().task == district.task


def test_an_item_holds_what_was_reported_and_of_which_report(district: Inspected) -> None:
    report = district.verified()
    item = district.item(district.begun())
    assert (item.report, item.reported) == (report, "新开工区级以上重点项目47个。")
    assert item.figures.get().reported == 47


# ---- on the spot ----------------------------------------------------------------------------------------------------


def test_what_is_sent_twice_is_entered_once_and_what_is_older_does_not_replace_what_is_newer(
    district: Inspected,
) -> None:
    made = district.begun()
    item = district.item(made)
    now = timezone.now()

    def entered(note: str, at: datetime, one: str) -> None:
        spot.enter(item=item, key=one, said={"result": "ok", "note": note}, made_at=at, by=district.leader)

    entered("第二次写的", now, "key-newer")
    entered("第二次写的", now, "key-newer")
    entered("没有网络时先写的", now - timedelta(hours=1), "key-older")
    item.refresh_from_db()
    assert item.note == "第二次写的"
    assert list(SpotEntry.objects.values_list("key", flat=True)) == ["key-older", "key-newer"]


def test_only_the_group_enters_and_only_while_it_is_on_the_spot(district: Inspected) -> None:
    made = district.approved()
    visit = visits.add_visit(
        inspection=made, unit=district.unit, place="临港产业园", day=district.today, by=district.clerk
    )
    item = visits.add_item(visit=visit, task=district.task, by=district.clerk)
    with pytest.raises(NotInGroup):
        spot.enter(item=item, key=key(), said={}, by=district.clerk)
    with pytest.raises(NotNow, match="待进点"):
        spot.enter(item=item, key=key(), said={}, by=district.leader)
    inspections.begin(inspection=made, by=district.clerk)
    with pytest.raises(Wrong, match="“三十八”不是数"):
        spot.enter(
            item=item,
            key=key(),
            said={"figures": {str(item.figures.get().pk): "三十八"}},
            by=district.leader,
        )
    assert not SpotEntry.objects.exists()


def test_a_photo_without_a_place_is_kept_and_marked(district: Inspected) -> None:
    item = district.item(district.begun())
    one = key()
    for _ in range(2):
        spot.add_photo(item=item, key=one, file=photo(), name="工地.jpg", by=district.leader)
    placed = spot.add_photo(
        item=item,
        key=key(),
        file=photo("red"),
        name="大门.jpg",
        latitude=Decimal("36.651216"),
        longitude=Decimal("117.12"),
        by=district.leader,
    )
    assert SpotPhoto.objects.count() == 2
    assert SpotPhoto.objects.get(key=one).place_words == "没有位置"
    assert placed.place_told_by == SpotPhoto.Told.PHONE
    with pytest.raises(BadEvidence):
        spot.add_photo(item=item, key=key(), file=io.BytesIO(b"no picture"), name="x.jpg", by=district.leader)


def test_what_arrives_after_the_end_on_the_spot_still_reaches_the_findings(district: Inspected) -> None:
    made = district.begun()
    made = inspections.finish(inspection=made, by=district.clerk)
    assert not Finding.objects.exists()
    district.seen(made)
    assert Finding.objects.get().text == "9个项目没有开工"
    district.seen(made, finding="")
    assert not Finding.objects.exists()


# ---- the conclusion -------------------------------------------------------------------------------------------------


def test_a_finding_that_contradicts_a_verified_report_turns_the_light_and_marks_the_report(
    district: Inspected, django_capture_on_commit_callbacks: object
) -> None:
    report = district.verified()
    lights.recompute(ledger=district.ledger, days=[district.today], by=district.clerk)
    before = TaskLight.objects.get()
    made = district.concluded()
    value = ReportValue.objects.get(report=report)
    # Nothing moves before the unit is told: its own report would tell it of the visit.
    assert value.value == 47
    part = made.units.get()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        conclusions.feed_back(part=part, demands=district.demand(part), by=district.clerk)
    value.refresh_from_db()
    assert value.value == 38
    found = Verification.objects.get(verdict="found")
    assert found.reason.startswith(made.short_number)
    assert found.corrections == {district.cell: ["47", "38"]}
    report.refresh_from_db()
    assert report.state == "verified"
    after = TaskLight.objects.order_by("valid_from", "pk").last()
    assert after
    assert after.progress is not None
    assert before.progress is not None
    assert after.progress < before.progress


def test_without_a_number_the_report_is_given_back_and_counts_no_more(district: Inspected) -> None:
    report = district.verified()
    made = district.begun()
    district.seen(made, figures={})
    made = inspections.finish(inspection=made, by=district.clerk)
    part = made.units.get()
    conclusions.conclude(inspection=made, conclusion="有虚报。", parts={part.pk: "有虚报。"}, by=district.clerk)
    conclusions.feed_back(part=part, demands=district.demand(part), by=district.clerk)
    report.refresh_from_db()
    assert report.state == "returned"
    assert "9个项目没有开工" in report.verifications.get(verdict="found").reason


def test_feeding_back_needs_a_conclusion_and_a_demand_with_a_day_for_each_finding(district: Inspected) -> None:
    made = district.begun()
    district.seen(made)
    made = inspections.finish(inspection=made, by=district.clerk)
    part = made.units.get()
    with pytest.raises(Incomplete, match=r"还没有写总的结论；还没有写对区发展改革局的结论；“9个项目没有开工”没有写"):
        conclusions.feed_back(part=part, demands={}, by=district.clerk)
    conclusions.drop_finding(finding=Finding.objects.get(), reason="企业提供了施工许可", by=district.clerk)
    conclusions.conclude(inspection=made, conclusion="属实。", parts={part.pk: "属实。"}, by=district.clerk)
    conclusions.feed_back(part=part, demands={}, by=district.clerk)
    made.refresh_from_db()
    assert made.state == InspectionState.FED_BACK


def test_a_finding_is_put_right_returned_and_verified_and_then_the_inspection_closes(district: Inspected) -> None:
    part = district.fed_back()
    finding = part.findings.get()
    with pytest.raises(NotNow, match="请先签收"):
        conclusions.rectify(finding=finding, text="已开工", by=district.liaison)
    conclusions.receive(part=part, by=district.head)
    with pytest.raises(Incomplete, match="1个问题还没有销号"):
        inspections.close(inspection=part.inspection, by=district.clerk)
    conclusions.rectify(finding=finding, text="7个已开工", by=district.liaison)
    conclusions.add_evidence(finding=finding, file=photo(), name="开工.jpg", by=district.liaison)
    conclusions.return_finding(
        finding=finding, reason="还差2个", due_on=district.today + timedelta(days=30), by=district.clerk
    )
    conclusions.rectify(finding=finding, text="9个都已开工", by=district.liaison)
    conclusions.verify_finding(finding=finding, how="11月25日到现场看过", by=district.clerk)
    closed = inspections.close(inspection=part.inspection, by=district.clerk)
    finding.refresh_from_db()
    assert (closed.state, finding.state) == (InspectionState.CLOSED, FindingState.VERIFIED)
    assert closed.due_on is None


def test_what_is_open_at_a_merged_unit_its_successor_answers(district: Inspected) -> None:
    part = district.fed_back()
    heir = UnitFactory(division=district.division, name="区发展改革和数据局")
    district.unit.valid_to, district.unit.successor = district.today, heir
    district.unit.save()
    head = person_as(Role.UNIT_HEAD, district.division, heir)
    assert type(part).objects.visible_to(head).get() == part
    conclusions.receive(part=part, by=head)
    part.refresh_from_db()
    assert part.state == PartState.RECEIVED


# ---- what follows ---------------------------------------------------------------------------------------------------


def test_a_proposal_takes_effect_only_by_an_approval_that_is_recorded(district: Inspected) -> None:
    part = district.received()
    proposal = follow_up.propose(
        inspection=part.inspection, unit=district.unit, kind="criticise", text="虚报项目开工", by=district.clerk
    )
    assert proposal.effective_on is None
    with pytest.raises(IntegrityError), transaction.atomic():
        type(proposal).objects.filter(pk=proposal.pk).update(effective_on=district.today)
    with pytest.raises(Incomplete, match="没有写有权机关；没有写由谁批准；没有写批准依据"):
        follow_up.approve_proposal(
            proposal=proposal, organ="", approved_by_name="", basis="", effective_on=district.today, by=district.clerk
        )
    done = follow_up.approve_proposal(
        proposal=proposal,
        organ="区政府",
        approved_by_name="李区长",
        basis="区政府第60次常务会议",
        effective_on=district.today,
        by=district.clerk,
    )
    assert done.effective_on == district.today


def test_leads_are_seen_by_those_only_who_may(district: Inspected) -> None:
    part = district.received()
    follow_up.hand_over(
        inspection=part.inspection,
        text="某科长收受礼金",
        organ="区监察委员会",
        document="兰督移〔2026〕1号",
        approved_by_name="李区长",
        handed_on=district.today,
        by=district.clerk,
    )
    boss = person_as(Role.LEADER, district.division)
    above = person_as(Role.UPPER_LEVEL, DivisionFactory(code="990100", name="江临市", level="city"))
    for person in (district.head, boss, above):
        assert not Lead.objects.visible_to(person).exists()
    assert Lead.objects.visible_to(district.clerk).count() == 1
    with pytest.raises(NotAllowed):
        follow_up.answer_lead(lead=Lead.objects.get(), answer="已立案", by=boss)
