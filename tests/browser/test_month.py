"""Two whole months in a browser, each from opening the round to the last report verified: one by web, one by workbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from browser.people import PASSWORD, Axe, PageAs
from browser.running import run_in

FILLING = f"""
from datetime import date
from django.utils import timezone
from duban.dispatch.models import Round
from duban.plans.models import Milestone
from factories.rounds import District
district = District()
for number, person in enumerate((district.liaison, district.second, district.head, district.clerk)):
    person.username = ("shixuemin", "fengzhibai", "zhangjing", "wangduban")[number]
    person.set_password("{PASSWORD}")
    person.save()
for title in ("优化营商环境", "完善工作机制", "开展专项整治"):
    task = district.another(title)
Milestone.objects.create(task=task, name="印发整治方案", due=date(2026, 6, 30))
type(task).objects.update(state="in_progress")
schedule = district.schedule(sample_percent=50)
schedule.rounds.exclude(period_start__month__in=(9, 10)).delete()
# The site's own jobs neither open nor close them, whatever day the journey is made on.
far = timezone.make_aware(timezone.datetime(2099, 1, 1))
Round.objects.update(opens_at=far, due_at=far, grace_until=far)
"""
VALUE = "新开工区级以上重点项目"
REMIND = "from duban.dispatch.actions import reminders; reminders.remind()"
REASON = "新开工数和统计口径不一致，请核实。"


@pytest.fixture(scope="module")
def clerk(page_as: PageAs) -> Page:
    return page_as("wangduban")


@pytest.fixture(scope="module")
def liaison(page_as: PageAs) -> Page:
    return page_as("shixuemin")


@pytest.fixture(scope="module")
def head(page_as: PageAs) -> Page:
    return page_as("zhangjing", viewport={"width": 390, "height": 844})


def open_round(clerk: Page, name: str) -> None:
    clerk.goto("/rounds/")
    clerk.get_by_role("link", name=name, exact=True).click()
    clerk.get_by_role("button", name="现在开始").click()
    clerk.get_by_role("dialog").get_by_role("button", name="开始", exact=True).click()
    expect(clerk.get_by_role("list", name="各状态的份数")).to_contain_text("应报4")


def hand_in(liaison: Page, number: int) -> None:
    expect(liaison.locator("[data-grid-status]")).to_contain_text("已保存")
    liaison.get_by_role("button", name="全部提交审签").click()
    expect(liaison.get_by_text(f"待审签 {number} 项")).to_be_visible()


def sign(head: Page) -> None:
    head.goto("/sign-off/")
    head.get_by_role("button", name="全部审签").click()
    head.get_by_role("dialog").get_by_role("button", name="全部审签").click()
    expect(head.get_by_text("没有等您审签的")).to_be_visible()


def light(page: Page, word: str) -> None:
    """Wait until the job of the site has lit the task."""
    for _ in range(30):
        page.goto("/tasks/1/")
        found = page.locator(".lamp-big")
        if found.count() and word in found.inner_text():
            return
        page.wait_for_timeout(2000)
    expect(page.locator(".lamp-big")).to_contain_text(word)


def bell(page: Page) -> str:
    page.goto("/")
    return page.get_by_role("link", name=re.compile("^消息")).get_attribute("aria-label") or ""


def queue(clerk: Page) -> None:
    clerk.goto("/rounds/")
    clerk.get_by_role("link", name="2026年9月", exact=True).click()
    clerk.get_by_role("link", name=re.compile("^核验")).click()


def ready(clerk: Page) -> None:
    """Wait until the keys work: then the page offers to correct."""
    expect(clerk.get_by_role("button", name=re.compile("^更正"))).to_be_visible()


def accept_all(clerk: Page) -> None:
    """Accept by the key what waits, until nothing does."""
    for _ in range(6):
        if clerk.get_by_text("没有等着核验的填报").count():
            break
        ready(clerk)
        title = clerk.locator("#decide .card-title").inner_text()
        clerk.keyboard.press("a")
        expect(clerk.get_by_text("已通过。")).to_be_visible()
        expect(clerk.locator("#decide .card-title").get_by_text(title, exact=True)).to_have_count(0)
    expect(clerk.get_by_text("没有等着核验的填报")).to_be_visible()


# -- September, by web ---------------------------------------------------------------------------------------------------


def test_the_clerk_opens_the_month(clerk: Page) -> None:
    open_round(clerk, "2026年9月")
    expect(clerk.get_by_text("催报：现在打给谁")).to_be_visible()


def test_the_liaison_fills_the_grid(liaison: Page, axe: Axe) -> None:
    liaison.goto("/reporting/")
    liaison.get_by_role("link", name="去填报").click()
    liaison.get_by_label(VALUE).fill("6")
    for field in liaison.get_by_label("完成比例").all():
        field.fill("75")
    liaison.get_by_label("节点：印发整治方案").fill("2026-06-28")
    for number in range(1, 5):
        liaison.get_by_label(f"2026-00{number} 进展情况").fill(f"第{number}项按计划推进。")
    axe(liaison)
    hand_in(liaison, 4)


def test_the_head_is_told_and_signs_and_the_light_turns_red(head: Page, clerk: Page, site_folder: Path) -> None:
    run_in(site_folder, REMIND)
    assert "条未读" in bell(head)
    sign(head)
    light(clerk, "严重滞后")
    clerk.get_by_text("依据", exact=True).click()
    clerk.get_by_role("link", name=re.compile("2026年9月")).first.click()
    expect(clerk).to_have_url(re.compile(r"/reports/\d+/"))
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("强化重大项目牵引")


def test_the_milestone_of_the_report_is_reached(clerk: Page) -> None:
    clerk.goto("/tasks/4/")
    steps = clerk.get_by_role("region", name="节点完成情况")
    expect(steps).to_contain_text("完成 1 / 1")
    expect(steps).to_contain_text("里报的")


def test_the_office_returns_by_keys_with_a_reason(clerk: Page, site_folder: Path, liaison: Page, head: Page) -> None:
    queue(clerk)
    clerk.get_by_role("navigation", name="队列").get_by_text("强化重大项目牵引").click()
    ready(clerk)
    clerk.keyboard.press("r")
    expect(clerk.get_by_placeholder("退回或更正的理由")).to_be_focused()
    clerk.keyboard.type(REASON)
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text("已退回，单位会收到提醒")).to_be_visible()
    run_in(site_folder, REMIND)
    assert "条未读" in bell(liaison)
    assert "未读" not in bell(head), "what is signed waits for nobody"


def test_a_sample_is_drawn_and_the_rest_accepted_together(clerk: Page) -> None:
    queue(clerk)
    clerk.get_by_role("button", name="抽查 50%").click()
    expect(clerk.get_by_text("抽中 2 份")).to_be_visible()
    clerk.get_by_role("button", name="未抽中的一并通过").click()
    clerk.get_by_role("dialog").get_by_role("button", name="通过", exact=True).click()
    expect(clerk.get_by_text("没有抽中、也没有提示的 1 份已通过")).to_be_visible()
    accept_all(clerk)


def test_what_was_returned_is_mended_signed_and_verified(liaison: Page, head: Page, clerk: Page) -> None:
    liaison.goto("/notices/")
    liaison.get_by_role("link", name=re.compile("被退回，请改后重报")).click()
    expect(liaison.get_by_text(f"退回：{REASON}")).to_be_visible()
    liaison.get_by_label(VALUE).fill("47")
    hand_in(liaison, 1)
    sign(head)
    queue(clerk)
    expect(clerk.get_by_text(f"退回：{REASON}")).to_be_visible()
    accept_all(clerk)


def test_the_light_turns_again_and_nobody_is_reminded_of_what_is_done(
    clerk: Page, liaison: Page, site_folder: Path
) -> None:
    light(clerk, "正常")
    run_in(site_folder, REMIND)
    assert "未读" not in bell(liaison)
    liaison.goto("/notices/")
    expect(liaison.get_by_text("✓ 已办").first).to_be_visible()
    clerk.goto("/rounds/")
    row = clerk.get_by_role("row", name=re.compile("2026年9月"))
    expect(row).to_contain_text("填报中")
    assert [cell.inner_text() for cell in row.get_by_role("cell").all()][4:] == ["4", "4", "0", "0", "4"]


# -- October, by workbook ------------------------------------------------------------------------------------------------


def test_another_month_goes_by_workbook(clerk: Page, liaison: Page, head: Page, tmp_path: Path) -> None:
    open_round(clerk, "2026年10月")
    liaison.goto("/reporting/")
    liaison.get_by_role("link", name="去填报").click()
    liaison.get_by_role("link", name="用表填").click()
    with liaison.expect_download() as download:
        liaison.get_by_role("link", name="下载填报表").click()
    path = tmp_path / "填报表.xlsx"
    download.value.save_as(path)
    book = load_workbook(path)
    figures, said = book["指标"], book["进展"]
    assert [figures.cell(row, 4).value for row in range(2, figures.max_row + 1)] == [VALUE, "完成比例", "完成比例"]
    assert figures["G2"].value == "47", "last month's figure stands beside it"
    figures["H2"] = 49
    # As Excel keeps what shows as 85%.
    for cell in ("H3", "H4"):
        figures[cell], figures[cell].number_format = 0.85, "0%"
    for row in range(2, 6):
        said[f"C{row}"] = f"10月第{row - 1}项有新进展。"
    book.save(path)
    liaison.get_by_label("填好的填报表（xlsx）").set_input_files(path)
    liaison.get_by_role("button", name="上传，看变化").click()
    expect(liaison.get_by_text("85%").first).to_be_visible()
    liaison.get_by_role("button", name="确认保存").click()
    expect(liaison.get_by_label("完成比例").first).to_have_value("85")
    liaison.get_by_role("button", name="全部提交审签").click()
    expect(liaison.get_by_text("待审签 4 项")).to_be_visible()
    sign(head)
    clerk.goto("/rounds/")
    clerk.get_by_role("link", name="2026年10月", exact=True).click()
    clerk.get_by_role("link", name=re.compile("^核验")).click()
    accept_all(clerk)


def test_the_burden_of_both_months_is_counted(clerk: Page, axe: Axe) -> None:
    clerk.goto("/ledgers/1/burden/")
    expect(clerk.get_by_text(re.compile(r"填报\s*8\s*份"))).to_be_visible()
    minutes = clerk.locator(".counts strong").nth(2).inner_text()
    assert int(minutes) >= 1
    axe(clerk)
