"""The first run, in a browser: from the server's console to the first page."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from browser.people import PageAs
from browser.running import CONSOLE


def test_an_administrator_sets_the_site_up_and_signs_in(site: str, site_folder: Path, page_as: PageAs) -> None:
    page = page_as()
    page.goto(f"{site}/ledgers/")
    expect(page).to_have_url(f"{site}/first-run/")
    # The console greets once the site answers, which may be a moment after the first page.
    code = None
    for _ in range(100):
        console = (site_folder / CONSOLE).read_text("utf-8")
        if code := re.search(r"^  (\w{4}-\w{4}-\w{4})$", console, re.MULTILINE):
            break
        page.wait_for_timeout(100)
    assert code

    def fill(**more: str) -> None:
        given = {
            "启动码": code[1],
            "行政区划全称": "江临市兰桥区",
            "简称": "兰桥区",
            "区划代码": "990102",
            "主管机构": "兰桥区人民政府督查室",
            "管理员姓名": "纪书言",
            "管理员用户名": "jishuyan",
            "密码": "Liuxi#4471",
            "再输一次密码": "Liuxi#4471",
        }
        for label, value in {**given, **more}.items():
            page.get_by_label(label, exact=True).fill(value)
        page.get_by_role("button", name="启用").click()

    fill(启动码="AAAA-AAAA-AAAA")
    expect(page.get_by_text("启动码不对")).to_be_visible()
    fill()
    expect(page).to_have_url(f"{site}/accounts/login/")
    page.get_by_label("用户名或电子邮箱").fill("jishuyan")
    page.get_by_label("密码").fill("Liuxi#4471")
    page.get_by_role("button", name="登录").click()
    page.goto(f"{site}/accounts/me/")
    expect(page.get_by_text("纪书言").first).to_be_visible()
    page.goto(f"{site}/first-run/")
    expect(page).not_to_have_url(f"{site}/first-run/")
