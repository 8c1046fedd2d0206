"""What a task consists of: its title, its words, and what stands beside them, however the paper lays it out."""

from pathlib import Path

import pytest

from duban.core import parse
from duban.core.types import Document, Task

HEAD = "江临市兰桥区2026年重点工作任务实施方案\n一、重点任务\n"


def read(body: str) -> Document:
    (document,) = parse(HEAD + body).documents
    return document


def parts(task: Task) -> tuple[str | None, str, list[str], list[str]]:
    return task.title, task.text, [unit.unit for unit in task.responsibilities], [str(d.due) for d in task.deadlines]


WORK = "新增企业12家，技改投资增长15%。"
LAYOUTS = [
    ("a bracket behind the title", f"1.加快产业发展（责任单位：区发改局）\n{WORK}", "加快产业发展", ["区发改局"], []),
    (
        "a bracket behind a lead phrase",
        f"1.加快产业发展。（责任单位：区发改局）{WORK}",
        "加快产业发展",
        ["区发改局"],
        [],
    ),
    ("one sentence and its bracket", f"1.{WORK}（责任单位：区发改局）", None, ["区发改局"], []),
    ("a bracket on a line of its own", f"1.{WORK}\n（责任单位：区发改局）", None, ["区发改局"], []),
    (
        "lines for units and the limit",
        f"1.{WORK}\n责任单位：区发改局\n配合单位：区财政局\n完成时限：6月底前",
        None,
        ["区发改局", "区财政局"],
        ["2026-06-30"],
    ),
    ("the limit first", f"1.{WORK}（完成时限：12月底前；责任单位：区发改局）", None, ["区发改局"], ["2026-12-31"]),
    ("the limit told by a verb", f"1.{WORK}（区发改局牵头，6月底前完成）", None, ["区发改局"], ["2026-06-30"]),
    ("a limit that names its month only", f"1.{WORK}完成时限：2026年9月。", None, [], ["2026-09-30"]),
    ("a lead phrase in brackets", f"1.【产业发展】{WORK}（责任单位：区发改局）", "产业发展", ["区发改局"], []),
]


@pytest.mark.parametrize(("body", "title", "units", "due"), [case[1:] for case in LAYOUTS], ids=[c[0] for c in LAYOUTS])
def test_a_task_is_the_same_in_every_layout(body: str, title: str | None, units: list[str], due: list[str]) -> None:
    first = read(f"{body}\n2.办好教育。新建幼儿园2所，新增学位600个。\n").tasks[0]
    assert parts(first) == (title, WORK, units, due)


def test_units_of_a_heading_answer_for_its_items_and_leave_its_title() -> None:
    document = read(
        f"（一）改善环境（牵头单位：区教育局）\n1.{WORK}\n2.新建学校3所，完成投资2亿元。（责任单位：区住建局）\n"
    )
    assert document.sections[-1].title == "改善环境"
    assert [[unit.unit for unit in task.responsibilities] for task in document.tasks] == [["区教育局"], ["区住建局"]]


def test_attachments_and_the_signature_are_no_work() -> None:
    document = read(
        "（一）加快产业发展。\n1.新建公园6处，完成投资3亿元，确保按期完成。（责任单位：区住建局）\n"
        "2.新建学校2所，完成投资3亿元，确保按期完成。（责任单位：区教育局）\n"
        "附件：1.任务分解表\n2.责任清单\n江临市兰桥区人民政府\n2026年3月5日\n"
    )
    assert [task.text for task in document.tasks] == [
        "新建公园6处，完成投资3亿元，确保按期完成。",
        "新建学校2所，完成投资3亿元，确保按期完成。",
    ]


def test_an_attachment_that_holds_the_tasks_is_read() -> None:
    document = read("请抓好落实。\n附件：兰桥区2026年重点工作任务\n1.新建公园6处。\n2.新建学校2所，完成投资3亿元。\n")
    assert [task.text for task in document.tasks][-2:] == ["新建公园6处。", "新建学校2所，完成投资3亿元。"]


def test_first_sections_that_follow_a_chapter_without_a_stop_are_found() -> None:
    document = read(
        "二、主要措施（一）加快产业发展。新增企业12家。（二）改善生态环境。新建公园6处。三、保障措施（一）加强领导。成立专班。\n"
    )
    assert [task.title for task in document.tasks][-2:] == ["加快产业发展", "改善生态环境"]
    assert document.sections[-1].role == "safeguards"


PROSE = "全年实施重点项目30个，完成投资50亿元，新签约项目20个，引进总部企业5家，推动项目早开工、早投产、早见效。"


def test_bare_headings_lie_in_the_heading_of_the_years_work() -> None:
    (document,) = parse(
        "兰桥区2026年政府工作报告\n各位代表：\n现在，我代表区人民政府向大会报告工作，请予审议。\n"
        f"2025年工作回顾\n过去一年，{PROSE}\n2026年工作安排\n今年是开局之年，{PROSE}\n聚力项目建设\n{PROSE}\n"
        f"聚力乡村振兴\n{PROSE}\n加强政府自身建设\n{PROSE}\n"
    ).documents
    parents = {section.title: section.parent for section in document.sections}
    years_work = next(section.id for section in document.sections if section.title == "2026年工作安排")
    assert parents["聚力项目建设"] == parents["聚力乡村振兴"] == years_work
    assert parents["加强政府自身建设"] is None
    assert [task.title for task in document.tasks] == ["聚力项目建设", "聚力乡村振兴"]


def test_the_closing_speech_belongs_to_no_task_where_the_last_chapter_is_a_list() -> None:
    (document,) = parse(
        f"兰桥区2026年政府工作报告\n一、2025年工作回顾\n过去一年，{PROSE * 8}\n二、2026年工作安排\n（一）抓产业。{PROSE}\n"
        "（二）抓城建。建成公园6处。\n三、民生实事\n集中办好两件民生实事：一是改造老旧小区12个；二是建设养老中心3处。\n\n"
        "各位代表，让我们携手并进。\n"
    ).documents
    last = document.tasks[-1]
    assert (last.number, last.text) == ("二是", "建设养老中心3处。")
    assert not any("各位代表" in task.text for task in document.tasks)


def test_headings_of_a_page_nest_by_their_depth(tmp_path: Path) -> None:
    page = tmp_path / "页面.html"
    page.write_text(
        f"<h1>重点任务</h1><p>{PROSE}</p><h2>产业发展</h2><p>{PROSE}</p><h2>乡村振兴</h2><p>{PROSE}</p>"
        f"<h1>保障措施</h1><p>加强组织领导，压实工作责任，强化督查考核，确保各项任务落到实处见到成效。</p>",
        "utf-8",
    )
    (document,) = parse(page).documents
    assert [(section.title, section.depth) for section in document.sections] == [
        ("重点任务", 1),
        ("产业发展", 2),
        ("乡村振兴", 2),
        ("保障措施", 1),
    ]
    assert [task.title for task in document.tasks] == ["产业发展", "乡村振兴"]


def test_a_notice_with_its_attachments_is_read_part_by_part() -> None:
    (document,) = parse(
        "江临市兰桥区人民政府办公室关于印发兰桥区2026年重点工作任务清单的通知\n兰政办发〔2026〕3号\n各镇街，区政府各部门：\n"
        "现将《兰桥区2026年重点工作任务清单》印发给你们，请认真组织实施。\n附件：1.兰桥区2026年重点工作任务清单\n"
        "2.兰桥区2026年民生实事项目\n江临市兰桥区人民政府办公室\n2026年3月5日\n附件1\n兰桥区2026年重点工作任务清单\n"
        "一、产业发展\n1.新增企业12家，技改投资增长15%。（责任单位：区工信局）\n2.新增床位90张。（责任单位：区卫健局）\n"
        "附件2\n兰桥区2026年民生实事项目\n1.改造老旧小区12个，惠及居民3000户。\n2.新建幼儿园2所，新增学位600个。\n"
        "抄送：区委办公室，区人大常委会办公室，区政协办公室。\n江临市兰桥区人民政府办公室2026年3月5日印发\n"
    ).documents
    assert [(section.title, section.role) for section in document.sections] == [
        ("产业发展", "tasks"),
        ("兰桥区2026年民生实事项目", "livelihood"),
    ]
    assert [task.text for task in document.tasks] == [
        "新增企业12家，技改投资增长15%。",
        "新增床位90张。",
        "改造老旧小区12个，惠及居民3000户。",
        "新建幼儿园2所，新增学位600个。",
    ]


def test_an_item_that_begins_with_a_year_is_an_item_and_this_year_is_no_limit() -> None:
    tasks = read("1.2026年完成投资30亿元，2027年建成投用。\n2.2026年底前建成公园2处。\n").tasks
    assert [task.number for task in tasks] == ["1", "2"]
    assert [[str(limit.due) for limit in task.deadlines] for task in tasks] == [["2027-12-31"], ["2026-12-31"]]


def test_a_bracket_that_a_printed_line_leaves_open_goes_on() -> None:
    first = read(
        "1.新建停车场3处，有效缓解停车难。（\n牵头单位：区交通局；配合单位：区公安分局）\n2.新建公园6处。\n"
    ).tasks[0]
    assert parts(first)[1:3] == ("新建停车场3处，有效缓解停车难。", ["区交通局", "区公安分局"])


def test_a_leader_on_a_line_of_its_own_is_a_sponsor() -> None:
    first = read(f"1.{WORK}\n牵头领导：李明\n责任单位：区发改局\n2.新建公园6处。\n").tasks[0]
    assert (first.text, first.sponsors, [unit.unit for unit in first.responsibilities]) == (
        WORK,
        ("李明",),
        ["区发改局"],
    )


def test_a_task_that_only_points_to_an_attachment_is_none() -> None:
    assert [task.title for task in read("（一）产业发展\n详见附件。\n（二）民生改善\n新建公园6处。\n").tasks] == [
        "民生改善"
    ]
