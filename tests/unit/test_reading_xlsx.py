"""A task table in a spreadsheet, as it looks on the screen."""

from __future__ import annotations

import doctest
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from duban.core.reading import UnreadableSource, cellformat, read_bytes
from duban.core.reading.cellformat import shown
from makers_office import changed, furniture, grid, merged, ole, read, saved, xls, zipped


def test_a_task_table_with_merged_cells_dates_shares_and_units() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "任务分解表"
    sheet["B2"] = "兰桥区2031年重点任务分解表"
    sheet.merge_cells("B2:F2")
    for column, head in zip("BCDEF", ["序号", "任务", "目标", "完成时限", "责任单位"], strict=True):
        sheet[f"{column}3"] = head
    rows = [
        (1, "招商引资", 60, date(2031, 6, 30), "区商务局\n区投资促进局"),
        (None, "投资增长", 0.085, datetime(2031, 12, 1), "区发展改革局"),
        (2, "植树\t造林", 1.25, None, "区林业局"),
    ]
    for number, row in enumerate(rows, start=4):
        for column, value in zip("BCDEF", row, strict=True):
            sheet[f"{column}{number}"] = value
    sheet.merge_cells("B4:B5")
    sheet["D5"].number_format = "0.0%"
    sheet["D6"].number_format = '0.00"万亩"'
    sheet["E5"].number_format = 'yyyy"年"m"月"'
    sheet["C8"] = "注：单位为个"
    source = read(saved(book))
    assert grid(source) == [
        ["兰桥区2031年重点任务分解表"],
        ["序号", "任务", "目标", "完成时限", "责任单位"],
        ["1", "招商引资", "60", "2031年6月30日", "区商务局\n区投资促进局"],
        ["投资增长", "8.5%", "2031年12月", "区发展改革局"],
        ["2", "植树 造林", "1.25万亩", "", "区林业局"],
        ["", "注：单位为个"],
    ]
    assert merged(source) == {"兰桥区2031年重点任务分解表": (1, 5), "1": (2, 1)}
    assert source.text.startswith("兰桥区2031年重点任务分解表\n序号\t任务\t目标\t完成时限\t责任单位\n1\t招商引资\t60\t")
    assert [cell.row for cell in source.tables[0].cells][-1] == 6
    assert source.lines == "paragraph"


def test_several_sheets_stand_under_their_names_and_hidden_ones_aside() -> None:
    book = Workbook()
    book.active.title = "底稿"
    book.active["A1"] = "草稿"
    book.active.sheet_state = "hidden"
    for town in ("东镇", "西镇"):
        book.create_sheet(town)["A1"] = f"{town}任务"
    book.create_sheet("空表")
    source = read(saved(book))
    assert source.text == "东镇\n东镇任务\n西镇\n西镇任务\n底稿\n草稿\n"
    assert furniture(source) == ["底稿\n草稿\n"]
    assert len(source.tables) == 2


@pytest.mark.parametrize("shared", [False, True])
def test_an_old_workbook_looks_the_same(shared: bool) -> None:
    cells = [
        (0, 0, "兰桥区任务"), (1, 0, "投资增长"), (1, 1, 0.085, "0.0%"), (2, 1, 60), (2, 2, -7), (2, 3, 30.0, '0"个"'),
        (3, 1, 47999.0, 'yyyy"年"m"月"d"日"'), (3, 2, 47999.25, "h:mm"),
    ]  # fmt: skip
    source = read(xls(*cells, merged=(1, 2, 0, 0), shared=shared))
    assert grid(source) == [["兰桥区任务"], ["投资增长", "8.5%"], ["60", "-7", "30个"], ["", "2031年5月31日", "6:00"]]
    assert merged(source) == {"投资增长": (2, 1)}
    assert source.media_type == "application/vnd.ms-excel"


def test_an_old_workbook_of_many_megabytes_and_one_of_few_bytes_are_found_in_their_container() -> None:
    source = read(xls(*((row, 0, f"{row}项目" * 20) for row in range(9_000))))
    assert [len(source.tables[0].cells), source.text[-4:]] == [9_000, "9项目\n"]
    assert read(xls((0, 0, "任务"), small=True)).text == "任务\n"


def test_an_encrypted_old_workbook_says_so() -> None:
    with pytest.raises(UnreadableSource, match="取消密码"):
        read_bytes(xls((0, 0, "任务"), encrypted=True), name="任务.xls")


def ods(rows: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="任务">'
            f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>",
        }
    )


def test_an_open_document_sheet_shows_what_its_cells_show() -> None:
    empty = '<table:table-cell table:number-columns-repeated="16000"/>'
    source = read(
        ods(
            '<table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>投资</text:p></table:table-cell>'
            f"<table:covered-table-cell/>{empty}</table:table-row>"
            '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value="0.085"><text:p>8.5%</text:p>'
            '</table:table-cell><table:table-cell office:date-value="2031-06-30"><text:p>06/30/31</text:p></table:table-cell>'
            "<table:table-cell><text:p>区<text:span>商务</text:span>局<text:s/>牵头</text:p><text:p>等</text:p></table:table-cell></table:table-row>"
            f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>'
        )
    )
    row = ["8.5%", "2031年6月30日", "区商务局 牵头\n等"]
    assert grid(source) == [["投资"], row, row]
    assert merged(source) == {"投资": (1, 2)}


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        (30.0, "", "30"),
        (0.1 + 0.2, "", "0.3"),
        (0.0853, "0%", "9%"),
        (-0.5, "0%", "-50%"),
        (1234567.5, "#,##0.0", "1,234,567.5"),
        (-5.5, "0.0_);[Red](0.0)", "(5.5)"),
        (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ', "-"),
        (5, "000", "005"),
        (2.0, "0.##", "2"),
        (100, '"≥"0"个"', "≥100个"),
        (123456, '0.0,,"百万"', "0.1百万"),
        (5.25, "[$¥-804]#,##0.00", "¥5.25"),
        (12345, '0!.0,"万"', "12345"),
        (1.5, "# ?/?", "1.5"),
        (3, "[>=10]0.0;0", "3"),
        (3, "General", "3"),
        (float("inf"), "0", "inf"),
        (47912, "yyyy/m/d", "2031年3月5日"),
        (47908, "yyyy/m", "2031年3月"),
        (47912, 'm"月"d"日"', "3月5日"),
        (47912.3368, "yyyy/m/d h:mm", "2031年3月5日 8:05"),
        (47912.3368, "yyyy/m/d", "2031年3月5日"),
        (47912, "yyyy/m/d h:mm", "2031年3月5日"),
        (0.3368, "h:mm:ss", "8:05"),
        (1.25, "[h]:mm", "30:00"),
        (-1, "yyyy/m/d", "-1"),
        (1e300, "yyyy/m/d", "1e+300"),
        (8, '0"日"', "8日"),
    ],
)
def test_values_look_as_on_the_screen(value: float, form: str, words: str) -> None:
    assert shown(value, form) == words


def test_examples_of_forms_hold() -> None:
    assert doctest.testmod(cellformat).failed == 0


def sheet(rows: str, *, head: str = "", after: str = "") -> bytes:
    """Return a workbook whose only sheet holds these rows."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    part = f"{head}<worksheet {space}><sheetData>{rows}</sheetData>{after}</worksheet>"
    return changed(saved(Workbook()), "xl/worksheets/sheet1.xml", (r"\A.*\Z", part.replace("\\", r"\\")))


def test_cells_may_leave_out_where_they_are() -> None:
    assert grid(read(sheet("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"))) == [
        ["1", "2"],
        ["3"],
    ]


def test_a_stray_word_at_the_far_end_costs_nothing() -> None:
    data = sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c><c r="XFD1048576"><v>3</v></c></row>'
    )
    source = read(data)
    assert [(cell.row, cell.column) for cell in source.tables[0].cells if cell.span] == [
        (0, 0),
        (1048575, 0),
        (1048575, 16383),
    ]
    assert len(source.text) < 20_000


def test_strings_keep_their_breaks_and_lose_their_pronunciation() -> None:
    words = '<is><r><t>区商务局_x000D_\n</t></r><r><t xml:space="preserve">等 </t></r><rPh sb="0" eb="1"><t>qu</t></rPh></is>'
    assert grid(
        read(
            sheet(
                f'<row><c t="inlineStr">{words}</c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="s"><v>9</v></c></row>'
            )
        )
    ) == [["区商务局\n等 ", "TRUE", "#N/A"]]


def test_merged_ranges_that_reach_into_each_other_or_past_the_end_do_no_harm() -> None:
    ranges = "".join(f'<mergeCell ref="A{row}:XFD1048576"/>' for row in range(1, 2_000))
    data = sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="C9"><v>2</v></c></row>',
        after=f"<mergeCells>{ranges}</mergeCells>",
    )
    source = read(data)
    assert grid(source) == [["1"]]
    assert merged(source) == {"1": (9, 3)}


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (saved(Workbook()), "no-text", "没有文字"),
        (saved(Workbook())[:-50], "broken", "损坏"),
        (sheet('<row><c t="x"><v>'), "broken", "损坏"),
        (sheet("", head='<!DOCTYPE x [<!ENTITY a "甲">]>'), "entities", "实体"),
        (sheet("<!--" + "甲" * 8_000_000 + "-->"), "bomb", "炸弹"),
        (
            ods(
                '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
            ),
            "too-large",
            "超过 1000000 个",
        ),
        (ods(""), "no-text", "没有文字"),
        (ole("Workbook", b"\x09\x08"), "broken", "损坏"),
        (zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"}), "office", "另存为 xlsx"),
    ],
    ids=["empty", "cut off", "unclosed", "entities", "bomb", "repeated", "empty ods", "broken xls", "xlsb"],
)
def test_a_bad_workbook_says_what_is_wrong(data: bytes, code: str, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says) as refused:
        read_bytes(data, name="任务分解表.xlsx")
    assert refused.value.code == code
