"""Whose paper it is and which year it plans, from its title, its opening, its notice or its page."""

from datetime import date

import pytest

from duban.core import parse
from duban.core.types import Document

BODY = "\n一、重点任务\n1.抓产业。新增企业12家。\n2.抓民生。新建幼儿园3所。\n"


def read(head: str) -> Document:
    (document,) = parse(head + BODY).documents
    return document


def congress(
    place: str, kind: str, line: str = "{title}\n——2026年1月20日在{place}第八届人民代表大会第五次会议上"
) -> str:
    opening = line.format(title=f"{place}2026年政府工作报告", place=place)
    return f"{opening}\n各位代表：\n现在，我代表{kind}人民政府向大会报告工作，请予审议。"


PLACES = [
    ("泽南省", "省", "province"),
    ("山东省", "省", "province"),
    ("北京市", "市", "province"),
    ("济南市", "市", "city"),
    ("江临市", "市", "county"),
    ("兰桥县", "县", "county"),
    ("江临市兰桥区", "区", "county"),
    ("兰桥自治县", "自治县", "county"),
    ("石塘镇", "镇", "town"),
    ("石塘乡", "乡", "town"),
    ("江临市兰桥区石塘镇", "镇", "town"),
]


@pytest.mark.parametrize(("place", "kind", "level"), PLACES, ids=[place for place, _, _ in PLACES])
def test_a_report_names_its_place_at_its_congress(place: str, kind: str, level: str) -> None:
    document = read(congress(place, kind))
    assert (document.region, document.level) == (place, level)
    assert (document.doc_type, document.year) == ("report", 2026)
    assert document.issued_on == date(2026, 1, 20)
    assert document.issuer is not None
    assert document.issuer.endswith(f"{kind}人民政府")


OPENINGS = [
    "{title}\n——2026年1月20日在{place}第八届人民代表大会第五次会议上",
    "政府工作报告\n（2026年1月20日在{place}第八届人民代表大会第五次会议上）",
    "政府工作报告\n2026年1月20日在{place}第八届人民代表大会第五次会议上\n{place}人民政府县长　李明",
    "政府工作报告\n二○二六年一月二十日在{place}第八届人民代表大会第五次会议上",
    "政府工作报告\n——在{place}第八届人民代表大会第五次会议上\n（2026年1月20日）",
]


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_congress_is_announced_in_many_ways(opening: str) -> None:
    document = read(congress("兰桥县", "县", opening))
    assert (document.region, document.level, document.doc_type) == ("兰桥县", "county", "report")
    assert (document.year, document.issued_on) == (2026, date(2026, 1, 20))


TITLES = [
    ("2026年度兰桥区政府重点工作清单", "兰桥区", "task_list", 2026),
    ("关于印发《政府工作报告》重点任务分工方案的通知\n兰桥区人民政府办公室\n2026年3月1日", "兰桥区", "task_list", 2026),
    ("兰桥区2026年民生实事项目", "兰桥区", "task_list", 2026),
    ("兰桥区优化营商环境三年行动计划（2026—2028年）", "兰桥区", "plan", 2026),
    ("中共兰桥区委 兰桥区人民政府关于印发2026年重点工作任务清单的通知", "兰桥区", "task_list", 2026),
    ("江临市兰桥区2026年重点工作任务分工方案", "江临市兰桥区", "task_list", 2026),
    ("兰桥区2026年政府重点工作任务清单", "兰桥区", "task_list", 2026),
    ("石塘镇2026年重点工作任务分解表", "石塘镇", "task_list", 2026),
    ("柳溪街道办事处2026年重点工作实施方案", "柳溪街道", "plan", 2026),
    ("石塘乡2026年工作要点", "石塘乡", "plan", 2026),
    ("兰桥区2026年度工作计划", "兰桥区", "plan", 2026),
    ("兰桥县“重点工作攻坚年”行动方案\n为做好2026年工作，制定本方案。", "兰桥县", "campaign", 2026),
    ("江临市城市更新专项行动实施方案\n2026年3月", "江临市", "campaign", 2026),
    ("兰桥区教育局2026年工作要点", "兰桥区", "plan", 2026),
    ("江临市兰桥区石塘镇2026年政府工作报告", "江临市兰桥区石塘镇", "report", 2026),
]


@pytest.mark.parametrize(("head", "region", "doc_type", "year"), TITLES, ids=[t[0].split("\n")[0] for t in TITLES])
def test_a_title_says_place_kind_and_year(head: str, region: str, doc_type: str, year: int) -> None:
    document = read(head)
    assert document.title is not None
    assert document.title.startswith(head.split("\n")[0][:6])
    assert (document.region, document.doc_type, document.year) == (region, doc_type, year)


NOTICE = (
    "江临市兰桥区人民政府办公室{first}关于印发{second}兰桥区2026年重点工作任务分工方案的通知\n兰政办发〔2026〕3号\n"
    "各镇人民政府、街道办事处，区政府各部门：\n现将《兰桥区2026年重点工作任务分工方案》印发给你们，请认真贯彻执行。\n"
    "江临市兰桥区人民政府办公室\n2026年2月3日\n（此件公开发布）\n兰桥区2026年重点工作任务分工方案"
)


@pytest.mark.parametrize(("first", "second"), [("", ""), ("\n", ""), ("", "\n")])
def test_a_notice_and_the_plan_behind_it_are_one_paper(first: str, second: str) -> None:
    document = read(NOTICE.format(first=first, second=second))
    assert document.title == "江临市兰桥区人民政府办公室关于印发兰桥区2026年重点工作任务分工方案的通知"
    assert (document.region, document.level, document.doc_type) == ("江临市兰桥区", "county", "task_list")
    assert (document.year, document.issued_on) == (2026, date(2026, 2, 3))
    assert document.doc_number == "兰政办发〔2026〕3号"
    assert document.issuer == "江临市兰桥区人民政府办公室"
    assert [task.title for task in document.tasks] == ["抓产业", "抓民生"]


CATALOGUE = [
    ("索引号", "11370000/2026-00012"),
    ("主题分类", "综合政务"),
    ("发布机构", "兰桥区人民政府办公室"),
    ("成文日期", "2026-02-03"),
    ("标题", "兰桥区人民政府办公室关于印发2026年重点工作任务的通知"),
    ("发文字号", "兰政办发〔2026〕3号"),
    ("有效性", "有效"),
]


@pytest.mark.parametrize("colon", ["：", ":", "： "])
def test_the_catalogue_of_a_government_page_tells_of_the_paper(colon: str) -> None:
    page = "".join(f"{key}{colon}{value}\n" for key, value in CATALOGUE)
    document = read(page + "兰桥区人民政府办公室关于印发2026年重点工作任务的通知\n各镇人民政府：\n现印发给你们。")
    assert document.title == "兰桥区人民政府办公室关于印发2026年重点工作任务的通知"
    assert (document.region, document.doc_type, document.year) == ("兰桥区", "task_list", 2026)
    assert document.doc_number == "兰政办发〔2026〕3号"
    assert document.issued_on == date(2026, 2, 3)
    assert document.indicators[0].value == 12


NUMBERS = ["兰政办发〔2026〕3号", "兰政发[2026]12号", "石政字（2026）5号", "柳街办〔2026〕6号", "兰政办字【2026】18号"]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_number_of_a_paper_is_kept_as_written(number: str) -> None:
    document = read(f"兰桥区人民政府关于印发2026年重点工作任务的通知\n{number}\n各镇人民政府：\n现印发给你们。")
    assert document.doc_number is not None
    assert document.doc_number.translate(str.maketrans("()", "（）")) == number


def test_the_number_of_another_paper_in_the_text_is_not_its_own() -> None:
    document = read("兰桥区2026年工作要点\n根据年度安排，制定本要点。")
    assert document.doc_number is None


YEARS = [
    ("一、2025年工作回顾\n新增企业9家。\n二、2026年工作安排\n（一）抓产业。新增企业12家。", 2026),
    ("今年是“十四五”规划收官之年。", 2025),
    ("2026年是全面推进乡村振兴的重要一年。", 2026),
]


@pytest.mark.parametrize(("words", "year"), YEARS)
def test_a_title_without_a_year_leaves_it_to_the_text(words: str, year: int) -> None:
    assert read("兰桥区工作报告\n" + words).year == year


def test_a_paper_that_names_no_year_has_the_reader_s_if_given() -> None:
    (without,) = parse("兰桥区重点工作任务" + BODY).documents
    (told,) = parse("兰桥区重点工作任务" + BODY, today=date(2027, 3, 1)).documents
    assert (without.year, told.year) == (None, 2027)


def test_what_a_paper_does_not_say_stays_open() -> None:
    (document,) = parse("新建公园6处。").documents
    assert (document.title, document.region, document.level, document.doc_type, document.issuer) == (None,) * 5
