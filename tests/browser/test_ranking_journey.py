"""In a browser: a month is closed and computed, shown, objected to, answered, approved by a leader, published, opened by the unit."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from browser.people import PASSWORD, Axe, PageAs, fits

PHONE = {"width": 390, "height": 844}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FILLING = f"""
from duban.organisations.models import Person
from factories.rankings import Ranked
district = Ranked()
district.march()
people = {{
    "wangduban": district.clerk,
    "xuwenlan": district.leader,
    "caizheng": district.liaisons[district.second],
    "caizhengju": district.heads[district.second],
}}
for username, person in people.items():
    person.username = username
    person.set_password("{PASSWORD}")
    person.save()
"""


def test_a_month_from_its_closing_to_the_unit_that_opens_it(
    site: str, page_as: PageAs, axe: Axe, tmp_path: Path
) -> None:
    office = page_as("wangduban")
    office.goto(f"{site}/rankings/")
    office.get_by_label("月份").select_option(label="2026年3月")
    office.get_by_role("button", name="计算这个月的排名").click()
    expect(office.get_by_text("已算出，是拟稿")).to_be_visible()
    where = office.url
    axe(office)
    # The arithmetic opens within the list.
    row = office.locator(".rank-row", has_text="区财政局")
    row.locator("summary").first.click()
    expect(row.get_by_text("怎样算").or_(row.get_by_text("按时填报")).first).to_be_visible()
    office.get_by_label("征求意见到").fill((timezone.localdate() + timedelta(days=1)).isoformat())
    office.get_by_role("button", name="征求意见").click()
    expect(office.get_by_text("已请各单位核对")).to_be_visible()

    unit = page_as("caizheng", viewport=PHONE)
    unit.goto(site)
    unit.get_by_role("link", name=re.compile("区财政局2026年3月得分")).first.click()
    fits(unit)
    expect(unit.get_by_text("迟于")).to_be_visible()
    unit.locator(".rank-lines > li", has_text="迟于").get_by_role("link", name="提异议").click()
    unit.get_by_label("哪里不对，依据是什么").fill("3月31日下午全区网络中断，无法填报")
    proof = tmp_path / "故障通报.pdf"
    proof.write_bytes(PDF)
    unit.get_by_label("证明材料").set_input_files(proof)
    unit.get_by_role("button", name="提交异议").click()
    expect(unit.get_by_text("已对")).to_be_visible()
    fits(unit)

    office.goto(site)
    office.get_by_role("link", name=re.compile("区财政局对2026年3月排名的异议")).first.click()
    expect(office.get_by_role("link", name="故障通报.pdf")).to_be_visible()
    office.get_by_label("答复").fill("未见报障记录，填报不晚于3点的单位都已成功，维持")
    office.get_by_role("button", name="不采纳").click()
    expect(office.get_by_text("已答复区财政局")).to_be_visible()

    leader = page_as("xuwenlan", viewport=PHONE)
    leader.goto(where)
    fits(leader)
    leader.get_by_text("批准", exact=True).first.click()
    leader.get_by_label("批准意见").fill("异议已答复，各单位没有别的意见，提前批准")
    leader.get_by_role("button", name="批准").click()
    expect(leader.get_by_text("可以公布了")).to_be_visible()

    office.goto(where)
    office.get_by_role("link", name="表扬批评", exact=True).click()
    office.get_by_label("单位", exact=True).select_option(label="柳溪街道（第1名）")
    office.get_by_label("理由").fill("防汛抢险得力")
    office.get_by_role("button", name="加上").click()
    expect(office.get_by_text("已加上：表扬柳溪街道")).to_be_visible()
    office.goto(where)
    office.get_by_role("button", name="公布").click()
    expect(office.get_by_text("已公布，从此不变")).to_be_visible()

    head = page_as("caizhengju", viewport=PHONE)
    head.goto(f"{site}/rankings/")
    fits(head)
    head.get_by_role("link", name="2026年3月").click()
    fits(head)
    axe(head)
    head.get_by_role("link", name=re.compile("看每一分的来历")).first.click()
    expect(head.get_by_text("迟于")).to_be_visible()
    fits(head)
    head.get_by_role("link", name="历月名次").click()
    expect(head.get_by_role("cell", name=re.compile("2026年3月"))).to_be_visible()
    head.goto(f"{where}verify/")
    expect(head.get_by_text("没有被改动")).to_be_visible()
