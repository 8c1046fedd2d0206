"""A scoring scheme in a browser: copied, broken and mended, tried on the month that is over, kept, adopted; how steady places are."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from browser.people import PASSWORD, Axe, PageAs, fits

FILLING = f"""
from factories.rankings import Ranked
district = Ranked()
district.clerk.username = "wangduban"
district.clerk.set_password("{PASSWORD}")
district.clerk.save()
district.march()
district.published()
"""


def no_wider(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page)
    page.set_viewport_size({"width": 1440, "height": 900})


def test_an_office_makes_a_scheme_of_its_own_and_sees_what_it_moves(page_as: PageAs, axe: Axe) -> None:
    page = page_as("wangduban")
    page.goto("/rankings/")
    page.get_by_role("link", name="计分办法").click()
    axe(page)
    no_wider(page)
    page.get_by_role("link", name="小数加减").click()
    page.get_by_text("一点一点加减", exact=True).click()
    expect(page.get_by_text("基础分 100，填报 −0.2，督办事项 3，领导表扬和批评 1")).to_be_visible()
    axe(page)
    no_wider(page)

    page.get_by_role("link", name="抄一份来改").click()
    text = page.get_by_label("办法（TOML）")
    own = text.input_value().replace('name = "small-change"', 'name = "lanqiao"', 1)
    own = own.replace('title = "小数加减"', 'title = "兰桥区小数加减"', 1)
    # What is late is worth more than what is omitted costs: the two departments change places.
    broken = own.replace("points = -0.1", "points = 8", 1)
    text.fill(broken)
    page.get_by_role("button", name="核对和试算").click()
    expect(page.get_by_role("alert")).to_contain_text("“甲局”写的是103.8分，按办法是120分")
    axe(page)
    mended = re.sub(r"(?s)\[\[example\]\].*", "", broken) + (
        '[[example]]\ntitle = "迟报"\nunits = ["甲局"]\n'
        'facts = [{ unit = "甲局", fact = "report_late" }]\nscores = { "甲局" = 108 }\n'
    )
    text.fill(mended)
    page.get_by_role("button", name="核对和试算").click()
    expect(page.get_by_text("写法和算例都对，还没有保存")).to_be_visible()
    expect(page.get_by_text("3 个单位里，2 个的名次会变。现在用的是“填报考核”")).to_be_visible()
    expect(page.get_by_role("row", name="区财政局")).to_contain_text("升1位")
    expect(page.get_by_role("row", name="区发展改革局")).to_contain_text("降1位")
    axe(page)
    no_wider(page)

    page.get_by_role("button", name="存为新版").click()
    expect(page.get_by_text("“兰桥区小数加减”已存为第1版")).to_be_visible()
    page.get_by_label("从哪个月起").select_option(label="2026年4月")
    page.get_by_role("button", name="采用").click()
    page.get_by_role("dialog").get_by_role("button", name="采用").click()
    expect(page.get_by_text("从2026年4月起按“兰桥区小数加减”计分")).to_be_visible()

    page.goto("/rankings/1/")
    page.get_by_role("link", name="名次稳不稳").click()
    expect(page.get_by_role("row", name="区发展改革局")).to_contain_text("100%")
    axe(page)
    no_wider(page)
