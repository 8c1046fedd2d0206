"""A text file, however it was saved, keeps every character where it stands."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.reading import UnreadableSource, read_bytes
from makers_office import check, grid, read

PLAN = "江临市兰桥区2031年重点任务\r\n一、稳增长\n新签约项目60个以上。\r二、惠民生\u2028\ufeff完"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_the_same_plan_in_any_encoding_is_the_same_text_with_its_line_ends(encoding: str) -> None:
    source = read(PLAN.encode(encoding))
    assert source.text == PLAN
    assert (source.lines, source.media_type, source.notes) == ("layout", "text/plain", ())


def test_big_endian_marks_and_the_mark_of_gb18030_are_no_characters() -> None:
    assert read(b"\xfe\xff" + PLAN.encode("utf-16-be")).text == PLAN
    assert read("\ufeff兰桥区".encode("gb18030")).text == "兰桥区"


def test_a_few_broken_bytes_are_marked_and_the_first_is_named() -> None:
    """An upload that lost bytes in the middle is still mostly readable, in the encoding it had."""
    data = ("兰桥区" * 20).encode()
    source = read(data[:31] + b"\xff" + data[31:])
    [note] = source.notes
    assert note.code == "decoding"
    assert "第 31 个字节" in note.message
    assert "UTF-8" in note.message
    assert note.span.of(source.text) == "\ufffd"
    assert source.text.startswith("兰桥区兰桥区兰桥区兰")
    assert source.text.count("兰桥区") == 19


def test_broken_bytes_in_an_older_encoding_are_marked_too() -> None:
    source = read("兰桥区重点任务".encode("gb18030") + b"\xff\xff" + "完成".encode("gb18030"))
    assert "GB18030" in source.notes[0].message
    assert "第 15 个字节" in source.notes[0].message
    assert source.text.startswith("兰桥区重点任务\ufffd")
    assert source.text.endswith("完成")


def test_a_file_cut_off_within_a_character_is_not_taken_for_another_encoding() -> None:
    source = read("兰桥区全年新签约项目六十个".encode()[:-1])
    assert source.text == "兰桥区全年新签约项目六十\ufffd"


def test_right_to_left_marks_stay() -> None:
    assert read("兰桥\u202e区\u200f".encode()).text == "兰桥\u202e区\u200f"


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x03" * 50, bytes(range(256)), b"MZ\x90\x00\x03\x00\x00\x00\x04\x00"])
def test_a_program_under_the_name_of_a_text_is_told_apart(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="内容不是文字") as refused:
        read_bytes(data, name="兰桥区方案.txt")
    assert refused.value.code == "binary"


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b" \r\n\t", "\u3000".encode()])
def test_a_file_of_white_space_says_so(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="只有空白"):
        read_bytes(data, name="空.txt")


# Tables


def test_bars_under_a_rule_are_a_table() -> None:
    source = read(
        "任务分解表\n\n序号 | 任务 | 责任单位\r\n---|:--:|---\n1 | 招商引资 | 区商务局\n2 | a\\|b |\n\n完".encode()
    )
    assert grid(source) == [["序号", "任务", "责任单位"], ["1", "招商引资", "区商务局"], ["2", "a\\|b"]]
    assert len(source.tables) == 1


def test_bars_around_the_rows_are_a_frame_and_an_empty_cell_is_a_cell() -> None:
    source = read("| 序号 | 任务 |\n|---|---|\n| 1 | |\n| 2 | 植树 |".encode())
    assert grid(source) == [["序号", "任务"], ["1", ""], ["2", "植树"]]


def test_two_tables_that_touch_are_two() -> None:
    source = read("甲 | 乙\n---|---\n1 | 2\n丙 | 丁\n---|---\n3 | 4".encode())
    assert [grid(source, table) for table in source.tables] == [[["甲", "乙"], ["1", "2"]], [["丙", "丁"], ["3", "4"]]]


def test_lines_with_as_many_tabs_are_a_table() -> None:
    """People paste a sheet into a text."""
    source = read("分解表\n序号\t任务\t目标\t单位\n1\t招商\t60个\t区商务局\r\n2\t植树\t\t区林业局\n完".encode())
    assert grid(source) == [
        ["序号", "任务", "目标", "单位"],
        ["1", "招商", "60个", "区商务局"],
        ["2", "植树", "", "区林业局"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a\tb\tc\td\ne\tf\tg\th",
        "a\tb\na\tb\na\tb",
        "甲|乙\n丙|丁",
        "---|---\n1 | 2",
        "甲 | 乙\n---|---",
        "甲 | 乙\n-----\n1 | 2",
    ],
)
def test_what_only_looks_like_a_table_is_text(text: str) -> None:
    assert read(text.encode()).tables == ()


@given(st.lists(st.sampled_from(["|", "\t", "---|---", "\n", "\r\n", " ", "a", "任务"]), max_size=60).map("".join))
def test_whatever_bars_and_tabs_stand_the_places_hold(text: str) -> None:
    if text.strip():
        assert check(read(text.encode())).text == text


# Size


@pytest.mark.parametrize(
    "data",
    [
        b"0123456789" * 5_000_000,
        "推进项目建设，".encode() * 240_000,
        b"|" * 1_000_000,
        b"a\t\t\t\n" * 20_000,
        b"--|\n" * 20_000,
    ],
    ids=["50 MB of digits", "one line of 5 MB", "bars", "tabs", "rules"],
)
def test_long_texts_take_no_gigabytes(data: bytes) -> None:
    tracemalloc.start()
    read_bytes(data, name="长.txt")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * len(data) + 200_000_000
