"""The clerk's afternoon, in a browser: upload, check by keys, two at once, an expired session, no network."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from browser.people import PASSWORD, PageAs
from factories.papers import PLAN

FILLING = f"""
from factories.site import DivisionFactory, UnitFactory, UnitGroupFactory, person_as
from duban.organisations.models import GroupName
from duban.organisations.roles import Role
lanqiao = DivisionFactory()
departments, towns = UnitGroupFactory(division=lanqiao), UnitGroupFactory(division=lanqiao, code="towns", name="镇街")
GroupName.objects.create(group=towns, division=lanqiao, name="各镇街")
for name in ("区财政局", "区发展和改革局", "区水务局", "区教育和体育局", "区住房和城乡建设局", "区城市运行中心"):
    UnitFactory(name=name, group=departments, division=lanqiao)
for name in ("东桥镇", "西桥街道"):
    UnitFactory(name=name, group=towns, division=lanqiao)
person_as(Role.SUPERVISION_OFFICE, lanqiao, username="chenli", name="陈立", password="{PASSWORD}")
person_as(Role.SUPERVISION_OFFICE, lanqiao, username="zhaomin", name="赵敏", password="{PASSWORD}")
"""


def upload(page: Page, site: str, text: str) -> None:
    """Paste a paper and wait for its check page."""
    page.goto(f"{site}/papers/new/")
    page.get_by_label("录入哪一年的台账").select_option("2026")
    page.get_by_label("或粘贴文字").fill(text)
    page.get_by_role("button", name="上传并读取").click()
    page.wait_for_selector("#check[data-ready]")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def select(page: Page, words: str) -> None:
    """Select words of the paper, as the mouse does."""
    found = page.evaluate(
        """(words) => {
            const walker = document.createTreeWalker(document.querySelector("[data-text]"), NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at >= 0) {
                    getSelection().setBaseAndExtent(node, at, node, at + words.length);
                    return true;
                }
            }
            return false;
        }""",
        words,
    )
    assert found, words


def saved(page: Page) -> None:
    expect(page.locator("[data-sync]")).to_have_text("已保存")


def left(page: Page, what: str) -> object:
    return expect(page.locator(f"[data-left={what}]"))


def test_a_paper_is_uploaded_and_checked_by_keys_alone(site: str, page_as: PageAs) -> None:
    page = page_as("chenli")
    upload(page, site, PLAN)
    left(page, "tasks").to_have_text("4")
    left(page, "units").to_have_text("2")

    # An unknown unit: nearest first, one key.
    press(page, "u")
    expect(page.get_by_role("dialog")).to_contain_text("“区城运中心”是哪个单位？")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text("区城市运行中心")
    press(page, "1")
    left(page, "units").to_have_text("1")
    press(page, "u")
    expect(page.get_by_role("dialog")).to_contain_text("“区住房建设局”")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text("区住房和城乡建设局")
    press(page, "Enter")
    left(page, "units").to_have_text("0")

    # A note is answered, a task split at the cursor, text marked as an indicator, and one step undone.
    press(page, "o")
    page.keyboard.type("以防汛通知为准")
    press(page, "Enter")
    left(page, "notes").to_have_text("0")
    press(page, "n")
    expect(page.locator(".entry-place")).to_contain_text("第 4 / 4 项")
    page.evaluate("getSelection().removeAllRanges()")
    select(page, "改造老旧小区22个")
    page.evaluate("getSelection().collapseToStart()")
    press(page, "s")
    expect(page.locator(".entry-place")).to_contain_text("第 5 / 5 项")
    expect(page.locator("textarea")).to_have_value("改造老旧小区22个。")
    select(page, "地区生产总值增长6%以上")
    press(page, "i")
    names = page.locator("input[data-field$=':name']")
    expect(names).to_have_count(2)
    expect(names.first).to_be_focused()
    press(page, "Escape", "z")
    expect(names).to_have_count(1)

    # A field is mended in place; what was read stays beside it.
    press(page, "p", "e")
    page.keyboard.type("（学位）")
    press(page, "Enter")
    expect(page.get_by_text("任务读作“办好民生实事”")).to_be_visible()

    # A task that was dropped is found again and comes back.
    press(page, "x")
    left(page, "tasks").to_have_text("4")
    press(page, "0")
    page.get_by_role("button", name="恢复").click()
    left(page, "tasks").to_have_text("5")

    press(page, "f")
    for _ in range(5):
        press(page, "a")
    saved(page)
    left(page, "tasks").to_have_text("0")
    page.get_by_role("button", name="完成核对").click()
    expect(page.get_by_text("已核对", exact=True).first).to_be_visible()

    # The ledger is issued with number, day and approver; from here on it changes by amendment only.
    page.get_by_role("link", name="去印发").click()
    expect(page.get_by_text("来文都已核对完成，可以印发。")).to_be_visible()
    page.get_by_label("文号").fill("兰政办〔2026〕3号")
    page.get_by_label("签发人").fill("郑怀远")
    page.get_by_role("button", name="印发台账").click()
    expect(page.get_by_text("兰政办〔2026〕3号").first).to_be_visible()
    page.get_by_role("link", name="台账", exact=True).click()
    page.get_by_role("link", name=re.compile("2026年.*台账")).first.click()
    expect(page.get_by_text("2026-001").first).to_be_visible()


def test_two_clerks_at_once_see_each_other_and_lose_nothing(site: str, page_as: PageAs) -> None:
    chen, zhao = page_as("chenli"), page_as("zhaomin")
    upload(chen, site, PLAN.replace("22个", "23个"))
    zhao.goto(chen.url)
    zhao.wait_for_selector("#check[data-ready]")
    title = "input[data-field$=':title']"
    chen.locator(title).fill("精准招商")
    press(chen, "Enter")
    saved(chen)
    # 赵敏 saw the old title and writes another: she is asked, and takes hers.
    zhao.locator(title).fill("精准引资")
    press(zhao, "Enter")
    choice = zhao.get_by_role("alert").filter(has_text="陈立刚改成“精准招商”，您改的是“精准引资”")
    expect(choice).to_be_visible()
    choice.get_by_role("button", name="用我的").click()
    saved(zhao)
    expect(chen.locator(title)).to_have_value("精准引资", timeout=10_000)
    expect(chen.locator("[data-people]")).to_contain_text("赵敏在第 1 项")
    press(chen, "l")
    expect(chen.get_by_role("dialog")).to_contain_text("赵敏：改了任务“精准招商”")


def test_an_expired_session_and_a_lost_network_lose_nothing(site: str, page_as: PageAs) -> None:
    page = page_as("chenli")
    upload(page, site, PLAN.replace("22个", "24个"))
    page.context.clear_cookies()
    page.locator("input[data-field$=':value']").first.fill("66")
    press(page, "Enter", "a")
    status = page.locator("[data-sync]")
    expect(status).to_contain_text("登录已过期，2 处修改留在本机")
    with page.context.expect_page() as opened:
        status.get_by_role("link").click()
    other = opened.value
    other.get_by_label("用户名或电子邮箱").fill("chenli")
    other.get_by_label("密码").fill(PASSWORD)
    other.get_by_role("button", name="登录").click()
    other.wait_for_url(re.compile("/papers/$"))
    page.bring_to_front()
    expect(status).to_have_text("已保存", timeout=20_000)

    page.context.set_offline(True)
    press(page, "a")
    expect(status).to_contain_text("网络断开，1 处修改留在本机", timeout=10_000)
    page.context.set_offline(False)
    expect(status).to_have_text("已保存", timeout=20_000)

    # Leaving and coming back: the place, and what was typed but not saved.
    page.locator("textarea").press_sequentially("还没写完")
    page.goto(page.url.split("?")[0])
    page.wait_for_selector("#check[data-ready]")
    left(page, "tasks").to_have_text("2")
    expect(page.locator(".entry-place")).to_contain_text("第 3 / 4 项")
    expect(page.locator("textarea")).to_have_value(re.compile("还没写完"))
    press(page, "k", "k")
    expect(page.locator("input[data-field$=':value']").first).to_have_value("66")


def test_the_page_reads_without_scripts(site: str, page_as: PageAs) -> None:
    page = page_as("chenli")
    upload(page, site, PLAN.replace("22个", "25个"))
    plain = page_as("chenli", java_script_enabled=False)
    plain.goto(page.url)
    expect(plain.get_by_role("heading", name="精准招引项目")).to_be_visible()
    expect(plain.locator(".m-indicator").first).to_be_visible()
    plain.get_by_role("button", name="核对无误，下一项").click()
    expect(plain.get_by_role("heading", name="加快项目建设")).to_be_visible()
