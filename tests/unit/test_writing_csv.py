"""One row per task, as a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.types import Ledger
from duban.writing import write_csv
from duban.writing.as_csv import COLUMNS
from factories import ledgers


def rows(*of: Ledger) -> list[dict[str, str]]:
    file = io.BytesIO()
    write_csv(of, file)
    return list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))


def test_it_begins_with_the_mark_by_which_excel_and_wps_know_utf_8() -> None:
    file = io.BytesIO()
    write_csv([], file)
    assert file.getvalue() == b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"


def test_a_task_is_a_row_with_all_that_belongs_to_it() -> None:
    first, *others = rows(ledgers.ledger())
    assert len(others) == 3
    task = ledgers.document().tasks[0]
    assert first == {
        "source": "lanqiao-2026.txt",
        "sha256": ledgers.source().sha256,
        "document": "江临市兰桥区人民政府关于印发《兰桥区2026年重点工作任务分工》的通知",
        "region": "江临市兰桥区",
        "year": "2026",
        "task": "t1",
        "section": "二、重点任务 › (一)抓项目促投资",
        "number": "1",
        "title": "建好沿河产业园",
        "text": task.text,
        "indicators": "新建标准厂房 不低于8万平方米；引进企业 15—20家",
        "projects": "沿河产业园二期 12.5亿元",
        "lead_unit": "区发展改革局",
        "responsible_unit": "区工业和信息化局、区自然资源局、河西街道",
        "supporting_unit": "区财政局",
        "sponsors": "",
        "deadlines": "6月底前；年内",
        "due": "2026-12-31",
        "start": str(task.span.start),
        "end": str(task.span.end),
    }
    assert others[2]["deadlines"] == others[2]["due"] == ""


@pytest.mark.parametrize(
    "title",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("http://x","点")', "\x00=1", "\n-1"],
)
def test_no_cell_is_run_as_a_formula(title: str) -> None:
    document = ledgers.document()
    task = replace(document.tasks[0], title=title)
    (row,) = rows(Ledger(ledgers.source(), (replace(document, tasks=(task,)),)))
    assert row["title"].startswith("'")


def test_a_number_with_a_sign_in_running_text_stays_as_it_is() -> None:
    document = ledgers.document()
    task = replace(document.tasks[0], title="压减-5%", text="1-2个")
    (row,) = rows(Ledger(ledgers.source(), (replace(document, tasks=(task,)),)))
    assert (row["title"], row["text"]) == ("压减-5%", "1-2个")


@given(st.lists(ledgers.ledgers, max_size=2))
def test_whatever_the_words_a_row_stays_a_row(of: list[Ledger]) -> None:
    file = io.BytesIO()
    write_csv(of, file)
    table = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    assert len(table) == 1 + sum(len(document.tasks) for ledger in of for document in ledger.documents)
    assert {len(row) for row in table} == {len(COLUMNS)}
    assert not any(cell.startswith(tuple("=+-@＝＋－＠\t\r\n")) for row in table for cell in row)
