"""How long a clerk waits in Chromium: a paper of 20,000 characters from the upload to the check page, and that page alone.

Part of `make bench-site`; the site must run with its jobs. Times are those of the wall: what a person waits, on this machine.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass

from playwright.sync_api import Page, sync_playwright

CHARACTERS = 20_000
#: Seconds that are promised: from the click on upload to the check page ready for use, and that page opened anew.
UPLOAD, OPEN = 3.0, 1.0
RUNS = 5
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# The page says that it can be worked with by setting data-ready; the clock of the page starts with the navigation.
READY = """() => new Promise((resolve) => {
    const done = () => resolve(window.readyAt);
    window.readyAt ? done() : addEventListener("measured", done, { once: true });
})"""
WATCH = """
const watch = () => {
    if (!document.querySelector("#check[data-ready]")) return;
    window.readyAt = performance.now();
    dispatchEvent(new Event("measured"));
    seen.disconnect();
};
const seen = new MutationObserver(watch);
seen.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
"""


@dataclass(frozen=True)
class Waited:
    """Seconds from upload to ready (least disturbed of the uploads), seconds to open the check page, tasks in the paper."""

    upload: float
    opened: float
    tasks: int


def measure(address: str, username: str, password: str) -> Waited | None:
    """Return how long the clerk waits; None where there is no Chromium."""
    path = shutil.which("chromium")
    if path is None:
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.add_init_script(WATCH)
        page.goto(f"{address}/accounts/login/")
        page.locator("[name=login]").fill(username)
        page.locator("[name=password]").fill(password)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        # The first paper warms the worker and the rules up; a copy of a paper is not read again, so each is another.
        uploads = [_uploaded(page, address, paper(number)) for number in range(RUNS)]
        check, opened = page.url, []
        for _ in range(RUNS):
            page.goto(check)
            opened.append(page.evaluate(READY) / 1000)
        tasks = int(page.locator("[data-left=tasks]").inner_text())
        browser.close()
    return Waited(min(uploads), min(opened), tasks)


def _uploaded(page: Page, address: str, text: str) -> float:
    page.goto(f"{address}/papers/new/")
    page.get_by_label("录入哪一年的台账").select_option("2026")
    page.get_by_label("或粘贴文字").fill(text)
    begun = time.monotonic()
    page.get_by_role("button", name="上传并读取").click()
    page.wait_for_selector("#check[data-ready]", timeout=60_000)
    return time.monotonic() - begun


def paper(number: int) -> str:
    """Return an invented plan of `CHARACTERS` characters; each number gives another."""
    lines = [f"江临市兰桥区2026年重点工作任务实施方案（第{number + 1}稿）", "一、重点任务"]
    length, task = 0, 0
    while length < CHARACTERS:
        task += 1
        if task % 25 == 1:
            lines.append(f"（{'一二三四五六七八九十'[task // 25 % 10]}）抓好第{task // 25 + 1}个方面的工作")
        lines.append(
            f"{task}．推进第{task}号片区更新。年内改造老旧小区{task + number}个，新建口袋公园{task % 9 + 1}处，完成投资"
            f"{task % 7 + 1}.5亿元，6月底前开工，12月底前全部完成，群众满意度达到{80 + task % 20}%以上。"
            f"（牵头单位：区教育第{task % 40 + 1}局；责任单位：区产业第{task % 50 + 1}局、云台第71镇）"
        )
        length += len(lines[-1]) + 1
    return "\n".join(lines)[:CHARACTERS]
