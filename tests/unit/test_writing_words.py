"""Codes and values in the words of an office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core import types
from duban.core.types import Comparator, Deadline, Indicator, MeasureKind, Source, Span
from duban.writing import words
from duban.writing.places import Places
from factories import ledgers


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        (words.LEVEL, types.Level),
        (words.DOC_TYPE, types.DocType),
        (words.SECTION_ROLE, types.SectionRole),
        (words.UNIT_ROLE, types.UnitRole),
        (words.COMPARATOR, types.Comparator),
        (words.MEASURE, types.MeasureKind),
        (words.STATUS, types.Status),
        (words.EXCLUDED_WHY, types.ExcludedWhy),
    ],
)
def test_every_code_has_a_label_of_its_own(labels: dict[str, str], codes: object) -> None:
    assert set(labels) == set(get_args(codes))
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize(
    ("value", "written"),
    [(60.0, "60"), (18.52, "18.52"), (0.1, "0.1"), (1e16, "10000000000000000"), (1e-7, "0.0000001"), (-5.0, "-5")],
)
def test_numbers_are_written_by_hand(value: float, written: str) -> None:
    assert words.number(value) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_is_the_number(value: float) -> None:
    assert float(words.number(value)) == value


def promise(
    name: str,
    value: float,
    unit: str,
    comparator: Comparator = "=",
    measure: MeasureKind = "level",
    high: float | None = None,
    text: str = "",
) -> Indicator:
    return Indicator("i1", None, name, comparator, value, high, unit, measure, "target", text, Span(0, 1), "r")


@pytest.mark.parametrize(
    ("indicator", "line"),
    [
        (promise("新签约项目", 40, "个", ">="), "新签约项目 不低于40个"),
        (promise("能耗", 3, "%", "<=", "growth"), "能耗 增长不超过3%"),
        (promise("区级财政收入", 6.5, "%", "~", "growth"), "区级财政收入 增长约6.5%"),
        (promise("引进企业", 15, "家", "range", high=20), "引进企业 15—20家"),
        (promise("PM2.5浓度", 4, "%", "=", "decline"), "PM2.5浓度 下降4%"),
        (promise("税收增长", 4, "%", "=", "growth"), "税收增长 4%"),
        (promise("优良率", 1.2, "个百分点", "=", "change", text="优良率提高1.2个百分点"), "优良率 提高1.2个百分点"),
        (promise("失业率", 1, "个百分点", "=", "change", text="失业率降低1个百分点"), "失业率 降低1个百分点"),
        (promise("产值", 2, "倍", "=", "multiple"), "产值 2倍"),
        (promise("覆盖率", 95, "%", ">=", "share"), "覆盖率 不低于95%"),
        (replace(promise("新建公园", 3, "处"), status="achieved"), "新建公园 3处（已完成）"),
    ],
)
def test_an_indicator_reads_as_one_line(indicator: Indicator, line: str) -> None:
    assert words.indicator(indicator) == line


def test_a_deadline_names_its_day_where_the_words_fix_one() -> None:
    assert words.deadline(Deadline("6月底前", date(2026, 6, 30), Span(0, 1), "r")) == "6月底前（2026年6月30日）"
    assert words.deadline(Deadline("主汛前", None, Span(0, 1), "r")) == "主汛前"


@pytest.mark.parametrize(
    ("number", "title", "name"),
    [
        ("6", "建园区", "6.建园区"),
        ("一是", "建园区", "一是建园区"),
        ("二", "建园区", "二、建园区"),
        (None, "建园区", "建园区"),
        (None, None, "6月底前开工沿河产业园二期，总投资12…"),
    ],
)
def test_a_task_is_called_as_the_paper_calls_it(number: str | None, title: str | None, name: str) -> None:
    task = ledgers.document().tasks[0]
    assert words.task_name(replace(task, number=number, title=title)) == name


def test_the_path_of_a_task_ends_even_where_sections_hold_each_other() -> None:
    document = ledgers.document()
    assert words.path(document.tasks[0], document) == ["二、重点任务", "(一)抓项目促投资"]
    turned = tuple(replace(section, parent="s2.1") for section in document.sections)
    assert words.path(document.tasks[0], replace(document, sections=turned)) == ["(一)抓项目促投资"]


def test_a_place_is_a_line_of_a_text_and_a_paragraph_of_a_word_file() -> None:
    text = "标题\r\n\r\n一、任务\n1.建园区。\n2.改小区。"
    source = Source("a.txt", "text/plain", "", text)
    last = Span(text.index("1."), len(text))
    assert Places(source).name(Span(0, 2)) == "第1行"
    assert Places(source).name(Span(0, 3)) == "第1行"
    assert Places(source).name(last) == "第4—5行"
    assert Places(replace(source, lines="paragraph")).name(last) == "第4—5段"


def test_without_the_text_a_place_is_a_range_of_characters() -> None:
    assert Places(Source("a.txt", "text/plain", "", "")).name(Span(3, 9)) == "第3—9字符"


def test_in_a_long_line_the_character_is_named_too() -> None:
    source = Source("a.txt", "text/plain", "", f"标题\n{'督' * 900}")
    assert Places(source).name(Span(3, 5)) == "第2行第1字"
    assert Places(source).name(Span(503, 505)) == "第2行第501字"


def test_reports_of_several_years_are_told_apart() -> None:
    source, document = ledgers.source(), ledgers.document()
    assert words.short_name(document, source) == "兰桥区2026年重点工作任务分工"
    assert words.short_name(replace(document, title="政府工作报告"), source) == "政府工作报告（2026年）"
    assert words.short_name(replace(document, title=None, year=None), source) == "lanqiao-2026.txt"
