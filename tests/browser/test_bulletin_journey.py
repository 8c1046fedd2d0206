"""A bulletin in a browser: drafted, a sentence edited, a figure that moved taken over, signed on a phone, issued, opened."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from docx import Document
from playwright.sync_api import expect

from browser.people import PASSWORD, Axe, PageAs, fits
from browser.running import run_in

FILLING = f"""
from factories.bulletins import Papers
district = Papers()
for number, person in enumerate((district.clerk, district.leader, district.liaison)):
    person.username = ("wangduban", "xuwenlan", "shixuemin")[number]
    person.set_password("{PASSWORD}")
    person.save()
"""
#: What stands in the ledger for the closing day is put right: the title of a task.
MOVED = """
from duban.plans.models import TaskVersion
version = TaskVersion.objects.get(snapshot__title="畅通断头路")
version.snapshot["title"] = "打通断头路"
version.save()
"""
PHONE = {"width": 390, "height": 844}
TITLE = "关于2026年9月重点工作督查情况的通报"


def test_from_a_draft_to_a_unit_that_opens_it(page_as: PageAs, axe: Axe, site_folder: Path) -> None:
    office = page_as("wangduban")
    office.goto("/bulletins/")
    axe(office)
    office.get_by_role("link", name="拟一份").first.click()
    office.get_by_label("月份").select_option("9")
    axe(office)
    office.get_by_role("button", name="拟稿").click()
    expect(office.get_by_text(f"已拟出“{TITLE}”")).to_be_visible()
    axe(office)
    paper = office.url

    # A sentence is edited by keys; its numbers stay bound.
    block = office.locator("#b3")
    block.hover()
    block.get_by_label("改第3段").click()
    box = block.get_by_label("这一段")
    expect(box).to_be_focused()
    assert "{3}项任务" in box.input_value()
    box.fill(box.input_value().replace("形势严峻", "要高度重视"))
    office.keyboard.press("Control+Enter")
    expect(block.get_by_text("改过")).to_be_visible()
    expect(block.get_by_role("link", name="3", exact=True)).to_have_attribute("href", "/ledgers/1/?on=2026-09-30")
    # A number that the data do not know is refused in the form, and nothing is lost.
    block.hover()
    block.get_by_label("改第3段").click()
    expect(block.get_by_label("这一段")).to_be_focused()
    block.get_by_label("这一段").fill("共有{99}项任务。")
    office.keyboard.press("Control+Enter")
    expect(block.get_by_role("alert")).to_contain_text("没有“{99}”这个绑定的数")
    expect(block.get_by_label("这一段")).to_have_value("共有{99}项任务。")
    expect(block.get_by_label("这一段")).to_be_focused()
    office.keyboard.press("Escape")
    expect(block.get_by_text("要高度重视")).to_be_visible()

    # The data move: what moved is marked, and taken over.
    run_in(site_folder, MOVED)
    office.goto(paper)
    expect(office.get_by_text("和现在的数据不一样，已在文中标出")).to_be_visible()
    axe(office)
    office.get_by_role("button", name="全部用新数").click()
    expect(office.get_by_text("已全部采用新的数")).to_be_visible()
    expect(block.get_by_text("要高度重视")).to_be_visible()
    expect(office.get_by_text("“打通断头路”").first).to_be_visible()
    office.get_by_role("link", name="改了 1 段").click()
    expect(office.locator("del", has_text="形势严峻")).to_be_visible()
    axe(office)

    office.goto(paper)
    office.get_by_label("许文澜").check()
    office.get_by_role("button", name="送审签").click()
    expect(office.get_by_text("已送许文澜审签。")).to_be_visible()

    # The leader signs on a phone, from the workbench.
    leader = page_as("xuwenlan")
    leader.set_viewport_size(PHONE)  # type: ignore[arg-type]
    leader.goto(f"{paper}sign/")
    fits(leader)
    axe(leader)
    leader.get_by_label("意见").fill("同意")
    leader.get_by_role("button", name="同意").click()
    expect(leader.get_by_text("不在审签中")).to_be_visible()

    office.goto(paper)
    office.get_by_role("button", name="编号印发").click()
    office.get_by_role("dialog").get_by_role("button", name="印发").click()
    expect(office.get_by_text("已印发：督通〔2026〕1号")).to_be_visible()
    expect(office.get_by_text("SM3").first).to_be_visible()
    axe(office)

    unit = page_as("shixuemin")
    unit.set_viewport_size(PHONE)  # type: ignore[arg-type]
    unit.goto("/")
    unit.get_by_role("link", name=f"阅读：{TITLE}").first.click()
    expect(unit.get_by_text("督通〔2026〕1号")).to_be_visible()
    fits(unit)
    axe(unit)
    with unit.expect_download() as handed_out:
        unit.get_by_role("link", name="Word").first.click()
    lines = [line.text for line in Document(str(handed_out.value.path())).paragraphs]
    assert any("要高度重视" in line for line in lines)
    with unit.expect_download() as printed:
        unit.get_by_role("link", name="PDF").first.click()
    first = pypdfium2.PdfDocument(printed.value.path())[0].get_textpage().get_text_range()
    assert "督通〔2026〕1号" in first
    office.goto(paper)
    office.get_by_role("heading", name="家单位").click()
    expect(office.get_by_text("石敏学打开")).to_be_visible()
