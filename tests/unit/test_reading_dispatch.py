"""The content decides what a file is, and whatever it is, reading ends in a source or in one kind of error."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from duban.core.reading import UnreadableSource, read_bytes, read_path
from duban.core.reading.limits import MAX_FILE
from makers_office import bare_docx, check, ole, paragraph, saved, xls, zipped

PLAN = "江临市兰桥区2031年重点任务"
PAGE = f"<html><body><nav>首页</nav><h1>{PLAN}</h1><table><tr><td rowspan=2>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>"


def word() -> bytes:
    paper = Document()
    paper.add_heading(PLAN, 1)
    paper.add_paragraph("招商", style="List Number")
    table = paper.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "甲"
    return saved(paper)


def excel() -> bytes:
    book = Workbook()
    book.active["A1"] = PLAN
    book.active["B2"] = 0.085
    book.active["B2"].number_format = "0.0%"
    book.active.merge_cells("A1:C1")
    return saved(book)


def outcome(data: bytes, name: str = "方案.txt") -> str:
    """Return the media type of what was read, or the code of the refusal; anything else fails the test."""
    try:
        return check(read_bytes(data, name=name)).media_type
    except UnreadableSource as error:
        refused = error
    assert (refused.name, str(refused)) == (name, f"{name}：{refused.message}")
    assert refused.message.endswith("。"), "it says what to do"
    return refused.code


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PLAN.encode(), "text/plain"),
        (b"<\xe5\x85\xb0\xe6\xa1\xa5>", "text/plain"),
        (b"PK is a text too", "text/plain"),
        (b"BM is a text too", "text/plain"),
        (PAGE.encode(), "text/html"),
        (f"<!-- 甲 --><?xml version='1.0'?>\n <!DOCTYPE html>{PAGE}".encode(), "text/html"),
        (f"保存自网站\n<html>{PAGE}".encode(), "text/html"),
        (("<p>" + PLAN).encode("utf-16"), "text/html"),
        (word(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (excel(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (xls((0, 0, PLAN)), "application/vnd.ms-excel"),
    ],
)
def test_a_wrong_name_does_not_matter(data: bytes, expected: str) -> None:
    for name in ("方案.txt", "方案.docx", "方案", ""):
        assert outcome(data, name) == expected


@pytest.mark.parametrize(
    ("data", "code", "advice"),
    [
        (b"", "empty", "0 字节"),
        (ole("WordDocument", b"x"), "doc", "另存为 docx"),
        (ole("EncryptedPackage", b"x"), "encrypted", "取消密码"),
        (ole("VisioDocument", b"x"), "office", "另存为"),
        (b"{\\rtf1 x}", "rtf", "另存为 docx"),
        (b"Rar!\x1a\x07\x00", "compression", "解压"),
        (b"7z\xbc\xaf\x27\x1c\x00", "compression", "解压"),
        (b"\x1f\x8b\x08\x00", "compression", "解压"),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w/>', "doc", "另存为 docx"),
        (b"MIME-Version: 1.0\r\n\r\n<html>", "mht", "html"),
        (zipped({"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}), "office", "docx"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x"}), "office", "docx"),
        (b"PK\x03\x04" + bytes(99), "broken", "损坏"),
        (bytes(99), "binary", "控制字符"),
    ],
)  # fmt: skip
def test_what_is_not_read_says_what_to_do(data: bytes, code: str, advice: str) -> None:
    with pytest.raises(UnreadableSource, match=advice) as refused:
        read_bytes(data, name="方案.docx")
    assert refused.value.code == code


def test_paths_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    huge = tmp_path / "盘.img"
    with huge.open("wb") as file:
        file.truncate(MAX_FILE + 10)
    for path, code in [
        (tmp_path / "无.txt", "missing"),
        (tmp_path, "folder"),
        (huge, "too-large"),
        (Path("/dev/zero"), "too-large"),
        (Path("a\0b"), "input"),
    ]:
        with pytest.raises(UnreadableSource) as refused:
            read_path(path)
        assert refused.value.code == code


def test_reading_a_text_loads_no_other_format() -> None:
    heavy = {"lxml", "selectolax", "python_calamine", "pypdfium2", "pdfplumber", "zipfile", "docx", "PIL"}
    code = f"import sys, duban.core.reading as r; r.read_bytes(b'x', name='x'); print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


# Whatever comes

FAST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MAGICS = [
    b"",
    b"PK\x03\x04",
    b"%PDF-1.7\n",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"<html>",
    b"\xff\xfe",
    b"{\\rtf",
    b"\xef\xbb\xbf<p>",
    b"GIF89a",
    b"OFD",
]
DOCUMENTS = {
    "docx": word(),
    "xlsx": excel(),
    "xls": xls((0, 0, PLAN), (1, 1, 2.5), merged=(0, 0, 0, 1)),
    "html": PAGE.encode(),
    "gbk": PAGE.encode("gb18030"),
}


@FAST
@given(st.sampled_from(MAGICS), st.binary(max_size=300))
def test_any_bytes_give_a_source_or_the_one_error(magic: bytes, rest: bytes) -> None:
    outcome(magic + rest)


@FAST
@given(st.text(max_size=200))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    data = ("兰桥区" + text).encode("utf-8", "replace")
    if not any(mark in data for mark in (b"<", b"\0", b"MIME", b"%PDF")) and outcome(data) != "binary":
        assert read_bytes(data, name="x").text == data.decode()


@pytest.mark.parametrize("kind", DOCUMENTS)
@FAST
@given(
    changes=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=8),
    kept=st.floats(0.5, 1),
)
def test_a_document_with_flipped_bytes_or_cut_off_gives_a_source_or_the_one_error(
    kind: str, changes: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(DOCUMENTS[kind])
    for place, byte in changes:
        data[int(place * len(data))] = byte
    outcome(bytes(data[: int(len(data) * kept)] if kept < 0.9 else data))


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("docx", "word/document.xml"),
        ("docx", "word/numbering.xml"),
        ("xlsx", "xl/worksheets/sheet1.xml"),
        ("xlsx", "xl/styles.xml"),
    ],
)
@FAST
@given(
    start=st.floats(0, 0.9999),
    length=st.integers(0, 60),
    filler=st.sampled_from(["", "9" * 12, "<w:p>", "</w:p>", "-1", "\0"]),
)
def test_a_part_with_a_piece_torn_out_gives_a_source_or_the_one_error(
    kind: str, part: str, start: float, length: int, filler: str
) -> None:
    with zipfile.ZipFile(io.BytesIO(DOCUMENTS[kind])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    at = int(start * len(members[part]))
    members[part] = members[part][:at] + filler.encode() + members[part][at + length :]
    outcome(zipped(members, method=zipfile.ZIP_STORED))


TAGS = """<table> </table> <tr> <td> <td/rowspan=3> <td/colspan=2> <th/rowspan=0> </td> <h2> </h2> <nav> </nav>
<div/class=share> </div> <pre> </pre> <br> <p> <header> <article> </article> 甲 &nbsp; &#0; <!-- --> <select> <option> <svg>"""


@FAST
@given(st.lists(st.sampled_from(TAGS.split()), max_size=60))
def test_any_heap_of_tags_keeps_its_places(tags: list[str]) -> None:
    outcome(f"<html><body>兰桥{''.join(tags)}区".encode())


BLOCKS = [
    paragraph("甲"), "<w:p/>", "<w:tbl>", "</w:tbl>", "<w:tr>", "</w:tr>", "<w:tc>", "</w:tc>", "<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>",
    '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>乙</w:t></w:r></w:p></w:tc>', "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>",
    '<w:tc><w:tcPr><w:gridSpan w:val="3"/></w:tcPr><w:p/></w:tc>', '<w:tc><w:tcPr><w:hMerge/></w:tcPr><w:p/></w:tc>', '<w:tc><w:tcPr><w:gridSpan w:val="-9"/></w:tcPr></w:tc>',
]  # fmt: skip


@FAST
@given(
    st.lists(st.lists(st.sampled_from([*BLOCKS[10:], f"<w:tc>{BLOCKS[0]}</w:tc>"]), max_size=5), max_size=6),
    st.sampled_from(BLOCKS),
)
def test_any_table_of_word_keeps_its_places(rows: list[list[str]], around: str) -> None:
    table = "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows) + "</w:tbl>"
    outcome(bare_docx(paragraph("兰桥区") + table))
    outcome(bare_docx(paragraph("兰桥区") + around + table))
