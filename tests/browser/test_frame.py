"""The frame around every page: what each role finds in it, its keys, its colours, its menu on a phone, without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.people import PageAs
from duban.config.frame import ENTRIES
from duban.organisations.guard import destination

PHONE = {"width": 390, "height": 844}
#: The entries of the side bar, by who signs in.
OPEN_TO = {
    "jishuyan": ["工作台", "组织机构", "后台任务"],
    "guweizhen": [
        "工作台",
        "台账",
        "调度",
        "督查督办",
        "排名考核",
        "通报",
        "分析",
        "亮灯办法",
        "来文",
        "调整",
        "组织机构",
        "后台任务",
    ],
    "zhangjingxing": ["工作台", "台账", "填报", "调度", "督查督办", "排名考核", "通报", "亮灯办法", "调整"],
    "shiminxue": ["工作台", "台账", "填报", "调度", "督查督办", "排名考核", "通报", "亮灯办法", "调整"],
    "hanxuping": ["工作台", "台账", "调度", "督查督办", "排名考核", "通报", "分析", "亮灯办法", "调整"],
    "qiujingzhi": ["工作台", "审计"],
    "zhuangzeming": ["工作台", "台账", "调度", "督查督办", "排名考核", "通报", "分析", "亮灯办法", "调整", "组织机构"],
}


@pytest.mark.parametrize(("username", "entries"), OPEN_TO.items())
def test_the_side_bar_holds_what_the_role_may_open_and_nothing_else(
    demo: str, page_as: PageAs, username: str, entries: list[str]
) -> None:
    there = {entry.label for entry in ENTRIES if destination(entry.name)}
    entries = [entry for entry in entries if entry in there]
    page = page_as(username)
    page.goto("/")
    links = page.get_by_role("navigation", name="主菜单").get_by_role("link")
    assert links.all_inner_texts() == entries
    for entry in entries:
        page.get_by_role("navigation", name="主菜单").get_by_role("link", name=entry).click()
        expect(page.locator("[aria-current=page]").first).to_have_text(entry)
        expect(page.get_by_role("heading", level=1)).not_to_have_text("不能办理")


def test_the_overview_of_a_month_belongs_to_dispatch(demo: str, page_as: PageAs) -> None:
    page = page_as("guweizhen")
    page.goto("/rounds/")
    current = page.get_by_role("navigation", name="主菜单").locator("[aria-current=page]")
    page.get_by_role("link", name="月度总览").click()
    expect(current).to_have_text("调度")
    page.goto("/rounds/1/")
    expect(current).to_have_text("调度")


def test_keys_lead_through_a_list_and_to_the_search(demo: str, page_as: PageAs) -> None:
    page = page_as("guweizhen")
    page.goto("/ledgers/")
    page.get_by_role("link", name="兰桥区2026年总台账", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("兰桥区2026年总台账")
    page.wait_for_load_state()  # the keys are heard once the page's script runs
    for key in "jjk":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026-001")
    page.wait_for_load_state()
    page.keyboard.press("/")
    expect(page.get_by_label("全站搜索")).to_be_focused()
    page.keyboard.type("教育")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("查找“教育”")
    page.get_by_role("main").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘操作")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="键盘操作")).to_be_hidden()


def test_colours_follow_the_system_until_somebody_chooses(demo: str, page_as: PageAs) -> None:
    page = page_as("guweizhen", color_scheme="dark")
    page.goto("/ledgers/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.locator(".top-me summary").click()
    page.get_by_role("button", name="深色").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.goto("/papers/")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.locator(".top-me summary").click()
    page.get_by_role("button", name="跟随系统").click()
    expect(root).to_have_attribute("data-bs-theme", "light")


def test_a_phone_opens_its_menu_and_closes_it(demo: str, page_as: PageAs) -> None:
    page = page_as("shiminxue", viewport=PHONE)
    page.goto("/ledgers/")
    menu = page.get_by_role("navigation", name="主菜单")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="打开菜单").click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="打开菜单").click()
    menu.get_by_role("link", name="调整").click()
    expect(page).to_have_url(re.compile("/amendments/$"))
    expect(menu).to_be_hidden()


def test_the_bars_stay_while_a_long_page_moves(demo: str, page_as: PageAs) -> None:
    page = page_as("guweizhen")
    page.goto("/ledgers/2/?layout=units")
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 1500)
    page.wait_for_function("scrollY > 1000")
    for part in (".side", ".top"):
        assert page.locator(part).bounding_box()["y"] == 0  # type: ignore[index]


def test_pages_read_without_scripts(demo: str, page_as: PageAs) -> None:
    page = page_as("guweizhen", java_script_enabled=False, viewport=PHONE)
    page.goto("/ledgers/2/")
    expect(page.get_by_role("link", name="强化重大项目牵引")).to_be_visible()
    page.get_by_role("link", name="打开菜单").click()
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="来文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("来文")
    page.locator(".top-me summary").click()
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()


def test_what_goes_wrong_is_said_in_words(demo: str, page_as: PageAs) -> None:
    page = page_as("shiminxue")
    page.goto("/ledgers/999999/")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有这个页面")
    page.goto("/audit/")
    expect(page.get_by_role("main")).to_contain_text("您的岗位没有这项权限")
    page.get_by_role("link", name="回到工作台").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")


def test_what_takes_long_says_so_and_is_sent_once(demo: str, page_as: PageAs) -> None:
    page = page_as("guweizhen")
    page.goto("/matters/new/")
    page.wait_for_load_state()
    # The page stays as it is while the answer is made: what would go out is counted and goes nowhere.
    page.evaluate(
        "window.sent = 0; addEventListener('submit', (event) => {"
        " if (!event.defaultPrevented) window.sent += 1; event.preventDefault(); })"
    )
    page.get_by_label("先读来文").set_input_files(
        {"name": "批示.txt", "mimeType": "text/plain", "buffer": "请区住建局牵头。".encode()}
    )
    page.get_by_role("button", name="读来文", exact=True).click()
    busy = page.get_by_role("button", name="正在读来文")
    expect(busy).to_have_attribute("aria-busy", "true")
    busy.click()
    assert page.evaluate("window.sent") == 1
    # Back by the browser's button: it can be sent again.
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    again = page.get_by_role("button", name="读来文", exact=True)
    expect(again).not_to_have_attribute("aria-busy", "true")
    again.click()
    assert page.evaluate("window.sent") == 2
