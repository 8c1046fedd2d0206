"""The check of a paper: every correction, two clerks at once, and the way back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from duban.audit.models import Event
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person, UnitAlias
from duban.organisations.roles import Role
from duban.plans.actions import checking, dividing, naming
from duban.plans.actions.cleaning import Invalid
from duban.plans.actions.correcting import AlreadyDone, ChangedSince, Gone, NotChecking, NothingToUndo, Stale
from duban.plans.facts import differs
from duban.plans.models import Indicator, Paper, Responsibility, Task
from duban.plans.states import PaperState
from factories.papers import PLAN, office, uploaded
from factories.site import UnitFactory, UnitGroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Paper:
    return uploaded(PLAN)


@pytest.fixture
def clerk(paper: Paper) -> Person:
    return office(paper.division, name="陈立")


def task_of(paper: Paper, title: str = "精准招引项目") -> Task:
    return paper.tasks.get(title=title, dropped=False)


def edit(paper: Paper, row: Any, by: Person, entry: str = "", **fields: Any) -> None:
    row.refresh_from_db()
    entry = entry or type(row).__name__.lower()
    checking.edit(paper=paper, entry=entry, pk=row.pk, version=row.version, fields=fields, by=by)
    row.refresh_from_db()


def test_a_task_is_accepted_and_the_acceptance_taken_back(paper: Paper, clerk: Person) -> None:
    task = task_of(paper)
    checking.accept(task=task, version=task.version, by=clerk)
    task.refresh_from_db()
    assert (task.checked_by, paper.corrections.get().sentence) == (clerk, "核对了“精准招引项目”")
    checking.accept(task=task, version=task.version, by=clerk, accepted=False)
    task.refresh_from_db()
    assert task.checked_at is None
    assert Event.objects.filter(action__in=["plans.check_accept", "plans.check_unaccept"]).count() == 2


def test_what_was_read_is_kept_apart_from_what_a_person_made_of_it(paper: Paper, clerk: Person) -> None:
    indicator = task_of(paper).indicators.get()
    edit(paper, indicator, clerk, value="６5", name="新签约项目数", floor="50")
    assert (indicator.value, indicator.name, indicator.floor) == (65, "新签约项目数", 50)
    assert differs(indicator) == {"name": "新签约项目", "value": "60", "floor": None}
    task = task_of(paper)
    edit(paper, task, clerk, title="精准招商", number="一")
    assert differs(task) == {"title": "精准招引项目", "number": "1"}
    assert "精准招商" in task.summary


def test_every_kind_of_entry_is_edited(paper: Paper, clerk: Person) -> None:
    task, water = task_of(paper), UnitFactory(name="区水利局")
    leader = office(paper.division, role=Role.LEADER, name="林致远")
    edit(paper, task, clerk, sponsor=leader.pk)
    assert task.sponsor == leader
    edit(paper, task.deadlines.get(), clerk, due="2026-07-15")
    task.refresh_from_db()
    assert task.due == date(2026, 7, 15)
    unit = task.responsibilities.get()
    edit(paper, unit, clerk, unit=water.pk, role="lead")
    task.refresh_from_db()
    assert task.lead_names == "区水利局"
    project = paper.projects.get()
    edit(paper, project, clerk, value="13.5", name="智能制造产业园")
    assert (project.value, str(project)) == (Decimal("13.5"), "智能制造产业园")
    edit(paper, task, clerk, section="s2.2")
    assert task.section.title == "促乡村振兴"
    indicator = task.indicators.get()
    edit(paper, indicator, clerk, value_high="80")
    assert (indicator.comparator, indicator.value_high) == ("range", 80)
    edit(paper, indicator, clerk, comparator=">=")
    assert indicator.value_high is None


def test_values_that_do_not_fit_are_refused_in_words(paper: Paper, clerk: Person) -> None:
    task = task_of(paper)
    indicator = task.indicators.get()
    for row, fields, words in (
        (indicator, {"value": "很多"}, "应是一个数"),
        (indicator, {"value": ""}, "请填目标值"),
        (indicator, {"value": "1" * 15}, "过大"),
        (indicator, {"measure": "x"}, "口径只能是"),
        (indicator, {"value_high": "1"}, "上限不能小于"),
        (task, {"title": " "}, "不能为空"),
        (task, {"title": "长" * 301}, "不能超过 300 个字"),
        (task, {"section": "s99"}, "没有这一节"),
        (task, {"order": 3}, "没有“order”"),
        (task.deadlines.get(), {"due": "6月底"}, "2026-06-30"),
        (task.responsibilities.get(), {"unit": 10**9}, "没有这个单位"),
    ):
        with pytest.raises(Invalid, match=words):
            edit(paper, row, clerk, **fields)
    assert not paper.corrections.exists()


def test_two_clerks_at_once_lose_no_edit(paper: Paper, clerk: Person) -> None:
    other, task = office(paper.division, name="赵敏"), task_of(paper)
    shown = task.version
    edit(paper, task, other, title="招商")
    with pytest.raises(Stale, match="赵敏刚改过") as stale:
        checking.edit(
            paper=paper,
            entry="task",
            pk=task.pk,
            version=shown,
            fields={"title": "引资"},
            base={"title": "精准招引项目"},
            by=clerk,
        )
    assert (stale.value.present, stale.value.version) == ({"title": "招商"}, shown + 1)
    # Another field of the same row is in nobody's way.
    checking.edit(
        paper=paper, entry="task", pk=task.pk, version=shown, fields={"number": "1-1"}, base={"number": "1"}, by=clerk
    )
    task.refresh_from_db()
    assert (task.title, task.number) == ("招商", "1-1")


def test_a_request_sent_twice_is_done_once(paper: Paper, clerk: Person) -> None:
    span = place(paper, "推进投资12亿元的兰桥智能制造产业园项目")
    checking.add(paper=paper, entry="deadline", task=task_of(paper).pk, span=span, by=clerk, key="k1")
    with pytest.raises(AlreadyDone):
        checking.add(paper=paper, entry="deadline", task=task_of(paper).pk, span=span, by=clerk, key="k1")
    assert task_of(paper).deadlines.count() == 2


def place(paper: Paper, words: str) -> tuple[int, int]:
    start = paper.text.index(words)
    return start, start + len(words)


def test_marked_words_become_entries_read_by_the_core(paper: Paper, clerk: Person) -> None:
    task = task_of(paper, "办好民生实事")

    def mark(entry: str, words: str, on: Task | None = task) -> list[int]:
        return checking.add(paper=paper, entry=entry, task=on.pk if on else None, span=place(paper, words), by=clerk)

    (pk,) = mark("indicator", "小区22个")
    made = Indicator.objects.get(pk=pk)
    assert (made.value, made.unit, made.read) == (22, "个", None)
    assert paper.text[made.span_start : made.span_end] == "小区22个"
    with pytest.raises(Invalid, match="已经是任务“办好民生实事”的"):
        mark("indicator", "改造老旧小区22个")
    # What was read of no task comes to the task.
    (pk,) = mark("indicator", "地区生产总值增长6%以上")
    assert Indicator.objects.get(pk=pk).read["name"] == "地区生产总值"
    checking.undo(paper=paper, by=clerk)
    with pytest.raises(Exception, match="没有读出指标"):
        mark("indicator", "认真组织实施")
    (pk,) = mark("deadline", "6月底前")
    assert task.deadlines.get(pk=pk).due == date(2026, 6, 30)
    units = mark("responsibility", "区教育体育局、区住房建设局", task_of(paper))
    assert [row.unit_text for row in Responsibility.objects.filter(pk__in=units)] == ["区教育体育局", "区住房建设局"]
    with pytest.raises(Invalid, match="不必再标"):
        mark("project", "投资12亿元的兰桥智能制造产业园项目")
    (pk,) = mark("task", "全年地区生产总值增长6%以上", None)
    new = Task.objects.get(pk=pk)
    assert new.section.title == "总体要求"
    assert [str(row) for row in new.indicators.all()] == ["地区生产总值"]
    assert new.order < task.order


def test_entries_are_added_by_hand(paper: Paper, clerk: Person) -> None:
    task, finance = task_of(paper), UnitFactory(name="区审计局")
    checking.add(
        paper=paper,
        entry="indicator",
        task=task.pk,
        fields={"name": "到位资金", "value": "30", "unit": "亿元", "comparator": ">="},
        by=clerk,
    )
    checking.add(
        paper=paper, entry="responsibility", task=task.pk, fields={"unit": finance.pk, "role": "support"}, by=clerk
    )
    checking.add(paper=paper, entry="deadline", task=task.pk, fields={"due": "2026-09-30"}, by=clerk)
    with pytest.raises(Invalid, match="不必再加"):
        checking.add(
            paper=paper, entry="responsibility", task=task.pk, fields={"unit": finance.pk, "role": "support"}, by=clerk
        )
    task.refresh_from_db()
    assert (task.indicator_count, task.other_names[-4:], task.due) == (2, "区审计局", date(2026, 9, 30))


def test_what_is_dropped_comes_back(paper: Paper, clerk: Person) -> None:
    task = task_of(paper)
    unit = task.responsibilities.get()
    checking.drop(paper=paper, entry="responsibility", pk=unit.pk, version=unit.version, by=clerk)
    unit.refresh_from_db()
    assert unit.dropped
    checking.drop(paper=paper, entry="responsibility", pk=unit.pk, version=unit.version, by=clerk, dropped=False)
    unit.refresh_from_db()
    assert not unit.dropped
    with pytest.raises(Gone):
        checking.drop(paper=paper, entry="indicator", pk=10**9, version=1, by=clerk)


def test_a_task_is_split_where_the_clerk_says(paper: Paper, clerk: Person) -> None:
    task = task_of(paper, "办好民生实事")
    at = place(paper, "改造老旧小区")[0]
    second = Task.objects.get(pk=dividing.split(task=task, at=at, version=task.version, by=clerk))
    task.refresh_from_db()
    assert (task.text, second.text) == ("新增公办幼儿园学位1800个，", "改造老旧小区22个。")
    assert [str(row) for row in second.indicators.all()] == ["改造老旧小区"]
    # The bracket behind the last sentence answers for both.
    assert [row.unit_text for row in second.responsibilities.all()] == ["区教育体育局", "区住房建设局"]
    assert task.responsibilities.filter(dropped=False).count() == 2
    assert (second.section, second.order > task.order) == (task.section, True)
    with pytest.raises(dividing.CannotCut):
        dividing.split(task=task, at=0, version=task.version, by=clerk)
    checking.undo(paper=paper, by=clerk)
    task.refresh_from_db()
    assert task.text == "新增公办幼儿园学位1800个，改造老旧小区22个。"
    assert paper.tasks.filter(dropped=False).count() == 4


def test_a_rewritten_task_is_split_before_words_that_the_paper_has(paper: Paper, clerk: Person) -> None:
    task = task_of(paper, "办好民生实事")
    edit(paper, task, clerk, text="办好十件实事，新增学位1800个；改造老旧小区22个。")
    second = dividing.split(task=task, at=place(paper, "改造老旧小区")[0], version=task.version, by=clerk)
    task.refresh_from_db()
    assert (task.text, Task.objects.get(pk=second).text) == ("办好十件实事，新增学位1800个；", "改造老旧小区22个。")


def test_two_tasks_become_one_and_keep_every_entry(paper: Paper, clerk: Person) -> None:
    first, second = task_of(paper), task_of(paper, "加快项目建设")
    stays = dividing.merge(task=second, version=second.version, by=clerk, into_previous=True)
    first.refresh_from_db()
    second.refresh_from_db()
    assert stays == first.pk
    assert (second.dropped, second.merged_into) == (True, first)
    assert first.text.endswith("2.加快项目建设。推进投资12亿元的兰桥智能制造产业园项目，全年完成固定资产投资85亿元。")
    assert [row.unit_text for row in first.responsibilities.all()] == ["区财政局", "区发展改革局", "区城运中心"]
    assert first.projects.count() == 1
    checking.undo(paper=paper, by=clerk)
    second.refresh_from_db()
    assert (second.dropped, second.projects.count()) == (False, 1)
    last = paper.tasks.order_by("-order").first()
    with pytest.raises(dividing.CannotMerge):
        dividing.merge(task=last, version=last.version, by=clerk)


def test_an_unknown_unit_is_resolved_once_and_for_later_papers(paper: Paper, clerk: Person) -> None:
    bureau = UnitFactory(name="区教育和体育发展中心", division=paper.division)
    assert naming.resolve_unit(paper=paper, words="区教育体育局", unit=bureau, by=clerk) == 1
    assert task_of(paper, "办好民生实事").responsibilities.filter(unit=bureau).count() == 1
    assert UnitAlias.objects.get().name == "区教育体育局"
    later = uploaded(PLAN.replace("22个", "23个"))
    assert later.tasks.last().responsibilities.get(unit_text="区教育体育局").unit == bureau
    checking.undo(paper=paper, by=clerk)
    assert not UnitAlias.objects.exists()
    checking.redo(paper=paper, by=clerk)
    assert UnitAlias.objects.get().unit == bureau


def test_words_are_resolved_as_a_group_and_its_members_chosen(paper: Paper, clerk: Person) -> None:
    towns = UnitGroupFactory(code="towns", name="全部镇街", division=paper.division)
    east, west = (UnitFactory(name=name, group=towns, division=paper.division) for name in ("东桥镇", "西桥街道"))
    naming.resolve_as_group(paper=paper, words="各镇街", group=towns, by=clerk)
    group = task_of(paper, "建设美丽乡村").responsibilities.get(unit_text="各镇街")
    assert {member.unit for member in group.members.all()} == {east, west}
    group.refresh_from_db()
    naming.choose_members(row=group, units=[west], version=group.version, by=clerk)
    assert [member.unit for member in group.members.filter(dropped=False)] == [west]
    assert task_of(paper, "建设美丽乡村").lead_names == "西桥街道、区水务局"
    for _ in range(2):
        checking.undo(paper=paper, by=clerk)
    assert not group.members.filter(dropped=False).exists()


def test_a_unit_that_is_missing_is_created_at_the_check(paper: Paper, clerk: Person) -> None:
    unit = naming.create_unit(paper=paper, words="区城运中心", name="区城市运行管理中心", by=clerk)
    assert task_of(paper, "加快项目建设").responsibilities.get(role="support").unit == unit


def test_a_note_is_answered_by_hand_or_by_what_it_asked_for(paper: Paper, clerk: Person) -> None:
    note = paper.notes.get(code="date-unfixed")
    checking.answer_note(note=note, answer="以防汛办通知为准", version=note.version, by=clerk)
    note.refresh_from_db()
    assert note.answered_by == clerk
    checking.answer_note(note=note, answer="", version=note.version, by=clerk)
    edit(paper, note.task.deadlines.get(text="主汛前"), clerk, due="2026-06-15")
    note.refresh_from_db()
    assert note.answer == "已定为2026年6月15日"


def test_undo_is_refused_where_somebody_changed_the_same_since(paper: Paper, clerk: Person) -> None:
    other, task = office(paper.division, name="赵敏"), task_of(paper)
    edit(paper, task, clerk, title="招商")
    edit(paper, task, other, title="引资")
    with pytest.raises(ChangedSince, match="赵敏"):
        checking.undo(paper=paper, by=clerk)
    checking.undo(paper=paper, by=other)
    checking.undo(paper=paper, by=clerk)
    assert task_of(paper)
    with pytest.raises(NothingToUndo):
        checking.undo(paper=paper, by=clerk)


def test_redo_goes_forward_until_something_new_is_done(paper: Paper, clerk: Person) -> None:
    task = task_of(paper)
    edit(paper, task, clerk, title="甲")
    edit(paper, task, clerk, title="乙")
    checking.undo(paper=paper, by=clerk)
    checking.undo(paper=paper, by=clerk)
    checking.redo(paper=paper, by=clerk)
    task.refresh_from_db()
    assert task.title == "甲"
    checking.redo(paper=paper, by=clerk)
    checking.undo(paper=paper, by=clerk)
    task.refresh_from_db()
    assert task.title == "甲"
    edit(paper, task, clerk, number="9")
    with pytest.raises(NothingToUndo):
        checking.redo(paper=paper, by=clerk)


def test_the_check_ends_when_nothing_is_left(paper: Paper, clerk: Person) -> None:
    with pytest.raises(checking.NotFinished, match=r"4 项任务未核对、7 处单位未认定、1 条提示未处理"):
        checking.finish(paper=paper, by=clerk)
    for words in Responsibility.objects.filter(unit=None).values_list("unit_text", flat=True).distinct():
        naming.create_unit(paper=paper, words=words, name=words, by=clerk)
    note = paper.notes.get()
    checking.answer_note(note=note, answer="已核", version=note.version, by=clerk)
    for task in paper.tasks.all():
        checking.accept(task=task, version=task.version, by=clerk)
    done = checking.finish(paper=paper, by=clerk)
    assert (done.state, done.checked_by) == (PaperState.CHECKED, clerk)
    task = task_of(paper)
    with pytest.raises(NotChecking, match="继续核对"):
        edit(paper, task, clerk, title="x")
    checking.reopen(paper=paper, by=clerk)
    edit(paper, task, clerk, title="x")


def test_only_the_office_corrects(paper: Paper) -> None:
    leader, task = office(paper.division, role=Role.LEADER), task_of(paper)
    with pytest.raises(NotAllowed):
        checking.accept(task=task, version=task.version, by=leader)
