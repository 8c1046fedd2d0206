"""Where a careful reader would stop, and that nobody is stopped without a reason."""

from datetime import date

import pytest

from duban.core import parse
from duban.core.types import Note, Source, Span

TITLE = "江临市兰桥区2026年重点工作任务\n一、重点任务\n"
CLEAN = TITLE + (
    "1.抓产业。新增规上企业12家，6月底前完成。（责任单位：区工信局）\n"
    "2.抓民生。新建幼儿园3所，年底前投用。（责任单位：区教育局）\n"
    "3.抓环境。改造老旧小区5个，推进雨污分流改造，完善长效管护机制，做到建管并重。（责任单位：区住建局）\n"
)


def notes(text: str, code: str | None = None) -> list[Note]:
    return [note for document in parse(text).documents for note in document.notes if code in (None, note.code)]


def test_a_paper_in_order_has_no_notes() -> None:
    assert notes(CLEAN) == []


CASES = [
    ("section-gap", TITLE + "1.抓产业。新增企业12家。\n3.抓民生。新建幼儿园3所。\n", "3."),
    ("text-cut", TITLE + "1.抓产业。围绕主导产业链深化招商引资，新增规上企业12家，技改投资增长15%，推进产业园区建设和企\n", "推进产业园区建设和企"),
    ("unit-group", TITLE + "1.抓产业。新增企业12家。（责任单位：区工信局、各镇街）\n", "各镇街"),
    ("unit-missing", CLEAN + "4.抓安全。排查企业120家，建立隐患台账，逐项整改销号。\n", "4.抓安全。排查企业120家，建立隐患台账，逐项整改销号。"),
    ("date-unfixed", TITLE + "1.抓水利。主汛前加固水库5座。\n", "主汛前"),
    ("date-far", TITLE + "1.抓水利。2050年底前加固水库5座。\n", "2050年底前"),
    ("share-above-100", TITLE + "1.抓民生。群众满意率达到120%。\n", "群众满意率达到120%"),
    ("value-conflict", TITLE + "1.抓产业。新增规上企业12家。\n2.抓民生。新增规上企业15家。\n", "新增规上企业15家"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "place"), CASES, ids=[code for code, _, _ in CASES])
def test_a_note_says_what_and_points_to_the_place(code: str, text: str, place: str) -> None:
    (note,) = notes(text, code)
    assert note.span.of(text) == place
    assert note.message.endswith("。")


def test_a_paper_without_a_year_says_so_and_today_tells_it() -> None:
    text = "兰桥区重点工作任务\n一、重点任务\n1.抓产业。新增企业12家，年底前完成。\n"
    assert {note.code for note in notes(text)} == {"year-unknown", "date-unfixed"}
    (document,) = parse(text, today=date(2026, 5, 1)).documents
    assert document.notes == ()


def test_a_text_that_plans_nothing_says_so() -> None:
    assert [note.code for note in notes("天气晴朗，微风拂面，市民朋友们纷纷走出家门踏青赏花。" * 12)] == ["no-tasks"]
    assert notes("天气晴朗。") == []


NO_NOTE = [
    ("text-cut", "围绕主导产业链深化招商引资，新增规上企业12家，推进产业园区建设和企业服务（责任单位：区工信局）"),
    ("text-cut", "围绕主导产业链深化招商引资，新增规上企业12家，推进产业园区建设和企业服务（责任单位：区工信局）。"),
    ("share-above-100", "完成年度投资计划的130%。"),
    ("share-above-100", "计划完成率达到120%。"),
    ("share-above-100", "产值增长150%。"),
    ("value-conflict", "新增规上企业12家。新增规上企业12家。"),
    ("value-conflict", "高新技术企业由32家增加到45家。"),
    ("value-conflict", "生产总值达到320亿元，增长6%。"),
    ("unit-group", "新增企业12家。（责任单位：兰桥街道办事处）"),
    ("unit-missing", "新增企业12家。（责任单位：区工信局）"),
    ("date-far", "2030年底前完成。"),
    ("date-unfixed", "国庆节前完成。"),
    ("text-cut", "围绕主导产业链深化招商引资，新增规上企业12家，推进产业园区建设和企业服务。【区工信局】"),
    ("text-cut", "围绕主导产业链深化招商引资，新增规上企业12家，推进产业园区建设和企业服务；"),
    ("section-gap", "落实（二）级标准，推进3.0版平台建设。"),
]


@pytest.mark.parametrize(("code", "body"), NO_NOTE)
def test_nobody_is_stopped_without_a_reason(code: str, body: str) -> None:
    assert notes(f"{TITLE}1.抓产业。{body}\n", code) == []


def test_one_missing_unit_is_no_news_where_few_tasks_have_one() -> None:
    text = (
        TITLE
        + "1.抓产业。新增企业12家。（责任单位：区工信局）\n"
        + "".join(f"{n}.抓第{n}件。新建公园6处。\n" for n in range(2, 9))
    )
    assert notes(text, "unit-missing") == []


def test_the_notes_of_the_file_s_reader_are_kept_in_order() -> None:
    own = Note("page-scanned", "第 1 页是图片。", Span(0, 5))
    source = Source("方案.pdf", "application/pdf", "", TITLE + "1.抓水利。主汛前加固水库5座。\n", notes=(own,))
    (document,) = parse(source).documents
    assert [note.code for note in document.notes] == ["page-scanned", "date-unfixed"]
