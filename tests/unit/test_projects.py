"""Named investments with their own amount are projects; groups, plans and sums of money are not."""

import pytest

from duban.core import parse
from duban.core.types import Document

Row = tuple[str, float, str]


def read(body: str) -> Document:
    (document,) = parse(f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1.推进工作。{body}\n").documents
    return document


def rows(body: str) -> list[Row]:
    return [(p.name, p.value, p.unit) for p in read(body).projects]


PORT: Row = ("兰江物流港", 12.8, "亿元")
NAMED = [
    (PORT, ["总投资12.8亿元的兰江物流港3月底前开工。", "确保总投资12.8亿元的兰江物流港上半年投用。", "投资12.8亿元的兰江物流港建成投产。", "总投资约12.8亿元的兰江物流港签约。", "计划总投资12.8亿元的兰江物流港落地。", "概算投资12.8亿元的兰江物流港开工。", "总投资１２．８亿元的兰江物流港开工。"]),
    (("兰江物流港项目", 12.8, "亿元"), ["总投资12.8亿元的兰江物流港项目开工。", "兰江物流港项目总投资12.8亿元。", "兰江物流港项目（总投资12.8亿元）开工。", "兰江物流港项目，总投资12.8亿元。"]),
    (("宁海机械加工", 3000, "万元"), ["投资3000万元的宁海机械加工投产。"]),
    (("欧瑞汽车零部件项目", 2, "亿美元"), ["总投资2亿美元的欧瑞汽车零部件项目落户。"]),
    (("“兰桥之心”综合体项目", 15, "亿元"), ["总投资15亿元的“兰桥之心”综合体项目封顶。", "“兰桥之心”综合体项目总投资15亿元。"]),
    (("宁海新材料产业园二期", 20, "亿元"), ["总投资近20亿元的宁海新材料产业园二期加快建设。"]),
    (("年产5万吨食品包装纸项目", 1.2, "亿元"), ["总投资1.2亿元的年产5万吨食品包装纸项目投产。"]),
    (("农贸市场", 80, "万元"), ["投入80万元建设了农贸市场。"]),
    (("宏远集团中央厨房项目", 12, "亿元"), ["宏远集团投资12亿元的中央厨房项目落地。", "重点推进宏远集团投资12亿元的中央厨房项目。"]),
    (("江湾夜市", 2, "亿元"), ["投资2亿元打造的江湾夜市开街。"]),
    (("兰江大桥", 3.2, "亿元"), ["兰江大桥（总投资3.2亿元）年底合龙。", "推进投资3.2亿元的兰江大桥建设。"]),
    (("宁海电子项目", 5, "亿元"), ["总投资5亿元、年产值10亿元的宁海电子项目投产。", "投资5亿元、占地200亩的宁海电子项目投产。"]),
    (("文化广场", 120, "万元"), ["投资120万元新建文化广场1处。"]),
]  # fmt: skip


@pytest.mark.parametrize(("project", "bodies"), NAMED, ids=[row[0] for row, _ in NAMED])
def test_a_named_investment_has_its_amount(project: Row, bodies: list[str]) -> None:
    assert {body: rows(body) for body in bodies} == {body: [project] for body in bodies}


LISTS = [
    "投资7.5亿元的富岭智造、投资1.2亿元的云磁材料和投资3亿元的浩岭铸造开工。",
    "总投资7.5亿元的富岭智造、1.2亿元的云磁材料、3亿元的浩岭铸造等项目开工。",
    "总投资7.5亿元的富岭智造、总投资1.2亿元的云磁材料、总投资3亿元的浩岭铸造等3个项目开工。",
    "总投资7.5亿元的富岭智造、1.2亿元的云磁材料和3亿元的浩岭铸造开工。",
]


@pytest.mark.parametrize("body", LISTS)
def test_each_of_a_list_has_its_own_amount(body: str) -> None:
    assert rows(body) == [("富岭智造", 7.5, "亿元"), ("云磁材料", 1.2, "亿元"), ("浩岭铸造", 3, "亿元")]


NO_PROJECT = [
    ("总投资205亿元的30个项目集中开工。", [205, 30]),
    ("30个项目集中开工，总投资205亿元。", [30, 205]),
    ("铺排重点项目105个，总投资320亿元，年度计划投资130亿元。", [105, 320, 130]),
    ("完成投资110亿元。", [110]),
    ("固定资产投资增长10%。", [10]),
    ("完成工业投资20亿元。", [20]),
    ("设立总规模20亿元的产业基金。", [20]),
    ("投资1亿元用于农村公路建设。", [1]),
    ("总投资10亿元以上项目5个。", [5]),
    ("总投资205亿元的一批重点项目开工。", [205]),
    ("总投资10亿元以上的项目5个。", [5]),
    ("新引进总投资5亿元以上的制造业项目3个。", [3]),
]


@pytest.mark.parametrize(("body", "values"), NO_PROJECT)
def test_the_money_of_a_group_is_an_indicator(body: str, values: list[float]) -> None:
    document = read(body)
    assert document.projects == ()
    assert [indicator.value for indicator in document.indicators] == values


def test_a_projects_amount_is_no_indicator_and_what_is_done_of_it_is() -> None:
    document = read("总投资20亿元的兰江水库工程加快建设，年内完成投资6亿元。")
    assert [(p.name, p.value) for p in document.projects] == [("兰江水库工程", 20)]
    assert [i.value for i in document.indicators] == [6]
    assert ("总投资20亿元的兰江水库工程", "project") in [(e.text, e.why) for e in document.excluded]


def test_a_project_told_twice_is_two_entries_each_in_its_task() -> None:
    (document,) = parse(
        "江临市兰桥区2026年重点工作任务\n一、重点任务\n1.抓开工。总投资5亿元的宁海电子项目开工。\n2.抓投产。总投资5亿元的宁海电子项目投产。\n"
    ).documents
    assert [(p.name, p.task) for p in document.projects] == [("宁海电子项目", "t1"), ("宁海电子项目", "t2")]
