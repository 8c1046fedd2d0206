"""A month of reporting in a browser: two people fill one grid, the network goes and comes back, the head signs."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Page, expect

from browser.people import PASSWORD, Axe, PageAs, fits

FILLING = f"""
from factories.rounds import District
district = District()
for number, person in enumerate((district.liaison, district.second, district.head, district.clerk)):
    person.username = ("shixuemin", "fengzhibai", "zhangjing", "wangduban")[number]
    person.set_password("{PASSWORD}")
    person.save()
district.another("优化营商环境")
round = district.month(9).round
# The site's own jobs close what is overdue, whatever day the journey is made on.
round.due_at = round.grace_until = round.due_at.replace(year=2099)
round.save()
"""
GRID = "/rounds/9/units/1/"
VALUE = "新开工区级以上重点项目"
PASTE = """(field, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def liaison(page_as: PageAs) -> Page:
    return page_as("shixuemin")


@pytest.fixture(scope="module")
def second(page_as: PageAs) -> Page:
    return page_as("fengzhibai")


def saved(page: Page) -> None:
    expect(page.locator("[data-grid-status]")).to_contain_text("已保存")


def test_cells_save_themselves_and_keys_move_as_in_a_spreadsheet(liaison: Page, axe: Axe) -> None:
    liaison.goto("/reporting/")
    liaison.get_by_role("link", name="去填报").click()
    value = liaison.get_by_label(VALUE)
    value.fill("4700")
    value.press("Enter")
    expect(liaison.get_by_label("完成比例")).to_be_focused()
    liaison.keyboard.press("Control+ArrowRight")
    expect(liaison.get_by_label("2026-002 进展情况")).to_be_focused()
    liaison.keyboard.press("Control+ArrowUp")
    liaison.keyboard.type("全区新开工区级以上重点项目47个。")
    liaison.keyboard.press("Alt+Enter")
    liaison.keyboard.type("其中亿元以上项目19个。")
    liaison.keyboard.press("Control+s")
    saved(liaison)
    # It says why, and takes the number all the same.
    expect(liaison.get_by_text("请看看计量单位是否填错")).to_be_visible()
    value.fill("47")
    value.press("Tab")
    expect(liaison.get_by_text("请看看计量单位是否填错")).to_have_count(0)
    axe(liaison)
    liaison.reload()
    expect(liaison.get_by_label(VALUE)).to_have_value("47")
    expect(liaison.get_by_label("2026-001 进展情况")).to_have_value(
        "全区新开工区级以上重点项目47个。\n其中亿元以上项目19个。"
    )


def test_a_cell_that_holds_no_number_says_so_and_holds_up_no_other(liaison: Page) -> None:
    liaison.get_by_label("完成比例").fill("一半")
    liaison.get_by_label("2026-002 进展情况").fill("办事事项压减三成。")
    expect(liaison.get_by_text("“一半”不是数")).to_be_visible()
    expect(liaison.locator("[data-grid-status]")).to_contain_text("1 格填得不对")
    liaison.get_by_label("完成比例").fill("50")
    saved(liaison)


def test_a_lost_network_loses_no_cell(liaison: Page) -> None:
    liaison.context.set_offline(True)
    liaison.get_by_label("2026-001 存在问题").fill("个别项目用地报批慢。")
    expect(liaison.locator("[data-grid-status]")).to_contain_text("网络不通")
    liaison.context.set_offline(False)
    saved(liaison)
    # The window was closed before the network came back: what was typed is there when the page opens again.
    liaison.route("**/reports/*/save", lambda route: route.abort())
    liaison.get_by_label("2026-001 下步打算").fill("10月集中开工8个。")
    expect(liaison.locator("[data-grid-status]")).to_contain_text("网络不通")
    liaison.goto("about:blank")
    liaison.unroute("**/reports/*/save")
    liaison.goto(GRID)
    expect(liaison.get_by_label("2026-001 下步打算")).to_have_value("10月集中开工8个。")
    # It may already have gone out when the window closed.
    expect(liaison.locator(".is-unsent")).to_have_count(0)
    liaison.reload()
    expect(liaison.get_by_label("2026-001 下步打算")).to_have_value("10月集中开工8个。")


def test_an_ended_session_loses_no_cell(liaison: Page, page_as: PageAs) -> None:
    cookies = liaison.context.cookies()
    liaison.context.clear_cookies(name="sessionid")
    liaison.get_by_label("2026-001 需协调事项").fill("请协调林地手续。")
    dialog = liaison.get_by_role("dialog", name="登录已失效")
    expect(dialog).to_be_visible()
    # As if signed in again in another window.
    liaison.context.add_cookies(cookies)
    liaison.evaluate("dispatchEvent(new Event('focus'))")
    expect(dialog).to_be_hidden()
    saved(liaison)


def test_two_people_in_one_cell_choose_between_both_values(liaison: Page, second: Page) -> None:
    second.goto(GRID)
    liaison.reload()
    second.get_by_label(VALUE).fill("46")
    saved(second)
    liaison.get_by_label(VALUE).fill("48")
    expect(liaison.get_by_text("冯知白已改为“46”，您填的是“48”")).to_be_visible()
    liaison.get_by_role("button", name="全部提交审签").click()
    expect(liaison.get_by_text("还有没保存的格")).to_be_visible()
    liaison.get_by_role("button", name="用我的").click()
    saved(liaison)
    liaison.reload()
    expect(liaison.get_by_label(VALUE)).to_have_value("48")


def test_a_block_from_a_spreadsheet_is_pasted_as_a_block(second: Page) -> None:
    second.goto(GRID)
    second.get_by_label(VALUE).evaluate(PASTE, '49\t"新开工49个。\n其中续建1个。"\r\n55\t办事事项压减四成。')
    expect(second.get_by_label("2026-001 进展情况")).to_have_value("新开工49个。\n其中续建1个。")
    expect(second.get_by_label("完成比例")).to_have_value("55")
    saved(second)


def test_on_a_phone_each_task_is_a_card_and_nothing_lies_on_anything(page_as: PageAs) -> None:
    phone = page_as("fengzhibai", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.goto(GRID)
    fits(phone)
    fields = phone.locator(".cell-field").all()
    boxes = [box for field in fields if (box := field.bounding_box())]
    assert all(box["height"] >= 44 for box in boxes)
    assert all(above["y"] + above["height"] <= below["y"] for above, below in pairwise(boxes))


def test_it_is_handed_in_when_it_is_complete(liaison: Page) -> None:
    liaison.goto(GRID)
    liaison.get_by_label("2026-002 进展情况").fill("")
    saved(liaison)
    liaison.get_by_role("button", name="全部提交审签").click()
    expect(liaison.get_by_role("alert")).to_contain_text("2026-002 优化营商环境：没有写进展情况")
    expect(liaison.get_by_text("已提交 1 项")).to_be_visible()
    liaison.get_by_label("2026-002 进展情况").fill("办事事项压减四成。")
    liaison.get_by_role("button", name="提交", exact=True).click()
    expect(liaison.get_by_text("待审签 2 项")).to_be_visible()


def test_evidence_goes_up_several_at_once_and_a_bad_file_says_why(liaison: Page) -> None:
    liaison.goto("/reports/1/")
    liaison.get_by_role("button", name="撤回来改").click()
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "seagreen").save(out, "JPEG")
    files: list[Any] = [
        {"name": "工地.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()},
        {"name": "假照片.jpg", "mimeType": "image/jpeg", "buffer": b"PK\x05\x06" + b"\0" * 18},
    ]
    with liaison.expect_file_chooser() as chooser:
        liaison.get_by_role("button", name="“强化重大项目牵引”的佐证").click()
    chooser.value.set_files(files)
    expect(liaison.get_by_text("“假照片.jpg”没有上传")).to_be_visible()
    liaison.get_by_role("link", name="工地.jpg").click()
    expect(liaison.get_by_role("dialog", name="工地.jpg").get_by_role("img")).to_be_visible()
    liaison.get_by_role("button", name="关闭").last.click()
    liaison.locator("#report-1").get_by_role("button", name="提交", exact=True).click()
    expect(liaison.get_by_text("待审签 2 项")).to_be_visible()


def test_the_head_reads_and_signs_on_a_phone(page_as: PageAs, axe: Axe) -> None:
    head = page_as("zhangjing", viewport={"width": 390, "height": 844})
    head.goto("/reporting/")
    head.get_by_role("link", name="去审签（2）").click()
    axe(head)
    fits(head)
    head.get_by_text("退回", exact=True).last.click()
    head.get_by_label("要改什么").last.fill("请写明压减到多少项。")
    head.get_by_role("button", name="退回联络员").last.click()
    expect(head.get_by_text("已退回联络员")).to_be_visible()
    head.get_by_role("button", name="全部审签").click()
    head.get_by_role("dialog").get_by_role("button", name="全部审签").click()
    expect(head.get_by_text("没有等您审签的")).to_be_visible()


def test_the_rest_of_the_month_goes_by_workbook(liaison: Page, tmp_path: Path) -> None:
    liaison.goto(GRID)
    expect(liaison.get_by_text("退回：请写明压减到多少项。")).to_be_visible()
    liaison.get_by_role("link", name="用表填").click()
    with liaison.expect_download() as download:
        liaison.get_by_role("link", name="下载填报表").click()
    path = tmp_path / "填报表.xlsx"
    download.value.save_as(path)
    book = load_workbook(path)
    book["指标"]["H2"] = "六成"
    book["进展"]["C2"] = "办事事项压减到120项。"
    book.save(path)
    liaison.get_by_label("填好的填报表（xlsx）").set_input_files(path)
    liaison.get_by_role("button", name="上传，看变化").click()
    expect(liaison.get_by_text("指标!H2")).to_be_visible()
    book["指标"]["H2"] = 60
    book.save(path)
    liaison.get_by_label("填好的填报表（xlsx）").set_input_files(path)
    liaison.get_by_role("button", name="上传，看变化").click()
    liaison.get_by_role("button", name="确认保存").click()
    expect(liaison.get_by_label("2026-002 进展情况")).to_have_value("办事事项压减到120项。")
    liaison.get_by_role("button", name="全部提交审签").click()
    expect(liaison.get_by_text("待审签 1 项")).to_be_visible()
