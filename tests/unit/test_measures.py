"""A task's body is a list of commitments, each with its own numbers and limits."""

import pytest

from duban.core import parse
from duban.core.types import Document


def read(body: str) -> Document:
    (document,) = parse(f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1.推进城市更新。{body}\n").documents
    return document


def parts(body: str) -> list[str]:
    return [measure.text.rstrip("。") for measure in read(body).tasks[0].measures]


BODIES = [
    ("全面落实河长制。", ["全面落实河长制"]),
    ("新建公园6处，建成绿道12公里。", ["新建公园6处", "建成绿道12公里"]),
    ("新建公园6处；改造老旧小区28个。", ["新建公园6处", "改造老旧小区28个"]),
    ("新建公园6处。改造老旧小区28个。", ["新建公园6处", "改造老旧小区28个"]),
    ("新建学校2所，新增学位900个，招聘教师60名。", ["新建学校2所", "新增学位900个", "招聘教师60名"]),
    ("城镇新增就业7200人，失业人员再就业2600人。", ["城镇新增就业7200人", "失业人员再就业2600人"]),
    ("改造老旧小区28个，年底前完工。", ["改造老旧小区28个，年底前完工"]),
    ("加快园区建设，6月底前开工，年底前投用。", ["加快园区建设，6月底前开工，年底前投用"]),
    # What says how, why or how much more goes with its neighbour.
    ("以产业园区为重点，新增企业12家，同比增长10%。", ["以产业园区为重点，新增企业12家，同比增长10%"]),
    ("围绕主导产业，新签约项目30个，其中亿元以上10个。", ["围绕主导产业，新签约项目30个，其中亿元以上10个"]),
    ("聚焦“一老一小”，新建养老服务中心1处。", ["聚焦“一老一小”，新建养老服务中心1处"]),
    ("完成技改投资20亿元，增长15%以上。", ["完成技改投资20亿元，增长15%以上"]),
    # Commas inside marks and brackets divide nothing.
    ("推行“开工一批，竣工一批，储备一批”机制。", ["推行“开工一批，竣工一批，储备一批”机制"]),
    ("实施农房改造（含改水，新建厕所，更新管线）。", ["实施农房改造（含改水，新建厕所，更新管线）"]),
    # A limit alone goes with what it limits.
    ("加快园区建设，6月底前完成征收。", ["加快园区建设", "6月底前完成征收"]),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_a_body_is_divided_by_what_is_to_be_done(body: str, expected: list[str]) -> None:
    assert parts(body) == expected


def test_each_measure_has_its_own_numbers_and_limits() -> None:
    document = read("6月底前新建公园6处、绿道8公里；改造老旧小区28个，惠及居民5600户。2027年底前建成东站。")
    names = {indicator.id: indicator.name for indicator in document.indicators}
    (task,) = document.tasks
    assert [names[i] for i in task.measures[0].indicators] == ["新建公园", "新建绿道"]
    assert sum(len(measure.indicators) for measure in task.measures) == len(document.indicators) == 4
    limits = [limit for measure in task.measures for limit in measure.deadlines]
    assert [limit.text for limit in limits] == ["6月底前", "2027年底前"]
    assert limits == list(task.deadlines)


def test_ids_tell_task_and_place() -> None:
    (task,) = read("新建公园6处，建成绿道12公里。").tasks
    assert [measure.id for measure in task.measures] == ["t1.m1", "t1.m2"]


def test_units_and_the_title_are_no_measures() -> None:
    assert parts("新建公园6处。（牵头单位：区城管局；配合单位：区住建局）") == ["新建公园6处"]


def test_measures_stand_where_they_are_written() -> None:
    text = "江临市兰桥区2026年重点工作任务\n一、重点任务\n1.推进城市更新。新建公园6处，\n建成绿道12公里。\n"
    (document,) = parse(text).documents
    for measure in document.tasks[0].measures:
        assert "".join(measure.span.of(text).split()) == measure.text
