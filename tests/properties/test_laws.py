"""What holds for any text whatever: nothing is refused, and everything found points home."""

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.core import parse
from duban.core.extract import measures
from duban.core.extract.deadlines.resolve import find as find_deadlines
from duban.core.extract.quantities.resolve import Quantities
from duban.core.extract.units.resolve import canonical_key
from duban.core.intervals import Intervals
from duban.core.ledger import schema, to_json
from duban.core.structure.outline import outline, paragraphs, to_chinese
from duban.core.text import fold, normalise, squeeze
from duban.core.text.numerals import chinese_number
from duban.core.types import Source

# Pieces of officialese, and what strays into copies of it; joined at random they make papers nobody would write.
PIECES = st.sampled_from(
    [
        "一、重点任务", "二、保障措施", "（一）", "(二)", "1.", "2．", "（1）", "①", "一是", "二是", "一要", "——", "第一部分", "附件1",
        "加快产业发展。", "新建公园6处", "、绿地12万平方米", "增长8%以上", "城镇、农村居民收入分别增长5%、6.5%", "其中，过亿元3个",
        "从32家增加到45家", "总投资12亿元的兰桥光伏项目", "投资500万元以上技改项目30个", "年底前", "6月30日前", "2至3年内", "上半年",
        "（责任单位：区财政局、区发展改革局）", "（区教育局牵头，区人社局配合）", "各镇街", "牵头单位：", "各位代表：", "2026年工作安排",
        "“四上”企业", "《关于加快发展的若干意见》", "104国道", "第26位", "PM2.5", "5G", "12345热线", "约近20处", "３．５万亩", "4560 个",
        "。", "，", "；", "\n", "\r\n", "\t", " ", "\u3000\u3000", "\u202e", "\ufeff", "\ud800", "𠮷", "%", "“", "（", "|", "是", "的", "0", "9" * 30,
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=200))
STRICT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@STRICT
@given(TEXTS)
def test_every_text_is_read_and_every_entry_points_home(text: str) -> None:
    ledger = parse(text)
    for document in ledger.documents:
        assert 0 <= document.span.start <= document.span.end <= len(text)
        for entry in (*document.indicators, *document.projects, *document.excluded):
            assert entry.span.of(text)
            assert squeeze(entry.span.of(text)) == entry.text
        for task in document.tasks:
            assert task.text in squeeze(task.span.of(text))
            for measure in task.measures:
                assert task.span.start <= measure.span.start <= measure.span.end <= task.span.end
            for part in (*task.responsibilities, *task.deadlines):  # a heading above may say them for all its tasks
                assert part.span.start <= part.span.end <= task.span.end
        for note in document.notes:
            assert 0 <= note.span.start <= note.span.end <= len(text)


@STRICT
@given(TEXTS)
def test_ids_are_unique_and_lead_somewhere(text: str) -> None:
    for document in parse(text).documents:
        sections = {section.id for section in document.sections}
        tasks = {task.id for task in document.tasks}
        indicators = {indicator.id for indicator in document.indicators}
        assert len(sections) == len(document.sections)
        assert len(tasks) == len(document.tasks)
        assert len(indicators) == len(document.indicators)
        assert {s.parent for s in document.sections} <= sections | {None}
        assert {t.section for t in document.tasks} <= sections | {None}
        assert {e.task for e in (*document.indicators, *document.projects)} <= tasks | {None}
        assert {i for t in document.tasks for m in t.measures for i in m.indicators} <= indicators


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_what_is_read_fits_the_published_schema(text: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(schema()).validate(to_json(parse(text)))


@STRICT
@given(TEXTS)
def test_normalised_text_is_the_source_with_nothing_added(text: str) -> None:
    normal = normalise(Source("-", "text/plain", "", text))
    folded = fold(text)
    at = -1
    for index, character in enumerate(normal.text):
        origin = normal.origin(index)
        assert origin >= at
        if character != "\n":
            assert origin > at
            assert folded[origin] == character
            assert normal.away(origin) == index
        at = origin


@STRICT
@given(TEXTS)
def test_white_space_and_width_do_not_change_what_is_counted(text: str) -> None:
    wide = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.%()"})
    one, other = parse(text), parse(wide)
    counted = [[(i.value, i.unit) for i in d.indicators] for d in one.documents]
    assert counted == [[(i.value, fold(i.unit)) for i in d.indicators] for d in other.documents]


@STRICT
@given(TEXTS)
def test_the_outline_is_a_tree_over_the_text(text: str) -> None:
    words = normalise(Source("-", "text/plain", "", text)).text
    root, _ = outline(words, list(paragraphs(words, 0, len(words))))
    for piece in root.walk():
        assert 0 <= piece.start <= piece.end <= len(words)
        at = piece.start
        for child in piece.children:
            assert child.parent is piece
            assert at <= child.start <= child.end <= piece.end or child.kind == "heading"
            at = child.start


@STRICT
@given(TEXTS)
def test_measures_are_parts_of_the_body_in_order(text: str) -> None:
    words = fold(text)
    at = 0
    for start, end in measures.find(words, 0, len(words)):
        assert at <= start < end <= len(words)
        at = end


@given(st.integers(1, 99))
def test_chinese_numbers_read_back(number: int) -> None:
    assert chinese_number(to_chinese(number)) == number


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=12), st.integers(0, 70), st.integers(1, 9))
def test_intervals_say_what_a_look_at_each_would_say(ranges: list[tuple[int, int]], start: int, size: int) -> None:
    spans = [(a, a + n) for a, n in ranges if n]
    intervals = Intervals(spans)
    assert (start in intervals) == any(a <= start < b for a, b in spans)
    assert intervals.overlaps(start, start + size) == any(a < start + size and start < b for a, b in spans)


@STRICT
@given(TEXTS, st.integers(1990, 2060))
def test_deadlines_do_not_overlap_and_lie_in_a_year_that_can_be(text: str, year: int) -> None:
    words = fold(text)
    at = 0
    for limit in find_deadlines(words, 0, len(words), year):
        assert at <= limit.start < limit.end
        assert limit.due is None or isinstance(limit.due, date)
        at = limit.end


@STRICT
@given(TEXTS)
def test_quantities_hold_the_digits_they_stand_on(text: str) -> None:
    words = fold(text)
    for quantity in Quantities(words, 0, len(words)).found:
        assert quantity.start <= quantity.at < quantity.end
        assert quantity.value >= 0
        assert quantity.high is None or quantity.high > quantity.value
        assert quantity.words or re.match(r"\d", words[quantity.at])


@given(
    st.sampled_from(["区", "县", "市"]),
    st.sampled_from(["发展和改革", "发展改革", "发改"]),
    st.sampled_from(["局", "委", "委员会"]),
)
def test_one_office_has_one_key_however_it_is_written(level: str, office: str, kind: str) -> None:
    assert canonical_key(f"{level}{office}{kind}") == f"{level}发改局"
    assert canonical_key(canonical_key(f"{level}{office}{kind}")) == f"{level}发改局"
