"""Who signs in on the journeys' sites, and the types of what the kit gives them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

#: `page_as("wangduban")` is a page of that person; `axe(page)` fails where the page breaks a rule of accessibility.
PageAs = Callable[..., Page]
Axe = Callable[..., None]

#: The password of everybody whom a ``FILLING`` makes, and of the people of the demo.
PASSWORD = "Liuxi#4471"
DEMO_PASSWORD = "Lanqiao-2026"
#: Who signs in to the demo, and as what.
DEMO = {
    "jishuyan": "administrator",
    "guweizhen": "supervision office",
    "zhangjingxing": "unit head",
    "shiminxue": "liaison",
    "hanxuping": "leader",
    "qiujingzhi": "auditor",
    "zhuangzeming": "upper level",
}


def sign_in(page: Page, address: str, username: str) -> None:
    """Sign `username` in on the page for it."""
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("用户名或电子邮箱").fill(username)
    page.get_by_label("密码").fill(DEMO_PASSWORD if username in DEMO else PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "login" not in url)


def fits(page: Page) -> None:
    """Nothing of the page lies outside of its window; waits for a page that is still on its way."""
    page.wait_for_load_state()
    page.wait_for_function(FITS, timeout=20_000)


FITS = "document.body && document.documentElement.scrollWidth <= document.documentElement.clientWidth"
