"""One last day, the many ways in which a paper says it, and the words that only look like a time limit."""

import pytest

from duban.core import parse
from duban.core.types import Deadline


def limits(body: str, title: str = "江临市兰桥区2026年重点工作任务") -> list[Deadline]:
    """Return the time limits of a task of a paper that plans 2026."""
    (document,) = parse(f"{title}\n一、重点任务\n1.推进城市更新。{body}\n").documents
    return [limit for task in document.tasks for limit in task.deadlines]


def days(body: str, title: str = "江临市兰桥区2026年重点工作任务") -> list[str | None]:
    return [limit.due.isoformat() if limit.due else None for limit in limits(body, title)]


SAYINGS = [
    ("2026-06-30", ["6月30日前完成征收", "于6月30日前交付", "2026年6月30日之前投用", "今年6月30日以前开工", "６月３０日前", "6月30日完成主体施工"]),
    ("2026-08-31", ["8月底前建成", "8月底建成", "8月末前达标", "8月份底前验收", "2026年8月底前", "今年8月底以前", "力争8月底完工"]),
    ("2026-08-31", ["9月前完成拆迁", "9月份之前完成拆迁"]),
    ("2026-02-28", ["2月底前开工"]),
    ("2028-02-29", ["2028年2月底前开工"]),
    ("2026-03-31", ["一季度末前开工", "第一季度开工建设"]),
    ("2026-09-30", ["三季度完成主体施工", "第三季度末封顶", "三季度末前封顶", "今年三季度内封顶"]),
    ("2026-12-31", ["第四季度前完成竣工验收", "四季度竣工"]),
    ("2027-06-30", ["2027年二季度投用", "明年二季度前投用"]),
    ("2026-06-30", ["上半年完成招标", "上半年前完成招标", "今年上半年完成招标", "2026年上半年完成招标"]),
    ("2026-12-31", ["下半年投入运营", "下半年内投入运营"]),
    ("2027-06-30", ["明年上半年通车", "2027年上半年通车"]),
    ("2026-12-31", ["年底前完成", "年底建成", "年末达标", "今年底前完成", "今年年底以前完成", "2026年底完成", "当年年底前完成"]),
    ("2026-12-31", ["年内开工", "今年内开工", "本年度内开工"]),
    ("2027-12-31", ["2027年底前建成", "2027年年底建成", "明年底前建成", "明年年底前建成", "到2027年底建成"]),
    ("2027-12-31", ["到2027年基本建成", "到2027年，森林覆盖率稳步提高"]),
    ("2029-12-31", ["2030年前实现达峰"]),
    ("2027-12-31", ["明年建成通车", "确保明年完工"]),
    ("2030-12-31", ["到“十五五”末全面消除", "“十五五”期末全面消除"]),
    ("2029-12-31", ["三年内实现翻番", "3年内实现翻番", "2至3年内实现翻番", "2-3年内实现翻番", "2～3年内实现翻番", "两三年内实现翻番"]),
    ("2029-12-31", ["用3年时间建成", "用三年左右的时间建成", "利用三年时间建成", "力争3年时间建成"]),
    ("2031-12-31", ["五年内全部更新", "用3至5年时间全部更新"]),
    ("2026-05-31", ["5月开工建设", "5月份开工建设"]),
    ("2027-06-30", ["2027年6月建成通车", "力争明年6月建成"]),
    ("2027-12-31", ["2027年建成通车", "力争2027年通车", "2027年内完成", "明年年内完成"]),
    ("2026-06-10", ["6月中旬前完成", "6月上旬完成"]),
    ("2029-12-31", ["通过三年努力实现翻番", "经过3年努力实现翻番"]),
    ("2026-12-31", ["元旦前投用"]),
    ("2026-09-30", ["国庆节前投用", "今年国庆前投用", "“十一”前投用"]),
    ("2026-04-30", ["五一前开放", "“五一”前开放", "“五一”假期前开放"]),
    ("2026-06-30", ["“七一”前建成", "七一前建成"]),
    ("2026-05-31", ["“六一”前开放"]),
    (None, ["明年汛期前完成", "2027年春节前兑付", "主汛前完成", "主汛期来临前完成", "入汛前完成", "入梅前完成", "雨季来临前完成", "供暖季前完成", "秋季开学前投用", "春节前兑付到位", "麦收前修复", "入冬前修缮", "暑期结束前完工"]),
]  # fmt: skip


@pytest.mark.parametrize(("due", "sayings"), SAYINGS, ids=[sayings[0] for _, sayings in SAYINGS])
def test_one_day_is_said_in_many_ways(due: str | None, sayings: list[str]) -> None:
    assert {body: days(body) for body in sayings} == {body: [due] for body in sayings}


NOTHING = [
    "全年开工60个标段",
    "今年全面完成",
    "常态化推进、长期坚持",
    "实施三年行动计划",
    "连续五年保持增长",
    "从2025年起逐年更新",
    "列入2026年计划",
    "每月25日前报送进展",
    "6月30日召开现场会",
    "新年底色更加鲜亮",
    "编印8月底稿",
    "汛期加强值守、春节期间不停工",
    "国庆节前夕慰问老党员",
    "开展“年底前清零”专项行动",
    "落实《关于2026年底前完成清理的通知》",
    "跑出“三年内翻番”加速度",
    "改造2000年底前建成的小区",
    "推广半年报告制度",
    "一季度实现开门红",
    "比“十二五”末提高",
    "存贷比较上年末提高2个百分点",
    "贷款余额比去年底增长9%",
    "去年底开工的项目加快建设",
    "较去年12月底减少3个",
    "一月一调度、一季度一通报",
    "打造四季度假胜地",
    "2025年建成的园区加快招商",
    "6月开展安全生产月活动",
    "6月1日起实行新办法",
]


@pytest.mark.parametrize("body", NOTHING)
def test_what_only_looks_like_a_limit_is_none(body: str) -> None:
    assert limits(body) == []


WORDS = [
    ("总投资九亿元的兰江大桥3月底前开工，明年建成通车。", ["3月底前", "明年"]),
    ("6月底前完成招标，年底前完成招标。", ["6月底前", "年底前"]),
    ("年底前完成南区，年底前完成北区。", ["年底前", "年底前"]),
    ("6月底、12月底前分别完成一半。", ["6月底", "12月底前"]),
    ("5月底开工、明年上半年投用。", ["5月底", "明年上半年"]),
    ("今年国庆节前通车，2027年底前达效。", ["今年国庆节前", "2027年底前"]),
    ("秋季开学前（8月底前）投用。", ["秋季开学前", "8月底前"]),
]


@pytest.mark.parametrize(("body", "words"), WORDS)
def test_a_limit_is_quoted_as_it_stands_and_as_often(body: str, words: list[str]) -> None:
    assert [limit.text for limit in limits(body)] == words


def test_without_a_planned_year_the_day_is_open() -> None:
    bodies = [
        "年底前完成",
        "8月底前完成",
        "三季度完成",
        "上半年完成",
        "三年内完成",
        "明年完成",
        "6月30日前完成",
        "国庆节前完成",
    ]
    assert {body: days(body, "兰桥区重点工作任务") for body in bodies} == {body: [None] for body in bodies}


@pytest.mark.parametrize(("body", "due"), [("2027年底前完成", "2027-12-31"), ("2027年3月1日前完成", "2027-03-01"), ("到“十五五”末完成", "2030-12-31")])  # fmt: skip
def test_a_limit_that_names_its_year_needs_no_planned_one(body: str, due: str) -> None:
    assert days(body, "兰桥区重点工作任务") == [due]


def test_a_day_that_no_calendar_has_stays_open() -> None:
    assert days("2月30日前完成") == [None]


BRACKETS = [
    "（责任单位：区住建局；完成时限：6月底前）",
    "（完成时限：6月底前；责任单位：区住建局）",
    "（区住建局牵头，6月底前完成）",
    "\n责任单位：区住建局\n完成时限：6月底前",
]


@pytest.mark.parametrize("bracket", BRACKETS)
def test_a_limit_beside_the_units_is_the_task_s(bracket: str) -> None:
    (document,) = parse(
        f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1.城市更新。改造小区3个。{bracket}\n2.办学。新建学校2所。\n"
    ).documents
    first, second = document.tasks
    assert [unit.unit for unit in first.responsibilities] == ["区住建局"]
    assert [(limit.text, str(limit.due)) for limit in first.deadlines] == [("6月底前", "2026-06-30")]
    assert second.deadlines == ()
