"""An order in a browser: sent from a red task, signed for and answered on a phone, accepted."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from browser.people import PASSWORD, Axe, PageAs, fits

FILLING = f"""
from datetime import timedelta
from django.utils import timezone
from duban.dispatch.actions import lights
from factories.orders import Pressed
district = Pressed()
for number, person in enumerate((district.clerk, district.liaison, district.leader)):
    person.username = ("wangduban", "shimin", "xuwenlan")[number]
    person.set_password("{PASSWORD}")
    person.save()
today = timezone.localdate()
district.task.due = today - timedelta(days=3)
district.task.save()
lights.recompute(ledger=district.ledger, days=[today])
"""
PHONE = {"width": 390, "height": 844}


def test_from_a_red_task_to_an_answer_on_a_phone_to_accepted(page_as: PageAs, axe: Axe, tmp_path: Path) -> None:
    office = page_as("wangduban")
    office.goto("/tasks/1/")
    expect(office.get_by_text("逾期").first).to_be_visible()
    office.get_by_role("link", name="发督办单").click()
    expect(office.get_by_label("区发展改革局")).to_be_checked()
    assert "强化重大项目牵引" in office.get_by_label("督办理由").input_value()
    axe(office)
    office.get_by_label("办理要求").fill("查明原因，倒排工期。\n每周五报送进展。")
    office.get_by_role("button", name="发出").click()
    expect(office.get_by_text("已发给区发展改革局")).to_be_visible()

    unit = page_as("shimin")
    unit.set_viewport_size(PHONE)  # type: ignore[arg-type]
    unit.goto("/")
    unit.get_by_role("link", name="签收：强化重大项目牵引").first.click()
    fits(unit)
    axe(unit)
    unit.get_by_role("button", name="签收", exact=True).click()
    expect(unit.get_by_text("已签收，请在")).to_be_visible()
    photo = tmp_path / "工地.jpg"
    Image.new("RGB", (640, 480), "seagreen").save(photo)
    unit.get_by_label("办理情况").fill("已开工5个，剩余2个本月底前开工。")
    unit.get_by_label("佐证材料").set_input_files(photo)
    unit.get_by_role("button", name="提交答复").click()
    expect(unit.get_by_text("的答复已提交，等督查室审核")).to_be_visible()
    fits(unit)

    office.goto("/")
    office.get_by_role("link", name="审核：区发展改革局：强化重大项目牵引").first.click()
    with office.expect_download() as handed_out:
        office.get_by_role("link", name="工地.jpg").click()
    assert handed_out.value.suggested_filename == "工地.jpg"
    office.get_by_role("button", name="办结").click()
    expect(office.get_by_text("在区发展改革局已办结")).to_be_visible()
    with office.expect_download() as paper:
        office.get_by_role("link", name="PDF").click()
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF")


def test_chosen_tasks_get_orders_by_keys(page_as: PageAs, axe: Axe) -> None:
    office = page_as("wangduban")
    office.goto("/ledgers/1/")
    office.locator('input[name="task"]').first.check()
    office.get_by_role("button", name="给勾选的任务发督办单").click()
    expect(office.get_by_text("勾选了 1 项，可以发 1 份")).to_be_visible()
    axe(office)
    office.get_by_role("button", name="发出勾选的").click()
    expect(office.get_by_text("发了 1 份督办单")).to_be_visible()
    expect(office.get_by_role("heading", name="本周")).to_be_visible()


def test_a_leader_sees_the_board_and_may_change_nothing(page_as: PageAs, axe: Axe) -> None:
    leader = page_as("xuwenlan")
    leader.goto("/orders/")
    expect(leader.get_by_role("link", name="发督办单")).to_have_count(0)
    leader.get_by_role("link", name="强化重大项目牵引").first.click()
    expect(leader.get_by_role("button", name="撤回")).to_have_count(0)
    axe(leader)
