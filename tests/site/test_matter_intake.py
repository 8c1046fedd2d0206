"""Matters from their paper: read, checked, registered with the paper kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from duban.organisations.models import UnitAlias
from duban.organisations.sheets import Book
from duban.supervision import intake, matter_list
from duban.supervision.models import Attachment, Matter
from factories.matters import Office
from makers_office import bare_docx, paragraph

pytestmark = pytest.mark.django_db

PAPER = (
    "关于加快老旧小区加装电梯的批示",
    "兰政督〔2026〕17号",
    "韩旭平同志批示：请区住建局牵头，区财政局配合，10个工作日内拿出办法报我。",
)


def paper(*lines: str) -> bytes:
    return bare_docx("".join(paragraph(line) for line in lines or PAPER))


def test_a_paper_says_who_asks_what_of_whom_by_when() -> None:
    office = Office()
    UnitAlias.objects.create(unit=office.lead, division=office.division, name="区住建局", key="x")
    draft = intake.read(paper(), "批示.docx", office.division, date(2026, 3, 30))
    assert (draft.title, draft.source, draft.source_person) == (PAPER[0], "instruction", "韩旭平")
    assert draft.source_name == "兰政督〔2026〕17号"
    assert draft.own_due == date(2026, 4, 14)
    assert draft.notes[0].startswith("来文写“10个工作日内”：从2026年3月30日次日起算10个工作日")
    assert intake.units_in(draft.text, office.division) == (office.lead, [office.support])


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("区政府第78次常务会议纪要", "meeting"),
        ("关于增加停车泊位的建议（丁若谷等8名代表建议）", "deputy_proposal"),
        ("区政协十届四次会议第112号提案", "committee_proposal"),
        ("江临市政府督查通知", "upper_order"),
        ("群众反映沙场夜间作业", "lead"),
    ],
)
def test_a_paper_tells_where_it_comes_from(line: str, source: str) -> None:
    office = Office()
    assert intake.read(paper(line, "请抓紧办理。"), "来文.docx", office.division, date(2026, 3, 30)).source == source


def test_a_form_that_goes_with_the_paper_says_what_it_is_about_and_when_it_came() -> None:
    office = Office()
    lines = (
        "领导批示件办理单",
        "来文单位：岚溪区住房和城乡建设局　　编号：118",
        "文件名称：关于竹溪小区改造进展情况的报告",
        "批示领导：区长 韩旭平　　批示日期：2026年3月30日",
        "批示内容：请区住建局牵头，10个工作日内拿出办法。",
    )
    draft = intake.read(paper(*lines), "办理单.docx", office.division, date(2026, 4, 10))
    assert (draft.title, draft.source) == ("关于竹溪小区改造进展情况的报告", "instruction")
    assert (draft.received_on, draft.own_due) == (date(2026, 3, 30), date(2026, 4, 14))


def test_what_the_width_of_a_page_broke_is_one_line_again() -> None:
    office = Office()
    broken = (
        "关于竹溪小区改造的批示\n\n"
        "　　请区住建局牵头，区财政局、竹溪街道配合，抓紧拿出遗留问题\n"
        "整改方案，把雨污分流管网改造、加装电梯、停车泊位三件事一并办\n"
        "好，结果报我。\n"
    )
    draft = intake.read(broken.encode(), "批示.txt", office.division, date(2026, 3, 30))
    assert draft.text.splitlines() == [
        "关于竹溪小区改造的批示",
        "请区住建局牵头，区财政局、竹溪街道配合，抓紧拿出遗留问题整改方案，把雨污分流管网改造、加装电梯、停车泊位三件事一并办好，结果报我。",
    ]


@pytest.mark.parametrize("said", ["2026年4月31日", "2026年4月11日", "4月1日"])
def test_a_day_that_is_none_or_still_to_come_is_not_when_it_came(said: str) -> None:
    office = Office()
    draft = intake.read(paper("交办单", f"交办日期：{said}"), "交办单.docx", office.division, date(2026, 4, 10))
    assert (draft.title, draft.received_on) == ("交办单", None)


def test_on_the_page_the_form_is_filled_and_the_paper_becomes_a_file(client: Client) -> None:
    office = Office()
    client.force_login(office.clerk)
    address = reverse("supervision:matter_new")
    content = paper()
    files = SimpleUploadedFile("批示.docx", content)
    page = client.post(address, {"do": "read", "files": files})
    form = page.context["form"]
    assert form.initial["title"] == PAPER[0]
    facts = {name: value for name, value in form.initial.items() if value}
    facts["received_on"] = timezone.localdate() - timedelta(days=1)
    facts["kept"] = page.context["kept"]
    answer = client.post(address, facts)
    found = Matter.objects.get()
    assert answer["Location"] == reverse("supervision:matter", args=[found.pk])
    kept = Attachment.objects.get(matter=found)
    assert kept.name == "批示.docx"
    handed = client.get(reverse("supervision:file", args=[kept.pk]))
    assert handed["Content-Disposition"].startswith("attachment")
    assert b"".join(handed.streaming_content) == content  # type: ignore[attr-defined]
    client.force_login(office.liaison)
    assert client.get(reverse("supervision:file", args=[kept.pk])).status_code == 404


def test_what_cannot_be_read_says_so_and_a_forged_list_names_nothing(client: Client) -> None:
    office = Office()
    client.force_login(office.clerk)
    address = reverse("supervision:matter_new")
    answer = client.post(address, {"do": "read", "files": SimpleUploadedFile("坏.docx", b"PK\x03\x04 broken")})
    assert answer.status_code == 422
    assert answer.context["problem"]
    facts = {
        "source": "lead", "title": "核实", "received_on": "2026-03-30", "urgency": "ordinary", "kept": "[[1, 'x']]:forged",
    }  # fmt: skip
    client.post(address, facts)
    assert not Attachment.objects.exists()


def book(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
    written = Book()
    written.sheet("督查事项", tuple(matter_list.COLUMNS.items()), rows)
    return SimpleUploadedFile("清单.xlsx", written.bytes())


GOOD = ("河道清淤", "会议议定", date(2026, 3, 2), "第78次常务会议", "", "月底前清完", "", "", "", "区政府", "会议纪要")


def test_a_list_is_seen_before_it_is_registered_all_of_it(client: Client) -> None:
    office = Office()
    client.force_login(office.clerk)
    address = reverse("supervision:matters_import")
    rows = (
        (*GOOD, office.lead.name, office.support.name),
        ("路灯不亮", "群众线索", "2026年3月3日", "留言", "", "", "特急", "", "是", "", "", "", ""),
    )
    page = client.post(address, {"file": book(*rows)})
    assert page.status_code == 200
    assert not Matter.objects.exists()
    client.post(address, {"workbook": page.context["workbook"], "do": "confirm"})
    first, second = Matter.objects.order_by("seq")
    assert (first.state, first.waits_for is not None, second.state) == ("in_progress", True, "registered")
    assert second.restricted
    again = client.post(address, {"file": book(*rows)})
    assert "已经登记过" in again.content.decode()
    assert Matter.objects.count() == 2


def test_one_wrong_cell_and_nothing_is_registered(client: Client) -> None:
    office = Office()
    client.force_login(office.clerk)
    address = reverse("supervision:matters_import")
    wrong = ("", "大风刮来", "明天", "", "", "", "急", "2020-01-01", "好", "区政府", "", "区飞碟局", "")
    page = client.post(address, {"file": book((*GOOD, office.lead.name, ""), wrong), "do": "confirm"})
    assert page.status_code == 422
    cells = {problem.cell for problem in page.context["found"].problems}
    assert cells == {f"督查事项!{letter}3" for letter in "ABCGHIKL"}
    assert not Matter.objects.exists()
    assert client.get(reverse("supervision:matters_template")).status_code == 200
    assert client.post(address, {"file": SimpleUploadedFile("x.xlsx", b"no")}).status_code == 422
