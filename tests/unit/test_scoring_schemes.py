"""Scoring schemes: presets hold, the manual tells every word, and what is wrong is said with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duban.assessment.scoring import facts, scheme
from duban.assessment.scoring.checking import check, unproved
from duban.assessment.scoring.files import DEFAULT, presets, read
from duban.assessment.scoring.wording import described
from duban.dispatch.schemes.lights.scheme import COLOURS
from duban.dispatch.schemes.problems import WrongScheme
from duban.supervision.models.inspections import Severity
from duban.supervision.models.matters import MatterSource

MANUAL = (Path(__file__).parents[2] / "docs/scoring.md").read_text("utf-8")
[OWN] = re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
BANDS = """
[[item]]
name = "size"
title = "规模"
how = "bands"
facts = ["project_new"]

[[item.bands]]
at_least = 5
points = 10

[[item.bands]]
under = 5
points = 3
"""


def wrong(text: str) -> str:
    with pytest.raises(WrongScheme) as refused:
        read(text, "本区.toml")
    return "\n".join(map(str, refused.value.problems))


@pytest.mark.parametrize("name", presets())
def test_a_preset_does_what_it_says(name: str) -> None:
    rules = presets()[name]
    assert check(rules) == []
    assert unproved(rules) == []
    assert list(described(rules))


def test_the_big_ranking_stands_first() -> None:
    assert next(iter(presets())) == DEFAULT
    assert presets()[DEFAULT].id == "big-ranking@1"


def test_the_scheme_in_the_manual_holds() -> None:
    rules = read(OWN, "本区.toml")
    assert check(rules) == []
    assert rules.id == "lanqiao-scores@1"


def test_the_manual_tells_every_word() -> None:
    words = (
        *presets(),
        *facts.KINDS,
        *facts.ROLES,
        *facts.MARKS,
        *(value for values in facts.VALUES.values() for value in values),
        *scheme.HOW,
        *scheme.ABSENT,
        *scheme.TAKE,
        *scheme.FACTORS,
        *scheme.COMPARE,
        *scheme.PERIODS,
        *scheme.MISSING,
        *scheme.QUANTITIES,
        *scheme.BOUNDS,
    )
    assert [word for word in words if f"`{word}`" not in MANUAL] == []


def test_marks_have_the_names_of_the_models() -> None:
    assert dict(Severity.choices) == dict(facts.SEVERITIES)
    assert dict(MatterSource.choices) == dict(facts.SOURCES)
    assert dict(facts.LIGHTS) == COLOURS


def test_a_scheme_is_told_in_words() -> None:
    told = dict(described(read(OWN, "本区.toml")))
    assert "任务进度都没有可计的单位，这个月不参加排名" in told["怎样比"]
    assert "基础分10，上限105，下限0" in told["怎样比"]
    assert told["每月计分"][1].startswith("2. 按时填报，30分：按时填报、迟报、漏报里，按时填报所占的比例，乘权重")
    assert "这一项不计，其他各项的权重按比例放大" in told["每月计分"][1]
    assert "受到表扬（领导、上级），每件+2分；受到表扬，每件+1分；受到批评，每件−1分" in told["每月计分"][2]
    assert told["表扬和批评"] == [
        "表扬：前1名，并且不少于80分；不到3个单位的组不评",
        "批评：后1名；不到3个单位的组不评",
    ]
    assert told["年度"][0] == "各月得分的加权平均占全年的100%（6月权重2、12月权重2，其余各月1）"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight = 60", "weight = 50", "“区直部门”各项权重加上基础分是90，写的总分是100"),
        ("weight = 60", "weight = 0", "第1个 item 的 weight：应大于0，写的是0"),
        ("weight = 60", 'weight = "六十"', "应是数"),
        ("weight = 60\n", "", "缺少数"),
        ("supporting = 0.5", "supporting = 0", "roles.supporting：应大于0"),
        ("supporting = 0.5", "support = 0.5", "没有这一项。是不是 supporting"),
        ('how = "share"', 'how = "shares"', "没有“shares”。是不是 share"),
        ('facts = ["progress"]', 'facts = ["progres"]', "没有“progres”。是不是 progress"),
        ('facts = ["progress"]', 'facts = ["done"]', "“任务办结”只是有没有，没有数可算"),
        ('good = { facts = ["report_on_time"] }', "", "没有写哪些算做到"),
        ('good = { facts = ["report_on_time"] }', 'good = { facts = ["done"] }', "“done”不在这一项计的事实里"),
        ('factors = ["roles"]', 'factors = ["difficulty"]', "用了“difficulty”，办法却没有写这些系数"),
        ('absent = "rescale"', 'absent = "rescaled"', "是不是 rescale"),
        ('absent = "rescale"', 'groups = ["town"]', "没有“town”这一组。是不是 towns"),
        ('facts = ["commended", "criticised"]\ncap', 'facts = ["commended", "criticised", "serious"]\ncap', "没有写“造成严重影响”几分"),
        ('marks = { by = ["leader", "upper"] }\n', "", "第2行 points：前面已有一行包住了它"),
        ('by = ["leader", "upper"]', 'by = ["leaders"]', "没有“leaders”。是不是 leader"),
        ('marks = { by', 'marks = { buy', "没有这一项。是不是 by"),
        ("points = -1", "points = 0", "写的是0分"),
        ("cap = 5 ", "cap = -5 ", "下限−5不小于上限−5"),
        ("floor = 0 ", "floor = 105 ", "人人一样多"),
        ("base = 10 ", "base = 110 ", "基础分110超过上限105"),
        ('key = "towns"', 'key = "departments"', "名称“departments”用了两次"),
        ('name = "reports"', 'name = "progress"', "名称“progress”用了两次"),
        ('needs = ["progress"]', 'needs = ["named"]', "每月的、按比例或按档计分的项里没有“named”"),
        ("places = 1 ", "places = 9 ", "最多4位小数"),
        ('facts = ["veto"]\n', 'facts = ["veto"]\nroles = ["lead"]\n', "“一票否决情形”不分角色，这个条件不会成立"),
        ('facts = ["veto"]\n', 'facts = ["veto"]\nvalue = { over = 1 }\n', "它的数总是1，这个条件不会成立"),
        ('say = "一票否决"\n', 'say = "一票否决"\n[[veto]]\nfacts = ["veto"]\ntimes = 2\nsay = "两次"\n', "第2个 veto：前面一个 veto 已经包住了它"),
        ("first = 1  ", "first = 3  ", "不到4个单位的组里会有单位两头都占"),
        ("first = 1 ", "firsts = 1 ", "没有这一项"),
        ("weights = { 6 = 2, 12 = 2 }", "weights = { 13 = 2 }", "应是1到12月"),
        ("weights = { 6 = 2, 12 = 2 }", f"weights = {{ {', '.join(f'{month} = 0' for month in range(1, 13))} }}", "没有数可除"),
        ("weights = { 6 = 2, 12 = 2 }", "share = 0.6", "没有只在年度计的项"),
        ("weights = { 6 = 2, 12 = 2 }", "share = 60", "应在0到1之间"),
        ('absent = "rescale"', 'period = "year"', "各月占100%，年度各项应加起来是0，写的是30"),
        ("[year]", "[[multiplier]]\ntitle = \"加倍\"\nitems = [\"nobody\"]\nfactor = 2\nwhen = { marks = { listed_only = \"yes\" } }\n[year]", "没有“nobody”这一项"),
        ('{ unit = "甲局", fact = "report_late" }', '{ unit = "丁局", fact = "report_late" }', "没有“丁局”"),
        ('fact = "veto"', 'fact = "vetoed"', "没有“vetoed”。是不是 veto"),
        ('vetoed = ["甲镇"]', 'vetoed = ["甲真"]', "没有“甲真”。可写 甲镇、乙镇、丙园"),
        ("progress = 49.2", "progres = 49.2", "没有这一项。是不是 progress"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, said: str) -> None:
    assert old in OWN
    assert said in wrong(OWN.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("under = 5", "under = 4", "不到4和不少于5之间有空档"),
        ("under = 5", "under = 6", "不到6和不少于5重叠"),
        ("under = 5", "at_most = 5", "不超过5和不少于5重叠"),
        ("at_least = 5", "over = 5", "不到5和超过5之间有空档"),
        ("under = 5", "at_least = 7\nunder = 5", "没有一个数能落在这里"),
        ('facts = ["project_new"]', 'facts = ["project_new"]\nabsent = "rescale"', "按档计分的没有权重，不能放大"),
        ('facts = ["project_new"]', 'facts = ["project_new"]\nabsent = "full"', "没有上限，不知道满分是多少"),
    ],
)
def test_bands_neither_gap_nor_overlap(old: str, new: str, said: str) -> None:
    text = OWN.replace("\n[[veto]]", f"{BANDS}\n[[veto]]", 1)
    assert read(text, "本区.toml").item("size").bands
    assert said in wrong(text.replace(BANDS, BANDS.replace(old, new)))


def test_a_veto_without_anybody_commended_is_said() -> None:
    start, end = OWN.index("[commend]"), OWN.index("[criticise]")
    assert "没有写谁受表扬，一票否决就不起作用" in wrong(OWN[:start] + OWN[end:])


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = wrong(OWN.replace("weight = 60", "weight = 50").replace("supporting = 0.5", "supporting = 0"))
    assert "写的总分是100" in said
    assert "roles.supporting" in said


def test_a_wrong_example_says_how_it_is_counted() -> None:
    [problem] = check(read(OWN.replace('"甲局" = 81.7', '"甲局" = 82'), "本区.toml"))
    assert "算例“进度六成，填报三成”：“甲局”写的是82分，按办法是81.7分" in str(problem)
    assert "基础分 10，任务进度 49.2，按时填报 22.5；10 + 49.2 + 22.5 = 81.7" in str(problem)
    [problem] = check(read(OWN.replace("reports = 22.5", "reports = 22"), "本区.toml"))
    assert "4件里做到3件：3 ÷ 4 = 75 %；30 × 75 % = 22.5" in str(problem)
    [problem] = check(read(OWN.replace("commended = []", 'commended = ["甲镇"]'), "本区.toml"))
    assert "写的表扬是甲镇，按办法是没有" in str(problem)
    problem, place = check(read(OWN.replace('"丙园" = "园区"', '"丙园" = "国企"'), "本区.toml"))
    assert "“丙园”没有参加排名" in str(problem)
    assert "丙园在“国企”，办法没有这一组，没有排名" in str(problem)
    assert "“乙镇”写的是第3名，按办法是第2名" in str(place)


def test_parts_without_a_worked_example_are_named() -> None:
    text = OWN.replace('fact = "criticised", by = "bulletin" }', 'fact = "commended", by = "bulletin" }')
    assert "表扬和批评的第3行" in unproved(read(text, "本区.toml"))
    assert check(read(OWN.partition("[[example]]")[0], "本区.toml"))[0].what == "没有一个算例"
