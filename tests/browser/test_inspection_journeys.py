"""Inspections in a browser: an unannounced visit on a phone without network and with it again; a review with recusal."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Error, Page, expect

from browser.people import PASSWORD, Axe, PageAs, fits

FILLING = f"""
from factories.inspections import Inspected
from factories.site import person_as
from duban.organisations.roles import Role
from duban.supervision.actions import inspection_reviews as reviews
district = Inspected()
third = person_as(Role.SUPERVISION_OFFICE, district.division, name="吴复核")
people = (district.leader, district.head, district.clerk, third)
for number, person in enumerate(people):
    person.username = ("zhaozuzhang", "zhangjing", "wangduban", "wufuhe")[number]
    person.set_password("{PASSWORD}")
    person.save()
district.verified()
district.begun()
part = district.received(title="消费券核查")
reviews.ask_review(part=part, reason="当天在开工仪式", by=district.head)
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PLACE = {"geolocation": {"latitude": 36.65, "longitude": 117.12}, "permissions": ["geolocation"]}
FIGURE = "新开工区级以上重点项目"


@pytest.fixture(scope="module")
def phone(page_as: PageAs) -> Page:
    return page_as("zhaozuzhang", **PHONE, **PLACE)


def photo(colour: str) -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(out, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def status(page: Page) -> Any:
    return page.locator("[data-spot-status]")


def test_the_unit_knows_nothing_of_the_visit(page_as: PageAs) -> None:
    unit = page_as("zhangjing")
    unit.goto("/inspections/")
    expect(unit.get_by_role("link", name="消费券核查")).to_be_visible()
    expect(unit.get_by_text("重大项目建设暗访")).to_have_count(0)
    assert unit.request.get("/inspections/1/").status == 404
    assert unit.request.get("/inspections/parts/1/").status == 404
    assert unit.request.get("/spot/visits/1/").status == 404


def test_on_a_phone_everything_is_to_be_hit_with_a_thumb(phone: Page, axe: Axe) -> None:
    phone.goto("/spot/")
    axe(phone)
    phone.get_by_role("link", name="临港产业园").click()
    axe(phone)
    fits(phone)
    boxes = [
        box
        for one in phone.locator(".spot-result, .spot-camera, .spot-figure input").all()
        if (box := one.bounding_box())
    ]
    assert all(box["height"] >= 44 for box in boxes)
    expect(phone.get_by_text("2026年10月 区发展改革局填报（已核验）")).to_be_visible()
    expect(phone.get_by_text("填报 47 个")).to_be_visible()


def test_without_network_nothing_is_lost_and_with_it_again_all_goes_out_once(phone: Page) -> None:
    phone.goto("/spot/visits/1/")
    expect(status(phone)).to_have_text("都已送出")
    phone.context.set_offline(True)
    phone.get_by_label("≠ 不符").check()
    phone.get_by_label(FIGURE).fill("38")
    phone.get_by_label("发现的问题").fill("9个项目没有开工")
    phone.get_by_label("较重").check()
    phone.locator("[data-camera]").set_input_files([photo("seagreen"), photo("darkred")])
    expect(status(phone)).to_contain_text("没有网络，3 条保存在手机上")
    expect(phone.locator("[data-photos] li.is-waiting")).to_have_count(2)
    phone.context.set_offline(False)
    expect(status(phone)).to_have_text("都已送出", timeout=30_000)
    expect(phone.get_by_text("手机定位")).to_have_count(2)
    phone.reload()
    expect(phone.get_by_label(FIGURE)).to_have_value("38")
    expect(phone.get_by_label("发现的问题")).to_have_value("9个项目没有开工")
    expect(phone.locator("[data-photos] img")).to_have_count(2)


def test_what_was_not_sent_comes_back_with_the_page(phone: Page) -> None:
    phone.goto("/spot/visits/1/")
    phone.route("**/spot/items/**", lambda route: route.abort())
    phone.get_by_label("发现的问题").fill("9个项目没有开工，2个停工")
    expect(status(phone)).to_contain_text("1 条保存在手机上")
    phone.reload()
    expect(phone.get_by_label("发现的问题")).to_have_value("9个项目没有开工，2个停工")
    phone.unroute("**/spot/items/**")
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(status(phone)).to_have_text("都已送出", timeout=30_000)


#: A microphone that hums: a browser of tests has none.
MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const end = context.createMediaStreamDestination();
  const hum = context.createOscillator();
  hum.connect(end);
  hum.start();
  await context.resume();
  return end.stream;
};
"""


def test_a_voice_note_is_spoken_without_network_and_played_after_it(phone: Page) -> None:
    phone.add_init_script(MICROPHONE)
    phone.goto("/spot/visits/1/")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="录音", exact=True).click()
    expect(phone.get_by_role("button", name="点一下结束")).to_contain_text("● 0:")
    phone.get_by_role("button", name="点一下结束").click()
    expect(status(phone)).to_contain_text("没有网络，1 条保存在手机上")
    expect(phone.locator("[data-voices] li.is-waiting audio")).to_have_count(1)
    phone.context.set_offline(False)
    expect(status(phone)).to_have_text("都已送出", timeout=30_000)
    phone.reload()
    player = phone.locator("[data-voices] audio")
    expect(player).to_have_count(1)
    assert phone.request.get(player.get_attribute("src") or "").headers["content-type"] == "audio/webm"
    player.evaluate("one => new Promise((done, no) => { one.onloadedmetadata = done; one.onerror = no; one.load(); })")
    phone.locator("[data-recordings]").set_input_files(
        {"name": "别的.mp3", "mimeType": "audio/mpeg", "buffer": b"no recording"}
    )
    expect(phone.get_by_text("不是录音")).to_be_visible()
    phone.get_by_role("button", name="不要了").click()
    expect(status(phone)).to_have_text("都已送出")


#: Gives what the browser keeps for use without network, once all of `wanted` is there, or nothing where none is wanted.
KEPT = """
async (wanted) => {
  for (const end = Date.now() + 20_000; ;) {
    const found = [];
    for (const name of await caches.keys()) {
      for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
    }
    const there = wanted.length ? wanted.every((path) => found.some((one) => one.startsWith(path))) : !found.length;
    if (there || Date.now() > end) return found;
    await new Promise(requestAnimationFrame);
  }
}
"""


def test_the_page_opens_without_network_once_it_was_opened_and_for_nobody_after_sign_out(page_as: PageAs) -> None:
    phone = page_as("zhaozuzhang", fresh=True, **PHONE)
    phone.goto("/spot/visits/1/")
    wanted = ["/spot/visits/1/", "/static/supervision/spot/queue.js", "/static/duban/frame."]
    kept = phone.evaluate(KEPT, wanted)
    assert all(any(one.startswith(path) for one in kept) for path in wanted)
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.get_by_role("heading", name="临港产业园")).to_be_visible()
    expect(status(phone)).to_contain_text("没有网络")
    phone.get_by_text("其他记录").first.click()
    phone.get_by_role("textbox", name="其他记录").fill("门卫不让进")
    expect(status(phone)).to_contain_text("1 条保存在手机上")
    phone.reload()
    expect(phone.get_by_role("textbox", name="其他记录")).to_have_value("门卫不让进")
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(status(phone)).to_have_text("都已送出", timeout=30_000)
    # What was sent stands there too where only an older copy is at hand.
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.get_by_role("textbox", name="其他记录")).to_have_value("门卫不让进")
    phone.context.set_offline(False)
    phone.goto("/inspections/")
    kept = phone.evaluate(KEPT, wanted)
    assert not [one for one in kept if not one.startswith(("/static/", "/spot/"))]
    phone.goto("/spot/visits/1/")
    phone.locator(".top-me summary").click()
    phone.get_by_role("button", name="退出登录").click()
    phone.wait_for_url("**/accounts/login/**")
    assert phone.evaluate(KEPT, []) == []
    assert phone.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    phone.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        phone.goto("/spot/visits/1/")


def test_what_was_found_stands_beside_what_was_reported_and_once(page_as: PageAs, axe: Axe) -> None:
    office = page_as("wangduban")
    office.goto("/inspections/1/")
    expect(office.get_by_text(f"{FIGURE}：填报 47个，实地 38个")).to_be_visible()
    expect(office.locator(".photos img")).to_have_count(2)
    axe(office)
    office.get_by_role("button", name="结束实地督查").click()
    office.get_by_label("总的结论").fill("多数项目已开工，9个没有开工。")
    office.get_by_label("对区发展改革局的结论").fill("填报47个，实地38个。")
    office.get_by_role("button", name="写结论").click()
    demand = office.get_by_label("整改要求：9个项目没有开工，2个停工")
    demand.fill("12月底前开工。")
    office.get_by_label("整改期限").fill("2099-12-31")
    office.get_by_role("button", name="反馈", exact=True).click()
    expect(office.get_by_text("已反馈给区发展改革局")).to_be_visible()
    expect(office.get_by_text("9个项目没有开工，2个停工").first).to_be_visible()


def test_the_unit_signs_for_it_on_a_phone_and_sees_its_report_marked(page_as: PageAs, axe: Axe) -> None:
    unit = page_as("zhangjing", **PHONE)
    unit.goto("/inspections/")
    unit.get_by_role("link", name="重大项目建设暗访").click()
    axe(unit)
    unit.get_by_role("button", name="签收").click()
    expect(unit.get_by_text("已签收。有不同意见的")).to_be_visible()
    unit.get_by_role("link", name="2026年10月填报").first.click()
    expect(unit.get_by_text("督查不符").first).to_be_visible()
    fits(unit)


def test_who_took_part_in_the_conclusion_cannot_decide_its_review_and_another_does(page_as: PageAs, axe: Axe) -> None:
    clerk, third = page_as("wangduban"), page_as("wufuhe")
    clerk.goto("/reviews/1/")
    expect(clerk.get_by_text("您参与过这份结论（起草结论）")).to_be_visible()
    expect(clerk.get_by_role("button", name="作出决定")).to_have_count(0)
    axe(clerk)
    third.goto("/reviews/1/")
    axe(third)
    third.get_by_label("变更原结论").check()
    third.get_by_label("9个项目没有开工").check()
    third.get_by_label("理由和决定内容").fill("以施工许可为准，撤销这个问题。")
    third.get_by_role("button", name="作出决定").click()
    expect(third.get_by_text("复核决定：变更原结论")).to_be_visible()
    expect(third.get_by_text("复核撤销")).to_be_visible()
