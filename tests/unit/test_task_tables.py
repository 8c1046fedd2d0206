"""A 任务分解表 is the same ledger whichever program it was made in."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from docx import Document as Word

from duban.core import parse
from duban.core.reading import read_bytes
from duban.core.types import Document

TITLE = "江临市兰桥区2026年重点工作任务分解表"
HEAD = ["序号", "任务", "工作目标", "牵头单位", "配合单位", "责任领导", "完成时限"]
INDUSTRY, LIVELIHOOD = "一、产业发展", "二、民生保障"
ROWS: list[list[str] | str] = [
    HEAD,
    INDUSTRY,
    [
        "1",
        "培育骨干企业",
        "新增规上工业企业12家，技改投资增长15%以上。",
        "区工信局",
        "区发改局、各镇街",
        "李明",
        "12月底前",
    ],
    ["2", "建设产业园区", "建成标准厂房8万平方米；招引项目20个。", "兰桥经开区管委会", "区住建局", "王芳", "2026年9月"],
    LIVELIHOOD,
    HEAD,
    ["3", "办好教育", "新建幼儿园3所", "区教体局", "区财政局", "赵强", "秋季开学前"],
    ["", "", "新增学位900个", "区教体局", "区财政局", "赵强", "年底前"],
]
MERGED = (7, 8)  # rows of one number and one title, counted from 1 below the title


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [TITLE, *ROWS]:
        sheet.append([row] if isinstance(row, str) else row)
    for number, row in enumerate([TITLE, *ROWS], 1):
        if isinstance(row, str):
            sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(HEAD))
    for column in "AB":
        sheet.merge_cells(f"{column}{MERGED[0] + 1}:{column}{MERGED[1] + 1}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_docx() -> bytes:
    word = Word()
    word.add_paragraph(TITLE)
    table = word.add_table(rows=len(ROWS), cols=len(HEAD))
    for number, row in enumerate(ROWS):
        for column, words in enumerate([row] if isinstance(row, str) else row):
            table.cell(number, column).text = words
        if isinstance(row, str):
            table.cell(number, 0).merge(table.cell(number, len(HEAD) - 1))
    for column in (0, 1):
        table.cell(MERGED[0] - 1, column).merge(table.cell(MERGED[1] - 1, column))
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def as_html() -> bytes:
    lines = []
    for number, row in enumerate(ROWS, 1):
        if isinstance(row, str):
            lines.append(f"<tr><td colspan={len(HEAD)}>{row}</td></tr>")
            continue
        cells = enumerate(row)
        if number == MERGED[0]:
            lines.append("<tr>" + "".join(f"<td{' rowspan=2' * (c < 2)}>{w}</td>" for c, w in cells) + "</tr>")
        else:
            kept = (w for c, w in cells if number != MERGED[1] or c > 1)
            lines.append("<tr>" + "".join(f"<td>{w}</td>" for w in kept) + "</tr>")
    page = (
        f"<nav>首页 政务公开</nav><h1>{TITLE}</h1><table>{''.join(lines)}</table><div class='share'>分享到 微信</div>"
    )
    return f"<html><head><meta charset='utf-8'></head><body>{page}</body></html>".encode()


def as_tsv() -> bytes:
    rows = [row for row in ROWS if not isinstance(row, str)]
    return "\n".join([TITLE, *("\t".join(row) for row in rows)]).encode()


def read(make: Callable[[], bytes]) -> Document:
    (document,) = parse(read_bytes(make(), name="分解表")).documents
    return document


@pytest.mark.parametrize("make", [as_xlsx, as_docx, as_html, as_tsv])
def test_each_row_is_a_task_with_its_units_and_its_limit(make: Callable[[], bytes]) -> None:
    document = read(make)
    assert document.region == "江临市兰桥区"
    assert document.doc_type == "task_list"
    assert document.year == 2026
    assert [(t.number, t.title, t.text) for t in document.tasks] == [
        ("1", "培育骨干企业", "新增规上工业企业12家，技改投资增长15%以上。"),
        ("2", "建设产业园区", "建成标准厂房8万平方米；招引项目20个。"),
        ("3", "办好教育", "新建幼儿园3所"),
        ("3", "办好教育", "新增学位900个"),
    ]
    first = document.tasks[0]
    assert [(r.unit, r.role) for r in first.responsibilities] == [
        ("区工信局", "lead"),
        ("区发改局", "support"),
        ("各镇街", "support"),
    ]
    assert first.sponsors == ("李明",)
    assert [[d.due.isoformat() if d.due else None for d in t.deadlines] for t in document.tasks] == [
        ["2026-12-31"],
        ["2026-09-30"],
        [None],
        ["2026-12-31"],
    ]


@pytest.mark.parametrize("make", [as_xlsx, as_docx, as_html, as_tsv])
def test_the_numbers_of_a_row_are_its_own(make: Callable[[], bytes]) -> None:
    document = read(make)
    assert [(i.task, i.name, i.value, i.unit, i.status) for i in document.indicators] == [
        ("t1", "新增规上工业企业", 12, "家", "target"),
        ("t1", "技改投资", 15, "%", "target"),
        ("t2", "建成标准厂房", 8, "万平方米", "target"),
        ("t2", "招引项目", 20, "个", "target"),
        ("t3", "新建幼儿园", 3, "所", "target"),
        ("t4", "新增学位", 900, "个", "target"),
    ]


@pytest.mark.parametrize("make", [as_xlsx, as_docx, as_html])
def test_a_row_that_only_names_a_category_is_a_section(make: Callable[[], bytes]) -> None:
    document = read(make)
    sections = {section.id: section for section in document.sections}
    assert [(s.label, s.title, s.role) for s in document.sections] == [
        ("一、", "产业发展", "tasks"),
        ("二、", "民生保障", "tasks"),
    ]
    assert [sections[t.section or ""].title for t in document.tasks] == ["产业发展"] * 2 + ["民生保障"] * 2


def test_a_table_inside_a_notice_stands_in_its_chapter() -> None:
    word = Word()
    word.add_paragraph("江临市兰桥区人民政府关于印发2026年重点工作任务分工的通知")
    word.add_paragraph("一、重点任务")
    table = word.add_table(rows=2, cols=4)
    for row, words in enumerate(
        [["序号", "工作任务", "责任单位", "完成时限"], ["1", "新建公园6处", "区城管局", "10月底"]]
    ):
        for column, cell in enumerate(words):
            table.cell(row, column).text = cell
    word.add_paragraph("二、工作要求")
    word.add_paragraph("各单位要提高认识，抓好落实，确保各项任务按期完成。")
    out = io.BytesIO()
    word.save(out)
    (document,) = parse(read_bytes(out.getvalue(), name="通知.docx")).documents
    (task,) = document.tasks
    assert task.title is None
    assert task.text == "新建公园6处"
    assert [(r.unit, r.role) for r in task.responsibilities] == [("区城管局", "responsible")]
    assert [s.title for s in document.sections if s.id == task.section] == ["重点任务"]
    assert [s.role for s in document.sections] == ["tasks", "safeguards"]


def test_a_table_of_statistics_is_no_task_table() -> None:
    page = "<table><tr><th>指标</th><th>2024年</th><th>2025年</th></tr><tr><td>生产总值</td><td>120</td><td>131</td></tr></table>"
    (document,) = parse(read_bytes(f"<html><body>{page}</body></html>".encode(), name="表")).documents
    assert document.tasks == ()
