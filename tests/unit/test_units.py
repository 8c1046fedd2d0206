"""Who answers for a task: brackets and lines that say so, their roles, and the one key of an office's many names."""

import pytest

from duban.core import parse
from duban.core.extract.units.resolve import canonical_key, is_group
from duban.core.types import Task

LEAD, RESPONSIBLE, SUPPORT = "lead", "responsible", "support"


def task(body: str) -> Task:
    """Return the first of two tasks, so that the words behind it are those of another."""
    (document,) = parse(
        f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1.加快产业发展。{body}\n2.办好教育。新建幼儿园2所。\n"
    ).documents
    return document.tasks[0]


def units(body: str) -> list[tuple[str, str]]:
    return [(unit.unit, unit.role) for unit in task(body).responsibilities]


LABELLED = [
    ("（责任单位：区农业农村局 区水利局 各镇街）", [("区农业农村局", RESPONSIBLE), ("区水利局", RESPONSIBLE), ("各镇街", RESPONSIBLE)]),
    ("（责任单位：区 财 政 局）", [("区财政局", RESPONSIBLE)]),
    ("（责任单位：区财政局）", [("区财政局", RESPONSIBLE)]),
    ("(责任单位:区财政局、区审计局，各镇街)", [("区财政局", RESPONSIBLE), ("区审计局", RESPONSIBLE), ("各镇街", RESPONSIBLE)]),
    ("（牵头单位：区发改局；配合单位：区财政局、区住建局）", [("区发改局", LEAD), ("区财政局", SUPPORT), ("区住建局", SUPPORT)]),
    ("（牵头单位：区发改局；责任单位：区财政局；配合单位：各镇街）", [("区发改局", LEAD), ("区财政局", RESPONSIBLE), ("各镇街", SUPPORT)]),
    ("（牵头部门：区教育局，责任部门：区人社局）", [("区教育局", LEAD), ("区人社局", RESPONSIBLE)]),
    ("（主办单位：区教育局；协办单位：区人社局）", [("区教育局", LEAD), ("区人社局", SUPPORT)]),
    ("（牵头：区教育局；配合：区人社局）", [("区教育局", LEAD), ("区人社局", SUPPORT)]),
    ("（责任科室：规划科、项目科）", [("规划科", RESPONSIBLE), ("项目科", RESPONSIBLE)]),
    ("【责任单位：区教育局】", [("区教育局", RESPONSIBLE)]),
    ("[责任单位：区教育局]", [("区教育局", RESPONSIBLE)]),
    ("责任单位：区教育局、区人社局。", [("区教育局", RESPONSIBLE), ("区人社局", RESPONSIBLE)]),
    ("\n牵头单位：区教育局；配合单位：区人社局", [("区教育局", LEAD), ("区人社局", SUPPORT)]),
    ("（责任单位：区农业农村局（区乡村振兴局）、区水利局）", [("区农业农村局（区乡村振兴局）", RESPONSIBLE), ("区水利局", RESPONSIBLE)]),
    ("（责任单位：各镇人民政府、街道办事处，区直有关部门）", [("各镇人民政府", RESPONSIBLE), ("街道办事处", RESPONSIBLE), ("区直有关部门", RESPONSIBLE)]),
    ("（责任单位：区教育局、区人社局等部门按职责分工负责）", [("区教育局", RESPONSIBLE), ("区人社局", RESPONSIBLE)]),
    ("（责任单位：区教育局，完成时限：6月底前）", [("区教育局", RESPONSIBLE)]),
    ("（责任单位：团区委、区妇联、兰桥供电公司、兰桥经开区管委会）", [("团区委", RESPONSIBLE), ("区妇联", RESPONSIBLE), ("兰桥供电公司", RESPONSIBLE), ("兰桥经开区管委会", RESPONSIBLE)]),
]  # fmt: skip
SPOKEN = [
    ("（区教育局负责）", [("区教育局", RESPONSIBLE)]),
    ("（区教育局牵头负责）", [("区教育局", LEAD)]),
    ("（区发改局牵头，区财政局、区住建局配合）", [("区发改局", LEAD), ("区财政局", SUPPORT), ("区住建局", SUPPORT)]),
    ("（区发改局、区科技局牵头；各镇街配合）", [("区发改局", LEAD), ("区科技局", LEAD), ("各镇街", SUPPORT)]),
    ("（区教育局主办，区人社局协办）", [("区教育局", LEAD), ("区人社局", SUPPORT)]),
    ("（区发改局牵头，区财政局按职责分工负责）", [("区发改局", LEAD), ("区财政局", RESPONSIBLE)]),
    ("（区发改局、区财政局等部门按职责分工负责）", [("区发改局", RESPONSIBLE), ("区财政局", RESPONSIBLE)]),
    ("（区住建局、区城管局分别负责）", [("区住建局", RESPONSIBLE), ("区城管局", RESPONSIBLE)]),
    ("（区住建局、区城管局按照职责分工抓好落实）", [("区住建局", RESPONSIBLE), ("区城管局", RESPONSIBLE)]),
    ("（经济发展办公室牵头，各村（社区）配合）", [("经济发展办公室", LEAD), ("各村（社区）", SUPPORT)]),
    ("（区教育局、区人社局等）", [("区教育局", RESPONSIBLE), ("区人社局", RESPONSIBLE)]),
    ("（城建办、综合执法队）", [("城建办", RESPONSIBLE), ("综合执法队", RESPONSIBLE)]),
    ("（张庄村、李庄村）", [("张庄村", RESPONSIBLE), ("李庄村", RESPONSIBLE)]),
    ("【区教育局牵头】", [("区教育局", LEAD)]),
    ("（由区教育局牵头，区人社局配合）", [("区教育局", LEAD), ("区人社局", SUPPORT)]),
    ("（区住建局牵头、区城管局配合）", [("区住建局", LEAD), ("区城管局", SUPPORT)]),
    ("（区住建局和各镇街负责）", [("区住建局", RESPONSIBLE), ("各镇街", RESPONSIBLE)]),
    ("（区住建局及各镇街负责）", [("区住建局", RESPONSIBLE), ("各镇街", RESPONSIBLE)]),
    ("（区住建局、相关镇街）", [("区住建局", RESPONSIBLE), ("相关镇街", RESPONSIBLE)]),
    ("（区住建局、区城管局共同负责）", [("区住建局", RESPONSIBLE), ("区城管局", RESPONSIBLE)]),
    ("（区住建局牵头，6月底前完成）", [("区住建局", LEAD)]),
    ("【区教育局、各镇街】", [("区教育局", RESPONSIBLE), ("各镇街", RESPONSIBLE)]),
    ("（责任单位为区教育局、区人社局）", [("区教育局", RESPONSIBLE), ("区人社局", RESPONSIBLE)]),
    ("责任单位：（区教育局、区人社局）", [("区教育局", RESPONSIBLE), ("区人社局", RESPONSIBLE)]),
    ("（责任单位：区教育局；责任人：王芳）", [("区教育局", RESPONSIBLE)]),
    ("（牵头单位：区教育局\n责任单位：区人社局）", [("区教育局", LEAD), ("区人社局", RESPONSIBLE)]),
]  # fmt: skip


@pytest.mark.parametrize(("bracket", "expected"), LABELLED + SPOKEN)
def test_a_bracket_or_line_names_the_units_and_their_roles(bracket: str, expected: list[tuple[str, str]]) -> None:
    read = task("新增企业12家。" + bracket)
    assert [(unit.unit, unit.role) for unit in read.responsibilities] == expected
    assert read.text.rstrip("。") == "新增企业12家"


ABOVE = [
    "1.加快产业发展（{units}）\n新增企业12家，技改投资增长15%。\n2.办好教育\n新建幼儿园2所，新增学位90个。",
    "（一）加快产业发展（{units}）\n新增企业12家，技改投资增长15%。\n（二）办好教育\n新建幼儿园2所，新增学位90个。",
    "1.加快产业发展。（{units}）新增企业12家，技改投资增长15%。\n2.办好教育。新建幼儿园2所，新增学位90个。",
]


@pytest.mark.parametrize("words", ["责任单位：区发改局", "区发改局负责"])
@pytest.mark.parametrize("body", ABOVE)
def test_units_beside_a_title_are_no_part_of_it(body: str, words: str) -> None:
    (document,) = parse("江临市兰桥区2026年重点工作任务\n一、重点任务\n" + body.format(units=words) + "\n").documents
    assert [task.title for task in document.tasks] == ["加快产业发展", "办好教育"]
    assert [[unit.unit for unit in task.responsibilities] for task in document.tasks] == [["区发改局"], []]


def test_units_of_a_section_answer_for_its_items() -> None:
    (document,) = parse(
        "江临市兰桥区2026年重点工作任务\n一、重点任务\n（一）加快产业发展（责任单位：区发改局）\n"
        "1.抓招商。新签约项目6个。\n2.抓服务。新建驿站3处。（责任单位：区工信局）\n"
    ).documents
    assert [[unit.unit for unit in task.responsibilities] for task in document.tasks] == [["区发改局"], ["区工信局"]]


NO_UNITS = [
    "建成厂房2万平方米。（一期）",
    "新建公益性公墓2处。（骨灰堂）",
    "改造农贸市场6处（含冷库）。",
    "推进智慧社区（试点）建设。",
    "压实主体责任，强化部门配合，各镇街负责日常管护。",
    "完善牵头单位负责、配合单位协同的机制。",
    "成立工作专班（组长李明），细化分工。",
    "建成镇卫生院（社区卫生服务中心）2所。",
    "提升物业管理。（街道）",
    "提升物业管理水平。（含镇办）",
    "提升物业管理水平。（不含乡镇）",
    "提升物业管理水平。（以下简称兰桥区）",
]


@pytest.mark.parametrize("body", NO_UNITS)
def test_words_in_brackets_or_in_the_text_alone_assign_nobody(body: str) -> None:
    assert units(body) == []


def test_leaders_are_sponsors_and_no_units() -> None:
    read = task("新增企业12家。（包保领导：李明、王芳；牵头单位：区发改局）")
    assert read.sponsors == ("李明", "王芳")
    assert [unit.unit for unit in read.responsibilities] == ["区发改局"]


def test_units_stand_where_they_are_written() -> None:
    text = (
        "江临市兰桥区2026年重点工作任务\n一、重点任务\n1.加快产业发展。新增企业12家。（区发改局牵头，\n区财政局配合）\n"
    )
    (document,) = parse(text).documents
    spans = [unit.span.of(text) for task in document.tasks for unit in task.responsibilities]
    assert spans == ["区发改局", "区财政局"]


def test_each_task_has_its_own_units() -> None:
    (document,) = parse(
        "江临市兰桥区2026年重点工作任务\n一、重点任务\n"
        "1.抓招商。新签约项目6个（区投促局负责）。\n2.抓服务。新建驿站3处。\n3.抓环境。改造小区2个。（责任单位：区住建局）\n"
    ).documents
    assert [[unit.unit for unit in task.responsibilities] for task in document.tasks] == [
        ["区投促局"],
        [],
        ["区住建局"],
    ]


OFFICES = [
    ("区发改局", ["区发展和改革局", "区发展改革局", "区发改委", "区发展改革委员会", "兰桥区发展和改革局"]),
    ("区教体局", ["区教育和体育局", "区教育体育局"]),
    ("区工信局", ["区工业和信息化局", "区工业信息化局", "区工信局"]),
    ("区人社局", ["区人力资源和社会保障局", "区人力资源社会保障局", "兰桥区人社局"]),
    ("区住建局", ["区住房和城乡建设局", "区住房城乡建设局", "区住建局"]),
    ("区自规局", ["区自然资源和规划局", "区自然资源规划局"]),
    ("县卫健局", ["县卫生健康局", "县卫生健康委", "县卫健委员会"]),
    ("市市监局", ["市市场监督管理局", "市市场监管局"]),
    ("区文旅局", ["区文化和旅游局", "区文化旅游局"]),
    ("区农业农村局", ["区农业农村局(区乡村振兴局)", "区农业农村局"]),
    ("区政府办", ["区政府办公室", "区政府办"]),
]  # fmt: skip


@pytest.mark.parametrize(("key", "names"), OFFICES)
def test_one_office_has_one_key(key: str, names: list[str]) -> None:
    assert {name: canonical_key(name) for name in names} == dict.fromkeys(names, key)


def test_offices_of_two_levels_stay_two() -> None:
    names = ["区财政局", "市财政局", "县财政局", "省财政厅", "区税务局", "区审计局", "区委政法委", "区纪委监委"]
    assert len({canonical_key(name) for name in names}) == len(names)


GROUPS = ["各镇街", "各镇（街道）", "相关街道办事处", "区直有关部门", "各村（社区）", "其他成员单位", "镇街", "街道办事处", "各有关部门"]  # fmt: skip
ALONE = ["区财政局", "柳溪街道办事处", "兰桥经开区管委会", "区委组织部", "石塘镇", "区各界联合会", "兰桥供电公司"]


def test_groups_are_told_from_single_units() -> None:
    assert [name for name in GROUPS if not is_group(name.replace("（", "(").replace("）", ")"))] == []
    assert [name for name in ALONE if is_group(name)] == []
