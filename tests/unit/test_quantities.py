"""How much a number says: its value, unit and qualifier; and the numbers that count nothing, each with its why."""

import re

import pytest

from duban.core import parse
from duban.core.types import Document


def read(body: str) -> Document:
    (document,) = parse(f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1.推进工作。{body}\n").documents
    return document


def counted(body: str) -> list[tuple[str, float, float | None, str]]:
    return [(i.comparator, i.value, i.value_high, i.unit) for i in read(body).indicators]


ONE_VALUE = [
    (("=", 6, None, "处"), ["新建公园6处。", "新建公园６处。", "新建公园 6 处。", "新建6处公园。", "新建公园达到6处。", "新建公园共6处。", "力争新建公园6处。", "新建六处公园。"]),
    ((">=", 6, None, "处"), ["新建公园6处以上。", "新建公园不少于6处。", "新建公园超过6处。", "新建公园不低于6处。", "新建公园至少6处。", "新建公园突破6处。", "新建公园6余处。", "新建公园6处及以上。", "新建公园超6处。", "新建公园达到6处以上。"]),
    (("<=", 6, None, "%"), ["失业率控制在6%以内。", "失业率不超过6%。", "失业率不高于6%。", "失业率控制在6%。", "失业率低于6%。", "失业率6%以下。"]),
    (("~", 6, None, "%"), ["生产总值增长6%左右。", "生产总值增长约6%。", "生产总值增长近6%。", "生产总值增长6%上下。", "生产总值增长大约6%。", "生产总值增长６％左右。"]),
    (("range", 6, 8, "个"), ["引进项目6-8个。", "引进项目6—8个。", "引进项目6至8个。", "引进项目6到8个。", "引进6～8个项目。"]),
    (("range", 6, 6.5, "%"), ["生产总值增长6%—6.5%。", "生产总值增长6-6.5%。", "生产总值增长6%至6.5%。"]),
    ((">=", 2, None, "万亩"), ["种植油菜2万余亩。", "种植油菜2万多亩。", "种植油菜2万亩以上。", "种植油菜2余万亩。"]),
    (("=", 1230.5, None, "亿元"), ["社会消费品零售总额达到1,230.5亿元。", "社会消费品零售总额1230.5亿元。", "社会消费品零售总额达１２３０．５亿元。"]),
    ((">=", 100, None, "亿元"), ["工业产值超百亿元。", "工业产值突破100亿元。", "工业产值100亿元以上。"]),
    (("=", 2, None, "家"), ["引进两家总部企业。", "引进总部企业2家。", "引进二家总部企业。"]),
    ((">=", 300, None, "户"), ["新增三百余户个体工商户。", "新增300余户个体工商户。"]),
    (("~", 8, None, "成"), ["覆盖近八成农户。"]),
    (("=", 3, None, "个"), ["打造三个千亿级集群。"]),
    (("=", 10, None, "大"), ["建设10大片区。"]),
    (("=", 32, None, "微克/立方米"), ["PM2.5浓度达到32微克/立方米。"]),
    (("=", 20, None, "万元/亩"), ["亩均税收达到20万元/亩。"]),
    (("=", 2, None, "亿美元"), ["实际使用外资2亿美元。"]),
    (("=", 800, None, "元"), ["低保标准提高到每人每月800元。"]),
    (("=", 2.5, None, "个百分点"), ["开工率提高2.5个百分点。"]),
    (("=", 2, None, "倍"), ["产量提高到去年的2倍。"]),
    (("=", 12, None, "件"), ["万人发明专利拥有量达到12件。"]),
    (("=", 300, None, "天"), ["空气优良天数达到300天。"]),
    (("=", 10, None, "家"), ["新签约10家企业。", "签约企业10家。", "新签约企业10家。"]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "sayings"), ONE_VALUE, ids=[s[0] for _, s in ONE_VALUE])
def test_one_value_is_said_in_many_ways(value: tuple[str, float, float | None, str], sayings: list[str]) -> None:
    assert {body: counted(body) for body in sayings} == {body: [value] for body in sayings}


NUMERALS_IN_NAMES = [
    "守住两条底线。",
    "打赢三大攻坚战。",
    "培育一批骨干企业。",
    "做到两个维护。",
    "落实四个最严要求。",
    "深化三医联动。",
    "推进二次供水改造。",
    "开展第五次经济普查。",
    "办好一件事一次办。",
    "构建一核两翼格局。",
    "发展三产融合园区。",
    "建设四好农村路。",
]


@pytest.mark.parametrize("body", NUMERALS_IN_NAMES)
def test_numerals_in_slogans_and_names_count_nothing(body: str) -> None:
    assert counted(body) == []


LEFT_OUT = [
    ("落实2026年计划。", "2026年", "date"),
    ("完善2023-2025年规划。", "2023-2025年", "date"),
    ("庆祝建区30周年。", "30周年", "date"),
    ("落实“33条意见”。", "“33条意见”", "name"),
    ("扩大5G覆盖。", "5G", "name"),
    ("治理PM2.5污染。", "PM2.5", "name"),
    ("办好12345热线。", "12345", "name"),
    ("完善1+4+16+N体系。", "1+4+16+N", "name"),
    ("打造15分钟便民生活圈。", "15分钟便民生活圈", "name"),
    ("创建4A级景区。", "4A级", "name"),
    ("位次列全省第26位。", "第26位", "rank"),
    ("排名提升5个位次。", "5个位次", "rank"),
    ("排名前移3位。", "3位", "rank"),
    ("力争进入全省前50强。", "前50强", "rank"),
    ("培育500万元以上技改项目30个。", "500万元以上", "threshold"),
    ("为65岁以上老年人体检2万人。", "65岁以上", "threshold"),
    ("建成年产10万吨增塑剂项目。", "年产10万吨", "capacity"),
    ("新建110千伏变电站2座。", "110千伏", "capacity"),
    ("给予企业最高50万元奖励。", "最高50万元", "policy"),
    ("贷款额度最高20万元。", "额度最高20万元", "policy"),
    ("改造104国道。", "104国道", "address"),
    ("实施G105大修。", "G105", "address"),
    ("推进地铁4号线建设。", "4号线", "address"),
    ("做好十个方面工作。", "做好十个方面工作", "other"),
    ("推进总投资5亿元的宁海物流园建设。", "总投资5亿元的宁海物流园", "project"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words", "why"), LEFT_OUT, ids=[words for _, words, _ in LEFT_OUT])
def test_a_number_that_counts_nothing_says_why(body: str, words: str, why: str) -> None:
    found = [(e.text, e.why) for e in read(body).excluded]
    assert any(words in text and reason == why for text, reason in found), found
    numbers = {float(digits) for digits in re.findall(r"\d+(?:\.\d+)?", words)}
    assert not numbers & {indicator.value for indicator in read(body).indicators}


def test_a_limit_stays_in_the_name_of_what_is_counted() -> None:
    (indicator,) = read("培育年销售收入5000万元以上企业8家。").indicators
    assert (indicator.name, indicator.value, indicator.unit) == ("培育年销售收入5000万元以上企业", 8, "家")


def test_the_label_of_an_item_is_a_list_number() -> None:
    assert [(e.text, e.why) for e in read("加强调度。").excluded if e.why == "list"] == [
        ("一、", "list"),
        ("1.", "list"),
    ]


def test_numbers_in_the_bracket_of_units_are_none() -> None:
    document = read("新建公园6处。（责任单位：区住建局、12345热线中心）")
    assert [i.value for i in document.indicators] == [6]


def test_no_number_is_both_counted_and_left_out() -> None:
    document = read(
        "新培育10亿元以上企业8个，工业产值超百亿元，提升12345热线办结率到98%，建设5G基站180个，新建110千伏变电站2座。"
    )
    excluded = [e.span for e in document.excluded]
    assert [i.value for i in document.indicators] == [8, 100, 98, 180, 2]
    assert len(set(excluded)) == len(excluded)
