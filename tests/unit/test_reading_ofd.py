"""What a clerk gets from an OFD file."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from duban.core.reading import image
from duban.core.reading import ofd as reader
from duban.core.reading.errors import UnreadableSource
from duban.core.types import Source
from makers_ofd import Folder, ofd, packed, path_object, table, text_object


def read(data: bytes) -> Source:
    return reader.read(data, name="兰桥区方案.ofd", sha256="0" * 64)


def folder(*pages: list[str]) -> Folder:
    document = Folder()
    for objects in pages:
        document.page(objects)
    return document


BODY = [
    text_object(37, 50, "一、推进项目建设。全年新开工重点项目二十个以上"),
    text_object(26, 60, "，完成投资三十五亿元，由区发展改革局牵头，各镇配合"),
    text_object(26, 70, "落实。"),
]


def test_lines_come_in_reading_order_with_their_indents() -> None:
    source = read(ofd(folder(list(reversed(BODY)))))
    assert source.text.split("\n") == [
        "　　一、推进项目建设。全年新开工重点项目二十个以上",
        "，完成投资三十五亿元，由区发展改革局牵头，各镇配合",
        "落实。",
    ]
    assert source.media_type == "application/ofd"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("g 3 5.6", [5.6] * 3),
        ("5.6 g 2 2.8 5.6", [5.6, 2.8, 2.8, 5.6]),
        ("g 1000000000 1", [1.0] * 10),
        ("5.6 g", [5.6]),
        ("5.6 x 5.6", [5.6]),
        (None, []),
    ],
)
def test_steps_may_be_written_as_repetitions(text: str | None, steps: list[float]) -> None:
    assert reader.deltas(text, 10) == steps


def test_figures_and_letters_are_narrow_and_stay_together() -> None:
    objects = [text_object(26, 50, "投资20亿元GDP增长", delta_x="5.6 5.6 g 2 2.8 5.6 5.6 g 3 3.5 5.6")]
    assert read(ofd(folder(objects))).text == "投资20亿元GDP增长"


def test_a_line_of_one_object_for_each_character_is_a_line() -> None:
    objects = [text_object(26 + 5.6 * index, 50, char) for index, char in enumerate("逐字排版的一行")]
    assert read(ofd(folder(objects))).text == "逐字排版的一行"


def test_the_matrix_of_an_object_scales_and_moves_its_text() -> None:
    small = '<ofd:TextObject ID="1" Boundary="26 40 100 10" CTM="5.6 0 0 5.6 0 0" Size="1">'
    small += '<ofd:TextCode X="0" Y="1" DeltaX="g 3 1">放大的字</ofd:TextCode></ofd:TextObject>'
    plain = text_object(26, 60, "平常的字")
    assert read(ofd(folder([small, plain]))).text == "放大的字\n平常的字"


def test_the_template_of_a_page_is_part_of_it() -> None:
    document = Folder(templates=[[text_object(26, 15, "兰桥区人民政府办公室", 3.5)]])
    for text in ("甲项工作方案", "乙项工作方案", "丙项工作方案"):
        document.page([text_object(26, 60, text)], template=0)
    source = read(ofd(document))
    assert source.text.split("\n")[:3] == ["兰桥区人民政府办公室", "甲项工作方案", "兰桥区人民政府办公室"]
    assert [span.of(source.text) for span in source.furniture] == ["兰桥区人民政府办公室"] * 3


def test_page_numbers_are_furniture() -> None:
    pages = [[*BODY, text_object(95, 282, f"— {number} —", 4.9, delta_x="4.9 2.5 2.5 2.5")] for number in (1, 2)]
    source = read(ofd(folder(*pages)))
    assert [span.of(source.text) for span in source.furniture] == ["— 1 —", "— 2 —"]


def test_a_ruled_table_over_two_pages_is_one() -> None:
    rows = [["序号", "任务", "责任单位"], ["1", "修路", "区交通运输局"]]
    first = table(26, 230, [20, 90, 50], 12, rows)
    second = table(26, 30, [20, 90, 50], 12, [["2", "架桥", "区住建局"]])
    source = read(ofd(folder([*BODY, *first], second)))
    (found,) = source.tables
    assert found.span.of(source.text) == "序号\t任务\t责任单位\n1\t修路\t区交通运输局\n2\t架桥\t区住建局"
    assert {(cell.row, cell.column) for cell in found.cells} == {
        (row, column) for row in range(3) for column in range(3)
    }


def test_documents_of_one_file_follow_each_other() -> None:
    one, two = folder([text_object(26, 50, "第一份文件")]), folder([text_object(26, 50, "第二份文件")])
    assert read(ofd(one, two)).text == "第一份文件\n第二份文件"


def test_hidden_objects_patterns_and_curves_are_no_text_and_no_lines() -> None:
    hidden = text_object(26, 80, "看不见", extra='Visible="false"')
    inside = f"<ofd:Pattern><ofd:CellContent>{text_object(26, 90, '底纹')}</ofd:CellContent></ofd:Pattern>"
    pattern = f'<ofd:PathObject Boundary="0 0 210 297"><ofd:FillColor>{inside}</ofd:FillColor></ofd:PathObject>'
    curve = (
        '<ofd:PathObject Boundary="0 0 210 297"><ofd:AbbreviatedData>M 1 1 B 2 2 3 3 4 1 Q 5 5 6 1 A 1 1 0 0 1 9 9 C'
    )
    curve += "</ofd:AbbreviatedData></ofd:PathObject>"
    assert read(ofd(folder([*BODY, hidden, pattern, curve]))).text.endswith("\n落实。")


def test_parts_are_found_however_their_paths_are_written() -> None:
    parts = Folder()
    parts.page(BODY)
    renamed = {path.replace("Pages/Page_0", "pages/page_0"): content for path, content in parts.parts().items()}
    root = b'<OFD xmlns="http://www.ofdspec.org"><DocBody><DocRoot>/Doc_0/Document.xml</DocRoot></DocBody></OFD>'
    assert read(packed({"OFD.xml": root, **renamed})).text.endswith("落实。")


def test_a_page_that_is_missing_or_damaged_is_noted_in_its_place() -> None:
    document = folder(BODY, BODY, BODY)
    parts = document.parts()
    del parts["Doc_0/Pages/Page_1/Content.xml"]
    parts["Doc_0/Pages/Page_2/Content.xml"] = "<Page><Content>"
    root = b"<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>"
    source = read(packed({"OFD.xml": root, **parts}))
    assert [note.code for note in source.notes] == ["page-unreadable"] * 2
    assert "第 2 页" in source.notes[0].message


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"OFD.xml": "<OFD/>"}, "broken"),
        ({"OFD.xml": "<OFD><DocBody><DocRoot>no/where.xml</DocRoot></DocBody></OFD>"}, "broken"),
        ({"OFD.xml": "no xml"}, "broken"),
        ({"OFD.xml": "<OFD/>", "Encryptions.xml": "<Encryptions/>"}, "encrypted"),
        ({"OFD.xml": '<!DOCTYPE x [<!ENTITY a "aaaa">]><OFD>&a;</OFD>'}, "broken"),
    ],
    ids=["no document", "document missing", "no XML", "encrypted", "entities"],
)
def test_what_cannot_be_read_says_why(parts: dict[str, str], code: str) -> None:
    with pytest.raises(UnreadableSource) as refusal:
        read(packed(parts))
    assert refusal.value.code == code


def test_a_file_that_unpacks_to_more_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_UNPACKED", 3_000)
    with pytest.raises(UnreadableSource) as refusal:
        read(ofd(folder(BODY, BODY, BODY)))
    assert refusal.value.code == "too-large"


def test_nesting_without_end_is_a_damaged_page() -> None:
    deep = "<ofd:PageBlock>" * 5_000 + "</ofd:PageBlock>" * 5_000
    source = read(ofd(folder(BODY, [deep])))
    assert [note.code for note in source.notes] == ["page-unreadable"]


def scan() -> Folder:
    file = io.BytesIO()
    Image.new("RGB", (210, 297), "white").save(file, "PNG")
    document = Folder(images={"7": file.getvalue()})
    document.page(['<ofd:ImageObject ID="5" Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="7"/>'])
    return document


def test_a_scan_without_the_recogniser_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "available", lambda: False)
    with pytest.raises(UnreadableSource, match=r"duban\[ocr\]") as refusal:
        read(ofd(scan()))
    assert refusal.value.code == "ocr-missing"


def test_a_scan_goes_through_the_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    line = image.Recognised("扫描得来的一行字", ((20, 30), (70, 30), (70, 36), (20, 36)), 0.95)
    monkeypatch.setattr(image, "available", lambda: True)
    monkeypatch.setattr(image, "_rapidocr", lambda: lambda picture: [line])
    source = read(ofd(scan()))
    assert source.text == "扫描得来的一行字"
    assert [note.code for note in source.notes] == ["page-recognised"]


LINE = [path_object([(20, 20), (190, 20)])]
VICTIM = ofd(folder([*BODY, *LINE, *table(26, 100, [20, 90], 12, [["1", "修路"], ["2", "架桥"]])], BODY))


@settings(max_examples=150, deadline=5_000, suppress_health_check=[HealthCheck.too_slow])
@given(flips=st.lists(st.tuples(st.integers(0, len(VICTIM) - 1), st.integers(0, 255)), max_size=20))
def test_a_damaged_file_gives_a_source_or_one_kind_of_error(flips: list[tuple[int, int]]) -> None:
    data = bytearray(VICTIM)
    for place, value in flips:
        data[place] = value
    try:
        source = read(bytes(data))
    except UnreadableSource:
        return
    check(source)


PARTS = {"OFD.xml": b"<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>"}
CONTENT = "Doc_0/Pages/Page_0/Content.xml"
INNER = folder([*BODY, *table(26, 100, [20, 90], 12, [["1", "修路"], ["2", "架桥"]])]).parts()


@settings(max_examples=150, deadline=5_000, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.integers(0, len(str(INNER[CONTENT]))),
    length=st.integers(0, 30),
    words=st.sampled_from(["", "9e99", "nan", "-1", "g 99999999 0", "&#0;", "<a>", "\ud7ff", "M", '"', "0.0001"]),
)
def test_a_page_of_nonsense_gives_a_source_or_one_kind_of_error(place: int, length: int, words: str) -> None:
    whole = str(INNER[CONTENT])
    try:
        source = read(packed({**PARTS, **INNER, CONTENT: whole[:place] + words + whole[place + length :]}))
    except UnreadableSource:
        return
    check(source)


def check(source: Source) -> None:
    length = len(source.text)
    source.text.encode("utf-8")
    for place in (*source.furniture, *(note.span for note in source.notes), *(found.span for found in source.tables)):
        assert 0 <= place.start <= place.end <= length
