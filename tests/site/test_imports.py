"""Units and people come and go as workbooks: seen before, all or nothing, wrong cells by their place."""

from __future__ import annotations

import io
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from duban.audit.models import Event
from duban.cli.main import main
from duban.organisations import actions
from duban.organisations.access import NotAllowed
from duban.organisations.imports import people, units
from duban.organisations.imports.plan import Changed, Kind, Plan, Unsuitable
from duban.organisations.models import Division, Person, Post, Unit, UnitAlias
from duban.organisations.roles import Role
from duban.organisations.workbooks import UnreadableWorkbook
from factories.site import DivisionFactory, UnitFactory, UnitGroupFactory, person_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def lanqiao() -> Division:
    return DivisionFactory()  # type: ignore[no-any-return]


@pytest.fixture
def administrator(lanqiao: Division) -> Person:
    return person_as(Role.ADMINISTRATOR, lanqiao, name="纪书言")


def book(*rows: list[Any], sheet: str = "单位", merge: str = "") -> bytes:
    """Return a workbook whose first row is the head."""
    made = Workbook()
    page = made.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def cells(plan: Plan) -> dict[str, str]:
    return {problem.cell: problem.message for problem in plan.problems}


# ---- units ----------------------------------------------------------------------------------------------------------


def test_a_list_of_units_is_seen_first_and_then_taken_in(lanqiao: Division, administrator: Person) -> None:
    UnitGroupFactory(division=lanqiao)
    data = book(
        ["名称", "分组", "上级单位", "别名", "停用日期", "并入"],
        ["区农业农村局", "区直部门", None, "区农业局、区农办", None, None],
        ["区畜牧站", None, "区农业农村局", None, None, None],
        ["区农机局", "departments", None, None, datetime(2026, 3, 1), "区农业农村局"],
    )
    plan = actions.preview_units(division=lanqiao, data=data, by=administrator)
    assert [line.kind for line in plan.lines] == [Kind.ADD] * 3
    assert (plan.problems, Unit.objects.count(), Event.objects.count()) == ([], 0, 0)
    actions.import_units(division=lanqiao, data=data, by=administrator, seen=plan.digest)
    bureau, station, machines = Unit.objects.order_by("order")
    assert sorted(alias.name for alias in bureau.aliases.all()) == ["区农业局", "区农办"]
    assert (station.parent, machines.successor, machines.valid_to) == (bureau, bureau, date(2026, 3, 1))
    last = Event.objects.latest("number")
    assert (last.action, last.after) == (
        "organisations.import_units",
        {"rows": 3, "added": 3, "changed": 0, "ended": 0},
    )
    again = actions.preview_units(division=lanqiao, data=data, by=administrator)
    assert again.changing == []


def test_what_is_exported_changes_nothing_when_it_comes_back(lanqiao: Division, administrator: Person) -> None:
    group = UnitGroupFactory(division=lanqiao)
    bureau = actions.add_unit(
        division=lanqiao, name="区农业农村局", group=group, aliases=["区农业局"], by=administrator
    )
    old = actions.add_unit(division=lanqiao, name="区农机局", parent=bureau, by=administrator)
    actions.end_unit(unit=old, on=date(2026, 3, 1), successor=bureau, by=administrator)
    data = units.workbook(lanqiao, Unit.objects.all())
    plan = actions.preview_units(division=lanqiao, data=data, by=administrator)
    assert ([line.kind for line in plan.lines], plan.problems) == ([Kind.SAME, Kind.SAME], [])
    assert load_workbook(io.BytesIO(data)).sheetnames == ["单位", "分组", "说明"]


def test_a_preview_names_every_field_that_changes(lanqiao: Division, administrator: Person) -> None:
    unit = actions.add_unit(division=lanqiao, name="区农业局", aliases=["区农办"], by=administrator)
    gone = actions.add_unit(division=lanqiao, name="区农机局", by=administrator)
    data = book(
        ["编号", "名称", "简称", "别名", "停用日期", "并入"],
        [unit.pk, "区农业农村局", "农业局", "区农办，区畜牧局", None, None],
        [gone.pk, "区农机局", None, None, "2026年3月1日", "区农业农村局"],
    )
    changed, ended = actions.preview_units(division=lanqiao, data=data, by=administrator).lines
    assert [(field.label, field.before, field.after) for field in changed.fields] == [
        ("名称", "区农业局", "区农业农村局"),
        ("简称", "", "农业局"),
        ("别名", "区农办", "区农办、区畜牧局"),
    ]
    assert ended.kind is Kind.END
    assert [(field.label, field.after) for field in ended.fields] == [
        ("停用日期", "2026-03-01"),
        ("并入", "区农业农村局"),
    ]
    actions.import_units(division=lanqiao, data=data, by=administrator)
    assert UnitAlias.objects.filter(unit=unit, name="区农业局").exists()


def test_one_wrong_cell_and_nothing_comes_in(lanqiao: Division, administrator: Person) -> None:
    UnitGroupFactory(division=lanqiao)
    data = book(
        ["名称", "分组", "上级单位", "次序", "停用日期", "编号"],
        ["区财政局", None, None, "1", None, None],
        ["区审计局", "区直机关", None, "第二", "三月一日", None],
        ["区统计局", None, "区发改局", None, None, 999],
        ["区水务局", None, "区发改局", None, None, None],
        ["区财政局", None, None, None, None, None],
        [None, "区直部门", None, None, None, None],
    )
    plan = actions.preview_units(division=lanqiao, data=data, by=administrator)
    wrong = cells(plan)
    assert set(wrong) == {"单位!B3", "单位!D3", "单位!E3", "单位!F4", "单位!C5", "单位!A6", "单位!A7"}
    assert "现有的分组：区直部门" in wrong["单位!B3"]
    assert "请写成 2026-06-30" in wrong["单位!E3"]
    with pytest.raises(Unsuitable, match="等 7 处"):
        actions.import_units(division=lanqiao, data=data, by=administrator)
    assert (Unit.objects.count(), Event.objects.count()) == (0, 0)


def test_an_alias_that_is_taken_is_named_in_its_own_cell(lanqiao: Division, administrator: Person) -> None:
    actions.add_unit(division=lanqiao, name="区大数据中心", by=administrator)
    actions.add_unit(division=lanqiao, name="区统计局", by=administrator)
    data = book(["名称", "别名"], ["区数据局", "区大数据中心"], ["区统计局", "区调查队、区大数据中心"])
    wrong = cells(actions.preview_units(division=lanqiao, data=data, by=administrator))
    assert set(wrong) == {"单位!B2", "单位!B3"}
    assert "另一个单位或分组的名称" in wrong["单位!B2"]


def test_what_has_changed_since_the_preview_is_shown_again(lanqiao: Division, administrator: Person) -> None:
    data = book(["名称", "简称"], ["区财政局", "财政局"])
    plan = actions.preview_units(division=lanqiao, data=data, by=administrator)
    actions.add_unit(division=lanqiao, name="区财政局", by=administrator)
    with pytest.raises(Changed) as caught:
        actions.import_units(division=lanqiao, data=data, by=administrator, seen=plan.digest)
    assert [line.kind for line in caught.value.plan.lines] == [Kind.CHANGE]
    assert Unit.objects.get().short_name == ""


def test_heads_of_other_lists_are_known_and_unknown_ones_are_named(lanqiao: Division, administrator: Person) -> None:
    plan = actions.preview_units(
        division=lanqiao, data=book(["序号", "部门名称", "单位简称"], [1, "区财政局", "财政局"]), by=administrator
    )
    assert [(line.name, line.kind) for line in plan.lines] == [("区财政局", Kind.ADD)]
    with pytest.raises(UnreadableWorkbook, match="缺“名称”这一列（有一列叫“名称（全）”"):
        actions.preview_units(division=lanqiao, data=book(["名称（全）"], ["区财政局"]), by=administrator)


def test_merged_cells_and_formulas_are_named(lanqiao: Division, administrator: Person) -> None:
    merged = book(["名称", "分组"], ["区财政局", "区直部门"], ["区审计局", None], merge="B2:B3")
    with pytest.raises(UnreadableWorkbook, match="B2:B3 是合并的单元格"):
        actions.preview_units(division=lanqiao, data=merged, by=administrator)
    with pytest.raises(UnreadableWorkbook, match="A2 是公式"):
        actions.preview_units(division=lanqiao, data=book(["名称"], ['="区"&"财政局"']), by=administrator)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04broken", "名称\n区财政局".encode()])
def test_what_is_no_workbook_is_told_so(lanqiao: Division, administrator: Person, data: bytes) -> None:
    with pytest.raises(UnreadableWorkbook, match="另存为 xlsx"):
        actions.preview_units(division=lanqiao, data=data, by=administrator)


def test_a_hundred_thousand_rows_are_refused_at_once(lanqiao: Division, administrator: Person) -> None:
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, {"constant_memory": True})
    page = made.add_worksheet("单位")
    page.write_row(0, 0, list(units.COLUMNS))
    for row in range(1, 100_001):
        page.write_row(row, 0, ["", f"单位{row}", "", "", "", "", row])
    made.close()
    begun = time.process_time()
    with pytest.raises(UnreadableWorkbook, match="超过 5000 行"):
        actions.preview_units(division=lanqiao, data=file.getvalue(), by=administrator)
    assert time.process_time() - begun < 5


def test_an_empty_template_says_how_to_fill_it_in(lanqiao: Division, administrator: Person) -> None:
    template = units.workbook(lanqiao, [])
    plan = actions.preview_units(division=lanqiao, data=template, by=administrator)
    assert "没有一行单位" in plan.problems[0].message


def test_only_who_may_change_units_may_take_them_in(lanqiao: Division) -> None:
    liaison = person_as(Role.LIAISON, lanqiao, unit=UnitFactory(division=lanqiao))
    data = book(["名称"], ["区财政局"])
    for act in (actions.preview_units, actions.import_units, actions.preview_people, actions.import_people):
        with pytest.raises(NotAllowed):
            act(division=lanqiao, data=data, by=liaison)


# ---- people ---------------------------------------------------------------------------------------------------------

HEAD = ["姓名", "用户名", "单位", "角色", "职务", "分管单位", "电话", "任职日期", "离任日期"]


def test_people_come_with_all_their_posts(lanqiao: Division, administrator: Person) -> None:
    finance = UnitFactory(division=lanqiao, name="区财政局")
    data = book(
        HEAD,
        ["闻若水", "wenruoshui", "区财政局", "联络员", "办公室主任", None, 13000000000, 46054, None],
        ["闻若水", "wenruoshui", None, "督查室", "挂职", None, None, datetime(2026, 3, 1), "2026-09-01"],
        ["简明远", None, None, "分管领导", "副区长", "兰桥区财政局", None, None, None],
        sheet="人员",
    )
    plan = actions.preview_people(division=lanqiao, data=data, by=administrator)
    assert ([line.kind for line in plan.lines], plan.problems) == ([Kind.ADD] * 3, [])
    assert Person.objects.count() == 1
    actions.import_people(division=lanqiao, data=data, by=administrator, seen=plan.digest)
    wen = Person.objects.get(username="wenruoshui")
    assert (wen.phone, wen.has_usable_password()) == ("13000000000", False)
    assert [(post.role, post.unit, post.start, post.end) for post in wen.posts.order_by("start")] == [
        ("liaison", finance, date(2026, 2, 1), None),
        ("supervision_office", None, date(2026, 3, 1), date(2026, 9, 1)),
    ]
    assert [unit.name for unit in Post.objects.get(role="leader").oversees.all()] == ["区财政局"]
    assert actions.preview_people(division=lanqiao, data=data, by=administrator).changing == []


def test_people_who_are_exported_change_nothing_when_they_come_back(lanqiao: Division, administrator: Person) -> None:
    unit = UnitFactory(division=lanqiao, name="区财政局")
    person_as(Role.LIAISON, lanqiao, unit=unit, name="闻若水", phone="0990-1234567")
    leader = person_as(Role.LEADER, lanqiao, name="简明远")
    leader.posts.get().oversees.add(unit)
    data = people.workbook(Post.objects.all())
    plan = actions.preview_people(division=lanqiao, data=data, by=administrator)
    assert ([line.kind for line in plan.lines], plan.problems) == ([Kind.SAME] * 3, [])


def test_who_leaves_and_who_is_reached_otherwise_is_shown_as_such(lanqiao: Division, administrator: Person) -> None:
    unit = UnitFactory(division=lanqiao, name="区财政局")
    wen = person_as(Role.LIAISON, lanqiao, unit=unit, name="闻若水", username="wenruoshui")
    data = book(HEAD, ["闻若水", None, "区财政局", "联络员", None, None, "8866", None, "2026-08-01"], sheet="人员")
    plan = actions.import_people(division=lanqiao, data=data, by=administrator)
    assert [(field.label, field.after) for field in plan.lines[0].fields] == [
        ("电话", "8866"),
        ("离任日期", "2026-08-01"),
    ]
    assert plan.lines[0].kind is Kind.END
    wen.refresh_from_db()
    assert (wen.phone, wen.username, wen.posts.get().end) == ("8866", "wenruoshui", date(2026, 8, 1))


def test_wrong_cells_of_people_are_named(lanqiao: Division, administrator: Person) -> None:
    unit = UnitFactory(division=lanqiao, name="区财政局")
    for _ in range(2):
        person_as(Role.LIAISON, lanqiao, unit=unit, name="闻若水")
    data = book(
        HEAD,
        ["闻若水", None, "区财政局", "联络员", None, None, None, None, None],
        ["简明远", None, "区财正局", "单位负责人", None, None, None, None, None],
        ["仇敬之", None, None, "局长", None, None, None, "去年", None],
        ["顾维桢", "顾", None, "督查室", None, None, None, None, None],
        ["景初阳", None, None, "联络员", None, None, None, None, None],
        ["纪书言", administrator.username, None, "系统管理员", "主任", None, None, None, None],
        sheet="人员",
    )
    wrong = cells(actions.preview_people(division=lanqiao, data=data, by=administrator))
    assert set(wrong) == {"人员!B2", "人员!C3", "人员!D4", "人员!H4", "人员!A5", "人员!A6", "人员!A7"}
    assert "是不是 区财政局" in wrong["人员!C3"]
    assert "不能给自己任免" in wrong["人员!A7"]


# ---- the command line -----------------------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_the_command_line_takes_units_and_people_in(lanqiao: Division, tmp_path: Path) -> None:
    offices, staff = tmp_path / "单位.xlsx", tmp_path / "人员.xlsx"
    offices.write_bytes(book(["名称", "简称"], ["区财政局", "财政局"]))
    staff.write_bytes(book(["姓名", "角色", "单位"], ["闻若水", "联络员", "区财政局"], sheet="人员"))
    tried = run("units", "import", str(offices), "--dry-run")
    assert (tried.exit_code, Unit.objects.count()) == (0, 0)
    assert tried.output == (
        "新增 区财政局（简称：（空） → 财政局）\n只是预览，没有导入：新增 1，修改 0，停用 0，不变 0。\n"
    )
    assert run("units", "import", str(offices)).output.endswith("已导入：新增 1，修改 0，停用 0，不变 0。\n")
    assert run("units", "import", str(offices)).output == "没有要改的：新增 0，修改 0，停用 0，不变 1。\n"
    assert run("people", "import", str(staff)).exit_code == 0
    assert Person.objects.get().posts.get().unit == Unit.objects.get()
    assert Event.objects.latest("number").origin == "cli"


def test_the_command_line_names_wrong_cells_and_asks_for_the_division(lanqiao: Division, tmp_path: Path) -> None:
    file = tmp_path / "单位.xlsx"
    file.write_bytes(book(["名称", "分组"], ["区财政局", "没有的组"]))
    refused = run("units", "import", str(file))
    assert refused.exit_code == 1
    assert "单位!B2 没有“没有的组”这个分组" in refused.output
    DivisionFactory(code="990203", name="临江县", full_name="江临市临江县")
    asked = run("units", "import", str(file))
    assert asked.exit_code == 2
    assert "--division" in asked.output
    assert run("units", "import", str(file), "--division", "990203").exit_code == 1
