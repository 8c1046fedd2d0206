"""What a number counts, under its full name, however much of the name the sentence leaves out."""

import pytest

from duban.core import parse
from duban.core.types import Indicator

Row = tuple[str, str, float, str]


def read(body: str) -> tuple[Indicator, ...]:
    (document,) = parse(f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1.推进工作。{body}\n").documents
    return document.indicators


def rows(body: str) -> list[Row]:
    return [(i.name, i.measure, i.value, i.unit) for i in read(body)]


def level(name: str, value: float, unit: str) -> Row:
    return name, "level", value, unit


def growth(name: str, value: float) -> Row:
    return name, "growth", value, "%"


def share(name: str, value: float) -> Row:
    return name, "share", value, "%"


NAMES = [
    ("新三板挂牌企业达到2家。", [level("新三板挂牌企业", 2, "家")]),
    ("新签约10个项目。", [level("新签约项目", 10, "个")]),
    ("15个工作日内办结。", [level("办结", 15, "个工作日")]),
    ("新建公园6处。", [level("新建公园", 6, "处")]),
    ("新建6处公园。", [level("新建公园", 6, "处")]),
    ("力争全年新建公园6处。", [level("新建公园", 6, "处")]),
    ("确保完成水库除险加固5座。", [level("水库除险加固", 5, "座")]),
    ("5座水库完成除险加固。", [level("水库除险加固", 5, "座")]),
    ("实现城镇新增就业5000人。", [level("城镇新增就业", 5000, "人")]),
    ("上半年新开工保障房500套。", [level("新开工保障房", 500, "套")]),
    ("组织200场文艺演出。", [level("组织文艺演出", 200, "场")]),
    ("选派30名干部到村任职。", [level("选派干部到村任职", 30, "名")]),
    ("每个镇街打造1个示范点。", [level("每个镇街打造示范点", 1, "个")]),
    ("新建改建幼儿园3所。", [level("新建改建幼儿园", 3, "所")]),
    ("创建省、市级示范村13个。", [level("创建省、市级示范村", 13, "个")]),
    ("新增“四上”企业47家。", [level("新增“四上”企业", 47, "家")]),
    ("PM2.5平均浓度下降5%。", [("PM2.5平均浓度", "decline", 5, "%")]),
    ("建成区绿化覆盖率达到42%。", [share("建成区绿化覆盖率", 42)]),
    ("服务业增加值增长8%。", [growth("服务业增加值", 8)]),
]
LISTS = [
    ("改造农村危房60户，改厕2000座。", [level("改造农村危房", 60, "户"), level("改厕", 2000, "座")]),
    ("举办招聘会20场，提供岗位5000个。", [level("举办招聘会", 20, "场"), level("提供岗位", 5000, "个")]),
    ("创建省级卫生村3个，市级10个。", [level("创建省级卫生村", 3, "个"), level("创建市级卫生村", 10, "个")]),
    ("新增服务业企业15家、种植大户30户。", [level("新增服务业企业", 15, "家"), level("新增种植大户", 30, "户")]),
    ("新建健身步道2条、共3.8公里。", [level("新建健身步道", 2, "条"), level("新建健身步道", 3.8, "公里")]),
    ("培育高新技术企业10家、科技型中小企业30家。", [level("培育高新技术企业", 10, "家"), level("培育科技型中小企业", 30, "家")]),
    ("新增市级以上农业龙头企业2家、家庭农场3个。", [level("新增市级以上农业龙头企业", 2, "家"), level("新增市级以上家庭农场", 3, "个")]),
    ("新培育省级以上单项冠军12家以上，国家高新技术企业40家。", [level("新培育省级以上单项冠军", 12, "家"), level("新培育国家高新技术企业", 40, "家")]),
    ("引进院士2名、博士10名、硕士50名。", [level("引进院士", 2, "名"), level("引进博士", 10, "名"), level("引进硕士", 50, "名")]),
    ("打通断头路3条、新建停车场2处。", [level("打通断头路", 3, "条"), level("新建停车场", 2, "处")]),
    ("新建高标准农田2万亩，改造提升1.5万亩。", [level("新建高标准农田", 2, "万亩"), level("改造提升高标准农田", 1.5, "万亩")]),
    ("建设绿道8公里，绿化覆盖率达到42%。", [level("建设绿道", 8, "公里"), share("绿化覆盖率", 42)]),
]  # fmt: skip
RESPECTIVELY = [
    ("城市、农村低保标准分别提高到780元、610元。", [level("城市低保标准", 780, "元"), level("农村低保标准", 610, "元")]),
    ("接待游客500万人次，旅游收入40亿元，分别增长12%、15%。", [level("接待游客", 500, "万人次"), level("旅游收入", 40, "亿元"), growth("接待游客", 12), growth("旅游收入", 15)]),
    ("城镇、农村居民人均可支配收入分别增长5.2%和6.8%。", [growth("城镇居民人均可支配收入", 5.2), growth("农村居民人均可支配收入", 6.8)]),
    ("城乡居民人均可支配收入分别增长5.5%、6.5%。", [growth("城镇居民人均可支配收入", 5.5), growth("农村居民人均可支配收入", 6.5)]),
    ("城镇居民和农村居民人均可支配收入分别增长5%和6%。", [growth("城镇居民人均可支配收入", 5), growth("农村居民人均可支配收入", 6)]),
    ("固定资产投资、工业投资、民间投资分别增长8%、12%、10%。", [growth("固定资产投资", 8), growth("工业投资", 12), growth("民间投资", 10)]),
    ("一产、二产、三产增加值分别增长3%、6%、7%。", [growth("一产增加值", 3), growth("二产增加值", 6), growth("三产增加值", 7)]),
    ("污水集中处理率和垃圾无害化处理率分别达到98%和100%。", [share("污水集中处理率", 98), share("垃圾无害化处理率", 100)]),
    ("事故起数、死亡人数分别下降10%、15%。", [("事故起数", "decline", 10, "%"), ("死亡人数", "decline", 15, "%")]),
    ("城乡低保标准分别提高到每人每月780元和610元。", [level("城市低保标准", 780, "元"), level("农村低保标准", 610, "元")]),
]  # fmt: skip
AMONG = [
    ("新引进项目30个，其中，过亿元项目9个，过10亿元2个。", [level("新引进项目", 30, "个"), level("新引进过亿元项目", 9, "个"), level("新引进过10亿元项目", 2, "个")]),
    ("新签约亿元以上项目30个，其中10亿元以上3个。", [level("新签约亿元以上项目", 30, "个"), level("新签约10亿元以上项目", 3, "个")]),
    ("新招引项目31个，其中，过亿元9个。", [level("新招引项目", 31, "个"), level("新招引过亿元项目", 9, "个")]),
    ("新签约项目60个，其中10亿元以上项目8个。", [level("新签约项目", 60, "个"), level("新签约10亿元以上项目", 8, "个")]),
    ("固定资产投资增长10%，其中工业投资增长12%。", [growth("固定资产投资", 10), growth("工业投资", 12)]),
    ("完成一般公共预算收入15.2亿元，增长8%，其中税收收入12.3亿元。", [level("一般公共预算收入", 15.2, "亿元"), growth("一般公共预算收入", 8), level("税收收入", 12.3, "亿元")]),
]  # fmt: skip
CARRIED = [
    ("地区生产总值达到320亿元，同比增长6.5%。", [level("地区生产总值", 320, "亿元"), growth("地区生产总值", 6.5)]),
    ("社会消费品零售总额85亿元、增长8%。", [level("社会消费品零售总额", 85, "亿元"), growth("社会消费品零售总额", 8)]),
    ("高新产业产值占比达到45%，提高2个百分点。", [share("高新产业产值占比", 45), ("高新产业产值占比", "change", 2, "个百分点")]),
    ("群众诉求办结率100%、满意率98%。", [share("群众诉求办结率", 100), share("群众诉求满意率", 98)]),
    ("全区粮食播种面积38万亩，总产量21万吨。", [level("全区粮食播种面积", 38, "万亩"), level("全区粮食总产量", 21, "万吨")]),
    ("新能源产业瞄准千亿级目标，年内营收突破450亿元。", [level("新能源产业营收", 450, "亿元")]),
    ("装备制造产业营收突破100亿元，增长15%。", [level("装备制造产业营收", 100, "亿元"), growth("装备制造产业营收", 15)]),
    ("铺排重点项目105个，总投资320亿元。", [level("重点项目", 105, "个"), level("重点项目总投资", 320, "亿元")]),
    ("新签约项目60个、签约额300亿元。", [level("新签约项目", 60, "个"), level("新签约项目签约额", 300, "亿元")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), NAMES + LISTS + RESPECTIVELY + AMONG + CARRIED)
def test_each_number_has_its_full_name(body: str, expected: list[Row]) -> None:
    assert rows(body) == expected


FROM_TO = [
    ("区属企业由9户整合为4户。", "区属企业", 9, 4, "level"),
    ("高新技术企业由32家增加到45家。", "高新技术企业", 32, 45, "level"),
    ("高新技术企业从2020年的32家增加到45家。", "高新技术企业", 32, 45, "level"),
    ("亩均税收由14.6万元提高到16万元。", "亩均税收", 14.6, 16, "level"),
    ("污水处理率从85%提高到90%。", "污水处理率", 85, 90, "share"),
    ("审批时限由20个工作日压缩至5个工作日。", "审批时限", 20, 5, "level"),
]


@pytest.mark.parametrize(("body", "name", "before", "after", "measure"), FROM_TO)
def test_where_a_change_starts_from_is_already_achieved(
    body: str, name: str, before: float, after: float, measure: str
) -> None:
    assert [(i.name, i.value, i.status, i.measure) for i in read(body)] == [
        (name, before, "achieved", measure),
        (name, after, "target", measure),
    ]


MEASURES = [
    ("level", ["进出口总额达到30亿元。", "压减产能10万吨。", "新增贷款30亿元。", "财政收入比上年净增1663万元。"]),
    ("growth", ["进出口增长10%。", "进出口同比增长10%。", "进出口增速达到10%。", "进出口增幅10%以上。", "收入提高10%。"]),
    ("decline", ["能耗下降3%。", "能耗降低3%。", "压减一般性支出10%。", "“三公”经费压减3%。", "排放量减少5%。", "PM2.5平均浓度改善6%。"]),
    ("share", ["失业率控制在5%以内。", "满意率达到98%。", "民生支出占比达到80%。", "完成年度计划的130%。", "农用地100%安全利用。", "覆盖率提高到90%。"]),
    ("change", ["占比提高2个百分点。", "开工率提升1.5个百分点以上。", "失业率下降0.5个百分点。"]),
    ("multiple", ["产量达到上年的2倍。"]),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "bodies"), MEASURES)
def test_a_number_says_an_amount_a_change_or_a_part(measure: str, bodies: list[str]) -> None:
    assert {body: [i.measure for i in read(body)] for body in bodies} == {body: [measure] for body in bodies}


def test_a_look_back_is_achieved_and_a_plan_is_target() -> None:
    (document,) = parse(
        "兰桥区2026年政府工作报告\n一、2025年工作回顾\n新增规上企业32家，预计生产总值增长6%。\n"
        "二、2026年工作安排\n（一）抓产业。新增规上企业30家。\n（二）抓民生。新建幼儿园3所。\n"
    ).documents
    assert [(i.value, i.status, i.task) for i in document.indicators] == [
        (32, "achieved", None),
        (6, "achieved", None),
        (30, "target", "t1"),
        (3, "target", "t2"),
    ]


def test_a_quote_is_short_and_holds_its_number() -> None:
    body = "围绕产业链、创新链、人才链深度融合，持续优化服务，新增规上企业12家，技改投资增长15%以上，新建公园6处、绿道8公里。"
    assert [i.text for i in read(body)] == [
        "新增规上企业12家",
        "技改投资增长15%以上",
        "新建公园6处",
        "新建公园6处、绿道8公里",
    ]


def test_names_do_not_run_over_a_full_stop() -> None:
    assert rows("新建公园6处。\n绿道8公里。") == [level("新建公园", 6, "处"), level("绿道", 8, "公里")]
