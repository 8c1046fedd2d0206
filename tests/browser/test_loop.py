"""In a browser: an issue from whistle to confirmed, a leader who instructs on a phone, a close-out returned and accepted."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from browser.people import PASSWORD, PageAs, fits

PHONE = {"width": 390, "height": 844}
FILLING = f"""
from django.utils import timezone
from factories.issued import issued_ledger, unit_named
from factories.site import person_as
from duban.dispatch.actions import lights
from duban.organisations.roles import Role
from duban.plans.models import Task
from duban.plans.states import TaskState
department = unit_named("区住房城乡建设局")
ledger, clerk = issued_ledger("改造老旧小区", unit=department)
clerk.username = "wangduban"
clerk.set_password("{PASSWORD}")
clerk.save()
def person(role, unit, username, name):
    return person_as(role, ledger.division, unit, username=username, name=name, password="{PASSWORD}")
person(Role.LIAISON, department, "chenlianluo", "陈联络")
person(Role.LIAISON, unit_named("南门街道"), "zhoujiedao", "周街道")
person(Role.LIAISON, unit_named("区水利局"), "shuiliju", "沈水利")
leader = person(Role.LEADER, None, "liquzhang", "李区长")
Task.objects.update(state=TaskState.IN_PROGRESS, sponsor=leader)
lights.recompute(ledger=ledger, days=[timezone.localdate()], by=clerk)
"""


def test_an_issue_goes_from_the_whistle_to_the_word_of_the_town(site: str, page_as: PageAs) -> None:
    town = page_as("zhoujiedao", viewport=PHONE)
    town.goto(f"{site}/whistles/new/")
    fits(town)
    town.get_by_label("什么事").fill("南门老街排水管塌陷")
    town.get_by_label(re.compile("应急处置")).check()
    town.get_by_label("牵头部门").select_option(label="区住房城乡建设局")
    town.get_by_label("区水利局").check()
    town.get_by_label("要部门做什么").fill("三户进水，来人抢修")
    town.get_by_role("button", name="吹哨").click()
    expect(town.get_by_text("已吹哨")).to_be_visible()
    fits(town)
    where = town.url
    department = page_as("chenlianluo", viewport=PHONE)
    department.goto(site)
    department.get_by_role("link", name=re.compile("^报到：")).first.click()
    department.get_by_label("谁来、办了什么").fill("抢险队 8 人到场")
    department.get_by_role("button", name="报到").click()
    expect(department.get_by_text("已报到").first).to_be_visible()
    town.goto(where)
    town.get_by_label("★★★★", exact=True).check()
    town.get_by_role("button", name="评价").click()
    expect(town.get_by_role("img", name="4星")).to_be_visible()
    department.get_by_role("link", name=re.compile("W001")).last.click()
    department.get_by_label("怎样解决的").fill("换管 60 米，路面已恢复")
    department.get_by_role("button", name="报告已解决").click()
    expect(department.get_by_text("待确认").first).to_be_visible()
    town.goto(site)
    town.get_by_role("link", name=re.compile("^确认：")).first.click()
    town.get_by_role("button", name="确认解决").click()
    expect(town.get_by_text("待销号").first).to_be_visible()
    clerk = page_as("wangduban")
    clerk.goto(f"{site}/issues/")
    clerk.get_by_role("link", name="南门老街排水管塌陷").click()
    clerk.get_by_role("button", name="销号").click()
    expect(clerk.get_by_text("已闭环").first).to_be_visible()


def test_a_leader_instructs_on_a_phone(site: str, page_as: PageAs) -> None:
    leader = page_as("liquzhang", viewport=PHONE)
    leader.goto(site)
    fits(leader)
    for line in ("全局", "本月转红", "等我的", "我的任务", "我的项目"):
        expect(leader.get_by_role("heading", name=re.compile(line))).to_be_visible()
    tasks = leader.get_by_role("region", name=re.compile("我的任务"))
    tasks.get_by_label("批示：改造老旧小区").click()
    fits(leader)
    tasks.get_by_role("button", name="请督查室跟踪督办，结果报我。").click()
    expect(leader.get_by_text("已批示")).to_be_visible()
    leader.get_by_role("region", name="等我的").get_by_role("link", name="批示：改造老旧小区").click()
    expect(leader.get_by_text("请督查室跟踪督办，结果报我。").first).to_be_visible()


def test_a_close_out_is_returned_then_accepted(site: str, page_as: PageAs) -> None:
    liaison, clerk = page_as("chenlianluo"), page_as("wangduban")
    proof = {"name": "公报.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}

    def applied() -> None:
        liaison.goto(f"{site}/tasks/1/")
        liaison.get_by_role("link", name="申请销号").click()
        liaison.get_by_label("完成值（个）").fill("52")
        liaison.get_by_label("另附文件").set_input_files(proof)  # type: ignore[arg-type]
        liaison.get_by_label("完成情况").fill("全部完成")
        liaison.get_by_role("button", name="申请销号").click()
        expect(liaison.get_by_text("已申请销号")).to_be_visible()

    applied()
    clerk.goto(f"{site}/close-outs/")
    expect(clerk.get_by_role("link", name="公报.pdf")).to_be_visible()
    clerk.locator("body").press("r")
    expect(clerk.get_by_label("核验意见")).to_be_focused()
    clerk.get_by_label("核验意见").fill("少一张验收单")
    clerk.get_by_role("button", name=re.compile("^退回")).click()
    expect(clerk.get_by_text("的销号申请已退回")).to_be_visible()
    liaison.goto(site)
    expect(liaison.get_by_text("退回：少一张验收单")).to_be_visible()
    applied()
    clerk.goto(f"{site}/close-outs/")
    clerk.locator("body").press("a")
    expect(clerk.get_by_text("自动对账还有")).to_be_visible()
    clerk.get_by_label("核验意见").fill("以统计公报为准")
    clerk.get_by_role("button", name=re.compile("^销号")).click()
    expect(clerk.get_by_text("2026-X001").first).to_be_visible()
    liaison.goto(f"{site}/tasks/1/")
    expect(liaison.get_by_text("已销号").first).to_be_visible()
