"""Hand-made ledgers of a district that does not exist, and strategies for arbitrary ones."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date
from typing import get_args

from hypothesis import strategies as st

from duban.core.types import (
    Cell,
    Comparator,
    Deadline,
    DocType,
    Document,
    Excluded,
    ExcludedWhy,
    Heading,
    Indicator,
    Ledger,
    Level,
    Measure,
    MeasureKind,
    Note,
    Project,
    Responsibility,
    Section,
    SectionRole,
    Source,
    Span,
    Status,
    Table,
    Task,
    UnitRole,
)

TEXT = """江临市兰桥区人民政府关于印发《兰桥区2026年重点工作任务分工》的通知
兰政发〔2026〕3号
各镇人民政府，各街道办事处，区政府各部门：
现将《兰桥区2026年重点工作任务分工》印发给你们。
江临市兰桥区人民政府
2026年2月9日
一、总体要求
坚持稳中求进，区级财政收入增长6.5%左右。
二、重点任务
(一)抓项目促投资
1.建好沿河产业园。6月底前开工沿河产业园二期，总投资12.5亿元，新建标准厂房8万平方米以上，年内引进企业15至20家。(牵头单位：区发展改革局；责任单位：区工业和信息化局、区自然资源局、河西街道；配合单位：区财政局)
2.提升招商质效。全年新签约项目40个以上，其中投资过亿元项目不少于12个，到位资金增长8%。(牵头单位：区投资促进局；责任单位：各镇街)
(三)办好民生实事
3.改造老旧小区。12月底前改造老旧小区26个，惠及居民9300户，主汛前完成3处积水点整治。(责任单位：区住房城乡建设局、区水务局)
4.扩大学位供给。新建、改扩建学校4所，新增学位3600个，“一校一策”配齐教师，空气质量优良率提高1.2个百分点。
"""


def at(words: str, nth: int = 1) -> Span:
    """Return where the words stand in TEXT."""
    found = [match.start() for match in re.finditer(re.escape(words), TEXT)]
    return Span(found[nth - 1], found[nth - 1] + len(words))


def between(first: str, last: str) -> Span:
    """Return the span from the first words to the last words in TEXT."""
    return Span(at(first).start, at(last).end)


def unit(name: str, role: UnitRole = "responsible", *, group: bool = False, nth: int = 1) -> Responsibility:
    return Responsibility(name, role, at(name, nth), name.removeprefix("区"), group, "unit-in-brackets")


def limit(words: str, due: date | None, rule: str = "month-end") -> Deadline:
    return Deadline(words, due, at(words), rule)


def task(number: int, title: str, first: str, last: str, section: str, *found: Responsibility | Deadline) -> Task:
    body = between(first, last)
    return Task(
        id=f"t{number}",
        section=section,
        number=str(number),
        title=title,
        text=body.of(TEXT),
        span=Span(at(f"{number}.{title}").start, TEXT.index("\n", body.end)),
        responsibilities=tuple(f for f in found if isinstance(f, Responsibility)),
        deadlines=tuple(f for f in found if isinstance(f, Deadline)),
        measures=(),
        sponsors=(),
        rule="numbered-item",
    )


def indicator(
    number: int,
    of: str | None,
    words: str,
    name: str,
    comparator: Comparator,
    value: float,
    unit: str,
    measure: MeasureKind = "level",
    *,
    high: float | None = None,
) -> Indicator:
    return Indicator(
        f"i{number}", of, name, comparator, value, high, unit, measure, "target", words, at(words), "amount"
    )


def source(
    name: str = "lanqiao-2026.txt", *, media_type: str = "text/plain", text: str = TEXT, notes: tuple[Note, ...] = ()
) -> Source:
    return Source(name, media_type, hashlib.sha256(text.encode()).hexdigest(), text, notes=notes)


def document() -> Document:
    first = task(
        1,
        "建好沿河产业园",
        "6月底前开工",
        "15至20家。",
        "s2.1",
        unit("区发展改革局", "lead"),
        unit("区工业和信息化局"),
        unit("区自然资源局"),
        unit("河西街道"),
        unit("区财政局", "support"),
        limit("6月底前", date(2026, 6, 30)),
        limit("年内", date(2026, 12, 31), "within-year"),
    )
    park = at("年内引进企业15至20家")
    first = replace(first, measures=(Measure("m1", park.of(TEXT), park, ("i3",), (first.deadlines[1],)),))
    second = task(
        2,
        "提升招商质效",
        "全年新签约",
        "增长8%。",
        "s2.1",
        unit("区投资促进局", "lead"),
        unit("各镇街", group=True),
    )
    third = task(
        3,
        "改造老旧小区",
        "12月底前改造",
        "积水点整治。",
        "s2.2",
        unit("区住房城乡建设局"),
        unit("区水务局"),
        limit("12月底前", date(2026, 12, 31)),
        limit("主汛前", None, "season"),
    )
    fourth = task(4, "扩大学位供给", "新建、改扩建学校", "百分点。", "s2.2")
    return Document(
        title="江临市兰桥区人民政府关于印发《兰桥区2026年重点工作任务分工》的通知",
        region="江临市兰桥区",
        level="county",
        doc_type="task_list",
        year=2026,
        issued_on=date(2026, 2, 9),
        doc_number="兰政发〔2026〕3号",
        issuer="江临市兰桥区人民政府",
        span=Span(0, len(TEXT)),
        sections=(
            Section("s1", None, 1, "一、", "总体要求", "requirements", between("一、总体要求", "左右。")),
            Section("s2", None, 1, "二、", "重点任务", "tasks", Span(at("二、重点任务").start, len(TEXT))),
            Section("s2.1", "s2", 2, "(一)", "抓项目促投资", "tasks", between("(一)抓项目", "各镇街)")),
            Section("s2.2", "s2", 2, "(三)", "办好民生实事", "livelihood", Span(at("(三)").start, len(TEXT))),
        ),
        tasks=(first, second, third, fourth),
        indicators=(
            indicator(1, None, "区级财政收入增长6.5%左右", "区级财政收入", "~", 6.5, "%", "growth"),
            indicator(2, "t1", "新建标准厂房8万平方米以上", "新建标准厂房", ">=", 8.0, "万平方米"),
            indicator(3, "t1", "引进企业15至20家", "引进企业", "range", 15.0, "家", high=20.0),
            indicator(4, "t2", "新签约项目40个以上", "新签约项目", ">=", 40.0, "个"),
            indicator(5, "t2", "投资过亿元项目不少于12个", "新签约投资过亿元项目", ">=", 12.0, "个"),
            indicator(6, "t2", "到位资金增长8%", "到位资金", "=", 8.0, "%", "growth"),
            indicator(7, "t3", "改造老旧小区26个", "改造老旧小区", "=", 26.0, "个"),
            indicator(8, "t3", "惠及居民9300户", "惠及居民", "=", 9300.0, "户"),
            indicator(9, "t4", "空气质量优良率提高1.2个百分点", "空气质量优良率", "=", 1.2, "个百分点", "change"),
        ),
        projects=(
            Project(
                "p1",
                "t1",
                "沿河产业园二期",
                12.5,
                "亿元",
                "沿河产业园二期，总投资12.5亿元",
                at("沿河产业园二期，总投资12.5亿元"),
                "project-amount",
            ),
        ),
        excluded=(
            Excluded("date", "2026年", at("2026年"), "calendar-year"),
            Excluded("name", "一校一策", at("一校一策"), "slogan"),
        ),
        notes=(Note("section-gap", "(一)之后是(三)，原文缺(二)，请核对是否漏印。", at("(三)")),),
    )


def ledger(name: str = "lanqiao-2026.txt", *, media_type: str = "text/plain") -> Ledger:
    """Return the ledger of TEXT as a careful reader would make it."""
    return Ledger(source(name, media_type=media_type), (document(),))


# Arbitrary ledgers: every field takes any value that its type allows, sense or none.

words = st.text(max_size=12)
some_words = st.none() | words
spans = st.lists(st.integers(0, 10**6), min_size=2, max_size=2).map(lambda pair: Span(*sorted(pair)))
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6).map(float)
days = st.dates()
ids = st.text("ist.0123456789", min_size=1, max_size=5)


def few(of: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(of, max_size=2).map(tuple)


def one_of(literal: object) -> st.SearchStrategy:
    return st.sampled_from(get_args(literal))


notes = st.builds(Note, words, words, spans)
limits = st.builds(Deadline, words, st.none() | days, spans, words)
cells = st.builds(Cell, spans, st.integers(0, 9), st.integers(0, 9), st.integers(1, 3), st.integers(1, 3))
sources = st.builds(
    Source,
    name=words,
    media_type=st.sampled_from(["text/plain", "text/html", "application/pdf"]),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    text=st.text(max_size=60),
    lines=st.sampled_from(["paragraph", "layout"]),
    tables=few(st.builds(Table, spans, few(cells))),
    headings=few(st.builds(Heading, spans, st.integers(1, 6))),
    furniture=few(spans),
    notes=few(notes),
)
documents = st.builds(
    Document,
    title=some_words,
    region=some_words,
    level=st.none() | one_of(Level),
    doc_type=st.none() | one_of(DocType),
    year=st.none() | st.integers(1949, 2100),
    issued_on=st.none() | days,
    doc_number=some_words,
    issuer=some_words,
    span=spans,
    sections=few(
        st.builds(Section, ids, st.none() | ids, st.integers(1, 6), some_words, words, one_of(SectionRole), spans)
    ),
    tasks=few(
        st.builds(
            Task,
            id=ids,
            section=st.none() | ids,
            number=some_words,
            title=some_words,
            text=words,
            span=spans,
            responsibilities=few(
                st.builds(Responsibility, words, one_of(UnitRole), spans, words, st.booleans(), words)
            ),
            deadlines=few(limits),
            measures=few(st.builds(Measure, ids, words, spans, few(ids), few(limits))),
            sponsors=few(words),
            rule=words,
        )
    ),
    indicators=few(
        st.builds(
            Indicator,
            id=ids,
            task=st.none() | ids,
            name=words,
            comparator=one_of(Comparator),
            value=numbers,
            value_high=st.none() | numbers,
            unit=words,
            measure=one_of(MeasureKind),
            status=one_of(Status),
            text=words,
            span=spans,
            rule=words,
        )
    ),
    projects=few(st.builds(Project, ids, st.none() | ids, words, numbers, words, words, spans, words)),
    excluded=few(st.builds(Excluded, one_of(ExcludedWhy), words, spans, words)),
    notes=few(notes),
)
ledgers = st.builds(Ledger, sources, few(documents))
