"""The workbook, opened again."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.types import Ledger, Note, Span, Task
from duban.writing import TooManyRows, sheets, write_xlsx
from factories import ledgers

TITLE = "江临市兰桥区人民政府关于印发《兰桥区2026年重点工作任务分工》的通知"


def written(*of: Ledger, today: date | None = None) -> bytes:
    file = io.BytesIO()
    write_xlsx(iter(of), file, today=today)
    return file.getvalue()


def opened(*of: Ledger) -> Any:
    return openpyxl.load_workbook(io.BytesIO(written(*of)))


def values(sheet: Any, row: int) -> list[Any]:
    return [cell.value for cell in sheet[row]]


def with_task(**changes: Any) -> Ledger:
    document = ledgers.document()
    return Ledger(ledgers.source(), (replace(document, tasks=(replace(document.tasks[0], **changes),)),))


@pytest.fixture(scope="module")
def book() -> Any:
    return opened(ledgers.ledger())


def test_the_sheets_are_those_that_an_office_keeps(book: Any) -> None:
    assert book.sheetnames == ["总台账", "指标", "项目", "提示"]


def test_the_first_line_is_the_title_across_the_table(book: Any) -> None:
    for sheet in book:
        assert sheet["A1"].value.startswith(TITLE)
        last = openpyxl.utils.get_column_letter(sheet.max_column)
        assert {str(area) for area in sheet.merged_cells.ranges} >= {f"A1:{last}1", f"A2:{last}2"}
    assert "兰政发〔2026〕3号" in book["总台账"]["A2"].value
    assert "任务4项、指标9项、项目1个、提示1条" in book["总台账"]["A2"].value


def test_a_task_is_a_row_as_offices_lay_it_out(book: Any) -> None:
    sheet = book["总台账"]
    assert values(sheet, 3) == [
        "序号",
        "章节",
        "任务",
        "主要内容",
        "指标",
        "牵头单位",
        "责任单位",
        "配合单位",
        "完成时限",
        "原文位置",
    ]
    assert values(sheet, 4) == [
        1,
        "(一)抓项目促投资",
        "1.建好沿河产业园",
        ledgers.document().tasks[0].text,
        "1.新建标准厂房 不低于8万平方米\n2.引进企业 15—20家\n3.沿河产业园二期 12.5亿元",
        "区发展改革局",
        "区工业和信息化局\n区自然资源局\n河西街道",
        "区财政局",
        "6月底前\n（2026年6月30日）\n年内\n（2026年12月31日）",
        "第11行\n“1.建好沿河产业园。6…”",
    ]
    assert sheet.max_row == 7


def test_an_indicator_is_a_row_with_its_number_as_a_number(book: Any) -> None:
    sheet = book["指标"]
    header = ["序号", "任务", "指标名称", "比较", "目标值", "上限", "单位", "类型", "状态", "原文", "位置"]
    assert values(sheet, 3) == header
    first = [1, None, "区级财政收入", "约", 6.5, None, "%", "增长", "目标", "区级财政收入增长6.5%左右", "第8行"]
    assert values(sheet, 4) == first
    assert values(sheet, 6)[2:7] == ["引进企业", "区间", 15, 20, "家"]
    for cell in (sheet["E4"], sheet["E6"], sheet["F6"]):
        assert cell.data_type == "n"
        assert cell.alignment.horizontal == "right"


def test_a_project_and_a_note_are_rows(book: Any) -> None:
    project = [1, "1.建好沿河产业园", "沿河产业园二期", 12.5, "亿元", "沿河产业园二期，总投资12.5亿元", "第11行"]
    assert values(book["项目"], 4) == project
    assert values(book["提示"], 4) == [1, ledgers.document().notes[0].message, "(三)", "第13行", "section-gap"]


def test_the_sheets_are_ready_for_the_printer(book: Any) -> None:
    for sheet in book:
        assert sheet.freeze_panes == "A4"
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # One page wide is what the format means where nothing is said.
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$3:$3"
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
        last = f"{openpyxl.utils.get_column_letter(sheet.max_column)}{sheet.max_row}"
        assert sheet.auto_filter.ref == f"A3:{last}"
        assert sheet.print_area.replace("$", "").endswith(f"A1:{last}")


def test_cells_wrap_in_columns_wide_enough_to_read(book: Any) -> None:
    sheet = book["总台账"]
    assert sheet.column_dimensions["D"].width > 40
    assert all(cell.alignment.wrap_text and cell.border.left.style == "thin" for cell in sheet[4])
    assert {cell.font.name for cell in sheet[4]} == {"仿宋"}


def test_a_row_is_as_high_as_its_fullest_cell() -> None:
    heights = [
        opened(with_task(text="督" * length, responsibilities=(), deadlines=()))["总台账"].row_dimensions[4].height
        for length in (10, 200, 400, 800, 1200, 5000)
    ]
    assert heights[:3] == sorted(heights[:3])
    assert heights[1] >= 200 / 32 * 13  # at most 32 characters of 10 points stand in a line of the column
    assert max(heights) <= 409


def test_the_longest_bodies_are_set_in_smaller_type() -> None:
    assert opened(with_task(text="督" * 300))["总台账"]["D4"].font.size == 10
    assert 7 <= opened(with_task(text="督" * 1200))["总台账"]["D4"].font.size < 10


def test_several_documents_share_one_table_with_a_column_that_tells_them_apart() -> None:
    book = opened(ledgers.ledger(), ledgers.ledger("二.txt"))
    sheet = book["总台账"]
    assert sheet["A1"].value == "总台账"
    assert values(sheet, 3)[:3] == ["序号", "文件", "章节"]
    assert [row[1].value for row in sheet.iter_rows(min_row=4)] == ["兰桥区2026年重点工作任务分工"] * 8
    assert [row[0].value for row in sheet.iter_rows(min_row=4)] == list(range(1, 9))
    assert all(values(other, 3)[1] == "文件" for other in book)


def test_the_notes_of_a_source_are_told_even_if_it_holds_no_document() -> None:
    unread = Ledger(ledgers.source(notes=(Note("page-unreadable", "第3页无法读出，请核对原件。", Span(0, 2)),)))
    book = opened(unread)
    assert values(book["提示"], 4)[1] == "第3页无法读出，请核对原件。"
    assert book["总台账"]["A4"].value.startswith("没有读出任务")


def test_no_source_at_all_is_an_empty_workbook() -> None:
    assert opened()["总台账"]["A4"].value.startswith("没有读出任务")


def test_sponsors_stand_with_the_lead_units() -> None:
    sheet = opened(with_task(sponsors=("区委常委张某",)))["总台账"]
    assert sheet["F4"].value == "区发展改革局\n包保领导：区委常委张某"


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://example.cn/", "007"])
def test_words_stay_words(words: str) -> None:
    data = written(with_task(title=words, number=None))
    cell = openpyxl.load_workbook(io.BytesIO(data))["总台账"]["C4"]
    assert cell.value == words
    assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_characters_that_xml_forbids_are_left_out() -> None:
    sheet = opened(with_task(title="建\x00好\x0b园\ufffe区\ud800。", number=None))["总台账"]
    assert sheet["C4"].value == "建好园区。"


def test_what_looks_like_an_escape_of_the_format_is_kept() -> None:
    data = written(with_task(title="_x0041_", number=None))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"_x005F_x0041_" in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("character", ["督", "𠮷"])
def test_a_cell_that_would_be_too_long_is_cut_and_says_so(character: str) -> None:
    text = opened(with_task(text=character * 40_000))["总台账"]["D4"].value
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert len(text.encode("utf-16-le")) // 2 > 32_700
    assert re.search("全文40000字，见原文）$", text)


def test_a_sheet_that_is_full_refuses_the_next_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_MAX_ROWS", 6)
    with pytest.raises(TooManyRows, match="总台账"):
        written(ledgers.ledger())


def test_two_runs_give_the_same_bytes() -> None:
    assert written(ledgers.ledger()) == written(ledgers.ledger())
    made = openpyxl.load_workbook(io.BytesIO(written(ledgers.ledger(), today=date(2026, 3, 5)))).properties.created
    assert made.date() == date(2026, 3, 5)


def test_sources_come_one_by_one() -> None:
    file = io.BytesIO()
    write_xlsx((ledgers.ledger(f"{number}.txt") for number in range(50)), file)
    assert openpyxl.load_workbook(file)["总台账"].max_row == 3 + 50 * 4


@settings(deadline=None, max_examples=30)
@given(st.lists(ledgers.ledgers, max_size=2))
def test_any_ledger_gives_a_workbook_that_opens(of: list[Ledger]) -> None:
    tasks: list[Task] = [task for ledger in of for document in ledger.documents for task in document.tasks]
    assert opened(*of)["总台账"].max_row == 3 + max(1, len(tasks))
