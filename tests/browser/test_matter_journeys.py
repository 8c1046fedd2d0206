"""An instruction in a browser: from the photo of the paper to its end, by the clerk and the unit's liaison."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, expect

from browser.people import PASSWORD, Axe, PageAs, fits
from duban.core.reading import image

FILLING = f"""
from factories.matters import Office
office = Office()
for person, name in ((office.clerk, "guweizhi"), (office.liaison, "shixuemin")):
    person.username = name
    person.set_password("{PASSWORD}")
    person.save()
"""
TITLE = "关于加快老旧小区加装电梯的批示"
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@pytest.fixture(scope="module")
def photo() -> bytes:
    """A photo of the paper; without a Chinese font its lines cannot be drawn, and it is as good as one nobody can read."""
    sheet = Image.new("RGB", (1240, 900), "white")
    if FONT.exists():
        draw = ImageDraw.Draw(sheet)
        lines = (TITLE, "韩旭平同志批示：请区住房城乡建设局牵头，", "区财政局配合，10个工作日内拿出办法报我。")
        for number, line in enumerate(lines):
            draw.text((120, 120 + number * 110), line, font=ImageFont.truetype(str(FONT), 44), fill="black")
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=90)
    return written.getvalue()


def registered(clerk: Page, photo: bytes) -> None:
    """Register the instruction from its photo; where nothing can be read from it the clerk types it, beside the photo."""
    clerk.goto("/matters/")
    clerk.get_by_role("link", name="登记事项").first.click()
    clerk.get_by_label("先读来文").set_input_files({"name": "批示.jpg", "mimeType": "image/jpeg", "buffer": photo})
    clerk.get_by_role("button", name="读来文", exact=True).click()
    expect(clerk.get_by_text("原件：批示.jpg")).to_be_visible()
    if image.available() and FONT.exists():
        expect(clerk.get_by_label("事项", exact=True)).to_have_value(TITLE)
    else:
        expect(clerk.get_by_role("alert")).to_contain_text("原件已经收下，请照着填写")
    clerk.get_by_label("来源", exact=True).select_option("instruction")
    clerk.get_by_label("提出人").fill("韩旭平")
    clerk.get_by_label("事项", exact=True).fill(TITLE)
    clerk.get_by_label("要求", exact=True).fill("请区住房城乡建设局牵头，区财政局配合，拿出办法报我。")
    clerk.get_by_label("来文写的期限").fill("")


def test_an_instruction_from_photo_to_closed(page_as: PageAs, photo: bytes, axe: Axe) -> None:
    clerk, liaison = page_as("guweizhi"), page_as("shixuemin")
    registered(clerk, photo)
    axe(clerk)
    clerk.get_by_role("button", name="登记", exact=True).click()
    expect(clerk.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(clerk.get_by_role("img", name="批示.jpg")).to_be_visible()
    address = clerk.url
    clerk.get_by_label("依据").fill("批示原件")
    clerk.get_by_role("button", name="立项", exact=True).click()
    # The units that the paper names are chosen, and so is the scheme of its source.
    expect(clerk.get_by_label("主办单位").locator("option:checked")).to_have_text("区住房城乡建设局")
    expect(clerk.get_by_label("协办单位").locator("option:checked")).to_have_text("区财政局")
    expect(clerk.get_by_label("时限办法")).to_have_value("instructions")
    axe(clerk)
    clerk.get_by_role("button", name="交办", exact=True).click()
    expect(clerk.get_by_text("次日起算15个工作日")).to_be_visible()

    liaison.goto("/matters/")
    liaison.get_by_role("link", name=TITLE).click()
    liaison.get_by_label("情况", exact=True).fill("已签收，由房产科承办。")
    liaison.get_by_role("button", name="已办“签收”").click()
    expect(liaison.get_by_text("按期办完")).to_be_visible()
    liaison.get_by_label("办理情况").fill("已拿出办法，第一批12部电梯开工。")
    axe(liaison)
    liaison.get_by_role("button", name="答复", exact=True).click()
    expect(liaison.get_by_text("已答复，等督查室审核。")).to_be_visible()

    clerk.goto(address)
    expect(clerk.get_by_text("第一批12部电梯开工")).to_be_visible()
    clerk.get_by_label("审核意见").fill("同意。")
    clerk.get_by_role("button", name="同意办结").click()
    expect(clerk.get_by_text("已办结", exact=True).first).to_be_visible()
    axe(clerk)
    clerk.set_viewport_size({"width": 390, "height": 844})
    fits(clerk)
