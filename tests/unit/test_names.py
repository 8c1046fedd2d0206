"""Sentences and what they count: each number under its full name, none lost. Every one was read wrongly once."""

import pytest

from duban.core import parse

SENTENCES = {
    "城镇居民和农村居民人均可支配收入分别增长5%和6%": "城镇居民人均可支配收入 5%，农村居民人均可支配收入 6%",
    "接待游客500万人次，旅游收入40亿元，分别增长12%、15%": "接待游客 500万人次，旅游收入 40亿元，接待游客 12%，旅游收入 15%",
    "新签约亿元以上项目30个，10亿元以上3个": "新签约亿元以上项目 30个，新签约10亿元以上项目 3个",
    "新签约10个项目": "新签约项目 10个",
    "全年签约20家企业": "签约企业 20家",
    "城市、农村低保标准分别提高到780元、610元": "城市低保标准 780元，农村低保标准 610元",
    "区属企业由9户整合为4户": "区属企业 9户，区属企业 4户",
    "完成新建和改建公路分别为12公里、30公里": "新建公路 12公里，改建公路 30公里",
    "培育3家、引进5家总部企业": "培育总部企业 3家，引进总部企业 5家",
    "完成造林2000亩；清淤20公里；惠及4.6万人": "造林 2000亩，清淤 20公里，惠及 4.6万人",
    "为500户居民加装电梯20部": "居民 500户，加装电梯 20部",
    "一季度开工率达到60%，上半年达到80%": "开工率 60%，开工率 80%",
    "组织招聘会20场次，提供岗位5000个": "组织招聘会 20场次，提供岗位 5000个",
    "创建省级卫生村3个，市级10个": "创建省级卫生村 3个，创建市级卫生村 10个",
    "改造农村危房60户，改厕2000座": "改造农村危房 60户，改厕 2000座",
    "新增服务业企业15家、种植大户30户、养殖场5家": "新增服务业企业 15家，新增种植大户 30户，新增养殖场 5家",
    "新建健身步道2条、共3.8公里": "新建健身步道 2条，新建健身步道 3.8公里",
    "规上工业增加值增长9.2%，高于全市平均1.5个百分点": "规上工业增加值 9.2%，规上工业增加值高于全市平均 1.5个百分点",
    "存贷款余额分别达到580亿元和420亿元": "存款余额 580亿元，贷款余额 420亿元",
    "建成县级配送中心1个、乡镇服务站15个": "建成县级配送中心 1个，建成乡镇服务站 15个",
    "产值超10亿元企业5家、超亿元企业68家": "产值超10亿元企业 5家，超亿元企业 68家",
    "8个在谈项目": "在谈项目 8个",
    "新三板挂牌2家": "新三板挂牌 2家",
}


@pytest.mark.parametrize(("sentence", "told"), SENTENCES.items(), ids=SENTENCES)
def test_every_number_has_its_full_name(sentence: str, told: str) -> None:
    (document,) = parse(f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1.推进工作。{sentence}。\n").documents
    assert "，".join(f"{item.name} {item.value:g}{item.unit}" for item in document.indicators) == told


NO_INDICATOR = {
    "推进三项改革": "name",
    "综合排名前移3位": "rank",
    "6月开工建设": "date",
    "总投资10亿元以上的项目陆续落地": "threshold",
}


@pytest.mark.parametrize(("sentence", "why"), NO_INDICATOR.items(), ids=NO_INDICATOR)
def test_numbers_that_count_nothing_are_kept_with_the_reason(sentence: str, why: str) -> None:
    (document,) = parse(f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1.推进工作。{sentence}。\n").documents
    assert not document.indicators
    assert why in [entry.why for entry in document.excluded if entry.span.start > 25]
