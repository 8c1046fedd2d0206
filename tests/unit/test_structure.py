"""Which pieces of a paper are tasks, in which part they stand, and what belongs to the page or to the speech."""

import pytest

from duban.core import parse
from duban.core.types import Document, Heading, Source, Span

Tasks = list[tuple[str | None, str | None]]


def read(text: str) -> Document:
    (document,) = parse(text).documents
    return document


def tasks(text: str) -> Tasks:
    """Return number and title of each task."""
    return [(task.number, task.title) for task in read(text).tasks]


def paths(document: Document) -> list[list[str]]:
    """Return the titles above each task, outermost first."""
    sections = {section.id: section for section in document.sections}

    def above(own: str | None) -> list[str]:
        return [*above(sections[own].parent), sections[own].title] if own else []

    return [above(task.section) for task in document.tasks]


def roles(document: Document) -> list[tuple[str, str]]:
    return [(section.title, section.role) for section in document.sections]


TITLE = "兰桥区2026年重点工作任务\n"
NUMBERED: list[tuple[str, Tasks]] = [
    ("一、重点任务\n1.抓产业。新增企业12家。\n2.抓民生。新建幼儿园3所。", [("1", "抓产业"), ("2", "抓民生")]),
    ("一、重点任务\n1．抓产业。新增企业12家。\n２．抓民生。新建幼儿园3所。", [("1", "抓产业"), ("2", "抓民生")]),
    ("一、重点任务\n（一）抓产业。新增企业12家。\n（二）抓民生。新建幼儿园3所。", [("一", "抓产业"), ("二", "抓民生")]),
    ("一、抓产业。新增企业12家。\n二、抓民生。新建幼儿园3所。", [("一", "抓产业"), ("二", "抓民生")]),
    ("一、抓产业\n新增企业12家。\n二、抓民生\n新建幼儿园3所。", [("一", "抓产业"), ("二", "抓民生")]),
    ("一、重点任务\n1.新增企业12家。\n2.新建幼儿园3所。", [("1", None), ("2", None)]),
    ("一、抓产业\n一是招商。引进企业12家。二是服务。新建驿站3处。\n二、抓民生\n新建幼儿园3所。", [("一是", "招商"), ("二是", "服务"), ("二", "抓民生")]),
    ("一、抓产业\n一要招商。引进企业12家。\n二要服务。新建驿站3处。\n二、抓民生\n新建幼儿园3所。", [("一要", "招商"), ("二要", "服务"), ("二", "抓民生")]),
    ("一、抓产业\n1.招商\n（1）引进企业12家。\n（2）举办推介会3场。\n2.服务。新建驿站3处。", [("1", None), ("2", None), ("2", "服务")]),
    ("一、抓产业\n1.招商。\n①引进企业12家。\n②举办推介会3场。\n2.服务。新建驿站3处。", [("①", None), ("②", None), ("2", "服务")]),
    ("一、抓产业\n1.招商。引进企业12家。\n二、抓民生\n2.办学。新建幼儿园3所。", [("1", "招商"), ("2", "办学")]),
    ("第一部分 总体要求\n坚持稳中求进。\n第二部分 主要任务\n一、抓产业\n新增企业12家。\n二、抓民生\n新建幼儿园3所。\n第三部分 组织实施\n加强领导。", [("一", "抓产业"), ("二", "抓民生")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), NUMBERED)
def test_the_smallest_numbered_pieces_are_tasks(body: str, expected: Tasks) -> None:
    assert tasks(TITLE + body + "\n") == expected


NO_NUMBER = [
    "推动一、二、三产业融合，新增企业12家。",
    "用好三个一批、五个一机制（一期），新增企业12家。",
    "PM2.5下降5%。1.5公里管网年底前完工。",
    "坚持第一责任人制度，严格落实二次供水管理。",
    "完成30%、1.5公里和(三)级标准改造。",
]


@pytest.mark.parametrize("sentence", NO_NUMBER)
def test_numerals_inside_a_sentence_open_nothing(sentence: str) -> None:
    assert tasks(f"{TITLE}一、抓产业\n{sentence}\n二、抓民生\n新建幼儿园3所。\n") == [
        ("一", "抓产业"),
        ("二", "抓民生"),
    ]


def test_paragraphs_with_lead_phrases_are_tasks_of_their_section() -> None:
    document = read(
        TITLE + "一、重点任务\n（一）抓产业\n精准招商引资。围绕主导产业链，引进企业12家。\n"
        "优化企业服务。落实包保机制，新建企业驿站3处。\n（二）抓民生\n新建幼儿园3所，增加学位900个。\n"
    )
    assert [task.title for task in document.tasks] == ["精准招商引资", "优化企业服务", "抓民生"]
    assert paths(document) == [["重点任务", "抓产业"], ["重点任务", "抓产业"], ["重点任务"]]
    assert document.tasks[0].text == "围绕主导产业链，引进企业12家。"


def test_headings_without_a_number_are_known_by_their_look() -> None:
    body = "全力推进各项工作，新增企业12家，完成投资9亿元，切实增强发展后劲和内生动力，努力实现全年各项目标任务，不断开创新的局面。"
    document = read(f"兰桥区2026年重点工作攻坚行动方案\n为推进各项工作，制定本方案。\n项目建设攻坚行动\n{body}\n生态环境攻坚行动\n{body}\n民生改善攻坚行动\n{body}\n")  # fmt: skip
    assert [task.title for task in document.tasks] == ["项目建设攻坚行动", "生态环境攻坚行动", "民生改善攻坚行动"]


def test_headings_of_one_look_lie_in_the_part_that_names_the_year_s_work() -> None:
    body = "持续推进各项工作落实见效，不断增强发展的内生动力和后劲，新增规上企业12家，完成投资3亿元，努力实现全年目标任务。"
    opening = "今年是“十五五”开局之年，我们要重点抓好以下工作，确保完成全年目标任务，努力开创石塘发展新局面。"
    document = read(
        f"石塘镇2026年政府工作报告\n2025年工作回顾\n{body}\n2026年工作安排\n{opening}\n聚力项目建设\n{body}\n"
        f"聚力生态环境\n{body}\n聚力民生改善\n{body}\n加强自身建设\n{body}\n"
    )
    assert [task.title for task in document.tasks] == ["聚力项目建设", "聚力生态环境", "聚力民生改善"]
    assert paths(document) == [["2026年工作安排"]] * 3
    assert {indicator.status for indicator in document.indicators[:2]} == {"achieved"}


def test_headings_may_be_glued_to_the_first_of_their_sections() -> None:
    glued = (
        "一、总体要求坚持以高质量发展为主题，全面落实各项部署。二、重点任务（一）加快产业发展。新增企业12家，技改投资增长15%。"
        "（二）改善生态环境。新增造林2000亩，空气优良天数达到300天。三、保障措施（一）加强领导。成立领导小组。（二）强化考核。纳入年度考核。"
    )
    document = read("兰桥区2026年重点工作实施方案\n" + glued)
    assert [task.title for task in document.tasks] == ["加快产业发展", "改善生态环境"]


def test_a_copy_in_one_line_has_the_same_tasks() -> None:
    pieces = ["一、总体要求。坚持稳中求进。", "二、重点任务。", "（一）抓产业。新增企业12家。", "（二）抓民生。新建幼儿园3所。", "三、保障措施。加强领导。"]  # fmt: skip
    assert tasks(TITLE + "\n".join(pieces)) == tasks(TITLE + "".join(pieces)) == [("一", "抓产业"), ("二", "抓民生")]


@pytest.mark.parametrize(
    ("body", "label", "missing"),
    [
        ("1.抓产业。新增企业12家。\n2.抓民生。新建幼儿园3所。\n4.抓环境。改造小区3个。\n", "4.", "3."),
        ("（一）抓产业。新增企业12家。\n（三）抓环境。改造小区3个。\n", "(三)", "(二)"),
    ],
)
def test_a_missing_number_is_noted_and_nothing_renumbered(body: str, label: str, missing: str) -> None:
    document = read(TITLE + "一、重点任务\n" + body)
    (note,) = [note for note in document.notes if note.code == "section-gap"]
    assert label in note.message
    assert missing in note.message
    assert len(document.tasks) == body.count("。\n")


REPORT = """兰桥区2026年政府工作报告
——2026年1月12日在兰桥区第八届人民代表大会第五次会议上
兰桥区人民政府区长　李明
各位代表：
现在，我代表区人民政府向大会报告工作，请予审议。
{review}
过去一年，我们克服困难，取得了显著成效。{filler}地区生产总值增长6.2%，新增规上企业32家。
各位代表，成绩来之不易。
{plan}
今年是“十五五”开局之年。主要目标是：地区生产总值增长6%左右。
（一）突出项目建设。一是狠抓招商。新签约项目30个。二是狠抓服务。新建驿站3处。
（二）突出民生改善。新建幼儿园3所，年底前投用。
各位代表，民生无小事，枝叶总关情。我们将用心办好每一件实事。
{conduct}
我们将坚持依法行政，办结建议100件。
各位代表！让我们携手并进，为建设美丽兰桥而奋斗！
"""
TITLES = [
    ("一、2025年工作回顾", "二、2026年工作安排", "三、加强政府自身建设"),
    ("一、过去一年工作总结", "二、今年的主要工作任务", "三、切实加强政府自身建设"),
]


@pytest.mark.parametrize(("review", "plan", "conduct"), TITLES)
def test_a_report_looks_back_plans_and_closes(review: str, plan: str, conduct: str) -> None:
    filler = "在区委坚强领导下，各项工作稳步前行，民生福祉不断增进，城乡面貌焕然一新。" * 12
    document = read(REPORT.format(review=review, plan=plan, conduct=conduct, filler=filler))
    assert [section.role for section in document.sections if section.parent is None] == ["review", "tasks", "conduct"]
    assert [task.title for task in document.tasks] == ["狠抓招商", "狠抓服务", "突出民生改善"]
    assert [task.number for task in document.tasks] == ["一是", "二是", "二"]
    assert document.tasks[-1].text == "新建幼儿园3所，年底前投用。"
    assert [i.status for i in document.indicators][:2] == ["achieved", "achieved"]
    assert {i.status for i in document.indicators[2:]} == {"target"}


ROLES = [
    ("总体要求", "requirements"),
    ("指导思想", "requirements"),
    ("工作目标", "targets"),
    ("主要预期目标", "targets"),
    ("保障措施", "safeguards"),
    ("组织实施", "safeguards"),
    ("工作要求", "safeguards"),
    ("切实加强政府自身建设", "conduct"),
    ("加强自身建设", "conduct"),
    ("坚持人民至上，建设服务型政府", "conduct"),
    ("深入推进政府治理创新", "conduct"),
    ("2025年工作回顾", "review"),
    ("2026年民生实事", "livelihood"),
]


@pytest.mark.parametrize(("title", "role"), ROLES)
def test_a_part_does_what_its_title_says(title: str, role: str) -> None:
    document = read(f"{TITLE}一、{title}\n稳步推进各项工作。\n二、重点任务\n（一）抓产业。新增企业12家。\n（二）抓民生。新建幼儿园3所。\n")  # fmt: skip
    assert roles(document)[:2] == [(title, role), ("重点任务", "tasks")]
    planned = [("一", "抓产业"), ("二", "抓民生")]
    assert [(task.number, task.title) for task in document.tasks][-2:] == planned
    assert len(document.tasks) == (3 if role == "livelihood" else 2)


NAMED = ["附件：1.任务分解表\n2.责任清单\n", "附件：任务分解表\n", "附：1．任务分解表\n"]


@pytest.mark.parametrize("attachments", NAMED)
def test_attachments_that_are_only_named_are_no_tasks(attachments: str) -> None:
    body = "一、重点任务\n1.抓产业。新增企业12家。\n2.抓民生。新建幼儿园3所。\n"
    document = read(TITLE + body + attachments)
    assert [(task.title, task.text) for task in document.tasks] == [
        ("抓产业", "新增企业12家。"),
        ("抓民生", "新建幼儿园3所。"),
    ]


def test_the_plan_behind_a_notice_is_its_attachment() -> None:
    document = read(
        "兰桥区人民政府办公室关于印发兰桥区2026年重点工作任务清单的通知\n各镇人民政府：\n现印发给你们，请认真抓好落实。\n"
        "附件：兰桥区2026年重点工作任务清单\n兰桥区人民政府办公室\n2026年2月3日\n附件\n兰桥区2026年重点工作任务清单\n"
        "一、抓产业\n1.新增企业12家。\n2.技改投资增长15%。\n二、抓民生\n3.新建幼儿园3所。\n"
    )
    assert [(task.number, task.text) for task in document.tasks] == [
        ("1", "新增企业12家。"),
        ("2", "技改投资增长15%。"),
        ("3", "新建幼儿园3所。"),
    ]


def test_headings_that_the_format_marks_need_no_number() -> None:
    lines = ["兰桥区2026年重点工作实施方案", "总体要求", "坚持稳中求进。", "重点任务", "产业发展", "新增企业12家。", "民生改善", "新建幼儿园3所。", "保障措施", "加强领导。"]  # fmt: skip
    depths = {"总体要求": 1, "重点任务": 1, "产业发展": 2, "民生改善": 2, "保障措施": 1}
    text = "\n".join(lines)
    headings = tuple(Heading(Span(text.index(h), text.index(h) + len(h)), depth) for h, depth in depths.items())
    document = read_source(Source("方案.docx", "application/docx", "", text, "paragraph", headings=headings))
    assert roles(document) == [
        ("总体要求", "requirements"),
        ("重点任务", "tasks"),
        ("产业发展", "tasks"),
        ("民生改善", "tasks"),
        ("保障措施", "safeguards"),
    ]
    assert [(task.title, task.text) for task in document.tasks] == [
        ("产业发展", "新增企业12家。"),
        ("民生改善", "新建幼儿园3所。"),
    ]
    assert paths(document) == [["重点任务"], ["重点任务"]]


def read_source(source: Source) -> Document:
    (document,) = parse(source).documents
    return document


def report(place: str, between: str) -> str:
    """Return a report of a place, long enough that a page may list several."""
    prose = "全镇上下在党委坚强领导下，扎实推进各项民生工作，人民政府自身建设不断加强。" * 30
    parts = [
        "各位代表：",
        "我代表镇人民政府向大会报告工作。",
        f"一、2025年工作回顾。{prose}",
        "二、2026年工作安排。",
        "（一）抓产业。新增企业12家。",
        "（二）抓民生。新建幼儿园3所。",
        f"各位代表！让我们为建设美丽{place}而奋斗！",
    ]
    return f"【兰桥招商】{place}2026年政府工作报告\n{between.join(parts)}\n"


@pytest.mark.parametrize("between", ["", "\n", "\n\n"])
def test_a_page_that_lists_several_reports_holds_several_documents(between: str) -> None:
    rules = "一、投稿须知\n" + "\n".join(
        f"{n}.用户不得发布违反法律法规的信息，违者删除其账号并追究责任。" for n in range(1, 30)
    )
    page = (
        "首页\n2025-07-08\n"
        + "2025-07-08\n".join(report(place, between) for place in ["石塘镇", "云岭镇", "柳溪镇"])
        + f"共 3 页\n投稿提示\n关闭\n{rules}\n"
    )
    documents = parse(page).documents
    assert [document.region for document in documents] == ["石塘镇", "云岭镇", "柳溪镇"]
    assert [[task.title for task in document.tasks] for document in documents] == [["抓产业", "抓民生"]] * 3
    assert not any("用户" in task.text for document in documents for task in document.tasks)


def test_tools_around_a_page_are_no_part_of_the_paper() -> None:
    tools = "首页\n当前位置：首页>政务公开\n字号：大中小\n打印\n来源：江临日报\n"
    paper = TITLE + "一、重点任务\n1.抓产业。新增企业12家。\n2.抓民生。新建幼儿园3所。\n"
    document = read(tools + paper + "扫一扫在手机打开当前页\n分享到：\n上一篇\n")
    assert document.title == TITLE.strip()
    assert [task.text for task in document.tasks] == ["新增企业12家。", "新建幼儿园3所。"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "。", "一、", "1.2.3.", "（一）（二）（三）", "各位代表：", "附件", "\t" * 9]
)
def test_scraps_are_read_without_tasks(text: str) -> None:
    assert [task for document in parse(text).documents for task in document.tasks] == []
