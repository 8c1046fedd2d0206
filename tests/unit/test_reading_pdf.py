"""What a clerk gets from a pdf."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption

from duban.core.reading import image, pdf, printed
from duban.core.reading.errors import UnreadableSource
from duban.core.types import Source, Table
from makers_pdf import Box, Paper, plan, width_of, wrapped


def read(data: bytes) -> Source:
    return pdf.read(data, name="兰桥区方案.pdf", sha256="0" * 64)


def furniture(source: Source) -> list[str]:
    return [span.of(source.text) for span in source.furniture]


def grid(source: Source, table: Table) -> dict[tuple[int, int], str]:
    return {(cell.row, cell.column): cell.span.of(source.text) for cell in table.cells}


def spans(table: Table) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the merged cells with how many rows and columns they cover."""
    return {
        (cell.row, cell.column): (cell.row_span, cell.column_span)
        for cell in table.cells
        if (cell.row_span, cell.column_span) != (1, 1)
    }


# Lines and indents


def test_each_printed_line_is_a_line_and_the_first_of_a_paragraph_is_indented() -> None:
    paper = Paper()
    paper.centred(100, "江临市兰桥区2031年重点工作任务", 22)
    y = paper.paragraph(
        74, 160, 448, "一、推进项目建设。全年新开工重点项目20个以上，完成投资35亿元，区发展改革局牵头。"
    )
    paper.paragraph(74, y, 448, "二、改善人居环境。改造老旧小区12个。")
    source = read(paper.data())
    assert source.text.split("\n") == [
        "　　江临市兰桥区2031年重点工作任务",
        "　　一、推进项目建设。全年新开工重点项目20个以上，完成投",
        "资35亿元，区发展改革局牵头。",
        "　　二、改善人居环境。改造老旧小区12个。",
    ]
    assert source.lines == "layout"
    assert source.media_type == "application/pdf"


def test_indents_that_were_typed_as_spaces_read_like_indents_that_were_set() -> None:
    paper = Paper()
    paper.text(74, 100, "　　一、推进项目建设，全年新开工重点项目二十个以上")
    paper.text(74, 128, "，完成投资35亿元。")
    assert read(paper.data()).text == "　　一、推进项目建设，全年新开工重点项目二十个以上\n，完成投资35亿元。"


def test_a_sheet_of_single_line_paragraphs_takes_its_left_edge_from_the_other_sheets() -> None:
    paper = Paper()
    for _ in range(4):
        paper.paragraph(
            74, 120, 448, "聚力推进兰桥区产业园二期建设，全年完成投资20亿元以上，由区工业和信息化局牵头落实。" * 3
        )
        paper.turn()
    for y in (120, 148, 176):
        paper.text(106, y, "改造老旧小区。")
    assert read(paper.data()).text.endswith("\n　　改造老旧小区。\n　　改造老旧小区。\n　　改造老旧小区。")


def test_in_a_list_with_hanging_numbers_the_item_starts_the_paragraph() -> None:
    paper = Paper()
    y = 120.0
    for number in (1, 2, 3):
        paper.text(74, y, f"{number}.")
        for line in wrapped(
            "推进兰桥产业园二期建设，新开工项目五个，完成投资十二亿元，建成标准厂房八万平方米。" * 2, 416, 16
        ):
            paper.text(106, y, line)
            y += 28
    lines = read(paper.data()).text.split("\n")
    assert [line[:4] for line in lines if line.startswith("　　")] == ["　　1.", "　　2.", "　　3."]
    assert len(lines) > 9


def test_a_numbered_heading_at_the_edge_does_not_swallow_the_paragraph_under_it() -> None:
    paper = Paper()
    heading = "一、聚力推进兰桥区产业园二期建设全面完成年度重点投资任务"
    paper.text(74, 100, heading)
    paper.paragraph(74, 128, 448, "推进兰桥产业园二期建设，新开工项目五个，完成投资十二亿元，建成标准厂房八万平方米。")
    lines = read(paper.data()).text.split("\n")
    assert lines[0] == heading
    assert lines[1].startswith("　　推进")


def test_spaced_words_keep_their_white_space_and_justified_ones_get_none() -> None:
    paper = Paper()
    paper.text(74, 100, "附")
    paper.text(122, 100, "件")
    for number, char in enumerate("两端对齐的一行字"):
        paper.text(74 + number * 18, 140, char)
    paper.text(74, 180, "Smart City 平台 V2.0")
    assert read(paper.data()).text == "附　　件\n两端对齐的一行字\nSmart City 平台 V2.0"


def test_bold_face_printed_twice_reads_once() -> None:
    paper = Paper()
    for shift in (0, 0.4):
        paper.text(74 + shift, 100, "一、重重压实责任100亿元")
    assert read(paper.data()).text == "一、重重压实责任100亿元"


def test_raised_figures_stay_in_their_line() -> None:
    paper = Paper()
    paper.text(74, 100, "新增绿地3000m")
    after = 74 + width_of("新增绿地3000m", 16)
    paper.text(after, 94, "2", 9)
    paper.text(after + width_of("2", 9), 100, "以上")
    paper.text(74, 124, "下一行")
    assert read(paper.data()).text == "新增绿地3000m2以上\n下一行"


def test_a_page_laid_sideways_reads_upright() -> None:
    paper = Paper()
    paper.canvas.setPageRotation(90)
    paper.canvas.translate(595, 0)
    paper.canvas.rotate(90)
    paper.size = (842, 595)
    paper.centred(60, "重点任务分解表")
    paper.table(
        60, 100, [100, 300], [30, 30], [Box("序号", 0, 0), Box("任务", 0, 1), Box("1", 1, 0), Box("修路", 1, 1)]
    )
    source = read(paper.data())
    assert source.text == "重点任务分解表\n序号\t任务\n1\t修路"


def test_a_watermark_across_the_page_does_not_mix_with_the_text() -> None:
    paper = Paper()
    paper.canvas.saveState()
    paper.canvas.translate(150, 300)
    paper.canvas.rotate(45)
    paper.canvas.setFont("STSong-Light", 60)
    paper.canvas.drawString(0, 0, "内部资料")
    paper.canvas.restoreState()
    paper.paragraph(
        74, 120, 448, "聚力推进兰桥区产业园二期建设，全年完成投资20亿元以上，由区工业和信息化局牵头落实。" * 6
    )
    source = read(paper.data())
    assert furniture(source) == ["内部资料"]
    assert source.text.endswith("\n内部资料")


# Columns

LEFT = "左栏讲项目建设，坚持以重大项目为牵引，全年开工产业项目四十个，竣工二十个，完成工业投资一百亿元。" * 3
RIGHT = "右栏讲民生改善，新增城镇就业一万人，改造老旧小区十二个，新建改扩建学校五所，增加学位三千个。" * 3


def test_a_page_in_two_columns_reads_one_column_after_the_other_under_its_heading() -> None:
    paper = Paper()
    paper.centred(90, "兰桥区政府工作简报", 22)
    paper.paragraph(60, 140, 220, LEFT, size=11, step=18)
    paper.paragraph(310, 140, 220, RIGHT, size=11, step=18)
    text = read(paper.data()).text
    title, _, rest = text.partition("\n")
    assert title.strip() == "兰桥区政府工作简报"
    assert rest.replace("\n", "").replace("　", "") == LEFT + RIGHT
    assert rest.startswith("　　左栏讲")
    assert "\n　　右栏讲" in rest
    assert rest.count("　　") == 2


def test_columns_that_do_not_share_their_baselines_still_read_one_by_one() -> None:
    paper = Paper()
    paper.paragraph(60, 140, 220, LEFT, size=11, step=18)
    paper.paragraph(310, 147, 220, RIGHT, size=11, step=18)
    assert read(paper.data()).text.replace("\n", "").replace("　", "") == LEFT + RIGHT


def test_a_heading_between_two_bands_of_columns_keeps_its_place() -> None:
    paper = Paper()
    paper.paragraph(60, 100, 220, LEFT[:95], size=11, step=18)
    paper.paragraph(310, 100, 220, RIGHT[:95], size=11, step=18)
    paper.centred(230, "二、这是一个跨越两栏的大标题", 18)
    paper.paragraph(60, 260, 220, LEFT[95:], size=11, step=18)
    paper.paragraph(310, 260, 220, RIGHT[95:], size=11, step=18)
    text = read(paper.data()).text.replace("\n", "").replace("　", "")
    assert text == LEFT[:95] + RIGHT[:95] + "二、这是一个跨越两栏的大标题" + LEFT[95:] + RIGHT[95:]


def test_a_list_of_names_and_numbers_is_no_page_in_columns() -> None:
    paper = Paper()
    for number, unit in enumerate(
        ["区发展改革局", "区财政局", "区教育体育局", "区住房和城乡建设局", "兰桥街道办事处", "区统计局"]
    ):
        paper.text(74, 100 + number * 28, unit)
        paper.text(330, 100 + number * 28, f"{number + 1}项任务")
    lines = read(paper.data()).text.split("\n")
    assert len(lines) == 6
    assert lines[0].startswith("区发展改革局　")
    assert lines[0].endswith("1项任务")


# Furniture


def test_page_numbers_are_kept_and_known_as_furniture() -> None:
    source = read(plan(3))
    assert furniture(source) == ["— 1 —", "— 2 —", "— 3 —"]
    assert source.text.count("\n— 2 —\n") == 1


@pytest.mark.parametrize(
    "number", ["- 3 -", "—3—", "第3页", "第 3 页 共 12 页", "3/12", "·3·", "第三页", "Page 3 of 12"]
)
def test_a_page_number_is_known_by_its_look(number: str) -> None:
    paper = Paper()
    paper.paragraph(74, 120, 448, "改造老旧小区十二个，新建改扩建学校五所，增加学位三千个。" * 3)
    paper.centred(800, number, 12)
    assert furniture(read(paper.data())) == [number]


def test_a_bare_page_number_is_known_because_it_counts_or_stands_apart() -> None:
    paper = Paper()
    for sheet in (7, 8):
        paper.paragraph(74, 120, 448, "改造老旧小区十二个，新建改扩建学校五所，增加学位三千个。" * 3)
        paper.centred(800, str(sheet), 12)
        paper.turn()
    assert furniture(read(paper.data())) == ["7", "8"]


def test_a_number_that_ends_the_last_line_of_a_page_is_text() -> None:
    paper = Paper()
    for number in range(22):
        paper.text(74, 180 + 28 * number, "完成投资二十亿元以上，新开工项目")
    paper.text(74, 180 + 28 * 22, "15")
    source = read(paper.data())
    assert furniture(source) == []
    assert source.text.endswith("\n15")


def test_a_running_head_on_three_sheets_is_furniture_and_a_title_on_one_is_not() -> None:
    paper = Paper()
    for sheet in range(3):
        paper.text(74, 50, "兰桥区人民政府公报", 10)
        paper.text(470, 50, f"2031年第{sheet + 4}期", 10)
        paper.centred(90, f"{'甲乙丙'[sheet]}项工作方案")
        paper.paragraph(74, 140, 448, "改造老旧小区十二个，新建改扩建学校五所，增加学位三千个。" * 3)
        paper.turn()
    source = read(paper.data())
    assert [line.split("　")[0] for line in furniture(source)] == ["兰桥区人民政府公报"] * 3
    assert source.text.startswith("兰桥区人民政府公报　")


# Tables

WIDTHS = [40, 110, 220, 90]
HEAD = [Box("序号", 0, 0), Box("类别", 0, 1), Box("任务", 0, 2), Box("责任单位", 0, 3)]


@pytest.mark.parametrize("thin_boxes", [False, True], ids=["strokes", "thin boxes"])
def test_a_ruled_table_gives_its_cells_and_what_stands_around_it_stays_lines(thin_boxes: bool) -> None:
    paper = Paper()
    paper.centred(100, "重点任务分解表", 18)
    boxes = [
        *HEAD,
        Box("1", 1, 0),
        Box("项目建设", 1, 1),
        Box("全年新开工重点项目20个以上，完成投资35亿元，竣工10个", 1, 2),
        Box("区发展改革局", 1, 3),
    ]
    paper.table(60, 130, WIDTHS, [24, 60], boxes, thin_boxes=thin_boxes)
    paper.text(60, 250, "注：以上任务12月底前完成。", 12)
    source = read(paper.data())
    assert source.text.split("\n") == [
        "　　重点任务分解表",
        "序号\t类别\t任务\t责任单位",
        "1\t项目建设\t全年新开工重点项目20个以上，完成投资35亿元，竣工10个\t区发展改革局",
        "注：以上任务12月底前完成。",
    ]
    (table,) = source.tables
    assert table.span.of(source.text).startswith("序号")
    assert grid(source, table)[1, 2] == "全年新开工重点项目20个以上，完成投资35亿元，竣工10个"


def test_merged_cells_come_once_with_their_reach() -> None:
    paper = Paper()
    boxes = [
        Box("2031年兰桥区重点任务", 0, 0, columns=4),
        *[Box(box.text, 1, box.column) for box in HEAD],
        Box("1", 2, 0),
        Box("项目建设", 2, 1, rows=2),
        Box("修路", 2, 2),
        Box("区交通运输局", 2, 3),
        Box("2", 3, 0),
        Box("架桥", 3, 2),
        Box("区住房和城乡建设局", 3, 3),
    ]
    paper.table(60, 130, WIDTHS, [24, 24, 40, 40], boxes)
    source = read(paper.data())
    (table,) = source.tables
    assert spans(table) == {(0, 0): (1, 4), (2, 1): (2, 1)}
    assert source.text.split("\n")[3] == "2\t架桥\t区住房和城乡建设局"
    assert grid(source, table)[3, 2] == "架桥"


def test_units_on_lines_of_their_own_in_a_cell_stay_apart() -> None:
    paper = Paper()
    boxes = [
        *HEAD,
        Box("1", 1, 0),
        Box("民生", 1, 1),
        Box("新建学校", 1, 2),
        Box("区教体局\n区财政局\n各镇人民政府、街道办事处", 1, 3),
    ]
    paper.table(60, 130, WIDTHS, [24, 90], boxes, centred=True)
    source = read(paper.data())
    assert grid(source, source.tables[0])[1, 3] == "区教体局 区财政局 各镇人民政府、街道办事处"


def two_sheets(repeat_head: bool, *, packed: bool = True) -> bytes:
    """A 任务分解表 over two sheets: numbers 1 to 3, then 4 and 5."""
    paper = Paper(packed=packed)
    boxes = list(HEAD)
    for row in (1, 2, 3):
        boxes += [Box(str(row), row, 0), Box(f"第{row}项任务的内容", row, 2), Box("区财政局", row, 3)]
    boxes += [Box("产业", 1, 1), Box("城建", 2, 1, rows=2)]
    paper.table(60, 500, WIDTHS, [24, 60, 60, 60], boxes)
    paper.centred(800, "— 1 —", 14)
    paper.turn()
    start = 1 if repeat_head else 0
    boxes = list(HEAD) if repeat_head else []
    for row in (4, 5):
        at = row - 4 + start
        boxes += [Box(str(row), at, 0), Box(f"第{row}项任务的内容", at, 2), Box("区民政局", at, 3)]
    boxes += [Box("", start, 1), Box("民生", start + 1, 1)]
    paper.table(62, 80, WIDTHS, [24] * start + [60, 60], boxes)
    paper.text(60, 300, "以上任务月底前报送进展。", 12)
    paper.centred(800, "— 2 —", 14)
    return paper.data()


def test_a_table_over_two_sheets_is_one_table_around_the_page_number() -> None:
    source = read(two_sheets(repeat_head=True))
    (table,) = source.tables
    cells = grid(source, table)
    assert [cells[row, 0] for row in range(7)] == ["序号", "1", "2", "3", "序号", "4", "5"]
    assert furniture(source) == ["— 1 —", "— 2 —"]
    assert table.span.contains(source.furniture[0])
    assert source.text.endswith("以上任务月底前报送进展。\n— 2 —")


def test_a_merged_cell_that_the_page_break_cut_is_one_again() -> None:
    source = read(two_sheets(repeat_head=False))
    (table,) = source.tables
    assert spans(table) == {(2, 1): (3, 1)}
    assert grid(source, table)[5, 1] == "民生"


def test_a_row_that_the_page_break_cut_is_one_row() -> None:
    paper = Paper()
    boxes = [
        *HEAD,
        Box("1", 1, 0),
        Box("产业", 1, 1),
        Box("开工产业项目四十个，其中亿元以上的", 1, 2),
        Box("区工业和信息", 1, 3),
    ]
    paper.table(60, 700, WIDTHS, [24, 40], boxes)
    paper.turn()
    boxes = [Box("", 0, 0), Box("", 0, 1), Box("二十个。", 0, 2), Box("化局\n区商务局", 0, 3)]
    boxes += [Box("2", 1, 0), Box("城建", 1, 1), Box("修路", 1, 2), Box("区城管局", 1, 3)]
    paper.table(60, 80, WIDTHS, [40, 40], boxes)
    source = read(paper.data())
    (table,) = source.tables
    cells = grid(source, table)
    assert cells[1, 2] == "开工产业项目四十个，其中亿元以上的二十个。"
    assert cells[1, 3] == "区工业和信息化局 区商务局"
    assert cells[2, 0] == "2"


def test_tables_with_other_columns_on_the_next_sheet_are_two() -> None:
    paper = Paper()
    paper.table(60, 600, WIDTHS, [24], HEAD)
    paper.turn()
    paper.table(60, 80, [200, 260], [24], [Box("指标", 0, 0), Box("目标", 0, 1)])
    assert len(read(paper.data()).tables) == 2


def test_a_frame_around_text_and_a_line_under_the_head_are_no_tables() -> None:
    paper = Paper()
    paper.rule(60, 130, 535, 130)
    paper.canvas.rect(50, 400, 495, 200)
    paper.paragraph(74, 270, 400, "改造老旧小区十二个，新建改扩建学校五所，增加学位三千个。")
    source = read(paper.data())
    assert source.tables == ()
    assert source.text.count("\n") == 1


# What cannot be read, and limits


def test_a_password_is_asked_for_and_the_empty_one_tried() -> None:
    locked = Paper(encryption=StandardEncryption("secret"))
    locked.text(74, 100, "密")
    with pytest.raises(UnreadableSource, match="密码") as refusal:
        read(locked.data())
    assert refusal.value.code == "encrypted"
    print_only = Paper(encryption=StandardEncryption("", ownerPassword="owner", canPrint=0))
    print_only.text(74, 100, "只是不许打印的文件")
    assert read(print_only.data()).text == "只是不许打印的文件"


def scanned(sheets: str) -> bytes:
    """A file of sheets: "s" is a scan, "t" has text, "b" is blank."""
    image_of_nothing = bytes.fromhex(
        "89504e470d0a1a0a0000000d494844520000000100000001080000000"
        "03a7e9b550000000a49444154789c63680000008200817" + "7cd72b60000000049454e44ae426082"
    )
    paper = Paper()
    for kind in sheets:
        if kind == "s":
            paper.picture(image_of_nothing, 0, 0, 595, 842)
        elif kind == "t":
            paper.text(74, 100, "改造老旧小区十二个，新建学校五所，增加学位三千个。")
        paper.turn()
    return paper.data()


def test_a_scan_without_the_recogniser_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "available", lambda: False)
    with pytest.raises(UnreadableSource, match=r"扫描件.*duban\[ocr\]") as refusal:
        read(scanned("ss"))
    assert refusal.value.code == "ocr-missing"


def test_a_scanned_sheet_among_others_is_noted_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "available", lambda: False)
    source = read(scanned("tst"))
    (note,) = source.notes
    assert note.code == "page-unreadable"
    assert "第 2 页是扫描图像" in note.message
    assert note.span.start == source.text.index("\n") + 1


def test_scanned_sheets_go_through_the_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    line = image.Recognised("扫描得来的一行字", ((200, 300), (520, 300), (520, 340), (200, 340)), 0.95)
    monkeypatch.setattr(image, "available", lambda: True)
    monkeypatch.setattr(image, "_rapidocr", lambda: lambda picture: [line])
    source = read(scanned("tsst"))
    assert source.text.split("\n")[1:3] == ["扫描得来的一行字"] * 2
    (note,) = source.notes
    assert note.code == "page-recognised"
    assert "第 2—3 页" in note.message


def test_a_file_without_any_text_says_so() -> None:
    with pytest.raises(UnreadableSource) as refusal:
        read(scanned("bb"))
    assert refusal.value.code == "empty"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>", plan(1)[:300]])
def test_half_a_file_is_broken(data: bytes) -> None:
    with pytest.raises(UnreadableSource) as refusal:
        read(data)
    assert refusal.value.code == "broken"


def test_more_sheets_than_any_paper_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "MOST_SHEETS", 2)
    with pytest.raises(UnreadableSource, match="3 页") as refusal:
        read(plan(3))
    assert refusal.value.code == "too-large"


def test_text_without_end_is_cut_off_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "MOST_CHARACTERS", 100)
    source = read(plan(3))
    assert [note.code for note in source.notes] == ["cut-off"]
    assert "第 2 页起" in source.notes[0].message


def test_a_stream_made_to_explode_is_refused_before_it_does() -> None:
    packed = zlib.compress(b"q " * 20_000_000, 9)
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream"
    with pytest.raises(UnreadableSource) as refusal:
        read(b"%PDF-1.4\n4 0 obj\n" + stream + b"\nendobj\n")
    assert refusal.value.code == "bomb"


def test_sixty_pages_are_read_whole() -> None:
    data = plan(60)
    source = read(data)
    assert len(source.text) > 30_000


VICTIM = two_sheets(repeat_head=True, packed=False)


@settings(max_examples=150, deadline=5_000, suppress_health_check=[HealthCheck.too_slow])
@given(flips=st.lists(st.tuples(st.integers(0, len(VICTIM) - 1), st.integers(0, 255)), max_size=30))
def test_a_damaged_file_gives_a_source_or_one_kind_of_error(flips: list[tuple[int, int]]) -> None:
    data = bytearray(VICTIM)
    for place, value in flips:
        data[place] = value
    try:
        source = read(bytes(data))
    except UnreadableSource:
        return
    assert_sound(source)


def assert_sound(source: Source) -> None:
    """Every place lies in the text, and a table's cells in the table."""
    length = len(source.text)
    source.text.encode("utf-8")
    for place in (*source.furniture, *(note.span for note in source.notes), *(table.span for table in source.tables)):
        assert 0 <= place.start <= place.end <= length
    for table in source.tables:
        assert all(table.span.contains(cell.span) for cell in table.cells)
