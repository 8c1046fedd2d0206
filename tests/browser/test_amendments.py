"""After the issue, in a browser: a unit breaks its tasks down by page and by workbook, asks for more time, and it shows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from browser.people import PASSWORD, PageAs

FILLING = f"""
from factories.issued import clerk_of, draft_ledger, unit_named
from factories.site import person_as
from duban.organisations.roles import Role
ledger, clerk = draft_ledger("推进项目建设", "优化营商环境")
clerk.username = "wangduban"
clerk.set_password("{PASSWORD}")
clerk.save()
unit = unit_named("区发展和改革局")
person_as(Role.LIAISON, ledger.division, unit, username="chenlianluo", name="陈联络", password="{PASSWORD}")
"""


@pytest.fixture(scope="module")
def clerk(page_as: PageAs, site: str) -> Page:
    """A clerk who has issued the ledger."""
    page = page_as("wangduban")
    page.goto(f"{site}/ledgers/1/issue/")
    page.get_by_label("文号").fill("兰政发〔2026〕1号")
    page.get_by_label("印发日期").fill("2026-03-01")
    page.get_by_label("签发人").fill("李区长")
    page.get_by_role("button", name="印发台账").click()
    expect(page.get_by_text("核验一致")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def liaison(page_as: PageAs, clerk: Page) -> Page:
    return page_as("chenlianluo")


def test_a_task_is_broken_down_with_dates_worked_out_backwards(site: str, liaison: Page) -> None:
    liaison.goto(f"{site}/tasks/1/break-down/")
    liaison.get_by_label("举措", exact=True).first.fill("完成前期手续")
    for n, (name, days) in enumerate((("招标", "20"), ("开工", "30"))):
        liaison.locator(f"[name=milestones-{n}-name]").fill(name)
        liaison.locator(f"[name=milestones-{n}-days]").fill(days)
    liaison.get_by_role("button", name="倒排工期").click()
    expect(liaison.get_by_role("main").get_by_text("还没有保存")).to_be_visible()
    expect(liaison.locator("[name=milestones-1-due]")).to_have_value("2026-06-30")
    proposed = date.fromisoformat(liaison.locator("[name=milestones-0-due]").input_value())
    assert proposed.weekday() < 5
    liaison.get_by_role("button", name="保存", exact=True).click()
    expect(liaison.get_by_text("进行中；")).to_be_visible()
    expect(liaison.locator("[name=milestones-0-due]")).to_have_value(proposed.isoformat())


def test_a_workbook_goes_out_and_comes_back(site: str, liaison: Page, tmp_path: Path) -> None:
    liaison.goto(f"{site}/tasks/2/break-down/")
    liaison.get_by_role("link", name="用表填区发展和改革局的分解").click()
    with liaison.expect_download() as download:
        liaison.get_by_role("link", name="下载分解表").click()
    path = tmp_path / "分解表.xlsx"
    download.value.save_as(path)
    book = load_workbook(path)
    steps = book["举措和节点"]
    row = next(row for row in steps.iter_rows(min_row=2) if row[0].value == "2026-002" and row[2].value == "举措")
    row[4].value, row[9].value = "公布办事清单", "不日"
    book.save(path)
    liaison.get_by_label("填好的分解表（xlsx）").set_input_files(path)
    liaison.get_by_role("button", name="上传，看变化").click()
    expect(liaison.get_by_text("什么都没有保存")).to_be_visible()
    expect(liaison.get_by_text(f"举措和节点!J{row[0].row}")).to_be_visible()
    row[9].value = "2026-05-29"
    book.save(path)
    liaison.get_by_label("填好的分解表（xlsx）").set_input_files(path)
    liaison.get_by_role("button", name="上传，看变化").click()
    expect(liaison.get_by_text("公布办事清单（2026年5月29日）")).to_be_visible()
    liaison.get_by_role("button", name="确认保存").click()
    expect(liaison.get_by_text("待分解")).to_have_count(0)


def test_more_time_is_asked_for_granted_and_seen_on_two_days(site: str, liaison: Page, clerk: Page) -> None:
    liaison.goto(f"{site}/tasks/1/amend/?kind=extend")
    liaison.get_by_label("新的完成时限").fill("2026-09-30")
    liaison.get_by_label("理由").fill("汛期连续降雨影响工期")
    minutes = {"name": "会议纪要.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 minutes"}
    liaison.get_by_label("依据文件").set_input_files(minutes)  # type: ignore[arg-type]
    liaison.get_by_role("button", name="提交申请").click()
    expect(liaison.get_by_role("link", name="会议纪要.pdf")).to_be_visible()
    expect(liaison.get_by_role("button", name="批准")).to_have_count(0)
    clerk.goto(f"{site}/amendments/?state=requested")
    clerk.get_by_role("link", name="2026年第1号").click()
    clerk.get_by_label("生效日期").fill("2026-06-01")
    clerk.get_by_label("审批意见").fill("同意延期一次")
    clerk.get_by_role("button", name="批准").click()
    expect(clerk.get_by_text("已生效", exact=True)).to_be_visible()
    clerk.goto(f"{site}/ledgers/1/compare/?from=2026-05-31&to=2026-06-01")
    expect(clerk.get_by_role("row", name="完成时限 2026年6月30日 2026年9月30日")).to_be_visible()
    expect(clerk.get_by_role("link", name="延期（第1号）")).to_be_visible()
    clerk.get_by_label("到", exact=True).fill("2026-05-31")
    clerk.get_by_role("button", name="对比").click()
    expect(clerk.get_by_text("没有变化", exact=True)).to_be_visible()
