"""A unit fills in its part in a workbook: out, filled, back, previewed, confirmed; all or nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook as NewWorkbook
from openpyxl import load_workbook

from duban.audit.models import Event
from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.plans.actions.breaking_down import save
from duban.plans.breakdown import MeasurePlan, MilestonePlan, Plan
from duban.plans.models import Measure, Task
from duban.plans.snapshots import of_task
from factories.issued import issued_ledger, unit_named
from factories.site import person_as

pytestmark = pytest.mark.django_db

Fill = Callable[[Any], None]


class Desk:
    """The desk of a liaison whose unit leads two tasks in force."""

    def __init__(self) -> None:
        self.ledger, self.clerk = issued_ledger("推进项目建设", "优化营商环境")
        self.unit: Unit = unit_named("区发展和改革局")
        self.liaison: Person = person_as(Role.LIAISON, self.ledger.division, self.unit, name="陈联络")
        self.client = Client()
        self.client.force_login(self.liaison, backend="allauth.account.auth_backends.AuthenticationBackend")
        self.task = Task.objects.get(seq=1)
        self.where = f"/units/{self.unit.pk}/break-down/"

    def download(self) -> Any:
        return load_workbook(io.BytesIO(self.client.get(f"/units/{self.unit.pk}/break-down.xlsx").content))

    def filled(self, fill: Fill) -> bytes:
        book = self.download()
        fill(book)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def upload(self, data: bytes) -> Any:
        return self.client.post(self.where, {"file": SimpleUploadedFile("分解表.xlsx", data)})

    def confirm(self, answer: Any) -> Any:
        return self.client.post(self.where, {"do": "confirm", "workbook": answer.context["workbook"]})


@pytest.fixture
def desk() -> Desk:
    return Desk()


def line(sheet: Any, number: str, kind: str, nth: int = 0) -> int:
    """Return the row of the nth empty line of a kind for a task."""
    rows = [
        row[0].row
        for row in sheet.iter_rows(min_row=2)
        if row[0].value == number and row[2].value == kind and row[3].value is None
    ]
    return int(rows[nth])


def put(sheet: Any, row: int, **values: Any) -> None:
    heads = {cell.value: cell.column for cell in sheet[1]}
    for name, value in values.items():
        sheet.cell(row, heads[name.replace("权重", "权重（%）")], value)


def fill_in(book: Any) -> None:
    steps = book["举措和节点"]
    first = line(steps, "2026-001", "举措")
    put(
        steps,
        first,
        内容="完成前期手续",
        单位="区发展和改革局",
        责任人="陈联络",
        开始日期=date(2026, 3, 5),
        完成日期="2026年4月30日",
    )
    put(steps, line(steps, "2026-001", "节点"), 内容="开工", 完成日期="2026-04-30", 权重=40)
    put(steps, line(steps, "2026-001", "节点", 1), 内容="竣工", 完成日期=date(2026, 6, 30), 权重=60)
    put(book["指标"], 2, 底线=45, 序时进度="按月目标", **{"2026-03": 10, "2026-06": 52})


def test_out_filled_in_previewed_and_confirmed(desk: Desk) -> None:
    answer = desk.upload(desk.filled(fill_in))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "这 1 项任务会这样变" in page
    assert "完成前期手续（区发展和改革局，陈联络，2026年4月30日）" in page
    # A preview leaves nothing behind.
    assert not Measure.objects.exists()
    assert not Event.objects.filter(action="plans.break_down").exists()
    assert desk.confirm(answer).status_code == 302
    now = of_task(desk.task)
    assert now["state"] == "in_progress"
    assert [(row["text"], row["start"], row["due"]) for row in now["measures"]] == [
        ("完成前期手续", "2026-03-05", "2026-04-30")
    ]
    assert [(row["name"], row["weight"]) for row in now["milestones"]] == [("开工", "40"), ("竣工", "60")]
    assert now["indicators"][0]["curve"]["monthly"] == {"2026-03": "10", "2026-06": "52"}
    assert now["indicators"][0]["floor"] == "45"
    assert Event.objects.filter(action="plans.break_down").count() == 1


def test_an_untouched_workbook_changes_nothing(desk: Desk) -> None:
    plan = Plan(
        measures=(MeasurePlan(None, "甲", desk.unit.pk, desk.liaison.pk, date(2026, 3, 5), date(2026, 4, 30)),),
        milestones=(MilestonePlan(None, "节点甲", date(2026, 4, 30), measure=0),),
    )
    save(task=desk.task, plan=plan, seen=1, by=desk.liaison)
    answer = desk.upload(desk.filled(lambda book: None))
    assert "没有改动" in answer.content.decode()


def test_lines_change_go_and_follow_their_measure(desk: Desk) -> None:
    plan = Plan(
        measures=(MeasurePlan(None, "甲"), MeasurePlan(None, "乙")),
        milestones=(MilestonePlan(None, "节点甲", date(2026, 4, 30), measure=0),),
    )
    save(task=desk.task, plan=plan, seen=1, by=desk.liaison)

    def fill(book: Any) -> None:
        steps = book["举措和节点"]
        put(steps, 2, 内容="甲（改）")
        put(steps, 3, 去掉="是")

    answer = desk.upload(desk.filled(fill))
    assert not answer.context["problems"]
    desk.confirm(answer)
    now = of_task(desk.task)
    assert [row["text"] for row in now["measures"]] == ["甲（改）"]
    assert now["milestones"][0]["measure_id"] == now["measures"][0]["id"]


def test_what_is_wrong_is_told_cell_by_cell_and_nothing_is_saved(desk: Desk) -> None:
    def fill(book: Any) -> None:
        steps = book["举措和节点"]
        row = line(steps, "2026-001", "举措")
        put(steps, row, 内容="甲", 单位="区教育局", 责任人="无此人", 开始日期="春天", 完成日期="2027-01-04")
        put(steps, line(steps, "2026-002", "节点"), 内容="开工", 权重=40, 属于举措="没有的举措")
        put(book["指标"], 2, 底线=60)
        put(steps, steps.max_row - 3, 任务编号="2026-099", 内容="别人的任务")

    answer = desk.upload(desk.filled(fill))
    assert answer.status_code == 422
    told = {problem.cell.split("!")[1][0]: problem.message for problem in answer.context["problems"]}
    said = "".join(problem.message for problem in answer.context["problems"])
    assert {"G", "H", "I", "J", "F", "K"} <= told.keys()
    for words in (
        "不是任务的责任单位",
        "没有找到",
        "不是日期",
        "晚于2026年12月31日",
        "没有内容是",
        "节点要有完成日期",
        "合计是40%",
        "不能高于",
        "没有“2026-099”这项任务",
    ):
        assert words in said
    assert not Measure.objects.exists()


def test_who_fills_in_an_older_workbook_is_told(desk: Desk) -> None:
    data = desk.filled(fill_in)
    save(task=desk.task, plan=Plan(measures=(MeasurePlan(None, "别的"),)), seen=1, by=desk.clerk)
    answer = desk.upload(data)
    assert answer.status_code == 409
    assert "已由王督办于" in answer.content.decode()


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def many_rows() -> bytes:
    book = NewWorkbook(write_only=True)
    for name in ("举措和节点", "指标", "校验"):
        sheet = book.create_sheet(name)
        for _ in range(100_000 if name == "举措和节点" else 1):
            sheet.append(["任务编号", "任务", "版本"])
    return saved(book)


def renamed(book: Any) -> None:
    book["举措和节点"]["J1"] = "完成时间"


def merged(book: Any) -> None:
    book["举措和节点"].merge_cells("E2:E4")


def without_keys(book: Any) -> None:
    del book["校验"]


@pytest.mark.parametrize(
    ("fill", "says"),
    [
        (renamed, "第1行缺“完成日期”这一列（有一列叫“完成时间”，是不是改了名？）"),
        (merged, "E2:E4 是合并的单元格"),
        (without_keys, "这不是系统导出的任务分解表"),
    ],
)
def test_a_workbook_that_was_changed_in_shape_is_refused_with_words(desk: Desk, fill: Fill, says: str) -> None:
    answer = desk.upload(desk.filled(fill))
    assert answer.status_code == 422
    assert says in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: b"not a workbook", "不是能读的 xlsx"),
        (many_rows, "超过 5000 行"),
        (lambda: b"x" * 6_000_000, "超过 5 兆"),
    ],
    ids=["no workbook", "100,000 rows", "too large"],
)
def test_what_is_no_break_down_is_refused_with_words(desk: Desk, data: Callable[[], bytes], says: str) -> None:
    answer = desk.upload(data())
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_a_unit_has_its_own_workbook_only(desk: Desk) -> None:
    other = unit_named("区教育局")
    assert desk.client.get(f"/units/{other.pk}/break-down.xlsx").status_code == 404
    assert desk.client.get(f"/units/{other.pk}/break-down/").status_code == 404
