"""A task is broken down: measures, milestones, floors, expected progress."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from duban.audit.models import Event
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.actions.breaking_down import Outdated, Saved, WrongPlan, save, save_all
from duban.plans.actions.issuing import close_year
from duban.plans.breakdown import CurvePlan, IndicatorPlan, MeasurePlan, MilestonePlan, Plan, plan_of
from duban.plans.models import Indicator, Milestone, Task
from duban.plans.snapshots import of_task
from duban.plans.states import TaskState, WrongState
from factories.issued import issued_ledger, unit_named
from factories.site import person_as

pytestmark = pytest.mark.django_db


class Bureau:
    """The lead unit of a task in force, due on 30 June, and its liaison."""

    def __init__(self) -> None:
        self.ledger, self.clerk = issued_ledger("推进项目建设", "优化营商环境")
        self.unit = unit_named("区发展和改革局")
        self.liaison = person_as(Role.LIAISON, self.ledger.division, self.unit, name="陈联络")
        self.task = Task.objects.get(seq=1)
        self.indicator = Indicator.objects.get(task=self.task)

    def saves(self, plan: Plan, *, seen: int | None = None, by: Person | None = None) -> Saved:
        latest = self.task.versions.latest("number").number
        return save(task=self.task, plan=plan, seen=seen or latest, by=by or self.liaison)

    def plan(self) -> Plan:
        return plan_of(of_task(self.task))


@pytest.fixture
def bureau() -> Bureau:
    return Bureau()


def measure(bureau: Bureau, **fields: Any) -> MeasurePlan:
    return replace(
        MeasurePlan(None, "完成前期手续", bureau.unit.pk, bureau.liaison.pk, date(2026, 3, 5), date(2026, 4, 30)),
        **fields,
    )


def halves(**fields: Any) -> tuple[MilestonePlan, MilestonePlan]:
    first = MilestonePlan(None, "开工", date(2026, 4, 30), Decimal(40))
    second = MilestonePlan(None, "竣工", date(2026, 6, 30), Decimal(60))
    return replace(first, **fields), replace(second, **fields)


def test_the_first_measure_sets_the_task_going_and_every_save_is_a_version(bureau: Bureau) -> None:
    saved = bureau.saves(Plan(measures=(measure(bureau),), milestones=halves()))
    bureau.task.refresh_from_db()
    assert bureau.task.state == TaskState.IN_PROGRESS
    assert not saved.cautions
    version = bureau.task.versions.latest("number")
    assert (version.number, version.reason, version.recorded_by) == (2, "分解", bureau.liaison)
    assert version.snapshot == of_task(bureau.task)
    assert [row["person"] for row in version.snapshot["measures"]] == ["陈联络"]
    assert Event.objects.filter(action="plans.break_down").count() == 1
    # Nothing changed, nothing written.
    assert not bureau.saves(bureau.plan()).changes
    assert bureau.task.versions.count() == 2


def test_rows_are_changed_by_their_number_added_and_taken_away(bureau: Bureau) -> None:
    bureau.saves(Plan(measures=(measure(bureau), measure(bureau, text="组织验收"))))
    first, second = bureau.plan().measures
    bureau.saves(Plan(measures=(replace(second, text="组织竣工验收"),)))
    (left,) = bureau.plan().measures
    assert (left.id, left.text) == (second.id, "组织竣工验收")
    with pytest.raises(WrongPlan, match="已不在这项任务里"):
        bureau.saves(Plan(measures=(first,)))


def test_a_milestone_of_a_measure_stays_when_its_measure_goes(bureau: Bureau) -> None:
    bureau.saves(Plan(measures=(measure(bureau),), milestones=halves(measure=0)))
    steps = bureau.plan().milestones
    bureau.saves(Plan(milestones=tuple(replace(step, measure=None) for step in steps)))
    assert [step.id for step in bureau.plan().milestones] == [step.id for step in steps]


def test_what_is_done_is_not_taken_away(bureau: Bureau) -> None:
    bureau.saves(Plan(milestones=halves()))
    Milestone.objects.filter(name="开工").update(done_on=date(2026, 4, 28))
    with pytest.raises(WrongPlan, match="已于2026年4月28日完成"):
        bureau.saves(Plan(milestones=(replace(bureau.plan().milestones[1], weight=Decimal(100)),)))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": " "}, "要有内容"),
        ({"due": date(2026, 3, 1)}, "早于开始日期"),
        ({"due": date(2027, 1, 4)}, "晚于2026年12月31日"),
        ({"unit": 999}, "不是任务的责任单位"),
        ({"person": 999}, "责任人"),
        ({"curve": CurvePlan("milestones")}, "节点没有权重"),
        ({"curve": CurvePlan("monthly", monthly={"2027-01": Decimal(5)})}, "2027-01不在"),
    ],
)
def test_a_wrong_measure_is_refused_where_it_stands(bureau: Bureau, fields: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongPlan, match=says) as refusal:
        bureau.saves(Plan(measures=(measure(bureau), measure(bureau, **fields))))
    assert (refusal.value.problems[0].part, refusal.value.problems[0].place) == ("measures", 1)
    assert not bureau.task.measures.exists()


def test_what_runs_to_the_end_of_the_year_is_kept_with_a_caution(bureau: Bureau) -> None:
    late = date(2026, 12, 15)
    saved = bureau.saves(Plan(measures=(measure(bureau, due=late),), milestones=(MilestonePlan(None, "验收", late),)))
    assert ["晚于任务的时限2026年6月30日" in caution.message for caution in saved.cautions] == [True, True]
    assert [row.due for row in bureau.plan().measures] == [late]
    Task.objects.filter(pk=bureau.task.pk).update(due=date(2027, 6, 30))
    bureau.task.refresh_from_db()
    later = date(2027, 3, 1)
    assert not bureau.saves(Plan(measures=(measure(bureau, due=later),))).cautions
    with pytest.raises(WrongPlan, match="晚于2027年6月30日"):
        bureau.saves(Plan(measures=(measure(bureau, due=date(2027, 7, 1)),)))


def test_weights_make_a_hundred_for_the_task_and_for_each_measure(bureau: Bureau) -> None:
    first, second = halves()
    with pytest.raises(WrongPlan, match="合计是80%"):
        bureau.saves(Plan(milestones=(first, replace(second, weight=Decimal(40)))))
    bureau.saves(Plan(measures=(measure(bureau),), milestones=(*halves(), *halves(measure=0))))


def test_a_free_day_is_worth_a_look_and_no_day_is_refused(bureau: Bureau) -> None:
    step = MilestonePlan(None, "开工", date(2026, 5, 1))
    assert [caution.message for caution in bureau.saves(Plan(milestones=(step,))).cautions] == [
        "2026年5月1日不是工作日。"
    ]
    with pytest.raises(WrongPlan, match="要有完成日期"):
        bureau.saves(Plan(milestones=(replace(step, due=None),)))


def test_floor_and_curve_of_an_indicator(bureau: Bureau) -> None:
    monthly = {"2026-03": Decimal(10), "2026-06": Decimal(50)}
    row = IndicatorPlan(bureau.indicator.pk, Decimal(45), CurvePlan("monthly", monthly=monthly))
    saved = bureau.saves(Plan(indicators=(row,)))
    assert [caution.message for caution in saved.cautions] == [
        "“新开工项目”：最后一个月（2026-06）填的是50，没有达到目标52。"
    ]
    (found,) = of_task(bureau.task)["indicators"]
    assert found["floor"] == "45"
    assert found["curve"]["monthly"] == {"2026-03": "10", "2026-06": "50"}
    bureau.task.refresh_from_db()
    # Neither a measure nor a milestone yet.
    assert bureau.task.state == TaskState.TO_BREAK_DOWN
    falling = replace(row, curve=CurvePlan("monthly", monthly={"2026-03": Decimal(10), "2026-04": Decimal(8)}))
    with pytest.raises(WrongPlan, match="不能减少"):
        bureau.saves(Plan(indicators=(falling,)))
    with pytest.raises(WrongPlan, match="不能高于目标52"):
        bureau.saves(Plan(indicators=(replace(row, floor=Decimal(60)),)))


def test_a_floor_is_raised_freely_and_eased_by_amendment_only(bureau: Bureau) -> None:
    row = IndicatorPlan(bureau.indicator.pk, Decimal(45))
    bureau.saves(Plan(indicators=(row,)))
    bureau.saves(Plan(indicators=(replace(row, floor=Decimal(48)),)))
    for floor in (Decimal(40), None):
        with pytest.raises(WrongPlan, match="须申请调整指标"):
            bureau.saves(Plan(indicators=(replace(row, floor=floor),)))


def test_who_saves_against_an_older_version_is_told_who_changed_it(bureau: Bureau) -> None:
    bureau.saves(Plan(measures=(measure(bureau),)))
    with pytest.raises(Outdated, match=r"已由陈联络于.*改动（分解）"):
        bureau.saves(Plan(measures=(measure(bureau),)), seen=1)


def test_only_the_units_of_a_task_and_the_office_break_it_down(bureau: Bureau) -> None:
    stranger = person_as(Role.LIAISON, bureau.ledger.division, unit_named("区教育局"))
    with pytest.raises(NotAllowed):
        bureau.saves(Plan(measures=(measure(bureau),)), by=stranger)
    bureau.saves(Plan(measures=(measure(bureau),)), by=bureau.clerk)
    close_year(ledger=bureau.ledger, closed_on=date(2026, 11, 1), approver="李区长", by=bureau.clerk)
    with pytest.raises(WrongState):
        bureau.saves(bureau.plan())


def test_several_tasks_are_saved_all_or_none(bureau: Bureau) -> None:
    other = Task.objects.get(seq=2)
    good, bad = Plan(measures=(measure(bureau),)), Plan(measures=(measure(bureau, text=""),))
    with pytest.raises(WrongPlan):
        save_all(plans={1: (bureau.task, good, 1), 2: (other, bad, 1)}, by=bureau.liaison)
    assert not bureau.task.measures.exists()
    assert not Event.objects.filter(action="plans.break_down").exists()
